-- Everything that is decided about a top-up or withdrawal before it is written: who and what is refused, the price, the
-- limit that it would break, the exact postings. The preview shows it and the posting writes it. p_uplift_id takes it past
-- all limits, and what is still held for the application that the uplift came with counts as being in the wallet.
-- The posting gives its key and what was asked with it (p_content), and gets the key's first result where it has one; or
-- the uplift that it should come again with. All that is read is read once, of one moment.
create function rule.cash_plan(
  p_who actor, p_at timestamptz, p_kind text, p_day_id bigint, p_coin_id bigint, p_issuer text, p_amount bigint,
  p_document text, p_uplift_id bigint, p_key uuid, p_content jsonb,
  out seen jsonb, out uplift_id bigint,
  out cash_date date, out desk text, out branch text, out time_zone text, out cashier text,
  out client_id bigint, out client text, out serial text, out issuer_id smallint, out scale smallint,
  out version_id integer, out payer text, out commission bigint, out cash bigint, out balance_before bigint,
  out balance_after bigint, out local_on date, out debit bigint[], out credit bigint[], out amounts bigint[],
  out lines jsonb, out broken jsonb)
language plpgsql stable
as $$
declare
  d record;
  e record;
  g record;
  n coin;
  l client;
  i record;
  organization_state text;
  there boolean;
  cash_account_id bigint;
  commission_account_id bigint;
  today date;
  refusal text;
  term contract_term;
  -- An assignment is evaluated in place, where `perform` would start the executor for each check.
  checked boolean;
  priced record;
begin
  -- Plain statements, each of one table: they start faster than one that joins them all.
  select k.cashier_id, k.desk_id, k.state, k.cash_date into d from desk_day k where k.id = p_day_id;
  if not found then
    perform refuse('BO022', 'day.not_found');
  end if;
  if p_content is not null then
    select true into there from request_key r where r.key = p_key;
    if found or p_key is null then
      seen := key_seen(p_who, p_key, p_kind, p_content);
      return;
    end if;
  end if;
  if d.cashier_id is distinct from p_who.staff_id then
    perform day_mine(p_who, k) from desk_day k where k.id = p_day_id;
  end if;
  select x.* into n from coin x where x.id = p_coin_id;
  if p_uplift_id is null and p_content is not null then
    select true into there from limit_uplift u
     where u.client_id = n.client_id and u.operation_kind = p_kind and u.issuer_id = n.issuer_id and u.expires_at > p_at;
    if found then
      uplift_id := limit_uplift_once(n.client_id, p_kind, n.issuer_id, p_amount, p_at, p_coin_id);
      if uplift_id is not null then
        return;
      end if;
    end if;
  end if;
  if d.state <> 'open' then
    perform day_in_state(k, 'open') from desk_day k where k.id = p_day_id;
  end if;
  select x.name, x.branch_id into e from desk x where x.id = d.desk_id;
  select x.name, x.time_zone, x.day_ends into g from branch x where x.id = e.branch_id;
  if day_over(d.cash_date, g.day_ends, g.time_zone, p_at) then
    perform refuse('BO021', 'day.stale', jsonb_build_object('date', d.cash_date));
  end if;
  checked := amount_check(p_amount);
  if n.id is null then
    perform refuse('BO022', 'coin.not_found');
  end if;
  select x.code, x.scale, x.active into i from issuer x where x.id = n.issuer_id;
  if i.code is distinct from p_issuer then
    perform refuse('BO030', 'issuer.mismatch', jsonb_build_object('issuer', i.code, 'given', p_issuer));
  end if;
  select x.* into l from client x where x.id = n.client_id;
  if l.organization_id is not null then
    select x.state into organization_state from organization x where x.id = l.organization_id;
  end if;
  refusal := side_refusal(n, l, organization_state, i.active, p_kind = 'cash_withdrawal', p_at);
  if refusal is not null then
    perform refuse('BO026', refusal);
  end if;
  select x.cash_account_id into cash_account_id
    from desk_currency x where x.desk_id = d.desk_id and x.issuer_id = n.issuer_id;
  if not found then
    perform refuse('BO030', 'issuer.not_cash', jsonb_build_object('issuer', i.code));
  end if;
  today := (p_at at time zone l.time_zone)::date;
  version_id := version_in_force(n.client_id, p_at);
  select x.* into term
    from contract_term x
   where x.version_id = cash_plan.version_id and x.operation_kind = p_kind and x.issuer_id = n.issuer_id;
  priced := price(term, p_kind, p_amount);
  if priced.needs_identification and (l.identification <> 'approved' or l.identified_until < today) then
    perform refuse('BO026', 'client.not_identified');
  end if;
  select x.name into cashier from staff x where x.id = d.cashier_id;
  cash_date := d.cash_date;
  desk := e.name;
  branch := g.name;
  time_zone := g.time_zone;
  client_id := n.client_id;
  client := l.name;
  serial := n.serial;
  issuer_id := n.issuer_id;
  scale := i.scale;
  local_on := today;
  select x.balance into balance_before from account x where x.id = n.wallet_account_id;
  payer := priced.payer;
  commission := priced.commission;
  if commission > 0 then
    select x.id into commission_account_id
      from account x
     where x.kind = 'COMMISSION' and x.issuer_id = n.issuer_id
       and x.owner_id = (select y.id from operation_kind y where y.kind = p_kind);
  end if;
  if p_uplift_id is null then
    broken := limit_broken(version_id, client_id, p_kind, issuer_id, local_on, p_amount, p_at, p_coin_id);
  else
    balance_before := balance_before + held_with(p_uplift_id, p_at);
  end if;
  if p_kind = 'cash_top_up' then
    cash := p_amount + priced.on_top;
    debit := array[cash_account_id, n.wallet_account_id];
    credit := array[n.wallet_account_id, commission_account_id];
    amounts := array[cash, commission];
    balance_after := balance_before + cash - commission;
  else
    cash := p_amount - (commission - priced.on_top);
    debit := array[n.wallet_account_id, n.hold_account_id, n.hold_account_id];
    credit := array[n.hold_account_id, cash_account_id, commission_account_id];
    amounts := array[p_amount + priced.on_top, cash, commission];
    balance_after := balance_before - amounts[1];
    checked := withdrawal_check(p_document, balance_before, amounts[1], balance_of(cash_account_id), cash, i.code);
  end if;
  if commission = 0 then
    debit := trim_array(debit, 1);
    credit := trim_array(credit, 1);
    amounts := trim_array(amounts, 1);
  end if;
  lines := cash_lines(p_kind, desk, serial, amounts);
end $$;
