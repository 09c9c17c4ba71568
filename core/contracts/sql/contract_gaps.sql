-- What a well-formed draft leaves open: kinds without a price, prices without a limit, limits that never count.
create function rule.contract_gaps(p_terms jsonb, p_limits jsonb)
returns jsonb language sql stable
as $$
  with term as (
    select t.term ->> 'operation_kind' as kind, t.term ->> 'issuer' as issuer, t.row - 1 as row
      from jsonb_array_elements(p_terms) with ordinality as t (term, row)),
  lim as (
    select l.one ->> 'operation_kind' as kind, l.one ->> 'issuer' as issuer, l.one ->> 'period' as period,
           (l.one ->> 'amount')::bigint as amount, (l.one ->> 'pieces')::bigint as pieces, l.row - 1 as row,
           array_position(array['operation', 'day', 'week', 'month', 'quarter', 'year', 'life'], l.one ->> 'period') as place
      from jsonb_array_elements(p_limits) with ordinality as l (one, row))
  select coalesce(jsonb_agg(x.f || jsonb_build_object('part', x.part, 'row', x.row) order by x.place, x.row), '[]')
    from (select finding('warning', 'gap.term', jsonb_build_object(
                   'kind', k.kind, 'issuers', string_agg(i.code, ', ' order by i.position, i.id))) as f,
                 'terms' as part, null::bigint as row, 100 + k.position as place
            from priced_kind k
            cross join issuer i
           where i.active and i.kind <> 'bonus'
             and not exists (select from term t where t.kind = k.kind and t.issuer = i.code)
           group by k.kind, k.position
           union all
          select finding('warning', 'gap.limit', jsonb_build_object('kind', t.kind, 'issuer', t.issuer)), 'terms', t.row, 1
            from term t where not exists (select from lim l where l.kind = t.kind and l.issuer = t.issuer)
           union all
          select finding('warning', 'gap.limit_without_term', jsonb_build_object('kind', l.kind, 'issuer', l.issuer)),
                 'limits', l.row, 2
            from lim l where not exists (select from term t where t.kind = l.kind and t.issuer = l.issuer)
           union all
          select finding('warning', 'limit.never_reached', jsonb_build_object('period', l.period, 'longer', b.period)),
                 'limits', l.row, 3
            from lim l join lim b on b.kind = l.kind and b.issuer = l.issuer and b.place > l.place
           where l.amount > b.amount or l.pieces > b.pieces) as x
$$;
