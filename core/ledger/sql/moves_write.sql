-- Writes the postings of a batch and moves the balances. An account is moved once, by the sum of its lines; those with a
-- row of their own are locked first, in the order of their ids. Each posting keeps both balances after it; a striped
-- account has none.
-- p_planned and p_moves have the same order, and p_ids that of p_planned.
create function vault.moves_write(p_ids bigint[], p_planned planned[], p_moves move[], p_booked_on date)
returns void language plpgsql
as $$
declare
  wrong record;
  -- The accounts by place, and the moves with their accounts as places. Of a striped account the balance is null.
  accounts constant bigint[] :=
    array(select m.debit from unnest(p_moves) as m union select m.credit from unnest(p_moves) as m order by 1);
  kinds text[];
  issuers smallint[];
  signs bigint[];
  balances bigint[];
  -- What each account has after the moves so far; of a striped one, what they brought it.
  running bigint[];
  plans integer[];
  debits integer[];
  credits integer[];
  amounts bigint[];
  lines smallint[];
  debit_afters bigint[];
  credit_afters bigint[];
begin
  with locked as materialized (
    select a.id, a.kind, a.issuer_id, a.debit_sign, a.balance
      from account a where a.id = any (accounts) and not a.striped
     order by a.id
       for no key update),
  others as (
    select a.id, a.kind, a.issuer_id, a.debit_sign, null::bigint as balance
      from account a
     where a.striped and a.id in (select e.id from unnest(accounts) as e (id) except select l.id from locked l)),
  touched as (
    select l.id, l.kind, l.issuer_id, l.debit_sign, l.balance from locked l
    union all
    select o.id, o.kind, o.issuer_id, o.debit_sign, o.balance from others o
     order by id)
  select array_agg(t.kind), array_agg(t.issuer_id), array_agg(t.debit_sign::bigint), array_agg(t.balance)
    into kinds, issuers, signs, balances
    from touched t;
  with place as materialized (select u.id, u.i::integer as i from unnest(accounts) with ordinality as u (id, i))
  select array_agg(x.plan order by x.i), array_agg(x.line order by x.i), array_agg(x.debit order by x.i),
         array_agg(x.credit order by x.i), array_agg(x.amount order by x.i)
    into plans, lines, debits, credits, amounts
    from (select m.i, dense_rank() over (order by m.n, m.sub)::integer as plan,
                 row_number() over (partition by m.n, m.sub order by m.i)::smallint as line, dp.i as debit,
                 cp.i as credit, m.amount
            from unnest(p_moves) with ordinality as m (n, sub, seq, debit, credit, amount, i)
            join place dp on dp.id = m.debit
            join place cp on cp.id = m.credit) as x;
  running := array(select coalesce(e.balance, 0) from unnest(balances) with ordinality as e (balance, i) order by e.i);
  for i in 1 .. cardinality(amounts) loop
    running[debits[i]] := running[debits[i]] + signs[debits[i]] * amounts[i];
    debit_afters[i] := running[debits[i]];
    running[credits[i]] := running[credits[i]] - signs[credits[i]] * amounts[i];
    credit_afters[i] := running[credits[i]];
  end loop;
  insert into posting (operation_id, line, debit_account_id, credit_account_id, issuer_id, amount, debit_after,
                       credit_after, booked_on)
    select p_ids[m.plan], m.line, accounts[m.debit], accounts[m.credit], issuers[m.debit], m.amount,
           case when balances[m.debit] is not null then m.debit_after end,
           case when balances[m.credit] is not null then m.credit_after end, p_booked_on
      from unnest(plans, lines, debits, credits, amounts, debit_afters, credit_afters)
             as m (plan, line, debit, credit, amount, debit_after, credit_after);
  update account a set balance = e.after
    from unnest(accounts, balances, running) as e (id, balance, after)
   where a.id = e.id and e.balance is not null;
  insert into stripe as s (account_id, stripe, balance)
    select e.id, pg_backend_pid() % 16, e.brought
      from unnest(accounts, balances, running) as e (id, balance, brought)
     where e.balance is null
     order by e.id
    on conflict (account_id, stripe) do update set balance = s.balance + excluded.balance;
  select x.kind, x.debit_kind, x.credit_kind into wrong
    from (select distinct p.kind, kinds[m.debit] as debit_kind, kinds[m.credit] as credit_kind
            from unnest(plans, debits, credits) as m (plan, debit, credit)
            join unnest(p_planned) with ordinality as p on p.ordinality = m.plan) as x
   where not exists (select from posting_kind k where k.operation_kind = x.kind and k.debit_kind = x.debit_kind
                        and k.credit_kind = x.credit_kind)
   limit 1;
  if found then
    raise exception 'vault.posting_kind' using errcode = 'BO041', detail = jsonb_build_object(
      'operation', wrong.kind, 'debit', wrong.debit_kind, 'credit', wrong.credit_kind)::text;
  end if;
end $$;
