"""Products (ADM-6): what service providers sell through us."""

from __future__ import annotations

from typing import Any

from bocli.widgets.keyset_table import KeysetTable
from core.products import products_select
from core.texts import date_time, t
from screens.parts.columns import ZONE, Column
from screens.parts.listing import Listing
from screens.parts.words import money


def price(row: Any) -> str:
    """A price, or the range."""
    if row.price is not None:
        return money(row.price, row.issuer, row.scale)
    low = money(row.price_from, row.issuer, row.scale)
    return f"{low} - {money(row.price_to, row.issuer, row.scale)}"


def commission(row: Any) -> str:
    """Percent and fixed, what there is of them."""
    percent = f"{row.percent.normalize():f} %" if row.percent else ""
    fixed = money(row.fixed, row.issuer, row.scale) if row.fixed else ""
    return " + ".join(filter(None, (percent, fixed))) or "-"


class Products(Listing):
    """n adds one, Enter changes one, F7 takes a provider's list."""

    SECTION = "products"
    LIST = "products"
    EMPTY = "products.empty"
    SELECT = staticmethod(products_select)
    PLAIN = ("name", "code", "provider")
    COLUMNS = (
        Column("number", "products.number", 7, lambda r: str(r.id), kind="number", field="id", right=True, sort=("id",),
               chosen=False),
        Column("provider", "products.provider", 18, lambda r: r.provider, field="provider", from_width=100),
        Column("code", "products.code", 12, lambda r: r.code, field="code"),
        Column("name", "products.name", 0, lambda r: r.name, field="name"),
        Column("currency", "money.currency", 9, lambda r: r.issuer, field="issuer", chosen=False),
        Column("price", "products.price", 28, price, kind="money", field="price", right=True),
        Column("from", "products.from", 14, lambda r: money(r.price_from, r.issuer, r.scale), kind="money",
               field="price_from", right=True, chosen=False),
        Column("to", "products.to", 14, lambda r: money(r.price_to, r.issuer, r.scale), kind="money",
               field="price_to", right=True, chosen=False),
        Column("commission", "products.commission", 20, commission, right=True, from_width=120),
        Column("percent", "products.percent", 9, lambda r: f"{r.percent.normalize():f}", kind="number",
               field="percent", right=True, chosen=False),
        Column("active", "products.active", 7, lambda r: t("common.yes") if r.active else t("common.no"),
               kind="yes_no", field="active"),
        Column("changed", "products.changed", 16, lambda r: date_time(r.changed_at, ZONE), kind="moment",
               field="changed_at", from_width=140),
    )  # fmt: skip

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        if "product:edit" in self.person.permissions:
            self.open("screens.product:ProductForm", event.item.thing, then=self.took)
        else:
            self.note(t("blocked.not_yours"))

    def act_new(self) -> None:
        self.open("screens.product:ProductForm", None, then=self.took)

    def act_import(self) -> None:
        self.open("screens.product_import:ProductImport", then=self.took)
