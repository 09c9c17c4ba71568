"""Bytes to the terminal, counted on a pty at 132 by 40 with true colour, the dearest case."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

import pytest

from tests.pty.terminal import DOWN, END, HOME, PAGE_DOWN, RIGHT, TAB, UP, Terminal

ROW_DOWN, PAGE, MOVE_FOCUS, TYPED, IDLE_MINUTE = 500, 9_000, 1_200, 300, 2_000


@pytest.fixture
def table() -> Iterator[Terminal]:
    with Terminal("-m", "tests.pty.apps", "table", columns=132, rows=40) as term:
        term.until("000000001")
        term.quiet(0.6)
        yield term


@pytest.fixture
def form() -> Iterator[Terminal]:
    with Terminal("-m", "tests.pty.apps", "form", columns=132, rows=40) as term:
        term.until("Client")
        term.quiet(0.6)
        yield term


def dearest(costs: list[int]) -> int:
    """The most that a key cost. The clock ticks once a minute, and its line may fall into one of them."""
    *_, second, first = sorted(costs)
    return second if first - second <= 250 else first


def test_a_row_down(table: Terminal) -> None:
    costs = [table.cost(DOWN) for _ in range(12)] + [table.cost(UP) for _ in range(4)]
    assert dearest(costs) <= ROW_DOWN, costs


def test_a_page(table: Terminal) -> None:
    costs = [table.cost(PAGE_DOWN) for _ in range(8)]
    assert min(costs) > 1_000
    assert dearest(costs) <= PAGE, costs


def test_both_ends_of_a_list(table: Terminal) -> None:
    """A page each, not one of dots and one of rows. A busy machine may bring the rows of one late."""
    costs = [table.cost(key) for key in (END, HOME) * 4]
    assert min(costs) > 1_000
    assert median(costs) <= PAGE, costs


def test_moving_the_focus(form: Terminal) -> None:
    costs = [form.cost(TAB) for _ in range(8)]
    assert dearest(costs) <= MOVE_FOCUS, costs


def test_a_typed_character(form: Terminal) -> None:
    costs = [form.cost(key.encode()) for key in "a client's name"]
    form.send(TAB)
    costs += [form.cost(key.encode()) for key in "1234.5"]
    assert median(costs) > 0
    assert dearest(costs) <= TYPED, costs


def test_an_idle_minute(form: Terminal) -> None:
    """Ten seconds of silence, and at most one tick of the clock, which is what a minute has."""
    before, end = len(form.raw), time.monotonic() + 10
    while (left := end - time.monotonic()) > 0:
        form.read(left)
    idle = len(form.raw) - before
    clock = 200
    assert (idle - min(idle, clock)) * 6 + clock <= IDLE_MINUTE, idle


@pytest.fixture
def grid() -> Iterator[Terminal]:
    with Terminal("-m", "tests.pty.apps", "grid", columns=132, rows=40) as term:
        term.until("Column 3")
        term.quiet(0.6)
        yield term


def test_a_cell_typed_into_and_left(grid: Terminal) -> None:
    grid.send(RIGHT)
    grid.quiet(0.3)
    typed = [grid.cost(key.encode()) for key in "123456"]
    assert median(typed) > 0
    assert dearest(typed) <= TYPED, typed
    moved = [grid.cost(key) for key in (DOWN, DOWN, UP, RIGHT, RIGHT, DOWN)]
    assert dearest(moved) <= ROW_DOWN, moved
