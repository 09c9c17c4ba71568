-- The cashback that a batch promised, with what its versions' budgets have left, and what refunds and reversals took
-- back of a promise.
create function rule.cashback_keep(p_at timestamptz, p_plans planned[])
returns void language plpgsql
as $$
begin
  insert into cashback_due (operation_id, client_id, coin_id, merchant_coin_id, issuer_id, version_id, amount, due_on)
    select p.operation_id, p.client_id, p.coin_id, p.counter_coin_id, p.issuer_id, p.cashback_id, p.cashback,
           (p_at at time zone 'UTC')::date + v.hold_days
      from unnest(p_plans) as p
      join cashback_version v on v.id = p.cashback_id
     where p.operation_id is not null and p.kind in ('payment', 'capture') and p.cashback > 0;
  insert into cashback_used as u (version_id, amount)
    select p.cashback_id, sum(p.cashback)
      from unnest(p_plans) as p
     where p.operation_id is not null and p.kind in ('payment', 'capture') and p.cashback > 0
     group by p.cashback_id
     order by p.cashback_id
    on conflict (version_id) do update set amount = u.amount + excluded.amount;
  update cashback_due d
     set taken_back = d.taken_back + p.cashback
    from unnest(p_plans) as p
   where p.operation_id is not null and p.kind in ('refund', 'reversal') and p.cashback > 0
     and d.operation_id = coalesce(p.reverses_id, p.of_id);
end $$;
