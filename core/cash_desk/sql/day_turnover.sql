-- The day's turnover by kind and currency: pieces, amount, commission. From the counters that posting keeps.
create function rule.day_turnover(p_day_id bigint)
returns jsonb language sql stable
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
           'kind', t.operation_kind, 'issuer', i.code, 'scale', i.scale, 'pieces', t.pieces, 'amount', t.amount,
           'commission', t.commission) order by i.position, i.id, k.id), '[]')
    from day_total t
    join issuer i on i.id = t.issuer_id
    join operation_kind k on k.kind = t.operation_kind
   where t.day_id = p_day_id
$$;
