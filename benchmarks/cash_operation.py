"""One guarded, durable cash operation against pgbench's TPC-B, on the same server, by turns (P3).

    python -m benchmarks.cash_operation [rounds] [seconds]

Eight cashiers, each with a login, a live session and a day of their own, top up random clients through
`api.cash_top_up`: rights, key, limits, commission, postings, balances, hash chain and log, in one transaction.
TPC-B runs prepared with eight clients. Server CPU is that of all of the server's processes.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from core import cash_desk
from tests import server as servers
from tests.company import SYSTEM, Company, count
from tests.world import Person, World

#: The words of a program to run, and what its environment has besides.
Command = tuple[list[str], dict[str, str]]

CLIENTS = 8
PEOPLE = 2000
MANY = """do $$
declare
  c bigint;
  i record;
begin
  set local search_path = pg_catalog, auth, vault, book, rule, pg_temp;
  for n in 1 .. {people} loop
    c := client_add({system}, now(), 'individual', 'Client ' || n, null, '+49' || 300000000 + n, 'Europe/Berlin',
                    'approved');
    for i in select o.id, o.code from issuer o where o.code = any ('{{{issuers}}}') order by o.id loop
      perform coin_open({system}, now(), c, i.code);
      perform limits_lock(c, 'cash_top_up', i.id);
    end loop;
  end loop;
end $$"""
SCRIPT = """\\set coin (random(1, {people}) - 1) * {issuers} + {place}
select api.cash_top_up(gen_random_uuid(), {cashier.day}, :coin, '{issuer}', 100, 10);
"""
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(server: servers.Server) -> float:
    """CPU time of the server: the postmaster, its live children, and those that it has reaped."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        pid, parent = int(stat.parent.name), int(fields[1])
        if pid == server.process.pid:
            total += sum(map(int, fields[11:15]))
        elif parent == server.process.pid:
            total += sum(map(int, fields[11:13]))
    return total / TICKS


def tps_of(output: str) -> float:
    """Transactions a second as pgbench prints them."""
    return float(next(line for line in output.splitlines() if line.startswith("tps")).split()[2])


def timed(server: servers.Server, commands: list[tuple[list[str], dict[str, str]]]) -> tuple[float, float]:
    """Runs pgbench processes side by side; transactions a second, and server CPU microseconds each."""
    before, began = cpu_seconds(server), time.monotonic()
    running = [
        subprocess.Popen(
            words, env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for words, env in commands
    ]
    outputs = []
    for process in running:
        output, errors = process.communicate()
        if process.returncode or "number of failed transactions: 0 " not in output:
            raise SystemExit(f"{output}\n{errors}")
        outputs.append(output)
    took = time.monotonic() - began
    tps = sum(map(tps_of, outputs))
    return tps, (cpu_seconds(server) - before) / (tps * took) * 1e6


@contextmanager
def serving() -> Iterator[servers.Server]:
    """A server that loses nothing it has acknowledged, with TPC-B's database at scale 10 and an empty one for us."""
    server = servers.start()
    try:
        with server.admin() as admin:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                admin.execute(f"alter system set {setting} = on")
            admin.execute("select pg_reload_conf()")
            admin.execute("create database tpcb")
            admin.execute("create database bocli")
        subprocess.run(
            [*pgbench(server, "postgres"), "-i", "-s", "10", "-q", "tpcb"], check=True, capture_output=True
        )
        yield server
    finally:
        server.stop()


def pgbench(server: servers.Server, login: str) -> list[str]:
    """The program with the words that say where, and who."""
    return [
        str(servers.binaries() / "pgbench"), "-h", str(server.folder), "-p", str(servers.PORT), "-U", login, "-n"
    ]  # fmt: skip


def tpcb(server: servers.Server, seconds: int) -> list[Command]:
    """TPC-B as pgbench has it, prepared."""
    words = ["-M", "prepared", "-c", str(CLIENTS), "-T", str(seconds), "tpcb"]
    return [([*pgbench(server, "postgres"), *words], {})]


def by_turns(
    server: servers.Server, rounds: int, sides: dict[str, list[Command]]
) -> dict[str, list[tuple[float, float]]]:
    """Each side's transactions a second and CPU microseconds each, turn by turn. A first turn warms up, after which the
    planner learns how large things are."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for turn in range(rounds + 1):
        told = {name: timed(server, commands) for name, commands in sides.items()}
        print(
            f"turn {turn}: "
            + "; ".join(f"{name} {tps:.0f}/s {cpu:.0f} us" for name, (tps, cpu) in told.items()),
            flush=True,
        )
        if not turn:
            with server.admin("bocli") as admin:
                admin.execute("vacuum analyze")
            continue
        for name, each in told.items():
            found[name].append(each)
    return found


def ratios(ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> tuple[float, float]:
    """Medians over the turns: transactions a second, and CPU."""
    speed = statistics.median(a[0] / b[0] for a, b in zip(ours, theirs, strict=True))
    cost = statistics.median(a[1] / b[1] for a, b in zip(ours, theirs, strict=True))
    return speed, cost


@dataclass(frozen=True)
class Cashier:
    """Who sits at a counter, with a session and an open day."""

    person: Person
    token: str
    day: int
    desk: int


class Counters:
    """Eight cashiers with open days, and two thousand clients with a wallet in each issuer."""

    def __init__(self, server: servers.Server, seconds: int, others: int = 0) -> None:
        """others: how many issuers there are besides the euro."""
        from core.db.install import install

        self.server, self.seconds = server, seconds
        self.scripts = tempfile.TemporaryDirectory()
        self.issuers = ["EUR", *(f"C{number}" for number in range(1, others + 1))]
        with server.admin("bocli") as admin:
            install(admin)
            admin.execute("insert into book.installation (id, company) values ('benchmark', 'Benchmark')")
            world = World(server, "bocli", admin)
            made = Company(world, admin)
            for place, issuer in enumerate(self.issuers[1:], 10):
                made.rule(
                    "issuer_add({system}, now(), %s, %s, %s, 2::smallint, 'real', '{1}', %s::smallint)",
                    issuer, issuer, issuer, place,
                )  # fmt: skip
                made.term(made.version, "cash_top_up", issuer, percent="1", minimum=10)
                made.limit(made.version, "cash_top_up", issuer, "operation", amount=1)
                made.limit(made.version, "cash_top_up", issuer, "day", amount=1, pieces=1)
            # As many operations as the machine can do in the time: limits that none of them reaches.
            with admin.transaction():
                admin.execute("set local session_replication_role = replica")
                admin.execute("alter table book.contract_limit disable trigger append_only")
                admin.execute("update book.contract_limit set amount = 1000000000000, pieces = 1000000000")
                admin.execute("alter table book.contract_limit enable always trigger append_only")
            admin.execute(MANY.format(people=PEOPLE, system=SYSTEM, issuers=",".join(self.issuers)))
            self.cashiers = [self.open_day(made) for _ in range(CLIENTS)]
            world.close()
            admin.execute("vacuum analyze")

    def open_day(self, made: Company) -> Cashier:
        """A cashier with an open day and an empty drawer."""
        person = made.world.make_staff("cashier")
        db, desk = made.world.as_staff(person), made.desk(person)
        day = cash_desk.start_day(db, cash_desk.StartDay(uuid4(), desk)).day_id
        pieces = count() | {issuer: {1: 0} for issuer in self.issuers[1:]}
        cash_desk.opening_count(db, cash_desk.OpeningCount(uuid4(), day, pieces))
        return Cashier(person, str(db.token), day, desk)

    def commands(
        self,
        name: str,
        script: str = SCRIPT,
        *,
        own: bool = False,
        login: str | None = None,
        **values: object,
    ) -> list[Command]:
        """A pgbench process for each cashier. own: each in an issuer of their own, else all in euros; values: what else
        the script is filled with."""
        made = []
        for number, each in enumerate(self.cashiers):
            place = number if own else 0
            path = Path(self.scripts.name) / f"{name}{number}.sql"
            values |= {"people": PEOPLE, "issuers": len(self.issuers), "issuer": self.issuers[place]}
            path.write_text(script.format(place=place + 1, cashier=each, **values))
            words = ["-M", "prepared", "-T", str(self.seconds), "-f", str(path), "bocli"]
            environment = {"PGPASSWORD": each.person.secret, "PGOPTIONS": f"-c bocli.token={each.token}"}
            made.append(([*pgbench(self.server, login or each.person.login), *words], environment))
        return made


def main(rounds: int, seconds: int) -> int:
    """Prints both sides' medians, and their ratios beside the goals; the exit code says whether they were reached."""
    with serving() as server:
        ours = Counters(server, seconds).commands("top_up")
        found = by_turns(server, rounds, {"TPC-B": tpcb(server, seconds), "cash operation": ours})
    speed, cost = ratios(found["cash operation"], found["TPC-B"])
    print(f"P3 transactions a second against TPC-B: {speed:.2f} (goal >= 1.3)")
    print(f"P3 server CPU against TPC-B: {cost:.2f} (goal <= 1.0)")
    return 0 if speed >= 1.3 and cost <= 1 else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in [*sys.argv[1:], "5", "5"][:2])))
