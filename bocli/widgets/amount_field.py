"""A field for an amount of money: read by core.money, shown at the right with its issuer's code."""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from textual.strip import Strip

from bocli.widgets.fields import Field
from bocli.widgets.shown import fitted
from core.errors import Invalid
from core.text import cells


class AmountField(Field):
    """`result()` gives whole minor units of the issuer; raises core.errors.Invalid with an `amount.` key."""

    DEFAULT_CSS = "AmountField { width: 28; }"

    def __init__(
        self,
        issuer: Any,
        value: str = "",
        *,
        required: bool = True,
        zero_allowed: bool = False,
        id: str | None = None,
    ) -> None:
        """issuer: a core.money.Issuer, or None while the wallet is not chosen yet."""
        super().__init__(value, required=required, limit=30, id=id)
        self.issuer, self.zero_allowed = issuer, zero_allowed

    def set_issuer(self, issuer: Any) -> None:
        """Another unit; what was typed stays."""
        self.issuer = issuer
        self.refresh()

    def result(self) -> int | None:
        """The amount in minor units; None when empty and not required."""
        from core.money import parse_amount
        from core.texts import language

        if not self.value.strip():
            if self.required:
                raise Invalid("amount.empty")
            return None
        if self.issuer is None:
            raise Invalid("amount.no_issuer")
        return parse_amount(self.value, self.issuer, language(), zero_allowed=self.zero_allowed)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        code = fitted(self.issuer.code if self.issuer is not None else "", 6)
        room = max(1, width - cells(code) - 1)
        style, value = self.rich_style, self.value
        if not self.has_focus:
            return Strip([Segment(fitted(value, room, right=True) + " " + code, style)], width)
        cursor = style + self.get_component_rich_style("input--cursor", partial=True)
        line = value + " "
        at = min(self.cursor_position, len(value))
        cut = max(0, len(line) - room)
        line, at = line[cut:], max(0, at - cut)
        return Strip(
            [
                Segment(" " * (room - cells(line)) + line[:at], style),
                Segment(line[at : at + 1], cursor),
                Segment(line[at + 1 :] + " " + code, style),
            ]
        ).adjust_cell_length(width, style)
