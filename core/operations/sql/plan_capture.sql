-- What taking a payment's hold will do, whole or less: the price anew by the hold's version, the merchant paid out of
-- the hold, and what is left of it back to the payer. p_of: the hold's operation, as `plan_follow` knows it.
create function rule.plan_capture(
  p_at timestamptz, p_plan planned, p_of record, out plan planned, out moves move[])
language plpgsql stable
as $$
declare
  h constant hold := case when (p_of.hold).purpose = 'payment' then p_of.hold end;
  refusal constant text := coalesce(p_of.giver_out, p_of.shop_in);
  back record;
begin
  plan := p_plan;
  if h.id is not null then
    plan.amount := case when p_of.line ? 'amount' or p_of.line ? 'minor' then amount_given(p_of.line, p_of.scale)
                        else h.amount end;
  end if;
  plan.refusal := case
    when h.id is null then no('BO022', 'hold.not_found')
    when h.state <> 'active'
      then no('BO021', 'hold.wrong_state', jsonb_build_object('from_state', h.state, 'to_state', 'used'))
    when h.expires_at <= p_at then no('BO021', 'hold.expired')
    when plan.amount is null then amount_refusal(p_of.line, p_of.scale, p_of.code)
    when plan.amount > h.amount
      then no('BO030', 'capture.above', jsonb_build_object('held', h.amount, 'issuer', p_of.code))
    when refusal is not null then no('BO026', refusal)
    when (p_of.term).payer is null then no('BO026', 'term.missing', '{"kind": "payment"}') end;
  if plan.refusal is not null then
    return;
  end if;
  plan.fee := commission_of(p_of.term, plan.amount);
  plan.on_top := least(paid_on_top((p_of.term).payer, plan.fee), h.amount + h.on_top - plan.amount);
  if plan.fee - plan.on_top >= plan.amount then
    plan.refusal := no('BO030', 'commission.above_amount', jsonb_build_object('commission', plan.fee));
    return;
  end if;
  plan.commission := plan.fee;
  plan.cashback := 0;
  if p_of.shop_organization is not null then
    select b.version_id, b.paid_by,
           least(floor(plan.amount * b.percent * 0.01)::bigint, b.cap,
                 case b.paid_by when 'merchant' then plan.amount - (plan.fee - plan.on_top) end) as amount
      into back from cashback_at(p_of.shop_organization, h.issuer_id, p_at) as b;
    plan.cashback := coalesce(back.amount, 0);
    plan.cashback_id := case when back.amount > 0 then back.version_id end;
  end if;
  plan.details := plan.details || jsonb_strip_nulls(jsonb_build_object('on_top', nullif(plan.on_top, 0)));
  moves := array[
    row(plan.n, 0, 1, p_of.giver_hold, p_of.shop_wallet, plan.amount),
    row(plan.n, 0, 2, p_of.giver_hold, p_of.income, plan.on_top),
    row(plan.n, 0, 3, p_of.shop_wallet, p_of.income, plan.fee - plan.on_top)]::move[];
  if plan.cashback > 0 then
    moves := moves || row(plan.n, 0, 4, case back.paid_by when 'company' then p_of.expense else p_of.shop_wallet end,
                          p_of.due, plan.cashback)::move;
  end if;
  moves := moves || row(plan.n, 0, 5, p_of.giver_hold, p_of.giver_wallet,
                        h.amount + h.on_top - plan.amount - plan.on_top)::move;
end $$;
