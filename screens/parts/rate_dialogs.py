"""Small questions about a pair: its band and age, and what an office gives for an amount."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from core.errors import Invalid
from core.money import parse_amount
from core.texts import language, t
from screens.parts.words import issuer


def band(text: str) -> Decimal:
    """A percentage from 0 to 100. Raises Invalid: rate.band."""
    try:
        found = Decimal(text.replace("%", "").strip().replace(",", "."))
    except InvalidOperation as error:
        raise Invalid("rate.band") from error
    if not found.is_finite() or not 0 <= found <= 100:
        raise Invalid("rate.band")
    return round(found, 3)


def hours(text: str) -> int:
    """1 to 8,784. Raises Invalid: rate.band."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 8784):
        raise Invalid("rate.band")
    return int(text)


class BandForm(Dialog[tuple[Decimal, int]]):
    """How far a rate may go at once, and when it is old."""

    DO = "dialog.take.label"

    def __init__(self, pair: str) -> None:
        super().__init__(t("rates.band.title", pair=pair))

    def body(self) -> ComposeResult:
        yield Words(t("rates.band.words"))
        yield Form(
            ("band", t("rates.band.percent"), Field("5", check=band, limit=8, classes="-short")),
            ("hours", t("rates.band.hours"), Field("26", check=hours, limit=4, classes="-short")),
        )

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def on_form_go_on(self) -> None:
        self.act_do()

    def act_do(self) -> None:
        """Take it, when it is well."""
        values = self.query_one(Form).values()
        if values is not None:
            self.dismiss((values["band"], values["hours"]))


class OfferForm(Dialog[tuple[str, str, int]]):
    """Which way, and how much: what the client gives, what they get, minor units of the first."""

    DO = "dialog.take.label"

    def __init__(self, row: Any, scales: Mapping[str, int]) -> None:
        super().__init__(t("rates.offer.title", office=row.office))
        self.row, self.scales = row, scales

    def body(self) -> ComposeResult:
        row = self.row
        ways = [
            ((row.base, row.quote), f"{row.base} -> {row.quote}"),
            ((row.quote, row.base), f"{row.quote} -> {row.base}"),
        ]
        yield Form(
            ("way", t("rates.offer.way"), Choice(ways)),
            ("amount", t("rates.offer.amount"), Field(limit=22, classes="-middle")),
        )

    def on_mount(self) -> None:
        self.query_one(Form).field("amount").focus()

    def on_form_go_on(self) -> None:
        self.act_do()

    def act_do(self) -> None:
        """Take it, when it is well."""
        form = self.query_one(Form)
        values = form.values()
        if values is None:
            return
        sells, buys = values["way"]
        try:
            minor = parse_amount(values["amount"], issuer(sells, self.scales[sells]), language())
        except Invalid as error:
            form.show_errors({"amount": error})
            return
        self.dismiss((sells, buys, minor))
