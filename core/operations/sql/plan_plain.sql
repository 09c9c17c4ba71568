-- What the lines that move money from one coin to another, or onto or within one, will do: transfer, payment, hold,
-- bonus issue, bank top-up, redeem by cash or bank. Who pays, the price, what is refused whatever the balances are. The
-- price of a payment is the merchant's, the limits are the payer's.
-- What is known of all lines is fetched at once into lists by place; a loop over such lists costs a fifth of joining them.
create function rule.plan_plain(
  p_at timestamptz, p_ns integer[], p_lines jsonb[], p_refs text[], p_coins bigint[], out plans planned[], out moves move[])
language plpgsql stable
as $$
declare
  -- Of the coins, by place.
  clients bigint[];
  issuers smallint[];
  codes text[];
  scales smallint[];
  bonus boolean[];
  merchants boolean[];
  wallets bigint[];
  holds bigint[];
  versions integer[];
  days date[];
  known boolean[];
  organizations integer[];
  out_refusals text[];
  in_refusals text[];
  -- Of the lines, by place; giver and taker are places of coins.
  acts text[];
  priced text[];
  givers integer[];
  takers integer[];
  amounts bigint[];
  fees bigint[];
  payers text[];
  needs boolean[];
  incomes bigint[];
  cashback_ids integer[];
  percents numeric[];
  caps bigint[];
  cashback_payers text[];
  -- The house's accounts by the number of their issuer.
  due bigint[];
  expense bigint[];
  unbacked bigint[];
  unallocated bigint[];
  -- Of the line at hand.
  line jsonb;
  act text;
  f integer;
  t integer;
  one integer;
  amount bigint;
  fee bigint;
  on_top bigint;
  cashback bigint;
  cashback_id integer;
  debit bigint;
  refusal jsonb;
  holding boolean;
  r record;
  k integer := 0;
begin
  plans := '{}';
  moves := '{}';
  select x.clients, x.issuers, x.codes, x.scales, x.bonus, x.merchants, x.wallets, x.holds, x.versions, x.days, x.known,
         x.organizations, x.out_refusals, x.in_refusals
    into clients, issuers, codes, scales, bonus, merchants, wallets, holds, versions, days, known, organizations,
         out_refusals, in_refusals
    from coins_facts(p_coins, p_at) as x;
  with act (act, priced, gives, takes) as (values
    ('transfer', 'transfer', true, true), ('payment', 'payment', true, true), ('hold', 'payment', true, true),
    ('bonus_issue', null, false, true), ('bank_top_up', 'bank_top_up', false, true),
    ('cash_redeem', 'cash_withdrawal', true, false), ('bank_redeem', 'bank_redeem', true, false)),
  place as materialized (select u.ref, u.i::integer as i from unnest(p_refs) with ordinality as u (ref, i))
  select array_agg(x.act), array_agg(x.priced), array_agg(x.f), array_agg(x.t) into acts, priced, givers, takers
    from (select k.act, k.priced, f.i as f, t.i as t
            from unnest(p_lines) with ordinality as e (l, i)
            join act k on k.act = e.l ->> 'do'
            left join place f on f.ref = e.l ->> 'from' and k.gives
            left join place t on t.ref = e.l ->> 'to' and k.takes
           order by e.i) as x;
  select x.amounts, x.fees, x.payers, x.needs, x.incomes, x.cashback_ids, x.cashback_percents, x.cashback_caps,
         x.cashback_payers
    into amounts, fees, payers, needs, incomes, cashback_ids, percents, caps, cashback_payers
    from (select array_agg(case when e.priced = 'payment' or e.f is null then versions[e.t] else versions[e.f] end) as v,
                 array_agg(issuers[coalesce(e.f, e.t)]) as i, array_agg(scales[coalesce(e.f, e.t)]) as s,
                 array_agg(case when e.act = 'payment' then organizations[e.t] end) as m
            from unnest(acts, priced, givers, takers) as e (act, priced, f, t)) as u
    cross join lateral lines_priced(p_at, p_lines, priced, u.v, u.i, u.s, u.m) as x;
  for r in select a.kind, a.issuer_id, a.id from account a
            where a.kind in ('CASHBACK_DUE', 'CASHBACK', 'UNBACKED', 'UNALLOCATED') loop
    case r.kind
      when 'CASHBACK_DUE' then due[r.issuer_id] := r.id;
      when 'CASHBACK' then expense[r.issuer_id] := r.id;
      when 'UNBACKED' then unbacked[r.issuer_id] := r.id;
      else unallocated[r.issuer_id] := r.id;
    end case;
  end loop;
  for i in 1 .. coalesce(cardinality(p_ns), 0) loop
    line := p_lines[i];
    act := acts[i];
    f := givers[i];
    t := takers[i];
    one := coalesce(f, t);
    amount := amounts[i];
    fee := fees[i];
    -- A bank's money came in already: whatever the terms say, its commission is taken out of it.
    on_top := case when act = 'bank_top_up' then 0 else paid_on_top(payers[i], fee) end;
    cashback := 0;
    cashback_id := cashback_ids[i];
    if cashback_id is not null then
      cashback := least(floor(amount * percents[i] * 0.01)::bigint, caps[i],
                        case cashback_payers[i] when 'merchant' then amount - (fee - on_top) end);
    end if;
    refusal := case
      when one is null or act not in ('bonus_issue', 'bank_top_up') and f is null
           or act not in ('cash_redeem', 'bank_redeem') and t is null
        then no('BO022', 'coin.not_found')
      when coalesce(amount, 0) <= 0 then amount_refusal(line, scales[one], codes[one])
      when coalesce(line ->> 'issuer', codes[one]) <> codes[one]
        then no('BO030', 'issuer.mismatch', jsonb_build_object('issuer', codes[one], 'given', left(line ->> 'issuer', 20)))
      when issuers[t] <> issuers[one]
        then no('BO030', 'issuer.mismatch', jsonb_build_object('issuer', codes[one], 'given', codes[t]))
      when p_coins[f] = p_coins[t] then no('BO030', 'coin.same')
      when coalesce(out_refusals[f], in_refusals[t]) is not null
        then no('BO026', coalesce(out_refusals[f], in_refusals[t]))
      when priced[i] = 'payment' and not merchants[t] then no('BO030', 'coin.not_merchant')
      when act = 'transfer' and merchants[t] then no('BO030', 'coin.merchant')
      when act = 'bonus_issue' and not bonus[t] then no('BO030', 'issuer.not_bonus')
      when line ? 'note' and (length(line ->> 'note') > 140 or has_unseen(line ->> 'note'))
        then no('BO030', 'note.invalid')
      when act = 'bank_redeem' and bank_redeem_refusal(line) is not null then bank_redeem_refusal(line)
      when priced[i] is not null and payers[i] is null
        then no('BO026', 'term.missing', jsonb_build_object('kind', priced[i]))
      when needs[i] and not known[one] then no('BO026', 'client.not_identified')
      when fee - on_top >= amount
        then no('BO030', 'commission.above_amount', jsonb_build_object('commission', fee)) end;
    holding := act in ('hold', 'cash_redeem', 'bank_redeem');
    plans[i] := row(
      p_ns[i], 0, case act when 'cash_redeem' then 'redeem_hold' when 'bank_redeem' then 'redeem_hold' else act end,
      issuers[one], amount, case when holding then 0 else fee end, fee, on_top,
      case when priced[i] = 'payment' or f is null then versions[t] else versions[f] end, clients[one], p_coins[one],
      case when f is not null then clients[t] end, case when f is not null then p_coins[t] end, null, false, null,
      case when act = 'bank_redeem'
           then jsonb_strip_nulls(jsonb_build_object(
                  'note', line -> 'note', 'on_top', nullif(on_top, 0), 'payee', btrim(line ->> 'payee'),
                  'iban', bank_code_kept(line ->> 'iban')))
           when line ? 'note' or on_top > 0
           then jsonb_strip_nulls(jsonb_build_object('note', line -> 'note', 'on_top', nullif(on_top, 0)))
           else '{}' end,
      priced[i], versions[one], days[one], case when cashback > 0 then cashback_id end, greatest(cashback, 0), holds[f],
      null, refusal, null)::planned;
    if refusal is not null then
      continue;
    end if;
    debit := case act when 'bonus_issue' then unbacked[issuers[one]] when 'bank_top_up' then unallocated[issuers[one]]
                      else wallets[f] end;
    k := k + 1;
    if holding then
      moves[k] := row(p_ns[i], 0, 1, debit, holds[f], amount + on_top)::move;
      continue;
    end if;
    moves[k] := row(p_ns[i], 0, 1, debit, wallets[t], amount)::move;
    if on_top > 0 then
      k := k + 1;
      moves[k] := row(p_ns[i], 0, 2, wallets[f], incomes[i], on_top)::move;
    end if;
    if fee > on_top then
      k := k + 1;
      moves[k] := row(p_ns[i], 0, 3, wallets[t], incomes[i], fee - on_top)::move;
    end if;
    if cashback > 0 then
      k := k + 1;
      moves[k] := row(p_ns[i], 0, 4, case cashback_payers[i] when 'company' then expense[issuers[one]] else wallets[t] end,
                      due[issuers[one]], cashback)::move;
    end if;
  end loop;
end $$;
