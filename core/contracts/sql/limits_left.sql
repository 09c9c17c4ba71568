-- Every limit of a version for one client, kind and issuer, with what is used and left of it on that local date.
create function rule.limits_left(
  p_version_id integer, p_client_id bigint, p_kind text, p_issuer_id smallint, p_on date)
returns table (period text, amount bigint, pieces integer, amount_used bigint, pieces_used integer)
language plpgsql stable
as $$
begin
  return query
    select l.period, l.amount, l.pieces,
           coalesce(case when u.starts[n.i] = s.starts[n.i] then u.amounts[n.i] end, 0),
           coalesce(case when u.starts[n.i] = s.starts[n.i] then u.pieces[n.i] end, 0)
      from contract_limit l
      cross join (select period_starts(p_on) as starts) s
      cross join lateral (
        select array_position(array['day', 'week', 'month', 'quarter', 'year', 'life'], l.period) as i) n
      left join limit_used u
        on u.client_id = p_client_id and u.operation_kind = p_kind and u.issuer_id = p_issuer_id
     where l.version_id = p_version_id and l.operation_kind = p_kind and l.issuer_id = p_issuer_id
     order by n.i nulls first;
end $$;
