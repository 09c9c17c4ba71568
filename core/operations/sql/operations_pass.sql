-- One pass over lines of which none waits for another by its key. Locks (requests, holds, offers, coins, counters),
-- then plans, then decides in the order of the lines, then writes. A line that goes on with the same operation, or takes the
-- same offer, as one before it is left for the next pass: its answer is null.
create function rule.operations_pass(
  p_who actor, p_at timestamptz, p_stream text, p_lines jsonb[], p_keyed boolean, p_limited boolean)
returns jsonb[] language plpgsql
as $$
declare
  plain constant text[] :=
    array['transfer', 'payment', 'hold', 'bonus_issue', 'bank_top_up', 'cash_redeem', 'bank_redeem'];
  follow constant text[] :=
    array['refund', 'reversal', 'capture', 'release', 'redeem_cancel', 'application_withdraw'];
  keys constant uuid[] := array(select key_of(l) from unnest(p_lines) with ordinality as e (l, n) order by n);
  results jsonb[] := case when p_keyed then keys_seen(p_who, p_lines, keys)
                          else array_fill(null::jsonb, array[cardinality(p_lines)]) end;
  refs text[];
  coins bigint[];
  of_ids bigint[];
  open integer[];
  lines jsonb[];
  plain_ns integer[];
  follow_ns integer[];
  plans planned[];
  moves move[];
  sums bigint[];
  pieces integer[];
  part record;
  counted record;
  one_plan planned;
  one_move move;
  planned_so_far integer;
  moved_so_far integer;
begin
  of_ids := operations_named(p_lines);
  open := lines_open(p_lines, results, of_ids);
  lines := array(select p_lines[n] from unnest(open) as n);
  select r.refs, r.coins into refs, coins from coins_named(lines) as r;
  perform operations_lock(lines, coins, array(select of_ids[n] from unnest(open) as n));
  perform accounts_ready(lines, refs, coins);
  plain_ns := array(select o.n from unnest(open, lines) as o (n, l) where o.l ->> 'do' = any (plain));
  select r.plans, r.moves into plans, moves
    from plan_plain(p_at, plain_ns, array(select p_lines[n] from unnest(plain_ns) as n), refs, coins) as r;
  follow_ns := array(select o.n from unnest(open, lines) as o (n, l) where o.l ->> 'do' = any (follow));
  select r.plans, r.moves into part
    from plan_follow(p_at, follow_ns, array(select p_lines[n] from unnest(follow_ns) as n),
                     array(select of_ids[n] from unnest(follow_ns) as n)) as r;
  plans := plans || part.plans;
  moves := moves || part.moves;
  planned_so_far := cardinality(plans);
  moved_so_far := cardinality(moves);
  for i in 1 .. cardinality(open) loop
    case
      when p_lines[open[i]] ->> 'do' = any (plain || follow) then
        continue;
      when p_lines[open[i]] ->> 'do' = 'exchange' then
        select r.plans, r.moves into part from plan_exchange(p_at, open[i], p_lines[open[i]], refs, coins) as r;
      when p_lines[open[i]] ->> 'do' = 'mass_payment' then
        select r.plans, r.moves into part from plan_mass(p_at, open[i], p_lines[open[i]], refs, coins) as r;
      else
        results[open[i]] := '{"status": "refused"}' || no('BO030', 'do.unknown', jsonb_build_object(
          'do', coalesce(left(p_lines[open[i]] ->> 'do', 40), '')));
        continue;
    end case;
    foreach one_plan in array part.plans loop
      planned_so_far := planned_so_far + 1;
      plans[planned_so_far] := one_plan;
    end loop;
    foreach one_move in array coalesce(part.moves, '{}') loop
      moved_so_far := moved_so_far + 1;
      moves[moved_so_far] := one_move;
    end loop;
  end loop;
  if cardinality(open) not in (cardinality(plain_ns), cardinality(follow_ns)) then
    plans := array(select p from unnest(plans) as p order by p.n, p.sub);
    moves := array(select m from unnest(moves) as m order by m.n, m.sub, m.seq);
  end if;
  select c.counters, c.clients, c.kinds, c.issuers, c.versions, c.days into counted from counters_lock(plans) as c;
  select d.p_plans, d.p_moves, d.sums, d.pieces into plans, moves, sums, pieces
    from operations_decide(p_at, p_limited, counted.counters, counted.clients, counted.kinds, counted.issuers,
                           counted.versions, counted.days, p_lines, plans, moves) as d;
  plans := operations_write(p_who, p_at, p_stream, plans, moves);
  perform limits_keep(plans, counted.clients, counted.kinds, counted.issuers, counted.days, sums, pieces);
  return operations_keep(p_who, p_at, p_lines, keys, plans, results, p_keyed);
end $$;
