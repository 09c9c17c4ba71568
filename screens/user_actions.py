"""User actions (ADM-3): the log of every change and refusal, who, when, where from, and the fields before and after."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from core.audit.queries import audit_log
from core.clock import zone
from core.db.keyset import Keyset
from core.texts import date_time, t
from screens.parts.columns import Column
from screens.parts.filters import Filters, any_of, day_field, text_field
from screens.parts.integrity import Integrity
from screens.parts.listing import Listing
from screens.parts.log_text import ZONE, did, rows_of, thing
from screens.parts.paper import Sheet

ENTITIES = (
    "operation",
    "desk_day",
    "desk",
    "client",
    "coin",
    "staff",
    "session",
    "issuer",
    "branch",
    "refusal",
)
COLUMNS = (
    Column("number", "export.column.id", 9, lambda row: str(row.id), kind="number", field="id", right=True,
           sort=("id",), chosen=False),
    Column("at", "user_actions.at", 16, lambda row: date_time(row.at, ZONE), kind="moment", field="at"),
    Column("who", "user_actions.who", 18, lambda row: row.actor or row.login, field="actor"),
    Column("login", "export.column.login", 27, lambda row: row.login, field="login", chosen=False),
    Column("what", "user_actions.what", 26, lambda row: did(row.what), field="what"),
    Column("entity", "export.column.entity", 14, lambda row: t(f"entity.{row.entity}"), kind="choice", field="entity",
           options=tuple((each, f"entity.{each}") for each in ENTITIES), chosen=False),
    Column("thing", "user_actions.thing", 0, thing, field="entity_id", cell=lambda row: row.entity_id),
    Column("from", "user_actions.from", 15, lambda row: str(row.from_addr or "-"), field="from_addr", from_width=120),
    Column("refused", "user_actions.refused", 9, lambda row: t("common.yes") if row.refused else "", kind="yes_no",
           field="refused", chosen=False),
    Column("stream", "export.column.stream", 14, lambda row: row.stream, field="stream", chosen=False),
    Column("place", "export.column.seq", 8, lambda row: str(row.seq), kind="number", field="seq", right=True,
           chosen=False),
    Column("before", "export.column.before", 20, lambda row: _json(row.before), field="before",
           cell=lambda row: _json(row.before), chosen=False),
    Column("after", "export.column.after", 20, lambda row: _json(row.after), field="after",
           cell=lambda row: _json(row.after), chosen=False),
    Column("hash", "export.column.hash", 16, lambda row: row.hash.hex(), cell=lambda row: row.hash.hex(), chosen=False),
)  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


class UserActions(Listing):
    """Enter shows a line of the log with all its fields; F6 asks for the usual filters one by one."""

    SECTION = "user_actions"
    LIST = "user_actions"
    EMPTY = "user_actions.empty"
    SELECT = staticmethod(audit_log)
    PLAIN = ("actor", "login", "entity_id")
    COLUMNS = COLUMNS

    def __init__(self) -> None:
        super().__init__()
        self.chosen: dict[str, Any] = {}

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.app.push_screen(UserAction(event.item.thing))

    def act_choose(self) -> None:
        now = self.chosen
        entities = [(each, t(f"entity.{each}")) for each in ENTITIES]
        outcomes = [(True, t("user_actions.refused")), (False, t("user_actions.done"))]
        fields = [
            ("from", t("filter.from"), day_field(now.get("from"))),
            ("to", t("filter.to"), day_field(now.get("to"))),
            ("who", t("user_actions.who"), text_field(now.get("who"))),
            ("what", t("user_actions.what"), text_field(now.get("what"))),
            ("entity", t("user_actions.thing"), any_of(entities, now.get("entity"))),
            ("refused", t("user_actions.outcome"), any_of(outcomes, now.get("refused"))),
        ]
        self.app.push_screen(Filters(*fields), self._chosen)

    def _chosen(self, values: dict[str, Any] | None) -> None:
        if values is not None:
            self.chosen = values
            self.apply()

    def act_check(self) -> None:
        """Is the log whole? Computed again, line by line."""
        self.app.push_screen(Integrity(self.db))

    def base(self) -> Keyset:
        values, keyset = self.chosen, super().base()
        if values.get("from") is not None:
            keyset = keyset.where("at", ">=", datetime.combine(values["from"], time(), zone(ZONE)))
        if values.get("to") is not None:
            keyset = keyset.where(
                "at", "<", datetime.combine(values["to"] + timedelta(1), time(), zone(ZONE))
            )
        if values.get("who"):
            keyset = keyset.where("actor login", "contains", values["who"])
        if values.get("what"):
            keyset = keyset.where("what", "contains", values["what"])
        for name in ("entity", "refused"):
            if values.get(name) is not None:
                keyset = keyset.where(name, "=", values[name])
        return keyset


class UserAction(Section[None]):
    """One line of the log."""

    SECTION = "user_action"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(*rows_of(self.row, max(60, self.app.size.width - 5)))
