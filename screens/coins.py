"""Coins (ADM-5): every wallet with its owner and what it holds."""

from __future__ import annotations

from typing import Any

from bocli.widgets.keyset_table import KeysetTable
from core.coins import coins_select
from core.db.keyset import Keyset
from core.texts import date_time, t
from screens.parts.columns import ZONE, Column
from screens.parts.listing import Listing
from screens.parts.words import money

KINDS = ("wallet", "merchant", "office")


def _yes(value: bool) -> str:
    return t("common.yes") if value else t("common.no")


def _sum(name: str) -> Any:
    return lambda row: money(getattr(row, name), row.issuer, row.scale)


class Coins(Listing):
    """The list of coins; a serial typed after / goes straight to its coin."""

    SECTION = "coins"
    LIST = "coins"
    EMPTY = "coins.empty"
    SELECT = staticmethod(coins_select)
    COLUMNS = (
        Column("number", "coins.number", 8, lambda r: str(r.id), kind="number", field="id", right=True, sort=("id",),
               chosen=False),
        Column("serial", "coins.serial", 12, lambda r: r.serial, field="serial", sort=("serial",)),
        Column("owner", "coins.owner", 0, lambda r: r.client, field="client"),
        Column("email", "coins.email", 26, lambda r: r.email or "", field="email", chosen=False),
        Column("organization", "coins.organization", 18, lambda r: r.organization or "", field="organization",
               from_width=120),
        Column("currency", "money.currency", 9, lambda r: r.issuer, field="issuer", chosen=False),
        Column("kind", "coins.kind", 10, lambda r: t(f"coins.kind.{r.kind}"), kind="choice", field="kind",
               options=tuple((each, f"coins.kind.{each}") for each in KINDS), from_width=100),
        Column("balance", "coins.balance", 18, _sum("balance"), kind="money", field="balance", right=True),
        Column("held", "coins.held", 14, _sum("held"), kind="money", field="held", right=True, from_width=120),
        Column("available", "coins.available", 18, _sum("available"), kind="money", field="available", right=True),
        Column("incoming", "coins.incoming", 9, lambda r: _yes(r.incoming), kind="yes_no", field="incoming",
               chosen=False),
        Column("outgoing", "coins.outgoing", 9, lambda r: _yes(r.outgoing), kind="yes_no", field="outgoing",
               chosen=False),
        Column("closed", "coins.is_closed", 9, lambda r: _yes(r.closed), kind="yes_no", field="closed", chosen=False),
        Column("since", "coins.since", 16, lambda r: date_time(r.created_at, ZONE), kind="moment", field="created_at",
               chosen=False),
    )  # fmt: skip

    def plain(self, keyset: Keyset, text: str) -> Keyset:
        if text.isdecimal() and len(text) == 12:
            return keyset.where("serial", "=", text)
        return keyset.where("client_key serial", "contains", text)

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open("screens.coin:CoinScreen", event.item.thing.id, then=lambda _: self.act_refresh())
