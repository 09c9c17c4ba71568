"""Terms, limits and whole drafts in words, and what a change request changes, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.contracts import Limit, Term, read_limits, read_terms
from core.texts import date_time, n, percent, t
from screens.parts.block_words import unblock_facts
from screens.parts.columns import ZONE
from screens.parts.words import money

Facts = list[tuple[str, str]]
Scales = Mapping[str, int]


def _sum(minor: int | None, code: str, scales: Scales) -> str:
    return money(minor, code, scales.get(code, 2))


def _percent(text: str) -> str:
    return percent(Decimal(text), max(0, -int(Decimal(text).normalize().as_tuple().exponent)))


def commission_text(term: Term, scales: Scales) -> str:
    """What a term costs."""
    part, fixed = _percent(term.percent), _sum(term.fixed, term.issuer, scales)
    if term.commission == "tiers":
        steps = [
            t("terms.tier", amount=_sum(each.from_, term.issuer, scales), percent=_percent(each.percent),
              fixed=_sum(each.fixed, term.issuer, scales))
            for each in term.tiers
        ]  # fmt: skip
        return "; ".join(steps)
    return t(f"terms.commission.{term.commission}", percent=part, fixed=fixed)


def term_text(term: Term, scales: Scales) -> str:
    """A term in one sentence."""
    parts = [commission_text(term, scales)]
    if term.minimum is not None:
        parts.append(t("terms.least", amount=_sum(term.minimum, term.issuer, scales)))
    if term.maximum is not None:
        parts.append(t("terms.most", amount=_sum(term.maximum, term.issuer, scales)))
    if term.commission != "none":
        parts.append(t(f"payer.{term.payer}"))
    if term.rounding != "half_up":
        parts.append(t(f"terms.rounding.{term.rounding}"))
    if term.needs_identification:
        parts.append(t("terms.identified_only"))
    if term.monotone:
        parts.append(t("terms.monotone_declared"))
    if term.refund == "keep":
        parts.append(t("terms.refund_keeps"))
    return ", ".join(parts)


def limit_text(limit: Limit, scales: Scales) -> str:
    """A limit: amount, number of operations."""
    parts = [] if limit.amount is None else [_sum(limit.amount, limit.issuer, scales)]
    if limit.pieces is not None:
        parts.append(n("terms.operations", limit.pieces))
    return " · ".join(parts)


def content_facts(terms: Sequence[Term], limits: Sequence[Limit], scales: Scales) -> Facts:
    """Every term and limit, under what it is of."""
    return [
        *(
            (f"{t(f'operation.{each.operation_kind}')} {each.issuer}", term_text(each, scales))
            for each in terms
        ),
        *(
            (
                f"{t(f'operation.{each.operation_kind}')} {each.issuer}, {t(f'period.{each.period}')}",
                limit_text(each, scales),
            )
            for each in limits
        ),
    ]


def starts_text(text: str | None) -> str:
    """When a change begins."""
    return t("terms.at_once") if text is None else date_time(datetime.fromisoformat(text), ZONE)


def _contract(found: Mapping[str, Any], scales: Scales, *, new: bool) -> Facts:
    if not found:
        return []
    kind = found.get("client_kind")
    return [
        (t("contract.name"), found["name"]),
        (t("contract.for"), t(f"clients.kind.{kind}") if kind else t("contract.for_all")),
        *([(t("terms.starts"), starts_text(found["valid_from"]))] if new else []),
        *content_facts(read_terms(found["terms"]), read_limits(found["limits"]), scales),
    ]


def _cashback(found: Mapping[str, Any], scales: Scales, *, new: bool) -> Facts:
    if "percent" not in found:
        return []
    code = found["issuer"]
    return [
        (t("cashback.name"), found["name"]),
        (t("cashback.percent"), _percent(found["percent"])),
        (t("cashback.cap"), _sum(found["cap"], code, scales)),
        (t("cashback.budget"), _sum(found["budget"], code, scales)),
        (t("cashback.hold_days"), str(found["hold_days"])),
        (t("cashback.clawback"), t("common.yes" if found["clawback"] else "common.no")),
        (t("cashback.paid_by"), t(f"cashback.paid_by.{found['paid_by']}")),
        *([(t("terms.starts"), starts_text(found["valid_from"]))] if new else []),
    ]


def _rate(found: Mapping[str, Any], *, new: bool) -> Facts:
    if "buy" not in found:
        return []
    return [
        (t("rates.buy"), found["buy"]),
        (t("rates.sell"), found["sell"]),
        *([(t("terms.starts"), starts_text(found["valid_from"]))] if new else []),
    ]


def _rates(found: Mapping[str, Any]) -> Facts:
    rates = found.get("rates", [])
    listed = [(f"{each['base']}/{each['quote']}", f"{each['buy']} - {each['sell']}") for each in rates[:40]]
    more = [("", n("rates.more", len(rates) - 40))] if len(rates) > 40 else []
    return [*listed, *more]


def request_facts(
    kind: str, payload: Mapping[str, Any], base: Mapping[str, Any], scales: Scales
) -> tuple[Facts, Facts]:
    """What was there and what is wanted, field by field under the same labels."""
    if kind == "contract":
        before, after = _contract(base, scales, new=False), _contract(payload, scales, new=True)
    elif kind == "cashback":
        before, after = _cashback(base, scales, new=False), _cashback(payload, scales, new=True)
    elif kind == "office_rate":
        before, after = _rate(base, new=False), _rate(payload, new=True)
    elif kind == "unblock":
        before, after = unblock_facts(payload, base)
    elif kind == "system_rate":
        before, after = _rates(base), _rates(payload)
    else:
        had = [
            f"{each['contract'] or t('assignment.none')}: {each['clients']}"
            for each in base.get("before", [])
        ]
        before = [(t("assignment.contract"), "; ".join(had))]
        after = [
            (t("assignment.contract"), base.get("contract") or "-"),
            (t("assignment.clients"), str(len(payload.get("clients") or []))),
            (t("terms.starts"), starts_text(payload.get("valid_from"))),
        ]
    wanted = dict(after)
    gone = [(label, t("terms.gone")) for label, _ in before if label not in wanted]
    return before, [*after, *gone]
