"""A redeem request: whose it is, what it holds, what stands in its way, where it can be paid, what became of it."""

from __future__ import annotations

from textual.app import ComposeResult

from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from bocli.widgets.shown import paragraph
from core import redeem
from core.errors import NotEligible
from core.redeem import Request as RedeemRequest
from core.texts import age, date_time, explain, t
from screens.parts.columns import ZONE
from screens.parts.facts import fact_rows
from screens.parts.paper import Sheet
from screens.parts.redeem_deciding import approve_found, blocked_for, end
from screens.parts.request import Request
from screens.parts.words import in_fours, money

TONES = {"pending": "warn", "approved": "good", "paid": "good", "settled": "good", "submitted": "warn",
         "returned": "bad", "declined": "bad", "cancelled": "bad", "expired": "bad"}  # fmt: skip


class RedeemRequestScreen(Section[None]):
    """Deciding here decides what is in sight."""

    SECTION = "redeem_request"
    found: RedeemRequest | None = None

    def __init__(self, request_id: int) -> None:
        super().__init__()
        self.request_id = request_id
        self.request = Request()

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(id="facts")

    def crumb(self) -> str:
        return f"{t('redeem_request.title')} {self.request_id}"

    def on_mount(self) -> None:
        self.query_one(Sheet).focus()
        self.refresh_section()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(lambda db: redeem.detail(db, self.request_id))
        if found is not None and self.is_mounted:
            self.found = found
            self.query_one("#facts", Lines).show(*rows(found))
            self.refresh_bindings()

    def blocked(self, action_id: str) -> str | None:
        scope, _, verb = action_id.partition(".")
        if scope != "redeem_request":
            return None
        if self.found is None:
            return "blocked.not_loaded"
        if verb == "approve" and self.found.own:
            return "blocked.redeem_own"
        return blocked_for(verb, self.found.state)

    def act_approve(self) -> None:
        self.work(self._approve())

    async def _approve(self) -> None:
        if self.found is not None and await approve_found(self, self.found, self.request):
            await self._ask()

    def act_decline(self) -> None:
        self.work(self._end(cancel=False))

    def act_cancel(self) -> None:
        self.work(self._end(cancel=True))

    async def _end(self, *, cancel: bool) -> None:
        if self.found is not None and await end(self, self.found, self.request, cancel=cancel):
            await self._ask()


def rows(found: RedeemRequest) -> list[Row | str]:
    """The request as it is shown."""
    head: Row = [
        ("head", f"{t(f'redeem.kind.{found.kind}')} · {_sum(found, found.pays)}"),
        ("", "  "),
        (TONES.get(found.state, "dim"), f"[{t(f'redeem.state.{found.state}')}]"),
    ]
    return [
        head,
        *_in_the_way(found),
        "",
        *fact_rows(_whose(found)),
        "",
        *fact_rows(_money(found)),
        "",
        [("head", t("redeem.way"))],
        *fact_rows(_way(found)),
    ]


def _sum(found: RedeemRequest, minor: int) -> str:
    return money(minor, found.issuer, found.scale)


def _in_the_way(found: RedeemRequest) -> list[Row]:
    said = [explain(NotEligible(found.refusal))] if found.refusal else []
    if found.own:
        said.append(t("blocked.redeem_own"))
    if found.desks == ():
        said.append(t("redeem.no_desk"))
    return [[("bad" if found.refusal else "warn", line)] for each in said for line in paragraph(each, 74)]


def _whose(found: RedeemRequest) -> list[tuple[str, str]]:
    known = t("client.identified" if found.identified else "client.not_identified")
    facts = [
        (t("counter.client"), f"{found.client} · {t(f'clients.kind.{found.client_kind}')} · {known}"),
        (t("redeem.serial"), f"{found.issuer} {found.serial}"),
    ]
    if found.organization:
        facts.append((t("clients.organization"), found.organization))
    if found.kind == "bank":
        facts += [(t("redeem.payee"), found.payee), (t("redeem.iban"), in_fours(found.iban))]
    if found.note:
        facts.append((t("redeem.note"), found.note))
    return facts


def _money(found: RedeemRequest) -> list[tuple[str, str]]:
    facts = [
        (t("redeem.amount"), _sum(found, found.amount)),
        (t("money.commission"), _sum(found, found.commission)),
        (t("redeem.pays"), _sum(found, found.pays)),
        (t("redeem.held"), _sum(found, found.held)),
        (t("coins.available"), _sum(found, found.available)),
    ]
    if found.desks:
        facts.append((t("redeem.desks"), "; ".join(found.desks)))
    return facts


def _way(found: RedeemRequest) -> list[tuple[str, str]]:
    asked = f"{date_time(found.asked_at, ZONE)} · {found.asked_by}"
    facts = [(t("redeem.asked"), asked), (t("redeem.age"), age(found.asked_at))]
    if found.expires_at is not None and found.state in ("pending", "approved", "expired"):
        facts.append((t("redeem.expires"), date_time(found.expires_at, ZONE)))
    if found.decided_at is not None:
        decided = f"{date_time(found.decided_at, ZONE)} · {found.decided_by or ''}"
        facts.append((t("redeem.decided_by"), decided))
    if found.reason:
        facts.append((t("redeem.reason"), found.reason))
    if found.desk:
        facts.append((t("redeem.paid_at"), f"{found.desk} · {found.branch} · {found.cashier}"))
    facts += [
        (f"{date_time(each.at, ZONE)}", f"{t(f'operation.{each.kind}')} {each.id}")
        for each in found.operations
    ]
    return facts
