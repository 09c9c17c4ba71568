"""A coin (ADM-5): what it holds, its statement with the running balance, its balance at any moment, its directions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.ask import Ask
from bocli.widgets.dialog import Dialog
from bocli.widgets.fields import Field, Tick
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines, Row
from core.clock import zone
from core.coins import BalanceAt, CoinDetail, balance_at, detail, lines_select, switch
from core.db.keyset import Keyset
from core.errors import Invalid
from core.texts import date_time, t
from screens.parts.blocking import block
from screens.parts.columns import ZONE, Column
from screens.parts.facts import fact_rows
from screens.parts.listing import Listing
from screens.parts.request import Request, done
from screens.parts.words import account, money, signed

MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%d", "%d.%m.%Y %H:%M", "%d.%m.%Y")


def _sum(name: str) -> Any:
    return lambda row: money(getattr(row, name), row.issuer, row.scale) if getattr(row, name) else ""


def _signed(row: Any) -> str:
    return signed(row.amount_in - row.amount_out, row.issuer, row.scale)


def _decimal(row: Any) -> object:
    return Decimal(row.amount_in - row.amount_out).scaleb(-row.scale)


class CoinScreen(Listing):
    """The statement, newest first, under what the coin holds now."""

    SECTION = "coin"
    LIST = "coin_lines"
    EMPTY = "coin.empty"
    KEY = ("operation_id", "line")
    COLUMNS = (
        Column("operation", "coin.operation", 9, lambda r: str(r.operation_id), kind="number", field="operation_id",
               right=True, sort=("operation_id", "line")),
        Column("at", "coin.at", 16, lambda r: date_time(r.at, ZONE), kind="moment", field="at"),
        Column("kind", "coin.kind", 0, lambda r: t(f"operation.{r.kind}"), field="kind"),
        Column("other", "coin.other", 26, lambda r: account(r.other, None), field="other", from_width=110),
        Column("amount", "money.amount", 15, _signed, right=True, cell=_decimal),
        Column("in", "coin.in", 15, _sum("amount_in"), kind="money", field="amount_in", right=True, chosen=False),
        Column("out", "coin.out", 15, _sum("amount_out"), kind="money", field="amount_out", right=True, chosen=False),
        Column("balance", "coin.balance", 15, lambda r: money(r.balance, r.issuer, r.scale), kind="money",
               field="balance", right=True),
    )  # fmt: skip
    found: Any = None

    def __init__(self, coin_id: int) -> None:
        super().__init__()
        self.coin_id = coin_id
        self.request = Request()

    def base(self) -> Keyset:
        return Keyset(lambda: lines_select(self.coin_id))

    def plain(self, keyset: Keyset, text: str) -> Keyset:
        if text.isdecimal() and len(text) < 19:
            return keyset.where("operation_id", "=", int(text))
        return keyset.where("kind", "contains", text)

    def above(self) -> ComposeResult:
        yield Lines(id="facts")

    def crumb(self) -> str:
        return self.found.serial if self.found else t("coin.title")

    async def _open(self) -> None:
        await self._ask()
        await super()._open()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(lambda db: detail(db, self.coin_id))
        if found is not None and self.is_mounted:
            self.found = found
            self.query_one("#facts", Lines).show(*facts(found))
            self.loaded()

    def blocked(self, action_id: str) -> str | None:
        return "blocked.not_loaded" if self.found is None and action_id.startswith("coin.") else None

    def act_moment(self) -> None:
        self.work(self._moment())

    async def _moment(self) -> None:
        found = self.found
        if found is None:
            return
        at: Any = await self.app.push_screen_wait(Moment(found.time_zone))
        if at is None:
            return
        then = await self.call(lambda db: balance_at(db, self.coin_id, at))
        if then is not None:
            self.app.push_screen(Then(found, then))

    def act_block(self) -> None:
        self.work(self._block())

    async def _block(self) -> None:
        what = f"{self.found.issuer} {self.found.serial} · {self.found.client}"
        if await block(self, self.request, what, coin_id=self.coin_id):
            await self._ask()

    def act_directions(self) -> None:
        self.work(self._directions())

    async def _directions(self) -> None:
        found = self.found
        if found is None:
            return
        wanted: Any = await self.app.push_screen_wait(Directions(found))
        if wanted is None:
            return
        act = done(
            lambda db: switch(
                db,
                self.request.key,
                self.coin_id,
                incoming=wanted["incoming"],
                outgoing=wanted["outgoing"],
                reason=wanted["reason"],
            )
        )
        if await self.call(act, writes=self.request):
            self.say(t("coin.switched"))
            await self._ask()


def facts(found: CoinDetail) -> list[Row | str]:
    """What the coin holds, and whose it is."""
    unit = (found.issuer, found.scale)
    shut = [
        t(key)
        for key, is_so in (
            ("coins.closed", found.closed),
            ("coins.no_incoming", not found.incoming),
            ("coins.no_outgoing", not found.outgoing),
        )
        if is_so
    ]
    owner = " · ".join(filter(None, (found.client, found.email, found.organization)))
    head: Row = [("head", f"{found.issuer} {found.serial}"), ("", "  "), ("bad", " · ".join(shut))]
    rows = [
        (t("coins.owner"), owner),
        (t("coins.balance"), money(found.balance, *unit)),
        (t("coins.held"), money(found.held, *unit)),
        (t("coins.available"), money(found.available, *unit)),
    ]
    return [head, *fact_rows(rows), ""]


class Moment(Ask):
    """Asks for a moment in the owner's time zone."""

    required = True

    def __init__(self, time_zone: str) -> None:
        self.time_zone = time_zone
        super().__init__(
            t("coin.moment.title"), t("coin.moment.label"), words=t("coin.moment.words", zone=time_zone)
        )

    def _field(self, value: str) -> Field:
        return Field(value, check=self._check, limit=20)

    def _check(self, text: str) -> Any:
        for shape in MOMENTS:
            try:
                return datetime.strptime(text, shape).replace(tzinfo=zone(self.time_zone))
            except ValueError:
                continue
        raise Invalid("coin.not_moment")


class Then(Dialog[None]):
    """What a coin held at a moment."""

    DO = None

    def __init__(self, coin: CoinDetail, then: BalanceAt) -> None:
        super().__init__(t("coin.then.title", serial=coin.serial, at=date_time(then.at, coin.time_zone)))
        self.coin, self.then = coin, then

    def body(self) -> ComposeResult:
        unit = (self.coin.issuer, self.coin.scale)
        last = str(self.then.operation_id) if self.then.operation_id else t("coin.then.nothing")
        rows = [
            (t("coins.balance"), money(self.then.balance, *unit)),
            (t("coins.held"), money(self.then.held, *unit)),
            (t("coins.available"), money(self.then.balance - self.then.held, *unit)),
            (t("coin.then.last"), last),
        ]
        yield Lines(*fact_rows(rows))


class Directions(Dialog[dict[str, Any]]):
    """What may come in and go out, and why it is changed."""

    DO = "changes.do"

    def __init__(self, coin: CoinDetail) -> None:
        super().__init__(t("coin.directions.title", serial=coin.serial))
        self.coin = coin

    def body(self) -> ComposeResult:
        yield Form(
            ("incoming", t("coins.incoming"), Tick(t("coins.is_open"), self.coin.incoming)),
            ("outgoing", t("coins.outgoing"), Tick(t("coins.is_open"), self.coin.outgoing)),
            ("reason", t("reason.label"), Field(limit=500)),
        )

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def act_do(self) -> None:
        """These."""
        values = self.query_one(Form).values()
        if values is not None:
            self.dismiss(values)
