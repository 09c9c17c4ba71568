"""Where there is nothing yet: why that is so, and which key starts."""

from __future__ import annotations

from bocli.keys import action, shown_key
from bocli.widgets.lines import Lines, Row
from bocli.widgets.shown import paragraph
from core.texts import t


class Empty(Lines):
    """`Empty("clients.empty", "clients.create")`: the reason's text key, and the id of the action that
    starts."""

    DEFAULT_CSS = "Empty { padding: 1 2; }"

    def __init__(self, why: str, start: str | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.why, self.start = why, start

    def rows(self, width: int) -> list[Row]:
        rows: list[Row] = [[("dim", line)] for line in paragraph(t(self.why), width or 60)]
        if self.start is not None:
            each = action(self.start)
            rows.append([("key", shown_key(each.keys[0]) + " "), ("", t(each.text))])
        return rows
