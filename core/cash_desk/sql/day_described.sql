-- A desk day as its people see it; no balances of cash, so a cashier who counts blind learns nothing.
create function rule.day_described(p_day_id bigint)
returns jsonb language sql stable
as $$
  select jsonb_build_object(
    'day_id', d.id, 'state', d.state, 'cash_date', d.cash_date, 'desk_id', k.id, 'desk', k.name,
    'branch', b.name, 'time_zone', b.time_zone, 'cashier_id', d.cashier_id, 'cashier', s.name,
    'started_at', d.started_at, 'opened_at', d.opened_at, 'requested_at', d.requested_at,
    'closed_at', d.closed_at, 'z_number', d.z_number, 'reconciled', d.reconciled,
    'sent_back_reason', d.sent_back_reason, 'forced_reason', d.forced_reason,
    'currencies', (select jsonb_agg(jsonb_build_object(
                            'code', i.code, 'name', i.name, 'symbol', i.symbol, 'scale', i.scale, 'kind', i.kind,
                            'denominations', to_jsonb(i.denominations)) order by i.position, i.id)
                     from desk_currency c join issuer i on i.id = c.issuer_id where c.desk_id = k.id))
    from desk_day d
    join desk k on k.id = d.desk_id
    join branch b on b.id = k.branch_id
    join staff s on s.id = d.cashier_id
   where d.id = p_day_id
$$;
