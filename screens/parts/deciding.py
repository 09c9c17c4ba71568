"""Approving and rejecting requests: all that is decided is shown before, and its hashes are what is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.ask import Reason
from bocli.widgets.dialog import Dialog
from bocli.widgets.lines import Lines
from bocli.widgets.shown import paragraph
from core import approvals
from core.approvals import Request as ChangeRequest
from core.contracts import choices
from core.texts import explain, n, t
from screens.parts.changes import change_rows
from screens.parts.hand_in import decided_words
from screens.parts.request import Request
from screens.parts.term_words import request_facts


class Deciding(Dialog[bool]):
    """Every request with its fields before and after. F10 goes on."""

    DO = "changes.do"

    def __init__(self, title: str, requests: Sequence[ChangeRequest], scales: Mapping[str, int]) -> None:
        super().__init__(title)
        self.requests, self.scales = requests, scales

    def body(self) -> ComposeResult:
        rows: list[Any] = []
        for each in self.requests:
            before, after = request_facts(each.kind, each.payload, each.base, self.scales)
            head = f"{each.id} · {t(f'change.kind.{each.kind}')} · {each.title} · {each.maker}"
            warn = [[("bad", line)] for line in paragraph(t("change.conflict"), 66) if each.base_changed]
            rows += [[("head", head)], *warn, *change_rows(dict(before), after), ""]
        yield Lines(*rows)

    def on_mount(self) -> None:
        self.call_after_refresh(self.query_one("#box").scroll_home, animate=False)

    def act_do(self) -> None:
        """It was seen: decide."""
        self.dismiss(True)


async def decide(
    screen: Any,
    requests: Sequence[ChangeRequest],
    scales: Mapping[str, int],
    request: Request,
    *,
    approve: bool,
) -> bool:
    """Show, ask for a reason where one is needed, decide, and say what became of them. Whether anything was sent."""
    title = n("change.approve" if approve else "change.reject", len(requests))
    if not await screen.app.push_screen_wait(Deciding(title, requests, scales)):
        return False
    reason: str | None = ""
    if not approve:
        reason = await screen.app.push_screen_wait(Reason(title))
        if reason is None:
            return False
    items = [each.item for each in requests]
    answers = await screen.call(
        lambda db: approvals.decide(db, request.key, items, approve=approve, reason=reason or ""),
        writes=request,
    )
    if answers is None:
        return False
    said, errors = decided_words(answers)
    if errors:
        screen.show_error(" ".join([explain(each) for each in errors[:3]]))
    else:
        screen.say(said)
    return True


def scales_known(screen: Any, db: Any) -> dict[str, int]:
    """The digits of all units, where the person may see contracts; requests of other kinds name none."""
    return choices(db).scales if "contract:list" in screen.person.permissions else {}


async def details(screen: Any, ids: Sequence[int]) -> list[ChangeRequest] | None:
    """All about these requests, as they are now."""
    found = []
    for each in ids:
        one = await screen.call(partial(_detail, each))
        if one is None:
            return None
        found.append(one)
    return found


def _detail(number: int, db: Any) -> ChangeRequest:
    return approvals.detail(db, number)
