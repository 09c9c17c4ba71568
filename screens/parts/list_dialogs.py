"""Dialogs of a list: its filter, its columns, its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult

from bocli.keys import Acting, bindings
from bocli.widgets.ask import Ask
from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.fields import Field
from bocli.widgets.lines import Lines, Row
from core.lists import Field as Named
from core.texts import t
from screens.parts.client import Picks

MOST = 9


class FilterPrompt(Ask):
    """Asks in the filter language; what is wrong is said under the line."""

    def __init__(self, value: str, fields: Sequence[Named], check: Callable[[str], str]) -> None:
        self._check = check
        names = ", ".join("".join(each.title.casefold().split()) for each in fields)
        super().__init__(
            t("listing.filter.title"),
            t("table.filter.label"),
            value,
            words=t("listing.filter.words", names=names),
        )

    def _field(self, value: str) -> Field:
        return Field(value, check=self._check, required=False, limit=500)


class ColumnPicks(Acting, Lines, can_focus=True):
    """The columns, those in sight first and in their order; Space switches one, Right and Left move it."""

    SCOPES: ClassVar[tuple[str, ...]] = ("columns", "pick")
    BINDINGS: ClassVar[list[Any]] = [*bindings("columns"), *bindings("pick")]
    DEFAULT_CSS = "ColumnPicks { height: auto; }"

    def __init__(self, columns: Sequence[tuple[str, str]], shown: Sequence[str]) -> None:
        super().__init__()
        titles = dict(columns)
        rest = [name for name, _ in columns if name not in shown]
        self.lines = [(name, titles[name], True) for name in shown] + [(n, titles[n], False) for n in rest]
        self.at = 0

    def rows(self, width: int) -> list[Row]:
        top = max(0, self.at - MOST + 1)
        return [
            [("cursor" if at == self.at else "", f"[{'x' if shown else ' '}] {title}")]
            for at, (_, title, shown) in enumerate(self.lines[top : top + MOST], top)
        ]

    def _move(self, by: int) -> None:
        self.at = max(0, min(self.at + by, len(self.lines) - 1))
        self.changed()

    def act_down(self) -> None:
        self._move(1)

    def act_up(self) -> None:
        self._move(-1)

    def act_switch(self) -> None:
        name, title, shown = self.lines[self.at]
        self.lines[self.at] = (name, title, not shown)
        self.changed()

    def _swap(self, by: int) -> None:
        other = self.at + by
        if 0 <= other < len(self.lines):
            self.lines[self.at], self.lines[other] = self.lines[other], self.lines[self.at]
            self._move(by)

    def act_later(self) -> None:
        self._swap(1)

    def act_earlier(self) -> None:
        self._swap(-1)

    def act_take(self) -> None:
        screen: Any = self.screen
        screen.act_do()


class ChooseColumns(Dialog[tuple[str, ...]]):
    """Gives the names of the columns to show, in their order; at least one."""

    DO = "dialog.take.label"

    def __init__(self, columns: Sequence[tuple[str, str]], shown: Sequence[str]) -> None:
        super().__init__(t("listing.columns.title"))
        self.picks = ColumnPicks(columns, shown)

    def body(self) -> ComposeResult:
        yield Words(t("listing.columns.words"))
        yield self.picks

    def on_mount(self) -> None:
        self.picks.focus()

    def act_do(self) -> None:
        """These."""
        names = tuple(name for name, _, shown in self.picks.lines if shown)
        if names:
            self.dismiss(names)
        else:
            self.note(t("listing.columns.none"))


class SortBy(Dialog[str]):
    """One of the columns that an index carries, upwards or downwards; the others say why not."""

    DO = None

    def __init__(self, columns: Sequence[tuple[str, str, bool]], now: str) -> None:
        super().__init__(t("listing.sort.title"))
        self.ways: list[str | None] = [""]
        self.texts = [(t("listing.sort.own"), "")]
        for name, title, can in columns:
            if can:
                self.ways += [name, f"-{name}"]
                self.texts += [(title, t("listing.sort.up")), (title, t("listing.sort.down"))]
        for _, title, can in columns:
            if not can:
                self.ways.append(None)
                self.texts.append((title, t("listing.sort.no_index")))
        self.now = now

    def body(self) -> ComposeResult:
        yield Words(t("listing.sort.words"))
        picks = Picks(self.texts, most=MOST)
        picks.at = self.ways.index(self.now) if self.now in self.ways else 0
        yield picks

    def take(self, at: int) -> None:
        """This one, if it can be."""
        way = self.ways[at]
        if way is None:
            self.note(t("listing.sort.why_not"))
        else:
            self.dismiss(way)
