-- What was counted against what the books said, currency by currency, in minor units.
create function rule.count_differences(p_count_id bigint)
returns jsonb language sql stable
as $$
  select jsonb_agg(jsonb_build_object('issuer', i.code, 'scale', i.scale, 'counted', t.counted,
                                      'expected', t.expected, 'difference', t.counted - t.expected)
                   order by i.position, i.id)
    from cash_count_total t
    join issuer i on i.id = t.issuer_id
   where t.count_id = p_count_id
$$;
