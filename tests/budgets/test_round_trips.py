"""How often a use case goes to the database and back: once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core import bank, redeem, staff
from core.bank import AccountFacts, NewAccount
from core.db import Database, Settings, Spool
from core.redeem import Approve, End, Pay
from tests.banking import iban_of
from tests.front import Front
from tests.server import Server
from tests.wire import Wire
from tests.world import World


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    """A counting proxy."""
    made = Wire(server)
    yield made
    made.close()


def through(wire: Wire, world: World) -> Settings:
    """The same database, reached through the wire."""
    return Settings(**{**world.settings.__dict__, "hosts": ("127.0.0.1",), "port": wire.port})


@pytest.fixture
def db(wire: Wire, world: World, tmp_path: Any) -> Iterator[Database]:
    """An administrator's database through the wire, with a step-up."""
    person = world.make_staff("administrator")
    session = staff.log_in(
        through(wire, world), person.email, person.password, person.code(), state_folder=tmp_path
    )
    assert isinstance(session.db.spool, Spool)
    world.forget_code(person)
    staff.step_up(session.db, person.code())
    yield session.db
    session.db.close()


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


def turns(wire: Wire, act: Callable[[], object]) -> int:
    """Round trips of one act."""
    before = wire.turns
    act()
    return wire.turns - before


def test_a_write_is_one_round_trip_every_time(wire: Wire, world: World, db: Database) -> None:
    person = world.make_staff("accountant")
    roles = ["cashier", "accountant"] * 4  # more often than libraries take to prepare a statement
    counted = [
        turns(wire, lambda role=role: staff.set_role(db, uuid.uuid4(), person.id, role)) for role in roles
    ]  # type: ignore[misc]
    assert counted == [1] * 8


def test_a_list_is_one_round_trip_every_time(wire: Wire, db: Database) -> None:
    assert [turns(wire, lambda: db.rows(staff.staff_select())) for _ in range(8)] == [1] * 8


def test_home_is_one_round_trip_every_time(wire: Wire, db: Database) -> None:
    assert [turns(wire, lambda: db.call("home")) for _ in range(8)] == [1] * 8


def test_logging_in_is_four_round_trips(wire: Wire, world: World, tmp_path: Any) -> None:
    person = world.make_staff("cashier")

    def act() -> None:
        session = staff.log_in(
            through(wire, world), person.email, person.password, person.code(), state_folder=tmp_path
        )
        assert turns(wire, session.db.close) <= 1

    # TLS asked for or not, the three of SCRAM, and session_open: nothing is asked besides
    assert turns(wire, act) <= 5


def test_redeem_requests_take_one_round_trip_each(
    wire: Wire, world: World, front: Front, tmp_path: Any
) -> None:
    desk, cashier = front.till(eur=10_000_00)
    day = front.start(cashier, desk)
    client = front.client()
    front.fund(client, "5000.00")
    line = {"do": "cash_redeem", "from": client.serials["EUR"], "amount": "10.00"}
    sessions = {
        person.role: staff.log_in(
            through(wire, world), person.email, person.password, person.code(1), state_folder=tmp_path
        )
        for person in (cashier, front.accountant())
    }
    till, office = sessions["cashier"].db, sessions["accountant"].db
    for _ in range(6):
        first, second = (int(front.run(line)[0]["redeem_id"]) for _ in range(2))
        approve = Approve(uuid.uuid4(), (first,))
        end = End(uuid.uuid4(), second, "because")
        pay = Pay(uuid.uuid4(), day, first, "passport AB12", {1000: 1})
        counted = [
            turns(wire, lambda asked=approve: redeem.approve(office, asked)),  # type: ignore[misc]
            turns(wire, lambda asked=end: redeem.decline(office, asked)),  # type: ignore[misc]
            turns(wire, lambda number=first: redeem.detail(office, number)),  # type: ignore[misc]
            turns(wire, lambda number=first: redeem.at_desk(till, day, number)),  # type: ignore[misc]
            turns(wire, lambda asked=pay: redeem.pay(till, asked)),  # type: ignore[misc]
            turns(wire, lambda: office.rows(redeem.requests_select())),
        ]
        assert counted == [1] * 6
    till.close()
    office.close()


def test_an_own_bank_account_takes_one_round_trip_each_time(
    wire: Wire, world: World, front: Front, tmp_path: Any
) -> None:
    person = world.make_staff("cfo")
    chief = staff.log_in(
        through(wire, world), person.email, person.password, person.code(), state_folder=tmp_path
    ).db
    world.forget_code(person)
    staff.step_up(chief, person.code())
    for number in range(6):
        new = NewAccount(
            uuid.uuid4(), iban_of(900 + number), "EUR", AccountFacts("Money Ltd", "COBADEFF", number)
        )
        made: list[int] = []

        def add(new: NewAccount = new, made: list[int] = made) -> None:
            made.append(bank.add_account(chief, new))

        def change(new: NewAccount = new, made: list[int] = made) -> None:
            bank.change_account(chief, uuid.uuid4(), made[0], new.facts)

        def switch(made: list[int] = made) -> None:
            bank.switch_account(chief, uuid.uuid4(), made[0], active=False)

        counted = [turns(wire, act) for act in (add, change, switch, lambda: bank.accounts(chief))]
        assert counted == [1] * 4
    chief.close()
