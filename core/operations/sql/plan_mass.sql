-- What a mass payment will do: all of it from the sender into a batch, from there each item to its recipient, and back
-- to the sender what a recipient cannot take. An item that is no item at all (no coin, no amount) refuses the whole line.
create function rule.plan_mass(
  p_at timestamptz, p_n integer, p_line jsonb, p_refs text[], p_coins bigint[], out plans planned[], out moves move[])
language plpgsql stable
as $$
declare
  lead planned;
  sender record;
  term contract_term;
  item record;
  batch bigint;
  income bigint;
  p planned;
begin
  lead.n := p_n;
  lead.sub := 0;
  lead.kind := 'mass_payment';
  lead.limit_kind := 'mass_payment';
  lead.of_own := false;
  select c.id, c.client_id, c.issuer_id, c.wallet_account_id, c.hold_account_id, i.code, i.scale, m.identification,
         m.identified_until, (p_at at time zone m.time_zone)::date as today, version_in_force(m.id, p_at) as version_id,
         side_refusal(c, m, o.state, i.active, true, p_at) as refusal
    into sender
    from coin c
    join client m on m.id = c.client_id
    join issuer i on i.id = c.issuer_id
    left join organization o on o.id = m.organization_id
   where c.id = p_coins[array_position(p_refs, p_line ->> 'from')];
  select t.* into term from contract_term t
   where t.version_id = sender.version_id and t.operation_kind = 'mass_payment' and t.issuer_id = sender.issuer_id;
  lead.refusal := case
    when sender.id is null then no('BO022', 'coin.not_found')
    when coalesce(jsonb_typeof(p_line -> 'items'), '') <> 'array'
         or jsonb_array_length(p_line -> 'items') not between 1 and 1000
      then no('BO030', 'items.count', jsonb_build_object('limit', 1000))
    when sender.refusal is not null then no('BO026', sender.refusal)
    when length(p_line ->> 'note') > 140 or has_unseen(p_line ->> 'note') then no('BO030', 'note.invalid')
    when term.version_id is null then no('BO026', 'term.missing', jsonb_build_object('kind', 'mass_payment'))
    when term.needs_identification and (sender.identification <> 'approved' or sender.identified_until < sender.today)
      then no('BO026', 'client.not_identified') end;
  if lead.refusal is not null then
    plans := array[lead];
    return;
  end if;
  lead.issuer_id := sender.issuer_id;
  lead.version_id := sender.version_id;
  lead.limit_version := sender.version_id;
  lead.client_id := sender.client_id;
  lead.coin_id := sender.id;
  lead.local_on := sender.today;
  lead.hold_account := sender.hold_account_id;
  lead.details := jsonb_strip_nulls(jsonb_build_object('note', p_line -> 'note'));
  lead.amount := 0;
  lead.commission := 0;
  lead.fee := 0;
  lead.on_top := 0;
  batch := account_seen('BATCH', sender.issuer_id, sender.id);
  income := account_seen('COMMISSION', sender.issuer_id,
                         (select k.id from operation_kind k where k.kind = 'mass_payment'));
  for item in
    select e.i::integer as i, e.l, c.id, c.client_id, c.issuer_id, c.wallet_account_id, i.code,
           amount_given(e.l, sender.scale) as amount,
           side_refusal(c, m, o.state, i.active, false, p_at) as refusal
      from jsonb_array_elements(p_line -> 'items') with ordinality as e (l, i)
      left join unnest(p_refs, p_coins) as r (ref, id) on r.ref = e.l ->> 'to'
      left join coin c on c.id = r.id
      left join client m on m.id = c.client_id
      left join issuer i on i.id = c.issuer_id
      left join organization o on o.id = m.organization_id
     order by e.i
  loop
    p := lead;
    p.sub := item.i;
    p.of_own := true;
    p.limit_kind := null;
    p.hold_account := null;
    p.counter_client_id := item.client_id;
    p.counter_coin_id := item.id;
    p.amount := item.amount;
    p.details := '{}';
    lead.refusal := case
      when item.id is null then no('BO022', 'coin.not_found', jsonb_build_object('item', item.i))
      when item.amount is null then amount_refusal(item.l, sender.scale, sender.code)
      when item.issuer_id <> sender.issuer_id then no('BO030', 'issuer.mismatch', jsonb_build_object(
        'issuer', sender.code, 'given', item.code, 'item', item.i))
      when item.id = sender.id then no('BO030', 'coin.same', jsonb_build_object('item', item.i)) end;
    if lead.refusal is null then
      p.fee := commission_of(term, item.amount);
      p.on_top := paid_on_top(term.payer, p.fee);
      if p.fee - p.on_top >= item.amount then
        lead.refusal := no('BO030', 'commission.above_amount', jsonb_build_object('commission', p.fee, 'item', item.i));
      end if;
    end if;
    if lead.refusal is not null then
      plans := array[lead];
      moves := null;
      return;
    end if;
    lead.amount := lead.amount + item.amount;
    lead.on_top := lead.on_top + p.on_top;
    lead.fee := lead.fee + p.fee;
    if item.refusal is null then
      p.kind := 'mass_payment_item';
      p.commission := p.fee;
      moves := moves || row(p_n, item.i, 1, batch, item.wallet_account_id, item.amount)::move;
      if p.on_top > 0 then
        moves := moves || row(p_n, item.i, 2, batch, income, p.on_top)::move;
      end if;
      if p.fee > p.on_top then
        moves := moves || row(p_n, item.i, 3, item.wallet_account_id, income, p.fee - p.on_top)::move;
      end if;
    else
      p.kind := 'mass_payment_return';
      p.fee := 0;
      p.details := jsonb_build_object('failure', item.refusal);
      moves := moves || row(p_n, item.i, 1, batch, sender.wallet_account_id, item.amount + p.on_top)::move;
      p.amount := item.amount + p.on_top;
    end if;
    plans := plans || p;
  end loop;
  plans := lead || plans;
  moves := row(p_n, 0, 1, sender.wallet_account_id, batch, lead.amount + lead.on_top)::move || moves;
end $$;
