-- The terms and limits of a version as a draft holds them, in the order in which they are shown.
create function rule.contract_content(p_version_id integer)
returns jsonb language sql stable
as $$
  select jsonb_build_object(
    'terms', (select coalesce(jsonb_agg(jsonb_build_object(
                'operation_kind', t.operation_kind, 'issuer', i.code, 'commission', t.commission, 'payer', t.payer,
                'percent', trim_scale(t.percent)::text, 'fixed', t.fixed, 'tiers', t.tiers, 'minimum', t.minimum,
                'maximum', t.maximum, 'rounding', t.rounding, 'needs_identification', t.needs_identification,
                'monotone', t.monotone, 'refund', t.refund) order by k.position, i.position, i.id), '[]')
                from contract_term t
                join issuer i on i.id = t.issuer_id
                left join priced_kind k on k.kind = t.operation_kind
               where t.version_id = p_version_id),
    'limits', (select coalesce(jsonb_agg(jsonb_build_object(
                'operation_kind', l.operation_kind, 'issuer', i.code, 'period', l.period, 'amount', l.amount,
                'pieces', l.pieces) order by k.position, i.position, i.id,
                array_position(array['operation', 'day', 'week', 'month', 'quarter', 'year', 'life'], l.period)), '[]')
                from contract_limit l
                join issuer i on i.id = l.issuer_id
                left join priced_kind k on k.kind = l.operation_kind
               where l.version_id = p_version_id))
$$;
