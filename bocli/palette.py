"""Ctrl+P: sections and actions by name. `:` is the same list with sections alone, and takes a number or a
thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.widgets import Input

from bocli.keys import bindings, offers, shown_key
from bocli.widgets.dialog import Dialog
from bocli.widgets.fields import Field
from bocli.widgets.lines import Lines, Row, Run
from core.texts import t

LONGEST = 14


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette: "noun: verb", the key that does the same, why it cannot be done now, and
    the deed."""

    text: str
    key: str
    why_not: str | None
    do: Callable[[], Any]


def entries(app: Any, sections_only: bool) -> list[Entry]:
    """What the person may do from here: the actions of this screen, then the sections of the role."""
    found: list[Entry] = []
    if not sections_only:
        for offer in offers(app):
            if offer.action.palette:
                why = t(offer.why_not) if offer.why_not else None
                found.append(
                    Entry(
                        t(offer.action.text),
                        shown_key(offer.action.keys[0]),
                        why,
                        _doing(app, offer.action.id),
                    )
                )
    for number, row in enumerate(app.sections(), 1):
        found.append(
            Entry(
                t("palette.open", section=t(row.title)),
                str(number) if number < 10 else "",
                None,
                _opening(app, row),
            )
        )
    return found


def _doing(app: Any, action_id: str) -> Callable[[], Any]:
    return lambda: app.perform(action_id)


def _opening(app: Any, row: Any) -> Callable[[], Any]:
    return lambda: app.go_to(row)


class Picks(Lines):
    """The entries that fit what was typed, one of them chosen."""

    DEFAULT_CSS = "Picks { height: auto; margin-top: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Entry] = []
        self.at = 0

    def fit(self, found: list[Entry]) -> None:
        """Show these."""
        self.found, self.at = found, 0
        self.changed()

    def move(self, by: int) -> None:
        """Choose the one below or above."""
        self.at = max(0, min(self.at + by, len(self.found) - 1))
        self.changed()

    def rows(self, width: int) -> list[Row]:
        if not self.found:
            return [[("dim", t("palette.nothing"))]]
        top = max(0, min(self.at - LONGEST + 1, len(self.found) - LONGEST))
        rows: list[Row] = []
        for at, entry in enumerate(self.found[top : top + LONGEST], top):
            mark = "> " if at == self.at else "  "
            style = "cursor" if at == self.at else "dim" if entry.why_not else ""
            row: list[Run] = [(style, mark), (style, entry.text), ("key", f"  {entry.key}")]
            rows.append([*row, ("dim", "  " + entry.why_not)] if entry.why_not else row)
        return rows


class Palette(Dialog[Entry]):
    """Type a part of the name; Up and Down choose, Enter does it. Gives the entry chosen."""

    SCOPES: ClassVar[tuple[str, ...]] = ("palette", "dialog")
    BINDINGS = bindings("palette")
    DO = None
    DEFAULT_CSS = "Palette { align: center top; }"

    def __init__(self, found: list[Entry], title: str, jump: bool = False) -> None:
        super().__init__(title)
        self.all, self.jump = found, jump
        self.typed = Field(required=False)

    def body(self) -> ComposeResult:
        yield self.typed
        yield Picks()

    def on_mount(self) -> None:
        self.typed.focus()
        self.query_one(Picks).fit(self.all)

    def on_input_changed(self, event: Input.Changed) -> None:
        words = event.value.casefold().split()
        fit = [entry for entry in self.all if all(word in entry.text.casefold() for word in words)]
        self.query_one(Picks).fit(fit)

    def act_down(self) -> None:
        self.query_one(Picks).move(1)

    def act_up(self) -> None:
        self.query_one(Picks).move(-1)

    def act_do_it(self) -> None:
        picks, typed = self.query_one(Picks), self.typed.value.strip()
        if self.jump and typed.isdigit() and 0 < int(typed) <= len(self.all):
            self.dismiss(self.all[int(typed) - 1])
        elif picks.found:
            self.dismiss(picks.found[picks.at])
        elif self.jump and typed:
            # A serial, a number, an e-mail: whoever fills roles.JUMP knows what it is.
            app: Any = self.app
            self.dismiss(Entry(typed, "", None, lambda: app.jump(typed)))
