"""Counting cash: a row for each denomination, pieces typed in, the total of each currency always in sight.

A row left empty is not a zero: it was not counted. `left_empty()` names such rows, and screens refuse to
go on with them, so that nobody closes a day with a drawer that was forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bocli.keys import Acting, bindings
from bocli.widgets.shown import fitted
from core.texts import n, t

MOST_PIECES = 999_999


@dataclass(frozen=True, slots=True)
class Drawer:
    """One currency to count: its core.money.Issuer and its denominations in minor units, largest first."""

    issuer: Any
    denominations: tuple[int, ...]


class CountGrid(Acting, ScrollView, can_focus=True):
    """`counts()` gives the api's form: [{"issuer": "EUR", "lines": [[denomination_minor, pieces], …]}]."""

    SCOPES: ClassVar[tuple[str, ...]] = ("count",)
    BINDINGS = bindings("count")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"count--head", "count--cursor", "count--empty"}
    DEFAULT_CSS = """
    CountGrid { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; padding: 0 1;
      & .count--head { text-style: bold; color: $primary; }
      & .count--cursor { text-style: reverse; }
      & .count--empty { color: $secondary; }
    }
    """
    pastes_rows = True

    class Changed(Message):
        """A number of pieces was changed."""

        def __init__(self, grid: CountGrid) -> None:
            self.grid = grid
            super().__init__()

    def __init__(self, drawers: Sequence[Drawer], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.drawers = tuple(drawers)
        self.pieces: dict[tuple[str, int], int | None] = {
            (drawer.issuer.code, each): None for drawer in self.drawers for each in drawer.denominations
        }
        # What stands on each line: a heading (no denomination) or a cell to fill.
        self._lines: list[tuple[Drawer, int | None]] = []
        for drawer in self.drawers:
            self._lines.append((drawer, None))
            self._lines += [(drawer, each) for each in drawer.denominations]
        self._cells = [at for at, line in enumerate(self._lines) if line[1] is not None]
        self.at = 0
        self._fresh = True

    def on_mount(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._lines))

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._lines))

    # What was counted.

    def counts(self) -> list[dict[str, Any]]:
        """What was counted, with every denomination that was filled in; those left empty are not in it."""
        return [
            {
                "issuer": drawer.issuer.code,
                "lines": [
                    [each, found]
                    for each in drawer.denominations
                    if (found := self.pieces[drawer.issuer.code, each]) is not None
                ],
            }
            for drawer in self.drawers
        ]

    def left_empty(self) -> list[tuple[str, int]]:
        """Issuer and denomination of the cells that nobody filled in."""
        return [cell for cell, pieces in self.pieces.items() if pieces is None]

    def total(self, issuer_code: str) -> int:
        """Minor units counted so far in one currency."""
        return sum(each * (found or 0) for (code, each), found in self.pieces.items() if code == issuer_code)

    def set_pieces(self, issuer_code: str, denomination: int, pieces: int | None) -> None:
        """Fill a cell in, from a draft or a suggestion."""
        self.pieces[issuer_code, denomination] = pieces
        self.refresh()

    def focus_empty(self) -> bool:
        """Go to the first cell left empty; False when there is none."""
        for place, line in enumerate(self._cells):
            drawer, denomination = self._lines[line]
            if denomination is not None and self.pieces[drawer.issuer.code, denomination] is None:
                self.focus()
                self._go(place)
                return True
        return False

    # Keys.

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return bool(character and character.isdigit())

    def _cell(self) -> tuple[str, int]:
        drawer, denomination = self._lines[self._cells[self.at]]
        assert denomination is not None
        return drawer.issuer.code, denomination

    def _type(self, text: str) -> None:
        cell = self._cell()
        before = "" if self._fresh or self.pieces[cell] is None else str(self.pieces[cell])
        digits = "".join(str(int(char)) for char in text if char.isdecimal())
        if not digits:
            return
        whole = int(before + digits)
        if whole > MOST_PIECES:
            self.app.bell()
            return
        self._set(whole)

    def _set(self, pieces: int | None) -> None:
        self.pieces[self._cell()] = pieces
        self._fresh = False
        self._repaint(self._cells[self.at])
        heading = max(at for at, line in enumerate(self._lines[: self._cells[self.at]]) if line[1] is None)
        self._repaint(heading)
        self.post_message(self.Changed(self))

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.character.isdecimal():
            event.stop()
            event.prevent_default()
            self._type(event.character)
        elif event.key == "backspace":
            event.stop()
            found = self.pieces[self._cell()]
            self._set(found // 10 if found is not None and found > 9 else None)
        elif event.key in ("tab", "shift+tab"):
            step = 1 if event.key == "tab" else -1
            if 0 <= self.at + step < len(self._cells):
                event.stop()
                event.prevent_default()
                self._go(self.at + step)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._type(event.text)

    def act_down(self) -> None:
        if self.at + 1 < len(self._cells):
            self._go(self.at + 1)
        else:
            self.screen.focus_next()

    def act_up(self) -> None:
        if self.at:
            self._go(self.at - 1)
        else:
            self.screen.focus_previous()

    def act_erase(self) -> None:
        self._set(None)

    def _go(self, at: int) -> None:
        old, self.at, self._fresh = self.at, at, True
        line, top, height = self._cells[at], self.scroll_offset.y, self.size.height
        if not top <= line < top + height:
            self.scroll_to(y=max(0, line - height // 2), animate=False, immediate=True)
        self._repaint(self._cells[old])
        self._repaint(line)

    # Paint.

    def _repaint(self, line: int) -> None:
        self.refresh(Region(0, line - self.scroll_offset.y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        at, width = y + self.scroll_offset.y, self.size.width
        if at >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        drawer, denomination = self._lines[at]
        name = "count--head" if denomination is None else ""
        text = self._heading(drawer, width) if denomination is None else self._row(drawer, denomination)
        if denomination is not None:
            if at == self._cells[self.at] and self.has_focus:
                name = "count--cursor"
            elif self.pieces[drawer.issuer.code, denomination] is None:
                name = "count--empty"
        style = (
            self.rich_style + self.get_component_rich_style(name, partial=True) if name else self.rich_style
        )
        return Strip([Segment(fitted(text, width), style)], width)

    def _heading(self, drawer: Drawer, width: int) -> str:
        from core.texts import amount

        code = drawer.issuer.code
        empty = sum(1 for cell in self.left_empty() if cell[0] == code)
        line = t("count.total", issuer=code, total=amount(self.total(code), drawer.issuer))
        return f"{line}   {n('count.left_empty', empty)}" if empty else line

    def _row(self, drawer: Drawer, denomination: int) -> str:
        from core.money import format_amount
        from core.texts import amount, language

        pieces = self.pieces[drawer.issuer.code, denomination]
        each = format_amount(denomination, drawer.issuer, language(), unit="none")
        if pieces is None:
            return f"{each:>12} x {'_':>7}"
        return f"{each:>12} x {pieces:>7} = {amount(denomination * pieces, drawer.issuer):>20}"
