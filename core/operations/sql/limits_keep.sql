-- Counts a batch in its clients' counters, a counter once by the sum of its lines, and gives back what reversals and
-- releases had used. A counter whose period is past starts again.
create function rule.limits_keep(
  p_plans planned[], p_clients bigint[], p_kinds text[], p_issuers smallint[], p_days date[], p_sums bigint[],
  p_pieces integer[])
returns void language plpgsql
as $$
begin
  with today as materialized (
    select d.day, period_starts(d.day) as starts from (select distinct u.day from unnest(p_days) as u (day)) as d)
  update limit_used u
     set starts = d.starts,
         amounts = counted_on(u.amounts, u.starts, d.starts, c.amount),
         pieces = counted_on(u.pieces, u.starts, d.starts, c.pieces)
    from unnest(p_clients, p_kinds, p_issuers, p_days, p_sums, p_pieces)
           as c (client_id, kind, issuer_id, day, amount, pieces)
    join today d on d.day = c.day
   where c.pieces > 0 and u.client_id = c.client_id and u.operation_kind = c.kind and u.issuer_id = c.issuer_id;
  perform limits_give_back(p.client_id, p.limit_kind, p.issuer_id, p.local_on, p.amount)
    from unnest(p_plans) as p
   where p.operation_id is not null and p.limit_kind is not null and p.limit_version is null;
end $$;
