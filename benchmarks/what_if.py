"""P8: a contract's last month of 1,000,000 operations priced again by a draft, against one sequential scan of them.

`python -m benchmarks.what_if [operations]`
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median

from core import contracts
from core.contracts import Limit, Term, Tier
from core.db.install import install
from tests import server as servers
from tests.books import Books
from tests.world import World

GOAL, TURNS = 8.0, 5
SPAN = timedelta(days=30)
FILL = """
insert into vault.operation (kind, at, booked_on, issuer_id, amount, commission, version_id, client_id)
select case n %% 2 when 0 then 'cash_top_up' else 'cash_withdrawal' end,
       clock_timestamp() - interval '30 days' + n * interval '30 days' / %(many)s, current_date, 1 + n %% 2,
       1000 + (n::bigint * 7919) %% 90000, 50, %(version)s, %(client)s + n %% %(clients)s
  from generate_series(1, %(many)s) as n
"""
SCAN = "select count(*), sum(amount), sum(commission) from vault.operation where version_id is not null"


def main(many: int = 1_000_000) -> int:
    """Measure by turns and print; the exit code says whether the goal was reached."""
    running = servers.start()
    try:
        with running.admin() as connection:
            connection.execute("create database bench")
        with running.admin("bench") as connection:
            install(connection)
            connection.execute("insert into book.installation (id, company) values ('test-bench', 'Bench')")
            world = World(running, "bench", connection)
            books = Books(world)
            clients = [books.client().id for _ in range(500)]
            values = {"many": many, "version": books.version, "client": clients[0], "clients": len(clients)}
            # One scan by one process, as the reckoning is one.
            connection.execute("set max_parallel_workers_per_gather = 0")
            connection.execute("alter table vault.operation disable trigger all")
            connection.execute(FILL, values)
            connection.execute("vacuum (analyze) vault.operation")
            return _measure(books, many)
    finally:
        running.stop()


def _measure(books: Books, many: int) -> int:
    db = books.db(books.world.make_staff("financial_specialist"))
    flat = Term("cash_top_up", "EUR", "percent", percent="1.25", minimum=50)
    tiers = (Tier(0, "1", 10), Tier(20_000, "0.75"), Tier(50_000, "0.5"))
    terms = [
        flat,
        replace(flat, operation_kind="cash_withdrawal", issuer="USD", commission="tiers", tiers=tiers),
    ]
    limits = [
        Limit("cash_top_up", "EUR", "day", 4_000_000, 90),
        Limit("cash_withdrawal", "USD", "day", 4_000_000),
    ]
    until = datetime.now(UTC)
    found: dict[str, list[float]] = {"scan": [], "terms": [], "limits too": []}
    for _ in range(TURNS):
        found["scan"].append(_timed(lambda: books.admin.execute(SCAN).fetchone()))
        for name, asked in (("terms", []), ("limits too", limits)):
            reckon = partial(contracts.what_if, db, terms, asked, None, (until - SPAN, until))
            found[name].append(_timed(reckon))
    scan = median(found["scan"])
    print(f"what-if over {many:,} operations: one scan {scan * 1000:.0f} ms")
    for name in ("terms", "limits too"):
        taken = median(found[name])
        print(f"  {name}: {taken:.2f} s, {taken / scan:.1f} x the scan (goal {GOAL:.0f} x)")
    return 0 if median(found["terms"]) <= GOAL * scan else 1


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
