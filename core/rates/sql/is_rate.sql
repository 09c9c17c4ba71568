-- Whether a value is a rate above zero with at most ten digits on either side of the point, as text.
create function rule.is_rate(p_value jsonb)
returns boolean language sql immutable
as $$
  select coalesce(jsonb_typeof(p_value) = 'string' and p_value #>> '{}' ~ '^[0-9]{1,10}(\.[0-9]{1,10})?$'
                  and (p_value #>> '{}') ~ '[1-9]', false)
$$;
