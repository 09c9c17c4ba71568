"""Applications (AFR-1): every operation that broke a limit, what waits first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bocli.widgets.keyset_table import KeysetTable
from core.anti_fraud import APPLICATION_STATES, PRICED_KINDS, applications_select
from core.db.keyset import Condition, Keyset
from core.texts import age, date_time, t
from screens.parts.columns import ZONE, Column
from screens.parts.listing import Listing
from screens.parts.words import money

PERIODS = ("operation", "day", "week", "month", "quarter", "year", "life")


def _value(name: str) -> Any:
    """A value of the broken limit: an amount, or a number of operations."""

    def shown(row: Any) -> str:
        value = getattr(row, name)
        return money(value, row.issuer, row.scale) if row.measure == "amount" else str(value)

    return shown


def _cell(name: str) -> Any:
    return lambda row: Decimal(getattr(row, name)).scaleb(-row.scale if row.measure == "amount" else 0)


def _yes(name: str) -> Any:
    return lambda row: t("common.yes" if getattr(row, name) else "common.no")


class Applications(Listing):
    """Enter shows one. A number is looked for as an application and as an exact amount."""

    SECTION = "applications"
    LIST = "applications"
    EMPTY = "applications.empty"
    SELECT = staticmethod(applications_select)
    COLUMNS = (
        Column("number", "applications.number", 7, lambda r: str(r.id), kind="number", field="id", right=True,
               sort=("id",)),
        Column("kind", "applications.kind", 22, lambda r: t(f"operation.{r.kind}"), kind="choice", field="kind",
               options=tuple((each, f"operation.{each}") for each in PRICED_KINDS), from_width=100),
        Column("client", "applications.client", 0, lambda r: r.client, field="client"),
        Column("email", "coins.email", 26, lambda r: r.email or "", field="email", chosen=False),
        Column("currency", "money.currency", 9, lambda r: r.issuer, field="issuer", chosen=False),
        Column("amount", "money.amount", 17, lambda r: money(r.amount, r.issuer, r.scale), kind="money", field="amount",
               right=True, sort=("amount", "id")),
        Column("period", "applications.period", 12, lambda r: t(f"period.{r.period}"), kind="choice", field="period",
               options=tuple((each, f"period.{each}") for each in PERIODS), chosen=False),
        Column("limit", "applications.limit", 16, _value("limit_value"), right=True, cell=_cell("limit_value"),
               chosen=False),
        Column("used", "applications.used", 16, _value("used_value"), right=True, cell=_cell("used_value"),
               chosen=False),
        Column("left", "applications.left", 16, _value("left_value"), right=True, cell=_cell("left_value"),
               chosen=False),
        Column("excess", "applications.excess", 16, _value("excess"), right=True, cell=_cell("excess"),
               from_width=100),
        Column("age", "applications.age", 7, lambda r: age(r.asked_at), right=True, cell=lambda r: r.asked_at),
        Column("asked", "applications.asked", 16, lambda r: date_time(r.asked_at, ZONE), kind="moment",
               field="asked_at", chosen=False),
        Column("state", "applications.state", 13, lambda r: t(f"applications.state.{r.state}"), kind="choice",
               field="state", options=tuple((each, f"applications.state.{each}") for each in APPLICATION_STATES)),
        Column("taken", "applications.taken_by", 18, lambda r: r.taken_by or "", field="taken_by", from_width=110),
        Column("snoozed", "applications.snoozed", 16,
               lambda r: date_time(r.snoozed_until, ZONE) if r.snoozed_until else "", kind="moment",
               field="snoozed_until", chosen=False),
        Column("escalated", "applications.escalated", 11, _yes("escalated"), kind="yes_no", field="escalated",
               chosen=False),
        Column("waiting", "applications.waiting", 8, _yes("waiting"), kind="yes_no", field="waiting", chosen=False),
    )  # fmt: skip

    def on_mount(self) -> None:
        yes = t("common.yes")
        alone = "application:decide" in self.person.permissions
        self.filter = f"waiting:{yes}" if alone else f"waiting:{yes} escalated:{yes}"
        self.apply()
        super().on_mount()

    def plain(self, keyset: Keyset, text: str) -> Keyset:
        plain = text.replace(",", ".")
        if plain.isascii() and plain.replace(".", "", 1).isdigit() and len(plain) < 19:
            amount = Condition(("amount",), "=", Decimal(plain), "scale")
            number = (Condition(("id",), "=", int(plain)),) if plain.isdigit() else ()
            return keyset.either((amount, *number))
        if "@" in text:
            return keyset.where("email", "contains", text)
        return keyset.where("client_key", "contains", text)

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open(
            "screens.application:ApplicationScreen", event.item.thing.id, then=lambda _: self.act_refresh()
        )
