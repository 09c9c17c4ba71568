"""A change request: its fields before and after, its effect, its history, and what may be done with it."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.ask import Ask
from bocli.widgets.confirm import Confirm
from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from bocli.widgets.shown import paragraph
from core import approvals
from core.approvals import Request as ChangeRequest
from core.contracts import read_draft
from core.texts import date_time, t
from screens.parts.changes import change_rows
from screens.parts.columns import ZONE
from screens.parts.deciding import decide, scales_known
from screens.parts.facts import fact_rows
from screens.parts.paper import Sheet
from screens.parts.request import Request, done
from screens.parts.term_words import request_facts
from screens.parts.what_if import WhatIfDialog

TONES = {"submitted": "warn", "scheduled": "good", "applied": "good", "rejected": "bad", "conflicted": "bad"}


class ChangeRequestScreen(Section[None]):
    """Deciding here decides what is in sight."""

    SECTION = "change_request"
    found: ChangeRequest | None = None
    scales: dict[str, int]

    def __init__(self, request_id: int) -> None:
        super().__init__()
        self.request_id = request_id
        self.request = Request()

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(id="facts")

    def crumb(self) -> str:
        return f"{t('change_request.title')} {self.request_id}"

    def on_mount(self) -> None:
        self.refresh_section()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        both = await self.call(lambda db: (approvals.detail(db, self.request_id), scales_known(self, db)))
        if both is not None and self.is_mounted:
            self.found, self.scales = both
            self.query_one("#facts", Lines).show(*rows(self.found, self.scales))
            self.refresh_bindings()

    def blocked(self, action_id: str) -> str | None:
        if not action_id.startswith("change_request."):
            return None
        found, verb = self.found, action_id.partition(".")[2]
        if found is None:
            return "blocked.not_loaded"
        if verb in ("approve", "reject") and not found.may_decide:
            return "blocked.not_yours_to_decide"
        if verb == "edit" and not (found.mine and found.state == "draft" and found.kind == "contract"):
            return "blocked.no_own_draft"
        if verb == "submit" and not (found.mine and found.state == "draft"):
            return "blocked.no_own_draft"
        if verb == "withdraw" and not (found.mine and found.state in ("draft", "submitted")):
            return "blocked.no_own_draft"
        return "blocked.no_effect" if verb == "effect" and found.kind != "contract" else None

    def act_approve(self) -> None:
        self.work(self._decide(approve=True))

    def act_reject(self) -> None:
        self.work(self._decide(approve=False))

    async def _decide(self, *, approve: bool) -> None:
        assert self.found is not None
        if await decide(self, [self.found], self.scales, self.request, approve=approve):
            await self._ask()

    def act_effect(self) -> None:
        assert self.found is not None
        draft = read_draft(self.found.payload)
        self.app.push_screen(WhatIfDialog(self.db, draft.terms, draft.limits, draft.contract_id))

    def act_comment(self) -> None:
        self.work(self._comment())

    async def _comment(self) -> None:
        text: Any = await self.app.push_screen_wait(
            Ask(t("change_request.comment"), t("change_request.comment.label"))
        )
        if text:
            act = done(lambda db: approvals.comment(db, self.request.key, self.request_id, text))
            if await self.call(act, writes=self.request):
                await self._ask()

    def act_edit(self) -> None:
        found = self.found
        assert found is not None
        self.open(
            "screens.contract_editor:ContractEditor", read_draft(found.payload), (found.id, found.revision),
            then=self._changed,
        )  # fmt: skip

    def _changed(self, said: str | None) -> None:
        self.refresh_section()
        if said:
            self.say(said)

    def act_submit(self) -> None:
        found = self.found
        assert found is not None
        act = done(lambda db: approvals.submit(db, self.request.key, found.id, found.revision))
        self.work(self._do(act, t("hand_in.sent", number=found.id)))

    def act_withdraw(self) -> None:
        self.work(self._withdraw())

    async def _withdraw(self) -> None:
        if await self.app.push_screen_wait(
            Confirm(t("change_request.withdraw"), t("change_request.withdraw.words"))
        ):
            act = done(lambda db: approvals.withdraw(db, self.request.key, self.request_id))
            await self._do(act, t("change.state.withdrawn"))

    async def _do(self, act: Any, said: str) -> None:
        if await self.call(act, writes=self.request):
            await self._ask()
            self.say(said)


def rows(found: ChangeRequest, scales: dict[str, int]) -> list[Row | str]:
    """The request as it is shown."""
    before, after = request_facts(found.kind, found.payload, found.base, scales)
    head: Row = [
        ("head", f"{t(f'change.kind.{found.kind}')} · {found.title}"),
        ("", "  "),
        (TONES.get(found.state, "dim"), f"[{t(f'change.state.{found.state}')}]"),
    ]
    facts = [(t("change_requests.maker"), found.maker)]
    if found.takes_effect_at:
        facts.append((t("terms.starts"), date_time(found.takes_effect_at, ZONE)))
    if found.alone:
        facts.append((t("change_request.alone"), t("common.yes")))
    events = [
        (
            f"{date_time(each.at, ZONE)} {t(f'change.event.{each.what}')}",
            f"{each.who}{': ' + each.note if each.note else ''}",
        )
        for each in found.events
    ]
    conflict: list[Row | str] = [
        [("bad", line)] for line in paragraph(t("change.conflict"), 70) if found.base_changed
    ]
    return [
        head,
        *conflict,
        "",
        *fact_rows(facts),
        "",
        [("head", t("change_request.fields"))],
        *change_rows(dict(before), after),
        "",
        [("head", t("change_request.history"))],
        *fact_rows(events),
    ]
