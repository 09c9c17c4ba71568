"""The first line of every screen: who, as what, at which desk and day, on which database, and what time it
is."""

from __future__ import annotations

from bocli.widgets.lines import Lines, Row
from bocli.widgets.shown import fitted, shown
from core.text import cells
from core.texts import t


class StatusBar(Lines):
    """It reads `app.status` (bocli.session.Status) when it is painted; the app repaints it by the minute."""

    DEFAULT_CSS = "StatusBar { height: 1; background: $panel; }"

    def rows(self, width: int) -> list[Row]:
        status = getattr(self.app, "status", None)
        if status is None:
            return [[("head", " bocli")]]
        clock = f" {status.clock()} "
        if status.banner:
            said = fitted(" " + t(status.banner), max(0, width - cells(clock)))
            return [[("bad", said), ("", clock)]]
        parts = [
            part for part in (status.person, status.role, status.desk, status.day, status.database) if part
        ]
        parts.insert(0, "bocli")
        # On a narrow screen the program's name gives way, then the role, which everybody knows of themselves.
        for spare in ("bocli", status.role):
            if cells(shown(" " + " · ".join(parts))) > width - cells(clock) and spare in parts:
                parts.remove(spare)
        left = shown(" " + " · ".join(parts))
        return [[("head", fitted(left, max(0, width - cells(clock)))), ("", clock)]]


class Crumbs(Lines):
    """Where we are: the titles of the screens from home to here."""

    DEFAULT_CSS = "Crumbs { height: 1; color: $secondary; }"

    def rows(self, width: int) -> list[Row]:
        titles = [
            title for screen in self.app.screen_stack if (title := getattr(screen, "crumb", lambda: "")())
        ]
        return [[("", " " + " > ".join(titles))]]
