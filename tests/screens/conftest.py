"""Tests of screens are coroutines; each runs in an event loop of its own."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest

from tests.books import Books
from tests.world import World


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def test_…`; leave the others to pytest."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key without a text is an error."""
    monkeypatch.setenv("BOCLI_STRICT_TEXTS", "1")


@pytest.fixture(scope="module")
def books(world: World) -> Books:
    """A company in this module's database, driven by the same use cases as the screens."""
    return Books(world)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Receipts and exports go to the test's own folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
