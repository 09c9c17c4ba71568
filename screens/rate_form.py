"""A new rate, of an exchange office or of the system."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.section import Section
from core.contracts import choices
from core.errors import Invalid
from core.rates import RateDraft, offices
from core.texts import t
from screens.parts.hand_in import hand_in
from screens.parts.request import Request
from screens.parts.start import start_field

MARGIN_MOST = Decimal(50)


def decimal(text: str) -> Decimal:
    """A number as people write it, with a point or a comma. Raises Invalid: rate.number."""
    try:
        found = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation as error:
        raise Invalid("rate.number") from error
    if not found.is_finite() or found <= 0 or found >= 10**10:
        raise Invalid("rate.number")
    return found


def margin(text: str) -> Decimal:
    """A percentage from 0 to 50. Raises Invalid: rate.margin."""
    try:
        found = Decimal(text.replace("%", "").strip().replace(",", "."))
    except InvalidOperation as error:
        raise Invalid("rate.margin") from error
    if not found.is_finite() or not 0 <= found <= MARGIN_MOST:
        raise Invalid("rate.margin")
    return found


def shown(rate: Decimal) -> str:
    """At most ten digits after the point."""
    return format(round(rate, 10).normalize() + 0, "f")


class RateForm(Section[str]):
    """Buying and selling rate; with a margin the first one is the middle and both come of it. F2 goes on."""

    SECTION = "rate_form"

    def __init__(self, row: Any) -> None:
        """row: the rate to begin from, of the list; or None."""
        super().__init__()
        self.row = row
        self.request = Request()
        self.kept: tuple[int, int] | None = None
        self.scales: dict[str, int] = {}

    def body(self) -> ComposeResult:
        yield Vertical(id="place")

    def on_mount(self) -> None:
        self.work(self._load())

    async def _load(self) -> None:
        both = await self.call(lambda db: (offices(db), choices(db)))
        if both is None:
            return
        found, known = both
        self.scales = known.scales
        row, codes = self.row, [(each, each) for each in known.scales]
        whose: list[tuple[int | None, str]] = [(None, t("rates.system"))]
        whose += [(each.id, each.name) for each in found if each.active]
        other = next((code for code, _ in codes if row is None and code != codes[0][0]), None)
        form = Form(
            ("office", t("rates.office"), Choice(whose, row.office_id if row else None)),
            ("base", t("rates.base"), Choice(codes, row.base if row else None)),
            ("quote", t("rates.quote"), Choice(codes, row.quote if row else other)),
            ("buy", t("rates.buy"), Field(check=decimal, limit=22, classes="-middle")),
            ("sell", t("rates.sell"), Field(check=decimal, required=False, limit=22, classes="-middle")),
            (
                "margin",
                t("rates.margin_percent"),
                Field(check=margin, required=False, limit=10, classes="-middle"),
            ),
            ("start", t("terms.starts_utc"), start_field()),
        )
        await self.query_one("#place", Vertical).mount(form)
        form.focus_first()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._go_on(event.form, event.values))

    async def _go_on(self, form: Form, values: dict[str, Any]) -> None:
        buy, sell = values["buy"], values["sell"]
        if values["margin"] is not None:
            if sell is not None:
                form.show_errors({"margin": Invalid("rate.margin_and_sell")})
                return
            half = values["margin"] / 200
            buy, sell = buy * (1 - half), buy * (1 + half)
        draft = RateDraft(
            values["base"], values["quote"], shown(buy), shown(sell or buy), values["office"], values["start"]
        )
        said = await hand_in(self, draft.kind, draft.payload(), self.scales, self.request, kept=self.kept)
        if said is not None:
            self.finish(said)
