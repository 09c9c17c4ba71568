-- Everything that is decided about a top-up or withdrawal before it is written: who and what is refused, the
-- price, the limits, the exact postings. The preview shows it and the posting writes it.
create function rule.cash_plan(
  p_at timestamptz, p_kind text, p_day desk_day, p_coin_id bigint, p_issuer text, p_amount bigint,
  p_document text,
  out client_id bigint, out client text, out serial text, out issuer_id smallint, out scale smallint,
  out version_id integer, out payer text, out commission bigint, out cash bigint, out balance_before bigint,
  out balance_after bigint, out local_on date, out debit bigint[], out credit bigint[], out amounts bigint[],
  out lines jsonb, out place jsonb)
language plpgsql stable
as $$
declare
  c record;
  -- An assignment is evaluated in place, where `perform` would start the executor for each check.
  checked boolean;
  priced record;
begin
  checked := day_in_state(p_day, 'open');
  checked := day_not_stale(p_day, p_at);
  checked := amount_check(p_amount);
  select n.client_id, n.serial, n.issuer_id, n.wallet_account_id, n.hold_account_id, n.incoming, n.outgoing, n.closed,
         i.code, i.scale, i.active as issuer_active, cl.name, cl.active, cl.blocked,
         o.state as organization_state, cl.identification, cl.identified_until,
         (p_at at time zone cl.time_zone)::date as today, w.balance, dc.cash_account_id,
         f.id as commission_account_id
    into c
    from coin n
    join issuer i on i.id = n.issuer_id
    join client cl on cl.id = n.client_id
    left join organization o on o.id = cl.organization_id
    join account w on w.id = n.wallet_account_id
    join operation_kind k on k.kind = p_kind
    left join desk_currency dc on dc.desk_id = p_day.desk_id and dc.issuer_id = n.issuer_id
    left join account f on f.kind = 'COMMISSION' and f.issuer_id = n.issuer_id and f.owner_id = k.id
   where n.id = p_coin_id;
  if not found then
    perform refuse('BO022', 'coin.not_found');
  end if;
  if c.code is distinct from p_issuer then
    perform refuse('BO030', 'issuer.mismatch', jsonb_build_object('issuer', c.code, 'given', p_issuer));
  end if;
  if c.blocked then
    perform refuse('BO026', 'client.blocked');
  end if;
  if not c.active then
    perform refuse('BO026', 'client.inactive');
  end if;
  if c.organization_state = 'suspended' then
    perform refuse('BO026', 'organization.suspended');
  end if;
  if c.organization_state = 'closed' then
    perform refuse('BO026', 'organization.closed');
  end if;
  if not c.issuer_active then
    perform refuse('BO026', 'issuer.off');
  end if;
  if c.closed then
    perform refuse('BO026', 'coin.closed');
  end if;
  if (p_kind = 'cash_top_up' and not c.incoming) or (p_kind = 'cash_withdrawal' and not c.outgoing) then
    perform refuse('BO026', 'coin.blocked');
  end if;
  client_id := c.client_id;
  client := c.name;
  serial := c.serial;
  issuer_id := c.issuer_id;
  scale := c.scale;
  balance_before := c.balance;
  local_on := c.today;
  if c.cash_account_id is null then
    perform refuse('BO030', 'issuer.not_cash', jsonb_build_object('issuer', c.code));
  end if;
  priced := price(c.client_id, p_kind, c.issuer_id, p_amount, p_at);
  if priced.needs_identification and (c.identification <> 'approved' or c.identified_until < c.today) then
    perform refuse('BO026', 'client.not_identified');
  end if;
  version_id := priced.version_id;
  payer := priced.payer;
  commission := priced.commission;
  checked := limits_check(version_id, client_id, p_kind, issuer_id, local_on, p_amount);
  if p_kind = 'cash_top_up' then
    cash := p_amount + priced.on_top;
    debit := array[c.cash_account_id, c.wallet_account_id];
    credit := array[c.wallet_account_id, c.commission_account_id];
    amounts := array[cash, commission];
    balance_after := balance_before + cash - commission;
  else
    cash := p_amount - (commission - priced.on_top);
    debit := array[c.wallet_account_id, c.hold_account_id, c.hold_account_id];
    credit := array[c.hold_account_id, c.cash_account_id, c.commission_account_id];
    amounts := array[p_amount + priced.on_top, cash, commission];
    balance_after := balance_before - amounts[1];
    checked := withdrawal_check(p_document, balance_before, amounts[1], balance_of(c.cash_account_id), cash, c.code);
  end if;
  if commission = 0 then
    debit := trim_array(debit, 1);
    credit := trim_array(credit, 1);
    amounts := trim_array(amounts, 1);
  end if;
  place := day_place(p_day);
  lines := cash_lines(p_kind, place ->> 'desk', serial, amounts);
end $$;
