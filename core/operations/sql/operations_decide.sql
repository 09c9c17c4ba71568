-- Decides a batch in the order of its lines, as if each were alone: limits with what lines before it have used of them,
-- the budget of cashback, the balance of every account that may not go below its floor. What breaks a limit becomes a
-- hold that waits as an application; a part of a mass payment goes with its lead. Plans come back with `refusal` or
-- `broken` set; moves, those that are to be made; sums and pieces, what each counter is to count. The caller holds the
-- locks of coins and counters.
create function rule.operations_decide(
  p_at timestamptz, p_limited boolean, p_counters integer[], p_clients bigint[], p_kinds text[], p_issuers smallint[],
  p_versions integer[], p_days date[], p_lines jsonb[], inout p_plans planned[], inout p_moves move[], out sums bigint[],
  out pieces integer[])
language plpgsql stable
as $$
declare
  p planned;
  lead planned;
  -- The moves and their accounts by place; kept: whether it is made; held: credited to the hold account instead.
  debits integer[];
  credits integer[];
  amounts bigint[];
  firsts integer[];
  lasts integer[];
  balances bigint[];
  floors bigint[];
  signs bigint[];
  kept boolean[];
  held bigint[];
  -- The counters' limits, from `limits_from` to `limits_to`.
  limits_from integer[];
  limits_to integer[];
  periods text[];
  starts date[];
  most bigint[];
  used bigint[];
  most_pieces bigint[];
  used_pieces bigint[];
  budgets integer[];
  budgets_left bigint[];
  fits boolean;
  g integer;
  s bigint;
  needed bigint;
begin
  select d.debits, d.credits, d.amounts, d.firsts, d.lasts, d.balances, d.floors, d.signs
    into debits, credits, amounts, firsts, lasts, balances, floors, signs
    from moves_placed(p_plans, p_moves) as d;
  select c.limits_from, c.limits_to, c.periods, c.starts, c.most, c.used, c.most_pieces, c.used_pieces
    into limits_from, limits_to, periods, starts, most, used, most_pieces, used_pieces
    from limits_placed(p_clients, p_kinds, p_issuers, p_versions, p_days, p_at) as c;
  select b.budgets, b.budgets_left into budgets, budgets_left from budgets_placed(p_plans) as b;
  kept := array_fill(false, array[coalesce(cardinality(p_moves), 0)]);
  held := array_fill(null::bigint, array[coalesce(cardinality(p_moves), 0)]);
  sums := array_fill(0::bigint, array[cardinality(p_clients)]);
  pieces := array_fill(0, array[cardinality(p_clients)]);
  for i in 1 .. cardinality(p_plans) loop
    p := p_plans[i];
    if p.sub = 0 then
      lead := p;
    elsif lead.refusal is not null or lead.broken is not null then
      p_plans[i].refusal := coalesce(lead.refusal, '{}');
      continue;
    end if;
    if p.refusal is not null then
      continue;
    end if;
    g := p_counters[i];
    if g is not null and p_limited and p.limit_version is not null then
      p.broken := limit_broken_of(p.amount, limits_from[g], limits_to[g], periods, most, used, most_pieces,
                                  used_pieces);
    end if;
    if p.broken is not null and p.kind = 'exchange' then
      -- Its offer would be gone before anybody has looked.
      p.refusal := no('BO023', 'limit.exceeded', jsonb_build_object(
        'period', p.broken -> 'period', 'limit', p.broken -> 'limit', 'used', p.broken -> 'used',
        'left', greatest((p.broken -> 'limit')::bigint - (p.broken -> 'used')::bigint, 0),
        'issuer', (select x.code from issuer x where x.id = p.issuer_id)));
      p.broken := null;
    end if;
    if p.broken is not null then
      p.commission := 0;
      p.cashback := 0;
      p.kind := 'application_hold';
      -- The line is kept beside the ledger and run again later; what it says is kept in the ledger.
      p.details := p.details || jsonb_build_object(
        'line', encode(sha256(convert_to(p_lines[p.n]::text, 'UTF8')), 'hex'));
      if p.hold_account is null then
        lasts[i] := firsts[i] - 1;
      else
        lasts[i] := firsts[i];
        held[firsts[i]] := p.hold_account;
        amounts[firsts[i]] := p.amount + p.on_top;
        credits[firsts[i]] := null;
      end if;
    elsif p.cashback_id is not null and budgets[i] is not null and p.cashback > budgets_left[budgets[i]] then
      -- What is promised is what the budget has left; the cashback's own line comes as the fourth.
      p.cashback := budgets_left[budgets[i]];
      for j in firsts[i] .. lasts[i] loop
        if p_moves[j].seq = 4 then
          amounts[j] := p.cashback;
        end if;
      end loop;
    end if;
    if p.refusal is null then
      for j in firsts[i] .. lasts[i] loop
        balances[debits[j]] := balances[debits[j]] + signs[debits[j]] * amounts[j];
        if credits[j] is not null then
          balances[credits[j]] := balances[credits[j]] - signs[credits[j]] * amounts[j];
        end if;
      end loop;
      fits := true;
      for j in firsts[i] .. lasts[i] loop
        if balances[debits[j]] < floors[debits[j]]
           or credits[j] is not null and balances[credits[j]] < floors[credits[j]] then
          fits := false;
          g := case when balances[debits[j]] < floors[debits[j]] then debits[j] else credits[j] end;
        end if;
      end loop;
      if not fits then
        needed := 0;
        for j in firsts[i] .. lasts[i] loop
          s := signs[debits[j]] * amounts[j];
          balances[debits[j]] := balances[debits[j]] - s;
          if debits[j] = g then
            needed := needed + amounts[j];
          end if;
          if credits[j] is not null then
            balances[credits[j]] := balances[credits[j]] + signs[credits[j]] * amounts[j];
          end if;
        end loop;
        p.refusal := no('BO024', 'funds.not_enough', jsonb_build_object(
          'available', balances[g] - floors[g], 'needed', needed,
          'issuer', (select x.code from issuer x where x.id = p.issuer_id)));
        p.broken := null;
      end if;
    end if;
    if p.refusal is null then
      for j in firsts[i] .. lasts[i] loop
        kept[j] := amounts[j] > 0;
      end loop;
      if budgets[i] is not null then
        budgets_left[budgets[i]] := budgets_left[budgets[i]] - p.cashback;
      end if;
      if p_counters[i] is not null and p.broken is null then
        g := p_counters[i];
        if p.limit_version is not null then
          sums[g] := sums[g] + p.amount;
          pieces[g] := pieces[g] + 1;
        end if;
        for e in limits_from[g] .. limits_to[g] loop
          if periods[e] = 'operation' then
            continue;
          elsif p.limit_version is not null then
            used[e] := used[e] + p.amount;
            used_pieces[e] := used_pieces[e] + 1;
          elsif period_start(p.local_on, periods[e]) = starts[e] then
            used[e] := greatest(used[e] - p.amount, 0);
            used_pieces[e] := greatest(used_pieces[e] - 1, 0);
          end if;
        end loop;
      end if;
    end if;
    p_plans[i] := p;
    if p.sub = 0 then
      lead := p;
    end if;
  end loop;
  p_moves := array(
    select row(m.n, m.sub, m.seq, m.debit, coalesce(h.held, m.credit), h.amount)::move
      from unnest(p_moves) with ordinality as m (n, sub, seq, debit, credit, amount, i)
      join unnest(kept, held, amounts) with ordinality as h (kept, held, amount, i) on h.i = m.i
     where h.kept
     order by m.i);
end $$;
