"""Exchange rates (CFO-3, FIN-2): every rate in force or planned, what is old or off its band, rounds that gain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines
from core.contracts import choices
from core.db.keyset import Keyset
from core.rates import make_quote, rates_select, set_pair, triangles
from core.texts import date_time, number, t, time_of_day
from screens.parts.columns import ZONE, Column
from screens.parts.listing import Listing
from screens.parts.rate_dialogs import BandForm, OfferForm
from screens.parts.request import Request, done
from screens.parts.words import money


def plain(rate: Decimal) -> str:
    """A rate without the noughts at its end."""
    return number(rate, max(2, -int(rate.normalize().as_tuple().exponent)))


def flags(row: Any) -> str:
    """What is odd about a rate."""
    found = [t("rates.planned")] if row.state == "planned" else []
    if row.stale and row.state != "planned":
        found.append(t("rates.stale"))
    if row.off is not None:
        found.append(t("rates.off", percent=number(row.off, 1)))
    return ", ".join(found)


class Rates(Listing):
    """n begins a new rate of the pair under the cursor, Enter shows the curve."""

    SECTION = "rates"
    LIST = "rates"
    EMPTY = "rates.empty"
    SELECT = staticmethod(rates_select)
    KEY = ("key",)
    NEWEST_FIRST = False
    PLAIN = ("office", "base", "quote")
    COLUMNS = (
        Column("office", "rates.office", 0, lambda r: r.office or t("rates.system"), field="office"),
        Column("base", "rates.base", 5, lambda r: r.base, field="base"),
        Column("quote", "rates.quote", 5, lambda r: r.quote, field="quote"),
        Column("buy", "rates.buy", 10, lambda r: plain(r.buy), kind="number", field="buy", right=True),
        Column("sell", "rates.sell", 10, lambda r: plain(r.sell), kind="number", field="sell", right=True),
        Column("margin", "rates.margin", 9, lambda r: number(r.margin, 2), kind="number", field="margin", right=True,
               from_width=100),
        Column("since", "rates.since", 16, lambda r: date_time(r.valid_from, ZONE), kind="moment", field="valid_from",
               from_width=90),
        Column("flags", "rates.flags", 26, flags, cell=flags),
        Column("stale", "rates.stale", 10, lambda r: t("common.yes" if r.stale else "common.no"), kind="yes_no",
               field="stale", chosen=False),
        Column("off", "rates.off_percent", 10, lambda r: "" if r.off is None else number(r.off, 3), kind="number",
               field="off", right=True, chosen=False),
        Column("source", "rates.source", 12, lambda r: t(f"rates.source.{r.source}"), kind="choice", field="source",
               options=tuple((each, f"rates.source.{each}") for each in ("manual", "ecb", "office")), from_width=120),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()

    def above(self) -> ComposeResult:
        yield Lines(id="rounds")

    def plain(self, keyset: Keyset, text: str) -> Keyset:
        if text.count("/") == 1 and all(part.isalnum() for part in text.split("/")):
            base, quote = text.upper().split("/")
            return keyset.where("base", "=", base).where("quote", "=", quote)
        return super().plain(keyset, text)

    def refresh_section(self) -> None:
        self.work(self._rounds())

    async def _open(self) -> None:
        await self._rounds()
        await super()._open()

    async def _rounds(self) -> None:
        found = await self.call(triangles)
        if found is None or not self.is_mounted:
            return
        self.query_one("#rounds", Lines).show(
            *(
                [("bad", t("rates.round", office=each.office or t("rates.system"), way=each.way,
                           gain=number(each.gain, 2)))]
                for each in found[:3]
            )
        )  # fmt: skip

    def _row(self) -> Any:
        table = self.query(KeysetTable)
        item = table.first().item if table else None
        return None if item is None else item.thing

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open("screens.rate_history:RateHistory", event.item.thing)

    def act_new(self) -> None:
        self.open("screens.rate_form:RateForm", self._row(), then=self._changed)

    def act_band(self) -> None:
        self.work(self._band())

    async def _band(self) -> None:
        row = self._row()
        if row is None:
            return
        answer: Any = await self.app.push_screen_wait(BandForm(f"{row.base}/{row.quote}"))
        if answer is None:
            return
        band, hours = answer
        act = done(lambda db: set_pair(db, self.request.key, row.base, row.quote, band, hours))
        if await self.call(act, writes=self.request):
            self._changed(t("rates.band_set"))

    def act_offer(self) -> None:
        self.work(self._offer())

    async def _offer(self) -> None:
        """What the office gives for an amount, now."""
        row = self._row()
        if row is None or row.office_id is None:
            return
        known = await self.call(choices)
        if known is None:
            return
        answer: Any = await self.app.push_screen_wait(OfferForm(row, known.scales))
        if answer is None:
            return
        sells, buys, amount = answer
        made = await self.call(
            lambda db: make_quote(db, self.request.key, row.office_id, sells, buys, amount),
            writes=self.request,
        )
        if made is not None:
            gives = money(made.amount_to, buys, known.scales[buys])
            until = time_of_day(made.expires_at, ZONE)
            self.say(
                t("rates.offered", amount=money(amount, sells, known.scales[sells]), gives=gives, until=until)
            )

    def blocked(self, action_id: str) -> str | None:
        row = self._row()
        if action_id in ("rates.band", "rates.offer") and row is None:
            return "blocked.no_row"
        return "blocked.no_office" if action_id == "rates.offer" and row.office_id is None else None

    def act_import(self) -> None:
        self.open("screens.rates_import:RatesImport", then=self._changed)

    def act_offices(self) -> None:
        self.open("screens.offices:Offices", then=lambda _: self.act_refresh())

    def _changed(self, said: str | None) -> None:
        self.act_refresh()
        if said:
            self.say(said)
