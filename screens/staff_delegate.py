"""Lending a role: which, until when, why; the conflicts of duty that it makes are seen before it is lent."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Words
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.section import Section
from core.clock import now
from core.errors import Invalid
from core.staff import NewDelegation, StaffDetail, conflicts, delegate
from core.texts import date as day_in_words
from core.texts import t
from screens.parts.filters import SHAPES
from screens.parts.staff_words import Considered, role_name, roles_to_give

MOST_DAYS = 91
FIELDS = {
    "delegation.ends_at": "until",
    "delegation.has_role": "role",
    "delegation.second_factor": "role",
    "staff.role_not_yours": "role",
    "reason": "reason",
}


def until_day(text: str) -> date:
    """The last day of a loan as people write it: 2026-11-23, 23.11.2026, 23/11/2026, or 7 for a week from today.

    Raises Invalid("date.not_date"), Invalid("delegation.days") when it is past or too far.
    """
    day = _day(text)
    today = now().date()
    if not today <= day <= today + timedelta(days=MOST_DAYS):
        raise Invalid("delegation.days", {"days": MOST_DAYS})
    return day


def _day(text: str) -> date:
    if text.lstrip("+").isdecimal() and len(text) <= 4:
        return now().date() + timedelta(days=int(text))
    for shape in SHAPES:
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Invalid("date.not_date")


def end_of(day: date) -> datetime:
    """The moment at which a loan until this day is over: its midnight in UTC, as the lists show times."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _reason(text: str) -> str:
    if len(text) < 5:
        raise Invalid("reason.too_short", {"letters": 5})
    return text


class Delegate(Section[bool]):
    """True: it was lent."""

    SECTION = "staff_delegate"
    DEFAULT_CSS = "Delegate Words { padding: 0 1; }"

    def __init__(self, detail: StaffDetail) -> None:
        super().__init__()
        self.detail = detail

    def crumb(self) -> str:
        return t("staff_delegate.title")

    def body(self) -> ComposeResult:
        has = {self.detail.role, *(each.role for each in self.detail.delegations if each.active)}
        offered = [*roles_to_give(self.person), self.person.staff.role]
        roles = [role for role in dict.fromkeys(offered) if role not in has]
        yield Words(t("staff_delegate.words", name=self.detail.name, days=MOST_DAYS))
        yield Form(
            ("role", t("staff_delegate.role"), Choice([(role, role_name(role)) for role in roles])),
            ("until", t("staff_delegate.until"), Field(check=until_day, limit=12, classes="-short")),
            ("reason", t("reason.label"), Field(check=_reason, limit=500)),
        )

    @property
    def form(self) -> Form:
        """The one form of this screen."""
        return self.query_one(Form)

    def on_mount(self) -> None:
        self.form.focus_first()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._lend(event.values))

    async def _lend(self, values: dict[str, Any]) -> None:
        form, person, role, ends_at = self.form, self.detail, values["role"], end_of(values["until"])
        found = await self.call(
            lambda db: conflicts(db, role, staff_id=person.id, lent=True), form=form, fields=FIELDS
        )
        if found is None:
            return
        facts = [
            (t("staff.name"), person.name),
            (t("staff.role"), role_name(person.role)),
            (t("staff_delegate.role"), role_name(role)),
            (t("staff_delegate.until"), t("staff_delegate.end_of", day=day_in_words(values["until"]))),
            (t("reason.label"), values["reason"]),
        ]
        sure = Considered(t("staff_delegate.title"), facts, t("staff_delegate.sure"), found)
        if not await self.app.push_screen_wait(sure):
            return
        request = NewDelegation(
            form.key, person.id, role, ends_at, values["reason"], tuple(each.code for each in found)
        )
        if await self.call(lambda db: delegate(db, request), writes=form, fields=FIELDS) is not None:
            self.finish(True)
