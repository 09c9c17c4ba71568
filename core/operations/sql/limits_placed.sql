-- The limits that a batch is asked about, of the counters of `counters_lock`: each counter's limits, from limits_from to
-- limits_to, shortest period first, with what is used of them now and what uplifts add. A limit that is not set is null.
create function rule.limits_placed(
  p_clients bigint[], p_kinds text[], p_issuers smallint[], p_versions integer[], p_days date[], p_at timestamptz,
  out limits_from integer[], out limits_to integer[], out periods text[], out starts date[], out most bigint[],
  out used bigint[], out most_pieces bigint[], out used_pieces bigint[])
language plpgsql stable
as $$
declare
  r record;
  e integer := 0;
begin
  limits_from := array_fill(1, array[cardinality(p_clients)]);
  limits_to := array_fill(0, array[cardinality(p_clients)]);
  for r in
    with counter as materialized (
      select c.g, c.client_id, c.kind, c.issuer_id, c.version_id, c.today, x.starts, x.amounts, x.pieces
        from unnest(p_clients, p_kinds, p_issuers, p_versions, p_days) with ordinality
               as c (client_id, kind, issuer_id, version_id, today, g)
        join limit_used x on x.client_id = c.client_id and x.operation_kind = c.kind and x.issuer_id = c.issuer_id
       where exists (select from contract_limit l
                      where l.version_id = c.version_id and l.operation_kind = c.kind and l.issuer_id = c.issuer_id))
    select c.g::integer as g, l.period, s.start, l.amount + coalesce(u.amount, 0) as most,
           l.pieces::bigint + coalesce(u.pieces, 0) as most_pieces,
           case when c.starts[n.i] = s.start then c.amounts[n.i] else 0 end as used,
           case when c.starts[n.i] = s.start then c.pieces[n.i]::bigint else 0 end as used_pieces
      from counter c
      join contract_limit l on l.version_id = c.version_id and l.operation_kind = c.kind and l.issuer_id = c.issuer_id
      cross join lateral (
        select limit_place(l.period) as i) as n
      cross join lateral (select period_start(c.today, l.period) as start) as s
      left join lateral (
        select sum(y.amount)::bigint as amount, sum(y.pieces) as pieces
          from limit_uplift y
         where y.client_id = c.client_id and y.operation_kind = c.kind and y.issuer_id = c.issuer_id
           and not y.once and y.starts_at <= p_at and y.expires_at > p_at and l.period <> 'operation') as u on true
     order by c.g, n.i nulls first
  loop
    e := e + 1;
    if limits_to[r.g] = 0 then
      limits_from[r.g] := e;
    end if;
    limits_to[r.g] := e;
    periods[e] := r.period;
    starts[e] := r.start;
    most[e] := r.most;
    used[e] := r.used;
    most_pieces[e] := r.most_pieces;
    used_pieces[e] := r.used_pieces;
  end loop;
end $$;
