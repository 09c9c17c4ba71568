"""Books of any size, made at the speed of INSERT: `python -m benchmarks.books FOLDER OPERATIONS…`.

Makes one database an entry (books_100000, books_10000000 …) on a server that lives in FOLDER, and leaves it there
stopped, so that the benchmarks of lists, intake and reports measure the same books again. The rows go straight into the
tables, as a superuser can, set by set: clients, wallets, operations, postings with the balances after each line, the
roll-up. What is there agrees with itself (balances, roll-up, kinds of posting), and is the same for the same size and
day; but no operation went through its rule, and none stands in the log, so `bocli audit verify` rightly finds fault.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from core.db.install import install
from tests import server as servers
from tests.company import Company
from tests.world import Person, World

CHUNK = 1_000_000
DAYS = 365
SHOPS = 200
OPENING = 3
"""Operations with which a client begins, one an issuer."""
SETTINGS = {
    "shared_buffers": "'1GB'",
    "max_wal_size": "'8GB'",
    "maintenance_work_mem": "'1GB'",
    "checkpoint_timeout": "'30min'",
    "autovacuum_naptime": "'1h'",
}

PEOPLE = """
with made as (
  insert into book.client (id, kind, name, name_key, email, email_key, phone, time_zone, identification)
  overriding system value
  select %(clients)s + k, case when k <= {people} then 'individual' else 'business' end, x.name, lower(x.name),
         'c' || k || '@books.example', 'c' || k || '@books.example', '+4931' || lpad(k::text, 8, '0'),
         'Europe/Berlin', 'approved'
    from generate_series(1, {people} + {shops}) as k
   cross join lateral (
     select (array['Anna', 'Boris', 'Chiara', 'Dmytro', 'Ewa', 'Farid', 'Greta', 'Hugo'])[1 + k %% 8] || ' '
            || (array['Adler', 'Bondar', 'Conti', 'Duda', 'Engel'])[1 + k / 8 %% 5] || ' ' || k as name) as x
  returning id)
select count(*) from made
"""
ACCOUNTS = """
insert into vault.account (id, kind, issuer_id, owner_id, debit_sign, striped, floor)
overriding system value
select %(accounts)s + 2 * w - k, case k when 1 then 'WALLET' else 'HOLD' end, 1 + (w - 1) %% 3, %(coins)s + w,
       -1, false, 0
  from generate_series(1, 3 * ({people} + {shops})) as w cross join generate_series(0, 1) as k
 order by w, k desc
"""
COINS = """
insert into book.coin (id, serial, client_id, issuer_id, kind, wallet_account_id, hold_account_id)
overriding system value
select %(coins)s + w, '41' || lpad(w::text, 9, '0') || rule.luhn_digit('41' || lpad(w::text, 9, '0')),
       %(clients)s + 1 + (w - 1) / 3, 1 + (w - 1) %% 3, case when w > 3 * {people} then 'merchant' else 'wallet' end,
       %(accounts)s + 2 * w - 1, %(accounts)s + 2 * w
  from generate_series(1, 3 * ({people} + {shops})) as w
"""
# One operation a row: its kind, who (a) and the other one (b), what it goes on with. After each client's opening ones,
# of a hundred 45 are payments (a fifth of them at one shop), 40 transfers, 8 come from the bank, 3 are refunds, 4
# bonuses.
PLAN = """
create temporary table plan as
select r.n, r.kind, r.issuer_id, r.amount, r.a, r.b, r.of_id,
       case r.kind when 'payment' then r.amount / 100 when 'transfer' then case when r.issuer_id < 3 then 10 else 0 end
            else 0 end as fee,
       %(start)s::timestamptz + make_interval(secs => r.n * ({days} * 86400.0 / {operations})) as at
  from (
    select m.n, m.kind, m.issuer_id,
           case when m.opening then 50000000
                when m.kind = 'refund' then 100 + (m.base - 60) * 7919 %% 20000
                when m.n %% 3 = 0 and m.kind <> 'payment' then (1 + m.n %% 50) * 100
                else 100 + m.base * 7919 %% 20000 end as amount,
           case m.kind when 'refund' then m.shop_of else m.payer end as a,
           case m.kind when 'payment' then m.shop when 'refund' then m.payer_of
                when 'transfer' then case when m.taker = m.payer then 1 + m.payer %% {people} else m.taker end end as b,
           case m.kind when 'refund' then m.n - 60 end as of_id
      from (
        select n, n <= {opening} as opening, n - {opening} as base,
               case when n <= {opening} then case when n %% 3 = 0 then 'bonus_issue' else 'bank_top_up' end
                    when n %% 100 < 45 then 'payment' when n %% 100 < 85 then 'transfer'
                    when n %% 100 < 93 then 'bank_top_up' when n %% 100 < 96 then 'refund' else 'bonus_issue'
                end as kind,
               case when n <= {opening} then 1 + (n - 1) %% 3
                    when n %% 100 >= 96 then 3
                    when n %% 100 between 85 and 92 then 1 + n / 100 %% 2
                    else 1 + (case when n %% 100 >= 93 then n - 60 else n end) / 7 %% 10 / 5
                           + (case when n %% 100 >= 93 then n - 60 else n end) / 7 %% 10 / 9 end as issuer_id,
               case when n <= {opening} then 1 + (n - 1) / 3 else 1 + n * 7919 %% {people} end as payer,
               1 + (n - 60) * 7919 %% {people} as payer_of,
               1 + (n * 104729 + 17) %% {people} as taker,
               {people} + case when n %% 5 = 0 then 1 else 1 + n * 15485863 %% {shops} end as shop,
               {people} + case when (n - 60) %% 5 = 0 then 1 else 1 + (n - 60) * 15485863 %% {shops} end as shop_of
          from generate_series(%(first)s::bigint, %(last)s::bigint) as n) as m) as r
"""
OPERATIONS = """
insert into vault.operation (id, kind, at, booked_on, issuer_id, amount, commission, version_id, actor_id, client_id,
                             coin_id, counter_client_id, counter_coin_id, of_id, batch_id)
overriding system value
select n, kind, at, (at at time zone 'UTC')::date, issuer_id, amount, fee, %(version)s, %(actor)s,
       %(clients)s + a, %(coins)s + 3 * (a - 1) + issuer_id, %(clients)s + b, %(coins)s + 3 * (b - 1) + issuer_id,
       of_id, 1 + n / 2000
  from plan order by n
"""
LINES = """
create temporary table line as
select x.n, x.line, x.debit, x.credit, p.issuer_id, x.amount, (p.at at time zone 'UTC')::date as booked_on
  from plan p
 cross join lateral (
   select %(accounts)s + 2 * (3 * (p.a - 1) + p.issuer_id) - 1 as mine,
          %(accounts)s + 2 * (3 * (p.b - 1) + p.issuer_id) - 1 as theirs,
          (%(system)s::bigint[])[p.issuer_id] as unallocated, (%(system)s::bigint[])[3 + p.issuer_id] as unbacked,
          (%(system)s::bigint[])[6 + p.issuer_id] as payment, (%(system)s::bigint[])[9 + p.issuer_id] as transfer) as k
 cross join lateral (values
   (p.n, 1::smallint,
    case p.kind when 'bank_top_up' then k.unallocated when 'bonus_issue' then k.unbacked else k.mine end,
    case when p.kind in ('bank_top_up', 'bonus_issue') then k.mine else k.theirs end, p.amount),
   (p.n, 2::smallint, case p.kind when 'payment' then k.theirs else k.mine end,
    case p.kind when 'payment' then k.payment else k.transfer end, p.fee)) as x (n, line, debit, credit, amount)
 where x.amount > 0
"""
# The balance after each line: what the account had before this chunk, and its lines so far.
POSTINGS = """
with side as (
  select n, line, 1 as side, debit as account_id, -amount as change from line
  union all
  select n, line, 2, credit, amount from line),
ran as (
  select s.n, s.line, s.side, a.balance + sum(s.change) over (partition by s.account_id order by s.n, s.line) as after
    from side s join vault.account a on a.id = s.account_id and not a.striped),
afters as (
  select n, line, max(after) filter (where side = 1) as debit_after, max(after) filter (where side = 2) as credit_after
    from ran group by n, line)
insert into vault.posting (operation_id, line, debit_account_id, credit_account_id, issuer_id, amount, debit_after,
                           credit_after, booked_on)
select l.n, l.line, l.debit, l.credit, l.issuer_id, l.amount, f.debit_after, f.credit_after, l.booked_on
  from line l left join afters f using (n, line)
 order by l.n, l.line
"""
BALANCES = """
with net as (
  select x.account_id, sum(x.change) as change
    from (select debit as account_id, -amount as change from line union all select credit, amount from line) as x
   group by x.account_id),
moved as (
  update vault.account a set balance = a.balance + n.change from net n where a.id = n.account_id and not a.striped)
insert into vault.stripe as s (account_id, stripe, balance)
select a.id, 0, -a.debit_sign * n.change from net n join vault.account a on a.id = n.account_id and a.striped
on conflict (account_id, stripe) do update set balance = s.balance + excluded.balance
"""
TOTALS = """
insert into vault.operation_total as t (booked_on, operation_kind, issuer_id, stripe, pieces, amount, commission)
select (at at time zone 'UTC')::date, kind, issuer_id, n / 2000 %% 4, count(*), sum(amount), sum(fee)
  from plan group by 1, 2, 3, 4
on conflict (booked_on, operation_kind, issuer_id, stripe) do update
  set pieces = t.pieces + excluded.pieces, amount = t.amount + excluded.amount,
      commission = t.commission + excluded.commission
"""
SECONDARY = """
select c.relname, pg_get_indexdef(i.indexrelid)
  from pg_index i join pg_class c on c.oid = i.indexrelid
 where i.indrelid in ('vault.operation'::regclass, 'vault.posting'::regclass) and not i.indisunique
"""
TRIGGERS = """
select tgrelid::regclass::text, quote_ident(tgname), tgenabled from pg_trigger
 where tgrelid in ('vault.operation'::regclass, 'vault.posting'::regclass, 'vault.account'::regclass)
"""
STATES = {"O": "enable trigger", "A": "enable always trigger", "R": "enable replica trigger"}


@dataclass(frozen=True)
class Login:
    """Who uses the books: as `tests.world.Person`, kept beside the data."""

    login: str
    email: str
    role: str
    secret: str
    totp: str
    id: int


def fill(
    admin: psycopg.Connection[Any], operations: int, version: int, actor: int, people: int | None = None
) -> None:
    """Put clients and operations into an installed database that has the company of the tests and no operation."""
    people = people or people_of(operations)
    names = {
        "people": people,
        "shops": SHOPS,
        "opening": OPENING * (people + SHOPS),
        "operations": operations,
        "days": DAYS,
    }
    one = lambda query: admin.execute(query).fetchone()[0]  # type: ignore[index] # noqa: E731 - one number
    values: dict[str, Any] = {
        "clients": one("select coalesce(max(id), 0) from book.client"),
        "coins": one("select coalesce(max(id), 0) from book.coin"),
        "version": version,
        "actor": actor,
        "system": _system_accounts(admin),
        "start": one(f"select date_trunc('day', clock_timestamp()) - interval '{DAYS} days'"),
    }
    values["accounts"] = one("select max(id) from vault.account")
    triggers = admin.execute(TRIGGERS).fetchall()
    for table in sorted({table for table, *_ in triggers}):
        admin.execute(f"alter table {table} disable trigger all")
    for statement in (PEOPLE, ACCOUNTS, COINS):
        admin.execute(statement.format(**names).encode(), values)
    indexes = admin.execute(SECONDARY).fetchall()
    for name, _ in indexes:
        admin.execute(f"drop index vault.{name}")
    admin.execute("set work_mem = '700MB'; set max_parallel_workers_per_gather = 0")
    for first in range(1, operations + 1, CHUNK):
        began = time.monotonic()
        values |= {"first": first, "last": min(first + CHUNK - 1, operations)}
        with admin.transaction():
            for statement in (
                PLAN,
                OPERATIONS,
                LINES,
                "analyze plan; analyze line",
                POSTINGS,
                BALANCES,
                TOTALS,
            ):
                text = statement.format(**names) if "{" in statement else statement
                admin.execute(text.encode(), values if "%" in statement else None)
            admin.execute("drop table plan, line")
        print(f"  {values['last']:>11,} operations, this chunk {time.monotonic() - began:.0f} s", flush=True)
    for table in ("vault.operation", "vault.account", "book.client", "book.coin"):
        admin.execute(
            f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))"
        )
    admin.execute(f"select setval('vault.batch_id_seq', {operations // 2000 + 2})")
    for _, definition in indexes:
        admin.execute(definition)
    for table, name, state in triggers:
        if state in STATES:
            admin.execute(f"alter table {table} {STATES[state]} {name}")
    admin.execute("vacuum (analyze)")


def people_of(operations: int) -> int:
    """How many clients books of that size have, unless they are told."""
    return max(200, min(20_000, operations // 500))


def _system_accounts(admin: psycopg.Connection[Any]) -> list[int]:
    """UNALLOCATED, UNBACKED, commission of payments, commission of transfers; of each issuer in turn."""
    asked = [("UNALLOCATED", None), ("UNBACKED", None), ("COMMISSION", "payment"), ("COMMISSION", "transfer")]
    found = []
    for kind, of in asked:
        for issuer in (1, 2, 3):
            row = admin.execute(
                "select vault.account_for(%s, %s::smallint, (select id from vault.operation_kind where kind = %s))",
                (kind, issuer, of),
            ).fetchone()
            assert row is not None
            found.append(row[0])
    return found


def make(server: servers.Server, operations: int, people: int | None = None) -> None:
    """One database of that many operations, with an anti-fraud specialist who may look at them."""
    began, name = time.monotonic(), database_of(operations, people)
    with server.admin() as admin:
        admin.execute(f"create database {name}")
    with server.admin(name) as admin:
        install(admin)
        admin.execute(
            "insert into book.installation (id, company) values (%s, 'Books Ltd')",
            (f"bench-{uuid4().hex[:12]}",),
        )
        world = World(server, name, admin)
        company = Company(world, admin)
        for kind in ("payment", "transfer", "bonus_issue"):
            for issuer in ("EUR", "USD", "BONUS"):
                company.term(company.version, kind, issuer, percent="1")
                if kind != "bonus_issue":
                    company.limit(company.version, kind, issuer, "day", amount=10**14, pieces=10**8)
                    company.limit(company.version, kind, issuer, "month", amount=10**15, pieces=10**9)
        person, intake = world.make_staff("anti_fraud"), world.make_staff("intake", enrolled=False)
        fill(admin, operations, company.version, intake.id, people)
        assert person.totp is not None
        login = Login(person.login, person.email, person.role, person.secret, person.totp.hex(), person.id)
        (server.folder / f"{name}.json").write_text(json.dumps(login.__dict__))
        world.close()
    print(f"{name}: {operations:,} operations in {time.monotonic() - began:.0f} s", flush=True)


def folder_of_benchmarks() -> Path:
    """Where the benchmarks keep their books: BOCLI_BOOKS, or a folder beside the temporary ones."""
    return Path(os.environ.get("BOCLI_BOOKS", "/tmp/bocli-books"))  # noqa: S108 - made by nobody else's hand


def database_of(operations: int, people: int | None = None) -> str:
    """The name of the database with so many."""
    return f"books_{operations}" + (f"_of_{people}" if people else "")


@contextmanager
def running(folder: Path) -> Iterator[servers.Server]:
    """The server of a folder while it is needed; made when there is none."""
    if not (folder / "data").exists():
        fresh = servers.start()
        with fresh.admin() as admin:
            for name, value in SETTINGS.items():
                admin.execute(f"alter system set {name} = {value}")
        fresh.halt()
        shutil.move(str(fresh.folder), str(folder))
        settings = folder / "data" / "postgresql.conf"
        settings.write_text(settings.read_text().replace(str(fresh.folder), str(folder)))
    server = servers.resume(folder)
    try:
        yield server
    finally:
        server.halt()


def there(server: servers.Server, operations: int, people: int | None = None) -> World:
    """The world of books that are there; made when they are not."""
    name = database_of(operations, people)
    with server.admin() as admin:
        found = admin.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
    if found is None:
        make(server, operations, people)
    return World(server, name, server.admin(name))


def person_of(world: World) -> Person:
    """The anti-fraud specialist of the books."""
    kept = Login(**json.loads((world.server.folder / f"{world.database}.json").read_text()))
    return Person(kept.id, kept.id, kept.login, kept.email, kept.role, "correct horse battery", kept.secret,
                  bytes.fromhex(kept.totp))  # fmt: skip


def main(folder: str, *sizes: str) -> None:
    """Make what is not there yet."""
    with running(Path(folder)) as server:
        for size in sizes:
            there(server, int(size)).admin.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
