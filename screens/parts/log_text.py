"""Entries of the log in words: who did what to what, and the fields before and after side by side."""

from __future__ import annotations

import json
from typing import Any

from bocli.widgets.lines import Row
from bocli.widgets.shown import fitted, paragraph
from core.errors import refusal
from core.text import wrap
from core.texts import date_time, explain, has, t
from screens.parts.words import money, signed

ZONE = "UTC"


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
