"""The database gone before, during and after COMMIT: at every protocol message of every writing use case.

A client that asks by its key loses nothing and doubles nothing. A naive one, as a control, does both.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from core import cash_desk
from core.db import Database
from core.errors import KeyReused, OutcomeUnknown, Unavailable
from tests import server as servers
from tests.books import Books, Wallet, asked
from tests.faults.message_proxy import MessageProxy, Way
from tests.server import Server
from tests.world import Person, World

# A request of ours is Parse, Bind, Describe, Execute, Sync; its answer is ParseComplete, BindComplete,
# RowDescription, DataRow, CommandComplete, ReadyForQuery.
POINTS: list[tuple[Way, int]] = [
    *(("to_server", at) for at in range(5)),
    *(("to_client", at) for at in range(6)),
]


@pytest.fixture(scope="module")
def books(world: World) -> Books:
    return Books(world)


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[MessageProxy]:
    made = MessageProxy(server)
    yield made
    made.close()


def through(proxy: MessageProxy, world: World, person: Person) -> Database:
    """A session of that person by way of the proxy."""
    db = Database(replace(world.settings, hosts=(str(proxy.folder),)), person.login, person.secret)
    world.forget_code(person)
    db.token = db.call("session_open", code=person.code())["token"]
    return db


# What the wire does.


def cut(proxy: MessageProxy, backend: int) -> None:
    """Both sides at once."""
    proxy.cut()


def stall(proxy: MessageProxy, backend: int) -> None:
    """Nothing moves for a while, locks are held, and then the line is dead."""
    threading.Event().wait(0.03)
    proxy.cut()


@dataclass
class Kill:
    """The backend is ended by the server's own hand, and what it still says arrives."""

    admin: psycopg.Connection[Any]

    def __call__(self, proxy: MessageProxy, backend: int) -> None:
        self.admin.execute("select pg_terminate_backend(%s, 2000)", (backend,))


@dataclass
class Tally:
    """How many requests were broken off, and what became of them."""

    cuts: int = 0
    unknown: int = 0
    found_done: int = 0
    found_void: int = 0
    not_done: int = 0


class Careful:
    """A client as the program is one: what is unknown is asked for by its key before anything else."""

    def __init__(self, proxy: MessageProxy, books: Books) -> None:
        self.proxy, self.books, self.tally = proxy, books, Tally()

    def act(self, call: Callable[[Any, Any], Any], db: Database, request: Any, break_: Any) -> None:
        """Ask once with the line broken off, find out what became of it, get it done exactly once."""
        way, at, act = break_
        _up(db)
        armed = self.proxy.arm(way, at, act)
        self.tally.cuts += 1
        try:
            call(db, request)
            done = True
        except OutcomeUnknown as unknown:
            self.tally.unknown += 1
            self.proxy.armed = None
            done = self._ask(db, unknown.request_key)
        except Unavailable:
            self.tally.not_done += 1
            done = False
        assert armed.done, "the line was never broken off"
        self.proxy.armed = None
        assert self._kept(request.key) == done
        _up(db)
        if done:
            # Sent once more, it is the same, and done once.
            call(db, request)
            return
        if self._void(request.key):
            with pytest.raises(KeyReused):
                call(db, request)
        call(db, replace(request, key=uuid4()))

    def _ask(self, db: Database, key: UUID) -> bool:
        answer = db.call("outcome", key=key)
        done = "result" in answer
        self.tally.found_done += done
        self.tally.found_void += not done
        return done

    def _kept(self, key: UUID) -> int:
        query = "select count(*) from vault.request_key where key = %s and result is not null"
        return int(self.books.one(query, key))

    def _void(self, key: UUID) -> int:
        query = "select count(*) from vault.request_key where key = %s and result is null"
        return int(self.books.one(query, key))


def _up(db: Database) -> None:
    """The line is up: a backend that was ended says so when it is next spoken to."""
    for _ in range(3):
        with contextlib.suppress(Unavailable):
            db.call("home")
            return
    raise AssertionError("no line")


def a_day(
    careful: Careful, cashier: Database, office: Database, desk: int, wallet: Wallet, break_: Any
) -> None:
    """A whole day in which every request is broken off at the same point."""
    books = careful.books
    act = careful.act
    balance, cash = books.balance(wallet), books.cash(desk)["EUR"]
    act(cash_desk.start_day, cashier, cash_desk.StartDay(uuid4(), desk), break_)
    day = books.one("select max(id) from book.desk_day where desk_id = %s", desk)
    act(cash_desk.opening_count, cashier, cash_desk.OpeningCount(uuid4(), day, books.counts(desk)), break_)
    act(cash_desk.top_up, cashier, asked(day, wallet, 100_00), break_)
    act(cash_desk.withdraw, cashier, asked(day, wallet, 20_00, document="passport"), break_)
    assert books.balance(wallet) == balance + 100_00 - 20_20
    assert books.cash(desk)["EUR"] == cash + 101_00 - 20_00
    act(cash_desk.start_counting, cashier, cash_desk.StartCounting(uuid4(), day), break_)
    act(cash_desk.closing_count, cashier, cash_desk.ClosingCount(uuid4(), day, books.counts(desk)), break_)
    act(cash_desk.send_back, office, cash_desk.SendBack(uuid4(), day, "again"), break_)
    short = cash_desk.ClosingCount(uuid4(), day, books.counts(desk, EUR=-4))
    act(cash_desk.closing_count, cashier, short, break_)
    seen = cash_desk.review(office, day).count_seen or 0
    act(cash_desk.close_day, office, cash_desk.CloseDay(uuid4(), day, seen), break_)
    act(
        cash_desk.resolve_difference,
        office,
        cash_desk.ResolveDifference(uuid4(), day, "EUR", "loss", "gone"),
        break_,
    )
    act(cash_desk.reconcile, office, cash_desk.Reconcile(uuid4(), day, True), break_)
    assert books.cash(desk)["EUR"] == cash + 81_00 - 4


def every_cut(proxy: MessageProxy, world: World, books: Books, days: int) -> Tally:
    careful = Careful(proxy, books)
    desk, cashier = books.till()
    accountant = books.accountant()
    cashier_db, office = (through(proxy, world, person) for person in (cashier, accountant))
    world.forget_code(accountant)
    office.call("session_step_up", code=accountant.code())
    wallet = books.wallet()
    with world.server.admin(world.database) as admin:
        acts = (cut, stall, Kill(admin))
        for (way, at), act in itertools.product(POINTS * days, acts):
            books.admin.execute("update auth.session set stepped_up_at = clock_timestamp()")
            a_day(careful, cashier_db, office, desk, wallet, (way, at, act))
    cashier_db.close()
    office.close()
    books.assert_right()
    return careful.tally


def test_every_message_of_every_use_case(proxy: MessageProxy, world: World, books: Books) -> None:
    tally = every_cut(proxy, world, books, days=1)
    assert tally.cuts >= 300
    # Each of the ways it can end was met: else the proxy does not do what it says.
    assert tally.found_done >= 50
    assert tally.found_void >= 50


@pytest.mark.proof
def test_two_thousand_cuts(proxy: MessageProxy, world: World, books: Books) -> None:
    assert every_cut(proxy, world, books, days=6).cuts >= 2000


def test_a_line_that_breaks_while_it_is_made(proxy: MessageProxy, world: World, books: Books) -> None:
    """Nothing was sent, so nothing is unknown: it is said to be not done, and it is not."""
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    wallet = books.wallet()
    db = through(proxy, world, cashier)
    points: list[tuple[Way, int]] = [("to_server", 0), ("to_server", 1)]
    points += [("to_client", at) for at in range(8)]
    for way, at in points:
        proxy.cut()
        armed = proxy.arm(way, at, cut)
        with pytest.raises(Unavailable) as refusal:
            cash_desk.top_up(db, asked(day, wallet, 10_00))
        proxy.armed = None
        assert armed.done
        assert type(refusal.value) is Unavailable
    db.close()
    assert books.balance(wallet) == 0


def test_the_naive_client_loses_and_doubles(proxy: MessageProxy, world: World, books: Books) -> None:
    """Whoever takes an error for "not done" is wrong, whether they send it again or let it be."""
    desk, cashier = books.till()
    db = through(proxy, world, cashier)
    day = books.start(cashier, desk)
    again, once = books.wallet(), books.wallet()
    wanted = believed = 0
    for way, at in POINTS:
        for wallet in (again, once):
            _up(db)
            proxy.arm(way, at, cut)
            try:
                cash_desk.top_up(db, asked(day, wallet, 10_00))
                believed += 10_00 * (wallet is once)
            except Unavailable:
                proxy.armed = None
                if wallet is again:
                    cash_desk.top_up(db, asked(day, wallet, 10_00))
            proxy.armed = None
        wanted += 10_00
    db.close()
    assert books.balance(again) > wanted, "the one that sends again with a new key doubles"
    assert books.balance(once) > believed, "the one that lets it be loses what was done"
    # The books themselves are right all the same: it is people who were told wrong.
    books.assert_right()


# The server itself goes away.


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server of its own, whose acknowledged commits survive its crash."""
    running = servers.start()
    with running.admin() as connection:
        connection.execute("alter system set synchronous_commit = on")
        connection.execute("select pg_reload_conf()")
    yield running
    running.stop()


def test_the_server_crashes_under_load(own_server: Server) -> None:
    from core.db.install import install

    with own_server.admin() as connection:
        connection.execute("create database crash")
    with own_server.admin("crash") as connection:
        install(connection)
        connection.execute("insert into book.installation (id, company) values ('test-crash', 'Test')")
        world = World(own_server, "crash", connection)
        books = Books(world)
        tills = [books.till() for _ in range(4)]
        days = [books.start(cashier, desk) for desk, cashier in tills]
        wallets = [books.wallet() for _ in tills]
    stop, acknowledged, unknown = threading.Event(), [0] * len(tills), [0] * len(tills)

    def work(at: int) -> None:
        db = world.as_staff(tills[at][1])
        while not stop.is_set():
            request = asked(days[at], wallets[at], 10_00)
            try:
                cash_desk.top_up(db, request)
                acknowledged[at] += 1
            except OutcomeUnknown:
                unknown[at] += 1
                acknowledged[at] += settled(db, request.key)
            except Unavailable:
                stop.wait(0.01)

    threads = [threading.Thread(target=work, args=(at,)) for at in range(len(tills))]
    for thread in threads:
        thread.start()
    for crash in (True, False, True, True):
        threading.Event().wait(0.4)
        if crash:
            own_server.process.send_signal(3)  # SIGQUIT: everything stops where it stands
            own_server.process.wait(20)
        own_server.restart()
    threading.Event().wait(0.3)
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    with own_server.admin("crash") as connection:
        books.admin = connection
        assert sum(acknowledged) > 50
        for at, wallet in enumerate(wallets):
            assert books.balance(wallet) == 10_00 * acknowledged[at], (at, unknown)
        books.assert_right()
    world.close()


def settled(db: Database, key: UUID) -> bool:
    """Ask until there is an answer."""
    for _ in range(2000):
        try:
            return "result" in db.call("outcome", key=key)
        except Unavailable:
            threading.Event().wait(0.01)
    raise AssertionError("no answer in 20 s")
