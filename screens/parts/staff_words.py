"""Accounts of staff in words: status, conflicts of duty, roles that one may give, and what is asked before an act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from bocli.widgets.badge import Tone
from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.lines import Lines, Row
from bocli.widgets.shown import fitted, paragraph
from core.permissions import MANAGES, ROLES, permissions_of
from core.staff import Conflict, Session
from core.texts import n, t

STATUSES = ("off", "first_password", "in", "on")
LABEL = 23


def status_of(row: Any) -> str:
    """One of STATUSES, for a line of the list or a detail."""
    if not row.active:
        return "off"
    if row.must_change_password:
        return "first_password"
    open_now = getattr(row, "open_sessions", None)
    if open_now is None:
        open_now = sum(each.ended_at is None for each in row.sessions)
    return "in" if open_now else "on"


def status_tone(status: str) -> Tone:
    """The colour beside the word."""
    tones: dict[str, Tone] = {"off": "dim", "first_password": "warn", "in": "good"}
    return tones.get(status, "")


def role_name(role: str) -> str:
    """A role as a word."""
    return t(f"role.{role}")


def roles_to_give(session: Session) -> tuple[str, ...]:
    """The roles that this person looks after, in the house's order; the database asks its own table."""
    own = session.staff.role
    # A lent role is known by what it allows beyond the own one.
    lent = {
        role
        for role in MANAGES
        if permissions_of(own) < permissions_of(own) | permissions_of(role) <= session.permissions
    }
    managed = {role for each in {own, *lent} for role in MANAGES.get(each, ())}
    return tuple(role for role in ROLES if role in managed)


def conflict_in_words(found: Conflict) -> str:
    """Why these two should be looked at together."""
    return t(f"conflict.{found.kind}", name=found.name, role=role_name(found.role))


def conflict_rows(found: Sequence[Conflict], width: int) -> list[Row]:
    """Each conflict on as many lines as it takes, with a mark before it."""
    rows: list[Row] = []
    for each in found:
        first, *more = paragraph(conflict_in_words(each), max(20, width - 2))
        rows += [[("warn", "! "), ("", first)], *([("", "  "), ("", line)] for line in more)]
    return rows


def pairs(facts: Sequence[tuple[str, str]], width: int) -> list[Row]:
    """Label and value of each, the value on as many lines as it takes."""
    rows: list[Row] = []
    for label, value in facts:
        first, *more = paragraph(value or "-", max(16, width - LABEL - 1))
        rows.append([("dim", fitted(label, LABEL)), ("", " "), ("", first)])
        rows += [[("", " " * (LABEL + 1)), ("", line)] for line in more]
    return rows


class Considered(Dialog[bool]):
    """What will be done, and the conflicts of duty that it makes, before F10 does it. Gives True or None."""

    DO = "confirm.yes"
    WIDTH = 70  # the box's, less a scroll bar

    def __init__(
        self,
        title: str,
        facts: Sequence[tuple[str, str]],
        words: str,
        found: Sequence[Conflict] = (),
    ) -> None:
        """facts: pairs of label and value, translated; words: what follows from it."""
        super().__init__(title)
        self.facts, self.words, self.found = facts, words, found

    def body(self) -> ComposeResult:
        yield Lines(*pairs(self.facts, self.WIDTH), "")
        if self.found:
            head = [("warn", n("conflict.count", len(self.found)))]
            kept = [[("dim", line)] for line in paragraph(t("conflict.kept"), self.WIDTH)]
            yield Lines(head, *conflict_rows(self.found, self.WIDTH), *kept, "")
        yield Words(self.words)

    def on_mount(self) -> None:
        self.call_after_refresh(self._to_the_top)

    def on_resize(self) -> None:
        self.call_after_refresh(self._to_the_top)

    def _to_the_top(self) -> None:
        """More than fits is read from its beginning, by the arrows."""
        box = self.query_one("#box", VerticalScroll)
        if box.max_scroll_y > 0:
            box.can_focus = True
            box.focus()
            box.scroll_home(animate=False)

    def act_do(self) -> None:
        """It was considered."""
        self.dismiss(True)
