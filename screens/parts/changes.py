"""What a change would do, before it is done: each field, and of those that change the old and the new value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog
from bocli.widgets.lines import Lines, Row
from bocli.widgets.shown import fitted, paragraph
from core.texts import t

Facts = Sequence[tuple[str, str]]
LABEL, ROOM = 24, 48


class Changes(Dialog[bool]):
    """F10 does it. Gives True, or None when left."""

    DO = "changes.do"

    def __init__(self, title: str, before: Facts, after: Facts) -> None:
        super().__init__(title)
        self.before, self.after = dict(before), after

    def body(self) -> ComposeResult:
        rows: list[Row] = []
        for label, value in self.after:
            old = self.before.get(label)
            if old is None or old == value:
                rows += _wrapped(label, value, "")
            else:
                rows += _wrapped(label, old, "dim")
                rows += _wrapped("", f"-> {value}", "warn")
        yield Lines(*rows)

    def act_do(self) -> None:
        """It was seen: do it."""
        self.dismiss(True)


def _wrapped(label: str, value: str, style: str) -> list[Row]:
    return [
        [("", fitted(label if at == 0 else "", LABEL)), (style, line)]
        for at, line in enumerate(paragraph(value or "-", ROOM) or ["-"])
    ]


async def show_changes(screen: Any, title: str, before: Facts, after: Facts) -> bool:
    """Show them and ask. Nothing changed: that is said, and the answer is no."""
    if before and dict(before) == dict(after):
        screen.note(t("changes.none"))
        return False
    return bool(await screen.app.push_screen_wait(Changes(title, before, after)))
