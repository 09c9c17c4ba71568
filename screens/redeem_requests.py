"""Redeem requests (ACC-1): clients who want money out, by cash and by bank; approve, decline, cancel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult

from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines
from core.db.keyset import Keyset
from core.redeem import KINDS, STATES, requests_select
from core.texts import age, date_time, t
from screens.parts.columns import ZONE, Column
from screens.parts.listing import Listing, ListTable
from screens.parts.redeem_deciding import approve_rows, blocked_for, end
from screens.parts.request import Request
from screens.parts.words import money


def _sum(name: str) -> Any:
    return lambda row: money(getattr(row, name), row.issuer, row.scale)


def _moment(name: str) -> Any:
    return lambda row: date_time(getattr(row, name), ZONE) if getattr(row, name) else ""


def _at_desk(row: Any) -> str:
    return "" if row.at_desk is None else t("common.yes" if row.at_desk else "common.no")


NUMBER = Column(
    "number", "redeem.number", 7, lambda r: str(r.id), kind="number", field="id", right=True, sort=("id",)
)
CLIENT = Column("client", "redeem.client", 0, lambda r: r.client, field="client")
AMOUNT = Column("amount", "redeem.pays", 15, _sum("pays"), kind="money", field="pays", right=True)
AGE = Column("age", "redeem.age", 7, lambda r: age(r.asked_at), right=True)
STATE = Column("state", "redeem.state", 13, lambda r: t(f"redeem.state.{r.state}"), kind="choice", field="state",
               options=tuple((each, f"redeem.state.{each}") for each in STATES))  # fmt: skip
REST = (
    Column("serial", "redeem.serial", 12, lambda r: r.serial, field="serial", from_width=120),
    Column("held", "redeem.held", 15, _sum("held"), kind="money", field="held", right=True, from_width=120),
    Column("requested", "redeem.amount", 15, _sum("amount"), kind="money", field="amount", right=True, chosen=False),
    Column("commission", "money.commission", 12, _sum("commission"), kind="money", field="commission", right=True,
           chosen=False),
    Column("issuer", "redeem.issuer", 6, lambda r: r.issuer, field="issuer", chosen=False),
    Column("asked", "redeem.asked", 16, _moment("asked_at"), kind="moment", field="asked_at", chosen=False),
    Column("decided", "redeem.decided_by", 18, lambda r: r.decided_by or "", field="decided_by", chosen=False),
    Column("reason", "redeem.reason", 24, lambda r: r.reason or "", field="reason", chosen=False),
)  # fmt: skip


class RedeemRequests(Listing):
    """Those by cash; F2 shows those by bank. Space marks several. Who decides sees first what waits."""

    SECTION = "redeem_requests"
    LIST = "redeem_cash"
    KIND = "cash"
    EMPTY = "redeem_requests.empty"
    SELECT = staticmethod(requests_select)
    MARKS = True
    PLAIN = ("client", "serial")
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        NUMBER, CLIENT, AMOUNT, AGE, STATE,
        Column("desk", "redeem.at_desk", 7, _at_desk, kind="yes_no", field="at_desk"),
        Column("expires", "redeem.expires", 16, _moment("expires_at"), kind="moment", field="expires_at",
               from_width=132),
        *REST,
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()

    def above(self) -> ComposeResult:
        yield Lines(self._tabs(), id="tabs")

    def _tabs(self) -> Any:
        styles = {True: "cursor", False: "dim"}
        return [run for kind in KINDS for run in (("", " "), (styles[kind == self.KIND], self._tab(kind)))]

    def _tab(self, kind: str) -> str:
        name = t(f"redeem.kind.{kind}")
        return f"[{name}]" if kind == self.KIND else f" {name} "

    def on_mount(self) -> None:
        if "redeem:decide" in self.person.permissions:
            word = t("redeem.state.pending")
            self.filter = f'state:"{word}"' if " " in word else f"state:{word}"
            self.apply()
        super().on_mount()

    def base(self) -> Keyset:
        return Keyset(type(self).SELECT).where("kind", "=", self.KIND)

    def plain(self, keyset: Keyset, text: str) -> Keyset:
        number = text.removeprefix("#")
        if number.isdecimal() and len(number) < 12:
            return keyset.where("id", "=", int(number))
        return super().plain(keyset, text)

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open(
            "screens.redeem_request:RedeemRequestScreen",
            event.item.thing.id,
            then=lambda _: self.act_refresh(),
        )

    def blocked(self, action_id: str) -> str | None:
        scope, _, verb = action_id.partition(".")
        if scope != "redeem_requests" or verb == "tab":
            return None
        table = self.query(ListTable)
        item = table.first().item if table else None
        if table and verb == "approve" and table.first().marked:
            return None
        return "blocked.no_row" if item is None else blocked_for(verb, item.thing.state)

    def act_tab(self) -> None:
        """The other kind."""
        self.app.switch_screen(BankRequests() if self.KIND == "cash" else RedeemRequests())

    def act_approve(self) -> None:
        self.work(self._approve())

    async def _approve(self) -> None:
        table = self.query_one(ListTable)
        items = list(table.marked.values()) or ([table.item] if table.item else [])
        if items and await approve_rows(self, [each.thing for each in items], self.request):
            table.act_unmark()
            self.act_refresh()

    def act_decline(self) -> None:
        self.work(self._end(cancel=False))

    def act_cancel(self) -> None:
        self.work(self._end(cancel=True))

    async def _end(self, *, cancel: bool) -> None:
        item = self.query_one(ListTable).item
        if item is not None and await end(self, item.thing, self.request, cancel=cancel):
            self.act_refresh()


class BankRequests(RedeemRequests):
    """Those by bank, with whom and where the money goes."""

    LIST = "redeem_bank"
    KIND = "bank"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        NUMBER, CLIENT, AMOUNT, AGE, STATE,
        Column("payee", "redeem.payee", 22, lambda r: r.payee, field="payee", from_width=110),
        Column("iban", "redeem.iban", 34, lambda r: r.iban, field="iban", from_width=132),
        *(replace(each, chosen=False) for each in REST if each.name != "serial"),
        Column("serial", "redeem.serial", 12, lambda r: r.serial, field="serial", chosen=False),
        Column("note", "redeem.note", 24, lambda r: r.note, field="note", chosen=False),
    )  # fmt: skip
