"""A product of a service provider: added or changed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from bocli.widgets.fields import Choice, Field, Fixed, Tick
from bocli.widgets.form import Form
from bocli.widgets.section import Section
from core.db.keyset import Keyset
from core.errors import BocliError, Invalid
from core.export import decimal
from core.issuers import issuers_select
from core.products import Product, providers, save
from core.texts import t
from screens.parts.changes import show_changes
from screens.parts.request import done
from screens.parts.words import money

FIELDS = {
    "product.code_invalid": "code",
    "product.code_taken": "code",
    "product.name_invalid": "name",
    "product.issuer_unknown": "issuer",
    "product.price_invalid": "price",
    "product.percent_invalid": "percent",
    "product.fixed_invalid": "fixed",
}


class ProductForm(Section[str]):
    """Gives what to say when it was done."""

    SECTION = "product_form"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row
        self.scales: dict[str, int] = {}

    def body(self) -> ComposeResult:
        yield Vertical(id="place")

    def on_mount(self) -> None:
        self.work(self._load())

    async def _load(self) -> None:
        def both(db: Any) -> tuple[Any, Any]:
            units = Keyset(issuers_select, ("position", "id"), newest_first=False).where("active", "=", True)
            return providers(db), units.page(db, None, 500)

        found = await self.call(both)
        if found is None:
            return
        who, units = found
        self.scales = {each.code: each.scale for each in units}
        if self.row is None and not who:
            self.show_error(t("products.no_provider"))
            return
        form = Form(*self._fields(list(who)))
        await self.query_one("#place", Vertical).mount(form)
        form.focus_first()

    def _fields(self, who: list[tuple[int, str]]) -> list[tuple[str, str, Any]]:
        row, first = self.row, next(iter(self.scales), "")

        def shown(name: str) -> str:
            value = getattr(row, name) if row else None
            return decimal(value, row.scale) if value is not None and (value or name != "fixed") else ""

        provider: Any = Fixed(row.provider) if row else Choice(who)
        code: Any = Fixed(row.code) if row else Field(limit=64)
        units = [(each, each) for each in self.scales]
        return [
            ("provider", t("products.provider"), provider),
            ("code", t("products.code"), code),
            ("name", t("products.name"), Field(row.name if row else "", limit=200)),
            ("issuer", t("money.currency"), Choice(units, row.issuer if row else first)),
            ("price", t("products.price"), Field(shown("price"), required=False, limit=20)),
            ("price_from", t("products.from"), Field(shown("price_from"), required=False, limit=20)),
            ("price_to", t("products.to"), Field(shown("price_to"), required=False, limit=20)),
            (
                "percent",
                t("products.percent"),
                Field(f"{row.percent.normalize():f}" if row else "0", required=False, limit=12),
            ),
            ("fixed", t("products.fixed"), Field(shown("fixed"), required=False, limit=20)),
            ("active", t("products.active"), Tick(t("products.sold"), row.active if row else True)),
        ]

    def on_form_go_on(self, event: Form.GoOn) -> None:
        wrong: dict[str, BocliError] = {}
        minor: dict[str, int | None] = {}
        scale = self.scales[event.values["issuer"]]
        for name in ("price", "price_from", "price_to", "fixed"):
            try:
                minor[name] = minor_units(event.values[name] or "", scale)
            except Invalid as error:
                wrong[name] = error
        if wrong:
            event.form.show_errors(wrong)
            return
        row, values = self.row, event.values
        product = Product(
            code=row.code if row else values["code"],
            name=values["name"],
            issuer=values["issuer"],
            price=minor["price"],
            price_from=minor["price_from"],
            price_to=minor["price_to"],
            percent=(values["percent"] or "0").replace(",", "."),
            fixed=minor["fixed"] or 0,
            active=values["active"],
        )
        self.work(self._save(event.form, row.provider_id if row else values["provider"], product))

    async def _save(self, form: Form, provider: int, product: Product) -> None:
        before = []
        if self.row is not None:
            row = self.row
            names = "code name issuer price price_from price_to fixed active".split()
            before = self._rows(
                Product(**{n: getattr(row, n) for n in names}, percent=f"{row.percent.normalize():f}")
            )
        title = t("products.new" if self.row is None else "products.change", code=product.code)
        if not await show_changes(self, title, before, self._rows(product)):
            return
        act = done(lambda db: save(db, form.key, provider, product, new=self.row is None))
        if await self.call(act, writes=form, fields=FIELDS):
            self.finish(t("products.saved", code=product.code))

    def _rows(self, product: Product) -> list[tuple[str, str]]:
        unit = (product.issuer, self.scales.get(product.issuer, 2))
        return [
            (t("products.code"), product.code),
            (t("products.name"), product.name),
            (t("money.currency"), product.issuer),
            (t("products.price"), money(product.price, *unit)),
            (t("products.from"), money(product.price_from, *unit)),
            (t("products.to"), money(product.price_to, *unit)),
            (t("products.percent"), f"{product.percent} %"),
            (t("products.fixed"), money(product.fixed, *unit)),
            (t("products.active"), t("common.yes") if product.active else t("common.no")),
        ]


def minor_units(text: str, scale: int) -> int | None:
    """A decimal in minor units; None for nothing. Raises Invalid product.amount_invalid, product.amount_digits."""
    if not text:
        return None
    try:
        minor = Decimal(text.replace(",", ".") if "." not in text else text).scaleb(scale)
    except InvalidOperation as error:
        raise Invalid("product.amount_invalid") from error
    if not minor.is_finite() or not 0 <= minor <= 10**15:
        raise Invalid("product.amount_invalid")
    if minor != minor.to_integral_value():
        raise Invalid("product.amount_digits")
    return int(minor)
