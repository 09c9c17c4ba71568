"""One account that one looks after: what it is, where it is logged in, what it lends, and the grave acts on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from textual.app import ComposeResult

from bocli.widgets.ask import Reason
from bocli.widgets.confirm import Confirm
from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from core.staff import (
    OwnSession,
    StaffDetail,
    conflicts,
    end_delegation,
    end_staff_session,
    reset_password,
    reset_second_factor,
    set_role,
    staff_actions_select,
    staff_detail,
    switch_off,
    switch_on,
)
from core.staff.secrets import one_time_password
from core.texts import date_time, t
from screens.parts.actions import Actions
from screens.parts.client import Choose
from screens.parts.log_text import ZONE
from screens.parts.once import first_password
from screens.parts.paper import Sheet
from screens.parts.request import Request, done
from screens.parts.sessions import Sessions
from screens.parts.staff_text import rows_of
from screens.parts.staff_words import Considered, role_name, roles_to_give

ACTS = ("role", "switch", "password", "factor", "lend", "end_loan")
"""What is done to the account; nobody does it to the own one."""


class TheirSessions:
    """The sessions of somebody one looks after."""

    def __init__(self, detail: StaffDetail) -> None:
        self.id, self.title = detail.id, t("sessions.of", name=detail.name)

    def ask(self, db: Any) -> Sequence[OwnSession]:
        """The last ones."""
        return staff_detail(db, self.id).sessions

    def end(self, db: Any, key: UUID, session_id: int) -> None:
        """End one; it is grave."""
        end_staff_session(db, key, self.id, session_id)


class StaffMember(Section[None]):
    """Keys act on the account that is shown; each act asks first, and wants a fresh code."""

    SECTION = "staff_member"

    def __init__(self, staff_id: int) -> None:
        super().__init__()
        self.staff_id, self.request = staff_id, Request()
        self.detail: StaffDetail | None = None

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(id="facts")

    def crumb(self) -> str:
        return self.detail.name if self.detail else t("staff_member.title")

    def on_mount(self) -> None:
        self.refresh_section()

    def on_resize(self) -> None:
        self._show()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(lambda db: staff_detail(db, self.staff_id))
        if found is not None and self.is_mounted:
            self.detail = found
            self._show()
            self.loaded()

    def _show(self) -> None:
        if self.detail is not None:
            rows: list[Row] = rows_of(self.detail, max(60, self.app.size.width - 5))
            self.query_one("#facts", Lines).show(*rows)

    def blocked(self, action_id: str) -> str | None:
        detail, (scope, _, verb) = self.detail, action_id.partition(".")
        if scope != self.SECTION:
            return None
        if detail is None:
            return "blocked.no_row"
        if verb in ACTS and detail.own:
            return "blocked.own_account"
        if verb in ("role", "lend") and not detail.active:
            return "blocked.switched_off"
        if verb == "factor" and not detail.second_factor:
            return "blocked.no_factor"
        if verb == "end_loan" and not any(each.active for each in detail.delegations):
            return "blocked.nothing_lent"
        return None

    async def _do(self, act: Any, said: str) -> None:
        """Do it and show what the account is now."""
        if await self.call(done(act), writes=self.request):
            await self._ask()
            self.say(said)

    # Role.

    def act_role(self) -> None:
        """Another role, among those that one may give."""
        self.work(self._role())

    async def _role(self) -> None:
        person = self.detail
        assert person is not None
        roles = [role for role in roles_to_give(self.person) if role != person.role]
        if not roles:
            self.note(t("blocked.no_other_role"))
            return
        lines = [(role_name(role), "") for role in roles]
        at: int | None = await self.app.push_screen_wait(Choose(t("staff_member.which_role"), lines))
        if at is None:
            return
        role = roles[at]
        found = await self.call(lambda db: conflicts(db, role, staff_id=person.id))
        if found is None:
            return
        facts = [
            (t("staff.name"), person.name),
            (t("staff_member.role_now"), role_name(person.role)),
            (t("staff_member.role_then"), role_name(role)),
        ]
        sure = Considered(t("staff_member.role_title"), facts, t("staff_member.role_sure"), found)
        if await self.app.push_screen_wait(sure):
            codes = tuple(each.code for each in found)
            act = lambda db: set_role(db, self.request.key, person.id, role, codes)  # noqa: E731 - a question
            await self._do(act, t("staff_member.role_done", role=role_name(role)))

    # Off and on.

    def act_switch(self) -> None:
        """Off with a reason, or on again."""
        self.work(self._off() if self.detail and self.detail.active else self._on())

    async def _off(self) -> None:
        title, words = t("staff_member.off_title"), t("staff_member.off_sure", name=self.crumb())
        reason = await self.app.push_screen_wait(Reason(title, words=words))
        if reason:
            act = lambda db: switch_off(db, self.request.key, self.staff_id, reason)  # noqa: E731 - a question
            await self._do(act, t("staff_member.off_done"))

    async def _on(self) -> None:
        title, words = t("staff_member.on_title"), t("staff_member.on_sure", name=self.crumb())
        if await self.app.push_screen_wait(Confirm(title, words)):
            act = lambda db: switch_on(db, self.request.key, self.staff_id)  # noqa: E731 - a question
            await self._do(act, t("staff_member.on_done"))

    # What opens the account.

    def act_password(self) -> None:
        """A new first password."""
        self.work(self._password())

    async def _password(self) -> None:
        person = self.detail
        assert person is not None
        words = t("staff_member.password_sure", name=person.name)
        if not await self.app.push_screen_wait(Confirm(t("staff_member.password_title"), words)):
            return
        password = one_time_password()
        made = await self.call(
            lambda db: reset_password(db, self.request.key, person.id, person.email, password),
            writes=self.request,
        )
        if made is not None:
            await self.app.push_screen_wait(first_password(person.name, made.password))
            await self._ask()

    def act_factor(self) -> None:
        """Take a lost second factor away."""
        self.work(self._factor())

    async def _factor(self) -> None:
        title, words = t("staff_member.factor_title"), t("staff_member.factor_sure", name=self.crumb())
        reason = await self.app.push_screen_wait(Reason(title, words=words))
        if reason:
            act = lambda db: reset_second_factor(db, self.request.key, self.staff_id, reason)  # noqa: E731 - a question
            await self._do(act, t("staff_member.factor_done"))

    # Lent roles.

    def act_lend(self) -> None:
        """Lend a role until a day."""
        self.open("screens.staff_delegate:Delegate", self.detail, then=self._lent)

    def _lent(self, made: bool | None) -> None:
        if made:
            self.refresh_section()
            self.say(t("staff_member.lent"))

    def act_end_loan(self) -> None:
        """End one before its time."""
        self.work(self._end_loan())

    async def _end_loan(self) -> None:
        assert self.detail is not None
        loans = [each for each in self.detail.delegations if each.active]
        lines = [(role_name(each.role), date_time(each.ends_at, ZONE)) for each in loans]
        at: int | None = await self.app.push_screen_wait(Choose(t("staff_member.which_loan"), lines))
        if at is None:
            return
        loan = loans[at]
        words = t("staff_member.end_loan_sure", role=role_name(loan.role), name=self.detail.name)
        if await self.app.push_screen_wait(Confirm(t("staff_member.end_loan_title"), words)):
            act = lambda db: end_delegation(db, self.request.key, loan.id)  # noqa: E731 - a question
            await self._do(act, t("staff_member.loan_ended"))

    # What else there is of it.

    def act_sessions(self) -> None:
        """Where it is logged in."""
        assert self.detail is not None
        self.app.push_screen(Sessions(TheirSessions(self.detail)), lambda _: self.refresh_section())

    def act_history(self) -> None:
        """What was done to it, and what it did to itself."""
        title = t("staff_member.history_of", name=self.crumb())
        select = partial(staff_actions_select, self.staff_id)
        self.app.push_screen(Actions(select, title=title, who=True))
