-- What an exchange by a quote will do: in the one issuer's unit from the client to the office, in the other's from the
-- office to the client, at the quote's amounts; the commission by the client's own terms, in the unit that they give.
create function rule.plan_exchange(
  p_at timestamptz, p_n integer, p_line jsonb, p_refs text[], p_coins bigint[], out plans planned[], out moves move[])
language plpgsql stable
as $$
declare
  p planned;
  q quote;
  f record;
  g record;
  office_f record;
  office_g record;
  term contract_term;
  income bigint;
begin
  p.n := p_n;
  p.sub := 0;
  p.kind := 'exchange';
  p.limit_kind := 'exchange';
  p.of_own := false;
  select x.* into q from quote x where x.id = key_of(jsonb_build_object('key', p_line -> 'quote'));
  f := exchange_side(p_coins[array_position(p_refs, p_line ->> 'from')], true, p_at);
  g := exchange_side(p_coins[array_position(p_refs, p_line ->> 'to')], false, p_at);
  office_f := exchange_side(office_coin(q.office_id, q.from_issuer_id), false, p_at);
  office_g := exchange_side(office_coin(q.office_id, q.to_issuer_id), true, p_at);
  select t.* into term from contract_term t
   where t.version_id = f.version_id and t.operation_kind = 'exchange' and t.issuer_id = f.issuer_id;
  p.refusal := case
    when q.id is null then no('BO022', 'quote.not_found')
    when q.taken_at is not null then no('BO021', 'quote.taken')
    when p_at >= q.expires_at then no('BO025', 'quote.expired')
    when f.id is null or g.id is null then no('BO022', 'coin.not_found')
    when f.issuer_id <> q.from_issuer_id then no('BO030', 'issuer.mismatch', jsonb_build_object(
      'issuer', f.code, 'given', (select i.code from issuer i where i.id = q.from_issuer_id)))
    when g.issuer_id <> q.to_issuer_id then no('BO030', 'issuer.mismatch', jsonb_build_object(
      'issuer', g.code, 'given', (select i.code from issuer i where i.id = q.to_issuer_id)))
    when f.client_id <> g.client_id then no('BO030', 'exchange.other_client')
    when office_f.id is null or office_g.id is null then no('BO026', 'office.no_coin')
    when f.client_id = office_f.client_id then no('BO030', 'coin.same')
    when coalesce(f.refusal, g.refusal, office_f.refusal, office_g.refusal) is not null
      then no('BO026', coalesce(f.refusal, g.refusal, office_f.refusal, office_g.refusal))
    when length(p_line ->> 'note') > 140 or has_unseen(p_line ->> 'note') then no('BO030', 'note.invalid')
    when term.version_id is null then no('BO026', 'term.missing', jsonb_build_object('kind', 'exchange'))
    when term.needs_identification and (f.identification <> 'approved' or f.identified_until < f.today)
      then no('BO026', 'client.not_identified') end;
  if p.refusal is null then
    p.fee := commission_of(term, q.amount_from);
    p.on_top := paid_on_top(term.payer, p.fee);
    if p.fee - p.on_top >= q.amount_from then
      p.refusal := no('BO030', 'commission.above_amount', jsonb_build_object('commission', p.fee));
    end if;
  end if;
  if p.refusal is null then
    p.issuer_id := f.issuer_id;
    p.amount := q.amount_from;
    p.commission := p.fee;
    p.version_id := f.version_id;
    p.limit_version := f.version_id;
    p.client_id := f.client_id;
    p.coin_id := f.id;
    p.counter_client_id := office_f.client_id;
    p.counter_coin_id := office_f.id;
    p.local_on := f.today;
    p.details := jsonb_strip_nulls(jsonb_build_object(
      'quote', q.id, 'issuer_to', g.code, 'amount_to', q.amount_to, 'coin_to', g.id, 'note', p_line -> 'note',
      'on_top', nullif(p.on_top, 0)));
    income := account_seen('COMMISSION', f.issuer_id, (select k.id from operation_kind k where k.kind = 'exchange'));
    moves := array[row(p_n, 0, 1, f.wallet_account_id, office_f.wallet_account_id, q.amount_from)::move];
    if p.on_top > 0 then
      moves := moves || row(p_n, 0, 2, f.wallet_account_id, income, p.on_top)::move;
    end if;
    if p.fee > p.on_top then
      moves := moves || row(p_n, 0, 3, office_f.wallet_account_id, income, p.fee - p.on_top)::move;
    end if;
    moves := moves || row(p_n, 0, 4, office_g.wallet_account_id, g.wallet_account_id, q.amount_to)::move;
  end if;
  plans := array[p];
end $$;
