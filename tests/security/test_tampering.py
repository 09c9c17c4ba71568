"""What a superuser can do to the books past every guard, and that the audit finds it.

Each case bends the same books, in a transaction that is rolled back. What leaves the log agreeing with itself
is found by the checkpoint that was kept outside, and only by it: both are asserted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import audit, cash_desk
from core.audit.checkpoint import CheckpointError
from core.errors import BocliError
from tests.books import Books
from tests.world import World

Admin = psycopg.Connection[Any]


@dataclass(frozen=True)
class House:
    """Books to bend: two closed days, one open, refusals; and the checkpoint of that evening."""

    connection: Admin
    checkpoint: dict[str, Any]

    @contextmanager
    def bent(self) -> Iterator[Admin]:
        with self.connection.transaction(force_rollback=True):
            self.connection.execute("set transaction isolation level repeatable read")
            yield self.connection


@pytest.fixture(scope="module")
def books(world: World) -> Books:
    return Books(world)


@pytest.fixture(scope="module")
def house(books: Books) -> House:
    _story(books)
    return House(books.admin, audit.checkpoint(books.admin))


def _story(books: Books) -> None:
    accountant = books.accountant(stepped_up=True)
    wallets = [books.wallet() for _ in range(3)]
    tills = [books.till() for _ in range(2)]
    for desk, cashier in tills:
        day = books.start(cashier, desk)
        for at, wallet in enumerate(wallets):
            books.put(cashier, day, wallet, 100_00 + at)
        books.take(cashier, day, wallets[0], 50_00)
        with pytest.raises(BocliError):
            books.take(cashier, day, wallets[0], 9_000_00)
        books.request_close(cashier, day, desk, EUR=-5, USD=7)
        books.close(accountant, day)
        asked = cash_desk.ResolveDifference(uuid4(), day, "EUR", "loss", "nobody saw it")
        cash_desk.resolve_difference(books.db(accountant), asked)
    desk, cashier = tills[0]
    day = books.start(cashier, desk)
    for wallet in wallets:
        books.put(cashier, day, wallet, 30_00)
    with pytest.raises(BocliError):
        books.put(cashier, day, wallets[1], -1)
    books.assert_right()


# The thief's tools.


def past_triggers(connection: Admin, statement: str, *tables: str) -> None:
    """Change rows with every trigger of these tables off, and put them back as they were."""
    with connection.transaction():
        for table in tables:
            connection.execute(f"alter table {table} disable trigger all")
        connection.execute("set local session_replication_role = replica")
        connection.execute(statement)
        for table in tables:
            connection.execute(f"alter table {table} enable trigger all")
            for (name,) in connection.execute(
                "select tgname from pg_trigger where tgrelid = %s::regclass and not tgisinternal", (table,)
            ).fetchall():
                connection.execute(f"alter table {table} enable always trigger {name}")
        connection.execute("set local session_replication_role = origin")


def bend(statement: str, *tables: str) -> Callable[[Admin], None]:
    return lambda connection: past_triggers(connection, statement, *tables)


def plain(statement: str) -> Callable[[Admin], None]:
    return lambda connection: connection.execute(statement) and None


# The thief has the same arithmetic as everybody.
HASH = """
create function pg_temp.hash(l vault.log, prev bytea) returns bytea language sql as $$
  select sha256(prev || convert_to(
           string_agg(coalesce(octet_length(p) || ':' || p, '~') || ',', '' order by i), 'UTF8'))
    from unnest(array[l.stream, l.seq::text, to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                      l.actor_id::text, l.login, host(l.from_addr), l.what, l.entity, l.entity_id,
                      l.before::text, l.after::text, l.refused::text]) with ordinality as u (p, i)
$$;
"""
REHASH = (
    HASH
    + """
do $$
declare l vault.log; h bytea; s text;
begin
  for s in select distinct stream from vault.log loop
    h := sha256(convert_to('bocli/1/' || s, 'UTF8'));
    for l in select * from vault.log where stream = s order by seq loop
      update vault.log set prev = h, hash = pg_temp.hash(l, h) where id = l.id returning hash into h;
    end loop;
    update vault.stream set head = h, seq = (select max(seq) from vault.log where stream = s)
     where stream = s;
  end loop;
  -- The heads that were printed are in the database too.
  update book.z_report z set body = body || jsonb_build_object('head', (
    select encode(c.hash, 'hex') from vault.log c where c.entity = 'desk_day' and c.entity_id = z.day_id::text
       and c.what = 'desk_day.close'));
  update vault.request_key k set result = (select z.body from book.z_report z
                                            where z.day_id = (k.result ->> 'day_id')::bigint)
   where what = 'desk_day.close';
end $$;
"""
)
LOG_TABLES = ("vault.log", "vault.stream", "book.z_report", "vault.request_key")


def rewrite(statement: str, *tables: str) -> Callable[[Admin], None]:
    """Change rows, and every hash after them: the log agrees with itself again."""
    return bend(statement + ";" + REHASH, *dict.fromkeys((*tables, *LOG_TABLES)))


FIRST_TOP_UP = "(select min(id) from vault.operation where kind = 'cash_top_up')"
LAST_TOP_UP = "(select max(id) from vault.operation where kind = 'cash_top_up')"
A_REFUSAL = "(select min(id) from vault.log where refused)"

#: What is done to the books → the kinds of findings of which at least one must come up, without a checkpoint.
FOUND: dict[str, tuple[Callable[[Admin], None], set[str]]] = {
    "a line's text": (
        bend(f"update vault.log set after = after || '{{\"x\": 1}}' where id = {A_REFUSAL}", "vault.log"),
        {"line_changed"},
    ),
    "a line re-dated": (
        bend(f"update vault.log set at = at - interval '1 day' where id = {A_REFUSAL}", "vault.log"),
        {"line_changed"},
    ),
    "a line at no time at all": (
        bend(f"update vault.log set at = 'infinity' where id = {A_REFUSAL}", "vault.log"),
        {"line_changed"},
    ),
    "a line's actor": (
        bend(f"update vault.log set actor_id = 1 where id = {A_REFUSAL}", "vault.log"),
        {"line_changed"},
    ),
    "a refusal made a success": (
        bend(f"update vault.log set refused = false where id = {A_REFUSAL}", "vault.log"),
        {"line_changed"},
    ),
    "a line with its own hash made to fit": (
        bend(
            HASH + "update vault.log set what = 'x' where stream = 'day:1' and seq = 3; "
            "update vault.log l set hash = pg_temp.hash(l, l.prev) where stream = 'day:1' and seq = 3",
            "vault.log",
        ),
        {"chain_broken", "operation_changed"},
    ),
    "a refusal deleted": (bend(f"delete from vault.log where id = {A_REFUSAL}", "vault.log"), {"chain_gap"}),
    "the last line deleted": (
        bend("delete from vault.log where id = (select max(id) from vault.log)", "vault.log"),
        {"head_wrong"},
    ),
    "two lines swapped": (
        bend(
            "update vault.log set seq = -1 where stream = 'day:1' and seq = 4; "
            "update vault.log set seq = 4 where stream = 'day:1' and seq = 5; "
            "update vault.log set seq = 5 where stream = 'day:1' and seq = -1",
            "vault.log",
        ),
        {"chain_broken", "line_changed"},
    ),
    "the log emptied": (bend("truncate vault.log", "vault.log"), {"head_wrong", "operation_unlogged"}),
    "log and streams emptied": (
        bend("truncate vault.log; truncate vault.stream", "vault.log", "vault.stream"),
        {"operation_unlogged", "day_state_wrong"},
    ),
    "a head moved": (
        bend("update vault.stream set head = sha256('x') where stream = 'day:2'", "vault.stream"),
        {"head_wrong"},
    ),
    "a stream of its own": (
        bend("insert into vault.stream values ('day:99', 3, sha256('x'))", "vault.stream"),
        {"head_wrong"},
    ),
    "an operation's amount": (
        bend(f"update vault.operation set amount = amount + 1 where id = {FIRST_TOP_UP}", "vault.operation"),
        {"operation_changed"},
    ),
    "an operation's client": (
        bend(f"update vault.operation set client_id = 2 where id = {FIRST_TOP_UP}", "vault.operation"),
        {"operation_changed"},
    ),
    "an operation's cashier": (
        bend(f"update vault.operation set actor_id = 1 where id = {FIRST_TOP_UP}", "vault.operation"),
        {"operation_changed"},
    ),
    "an operation re-dated": (
        bend(
            f"update vault.operation set booked_on = booked_on - 1 where id = {FIRST_TOP_UP}",
            "vault.operation",
        ),
        {"operation_changed", "day_operation_wrong"},
    ),
    "an operation deleted": (
        bend(
            f"delete from vault.posting where operation_id = {LAST_TOP_UP}; "
            f"delete from vault.operation where id = {LAST_TOP_UP}",
            "vault.operation",
            "vault.posting",
        ),
        {"operation_missing"},
    ),
    "an operation added": (
        bend(
            "insert into vault.operation (kind, at, booked_on, issuer_id, amount, actor_id) "
            "select 'cash_input', at, booked_on, issuer_id, 100, actor_id from vault.operation limit 1; "
            "insert into vault.posting select (select max(id) from vault.operation), 1, debit_account_id, "
            "credit_account_id, issuer_id, amount, debit_after, credit_after, booked_on from "
            "vault.posting limit 1",
            "vault.operation",
            "vault.posting",
        ),
        {"operation_unlogged"},
    ),
    "money from nothing, by the ledger's own door": (
        plain(
            "select vault.post(row(o.actor_id, null, 'x', 'cashier', null)::auth.actor, "
            "clock_timestamp(), 'system', "
            "'cash_top_up', o.booked_on, o.issuer_id, 5000::bigint, 0::bigint, o.version_id, null::bigint, "
            "o.client_id, o.coin_id, null::bigint, '{}'::jsonb, array[p.debit_account_id], "
            "array[p.credit_account_id], "
            "array[5000::bigint]) from vault.operation o join vault.posting p on p.operation_id = o.id "
            "and p.line = 1 "
            "where o.kind = 'cash_top_up' limit 1"
        ),
        {"operation_unasked"},
    ),
    "a posting's amount": (
        bend(
            f"update vault.posting set amount = amount + 1 where operation_id = {FIRST_TOP_UP} and line = 1",
            "vault.posting",
        ),
        {"operation_changed", "balance_wrong"},
    ),
    "a posting to another's account": (
        bend(
            "update vault.posting set credit_account_id = (select max(wallet_account_id) from book.coin "
            f"where issuer_id = 1) where operation_id = {FIRST_TOP_UP} and line = 1",
            "vault.posting",
        ),
        {"operation_changed", "balance_wrong"},
    ),
    "a posting that such an operation may not have": (
        bend(
            "update vault.posting set credit_account_id = (select id from vault.account where kind = "
            "'BANK_OWN' "
            f"and issuer_id = 1) where operation_id = {FIRST_TOP_UP} and line = 1",
            "vault.posting",
        ),
        {"posting_forbidden"},
    ),
    "postings of two operations swapped": (
        bend(
            "update vault.posting p set amount = q.amount from vault.posting q where p.line = 1 and "
            "q.line = 1 "
            f"and p.operation_id in ({FIRST_TOP_UP}, {FIRST_TOP_UP} + 1) "
            f"and q.operation_id = 2 * {FIRST_TOP_UP} + 1 - p.operation_id",
            "vault.posting",
        ),
        {"operation_changed"},
    ),
    "a posting without an operation": (
        bend(
            "insert into vault.posting select 999, 1, debit_account_id, credit_account_id, issuer_id, "
            "amount, "
            "debit_after, credit_after, booked_on from vault.posting limit 1",
            "vault.posting",
        ),
        {"posting_orphan"},
    ),
    "postings taken away": (
        bend(f"delete from vault.posting where operation_id = {FIRST_TOP_UP}", "vault.posting"),
        {"operation_empty", "operation_changed"},
    ),
    "a balance after": (
        bend(
            f"update vault.posting set credit_after = credit_after + 1 where operation_id = {FIRST_TOP_UP} "
            "and line = 1",
            "vault.posting",
        ),
        {"balance_after_wrong"},
    ),
    "a client's balance": (
        bend(
            "update vault.account set balance = balance + 100000 where id = (select wallet_account_id "
            "from book.coin where issuer_id = 1 order by id limit 1)",
            "vault.account",
        ),
        {"balance_wrong", "uncovered"},
    ),
    "a stripe": (
        bend(
            "update vault.stripe set balance = balance + 1 where account_id = (select "
            "min(account_id) "
            "from vault.stripe)",
            "vault.stripe",
        ),
        {"balance_wrong"},
    ),
    "a floor": (
        bend("update vault.account set floor = null where kind = 'CASH'", "vault.account"),
        {"account_wrong"},
    ),
    "a coin on another's account": (
        bend(
            "update book.coin c set wallet_account_id = -1 where id = 1; update book.coin set "
            "wallet_account_id = "
            "(select id from vault.account where kind = 'WALLET' and owner_id = 1) where id = 4; "
            "update book.coin "
            "set wallet_account_id = (select id from vault.account where kind = 'WALLET' and owner_id = 4) "
            "where id = 1",
            "book.coin",
        ),
        {"coin_account_wrong"},
    ),
    "a desk on another's cash": (
        bend(
            "update book.desk_currency c set cash_account_id = -c.cash_account_id; "
            "update book.desk_currency c set cash_account_id = "
            "(select id from vault.account a where a.kind = 'CASH' and a.owner_id = "
            "3 - c.desk_id and a.issuer_id = c.issuer_id)",
            "book.desk_currency",
        ),
        {"desk_account_wrong"},
    ),
    "turnover": (
        bend("update vault.day_total set amount = amount - 1 where day_id = 1", "vault.day_total"),
        {"totals_wrong"},
    ),
    "a used limit": (plain("update book.limit_used set amounts[6] = 0, pieces[6] = 0"), {"limit_wrong"}),
    "a kept answer": (
        bend(
            "update vault.request_key set result = result || '{\"amount\": 1}' where what = 'cash_top_up'",
            "vault.request_key",
        ),
        {"key_wrong"},
    ),
    "a forgotten key": (
        bend("delete from vault.request_key where what = 'cash_top_up'", "vault.request_key"),
        {"operation_unasked"},
    ),
    "a Z report's sum": (
        bend(
            "update book.z_report set body = jsonb_set(body, '{sums,0,counted}', '1') where number = 1",
            "book.z_report",
        ),
        {"z_changed"},
    ),
    "a Z report's turnover and the answer kept for it": (
        bend(
            "update book.z_report set body = jsonb_set(body, '{turnover,0,amount}', '1') where day_id = 1; "
            "update vault.request_key set result = jsonb_set(result, '{turnover,0,amount}', '1') "
            "where what = 'desk_day.close'",
            "book.z_report",
            "vault.request_key",
        ),
        {"z_changed"},
    ),
    "a Z report deleted": (
        bend("delete from book.z_report where day_id = 1", "book.z_report"),
        {"z_gap", "z_missing"},
    ),
    "a Z number used again": (
        bend(
            "update book.desk set z_last = 0; update book.z_report set number = number + 1 where day_id = 2",
            "book.z_report",
            "book.desk",
        ),
        {"z_gap"},
    ),
    "a count's sum": (
        bend(
            "update book.cash_count_total set counted = expected where count_id = 2", "book.cash_count_total"
        ),
        {"count_wrong"},
    ),
    "a count's line": (
        bend(
            "update book.cash_count_line set pieces = pieces + 1 where count_id = 2 and denomination = 100 "
            "and issuer_id = 1",
            "book.cash_count_line",
        ),
        {"count_wrong"},
    ),
    "who counted": (
        bend("update book.cash_count set counted_by_id = 1 where id = 2", "book.cash_count"),
        {"count_wrong"},
    ),
    "a closed day opened again": (
        bend("update book.desk_day set state = 'open' where id = 2", "book.desk_day"),
        {"day_state_wrong"},
    ),
    "a day's cashier": (
        bend("update book.desk_day set cashier_id = 1 where id = 2", "book.desk_day"),
        {"day_start_wrong"},
    ),
    "a day's date": (
        bend("update book.desk_day set cash_date = cash_date - 1 where id = 2", "book.desk_day"),
        {"day_start_wrong"},
    ),
    "a reconciled mark": (
        bend("update book.desk_day set reconciled = true where id = 2", "book.desk_day"),
        {"day_mark_wrong"},
    ),
    "a trigger dropped": (plain("drop trigger append_only on vault.log"), {"trigger_missing"}),
    "a trigger switched off": (
        plain("alter table vault.posting disable trigger append_only"),
        {"trigger_changed"},
    ),
    "a trigger that replication passes by": (
        plain("alter table vault.posting enable trigger append_only"),
        {"trigger_changed"},
    ),
    "a trigger that does nothing": (
        plain(
            "create function book.nothing() returns trigger language plpgsql as $$ begin return null; "
            "end $$; "
            "drop trigger append_only on vault.log; create trigger append_only before update or delete "
            "on vault.log for each statement execute function book.nothing(); "
            "alter table vault.log enable always trigger append_only"
        ),
        {"trigger_changed"},
    ),
    "a trigger that asks first": (
        plain(
            "drop trigger append_only on vault.log; create trigger append_only before update or "
            "delete on vault.log "
            "for each statement when (current_setting('role') <> 'thief') execute function "
            "vault.refuse_change(); "
            "alter table vault.log enable always trigger append_only"
        ),
        {"trigger_changed"},
    ),
    "foreign keys off": (plain("alter table vault.posting disable trigger all"), {"trigger_changed"}),
    "the definition's guard dropped": (plain("drop event trigger bocli_vault_drop"), {"trigger_missing"}),
    "the definition's guard off": (plain("alter event trigger bocli_vault_ddl disable"), {"trigger_changed"}),
    "the guard's text": (
        plain(
            "create or replace function public.bocli_vault_guard() returns event_trigger language plpgsql "
            "as $$ begin null; end $$"
        ),
        {"function_changed"},
    ),
    "a function's owner": (
        plain("alter function vault.post owner to postgres"),
        {"owner_changed"},
    ),
    "a function's text": (
        plain(
            "create or replace function rule.luhn_digit(p_digits text) returns text language sql immutable "
            "as $$ select '0' $$"
        ),
        {"function_changed"},
    ),
    "a function that runs as its caller": (
        plain("alter function api.cash_top_up security invoker"),
        {"function_changed"},
    ),
    "a function beside ours": (
        plain("create function api.cash_gift() returns void language sql as 'select'"),
        {"function_added", "owner_changed"},
    ),
    "a function dropped": (plain("drop function api.desk_day_z_report"), {"function_missing"}),
    "a function for all": (plain("grant execute on function vault.post to public"), {"right_added"}),
    "a right on the ledger": (plain("grant update on vault.account to bocli_api"), {"right_added"}),
    "a right on one column": (plain("grant update (balance) on vault.account to bocli_api"), {"right_added"}),
    "a table's owner": (plain("alter table vault.log owner to postgres"), {"owner_changed", "right_added"}),
    "a schema's owner": (plain("alter schema vault owner to postgres"), {"owner_changed"}),
    "a constraint dropped": (
        plain("alter table vault.account drop constraint account_floor"),
        {"constraint_missing"},
    ),
}

#: What agrees with itself: nothing to see without a checkpoint; with it, one of these kinds.
ONLY_BY_CHECKPOINT: dict[str, tuple[Callable[[Admin], None], set[str]]] = {
    "a refusal's text, all hashes rewritten": (
        rewrite(f"update vault.log set after = after || '{{\"x\": 1}}' where id = {A_REFUSAL}"),
        {"history_rewritten"},
    ),
    "a line re-dated, all hashes rewritten": (
        rewrite(f"update vault.log set at = at - interval '1 day' where id = {A_REFUSAL}"),
        {"history_rewritten"},
    ),
    "the document that was seen, in books, log and hashes": (
        rewrite(
            'update vault.operation set details = \'{"document": "other"}\' where kind = '
            "'cash_withdrawal'; "
            "update vault.log set after = jsonb_set(after, '{details}', '{\"document\": \"other\"}') "
            "where what = 'cash_withdrawal' and not refused",
            "vault.operation",
        ),
        {"history_rewritten"},
    ),
    "a refusal deleted, the rest numbered anew, all hashes rewritten": (
        rewrite(
            f"create temp table gone as select stream, seq from vault.log where id = {A_REFUSAL}; "
            f"delete from vault.log where id = {A_REFUSAL}; "
            "update vault.log l set seq = -l.seq + 1 from gone g where l.stream = g.stream and l.seq > "
            "g.seq; "
            "update vault.log set seq = -seq where seq < 0; drop table gone"
        ),
        {"rolled_back", "history_rewritten", "rows_missing"},
    ),
    "the last refusal cut off its stream": (
        bend(
            "delete from vault.log where id = (select max(id) from vault.log where refused); "
            "update vault.stream s set seq = l.seq, head = l.hash from vault.log l where l.stream = s.stream "
            "and l.seq = (select max(seq) from vault.log m where m.stream = s.stream)",
            "vault.log",
            "vault.stream",
        ),
        {"rolled_back"},
    ),
    "a stream of refusals that never was": (
        bend(
            "delete from vault.log where stream = (select stream from vault.log where refused order by "
            "id desc "
            "limit 1); delete from vault.stream s where not exists (select from vault.log l "
            "where l.stream = s.stream)",
            "vault.log",
            "vault.stream",
        ),
        {"rolled_back"},
    ),
    "the last top-up undone everywhere": (
        bend(
            "create temp table gone as select * from vault.operation where id = "
            f"{LAST_TOP_UP}; "
            "update vault.account a set balance = balance - case when p.line = 1 then p.amount else 0 end "
            "from vault.posting p join gone g on g.id = p.operation_id where a.id = p.debit_account_id "
            "and a.kind = 'CASH'; "
            "update vault.account a set balance = balance - g.amount from gone g join book.coin c on "
            "c.id = g.coin_id "
            "where a.id = c.wallet_account_id; "
            "update vault.stripe s set balance = s.balance - g.commission from gone g, vault.posting p "
            "where p.operation_id = g.id and p.line = 2 and s.account_id = p.credit_account_id "
            "and s.stripe = (select max(stripe) from vault.stripe x where x.account_id = s.account_id); "
            "update vault.day_total t set pieces = t.pieces - 1, amount = t.amount - g.amount, "
            "commission = t.commission - g.commission from gone g where t.day_id = g.day_id "
            "and t.operation_kind = g.kind and t.issuer_id = g.issuer_id; "
            "update vault.operation_total t set pieces = t.pieces - 1, amount = t.amount - g.amount, "
            "commission = t.commission - g.commission from gone g where t.booked_on = g.booked_on "
            "and t.operation_kind = g.kind and t.issuer_id = g.issuer_id and t.stripe = (select max(x.stripe) "
            "from vault.operation_total x where x.booked_on = g.booked_on and x.operation_kind = g.kind "
            "and x.issuer_id = g.issuer_id); "
            "update book.limit_used u set pieces = array(select p - 1 from unnest(u.pieces) p), "
            "amounts = array(select a - g.amount from unnest(u.amounts) a) from gone g "
            "where u.client_id = g.client_id and u.operation_kind = g.kind and u.issuer_id = g.issuer_id; "
            "delete from vault.posting p using gone g where p.operation_id = g.id; "
            "delete from vault.request_key k using gone g where k.result ->> 'operation_id' = g.id::text; "
            "delete from vault.operation o using gone g where o.id = g.id; "
            "delete from vault.log l using gone g where l.entity = 'operation' and l.entity_id = g.id::text; "
            "update vault.stream s set seq = l.seq, head = l.hash from vault.log l where l.stream = s.stream "
            "and l.seq = (select max(seq) from vault.log m where m.stream = s.stream); drop table gone",
            "vault.account",
            "vault.stripe",
            "vault.day_total",
            "vault.operation_total",
            "vault.posting",
            "vault.operation",
            "vault.request_key",
            "vault.log",
            "vault.stream",
            "book.limit_used",
        ),
        {"rolled_back", "rows_missing"},
    ),
    "a count's notes exchanged for others of the same sum": (
        bend(
            "with one as (select max(l.denomination) as note from book.cash_count_line l where "
            "l.count_id = 2 "
            "and l.issuer_id = 1 and l.pieces > 0 and l.denomination in (10000, 2000, 1000, 200, 100, "
            "20, 10, 2)) "
            "update book.cash_count_line l set pieces = l.pieces + case when l.denomination = o.note "
            "then -1 else 2 end "
            "from one o where l.count_id = 2 and l.issuer_id = 1 and l.denomination in (o.note, o.note / 2)",
            "book.cash_count_line",
        ),
        {"z_rewritten"},
    ),
    "a name on a Z report and on the answer kept for it": (
        bend(
            "update book.z_report set body = jsonb_set(body, '{closed_by}', '\"Nobody\"') where day_id = 1; "
            "update vault.request_key set result = jsonb_set(result, '{closed_by}', '\"Nobody\"') "
            "where what = 'desk_day.close' and result ->> 'day_id' = '1'",
            "book.z_report",
            "vault.request_key",
        ),
        {"z_rewritten"},
    ),
    "one more thing that may be posted": (
        bend(
            "insert into vault.posting_kind values ('cash_top_up', 'BANK_OWN', 'WALLET')",
            "vault.posting_kind",
        ),
        {"reference_changed"},
    ),
    "one more move that a day may make": (
        bend("insert into book.state_move values ('desk_day', 'closed', 'open')", "book.state_move"),
        {"reference_changed"},
    ),
}


def test_there_are_many_kinds() -> None:
    assert len(FOUND) + len(ONLY_BY_CHECKPOINT) >= 60


def test_the_books_that_nobody_touched_are_right(house: House) -> None:
    with house.bent() as connection:
        assert audit.verify(connection).findings == ()
        with_checkpoint = audit.verify(connection, house.checkpoint)
        assert with_checkpoint.findings == ()
        assert with_checkpoint.checkpoint_at is not None


def test_what_an_administrator_may_change_is_no_alarm(house: House) -> None:
    for change in (
        "update book.issuer set position = 9 - position",
        "update book.client set name = 'Married', blocked = true",
        "update book.branch set name = 'Moved'",
        "insert into book.desk_assignment (desk_id, staff_id) select 1, max(id) from book.staff",
    ):
        with house.bent() as connection:
            connection.execute(change.encode())
            assert audit.verify(connection, house.checkpoint).findings == (), change


@pytest.mark.parametrize("what", FOUND)
def test_found(house: House, what: str) -> None:
    tamper, kinds = FOUND[what]
    with house.bent() as connection:
        tamper(connection)
        for found in (audit.verify(connection), audit.verify(connection, house.checkpoint)):
            assert found.kinds & kinds, found.by_kind
            assert audit.verification_text(found)


@pytest.mark.parametrize("what", ONLY_BY_CHECKPOINT)
def test_found_by_the_checkpoint_alone(house: House, what: str) -> None:
    tamper, kinds = ONLY_BY_CHECKPOINT[what]
    with house.bent() as connection:
        tamper(connection)
        assert audit.verify(connection).findings == ()
        assert audit.verify(connection, house.checkpoint).kinds & kinds


def test_roles_that_can_do_more(house: House) -> None:
    for done in (
        "create role bo_thief login superuser",
        "create role thief; grant bocli_vault to thief",
        "alter role bocli_api login",
        "alter role bocli_staff createrole",
    ):
        with house.bent() as connection:
            connection.execute(done)
            assert audit.verify(connection).kinds == {"role_widened"}


def test_a_checkpoint_file(house: House, tmp_path: Path) -> None:
    path = tmp_path / "evening.json"
    with house.bent() as connection:
        root = audit.write_checkpoint(connection, path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert audit.read_checkpoint(path)["root"] == root
        assert audit.verify(connection, path).ok
        with pytest.raises(FileExistsError):
            audit.write_checkpoint(connection, path)
        text = path.read_text()
        for changed in (text.replace('"log": ', '"log": 1'), "{}", "[]", "no json", ""):
            path.write_text(changed)
            with pytest.raises(CheckpointError):
                audit.verify(connection, path)
        with pytest.raises(CheckpointError):
            audit.verify(connection, tmp_path / "nowhere")


def test_no_false_alarm_while_people_work(books: Books) -> None:
    tills = [books.till() for _ in range(4)]
    wallets = [books.wallet() for _ in range(4)]
    days = [books.start(cashier, desk) for desk, cashier in tills]
    early = audit.checkpoint(books.admin)
    stop = threading.Event()
    done: list[int] = []

    def work(at: int) -> None:
        _, cashier = tills[at]
        turn = 0
        while not stop.is_set():
            turn += 1
            books.put(cashier, days[at], wallets[turn % 4], 10_00 + turn)
            if turn % 3 == 0:
                books.take(cashier, days[at], wallets[turn % 4], 5_00)
        done.append(turn)

    threads = [threading.Thread(target=work, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    try:
        sizes = set()
        for turn in range(8):
            found = audit.verify(books.admin, early if turn % 2 else None)
            assert found.findings == ()
            sizes.add(found.lines)
            early = audit.checkpoint(books.admin) if turn == 3 else early
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len(done) == 4
    assert len(sizes) > 4, "nobody worked while the audit looked"
    books.assert_right(early)
