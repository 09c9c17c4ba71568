"""P7: twelve periods from the roll-up against the raw aggregate over all operations, by turns; and that they agree.

`python -m benchmarks.turnover [operations]`; the books are those of `benchmarks.books`, made when they are not there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from typing import Any

from benchmarks import books
from core.operations import turnover

GOAL, TURNS, PERIODS, DAYS = 200, 5, 12, 30
RAW = """
select (%(until)s - o.booked_on) / %(days)s as period, o.kind, i.code, count(*), sum(o.amount), sum(o.commission)
  from vault.operation o join book.issuer i on i.id = o.issuer_id
 where o.booked_on > %(until)s - %(days)s * %(periods)s and o.booked_on <= %(until)s
 group by 1, 2, 3
"""


def main(operations: int = 10_000_000) -> int:
    """Measure by turns and print; the exit code says whether the goal was reached."""
    with books.running(books.folder_of_benchmarks()) as server:
        world = books.there(server, operations)
        db = world.log_in(books.person_of(world))
        row = world.admin.execute("select max(booked_on) from vault.operation_total").fetchone()
        assert row is not None
        until: date = row[0]
        values = {"until": until, "days": DAYS, "periods": PERIODS}

        def rolled_up() -> set[tuple[Any, ...]]:
            since = until - timedelta(DAYS * PERIODS - 1)
            return {
                (x.period, x.kind, x.issuer, x.pieces, x.amount, x.commission)
                for x in turnover(db, since, until, days=DAYS)
            }

        def raw() -> set[tuple[Any, ...]]:
            return set(world.admin.execute(RAW, values).fetchall())

        ours, theirs = [], []
        agree = True
        for _ in range(TURNS):
            took, mine = _timed(rolled_up)
            ours.append(took)
            took, scanned = _timed(raw)
            theirs.append(took)
            agree &= mine == scanned
        world.close()
        world.admin.close()
    ratio = median(theirs) / median(ours)
    print(f"{PERIODS} periods of {DAYS} days, {operations:,} operations in the books, by kind and issuer:")
    print(f"  roll-up, one call by a person's login: {median(ours) * 1000:.1f} ms")
    print(f"  raw aggregate: {median(theirs) * 1000:.0f} ms")
    print(f"P7 roll-up against the raw aggregate: 1/{ratio:.0f} (goal 1/{GOAL}); "
          f"{'equal to the last operation' if agree else 'THEY DIFFER'}")  # fmt: skip
    return 0 if agree and ratio >= GOAL else 1


def _timed(act: Callable[[], set[tuple[Any, ...]]]) -> tuple[float, set[tuple[Any, ...]]]:
    began = time.perf_counter()
    found = act()
    return time.perf_counter() - began, found


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
