-- The moves of a batch by place: their accounts as places in balances, floors and signs (an account without a floor has
-- one that is never reached), their amounts, and of each plan its first and last move (none: last is before first).
-- Plans and moves come in the same order.
create function rule.moves_placed(
  p_plans planned[], p_moves move[], out debits integer[], out credits integer[], out amounts bigint[],
  out firsts integer[], out lasts integer[], out balances bigint[], out floors bigint[], out signs bigint[])
language plpgsql stable
as $$
declare
  ids constant bigint[] :=
    array(select m.debit from unnest(p_moves) as m union select m.credit from unnest(p_moves) as m order by 1);
  -- Of the moves and of the plans: the line, and the part of it.
  ns integer[];
  subs integer[];
  plan_ns integer[];
  plan_subs integer[];
  j integer := 1;
begin
  with place as materialized (select u.id, u.i::integer as i from unnest(ids) with ordinality as u (id, i))
  select array_agg(x.n), array_agg(x.sub), array_agg(x.debit), array_agg(x.credit), array_agg(x.amount)
    into ns, subs, debits, credits, amounts
    from (select m.n, m.sub, d.i as debit, c.i as credit, m.amount
            from unnest(p_moves) with ordinality as m (n, sub, seq, debit, credit, amount, i)
            join place d on d.id = m.debit
            join place c on c.id = m.credit
           order by m.i) as x;
  select array_agg(x.balance), array_agg(x.floor), array_agg(x.sign) into balances, floors, signs
    from (select a.balance, case when a.striped then null else a.floor end as floor, a.debit_sign::bigint as sign
            from account a where a.id = any (ids) order by a.id) as x;
  select array_agg(p.n), array_agg(p.sub) into plan_ns, plan_subs from unnest(p_plans) as p;
  for i in 1 .. coalesce(cardinality(plan_ns), 0) loop
    firsts[i] := j;
    while ns[j] = plan_ns[i] and subs[j] = plan_subs[i] loop
      j := j + 1;
    end loop;
    lasts[i] := j - 1;
  end loop;
end $$;
