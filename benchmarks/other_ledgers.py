"""A cash operation against what two other ledgers on PostgreSQL do for one, on the same server, by turns (P3).

    python -m benchmarks.other_ledgers PGLEDGER_SQL HORDAK_PYTHON [rounds] [seconds]

PGLEDGER_SQL is a file of all that pgledger is installed by (its vendored uuid-to-ulid.sql, then pgledger.sql),
HORDAK_PYTHON the interpreter of an environment that has django-hordak and psycopg. Neither is part of this project.
Eight clients each; both others post the same two amounts, 110 from a counter's cash, 100 to one of two thousand wallets
and 10 to the income, and do nothing else of what a cash operation does: no rights, key, terms, limits, log. pgledger's
two transfers are one call from pgbench, prepared; hordak's transaction with three legs comes from a Django process a
client, as its users write it. Income is an account a client for both: with one for all they would wait for each other.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.cash_operation import (
    CLIENTS,
    PEOPLE,
    Command,
    Counters,
    by_turns,
    pgbench,
    ratios,
    serving,
    tpcb,
)
from tests import server as servers

PGLEDGER_ACCOUNTS = """
create table named (name text primary key, id text not null);
insert into named
  select n.name, (select a.id from pgledger_create_account(n.name, 'EUR') as a)
    from (select 'wallet ' || n as name from generate_series(1, {people}) as n
          union all select kind || ' ' || n
            from unnest(array['cash', 'income']) as kind, generate_series(1, {clients}) as n) as n;
"""
PGLEDGER_SCRIPT = """\\set wallet random(1, {people})
select t.id
  from named as cash, named as income, named as wallet,
       pgledger_create_transfers((cash.id, wallet.id, 1.00), (cash.id, income.id, 0.10)) as t
 where cash.name = 'cash {number}' and income.name = 'income {number}' and wallet.name = 'wallet ' || :wallet;
"""
#: Runs under the other interpreter, and ends with the words of pgbench that `timed` looks for.
HORDAK = """
import random, sys, time
import django
from django.conf import settings
folder, port, act, number, people, seconds = sys.argv[1], *(int(w) if w.isdigit() else w for w in sys.argv[2:])
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"], USE_TZ=True,
    SECRET_KEY="none", DEFAULT_AUTO_FIELD="django.db.models.AutoField", CURRENCIES=["EUR"], DEFAULT_CURRENCY="EUR",
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "hordak", "USER": "postgres",
                           "HOST": folder, "PORT": port, "CONN_MAX_AGE": None}})
django.setup()
from django.core.management import call_command
from django.db import transaction
from hordak.models import Account, AccountType, Leg, Transaction
from moneyed import Money
if act == "make":
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        for n in range(1, number + 1):
            Account.objects.create(name=f"cash {n}", type=AccountType.asset, currencies=["EUR"])
            Account.objects.create(name=f"income {n}", type=AccountType.income, currencies=["EUR"])
        for n in range(1, people + 1):
            Account.objects.create(name=f"wallet {n}", type=AccountType.liability, currencies=["EUR"])
    sys.exit()
cash, income = (Account.objects.get(name=f"{kind} {number}") for kind in ("cash", "income"))
done, began = 0, time.monotonic()
while time.monotonic() - began < seconds:
    with transaction.atomic():
        wallet = Account.objects.get(name=f"wallet {random.randint(1, people)}")
        made = Transaction.objects.create()
        Leg.objects.create(transaction=made, account=cash, debit=Money("1.10", "EUR"))
        Leg.objects.create(transaction=made, account=wallet, credit=Money("1.00", "EUR"))
        Leg.objects.create(transaction=made, account=income, credit=Money("0.10", "EUR"))
    done += 1
print("number of failed transactions: 0 ")
print("tps =", done / (time.monotonic() - began), "")
"""


def pgledger(server: servers.Server, sql: Path, scripts: Path, seconds: int) -> list[Command]:
    """Makes its database, and says what its clients run."""
    with server.admin() as admin:
        admin.execute("create database pgledger")
    with server.admin("pgledger") as admin:
        admin.execute(sql.read_text())
        admin.execute(PGLEDGER_ACCOUNTS.format(people=PEOPLE, clients=CLIENTS))
        admin.execute("vacuum analyze")
    made: list[Command] = []
    for number in range(1, CLIENTS + 1):
        script = scripts / f"pgledger{number}.sql"
        script.write_text(PGLEDGER_SCRIPT.format(people=PEOPLE, number=number))
        words = ["-M", "prepared", "-T", str(seconds), "-f", str(script), "pgledger"]
        made.append(([*pgbench(server, "postgres"), *words], {}))
    return made


def hordak(server: servers.Server, python: str, scripts: Path, seconds: int) -> list[Command]:
    """Makes its database, and says what its clients run."""
    with server.admin() as admin:
        admin.execute("create database hordak")
    program = scripts / "hordak_client.py"
    program.write_text(HORDAK)
    words = [python, "-W", "ignore", str(program), str(server.folder), str(servers.PORT)]
    subprocess.run([*words, "make", str(CLIENTS), str(PEOPLE), "0"], check=True)
    with server.admin("hordak") as admin:
        admin.execute("create index on hordak_account (name)")
        admin.execute("vacuum analyze")
    return [([*words, "run", str(number), str(PEOPLE), str(seconds)], {}) for number in range(1, CLIENTS + 1)]


def main(sql: str = "", python: str = "", rounds: int = 5, seconds: int = 5) -> int:
    """Prints all sides' medians and the ratios; the exit code says whether the goals were reached."""
    if not sql or not python:
        print(
            "not measured: it needs pgledger's SQL and an interpreter with django-hordak; see the module's head"
        )
        return 0
    with serving() as server, tempfile.TemporaryDirectory() as scripts:
        counters = Counters(server, seconds)
        sides = {
            "TPC-B": tpcb(server, seconds),
            "cash operation": counters.commands("top_up"),
            "pgledger": pgledger(server, Path(sql), Path(scripts), seconds),
            "hordak": hordak(server, python, Path(scripts), seconds),
        }
        found = by_turns(server, rounds, sides)
    reached = True
    for name, goal in (("pgledger", 3), ("hordak", 10)):
        speed, cost = ratios(found["cash operation"], found[name])
        print(f"P3 transactions a second against {name}: {speed:.2f} (goal >= {goal}); server CPU {cost:.2f}")
        reached = reached and speed >= goal
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3], *(int(word) for word in sys.argv[3:5])))
