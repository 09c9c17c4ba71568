"""P4: mixed operations as a front end hands them in, 2,000 lines a call with all checks, against COPY of the rows that
they wrote into copies of the same tables, with their indexes, keys and checks; and at many operations in the books
against few. By turns.

`python -m benchmarks.intake [many] [few] [turns] [alone]`; the books are those of `benchmarks.books`, made when not
there. What is measured is the CPU time of the server processes that do the work; the clock stands beside it.
A fourth number other than 0 measures besides what of the work is the rows alone, which disturbs the other two: all
share the server's buffers.
"""

from __future__ import annotations

import json
import random
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import books
from tests import server as servers
from tests.company import RULES

CHUNK, TURNS, WARM = 2_000, 9, 12
GOAL_SHARE, GOAL_RATIO = 0.4, 1.2
TABLES = ("operation", "posting", "request_key", "log")
#: COPY, and what of the work is rows alone.
SIDES = ("copy", "alone")
FOREIGN = (
    "select pg_get_constraintdef(oid) from pg_constraint where contype = 'f' and conrelid = %s::regclass"
)
#: The ledger asks for a posting's operation and accounts by a trigger of its own, once a statement: so does its copy.
KEYS = """
create or replace function public.copy_posting_keys() returns trigger language plpgsql as $$
begin
  if exists (
       select from added a
        where (select o.txid from vault.operation o where o.id = a.operation_id) is null
           or a.issuer_id is distinct from (select d.issuer_id from vault.account d where d.id = a.debit_account_id)
           or a.issuer_id is distinct from (select c.issuer_id from vault.account c where c.id = a.credit_account_id))
  then
    raise exception 'no operation or no account';
  end if;
  return null;
end $$;
create trigger keys after insert on public.copy_posting
  referencing new table as added for each statement execute function public.copy_posting_keys();
"""
#: Balances and counters are written as they are: what counts is that each row is found and written.
MOVED = """
update vault.account a set balance = a.balance
 where not a.striped
   and a.id in (select p.debit_account_id from staged_posting p union select p.credit_account_id from staged_posting p);
update book.limit_used u set amounts = u.amounts, pieces = u.pieces
  from (select distinct o.client_id, o.kind, o.issuer_id from staged_operation o) as o
 where u.client_id = o.client_id and u.operation_kind = o.kind and u.issuer_id = o.issuer_id;
"""


@dataclass(frozen=True)
class Cost:
    """What so many rows or operations took: seconds of the server's CPU, and by the clock."""

    count: int
    cpu: float
    clock: float


class Bench:
    """One database: its wallets, and the connections of a front end and an administrator, whose server processes are
    watched."""

    def __init__(self, server: servers.Server, operations: int, people: int | None = None) -> None:
        world = books.there(server, operations, people)
        self.admin = world.admin
        name = f"front-{time.time_ns()}"  # The books stay, and each measurement has a front end of its own.
        self.front = world.raw(
            world.make_staff("intake", enrolled=False, email=f"{name}@books.example", name=name)
        )
        self.admin.execute(RULES)
        wallets = "select serial from book.coin where issuer_id = %s and kind = %s and serial like '41%%' order by id"
        self.payers = [
            [row[0] for row in self.admin.execute(wallets, (issuer, "wallet"))] for issuer in (1, 2, 3)
        ]
        self.shops = [
            [row[0] for row in self.admin.execute(wallets, (issuer, "merchant"))] for issuer in (1, 2, 3)
        ]
        for side in SIDES:
            for table in TABLES:
                self.admin.execute(f"drop table if exists public.{side}_{table}")
                self.admin.execute(f"create table public.{side}_{table} (like vault.{table} including all)")
                for (rule,) in self.admin.execute(FOREIGN, (f"vault.{table}",)).fetchall():
                    self.admin.execute(f"alter table public.{side}_{table} add {rule}")
            self.admin.execute(KEYS.replace("copy_", f"{side}_"))
        for table in TABLES:
            self.admin.execute(f"create temp table staged_{table} (like vault.{table})")

    def measured(self, count: int, act: Callable[[], Any]) -> Cost:
        """What an act costs the server processes of these connections."""
        cpu, clock = self._cpu(), time.perf_counter()
        act()
        return Cost(count, self._cpu() - cpu, time.perf_counter() - clock)

    def _cpu(self) -> float:
        """Seconds that the server processes have run, to the nanosecond."""
        pids = (self.front.info.backend_pid, self.admin.info.backend_pid)
        return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids) / 1e9

    def lines(self, dice: random.Random) -> str:
        """2,000 lines as front ends hand them in: of a hundred 44 payments, 40 transfers, 4 bonuses, 4 holds taken at
        once, 4 refunds of what was paid before."""
        made: list[dict[str, Any]] = []
        paid: list[str] = []
        while len(made) < CHUNK:
            at, issuer = len(made) % 100, dice.choice((0, 0, 0, 1, 1, 2))
            of_bonus = issuer == 2 or 84 <= at < 88
            amount = str(dice.randint(1, 200)) if of_bonus else f"{dice.randint(100, 20_000) / 100:.2f}"
            key = str(uuid.UUID(int=dice.getrandbits(128), version=4))
            line: dict[str, Any] = {"key": key, "amount": amount}
            if at < 44:
                line |= {
                    "do": "payment",
                    "from": dice.choice(self.payers[issuer]),
                    "to": dice.choice(self.shops[issuer]),
                }
                paid.append(key)
            elif at < 84:
                a, b = dice.sample(self.payers[issuer], 2)
                line |= {"do": "transfer", "from": a, "to": b}
            elif at < 88:
                line |= {"do": "bonus_issue", "to": dice.choice(self.payers[2])}
            elif at < 92:
                line |= {
                    "do": "hold",
                    "from": dice.choice(self.payers[issuer]),
                    "to": dice.choice(self.shops[issuer]),
                }
            elif at < 96:
                line = {"key": key, "do": "capture", "of": made[-4]["key"]}
            else:
                line = {"key": key, "do": "refund", "of": paid[len(made) // 100 * 44 + at - 96]}
            made.append(line)
        return json.dumps(made)

    def run(self, lines: str) -> None:
        """One call. Raises AssertionError unless all were done."""
        row = self.front.execute("select api.intake_take(%s::jsonb)", (lines,)).fetchone()
        assert row is not None
        assert isinstance(row[0], list), row[0]
        wrong = [each for each in row[0] if each["status"] != "done"]
        assert not wrong, wrong[:3]

    def newest(self) -> dict[str, Any]:
        """Where each table ends now."""
        row = self.admin.execute(
            "select (select max(id) from vault.operation), (select max(id) from vault.log), clock_timestamp()"
        ).fetchone()
        assert row is not None
        return {"operation": row[0], "log": row[1] or 0, "at": row[2]}

    def written(self, since: dict[str, Any]) -> dict[str, bytes]:
        """The rows since then, as COPY gives them."""
        wheres = {
            "operation": "id > {operation}", "posting": "operation_id > {operation}", "log": "id > {log}",
            "request_key": "at > '{at}'",
        }  # fmt: skip
        return {
            table: b"".join(
                map(bytes, self._out(f"select * from vault.{table} where {where.format(**since)}"))
            )
            for table, where in wheres.items()
        }

    def _out(self, select: str) -> list[bytes]:
        with self.admin.cursor() as cursor, cursor.copy(f"copy ({select}) to stdout".encode()) as copy:
            return [bytes(block) for block in copy]

    def copy_in(self, rows: dict[str, bytes], to: str = "public.copy_{}") -> None:
        """The same rows into the copies of their tables, in one transaction."""
        with self.admin.transaction():
            for table, content in rows.items():
                with (
                    self.admin.cursor() as cursor,
                    cursor.copy(f"copy {to.format(table)} from stdin".encode()) as copy,
                ):
                    copy.write(content)

    def stage(self, rows: dict[str, bytes]) -> None:
        """The rows ready to be inserted, with the planner's figures."""
        for table in TABLES:
            self.admin.execute(f"truncate staged_{table}")
        self.copy_in(rows, "staged_{}")
        for table in TABLES:
            self.admin.execute(f"analyze staged_{table}")

    def write_alone(self) -> None:
        """What is staged, by one insert a table; the balances and counters that they moved, by one update each."""
        with self.admin.transaction():
            for table in TABLES:
                self.admin.execute(
                    f"insert into public.alone_{table} overriding system value select * from staged_{table}"
                )
            self.admin.execute(MOVED)


def main(many: int = 10_000_000, few: int = 100_000, turns: int = TURNS, alone: int = 0) -> int:
    """Measure by turns and print; the exit code says whether the goals were reached."""
    dice = random.Random(time.time_ns())  # Keys must differ from those of the last run.
    with books.running(books.folder_of_benchmarks()) as server:
        # As many clients in both: it is the past that is compared.
        large, small = Bench(server, many), Bench(server, few, books.people_of(many))
        found: dict[str, list[Cost]] = {"large": [], "small": [], "copy": [], "alone": []}
        for turn in range(WARM + turns):
            since = large.newest()
            lines = large.lines(dice)
            ran = large.measured(CHUNK, lambda lines=lines: large.run(lines))
            rows = large.written(since)
            count = sum(content.count(b"\n") for content in rows.values())
            copied = large.measured(count, lambda rows=rows: large.copy_in(rows))
            if alone:
                large.stage(rows)
                by_itself = large.measured(count, large.write_alone)
            others = small.lines(dice)
            there = small.measured(CHUNK, lambda others=others: small.run(others))
            # The first turns warm up: each client's counters of limits are made, and their pages come in.
            if turn >= WARM:
                found["large"].append(Cost(count, ran.cpu, ran.clock))
                found["small"].append(there)
                found["copy"].append(copied)
                if alone:
                    found["alone"].append(by_itself)
        for bench in (large, small):
            bench.front.close()
            bench.admin.close()
    return _told(found, many, few)


def _told(found: dict[str, list[Cost]], many: int, few: int) -> int:
    large, small, copy = found["large"], found["small"], found["copy"]
    share = median(c.cpu / x.cpu for c, x in zip(copy, large, strict=True))
    by_clock = median(c.clock / x.clock for c, x in zip(copy, large, strict=True))
    ratio = median(x.cpu for x in large) / median(x.cpu for x in small)
    cpu, clock = median(x.cpu for x in large), median(x.clock for x in large)
    print(f"mixed operations, {CHUNK:,} a call, {len(large)} turns, {many:,} operations in the books:")
    print(f"  a call: {cpu * 1000:.0f} ms CPU, {clock * 1000:.0f} ms by the clock")
    print(f"  an operation: {cpu / CHUNK * 1e6:.0f} us CPU; {CHUNK / clock:,.0f} a second by one connection")
    print(f"  rows that it writes into {', '.join(TABLES)}: {median(x.count for x in large):,.0f}")
    each = median(x.cpu for x in copy)
    print(f"  COPY of them: {each * 1000:.0f} ms CPU, {each / CHUNK * 1e6:.0f} us an operation")
    if found["alone"]:
        alone = median(x.cpu for x in found["alone"]) * 1000
        print(
            f"  the rows alone, by one insert a table, and balances and counters by one update each: {alone:.0f} ms"
        )
    print(
        f"P4 rows a second against COPY: {share:.0%} by CPU, {by_clock:.0%} by the clock (goal >= {GOAL_SHARE:.0%})"
    )
    print(f"P4 an operation at {many:,} against {few:,}: {ratio:.2f} (goal <= {GOAL_RATIO})")
    return 0 if share >= GOAL_SHARE and ratio <= GOAL_RATIO else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
