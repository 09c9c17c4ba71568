-- A line's amount in minor units, or null when it is not one: a decimal in whole units as text, with no more digits
-- after the point than the issuer has, up to 10^15 minor units; or, from inside, a whole number of them under "minor".
create function rule.amount_given(p_line jsonb, p_scale smallint)
returns bigint language sql immutable
as $$
  select case
    when p_line ? 'minor' then (p_line ->> 'minor')::bigint
    when p_line ->> 'amount' ~ '^[0-9]+([.][0-9]+)?$'
         and length(split_part(p_line ->> 'amount', '.', 1)) <= 16
         and length(split_part(p_line ->> 'amount', '.', 2)) <= p_scale
         and (p_line ->> 'amount')::numeric <= 1000000000000000 * power(10::numeric, -p_scale)
      then nullif(((p_line ->> 'amount')::numeric * power(10::numeric, p_scale))::bigint, 0)
  end
$$;
