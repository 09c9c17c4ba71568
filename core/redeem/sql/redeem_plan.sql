-- Everything that is decided about paying a cash request at a desk before it is written: who and what is refused, and the
-- exact postings. What the cashier sees before, and what is written then. p_document is null where nothing is paid yet.
create function rule.redeem_plan(
  p_at timestamptz, p_day desk_day, p_request redeem_request, p_document text,
  out operation_id bigint, out client text, out serial text, out issuer text, out scale smallint,
  out denominations bigint[], out cash bigint, out balance bigint, out debit bigint[], out credit bigint[],
  out amounts bigint[], out lines jsonb, out place jsonb)
language plpgsql stable
as $$
declare
  r constant redeem_request := p_request;
  checked boolean;
  c record;
begin
  checked := day_in_state(p_day, 'open');
  checked := day_not_stale(p_day, p_at);
  if r.kind <> 'cash' then
    perform refuse('BO030', 'redeem.not_cash');
  end if;
  if r.state = 'pending' then
    perform refuse('BO021', 'redeem.not_approved');
  end if;
  checked := redeem_move_check(r, 'paid', 'approved');
  checked := redeem_open_check(r, p_at);
  select h.operation_id, n.serial, n.hold_account_id, l.name, i.code, i.scale, i.denominations, w.balance,
         dc.cash_account_id, f.id as commission_account_id
    into c
    from hold h
    join coin n on n.id = h.coin_id
    join client l on l.id = n.client_id
    join issuer i on i.id = n.issuer_id
    join account w on w.id = n.wallet_account_id
    join operation_kind k on k.kind = 'cash_withdrawal'
    left join desk_currency dc on dc.desk_id = p_day.desk_id and dc.issuer_id = n.issuer_id
    left join account f on f.kind = 'COMMISSION' and f.issuer_id = n.issuer_id and f.owner_id = k.id
   where h.id = r.hold_id;
  if c.cash_account_id is null then
    perform refuse('BO030', 'issuer.not_cash', jsonb_build_object('issuer', c.code));
  end if;
  operation_id := c.operation_id;
  client := c.name;
  serial := c.serial;
  issuer := c.code;
  scale := c.scale;
  denominations := c.denominations;
  balance := c.balance;
  cash := r.amount - (r.commission - r.on_top);
  -- What the wallet had to have was set aside already.
  checked := withdrawal_check(p_document, 0, 0, balance_of(c.cash_account_id), cash, c.code);
  debit := array[c.hold_account_id, c.hold_account_id];
  credit := array[c.cash_account_id, c.commission_account_id];
  amounts := array[cash, r.commission];
  if r.commission = 0 then
    debit := trim_array(debit, 1);
    credit := trim_array(credit, 1);
    amounts := trim_array(amounts, 1);
  end if;
  place := day_place(p_day);
  lines := lines_named(debit, credit, amounts);
end $$;
