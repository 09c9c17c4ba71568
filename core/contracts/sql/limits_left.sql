-- Every limit of a version for one client, kind and issuer, with what is used and left of it on that local date. With a
-- moment, what uplifts in force add to the limits of a period is added. A statement that asks has it inlined.
create function rule.limits_left(
  p_version_id integer, p_client_id bigint, p_kind text, p_issuer_id smallint, p_on date,
  p_at timestamptz default null)
returns table (period text, amount bigint, pieces integer, amount_used bigint, pieces_used integer)
language sql stable
as $$
  select l.period, l.amount + coalesce(x.amount, 0), l.pieces + coalesce(x.pieces, 0),
         coalesce(case when u.starts[n.i] = s.starts[n.i] then u.amounts[n.i] end, 0),
         coalesce(case when u.starts[n.i] = s.starts[n.i] then u.pieces[n.i] end, 0)
    from contract_limit l
    cross join (select period_starts(p_on) as starts) s
    cross join lateral (
      select limit_place(l.period) as i) n
    left join limit_used u
      on u.client_id = p_client_id and u.operation_kind = p_kind and u.issuer_id = p_issuer_id
    left join lateral (
      select sum(y.amount)::bigint as amount, sum(y.pieces)::integer as pieces
        from limit_uplift y
       where y.client_id = p_client_id and y.operation_kind = p_kind and y.issuer_id = p_issuer_id
         and not y.once and y.starts_at <= p_at and y.expires_at > p_at) x
      on p_at is not null and l.period <> 'operation'
   where l.version_id = p_version_id and l.operation_kind = p_kind and l.issuer_id = p_issuer_id
   order by n.i nulls first
$$;
