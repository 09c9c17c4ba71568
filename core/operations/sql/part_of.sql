-- Of a whole that belongs to p_amount, the part that belongs to p_now more after p_before: by the sums, rounded down,
-- so that the parts add up to the whole when all is through. Nothing when p_any is false.
create function rule.part_of(p_whole bigint, p_amount bigint, p_before bigint, p_now bigint, p_any boolean)
returns bigint language sql immutable
as $$
  select case when p_any then div(p_whole::numeric * (p_before + p_now), p_amount::numeric)
                              - div(p_whole::numeric * p_before, p_amount::numeric)
              else 0 end::bigint
$$;
