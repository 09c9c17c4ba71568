-- Whether a value is a percentage from 0 to 100 with at most six digits after the point, as text or number.
create function rule.is_percent(p_value jsonb)
returns boolean language sql immutable
as $$
  select coalesce(p_value #>> '{}' ~ '^(100(\.0{1,6})?|[0-9]{1,2}(\.[0-9]{1,6})?)$', false)
$$;
