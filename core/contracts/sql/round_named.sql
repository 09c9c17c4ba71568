-- Rounds to whole minor units by the named rule; there is no default.
create function rule.round_named(p_value numeric, p_rounding text)
returns bigint language sql immutable
as $$
  select case p_rounding
           when 'half_up' then round(p_value)
           when 'up' then ceil(p_value)
           when 'down' then floor(p_value)
           when 'half_even' then case when p_value - floor(p_value) = 0.5 and floor(p_value) % 2 = 0
                                      then floor(p_value) else round(p_value) end
         end::bigint
$$;
