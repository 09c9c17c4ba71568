-- What a refund will do, whole or in part: the amount from the merchant to the payer, and of the commission (unless
-- the term keeps it) and of the cashback (where its version claws back) the same part. Parts are taken from the sum refunded
-- so far, so that many small refunds give back exactly what one would. Cashback that was paid out is taken from the
-- payer, out of what they get. p_of: the payment, as `plan_follow` knows it.
create function rule.plan_refund(p_plan planned, p_of record, out plan planned, out moves move[])
language plpgsql stable
as $$
declare
  gives_back constant boolean := coalesce((p_of.term).refund, 'give_back') = 'give_back';
  remaining constant bigint := p_of.amount - p_of.refunded;
  on_top constant bigint := coalesce((p_of.details ->> 'on_top')::bigint, 0);
  refusal constant text := coalesce(p_of.shop_out, p_of.giver_in);
  asked bigint;
  below bigint;
  above bigint;
  cashback bigint := 0;
begin
  plan := p_plan;
  if p_of.kind not in ('payment', 'capture') then
    plan.refusal := no('BO021', 'refund.wrong_kind', jsonb_build_object('kind', p_of.kind));
    return;
  end if;
  asked := case when p_of.line ? 'amount' or p_of.line ? 'minor' then amount_given(p_of.line, p_of.scale)
                else nullif(remaining, 0) end;
  plan.refusal := case
    when remaining = 0 or asked > remaining
      then no('BO030', 'refund.above', jsonb_build_object('left', remaining, 'issuer', p_of.code))
    when asked is null then amount_refusal(p_of.line, p_of.scale, p_of.code)
    when refusal is not null then no('BO026', refusal) end;
  if plan.refusal is not null then
    return;
  end if;
  above := part_of(on_top, p_of.amount, p_of.refunded, asked, gives_back);
  below := part_of(p_of.commission - on_top, p_of.amount, p_of.refunded, asked, gives_back);
  if p_of.cashback_payer is not null then
    cashback := part_of(p_of.cashback_due, p_of.amount, p_of.refunded, asked, true);
  end if;
  plan.amount := asked;
  plan.cashback := cashback;
  plan.details := plan.details || jsonb_strip_nulls(jsonb_build_object(
    'commission_back', nullif(above + below, 0), 'cashback_back', nullif(cashback, 0)));
  moves := array[
    row(plan.n, 0, 1, p_of.income, p_of.shop_wallet, below),
    row(plan.n, 0, 2, case when p_of.cashback_paid_at is null then p_of.due else p_of.giver_wallet end,
        case when p_of.cashback_payer = 'company' then p_of.expense else p_of.shop_wallet end, cashback),
    row(plan.n, 0, 3, p_of.shop_wallet, p_of.giver_wallet, asked),
    row(plan.n, 0, 4, p_of.income, p_of.giver_wallet, above)]::move[];
end $$;
