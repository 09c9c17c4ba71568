"""What of a cash operation's cost is its rows: a function that asks nothing and writes what a top-up writes, against
TPC-B and against the top-up itself, by turns (docs/decisions/0014).

    python -m benchmarks.cash_floor [rounds] [seconds]

It is called by the superuser, who is not asked for rights, and is told by the script which accounts to move: no rights,
key, terms, limits or words of a receipt are looked up. Its rows are in the same tables, with their indexes and guards.
"""

from __future__ import annotations

import sys

from benchmarks.cash_operation import Counters, by_turns, ratios, serving, tpcb

ROWS_ALONE = """
create function public.rows_alone(p_day bigint, p_staff bigint, p_desk bigint, p_income bigint, p_coin bigint)
returns bytea language plpgsql set search_path = pg_catalog, vault, book as $$
declare
  here constant smallint := pg_backend_pid() % 16;
  today constant date := current_date;
  key constant uuid := gen_random_uuid();
  client bigint;
  wallet bigint;
  cash bigint;
  number bigint;
  cash_after bigint;
  wallet_after bigint;
  next bigint;
  chain bytea;
begin
  select n.client_id, n.wallet_account_id into client, wallet from coin n where n.id = p_coin;
  select a.id into cash from account a where a.kind = 'CASH' and a.issuer_id = 1 and a.owner_id = p_desk;
  insert into operation (kind, at, booked_on, issuer_id, amount, commission, version_id, actor_id, day_id, client_id,
                         coin_id, details)
    values ('cash_top_up', now(), today, 1, 100, 10, 1, p_staff, p_day, client, p_coin, '{}')
    returning id into number;
  update account a set balance = a.balance + 110 where a.id = cash returning a.balance into cash_after;
  update account a set balance = a.balance + 100 where a.id = wallet returning a.balance into wallet_after;
  update stripe s set balance = s.balance + 10 where s.account_id = p_income and s.stripe = here;
  if not found then
    insert into stripe values (p_income, here, 10);
  end if;
  insert into posting (operation_id, line, debit_account_id, credit_account_id, issuer_id, amount, debit_after,
                       credit_after, booked_on)
    values (number, 1, cash, wallet, 1, 100, cash_after - 10, wallet_after, today),
           (number, 2, cash, p_income, 1, 10, cash_after, null, today);
  update operation_total t set pieces = t.pieces + 1, amount = t.amount + 100, commission = t.commission + 10
   where t.booked_on = today and t.operation_kind = 'cash_top_up' and t.issuer_id = 1 and t.stripe = here;
  update day_total t set pieces = t.pieces + 1, amount = t.amount + 100, commission = t.commission + 10
   where t.day_id = p_day and t.operation_kind = 'cash_top_up' and t.issuer_id = 1;
  update limit_used u set pieces[1] = u.pieces[1] + 1, amounts[1] = u.amounts[1] + 100
   where u.client_id = client and u.operation_kind = 'cash_top_up' and u.issuer_id = 1;
  update stream s set seq = s.seq + 1, head = sha256(s.head || convert_to(number::text, 'UTF8'))
   where s.stream = 'day:' || p_day returning s.seq, s.head into next, chain;
  insert into log (stream, seq, at, actor_id, login, what, entity, entity_id, after, refused, prev, hash)
    values ('day:' || p_day, next, now(), p_staff, current_user, 'cash_top_up', 'operation', number::text,
            jsonb_build_object('issuer', 1, 'amount', 100, 'commission', 10, 'day', p_day, 'client', client,
                               'coin', p_coin), false, chain, chain);
  insert into request_key (key, actor_id, what, request_hash, result)
    values (key, p_staff, 'cash_top_up', sha256(convert_to(key::text, 'UTF8')),
            jsonb_build_object('operation_id', number, 'amount', 100, 'commission', 10, 'day_id', p_day));
  return chain;
end $$
"""
SCRIPT = """\\set coin (random(1, {people}) - 1) * {issuers} + {place}
select public.rows_alone({cashier.day}, {cashier.person.id}, {cashier.desk}, {income}, :coin);
"""
INCOME = "select id from vault.account where kind = 'COMMISSION' and issuer_id = 1"


def main(rounds: int, seconds: int) -> None:
    """Prints the medians of all three, and the ratios."""
    with serving() as server:
        counters = Counters(server, seconds)
        whole = counters.commands("top_up")
        # A first turn of the whole operation makes the roll-ups and accounts that the rows alone only move.
        by_turns(server, 0, {"cash operation": whole})
        with server.admin("bocli") as admin:
            admin.execute(ROWS_ALONE)
            row = admin.execute(INCOME).fetchone()
            assert row is not None
            alone = counters.commands("rows", SCRIPT, login="postgres", income=row[0])
            sides = {"TPC-B": tpcb(server, seconds), "its rows alone": alone, "cash operation": whole}
            found = by_turns(server, rounds, sides)
    for name in ("its rows alone", "cash operation"):
        speed, cost = ratios(found[name], found["TPC-B"])
        print(f"{name}: {speed:.2f} of TPC-B's transactions a second, {cost:.2f} of its server CPU")


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], "5", "5"][:2]))
