"""How often a use case goes to the database and back: once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core import staff
from core.db import Database, Settings, Spool
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
