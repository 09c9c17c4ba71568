"""Sums of operations in words: a few lines under their list, and all of them on a screen of their own."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from bocli.widgets.shown import fitted, paragraph
from core.operations import MOST_SUMMED, Totals, Turnover
from core.text import cells
from core.texts import n, number, t
from screens.parts.paper import Sheet
from screens.parts.words import money

KINDS = (
    "cash_top_up", "cash_withdrawal", "bank_top_up", "bank_redeem", "transfer", "payment", "refund", "exchange",
    "mass_payment", "mass_payment_item", "mass_payment_return", "bonus_issue", "hold", "capture", "release",
    "redeem_hold", "redeem_settled", "redeem_returned", "redeem_recredited", "redeem_taken_back", "cashback_payout",
    "application_hold", "bank_receipt", "reversal", "count_over", "count_short", "short_loss", "short_debt",
    "over_gain", "over_wallet", "cash_input",
)  # fmt: skip
"""The kinds of operation, in the order in which they are offered."""
MOST_LINES = 3
LABEL = 26


Figures = tuple[str, tuple[str, str, str, str]]
"""A style, a label and three figures."""


def total_rows(found: Totals, width: int) -> list[Row]:
    """What stands under the list: an issuer a line."""
    if not found.lines:
        return [[("dim", t("transactions.no_sums"))]]
    head = t("transactions.sums") if found.exact else t("transactions.sums_most", count=number(MOST_SUMMED))
    sums = [_sums(each, each.issuer) for each in found.lines[:MOST_LINES]]
    rows = table([("dim", _head(head)), *sums], width)
    more = len(found.lines) - MOST_LINES
    return [*rows, [("dim", n("transactions.more_sums", more))]] if more > 0 else rows


def _head(label: str) -> tuple[str, str, str, str]:
    return label, t("transactions.pieces"), t("money.amount"), t("money.commission")


def _sums(each: Turnover, label: str) -> Figures:
    unit = (each.issuer, each.scale)
    return "", (label, number(each.pieces), money(each.amount, *unit), money(each.commission, *unit))


def table(lines: Sequence[Figures], width: int) -> list[Row]:
    """Labels at the left, figures at the right, as wide as the widest."""
    figures = [max(cells(texts[at]) for _, texts in lines) + 2 for at in (1, 2, 3)]
    widths = [min(LABEL, width - sum(figures)), *figures]
    return [
        [
            (style, fitted(text, room, at > 0))
            for at, (text, room) in enumerate(zip(texts, widths, strict=True))
        ]
        for style, texts in lines
    ]


class TransactionTotals(Section[None]):
    """All sums of a selection: by issuer, and by kind where the roll-up knows them."""

    SECTION = "transaction_totals"

    def __init__(self, found: Totals, asked: str) -> None:
        """asked: what was selected, in words."""
        super().__init__()
        self.found, self.asked = found, asked

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(*self._rows())

    def _rows(self) -> list[Row]:
        found, width = self.found, max(40, self.app.size.width - 6)
        how = (
            t("transactions.rolled_up")
            if found.kinds
            else t("transactions.one_by_one")
            if found.exact
            else t("transactions.sums_most", count=number(MOST_SUMMED))
        )
        said = [self.asked, how] if self.asked else [how]
        rows: list[Row] = [[("dim", line)] for each in said for line in paragraph(each, width)]
        lines: list[Figures] = []
        for total in found.lines:
            kinds = [each for each in found.kinds if each.issuer == total.issuer]
            lines += [("", ("", "", "", "")), ("head", _head(total.issuer))]
            lines += [_sums(each, t(f"operation.{each.kind}")) for each in kinds]
            lines.append(_sums(total, t("transactions.together")))
        return rows + table(lines, width) if lines else rows
