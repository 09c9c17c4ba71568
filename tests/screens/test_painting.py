"""What is painted, and how often: rows that come soon with the key that asked for them, late ones after what stands for
them; and when garbage is looked for."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from typing import Any

import pytest
from textual.screen import Screen

from bocli import garbage
from bocli.widgets.ask import Ask
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.section import Section
from tests.screens.app import OneScreen, painted
from tests.screens.test_widgets_table import Listing, Rows


class Slow(Rows):
    """Its rows come when they are let go."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.go = threading.Event()
        self.go.set()

    def fetch(self, edge: Any, limit: int, backwards: bool) -> list[Any]:
        assert self.go.wait(10)
        return super().fetch(edge, limit, backwards)


class Painting(OneScreen):
    """Keeps what each painting showed."""

    def __init__(self, first: Any) -> None:
        super().__init__(first)
        self.shown: list[str] = []

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, renderable)
        if renderable is not None:
            self.shown.append(painted(self))


async def rest(app: Painting) -> None:
    """Until nothing was painted for a while."""
    seen = -1
    while seen != len(app.shown):
        seen = len(app.shown)
        await asyncio.sleep(0.3)


async def test_the_end_is_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # However busy the machine is; that the wait ends by itself is the next test's matter.
    monkeypatch.setattr(Section, "HOLD_S", 5.0)
    app = Painting(lambda: Listing(Rows(5000)))
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(app)
        app.shown.clear()
        await pilot.press("end")
        await rest(app)
        assert len(app.shown) == 1
        assert "row 4999" in app.shown[0]


async def test_rows_that_do_not_come_do_not_keep_the_key_from_being_seen() -> None:
    rows = Slow(5000)
    app = Painting(lambda: Listing(rows))
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(app)
        app.shown.clear()
        rows.go.clear()
        await pilot.press("end")
        await rest(app)
        assert " ..." in app.shown[-1]
        assert "row 4999" not in app.shown[-1]
        rows.go.set()
        await rest(app)
        assert "row 4999" in app.shown[-1]


async def test_a_dialog_that_changes_the_list_is_painted_away_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Section, "HOLD_S", 5.0)
    app = Painting(lambda: Listing(Rows(5000)))
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(app)
        table = app.screen.query_one(KeysetTable)
        app.push_screen(Ask("Find", "Text"), table.set_filter)
        await rest(app)
        app.screen.dismiss("77")
        app.shown.clear()
        await rest(app)
        assert len(app.shown) == 1
        assert "Find" not in app.shown[0]
        assert "row 0" in app.shown[0]
        # What may be obeyed on a screen depends on when it was seen, and it has been seen.
        assert app.screen.painted_at < float("inf")
        assert pilot.app is app


async def test_a_screen_counts_as_seen_from_its_picture_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual says later, by a queue that may be long, that it has painted: a key that came meanwhile was typed by who
    saw the picture."""
    monkeypatch.setattr(Ask, "call_after_refresh", lambda *_: True)
    app = Painting(lambda: Listing(Rows(50)))
    async with app.run_test(size=(80, 24)):
        await rest(app)
        before = time.monotonic()
        app.push_screen(Ask("Find", "Text"))
        assert app.screen.painted_at == float("inf")
        await rest(app)
        assert before < app.screen.painted_at < time.monotonic()


async def test_garbage_is_looked_for_after_a_key_and_not_in_a_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "set_threshold", lambda *_: None)
    monkeypatch.setattr(gc, "get_count", lambda: (garbage.FEW, 0, 0))
    monkeypatch.setattr(gc, "collect", lambda generation=2: looked.append(generation))
    monkeypatch.setattr(garbage, "SERVED_S", 0.01)
    monkeypatch.setattr(garbage, "REST_S", 0.05)
    monkeypatch.setattr(garbage, "MANY", 2)
    in_dialog = True
    found = garbage.Garbage(lambda: in_dialog)
    found.typed()
    await asyncio.sleep(0.1)
    assert looked == []
    in_dialog = False
    found.typed()
    found.typed()
    await asyncio.sleep(0.2)
    assert looked == [1]
    found.typed()
    await asyncio.sleep(0.3)
    assert looked == [1, 1, 2]
