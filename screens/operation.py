"""One operation (AFR-3): its facts and sides, exactly the lines that were posted, and what belongs to it."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.lines import Lines, Row
from bocli.widgets.preview import Facts, PostingLine, Preview
from bocli.widgets.section import Section
from core.operations import Link, OperationDetail, Side, operation
from core.texts import amount, date, date_time, t
from screens.parts.blocking import block
from screens.parts.client import Picks
from screens.parts.columns import ZONE
from screens.parts.facts import fact_rows
from screens.parts.paper import Sheet
from screens.parts.request import Request
from screens.parts.words import account, issuer, money

STILL = ("blocked", "unblock_requested")


class OperationScreen(Section[None]):
    """Up and Down choose a client, a wallet or another operation that belongs to it; Enter opens that."""

    SECTION = "operation_detail"
    found: Any = None

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.request = Request()
        self.goes_to: list[tuple[str, int]] = []

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(id="facts")
            yield Lines(id="lines")
            yield Picks([], most=8)

    def crumb(self) -> str:
        return t("operation.number", number=self.number)

    def on_mount(self) -> None:
        self.query_one(Picks).focus()
        self.refresh_section()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(lambda db: operation(db, self.number))
        if found is None or not self.is_mounted:
            return
        self.found = found
        self.query_one("#facts", Lines).show(*facts(found))
        picks = self.query_one(Picks)
        near = nearby(found, self.person.permissions)
        self.goes_to = [goes_to for goes_to, _ in near]
        picks.lines = [words for _, words in near]
        picks.at = min(picks.at, max(0, len(near) - 1))
        picks.refresh(layout=True)
        picks.changed()
        unit = issuer(found.issuer, found.scale)
        lines = [
            PostingLine(
                account(x.debit_kind, x.debit_of), account(x.credit_kind, x.credit_of), x.amount, unit
            )
            for x in found.lines
        ]
        width = max(40, self.app.size.width - 6)
        self.query_one("#lines", Lines).show(*Preview(Facts([], lines)).rows(width)[1:], "")
        self.loaded()

    def blocked(self, action_id: str) -> str | None:
        return "blocked.not_loaded" if self.found is None and action_id == "operation_detail.block" else None

    def act_block(self) -> None:
        """Block it: nothing goes on with it then, no refund, capture or reversal."""
        self.work(self._block())

    async def _block(self) -> None:
        what = t("blocks.of_operation", number=self.number)
        if await block(self, self.request, what, operation_id=self.number):
            await self._ask()

    def take(self, at: int) -> None:
        """Enter on what belongs to it."""
        if self.goes_to:
            self.open(*self.goes_to[at])


def nearby(
    found: OperationDetail, permissions: frozenset[str]
) -> list[tuple[tuple[str, int], tuple[str, str]]]:
    """What can be gone to: ("module:Class", number), and the two halves of its line."""
    things: list[tuple[tuple[str, int], tuple[str, str]]] = []
    for side in found.sides:
        label = t(f"operation_detail.{'other' if side.other else 'side'}", name=side.client)
        if "client:read" in permissions:
            things.append((("screens.client:ClientScreen", side.client_id), (label, _reach(side))))
        if side.coin_id is not None and "coin:list" in permissions:
            label = t(f"operation_detail.{'other_coin' if side.other else 'coin'}", serial=side.serial)
            things.append((("screens.coin:CoinScreen", side.coin_id), (label, "")))
    links = [(("screens.operation:OperationScreen", link.operation_id), _link(link)) for link in found.links]
    return [*things, *links]


def _reach(side: Side) -> str:
    return side.phone or side.email or ""


def _link(link: Link) -> tuple[str, str]:
    what = t(f"operation.{link.kind}")
    said = t(f"operation_detail.{link.way}", number=link.operation_id, kind=what)
    return said, money(link.amount, link.issuer, link.scale)


def facts(found: OperationDetail) -> list[Row | str]:
    """What it is, when, by whom, under which terms; what was given back; blocks on it."""
    unit = issuer(found.issuer, found.scale)
    rows = [
        (t("transactions.at"), date_time(found.at, ZONE)),
        (t("transactions.booked"), date(found.booked_on)),
        (t("money.amount"), amount(found.amount, unit)),
        (t("money.commission"), amount(found.commission, unit)),
        (t("transactions.actor"), found.actor or t("operation_detail.system")),
    ]
    if found.refunded:
        rows.append((t("operation_detail.refunded"), amount(found.refunded, unit)))
    if found.desk:
        rows.append(
            (t("transactions.desk"), f"{found.desk} · {t('operation_detail.day', number=found.day_id)}")
        )
    if found.terms is not None:
        rows.append((t("operation_detail.terms"), _terms(found.terms)))
    if found.batch_id is not None:
        rows.append((t("operation_detail.batch"), str(found.batch_id)))
    rows += [
        (t(f"operation_detail.{name}"), str(found.details[name]))
        for name in ("note", "device", "document")
        if found.details.get(name)
    ]
    head: Row = [("head", t(f"operation.{found.kind}"))]
    return [head, *_blocks(found), *fact_rows(rows), ""]


def _terms(terms: dict[str, Any]) -> str:
    from datetime import datetime

    since = date_time(datetime.fromisoformat(terms["valid_from"]), ZONE)
    return f"{terms['contract']} · {t('operation_detail.version', number=terms['version_id'], since=since)}"


def _blocks(found: OperationDetail) -> list[Row | str]:
    return [
        [("bad" if each["state"] in STILL else "dim",
          t("operation_detail.blocked" if each["state"] in STILL else "operation_detail.was_blocked")),
         ("", f"  {each['reason']}")]
        for each in found.blocks
    ]  # fmt: skip
