"""What a change would do, before it is done: each field, and of those that change the old and the new value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog
from bocli.widgets.lines import Lines, Row
from core.texts import n, t
from screens.parts.facts import wrapped

Facts = Sequence[tuple[str, str]]
LABEL, ROOM, MANY = 24, 46, 12


class Changes(Dialog[bool]):
    """F10 does it. Gives True, or None when left."""

    DO = "changes.do"

    def __init__(self, title: str, before: Facts, after: Facts) -> None:
        super().__init__(title)
        self.before, self.after = dict(before), after

    def body(self) -> ComposeResult:
        yield Lines(*change_rows(self.before, self.after))

    def on_mount(self) -> None:
        self.call_after_refresh(self.query_one("#box").scroll_home, animate=False)

    def act_do(self) -> None:
        """It was seen: do it."""
        self.dismiss(True)


def change_rows(before: dict[str, str], after: Facts) -> list[Row]:
    """Each field; of those that change the old value, and the new one under it. Many that stay are only counted."""
    rows: list[Row] = []
    same = sum(1 for label, value in after if before.get(label) == value)
    for label, value in after:
        old = before.get(label)
        if old == value and same > MANY:
            continue
        if old is None and before:
            rows += _wrapped(label, f"+ {value}", "warn")
        elif old is None or old == value:
            rows += _wrapped(label, value, "")
        else:
            rows += _wrapped(label, old, "dim")
            rows += _wrapped("", f"-> {value}", "warn")
    if same > MANY:
        rows.append([("dim", n("changes.same", same))])
    return rows


def _wrapped(label: str, value: str, style: str) -> list[Row]:
    return wrapped(label, value or "-", (LABEL, ROOM), ("", style))


async def show_changes(screen: Any, title: str, before: Facts, after: Facts) -> bool:
    """Show them and ask. Nothing changed: that is said, and the answer is no."""
    if before and dict(before) == dict(after):
        screen.note(t("changes.none"))
        return False
    return bool(await screen.app.push_screen_wait(Changes(title, before, after)))
