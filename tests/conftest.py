"""A real PostgreSQL for every test that asks for one: `server` → `template` → `database` → `admin`.

`server` starts once a session, `template` is installed once, `database` is a clone for each module.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from core.db import Database
from tests import server as servers
from tests.world import Person, World

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[servers.Server]:
    """A throw-away PostgreSQL (18, or BOCLI_TEST_PG=15)."""
    running = servers.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def template(server: servers.Server) -> str:
    """The name of a database with everything installed and nobody in it."""
    from core.db.install import install

    with server.admin() as connection:
        connection.execute("create database bocli_template")
    with server.admin("bocli_template") as connection:
        install(connection)
    return "bocli_template"


@pytest.fixture(scope="module")
def database(server: servers.Server, template: str) -> Iterator[str]:
    """The name of a fresh clone of the template, with an installation id of its own."""
    from core.db.roles import secure_database

    number = next(_numbers)
    name = f"bocli_{os.getpid()}_{number}"
    with server.admin() as connection:
        connection.execute(f"create database {name} template {template}")
    with server.admin(name) as connection:
        secure_database(connection)
        connection.execute(
            "insert into book.installation (id, company) values (%s, 'Test Money Ltd')",
            (f"test-{os.getpid()}-{number}",),
        )
    yield name
    with server.admin() as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def admin(server: servers.Server, database: str) -> Iterator[psycopg.Connection[Any]]:
    """The superuser in this module's database, in autocommit."""
    with server.admin(database) as connection:
        yield connection


@pytest.fixture(scope="module")
def world(server: servers.Server, database: str, admin: psycopg.Connection[Any]) -> Iterator[World]:
    """People and things of this module's database; see `tests.world`."""
    made = World(server, database, admin)
    yield made
    made.close()


@pytest.fixture(scope="module")
def make_staff(world: World) -> Callable[..., Person]:
    """make_staff("cashier", enrolled=True, first_password=False, person=None, email=None) → Person."""
    return world.make_staff


@pytest.fixture(scope="module")
def as_staff(world: World) -> Callable[[Person], Database]:
    """as_staff(person) → a `Database` with a live session of that person (the same one each time)."""
    return world.as_staff
