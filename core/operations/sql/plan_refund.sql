-- What a refund will do, whole or in part: the amount from the merchant to the payer, and of the commission (unless
-- the term keeps it) and of the cashback (where its version claws back) the same part. Parts are taken from the sum refunded
-- so far, so that many small refunds give back exactly what one would. Cashback that was paid out is taken from the
-- payer, out of what they get.
create function rule.plan_refund(
  p_at timestamptz, p_line jsonb, p_plan planned, p_of operation, out plans planned[], out moves move[])
language plpgsql stable
as $$
declare
  p planned := p_plan;
  s record;
  gave record;
  due record;
  asked bigint;
  below bigint;
  above bigint;
  cashback bigint := 0;
  whole_above constant bigint := coalesce((p_of.details ->> 'on_top')::bigint, 0);
begin
  select i.code, i.scale, giver.wallet_account_id as payer, shop.wallet_account_id as merchant,
         coalesce(side_refusal(shop, mc, mo.state, i.active, true, p_at),
                  side_refusal(giver, pc, po.state, i.active, false, p_at)) as refusal,
         ca.id as income, coalesce(t.refund, 'give_back') as rule
    into s
    from issuer i
    join coin giver on giver.id = p_of.coin_id
    join client pc on pc.id = giver.client_id
    left join organization po on po.id = pc.organization_id
    join coin shop on shop.id = p_of.counter_coin_id
    join client mc on mc.id = shop.client_id
    left join organization mo on mo.id = mc.organization_id
    left join operation_kind k on k.kind = 'payment'
    left join account ca on ca.kind = 'COMMISSION' and ca.issuer_id = i.id and ca.owner_id = k.id
    left join contract_term t on t.version_id = p_of.version_id and t.operation_kind = 'payment' and t.issuer_id = i.id
   where i.id = p_of.issuer_id;
  if p_of.kind not in ('payment', 'capture') then
    p.refusal := no('BO021', 'refund.wrong_kind', jsonb_build_object('kind', p_of.kind));
    plans := array[p];
    return;
  end if;
  select coalesce(sum(r.amount), 0)::bigint as amount into gave from refund_total r where r.operation_id = p_of.id;
  asked := case when p_line ? 'amount' or p_line ? 'minor' then amount_given(p_line, s.scale)
                else nullif(p_of.amount - gave.amount, 0) end;
  p.refusal := case
    when p_of.amount = gave.amount or asked > p_of.amount - gave.amount
      then no('BO030', 'refund.above', jsonb_build_object('left', p_of.amount - gave.amount, 'issuer', s.code))
    when asked is null then amount_refusal(p_line, s.scale, s.code)
    when s.refusal is not null then no('BO026', s.refusal) end;
  plans := array[p];
  if p.refusal is not null then
    return;
  end if;
  above := part_of(whole_above, p_of.amount, gave.amount, asked, s.rule = 'give_back');
  below := part_of(p_of.commission - whole_above, p_of.amount, gave.amount, asked, s.rule = 'give_back');
  select d.amount, d.paid_at, v.paid_by, due_account.id as due_account, expense.id as expense
    into due
    from cashback_due d
    join cashback_version v on v.id = d.version_id and v.clawback
    join account due_account on due_account.kind = 'CASHBACK_DUE' and due_account.issuer_id = d.issuer_id
    left join account expense on expense.kind = 'CASHBACK' and expense.issuer_id = d.issuer_id
   where d.operation_id = p_of.id;
  if found then
    cashback := part_of(due.amount, p_of.amount, gave.amount, asked, true);
  end if;
  p.amount := asked;
  p.cashback := cashback;
  p.details := p.details || jsonb_strip_nulls(jsonb_build_object(
    'commission_back', nullif(above + below, 0), 'cashback_back', nullif(cashback, 0)));
  plans := array[p];
  moves := array(
    select row(p.n, 0, v.seq, v.debit, v.credit, v.amount)::move
      from (values
        (1, s.income, s.merchant, below),
        (2, case when due.paid_at is null then due.due_account else s.payer end,
            case when due.paid_by = 'company' then due.expense else s.merchant end, cashback),
        (3, s.merchant, s.payer, asked),
        (4, s.income, s.payer, above)) as v (seq, debit, credit, amount)
     where v.amount > 0
     order by v.seq);
end $$;
