"""The grids of the contract editor: their columns, and terms and limits as cells and back."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from bocli.widgets.grid import GridColumn
from core.contracts import COMMISSIONS, PAYERS, PERIODS, REFUNDS, ROUNDINGS, Choices, Limit, Term, Tier
from core.errors import Invalid
from core.money import format_amount, parse_amount
from core.texts import language, t
from screens.parts.words import issuer

Cells = dict[str, Any]


def _words(prefix: str, values: tuple[str, ...]) -> tuple[tuple[Any, str], ...]:
    return tuple((each, t(f"{prefix}.{each}")) for each in values)


def term_columns(choices: Choices) -> tuple[GridColumn, ...]:
    """What can be said of a price."""
    yes_no = ((False, t("common.no")), (True, t("common.yes")))
    return (
        GridColumn("operation_kind", t("term_grid.kind"), 20, _words("operation", choices.kinds)),
        GridColumn("issuer", t("term_grid.issuer"), 6, tuple((each, each) for each in choices.scales)),
        GridColumn("commission", t("term_grid.commission"), 18, _words("term_grid.commission", COMMISSIONS)),
        GridColumn("percent", t("term_grid.percent"), 9, right=True),
        GridColumn("fixed", t("term_grid.fixed"), 10, right=True),
        GridColumn("minimum", t("term_grid.minimum"), 10, right=True),
        GridColumn("maximum", t("term_grid.maximum"), 10, right=True),
        GridColumn("payer", t("term_grid.payer"), 17, _words("payer", PAYERS)),
        GridColumn("tiers", t("term_grid.tiers"), 40),
        GridColumn("rounding", t("term_grid.rounding"), 14, _words("term_grid.rounding", ROUNDINGS)),
        GridColumn("needs_identification", t("term_grid.identified"), 12, yes_no),
        GridColumn("monotone", t("term_grid.monotone"), 12, yes_no),
        GridColumn("refund", t("term_grid.refund"), 12, _words("term_grid.refund", REFUNDS)),
    )


def limit_columns(choices: Choices) -> tuple[GridColumn, ...]:
    """What can be said of a limit."""
    return (
        GridColumn("operation_kind", t("term_grid.kind"), 20, _words("operation", choices.kinds)),
        GridColumn("issuer", t("term_grid.issuer"), 6, tuple((each, each) for each in choices.scales)),
        GridColumn("period", t("term_grid.period"), 14, _words("period", PERIODS)),
        GridColumn("amount", t("term_grid.amount"), 14, right=True),
        GridColumn("pieces", t("term_grid.pieces"), 10, right=True),
    )


def _shown(minor: int | None, code: str, choices: Choices) -> str:
    if minor is None:
        return ""
    return format_amount(minor, issuer(code, choices.scales.get(code, 2)), language(), unit="none")


def term_cells(term: Term, choices: Choices) -> Cells:
    """A term as it is typed."""

    def shown(minor: int | None) -> str:
        return _shown(minor, term.issuer, choices)

    tiers = "; ".join(
        f"{shown(each.from_)} {each.percent}%{f' + {shown(each.fixed)}' if each.fixed else ''}"
        for each in term.tiers
    )
    return {
        "operation_kind": term.operation_kind, "issuer": term.issuer, "commission": term.commission,
        "percent": term.percent, "fixed": shown(term.fixed) if term.fixed else "", "minimum": shown(term.minimum),
        "maximum": shown(term.maximum), "payer": term.payer, "tiers": tiers, "rounding": term.rounding,
        "needs_identification": term.needs_identification, "monotone": term.monotone,
        "refund": term.refund,
    }  # fmt: skip


def limit_cells(limit: Limit, choices: Choices) -> Cells:
    """A limit as it is typed."""
    return {
        "operation_kind": limit.operation_kind, "issuer": limit.issuer, "period": limit.period,
        "amount": _shown(limit.amount, limit.issuer, choices),
        "pieces": "" if limit.pieces is None else str(limit.pieces),
    }  # fmt: skip


def _minor(text: str, code: str, choices: Choices) -> int:
    return parse_amount(text, issuer(code, choices.scales.get(code, 2)), language(), zero_allowed=True)


def _percent(text: str) -> str:
    plain = text.strip().removesuffix("%").strip().replace(",", ".") or "0"
    try:
        number = Decimal(plain)
    except InvalidOperation as error:
        raise Invalid("term.percent_range") from error
    if not number.is_finite() or not 0 <= number <= 100 or number.as_tuple().exponent < -6:  # type: ignore[operator]
        raise Invalid("term.percent_range")
    return format(number.normalize() + 0, "f")


def _tiers(text: str, code: str, choices: Choices) -> tuple[Tier, ...]:
    found = []
    for part in filter(None, (each.strip() for each in text.split(";"))):
        begins, _, rest = part.partition(" ")
        share, plus, fixed = rest.partition("+")
        if not share.strip().endswith("%"):
            raise Invalid("term_grid.tiers")
        minor = _minor(fixed.strip(), code, choices) if plus else 0
        found.append(Tier(_minor(begins, code, choices), _percent(share), minor))
    return tuple(found)


def read_term(cells: Cells, choices: Choices) -> Term:
    """A term out of what was typed. Raises Invalid."""
    code = cells["issuer"]

    def minor(name: str) -> int | None:
        text = cells[name].strip()
        return _minor(text, code, choices) if text else None

    return Term(
        cells["operation_kind"], code, cells["commission"], cells["payer"], _percent(cells["percent"]),
        minor("fixed") or 0,
        _tiers(cells["tiers"], code, choices) if cells["commission"] == "tiers" else (),
        minor("minimum"), minor("maximum"), cells["rounding"], cells["needs_identification"], cells["monotone"],
        cells["refund"],
    )  # fmt: skip


def read_limit(cells: Cells, choices: Choices) -> Limit:
    """A limit out of what was typed. Raises Invalid."""
    amount, pieces = cells["amount"].strip(), cells["pieces"].strip()
    if pieces and not (pieces.isascii() and pieces.isdigit() and len(pieces) < 10):
        raise Invalid("limit.pieces_number")
    code = cells["issuer"]
    return Limit(
        cells["operation_kind"],
        code,
        cells["period"],
        _minor(amount, code, choices) if amount else None,
        int(pieces) if pieces else None,
    )
