-- Whether a value is a whole number of minor units, not below zero and not above 10^15.
create function rule.is_whole(p_value jsonb)
returns boolean language sql immutable
as $$
  select jsonb_typeof(p_value) = 'number' and p_value::text ~ '^(0|[1-9][0-9]{0,14}|1000000000000000)$'
$$;
