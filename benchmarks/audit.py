"""The audit over large books: rows of log, operations and postings a second, and what each part of it takes.

`python -m benchmarks.audit [operations]`; the books are a copy of those of `benchmarks.books`, with what those leave
out put beside them: keys, bank lines, holds, sums of refunds, limits, and the log's line of each batch. The audit must
find nothing in them.
"""

from __future__ import annotations

import sys
from typing import Any

import psycopg

from benchmarks import books
from core import audit
from core.db.install import install
from tests import server as servers
from tests.company import BANK_ACCOUNTS_LOGGED, RULES, SYSTEM

GOAL = 25_000
TABLES = (
    "vault.operation", "vault.posting", "vault.account", "vault.stripe", "vault.operation_total", "vault.request_key",
    "book.hold", "book.refund_total", "book.limit_used", "book.bank_account", "book.bank_statement",
    "book.statement_line",
)  # fmt: skip
# A refund is written under who gets it. What came from the bank was received before it was given to a coin; a third of
# all wallets has a hold that was given back.
REFUNDS = """
update vault.operation set client_id = counter_client_id, coin_id = counter_coin_id, counter_client_id = client_id,
       counter_coin_id = coin_id
 where kind = 'refund';
insert into book.refund_total
select of_id, sum(amount), 0, 0, count(*) from vault.operation where kind = 'refund' group by of_id
"""
RECEIPTS = """
create temporary table receipt as
select o.id as top_up, m.last + row_number() over (order by o.id) as id, o.at, o.booked_on, o.issuer_id, o.amount,
       o.actor_id, o.coin_id, m.batch + 1 + row_number() over (order by o.id) / 2000 as batch_id
  from vault.operation o
 cross join (select max(id) as last, max(batch_id) as batch from vault.operation) m
 where o.kind = 'bank_top_up';
insert into vault.operation (id, kind, at, booked_on, issuer_id, amount, actor_id, batch_id) overriding system value
select id, 'bank_receipt', at, booked_on, issuer_id, amount, actor_id, batch_id from receipt;
insert into vault.posting (operation_id, line, debit_account_id, credit_account_id, issuer_id, amount, booked_on)
select r.id, 1, vault.account_for('BANK_SAFEGUARDED', r.issuer_id, null),
       vault.account_for('UNALLOCATED', r.issuer_id, null), r.issuer_id, r.amount, r.booked_on
  from receipt r;
insert into vault.stripe (account_id, stripe, balance)
select vault.account_for(k.kind, r.issuer_id, null), 15, sum(r.amount)
  from receipt r cross join (values ('BANK_SAFEGUARDED'), ('UNALLOCATED')) as k (kind) group by k.kind, r.issuer_id;
insert into book.bank_account (iban, bic, name, issuer_id)
select 'XX00LARGE' || lpad(id::text, 7, '0'), 'COBADEFFXXX', 'Large', id from book.issuer;
insert into book.bank_statement (account_id, statement, starts_on, ends_on, opening, closing, pieces, sha256,
                                 imported_at, imported_by_id)
select id, 'Large', '2020-01-01', '2020-01-01', 0, 0, 0, sha256(''), now(), (select min(id) from book.staff)
  from book.bank_account;
insert into book.statement_line (statement_id, account_id, line, booked_on, side, amount, state, operation_id,
                                 last_operation_id, coin_id)
select s.id, s.account_id, r.id, r.booked_on, 'credit', r.amount, 'matched', r.id, r.top_up, r.coin_id
  from receipt r
  join book.bank_account a on a.issuer_id = r.issuer_id
  join book.bank_statement s on s.account_id = a.id;
drop table receipt
"""
HOLDS = """
create temporary table held as
select m.last + 2 * row_number() over (order by c.id) - 1 as id, c.id as coin_id, c.client_id, c.issuer_id,
       c.wallet_account_id as wallet, c.hold_account_id as hold, a.balance,
       (select min(x.id) from book.coin x where x.issuer_id = c.issuer_id and x.kind = 'merchant') as shop,
       m.at, m.actor_id, m.version_id, m.batch + 1 + row_number() over (order by c.id) / 1000 as batch_id
  from book.coin c
  join vault.account a on a.id = c.wallet_account_id and a.balance >= 100
 cross join (select max(id) as last, max(batch_id) as batch, max(at) as at, max(actor_id) as actor_id,
                    max(version_id) as version_id from vault.operation) m
 where c.id % 3 = 0 and c.kind = 'wallet';
insert into vault.operation (id, kind, at, booked_on, issuer_id, amount, version_id, actor_id, client_id, coin_id,
                             counter_client_id, counter_coin_id, of_id, batch_id)
overriding system value
select h.id + k.n, k.kind, h.at, (h.at at time zone 'UTC')::date, h.issuer_id, 100, h.version_id, h.actor_id,
       h.client_id, h.coin_id, s.client_id, s.id, case k.n when 1 then h.id end, h.batch_id
  from held h join book.coin s on s.id = h.shop cross join (values (0, 'hold'), (1, 'release')) as k (n, kind);
insert into vault.posting (operation_id, line, debit_account_id, credit_account_id, issuer_id, amount, debit_after,
                           credit_after, booked_on)
select h.id + k.n, 1, case k.n when 0 then h.wallet else h.hold end, case k.n when 0 then h.hold else h.wallet end,
       h.issuer_id, 100, case k.n when 0 then h.balance - 100 else 0 end, case k.n when 0 then 100 else h.balance end,
       (h.at at time zone 'UTC')::date
  from held h cross join generate_series(0, 1) as k (n);
insert into book.hold (operation_id, purpose, kind, client_id, coin_id, counter_coin_id, issuer_id, amount, commission,
                       on_top, version_id, state, expires_at, ended_at, ended_operation_id)
select id, 'payment', 'payment', client_id, coin_id, shop, issuer_id, 100, 0, 0, version_id, 'released',
       at + interval '7 days', at, id + 1
  from held;
drop table held
"""
BESIDE = """
insert into vault.request_key (key, actor_id, what, request_hash, result)
select gen_random_uuid(), o.actor_id, 'operation', sha256(o.id::text::bytea), jsonb_strip_nulls(jsonb_build_object(
         'status', 'done', 'operation_id', o.id, 'commission', o.commission, 'hold_id', h.id))
  from vault.operation o
  left join book.hold h on h.operation_id = o.id
 where o.kind not in ('bank_receipt', 'bank_top_up');
truncate vault.operation_total;
insert into vault.operation_total
select booked_on, kind, issuer_id, 0, count(*), sum(amount), sum(commission) from vault.operation group by 1, 2, 3;
insert into book.limit_used (client_id, operation_kind, issuer_id, starts, amounts, pieces)
select client_id, kind, issuer_id, array_fill('2020-01-01'::date, array[6]), array_fill(sum(amount)::bigint, array[6]),
       array_fill(count(*)::integer, array[6])
  from vault.operation where kind in ('payment', 'transfer', 'bank_top_up') group by 1, 2, 3
"""
# Chains of about a thousand batches: as many front ends.
LOG = """
select log_write('intake:' || b.batch_id / 1000, row(b.actor_id, null, 'bo_bench', 'intake', null)::auth.actor,
                 'operations', 'batch', b.batch_id::text, null, jsonb_build_object(
                   'operations', b.operations, 'first', b.first, 'last', b.last,
                   'postings', (select count(*) from vault.posting p where p.operation_id between b.first and b.last),
                   'digest', batch_digest(b.batch_id, b.first, b.last)))
  from (select batch_id, max(actor_id) as actor_id, count(*) as operations, min(id) as first, max(id) as last
          from vault.operation group by batch_id order by batch_id) as b
"""


def whole(admin: psycopg.Connection[Any]) -> None:
    """Put beside the operations of `benchmarks.books` what a rule would have written with them."""
    triggers = [
        row
        for row in admin.execute(
            "select tgrelid::regclass::text, quote_ident(tgname), tgenabled from pg_trigger "
            "where tgrelid = any (%s::text[]::regclass[])", (list(TABLES),),
        ).fetchall()
        if row[2] in books.STATES
    ]  # fmt: skip
    for table in TABLES:
        admin.execute(f"alter table {table} disable trigger all")
    admin.execute(RULES)
    admin.execute("set work_mem = '500MB'; set max_parallel_workers_per_gather = 0")
    for statements in (REFUNDS, RECEIPTS, HOLDS, BESIDE):
        admin.execute(statements.encode())
    for table, name, state in triggers:
        admin.execute(f"alter table {table} {books.STATES[state]} {name}")
    admin.execute("analyze")
    admin.execute(LOG)
    admin.execute(f"select {BANK_ACCOUNTS_LOGGED}".replace("{system}", SYSTEM).encode())
    admin.execute("reset work_mem; reset max_parallel_workers_per_gather")
    admin.execute("vacuum (analyze)")


def copied(server: servers.Server, operations: int) -> str:
    """The name of the completed copy; made when it is not there."""
    name = f"audited_{operations}"
    books.there(server, operations).admin.close()
    with server.admin() as admin:
        if admin.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is None:
            admin.execute(f"create database {name} template {books.database_of(operations)}")
            with server.admin(name) as copy:
                whole(copy)
    return name


def main(operations: int = 1_000_000) -> int:
    """Measure and print; the exit code says whether the goal was reached and nothing was found."""
    with (
        books.running(books.folder_of_benchmarks()) as server,
        server.admin(copied(server, operations)) as admin,
    ):
        install(admin)  # books that are kept may have older functions
        found = audit.verify(admin)
    for name, seconds in found.stages.items():
        print(f"  {name}: {seconds:.1f} s")
    rate = found.rows / found.seconds
    print(f"audit of {found.rows:,} rows ({found.operations:,} operations, {found.lines:,} lines of the log): "
          f"{found.seconds:.0f} s, {rate:,.0f} rows a second (goal {GOAL:,}); "
          f"{'nothing found' if found.ok else f'FOUND {found.by_kind}'}")  # fmt: skip
    return 0 if found.ok and rate >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
