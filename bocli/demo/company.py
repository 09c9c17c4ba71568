"""The demo's company: branches, desks, clients, staff of every role, and three months of desk days.

The days are written by the rules that the screens call (`company.sql` loops over them inside the server), so
what the demo shows is what the program does: prices, limits, states, postings, log and its chain.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bocli.demo.people import PASSWORD, People, Person
from core.db import KDFS
from core.db.roles import SEARCH_PATH
from core.permissions import ROLES, SERVICE_ROLES
from core.staff.secrets import derive, login_name, new_totp_secret, scram_verifier

COMPANY = "Demo Money Ltd"
CLIENTS = 2_000
OPERATIONS = 50_000
DAYS = 91
BLOCKED = (13, 113, 1013)
# A second accountant can close what the first one may not, and each desk has a cashier of its own.
MORE = {"cashier": 4, "accountant": 2, "administrator": 2}

Progress = Callable[[str, int, int], None]
"""Called with the key of what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True)
class Day:
    """One desk's day to be written."""

    desk: int
    on: date
    operations: int
    off_by: int
    ending: str


def build(dba: str, installation: str, progress: Progress) -> People:
    """Fill a database that was just installed, and return who can log in.

    dba is the superuser's connection string for it. The work is done by two connections, a branch each.
    """
    with psycopg.connect(dba, autocommit=True) as connection:
        connection.execute(
            "insert into book.installation (id, company) values (%s, %s)", (installation, COMPANY)
        )
        progress("demo.step.staff", 0, 1)
        people = People(tuple(_staff(connection, installation)))
        began = datetime.combine(_today() - timedelta(days=DAYS + 1), time(6), UTC)
        _prepare(connection)
        with connection.transaction():
            admin = _actor(connection, people.first("administrator"))
            cashiers = [_staff_id(connection, p) for p in people.all("cashier")]
            connection.execute("select pg_temp.demo_company(%s::actor, %s, %s)", (admin, began, cashiers))
        chunk = 500
        for first in range(1, CLIENTS + 1, chunk):
            progress("demo.step.clients", first - 1, CLIENTS)
            connection.execute(
                "select pg_temp.demo_clients(%s::actor, %s, %s, %s)",
                (admin, began, first, min(first + chunk - 1, CLIENTS)),
            )
        connection.execute("analyze book.client, book.coin, book.issuer, vault.account")
        # Its workers would take time from the two cores; all is vacuumed once, at the end.
        connection.execute("alter system set autovacuum = off")
        connection.execute("select pg_reload_conf()")
        _write_days(dba, connection, people, progress)
        connection.execute("update book.client set blocked = true where id = any(%s)", (list(BLOCKED),))
    return people


def finish(dba: str, progress: Progress) -> None:
    """Leave everything as it is found when nobody worked: tables vacuumed, no code used up."""
    progress("demo.step.finish", 0, 1)
    with psycopg.connect(dba, autocommit=True) as connection:
        connection.execute("alter system reset autovacuum")
        connection.execute("select pg_reload_conf()")
        connection.execute("update auth.secret set last_step = 0")
        connection.execute("vacuum (analyze)")


def empty_database(dba: str, name: str) -> None:
    """Make the database anew, and forget the staff's login roles of one that was there before."""
    with psycopg.connect(dba, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        roles = connection.execute("select rolname from pg_roles where rolname ~ '^bo_[0-9a-f]{24}$'")
        for (role,) in roles.fetchall():
            connection.execute(f"drop role {role}")
        connection.execute(f"create database {name}")


def _today() -> date:
    return datetime.now(UTC).date()


def _staff(connection: psycopg.Connection[Any], installation: str) -> Iterator[Person]:
    """Every role once or more, each person with a second factor, by the function that provisioning uses."""
    wanted = []
    for role in ROLES:
        for number in range(1, MORE.get(role, 1) + 1):
            tail = str(number) if number > 1 else ""
            wanted.append(
                (role, f"{role}{tail}@demo.example", f"Demo {role.replace('_', ' ').title()} {tail}")
            )
    with ThreadPoolExecutor(2) as pool:
        verifiers = pool.map(lambda each: _verifier(installation, each[1]), wanted)
        for (role, email, name), verifier in zip(wanted, verifiers, strict=True):
            row = connection.execute(
                "select auth.account_create(%s, %s, %s, null, %s, %s, false) ->> 'staff_id'",
                (email, name.strip(), role, verifier, str(KDFS[0])),
            ).fetchone()
            assert row is not None
            totp = b"" if role in SERVICE_ROLES else new_totp_secret()
            if totp:
                connection.execute(
                    "update auth.secret set totp = %s where staff_id = %s", (totp, int(row[0]))
                )
            yield Person(email, name.strip(), role, totp)


def _verifier(installation: str, email: str) -> str:
    return scram_verifier(derive(installation, login_name(installation, email), PASSWORD, KDFS[0]))


def _prepare(connection: psycopg.Connection[Any]) -> None:
    connection.execute(f"set search_path = {SEARCH_PATH}")
    connection.execute("set client_min_messages = warning")
    connection.execute((Path(__file__).parent / "company.sql").read_text(encoding="utf-8").encode())


def _staff_id(connection: psycopg.Connection[Any], person: Person) -> int:
    row = connection.execute("select id from book.staff where email = %s", (person.email,)).fetchone()
    assert row is not None
    return int(row[0])


def _actor(connection: psycopg.Connection[Any], person: Person) -> str:
    """Who is asking, as the rules get it, in the text form of the composite type."""
    row = connection.execute(
        "select row(id, person_id, login, role, null)::auth.actor::text from book.staff where email = %s",
        (person.email,),
    ).fetchone()
    assert row is not None
    return str(row[0])


def _plan(desks: list[int]) -> list[list[Day]]:
    """Every desk's days, Sundays off, one list a branch; the last ones leave the accountant work to do."""
    dates = [_today() - timedelta(days=back) for back in range(DAYS, 0, -1)]
    dates = [on for on in dates if on.weekday() != 6]
    each = OPERATIONS // (len(dates) * len(desks)) + 1
    branches: list[list[Day]] = [[], []]
    for on in dates:
        for place, desk in enumerate(desks):
            last = on == dates[-1]
            off_by = {(True, 1): -2000, (True, 2): 500}.get((last, place), 0)
            if not last and (on.toordinal() + 17 * place) % 23 == 0:
                off_by = (on.toordinal() % 5 - 2) * 100
            ending = "requested" if last and place in {1, 2} else "closed"
            branches[place * 2 // len(desks)].append(Day(desk, on, each, off_by, ending))
    return branches


def _write_days(dba: str, connection: psycopg.Connection[Any], people: People, progress: Progress) -> None:
    desks = [row[0] for row in connection.execute("select id from book.desk order by id")]
    branches = _plan(desks)
    coins = [row[0] for row in connection.execute(
        "select co.id from book.coin co join book.client c on c.id = co.client_id "
        "where c.identification = 'approved' and cardinality((select i.denominations from book.issuer i "
        "where i.id = co.issuer_id)) > 0 and c.id <> all(%s) order by co.id", (list(BLOCKED),))]  # fmt: skip
    cashiers = dict(zip(desks, (_actor(connection, p) for p in people.all("cashier")), strict=True))
    accountant = _actor(connection, people.first("accountant"))
    total = sum(day.operations for days in branches for day in days)
    done: queue.Queue[int | BaseException] = queue.Queue()
    stopped = threading.Event()

    def write(worker: psycopg.Connection[Any], branch: int) -> None:
        """One branch's days. Each wallet is used at one desk only: no one waits, and its times go one way."""
        try:
            _prepare(worker)
            # What is made here can be made again: a crash half way begins anew.
            worker.execute("set synchronous_commit = off")
            worker.execute("select setseed(%s)", (0.1 + branch / 10,))
            for day in branches[branch]:
                if stopped.is_set():
                    return
                worker.execute(
                    "call pg_temp.demo_day(%s::actor, %s::actor, %s, %s, %s, %s, %s, %s)",
                    (cashiers[day.desk], accountant, day.desk, day.on, day.operations,
                     coins[desks.index(day.desk) :: len(desks)], day.off_by, day.ending),
                )  # fmt: skip
                done.put(day.operations)
        except BaseException as error:  # noqa: BLE001 - it is raised again where the work was asked for
            done.put(error)

    workers = _apart(dba, len(branches))
    threads = [threading.Thread(target=write, args=(w, b), daemon=True) for b, w in enumerate(workers)]
    try:
        for thread in threads:
            thread.start()
        written = 0
        looks = [total // 100, total // 12, total // 3]
        for _ in range(sum(len(days) for days in branches)):
            step = done.get()
            if isinstance(step, BaseException):
                raise step
            written += step
            # Statements keep their plans, made for empty tables, until somebody looks how full they are.
            if looks and written > looks[0]:
                looks.pop(0)
                connection.execute("analyze")
            progress("demo.step.days", written, total)
    finally:
        # A connection must not be closed under a thread that uses it; a day takes a fraction of a second.
        stopped.set()
        for thread in threads:
            thread.join()
        for worker in workers:
            worker.close()


def _apart(dba: str, count: int) -> list[psycopg.Connection[Any]]:
    """Connections that touch different stripes of striped accounts: the stripe is the backend's number."""
    kept: dict[int, psycopg.Connection[Any]] = {}
    spare = []
    while len(kept) < count:
        connection = psycopg.connect(dba, autocommit=True)
        stripe = connection.info.backend_pid % 16
        if stripe in kept:
            spare.append(connection)
        else:
            kept[stripe] = connection
    for connection in spare:
        connection.close()
    return list(kept.values())
