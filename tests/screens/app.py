"""The app with one screen where home would be, and no database; for tests with Pilot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bocli.app import BocliApp
from bocli.widgets.section import Section
from tests.pty.apps.world import person


class OneScreen(BocliApp):
    """Starts at `first`, logged in as `who`."""

    def __init__(self, first: Callable[[], Section[Any]], who: Any = None, **options: Any) -> None:
        super().__init__(login="-", **options)
        self.first, self.who = first, who or person()
        self.answer: Any = "none yet"

    def begin(self) -> None:
        self.take(self.who)
        self.push_screen(self.first(), self._came)

    def _came(self, answer: Any) -> None:
        self.answer = answer

    def open(self, target: str, *arguments: Any, then: Callable[[Any], None] | None = None) -> None:
        if target not in ("-", "screens.log_in:LogIn"):
            super().open(target, *arguments, then=then)

    def _warm(self) -> None:
        """Nothing here needs it."""


def painted(app: BocliApp) -> str:
    """The screen as plain text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in lines)
