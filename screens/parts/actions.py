"""What somebody did and what was done to an account: a list of lines of the log, and one of them in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from core.db.keyset import Keyset
from core.texts import date_time, t
from screens.parts.log_text import ZONE, did, refused_because, side_by_side, thing
from screens.parts.paper import Sheet
from screens.parts.rows import Column, Rows
from screens.parts.staff_words import pairs

WHO = Column("user_actions.who", 18, lambda row: row.actor or "-")
COLUMNS = (
    Column("user_actions.at", 16, lambda row: date_time(row.at, ZONE)),
    Column("user_actions.what", 27, lambda row: did(row.what)),
    Column("user_actions.thing", 0, thing),
    Column("user_actions.outcome", 12,
           lambda row: t("user_actions.refused") if row.refused else t("user_actions.done"), from_width=100),
    Column("user_actions.from", 15, lambda row: str(row.from_addr or "-"), from_width=120),
)  # fmt: skip


class Actions(Section[None]):
    """Newest first; Enter shows one. `who`: the select says who did it, and it may be somebody else."""

    SECTION = "my_actions"

    def __init__(self, select: Callable[[], Any], *, title: str = "", who: bool = False) -> None:
        """title: translated; without it the section's own."""
        super().__init__()
        self.keyset, self.heading, self.who = Keyset(select), title, who

    def crumb(self) -> str:
        return self.heading or super().crumb()

    def body(self) -> ComposeResult:
        columns = (COLUMNS[0], WHO, *COLUMNS[1:]) if self.who else COLUMNS
        yield KeysetTable(
            Rows(lambda: self.db, self.keyset, columns, width=self.app.size.width), empty="my_actions.empty"
        )

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.app.push_screen(OneAction(event.item.thing))


class OneAction(Section[None]):
    """One line of the log, the fields before and after."""

    SECTION = "user_action"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(*self._rows(max(60, self.app.size.width - 5)))

    def _rows(self, width: int) -> list[Row]:
        row = self.row
        facts = [(t("user_actions.at"), date_time(row.at, ZONE, "long"))]
        if getattr(row, "actor", None):
            facts.append((t("user_actions.who"), row.actor))
        facts += [
            (t("user_actions.from"), str(row.from_addr or "-")),
            (t("user_actions.what"), did(row.what)),
            (t("user_actions.thing"), thing(row)),
            (t("user_actions.outcome"), t("user_actions.refused") if row.refused else t("user_actions.done")),
        ]
        if row.refused and row.entity == "refusal":
            facts.append((t("user_actions.because"), refused_because(row)))
        return [*pairs(facts, width), [("", "")], *side_by_side(row.before, row.after, width)]
