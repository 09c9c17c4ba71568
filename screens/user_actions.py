"""User actions (ADM-3): the log of every change and refusal, who, when, where from, and the fields before and after."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from bocli.widgets.shown import fitted, paragraph
from core.audit.queries import audit_log
from core.clock import zone
from core.db.keyset import Keyset
from core.errors import refusal
from core.text import wrap
from core.texts import date_time, explain, has, t
from screens.parts.export import Export
from screens.parts.filters import Filters, any_of, day_field, text_field
from screens.parts.paper import Sheet
from screens.parts.rows import Column, Rows
from screens.parts.words import money, signed

ZONE = "UTC"
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


def did(what: str) -> str:
    """What was done, in words; the log's own word when there are none for it."""
    for key in (f"did.{what}", f"operation.{what}"):
        if has(key):
            return t(key)
    return what


def thing(row: Any) -> str:
    """What it was done to."""
    key = f"entity.{row.entity}"
    name = t(key) if has(key) else row.entity
    return name if row.entity == "refusal" else f"{name} {row.entity_id}"


def refused_because(row: Any) -> str:
    """What the person who was refused was told."""
    said = row.after or {}
    return explain(refusal(str(said.get("state", "")), row.entity_id, said.get("params") or {}))


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


def rows_of(row: Any, width: int) -> list[Row]:
    """Who, when, where from, what; the fields before and after side by side; the link of the chain."""
    role = f" · {t(f'role.{row.actor_role}')}" if row.actor_role and has(f"role.{row.actor_role}") else ""
    outcome = ("warn", t("user_actions.refused")) if row.refused else ("good", t("user_actions.done"))
    facts: list[tuple[str, tuple[str, str]]] = [
        ("user_actions.at", ("", date_time(row.at, ZONE, "long"))),
        ("user_actions.who", ("", f"{row.actor or row.login}{role}")),
        ("user_actions.from", ("", str(row.from_addr or "-"))),
        ("user_actions.what", ("head", did(row.what))),
        ("user_actions.thing", ("", thing(row))),
        ("user_actions.outcome", outcome),
    ]
    if row.refused and row.entity == "refusal":
        facts.append(("user_actions.because", ("", refused_because(row))))
    rows: list[Row] = []
    for label, (style, value) in facts:
        first, *more = paragraph(value, width - 22)
        rows.append([("dim", fitted(t(label), 20)), ("", "  "), (style, first)])
        rows += [[("", " " * 22), (style, line)] for line in more]
    rows += [[("", "")], *side_by_side(row.before, row.after, width)]
    rows += [[("", "")], [("dim", t("user_actions.stream")), ("", f" {row.stream} {row.seq}")]]
    return rows + [[("dim", line)] for line in wrap(" ".join(_fours(row.hash.hex())), width)]


def _fours(digits: str) -> list[str]:
    return [digits[at : at + 4] for at in range(0, len(digits), 4)]


def side_by_side(before: Any, after: Any, width: int) -> list[Row]:
    """Every field of either: its name, what it was, what it became; what changed stands out."""
    old, new = before or {}, after or {}
    names = [*new, *(name for name in old if name not in new)]
    room, side = 18, (width - 20) // 2
    rows: list[Row] = [
        [
            ("head", fitted(t("user_actions.field"), room)),
            ("", " "),
            ("head", fitted(t("user_actions.before"), side)),
            ("", " "),
            ("head", fitted(t("user_actions.after"), side)),
        ]
    ]
    for name in names:
        lefts = paragraph(value_in_words(name, old[name]), side) if name in old else [""]
        rights = paragraph(value_in_words(name, new[name]), side) if name in new else [""]
        style = "warn" if name in old and name in new and old[name] != new[name] else ""
        for at in range(max(len(lefts), len(rights))):
            label = _field(name) if at == 0 else ""
            left = lefts[at] if at < len(lefts) else ""
            right = rights[at] if at < len(rights) else ""
            rows.append(
                [
                    ("dim", fitted(label, room)),
                    ("", " "),
                    ("", fitted(left, side)),
                    ("", " "),
                    (style, fitted(right, side)),
                ]
            )
    return rows


def _field(name: str) -> str:
    return t(f"field.{name}") if has(f"field.{name}") else name


def value_in_words(name: str, value: Any) -> str:
    """A state or role as a word, yes and no as words, anything else as it was written."""
    for family in ("desk_day.state", "role", "operation"):
        if isinstance(value, str) and name in ("state", "role", "kind") and has(f"{family}.{value}"):
            return t(f"{family}.{value}")
    if name == "totals" and isinstance(value, list):
        return "\n".join(map(_total, value))
    if isinstance(value, bool):
        return t("common.yes") if value else t("common.no")
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _total(each: Any) -> str:
    """Counted / by the books: difference."""
    code, scale = each["issuer"], each["scale"]
    sides = f"{money(each['counted'], code, scale)} / {money(each['expected'], code, scale)}"
    return f"{sides}: {signed(each['difference'], code, scale)}"
