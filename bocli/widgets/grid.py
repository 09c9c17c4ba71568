"""A grid to type into, as a spreadsheet is: arrows move, letters go into the cell, Space turns a choice.

The first columns stay in sight while the others scroll under the cursor. What is typed into a cell replaces what
was there; a second key goes on with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.geometry import Region
from textual.message import Message

from bocli.keys import Acting, bindings
from bocli.widgets.lines import Lines, Row
from bocli.widgets.shown import fitted
from core.text import clean

LONGEST = 200


@dataclass(frozen=True, slots=True)
class GridColumn:
    """name: by which a row has its value; title: as shown; options: of a choice, (value, word); none: a text."""

    name: str
    title: str
    width: int
    options: tuple[tuple[Any, str], ...] = ()
    right: bool = False


class Grid(Acting, Lines, can_focus=True):
    """`cells` are the rows, each a dict from a column's name to its text or chosen value."""

    SCOPES: ClassVar[tuple[str, ...]] = ("grid",)
    BINDINGS: ClassVar[list[Any]] = bindings("grid")
    DEFAULT_CSS = "Grid { height: auto; padding: 0 1; }"
    pastes_rows = True

    class Changed(Message):
        """A cell was changed."""

        def __init__(self, grid: Grid) -> None:
            self.grid = grid
            super().__init__()

    def __init__(
        self,
        columns: Sequence[GridColumn],
        empty: str,
        *,
        frozen: int = 2,
        most: int = 8,
        id: str | None = None,
    ) -> None:
        """empty: what is said when there is no row, translated; frozen: columns that stay; most: rows in sight."""
        super().__init__(id=id)
        self.columns, self.empty, self.frozen, self.most = tuple(columns), empty, frozen, most
        self.cells: list[dict[str, Any]] = []
        self.bad: set[int] = set()
        self.row = self.column = self.top = 0
        self._fresh = True

    # What is in it.

    def put(self, cells: Sequence[dict[str, Any]]) -> None:
        """Show these rows; the cursor stays where it can."""
        self.cells = [dict(each) for each in cells]
        self._go(self.row, self.column)
        self.changed()

    def add(self, cells: dict[str, Any]) -> None:
        """A new row under the cursor, and the cursor in it."""
        at = min(self.row + 1, len(self.cells))
        self.cells.insert(at, dict(cells))
        self._go(at, 0)
        self.changed()
        self._told()

    def take_away(self) -> None:
        """Take the row under the cursor away."""
        if self.cells:
            del self.cells[self.row]
            self._go(self.row, self.column)
            self.changed()
            self._told()

    def _told(self) -> None:
        self.bad = set()
        self.post_message(self.Changed(self))

    @property
    def here(self) -> GridColumn:
        """The column under the cursor."""
        return self.columns[self.column]

    # Keys.

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return bool(character and character.isprintable() and self.cells)

    def _go(self, row: int, column: int) -> None:
        was = (self.top, self._in_sight(self.size.width), len(self.cells))
        old = (self.row, self.column)
        self.row = max(0, min(row, len(self.cells) - 1))
        self.column = max(0, min(column, len(self.columns) - 1))
        self.top = max(0, min(self.top, self.row), self.row - self.most + 1)
        self._fresh = True
        if (
            was == (self.top, self._in_sight(self.size.width), len(self.cells))
            and len(self.cells) <= self.most
        ):
            self._repaint(old, (self.row, self.column))
        else:
            self.changed()

    def _repaint(self, *cells: tuple[int, int]) -> None:
        """Only these cells, by row and column: one that was left, one that was typed into."""
        self._painted = None
        sight = self._in_sight(self.size.width)
        for row, column in set(cells):
            before = sum(self.columns[at].width + 1 for at in sight[: sight.index(column)])
            # Under the heading, within the padding.
            self.refresh(Region(1 + before, 1 + row - self.top, self.columns[column].width, 1))

    def act_up(self) -> None:
        if self.row:
            self._go(self.row - 1, self.column)
        else:
            self.screen.focus_previous()

    def act_down(self) -> None:
        if self.row + 1 < len(self.cells):
            self._go(self.row + 1, self.column)
        else:
            self.screen.focus_next()

    def act_left(self) -> None:
        self._go(self.row, self.column - 1)

    def act_right(self) -> None:
        self._go(self.row, self.column + 1)

    def act_first(self) -> None:
        self._go(self.row, 0)

    def act_last(self) -> None:
        self._go(self.row, len(self.columns) - 1)

    def act_next(self) -> None:
        """Enter: the next cell, or the first one of the next row."""
        if self.column + 1 < len(self.columns):
            self._go(self.row, self.column + 1)
        elif self.row + 1 < len(self.cells):
            self._go(self.row + 1, 0)

    def act_erase(self) -> None:
        if self.cells and not self.here.options:
            self._set("")

    def on_key(self, event: events.Key) -> None:
        if not self.cells:
            return
        if event.key == "backspace" and not self.here.options:
            event.stop()
            self._set(str(self.cells[self.row][self.here.name])[:-1])
        elif event.character is not None and event.character.isprintable():
            event.stop()
            event.prevent_default()
            self._type(event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if self.cells and not self.here.options:
            self._type(clean(event.text, LONGEST))

    def _type(self, text: str) -> None:
        if self.here.options:
            self._turn(text)
            return
        before = "" if self._fresh else str(self.cells[self.row][self.here.name])
        if len(before + text) <= LONGEST:
            self._set(before + text)

    def _turn(self, text: str) -> None:
        """Space: the next choice; a letter: the next one that begins with it."""
        values = [value for value, _ in self.here.options]
        now = self.cells[self.row][self.here.name]
        at = values.index(now) if now in values else -1
        for step in range(1, len(values) + 1):
            near = (at + step) % len(values)
            if text == " " or self.here.options[near][1].casefold().startswith(text.casefold()):
                self._set(values[near])
                return

    def _set(self, value: Any) -> None:
        self.cells[self.row][self.here.name] = value
        self._fresh = False
        marked = bool(self.bad)
        self._told()
        if marked:
            self.changed()
        else:
            self._repaint((self.row, self.column))

    # Paint.

    def _in_sight(self, width: int) -> list[int]:
        """The columns that are painted: the frozen ones, and as many around the cursor as there is room for."""
        shown = list(range(min(self.frozen, len(self.columns))))
        room = width - 2 - sum(self.columns[at].width + 1 for at in shown)
        rest = list(range(len(shown), len(self.columns)))
        first = 0
        while rest[first:]:
            taken: list[int] = []
            left = room
            for at in rest[first:]:
                left -= self.columns[at].width + 1
                if left < 0 and taken:
                    break
                taken.append(at)
            if self.column <= taken[-1] or self.column < self.frozen:
                return shown + taken
            first += 1
        return shown

    def rows(self, width: int) -> list[Row]:
        sight = self._in_sight(width)
        head: list[tuple[str, str]] = []
        for column in (self.columns[at] for at in sight):
            # Each by itself: joined they would be one text, which Arabic reads from the other end.
            head += [("key", fitted(column.title, column.width, column.right)), ("", " ")]
        more = ">" if sight and sight[-1] + 1 < len(self.columns) else ""
        found: list[Row] = [[*head, ("dim", more)]]
        if not self.cells:
            return [*found, [("dim", self.empty)]]
        for number, cells in enumerate(self.cells[self.top : self.top + self.most], self.top):
            found.append(self._row(number, cells, sight))
        if len(self.cells) > self.most:
            found.append([("dim", f"{self.row + 1}/{len(self.cells)}")])
        return found

    def _row(self, number: int, cells: dict[str, Any], sight: Sequence[int]) -> Row:
        runs: list[tuple[str, str]] = []
        for at in sight:
            column = self.columns[at]
            word = (
                dict(column.options).get(cells[column.name], "?")
                if column.options
                else str(cells[column.name])
            )
            text = word.rjust(column.width) if column.right and len(word) <= column.width else word
            under = number == self.row and at == self.column and self.has_focus
            style = "cursor" if under else "bad" if number in self.bad else ""
            runs += [(style, fitted(text, column.width)), ("", " ")]
        return runs

    def on_focus(self) -> None:
        self.changed()

    def on_blur(self) -> None:
        self.changed()
