"""One company for each module of tests."""

from __future__ import annotations

import pytest

from tests.books import Books
from tests.world import World


@pytest.fixture(scope="module")
def books(world: World) -> Books:
    return Books(world)
