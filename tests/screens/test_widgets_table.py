"""The list without end: windows by key, both ends, wrong estimates, faults, marks, filter."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot

from bocli.widgets.keyset_table import Item, KeysetTable
from bocli.widgets.section import Section
from core.errors import BocliError, Unavailable
from tests.pty.apps.world import NoDatabase, person
from tests.screens.app import OneScreen, painted


class Rows:
    """`count` rows, which says that there are `guess`; `faults` are raised first, one for each fetch."""

    headers = ("No", "Text")
    widths = (9, 0)
    right = frozenset({0})

    def __init__(self, count: int, guess: int | None = None, faults: list[BocliError] | None = None) -> None:
        self.count, self.guess, self.faults = count, count if guess is None else guess, faults or []
        self.asked: list[tuple[Any, int, bool]] = []
        self.threads: set[int] = set()
        self.newer = 0

    def estimate(self) -> int:
        return self.guess

    def row(self, at: int) -> Item:
        return Item(at, (str(at), f"row {at}"))

    def fetch(self, edge: Any, limit: int, backwards: bool) -> list[Item]:
        self.asked.append((edge, limit, backwards))
        self.threads.add(threading.get_ident())
        if self.faults:
            raise self.faults.pop(0)
        if backwards:
            high = self.count if edge is None else edge
            return [self.row(at) for at in range(high - 1, max(-1, high - 1 - limit), -1)]
        low = 0 if edge is None else edge + 1
        return [self.row(at) for at in range(low, min(self.count, low + limit))]

    def filtered(self, text: str) -> Rows:
        return Rows(sum(1 for at in range(self.count) if text in str(at)))

    def fresh(self, key: Any) -> int:
        return self.newer


class Listing(Section[None]):
    SECTION = "palette"  # a section whose title has a text

    def __init__(self, rows: Any) -> None:
        super().__init__()
        self.rows = rows
        self.opened: list[Any] = []

    def body(self) -> ComposeResult:
        yield KeysetTable(self.rows, marks=True)

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.opened.append(event.item.key)


async def settle(pilot: Pilot[None], table: KeysetTable) -> None:
    """Until nothing is asked for any more."""
    for _ in range(200):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete(
            [each for each in pilot.app.workers if each.group == "window"]
        )
        await pilot.pause()
        if not table._busy:
            return
    raise AssertionError("the list goes on asking")


def started(rows: Rows, **options: Any) -> OneScreen:
    return OneScreen(lambda: Listing(rows), **options)


async def test_windows_are_fetched_by_key_in_another_thread() -> None:
    rows = Rows(100_000)
    app = started(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(KeysetTable)
        await settle(pilot, table)
        for _ in range(30):
            table.act_page_down()
            await settle(pilot, table)
        assert table.item is not None and table.item.key == table.cursor == 30 * table.page
        assert threading.get_ident() not in rows.threads
        assert all(limit == KeysetTable.CHUNK for _, limit, _ in rows.asked)
        assert len(table._rows) <= KeysetTable.KEEP + KeysetTable.CHUNK


@pytest.mark.parametrize("guess", [0, 7, 500, 999, 1000, 1001, 5000])
async def test_end_and_the_way_up_are_right_whatever_was_guessed(guess: int) -> None:
    app = started(Rows(1000, guess))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(KeysetTable)
        await settle(pilot, table)
        await pilot.press("end")
        await settle(pilot, table)
        assert table.item is not None and table.item.key == 999
        seen = 999
        while seen:
            table.act_up()
            if table.item is None:
                await settle(pilot, table)
            assert table.item is not None and table.item.key == seen - 1
            seen -= 1
        await settle(pilot, table)
        assert table.cursor == 0 and table._total == 1000


async def test_home_comes_back_from_the_far_end() -> None:
    app = started(Rows(50_000))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(KeysetTable)
        await settle(pilot, table)
        await pilot.press("end")
        await settle(pilot, table)
        await pilot.press("home")
        await settle(pilot, table)
        assert table.item is not None and table.item.key == 0


async def test_an_empty_list_says_why(strict: None) -> None:
    app = started(Rows(0))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, app.screen.query_one(KeysetTable))
        assert "There is nothing here." in painted(app)
        await pilot.press("enter")
        assert "no row under the cursor" in painted(app)


async def test_a_lost_database_is_said_and_the_list_comes_by_itself(strict: None) -> None:
    rows = Rows(10, faults=[Unavailable("db.gone")])
    app = started(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(KeysetTable)
        for _ in range(100):
            await pilot.pause(0.05)
            if table.item is not None:
                break
            if app.status.banner:
                assert "database is away" in painted(app)
        assert table.item is not None and app.status.banner is None
        assert "row 9" in painted(app)
        assert app.person.db.calls.count("home") == 1


async def test_a_refusal_stays_in_the_list_and_f5_asks_again(strict: None) -> None:
    rows = Rows(10, faults=[BocliError("permission.denied")])
    app = started(rows, who=person(db=NoDatabase()))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(KeysetTable)
        await settle(pilot, table)
        assert app.status.banner is None and "row 1" not in painted(app)
        await pilot.press("f5")
        await settle(pilot, table)
        assert "row 1" in painted(app)


async def test_marks_are_counted_and_outlive_a_move() -> None:
    app = started(Rows(1000))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(KeysetTable)
        await settle(pilot, table)
        await pilot.press("space", "down", "space")
        assert list(table.marked) == [0, 2]
        assert "2 marked" in painted(app)
        await pilot.press("u")
        assert not table.marked and "marked" not in painted(app)


async def test_what_is_new_is_a_word_and_the_list_stands_still() -> None:
    rows = Rows(1000)
    app = started(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(KeysetTable)
        await settle(pilot, table)
        before = painted(app).splitlines()[3]
        rows.newer = 12
        table.look_for_new()
        await settle(pilot, table)
        assert "12 new rows" in painted(app) and painted(app).splitlines()[3] == before


async def test_the_filter_is_asked_for_and_shown() -> None:
    app = started(Rows(1000))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(KeysetTable)
        await settle(pilot, table)
        await pilot.press("slash", *"99", "enter")
        await settle(pilot, table)
        assert "filter: 99" in painted(app) and table._total == 19
        await pilot.press("slash", "end", "backspace", "backspace", *"zz", "enter")
        await settle(pilot, table)
        assert 'Nothing fits "zz"' in painted(app)
        await pilot.press("slash", "ctrl+u", "enter")
        await settle(pilot, table)
        assert table._total == 1000


async def test_copying_is_refused_unless_it_is_allowed() -> None:
    for allowed in (False, True):
        app = started(Rows(10), copying_allowed=allowed)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot, app.screen.query_one(KeysetTable))
            await pilot.press("right", "c")
            assert app.clipboard == ("row 0" if allowed else "")
            assert ("switched off" in painted(app)) is not allowed
