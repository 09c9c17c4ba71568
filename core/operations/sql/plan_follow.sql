-- What the lines that go on with an earlier operation will do: refund, reversal, capture, release, redeem_cancel,
-- application_withdraw. What is known of all lines is fetched at once; then each is asked what all of them are: is there
-- such an operation, is it not blocked, not reversed.
create function rule.plan_follow(
  p_at timestamptz, p_ns integer[], p_lines jsonb[], p_of_ids bigint[], out plans planned[], out moves move[])
language plpgsql stable
as $$
declare
  coins constant bigint[] := array(
    select o.coin_id from operation o where o.id = any (p_of_ids) and o.coin_id is not null
    union select o.counter_coin_id from operation o where o.id = any (p_of_ids) and o.counter_coin_id is not null);
  facts record;
  o record;
  p planned;
  part record;
  m move;
begin
  plans := '{}';
  moves := '{}';
  if p_ns = '{}' then
    return;
  end if;
  select f.codes, f.scales, f.wallets, f.holds, f.organizations, f.out_refusals, f.in_refusals into facts
    from coins_facts(coins, p_at) as f;
  for o in
    with place as materialized (select u.id, u.i::integer as i from unnest(coins) with ordinality as u (id, i)),
    known as materialized (
      select e.n, e.line, e.place, x.id, x.kind, x.at, x.issuer_id, x.amount, x.commission, x.version_id, x.client_id,
             x.coin_id, x.counter_client_id, x.counter_coin_id, x.details, giver.i as giver, shop.i as shop
        from unnest(p_ns, p_lines, p_of_ids) with ordinality as e (n, line, of_id, place)
        left join operation x on x.id = e.of_id
        left join place giver on giver.id = x.coin_id
        left join place shop on shop.id = x.counter_coin_id)
    select k.n, k.line, k.line ->> 'do' as act, k.id, k.kind, k.at, k.issuer_id, k.amount, k.commission, k.version_id,
           k.client_id, k.coin_id, k.counter_client_id, k.counter_coin_id, k.details,
           coalesce(facts.codes[k.giver], facts.codes[k.shop]) as code,
           coalesce(facts.scales[k.giver], facts.scales[k.shop]) as scale,
           facts.wallets[k.giver] as giver_wallet, facts.holds[k.giver] as giver_hold,
           facts.wallets[k.shop] as shop_wallet, facts.organizations[k.shop] as shop_organization,
           facts.out_refusals[k.giver] as giver_out, facts.in_refusals[k.giver] as giver_in,
           facts.out_refusals[k.shop] as shop_out, facts.in_refusals[k.shop] as shop_in,
           h as hold, t as term, coalesce(g.amount, 0) as refunded, d.amount as cashback_due,
           d.paid_at as cashback_paid_at, v.paid_by as cashback_payer, income.id as income, due.id as due,
           expense.id as expense, operation_blocked(k.id, p_at) as blocked,
           exists (select from operation r where r.reverses_id = k.id) as reversed
      from known k
      left join hold h on h.operation_id = k.id
      left join contract_term t
        on t.version_id = k.version_id and t.operation_kind = 'payment' and t.issuer_id = k.issuer_id
      left join refund_total g on g.operation_id = k.id
      left join cashback_due d on d.operation_id = k.id
      left join cashback_version v on v.id = d.version_id and v.clawback
      left join account income on income.kind = 'COMMISSION' and income.issuer_id = k.issuer_id
        and income.owner_id = (select c.id from operation_kind c where c.kind = 'payment')
      left join account due on due.kind = 'CASHBACK_DUE' and due.issuer_id = k.issuer_id
      left join account expense on expense.kind = 'CASHBACK' and expense.issuer_id = k.issuer_id
     order by k.place
  loop
    p := null;
    p.n := o.n;
    p.sub := 0;
    p.of_own := false;
    p.commission := 0;
    p.fee := 0;
    p.on_top := 0;
    p.details := jsonb_strip_nulls(jsonb_build_object('note', o.line -> 'note'));
    p.kind := case when o.act in ('redeem_cancel', 'application_withdraw') then 'release' else o.act end;
    p.of_id := o.id;
    p.issuer_id := o.issuer_id;
    p.amount := o.amount;
    p.version_id := o.version_id;
    p.client_id := o.client_id;
    p.coin_id := o.coin_id;
    p.counter_client_id := o.counter_client_id;
    p.counter_coin_id := o.counter_coin_id;
    p.refusal := case
      when o.id is null
        then no('BO022', case o.act when 'application_withdraw' then 'application.not_found'
                                    else 'operation.not_found' end)
      when length(o.line ->> 'note') > 140 or has_unseen(o.line ->> 'note') then no('BO030', 'note.invalid')
      when o.blocked then no('BO026', 'operation.blocked')
      when o.reversed then no('BO021', 'operation.reversed') end;
    if p.refusal is null then
      part := case o.act when 'refund' then plan_refund(p, o) when 'reversal' then plan_reversal(p_at, p, o)
                         when 'capture' then plan_capture(p_at, p, o) else plan_release(p, o) end;
      p := part.plan;
      if p.refusal is null then
        foreach m in array part.moves loop
          if m.amount > 0 then
            moves := moves || m;
          end if;
        end loop;
      end if;
    end if;
    plans := plans || p;
  end loop;
end $$;
