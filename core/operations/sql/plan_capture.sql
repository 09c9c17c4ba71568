-- What taking a payment's hold will do, whole or less: the price anew by the hold's version, the merchant paid out of
-- the hold, and what is left of it back to the payer.
create function rule.plan_capture(
  p_at timestamptz, p_line jsonb, p_plan planned, out plans planned[], out moves move[])
language plpgsql stable
as $$
declare
  p planned := p_plan;
  h hold;
  term contract_term;
  back record;
  s record;
begin
  select x.* into h from hold x where x.operation_id = p.of_id and x.purpose = 'payment';
  select i.code, i.scale, giver.hold_account_id as held, giver.wallet_account_id as payer,
         shop.wallet_account_id as merchant, mc.organization_id, ca.id as income, due.id as due,
         expense.id as expense,
         coalesce(side_refusal(giver, pc, po.state, i.active, true, p_at),
                  side_refusal(shop, mc, mo.state, i.active, false, p_at)) as refusal
    into s
    from issuer i
    join coin giver on giver.id = h.coin_id
    join client pc on pc.id = giver.client_id
    left join organization po on po.id = pc.organization_id
    join coin shop on shop.id = h.counter_coin_id
    join client mc on mc.id = shop.client_id
    left join organization mo on mo.id = mc.organization_id
    left join operation_kind k on k.kind = 'payment'
    left join account ca on ca.kind = 'COMMISSION' and ca.issuer_id = i.id and ca.owner_id = k.id
    left join account due on due.kind = 'CASHBACK_DUE' and due.issuer_id = i.id
    left join account expense on expense.kind = 'CASHBACK' and expense.issuer_id = i.id
   where i.id = h.issuer_id;
  if h.id is not null then
    p.amount := case when p_line ? 'amount' or p_line ? 'minor' then amount_given(p_line, s.scale) else h.amount end;
  end if;
  p.refusal := case
    when h.id is null then no('BO022', 'hold.not_found')
    when h.state <> 'active'
      then no('BO021', 'hold.wrong_state', jsonb_build_object('from_state', h.state, 'to_state', 'used'))
    when h.expires_at <= p_at then no('BO021', 'hold.expired')
    when p.amount is null then amount_refusal(p_line, s.scale, s.code)
    when p.amount > h.amount then no('BO030', 'capture.above', jsonb_build_object('held', h.amount, 'issuer', s.code))
    when s.refusal is not null then no('BO026', s.refusal) end;
  plans := array[p];
  if p.refusal is not null then
    return;
  end if;
  select t.* into strict term from contract_term t
   where t.version_id = h.version_id and t.operation_kind = 'payment' and t.issuer_id = h.issuer_id;
  p.fee := commission_of(term, p.amount);
  p.on_top := least(paid_on_top(term.payer, p.fee), h.amount + h.on_top - p.amount);
  if p.fee - p.on_top >= p.amount then
    p.refusal := no('BO030', 'commission.above_amount', jsonb_build_object('commission', p.fee));
    plans := array[p];
    return;
  end if;
  p.commission := p.fee;
  p.version_id := h.version_id;
  select b.version_id, b.paid_by,
         least(floor(p.amount * b.percent * 0.01)::bigint, b.cap,
               case b.paid_by when 'merchant' then p.amount - (p.fee - p.on_top) end) as amount
    into back from cashback_at(s.organization_id, h.issuer_id, p_at) as b;
  p.cashback := coalesce(back.amount, 0);
  p.cashback_id := case when back.amount > 0 then back.version_id end;
  p.details := p.details || jsonb_strip_nulls(jsonb_build_object('on_top', nullif(p.on_top, 0)));
  plans := array[p];
  moves := array(
    select row(p.n, 0, v.seq, v.debit, v.credit, v.amount)::move
      from (values
        (1, s.held, s.merchant, p.amount),
        (2, s.held, s.income, p.on_top),
        (3, s.merchant, s.income, p.fee - p.on_top),
        (4, case back.paid_by when 'company' then s.expense else s.merchant end, s.due, p.cashback),
        (5, s.held, s.payer, h.amount + h.on_top - p.amount - p.on_top)) as v (seq, debit, credit, amount)
     where v.amount > 0
     order by v.seq);
end $$;
