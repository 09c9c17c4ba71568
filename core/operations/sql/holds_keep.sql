-- What a batch set aside: holds, and with them what waits: applications, redeem requests. A payment's hold and an
-- application stand for seven days, a redeem by cash for fourteen, a redeem by bank until it is decided.
create function rule.holds_keep(p_who actor, p_at timestamptz, p_lines jsonb[], p_keys uuid[], p_plans planned[])
returns void language plpgsql
as $$
begin
  insert into hold (operation_id, purpose, kind, client_id, coin_id, counter_coin_id, issuer_id, amount, commission,
                    on_top, version_id, counted_on, expires_at)
    select p.operation_id,
           case p.kind when 'hold' then 'payment' when 'redeem_hold' then 'redeem' else 'application' end,
           p.limit_kind, p.client_id, p.coin_id, p.counter_coin_id, p.issuer_id, p.amount, p.fee, p.on_top,
           p.version_id, case when p.kind <> 'application_hold' then p.local_on end,
           case when p.kind <> 'redeem_hold' then p_at + interval '7 days'
                when p.limit_kind = 'cash_withdrawal' then p_at + interval '14 days' else 'infinity' end
      from unnest(p_plans) as p
     where p.operation_id is not null and p.kind in ('hold', 'redeem_hold', 'application_hold')
     order by p.n;
  insert into application (kind, client_id, coin_id, counter_coin_id, issuer_id, amount, commission, version_id, period,
                           measure, limit_value, used_value, excess, hold_id, request_key, payload, asked_by_id,
                           asked_at, expires_at)
    select p.limit_kind, p.client_id, p.coin_id, p.counter_coin_id, p.issuer_id, p.amount, p.fee, p.limit_version,
           p.broken ->> 'period', p.broken ->> 'measure', (p.broken ->> 'limit')::bigint, (p.broken ->> 'used')::bigint,
           (p.broken ->> 'excess')::bigint, h.id, coalesce(p_keys[p.n], md5(p_at::text || p.n)::uuid),
           p_lines[p.n], p_who.staff_id, p_at, p_at + interval '7 days'
      from unnest(p_plans) as p
      left join hold h on h.operation_id = p.operation_id
     where p.broken is not null and p.sub = 0
     order by p.n;
  insert into redeem_request (kind, client_id, coin_id, issuer_id, amount, commission, on_top, version_id, hold_id,
                              payee, iban, note, asked_by_id, asked_at, expires_at)
    select case p.limit_kind when 'bank_redeem' then 'bank' else 'cash' end, p.client_id, p.coin_id, p.issuer_id,
           p.amount, p.fee, p.on_top, p.version_id, h.id,
           coalesce(p.details ->> 'payee', ''), p.details ->> 'iban',
           coalesce(p_lines[p.n] ->> 'note', ''), p_who.staff_id, p_at,
           case p.limit_kind when 'cash_withdrawal' then p_at + interval '14 days' end
      from unnest(p_plans) as p
      join hold h on h.operation_id = p.operation_id
     where p.kind = 'redeem_hold'
     order by p.n;
end $$;
