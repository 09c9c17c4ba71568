"""Approving, declining and cancelling redeem requests: what it is about is shown before, and what came of it after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.ask import Reason
from bocli.widgets.dialog import Dialog
from bocli.widgets.lines import Lines, Row
from bocli.widgets.preview import Facts, PostingLine, PreviewDialog
from bocli.widgets.shown import fitted
from core import redeem
from core.redeem import Approve, Decided, End, Request
from core.text import cells
from core.texts import explain, n, t
from screens.parts.request import Request as Key
from screens.parts.words import account, in_fours, issuer, money

#: A list of more than these is shown by its beginning; the count and the totals are of all.
MOST_SHOWN = 12


class Approving(Dialog[bool]):
    """Every request that is marked, their number and totals. F10 goes on."""

    DO = "redeem.do.approve"

    def __init__(self, rows: Sequence[Any]) -> None:
        super().__init__(n("redeem.approve", len(rows)))
        self.found = rows

    def body(self) -> ComposeResult:
        shown = [(f"{each.id} · {each.client}", _money(each, each.pays)) for each in self.found[:MOST_SHOWN]]
        rows: list[Row] = [_beside("", *each) for each in shown]
        if len(self.found) > MOST_SHOWN:
            rows.append([("dim", n("redeem.more", len(self.found) - MOST_SHOWN))])
        yield Lines(*rows, "", *(_beside("head", t("redeem.total"), each) for each in totals(self.found)))

    def act_do(self) -> None:
        """These."""
        self.dismiss(True)


def _beside(style: str, left: str, right: str, width: int = 70) -> Row:
    return [(style, fitted(left, width - 1 - cells(right))), ("", " "), (style, right)]


def _money(row: Any, minor: int) -> str:
    return money(minor, row.issuer, row.scale)


def totals(rows: Sequence[Any]) -> list[str]:
    """What all of them pay, an amount a currency."""
    sums: dict[tuple[str, int], int] = {}
    for each in rows:
        unit = (each.issuer, each.scale)
        sums[unit] = sums.get(unit, 0) + each.pays
    return [money(minor, *unit) for unit, minor in sorted(sums.items())]


async def approve_rows(screen: Any, rows: Sequence[Any], request: Key) -> bool:
    """Approve the rows of a list together. Whether anything was sent."""
    if not await screen.app.push_screen_wait(Approving(rows)):
        return False
    return await _approve(screen, tuple(each.id for each in rows), request)


async def approve_found(screen: Any, found: Request, request: Key) -> bool:
    """Approve one request that is shown whole, after what will be posted was seen."""
    unit = issuer(found.issuer, found.scale)
    to = [(t("redeem.payee"), found.payee), (t("redeem.iban"), in_fours(found.iban))] if found.iban else []
    facts = Facts(
        rows=[(t("counter.client"), f"{found.client} · {found.serial}"), *to],
        postings=[
            PostingLine(
                account(x.debit_kind, x.debit_of), account(x.credit_kind, x.credit_of), x.amount, unit
            )
            for x in found.lines
        ],
        after=[
            (t("redeem.pays"), money(found.pays, found.issuer, found.scale)),
            (t("money.commission"), money(found.commission, found.issuer, found.scale)),
        ],
    )
    words = t("redeem.approve_cash") if found.kind == "cash" else ""
    if not await screen.app.push_screen_wait(PreviewDialog(n("redeem.approve", 1), facts, words=words)):
        return False
    return await _approve(screen, (found.id,), request)


async def _approve(screen: Any, numbers: tuple[int, ...], request: Key) -> bool:
    asked = Approve(request.key, numbers)
    answers: tuple[Decided, ...] | None = await screen.call(
        lambda db: redeem.approve(db, asked), writes=request
    )
    if answers is None:
        return False
    wrong = [each for each in answers if each.error is not None]
    done = n("redeem.approved", len(answers) - len(wrong))
    if wrong:
        told = [f"{each.request_id}: {explain(each.error)}" for each in wrong[:3] if each.error]
        screen.show_error("\n".join([done, *told]))
    else:
        screen.say(done)
    return True


async def end(screen: Any, row: Any, request: Key, *, cancel: bool) -> bool:
    """Decline or cancel one request for a reason; all that it took goes back. Whether it was done."""
    verb = "cancel" if cancel else "decline"
    words = t(
        "redeem.end_words", client=row.client, amount=_money(row, row.held or row.pays + row.commission)
    )
    reason = await screen.app.push_screen_wait(Reason(t(f"redeem.{verb}", number=row.id), words=words))
    if not reason:
        return False
    asked, act = End(request.key, row.id, reason), redeem.cancel if cancel else redeem.decline
    done = await screen.call(lambda db: act(db, asked), writes=request)
    if done is None:
        return False
    screen.say(t(f"redeem.done.{done.state}", number=row.id))
    return True


def blocked_for(verb: str, now: str) -> str | None:
    """Why a request in this state cannot be decided so, as a key; None when it can."""
    if verb == "cancel":
        return None if now in ("pending", "approved") else "blocked.redeem_over"
    return None if now == "pending" else "blocked.redeem_not_waiting"
