"""Cashback profiles (CFO-2): what a merchant's payers get back, by version."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from bocli.widgets.fields import Choice, Field, Tick
from bocli.widgets.form import Form
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.section import Section
from core.cashback import PAID_BY, STATES, CashbackDraft, merchants_select, profiles_select
from core.contracts import choices
from core.db.keyset import Keyset
from core.errors import Invalid
from core.money import format_amount, parse_amount
from core.texts import date_time, language, percent, t
from screens.parts.columns import ZONE, Column
from screens.parts.hand_in import hand_in
from screens.parts.listing import Listing
from screens.parts.request import Request
from screens.parts.start import start_field
from screens.parts.words import issuer, money
from screens.rate_form import margin


def whole_days(text: str) -> int:
    """0 to 365. Raises Invalid: cashback.hold_days."""
    if not (text.isascii() and text.isdigit() and int(text) <= 365):
        raise Invalid("cashback.hold_days")
    return int(text)


class Cashback(Listing):
    """n begins a profile, Enter its next version."""

    SECTION = "cashback"
    LIST = "cashback"
    EMPTY = "cashback.empty"
    SELECT = staticmethod(profiles_select)
    PLAIN = ("name", "organization")
    COLUMNS = (
        Column("name", "cashback.name", 0, lambda r: r.name, field="name"),
        Column("merchant", "cashback.merchant", 20, lambda r: r.organization, field="organization"),
        Column("percent", "cashback.percent", 9, lambda r: percent(r.percent, 2), kind="number", field="percent",
               right=True),
        Column("cap", "cashback.cap", 21, lambda r: money(r.cap, r.issuer, r.scale), kind="money", field="cap",
               right=True, from_width=120),
        Column("budget", "cashback.budget", 16, lambda r: money(r.budget, r.issuer, r.scale), kind="money",
               field="budget", right=True, from_width=120),
        Column("since", "rates.since", 16, lambda r: date_time(r.valid_from, ZONE), kind="moment", field="valid_from"),
        Column("state", "cashback.state", 12, lambda r: t(f"cashback.state.{r.state}"), kind="choice", field="state",
               options=tuple((each, f"cashback.state.{each}") for each in STATES)),
    )  # fmt: skip

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open("screens.cashback:CashbackForm", event.item.thing, then=self._changed)

    def act_new(self) -> None:
        self.open("screens.cashback:CashbackForm", None, then=self._changed)

    def _changed(self, said: str | None) -> None:
        self.act_refresh()
        if said:
            self.say(said)


class CashbackForm(Section[str]):
    """A version of a profile. F2 goes on to what will change."""

    SECTION = "cashback_form"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row
        self.request = Request()
        self.kept: tuple[int, int] | None = None
        self.scales: dict[str, int] = {}

    def body(self) -> ComposeResult:
        yield Vertical(id="place")

    def on_mount(self) -> None:
        self.work(self._load())

    def _sum(self, name: str) -> str:
        row = self.row
        value = None if row is None else getattr(row, name)
        return (
            ""
            if value is None
            else format_amount(value, issuer(row.issuer, row.scale), language(), unit="none")
        )

    async def _load(self) -> None:
        both = await self.call(
            lambda db: (
                Keyset(merchants_select, ("name", "id"), newest_first=False).page(db, None, 500),
                choices(db),
            )
        )
        if both is None:
            return
        shops, known = both
        self.scales, row = known.scales, self.row
        if not shops:
            self.show_error(t("cashback.no_merchant"))
            return
        codes = [(each, each) for each in known.scales]
        form = Form(
            ("name", t("cashback.name"), Field(row.name if row else "", limit=100)),
            ("shop", t("cashback.merchant"),
             Choice([(each.id, each.name) for each in shops], row.organization_id if row else None)),
            ("issuer", t("cashback.unit"), Choice(codes, row.issuer if row else None)),
            ("percent", t("cashback.percent"),
             Field(format(row.percent.normalize() + 0, "f") if row else "", check=margin, limit=10, classes="-middle")),
            ("cap", t("cashback.cap"), Field(self._sum("cap"), required=False, limit=20, classes="-middle")),
            ("budget", t("cashback.budget"), Field(self._sum("budget"), required=False, limit=20, classes="-middle")),
            ("days", t("cashback.hold_days"),
             Field(str(row.hold_days) if row else "14", check=whole_days, limit=3, classes="-middle")),
            ("paid_by", t("cashback.paid_by"),
             Choice([(each, t(f"cashback.paid_by.{each}")) for each in PAID_BY], row.paid_by if row else None)),
            ("clawback", t("cashback.clawback"), Tick(t("cashback.clawback.words"), row.clawback if row else True)),
            ("start", t("terms.starts_utc"), start_field()),
        )  # fmt: skip
        await self.query_one("#place", Vertical).mount(form)
        form.focus_first()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._go_on(event.form, event.values))

    async def _go_on(self, form: Form, values: dict[str, Any]) -> None:
        unit = issuer(values["issuer"], self.scales[values["issuer"]])
        sums: dict[str, int | None] = {}
        for name in ("cap", "budget"):
            try:
                sums[name] = parse_amount(values[name], unit, language()) if values[name] else None
            except Invalid as error:
                form.show_errors({name: error})
                return
        row, share = self.row, Decimal(values["percent"])
        draft = CashbackDraft(
            row.profile_id if row else None, values["name"], values["shop"], unit.code, format(share, "f"), sums["cap"],
            values["days"], sums["budget"], values["clawback"], values["paid_by"], values["start"],
        )  # fmt: skip
        said = await hand_in(self, "cashback", draft.payload(), self.scales, self.request, kept=self.kept)
        if said is not None:
            self.finish(said)
