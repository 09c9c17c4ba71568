"""A person of each role, and their own login with a live session, used past the program."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from core.permissions import ROLES
from tests.world import Person, World


@pytest.fixture(scope="module")
def people(world: World) -> dict[str, Person]:
    return {role: world.make_staff(role) for role in ROLES}


@pytest.fixture(scope="module")
def attackers(world: World, people: dict[str, Person]) -> Iterator[dict[str, psycopg.Connection[Any]]]:
    with contextlib.ExitStack() as stack:
        yield {role: stack.enter_context(world.raw(people[role])) for role in ROLES}
