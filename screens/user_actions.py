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
from screens.parts.export import Export
from screens.parts.filters import Filters, any_of, day_field, text_field
from screens.parts.log_text import ZONE, did, rows_of, thing
from screens.parts.paper import Sheet
from screens.parts.rows import Column, Rows

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
EXPORTED = "id at actor login from_addr what entity entity_id refused before after stream seq hash".split()


COLUMNS = (
    Column("user_actions.at", 16, lambda row: date_time(row.at, ZONE)),
    Column("user_actions.who", 18, lambda row: row.actor or row.login),
    Column("user_actions.what", 26, lambda row: did(row.what)),
    Column("user_actions.thing", 0, thing),
    Column("user_actions.from", 15, lambda row: str(row.from_addr or "-"), from_width=120),
)


def cells(row: Any) -> list[object]:
    """A row of the exported file."""
    values = {name: getattr(row, name) for name in EXPORTED}
    values |= {"at": row.at.isoformat(), "hash": row.hash.hex()}
    values |= {
        name: json.dumps(values[name], ensure_ascii=False) for name in ("before", "after") if values[name]
    }
    return list(values.values())


def search(keyset: Keyset, text: str) -> Keyset:
    """By whoever did it, or by the number of the thing."""
    return keyset.where("actor login entity_id", "contains", text)


class UserActions(Section[None]):
    """Enter shows a line of the log with all its fields."""

    SECTION = "user_actions"

    def __init__(self) -> None:
        super().__init__()
        self.chosen: dict[str, Any] = {}
        self.keyset = Keyset(audit_log)

    def body(self) -> ComposeResult:
        yield KeysetTable(self._rows(), empty="user_actions.empty")

    def _rows(self) -> Rows:
        return Rows(lambda: self.db, self.keyset, COLUMNS, width=self.app.size.width, search=search)

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
        if values is None:
            return
        self.chosen, keyset = values, Keyset(audit_log)
        if values["from"] is not None:
            keyset = keyset.where("at", ">=", datetime.combine(values["from"], time(), zone(ZONE)))
        if values["to"] is not None:
            keyset = keyset.where(
                "at", "<", datetime.combine(values["to"] + timedelta(1), time(), zone(ZONE))
            )
        if values["who"]:
            keyset = keyset.where("actor login", "contains", values["who"])
        if values["what"]:
            keyset = keyset.where("what", "contains", values["what"])
        for name in ("entity", "refused"):
            if values[name] is not None:
                keyset = keyset.where(name, "=", values[name])
        self.keyset = keyset
        self.query_one(KeysetTable).set_source(self._rows())

    def act_export(self) -> None:
        """The list in sight as a CSV file."""
        shown: Any = self.query_one(KeysetTable).source
        heads = [t(f"export.column.{name}") for name in EXPORTED]
        self.app.push_screen(Export("user-actions", self.db, shown.keyset, heads, cells), self._exported)

    def _exported(self, said: str | None) -> None:
        if said:
            self.say(said)
        else:
            self.note(t("export.left"))


class UserAction(Section[None]):
    """One line of the log."""

    SECTION = "user_action"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(*rows_of(self.row, max(60, self.app.size.width - 5)))
