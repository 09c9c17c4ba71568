-- Where a period's counter stands in `limit_used`; null for the limit of one operation, which nothing counts.
create function rule.limit_place(p_period text)
returns integer language sql immutable
as $$
  select array_position(array['day', 'week', 'month', 'quarter', 'year', 'life'], p_period)
$$;
