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
from pathlib import Path

from tests import server as servers
from tests.company import SYSTEM, Company
from tests.world import World

CLIENTS = 8
PEOPLE = 2000
MANY = """do $$
declare c bigint;
begin
  set local search_path = pg_catalog, auth, vault, book, rule, pg_temp;
  for n in 1 .. {people} loop
    c := client_add({system}, now(), 'individual', 'Client ' || n, null, '+49' || 300000000 + n, 'Europe/Berlin',
                    'approved');
    perform coin_open({system}, now(), c, 'EUR');
    perform limits_lock(c, 'cash_top_up', 1::smallint);
  end loop;
end $$"""
SCRIPT = """\\set coin random(1, {coins})
select api.cash_top_up(gen_random_uuid(), {day}, :coin, 'EUR', 100, 10);
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


def main(rounds: int, seconds: int) -> None:
    """Prints both sides' medians, and their ratios beside the goals."""
    server = servers.start()
    try:
        with server.admin() as admin:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                admin.execute(f"alter system set {setting} = on")
            admin.execute("select pg_reload_conf()")
            admin.execute("create database tpcb")
            admin.execute("create database bocli")
        bin_folder = servers.binaries()
        base = [str(bin_folder / "pgbench"), "-h", str(server.folder), "-p", str(servers.PORT)]
        subprocess.run(
            [*base, "-U", "postgres", "-i", "-s", "10", "-q", "tpcb"], check=True, capture_output=True
        )
        commands, scripts = company(server, base, seconds)
        tpcb = [
            (
                [
                    *base,
                    "-U",
                    "postgres",
                    "-n",
                    "-M",
                    "prepared",
                    "-c",
                    str(CLIENTS),
                    "-T",
                    str(seconds),
                    "tpcb",
                ],
                {},
            )
        ]
        ours, theirs = [], []
        for turn in range(rounds + 1):
            a, b = timed(server, tpcb), timed(server, commands)
            print(
                f"turn {turn}: TPC-B {a[0]:.0f}/s {a[1]:.0f} us; cash operation {b[0]:.0f}/s {b[1]:.0f} us",
                flush=True,
            )
            if not turn:  # the first one warms up, and the planner learns how large things are
                with server.admin("bocli") as admin:
                    admin.execute("vacuum analyze")
            else:
                theirs.append(a)
                ours.append(b)
        speed = statistics.median(b[0] / a[0] for a, b in zip(theirs, ours, strict=True))
        cost = statistics.median(b[1] / a[1] for a, b in zip(theirs, ours, strict=True))
        print(f"P3 transactions a second against TPC-B: {speed:.2f} (goal >= 1.3)")
        print(f"P3 server CPU against TPC-B: {cost:.2f} (goal <= 1.0)")
        scripts.cleanup()
    finally:
        server.stop()


def company(
    server: servers.Server, base: list[str], seconds: int
) -> tuple[list[tuple[list[str], dict[str, str]]], tempfile.TemporaryDirectory[str]]:
    """Eight cashiers with open days, two thousand clients, and a pgbench process for each cashier."""
    from core.db.install import install

    folder = tempfile.TemporaryDirectory()
    with server.admin("bocli") as admin:
        install(admin)
        admin.execute("insert into book.installation (id, company) values ('benchmark', 'Benchmark')")
        world = World(server, "bocli", admin)
        made = Company(world, admin)
        # As many operations as the machine can do in the time: limits that none of them reaches.
        with admin.transaction():
            admin.execute("set local session_replication_role = replica")
            admin.execute("alter table book.contract_limit disable trigger append_only")
            admin.execute("update book.contract_limit set amount = 1000000000000, pieces = 1000000000")
            admin.execute("alter table book.contract_limit enable always trigger append_only")
        admin.execute(MANY.format(people=PEOPLE, system=SYSTEM))
        commands = []
        for number in range(CLIENTS):
            db, day, cashier = made.open_day()
            script = Path(folder.name) / f"{number}.sql"
            script.write_text(SCRIPT.format(coins=PEOPLE, day=day.day_id))
            words = [
                *base,
                "-U",
                cashier.login,
                "-n",
                "-M",
                "prepared",
                "-T",
                str(seconds),
                "-f",
                str(script),
                "bocli",
            ]
            commands.append(
                (words, {"PGPASSWORD": cashier.secret, "PGOPTIONS": f"-c bocli.token={db.token}"})
            )
        world.close()
        admin.execute("vacuum analyze")
    return commands, folder


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], "5", "5"][:2]))
