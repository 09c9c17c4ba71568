"""Home (ALL-2): what is mine to do now, the role's sections with their numbers, and how much waits behind each."""

from __future__ import annotations

import random
from typing import Any, ClassVar

from textual.app import ComposeResult

from bocli.keys import Acting, bindings
from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from bocli.widgets.shown import fitted
from core.cash_desk import Home as Facts
from core.cash_desk import home
from core.text import cells
from core.texts import date_time, n, t
from screens.parts.status import show_day
from screens.parts.words import TONES, state

REFRESH_S = 20.0
QUIET_S = 120.0
"""Nobody has pressed a key for so long: nothing is asked until somebody does."""


class Sections(Acting, Lines, can_focus=True):
    """The list of sections. Up and Down choose, Enter opens; the number keys open at once."""

    SCOPES: ClassVar[tuple[str, ...]] = ("pick",)
    BINDINGS: ClassVar[list[Any]] = bindings("pick")
    DEFAULT_CSS = "Sections { height: auto; padding: 0 1; margin-top: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.at = 0
        self.waiting: dict[str, int] = {}

    @property
    def found(self) -> list[Any]:
        """The rows of screens.roles that this person has."""
        app: Any = self.app
        found: list[Any] = app.sections()
        return found

    def rows(self, width: int) -> list[Row]:
        made: list[Row] = []
        room = max((cells(t(each.title)) for each in self.found), default=0) + 2
        for at, each in enumerate(self.found):
            number = str(at + 1) if at < 9 else " "
            count = self.waiting.get(each.id)
            style = "cursor" if at == self.at and self.has_focus else ""
            row: Row = [("key", f" {number} "), (style, " "), (style, fitted(t(each.title), room))]
            made.append([*row, ("warn", "  " + n("home.waiting", count))] if count else row)
        return made

    def on_focus(self) -> None:
        self.changed()

    def _move(self, by: int) -> None:
        self.at = max(0, min(self.at + by, len(self.found) - 1))
        self.changed()

    def act_down(self) -> None:
        self._move(1)

    def act_up(self) -> None:
        self._move(-1)

    def act_take(self) -> None:
        app: Any = self.app
        if self.found:
            app.go_to(self.found[self.at])


class Home(Section[None]):
    """The first screen. Esc leaves the program, after asking."""

    SECTION = "home"

    def body(self) -> ComposeResult:
        yield Lines(id="now")
        yield Sections()

    def on_mount(self) -> None:
        self.query_one(Sections).focus()
        self._plan()

    def on_screen_resume(self) -> None:
        self.refresh_section()

    def _plan(self) -> None:
        # Many homes on one server must not ask in step.
        self.set_timer(REFRESH_S * random.uniform(0.8, 1.2), self._again)  # noqa: S311 - jitter, no secret

    def _again(self) -> None:
        app: Any = self.app
        if self.is_current and not app.idle.quiet_for(QUIET_S):
            self.refresh_section()
        self._plan()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(home)
        if found is None or not self.is_mounted:
            return
        status: Any = self.app.status  # type: ignore[attr-defined]
        status.database = found.database
        show_day(self, found.day)
        self.query_one("#now", Lines).show(*self._now(found))
        sections = self.query_one(Sections)
        if sections.waiting != found.waiting:
            sections.waiting = found.waiting
            sections.changed()

    def _now(self, found: Facts) -> list[Row]:
        rows: list[Row] = [[("head", t("home.hello", name=self.person.staff.name))]]
        last = self.person.last_login_at
        if last is not None:
            zone = found.day.time_zone if found.day else "UTC"
            wrong = self.person.failures
            said: Row = [("warn", n("home.failures", wrong))] if wrong else []
            rows.append(
                [("dim", t("home.last_login", at=date_time(last, zone))), ("", " " if wrong else ""), *said]
            )
        rows.append([("", "")])
        if "cash_day:run" in self.person.permissions:
            rows.append(self._day(found))
        for section, count in found.waiting.items():
            if section != "cash_day" and count:
                rows.append([("warn", "! "), ("", n(f"home.todo.{section}", count))])
        todo = any(count for section, count in found.waiting.items() if section != "cash_day")
        if not todo and "cash_day:run" not in self.person.permissions:
            rows.append([("dim", t("home.nothing"))])
        return rows

    def _day(self, found: Facts) -> Row:
        day = found.day
        if day is None:
            return [("warn", "! "), ("", t("home.no_day"))]
        words = t(f"home.day.{day.state}", desk=day.desk)
        return [(TONES.get(day.state, ""), f"[{state(day.state)}] "), ("", words)]

    def leave(self) -> None:
        """Esc at home asks whether to end."""
        app: Any = self.app
        app.act_quit()
