"""Ctrl+P: sections and actions by name. `:` is the same list with sections alone, and takes a number or a
thing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.widgets import Input

from bocli.keys import bindings, offers, shown_key
from bocli.widgets.dialog import Dialog
from bocli.widgets.fields import Field
from bocli.widgets.lines import Lines, Row, Run
from core.texts import t

LONGEST = 14
PAUSE_S = 0.4
"""So long nothing is typed before it is looked for: each look leaves a trace."""
Find = Callable[[str], "list[Entry]"]


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


def looks_like_a_thing(text: str) -> bool:
    """An e-mail, a phone, a serial, a number: not a part of an action's name."""
    digits = text.lstrip("+#").replace(" ", "").isdecimal()
    # A number of few digits is one when it says so: #7.
    return (len(text) > 2 and ("@" in text or digits)) or (text.startswith("#") and digits)


def finder(app: Any) -> Find | None:
    """What looks things up with the rights of the person who is here; None before log-in."""
    person, targets = app.person, app.thing_targets()
    if person is None:
        return None

    def find(text: str) -> list[Entry]:
        from core.finding import things

        return [
            Entry(
                f"{t(f'thing.{each.kind}')}: {each.title}"
                + (
                    f" · {each.note}" if each.kind not in ("operation", "organization", "transaction") else ""
                ),
                "",
                None,
                partial(app.open, targets[each.kind], each.id),
            )
            for each in things(person.db, text)
            if each.kind in targets
        ]

    return find


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
    """Type a part of the name; Up and Down choose, Enter does it. Gives the entry chosen. What looks like a thing (an
    e-mail, phone, serial, number) is looked for when typing pauses, or at once by Enter, which then opens the one thing
    that is found; a name by Enter on the last line."""

    SCOPES: ClassVar[tuple[str, ...]] = ("palette", "dialog")
    BINDINGS = bindings("palette")
    DO = None
    DEFAULT_CSS = "Palette { align: center top; }"

    def __init__(self, found: list[Entry], title: str, jump: bool = False, find: Find | None = None) -> None:
        """find: gives the entries of the things that fit a text; it runs in a thread."""
        super().__init__(title)
        self.all, self.jump, self.find = found, jump, find
        self._things: list[Entry] = []
        #: Which text was typed last, looked for, answered, and is to be opened when its one thing comes.
        self._asked = self._looked = self._answered = self._hurried = 0
        self.typed = Field(required=False)

    def body(self) -> ComposeResult:
        yield self.typed
        yield Picks()

    def on_mount(self) -> None:
        self.typed.focus()
        self.query_one(Picks).fit(self.all)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._things = []
        self._asked += 1
        self._fit()
        if self.find is not None and looks_like_a_thing(event.value.strip()):
            self.set_timer(PAUSE_S, partial(self._look, self._asked))

    def _fit(self) -> None:
        typed = self.typed.value.strip()
        words = typed.casefold().split()
        fit = [entry for entry in self.all if all(word in entry.text.casefold() for word in words)]
        last = [Entry(t("palette.find", text=typed), "", None, self._search)] if self._may_find(typed) else []
        self.query_one(Picks).fit([*self._things, *fit, *last])

    def _may_find(self, typed: str) -> bool:
        return self.find is not None and len(typed) > 2 and not self._things

    def _is_due(self, typed: str) -> bool:
        return self.find is not None and looks_like_a_thing(typed) and self._answered != self._asked

    def _look(self, asked: int) -> None:
        if asked == self._asked != self._looked and self.is_mounted:
            self._search()

    def _search(self) -> None:
        self._looked = self._asked
        self.run_worker(self._found(self.typed.value.strip(), self._asked), exclusive=True)

    async def _found(self, typed: str, asked: int) -> None:
        from core.errors import BocliError
        from core.texts import explain

        assert self.find is not None
        try:
            found = await asyncio.to_thread(self.find, typed)
        except BocliError as error:
            self._looked = 0
            self.note(explain(error))
            return
        if asked != self._asked or not self.is_mounted:
            return
        self._answered, self._things = asked, found
        self._fit()
        if not found:
            self.note(t("palette.no_thing", text=typed))
        elif asked == self._hurried and len(found) == 1:
            self.dismiss(found[0])

    def act_down(self) -> None:
        self.query_one(Picks).move(1)

    def act_up(self) -> None:
        self.query_one(Picks).move(-1)

    def act_do_it(self) -> None:
        picks, typed = self.query_one(Picks), self.typed.value.strip()
        if self.jump and typed.isdigit() and 0 < int(typed) <= len(self.all):
            self.dismiss(self.all[int(typed) - 1])
        elif not picks.at and self._is_due(typed):
            self._hurried = self._asked
            self._look(self._asked)
        elif picks.found and picks.found[picks.at].do == self._search:
            self._search()
        elif picks.found:
            self.dismiss(picks.found[picks.at])
