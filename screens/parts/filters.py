"""A list's filter: a few fields in a dialog; F2 or F10 takes them. What is left empty filters nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from core.clock import now
from core.errors import Invalid
from core.texts import t

SHAPES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


def day_of(text: str) -> date:
    """A day as people write it: 2026-11-23, 23.11.2026, 23/11/2026, or -7 for a week ago; 0 is today.

    Raises Invalid("date.not_date").
    """
    if text.removeprefix("-").isdecimal() and len(text) <= 4:
        return now().date() - timedelta(days=abs(int(text)))
    for shape in SHAPES:
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Invalid("date.not_date")


def day_field(value: date | None = None) -> Field:
    """A field for a day that may be left empty."""
    return Field(value.isoformat() if value else "", check=day_of, required=False, limit=12, classes="-short")


def text_field(value: str | None = None) -> Field:
    """A field for a text that may be left empty."""
    return Field(value or "", required=False, limit=80)


def any_of(options: Sequence[tuple[Any, str]], value: Any = None) -> Choice:
    """A choice whose first option is that all will do."""
    return Choice([(None, t("filter.all")), *options], value)


class Filters(Dialog[dict[str, Any]]):
    """Gives the values by name; None when left."""

    DO = "filter.take"

    def __init__(self, *fields: tuple[str, str, Any]) -> None:
        super().__init__(t("filter.title"))
        self.fields = fields

    def body(self) -> ComposeResult:
        yield Form(*self.fields)

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.dismiss(event.values)

    def act_do(self) -> None:
        """The values, if all fields are right."""
        self.query_one(Form).act_go_on()
