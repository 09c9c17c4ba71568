-- Pays cashback whose day has come to the payers: at most p_most promises, oldest first. What refunds have taken back of
-- a promise is not paid; who is blocked gets it when the block has ended. Returns how many were paid.
create function rule.cashback_pay(p_who actor, p_at timestamptz, p_most integer)
returns integer language plpgsql
as $$
declare
  due_ids bigint[];
  plans planned[];
  moves move[];
begin
  due_ids := array(
    select d.operation_id
      from cashback_due d
      join coin c on c.id = d.coin_id
      join client m on m.id = c.client_id
      join issuer i on i.id = c.issuer_id
      left join organization o on o.id = m.organization_id
     where d.paid_at is null and d.due_on <= (p_at at time zone 'UTC')::date
       -- Those who can take nothing now do not stand in the way of the others.
       and (d.taken_back = d.amount or side_refusal(c, m, o.state, i.active, false, p_at) is null)
     order by d.due_on, d.operation_id limit p_most);
  perform from coin c
    where c.id in (select d.coin_id from cashback_due d where d.operation_id = any (due_ids))
    order by c.id for no key update;
  update cashback_due d set paid_at = p_at
   where d.operation_id = any (due_ids) and d.paid_at is null and d.taken_back = d.amount;
  with ready as materialized (
    select row_number() over (order by d.operation_id)::integer as n, d.operation_id, d.issuer_id,
           d.amount - d.taken_back as amount, d.client_id, d.coin_id, d.merchant_coin_id, s.client_id as merchant_id,
           c.wallet_account_id, a.id as due_account
      from cashback_due d
      join coin c on c.id = d.coin_id
      join client m on m.id = c.client_id
      join issuer i on i.id = c.issuer_id
      left join organization o on o.id = m.organization_id
      join coin s on s.id = d.merchant_coin_id
      join account a on a.kind = 'CASHBACK_DUE' and a.issuer_id = d.issuer_id
     where d.operation_id = any (due_ids) and d.paid_at is null and d.taken_back < d.amount
       and side_refusal(c, m, o.state, i.active, false, p_at) is null)
  select array_agg(jsonb_populate_record(null::planned, jsonb_build_object(
           'n', r.n, 'sub', 0, 'kind', 'cashback_payout', 'issuer_id', r.issuer_id, 'amount', r.amount, 'commission', 0,
           'client_id', r.client_id, 'coin_id', r.coin_id, 'counter_client_id', r.merchant_id,
           'counter_coin_id', r.merchant_coin_id, 'of_id', r.operation_id)) order by r.n),
         array_agg(row(r.n, 0, 1, r.due_account, r.wallet_account_id, r.amount)::move order by r.n)
    into plans, moves
    from ready r;
  if plans is null then
    return 0;
  end if;
  plans := operations_write(p_who, p_at, 'cashback', plans, moves);
  update cashback_due d set paid_at = p_at, paid_operation_id = p.operation_id
    from unnest(plans) as p
   where d.operation_id = p.of_id;
  return cardinality(plans);
end $$;
