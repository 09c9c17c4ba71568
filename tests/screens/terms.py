"""Contracts, rates, cashback and change requests in the states that matter, on a canned company."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from screens.cashback import Cashback, CashbackForm
from screens.change_request import ChangeRequestScreen
from screens.change_requests import ChangeRequests
from screens.contract import ContractScreen
from screens.contract_assign import ContractAssign
from screens.contract_editor import ContractEditor
from screens.contracts import Contracts
from screens.offices import Offices
from screens.rate_form import RateForm
from screens.rate_history import RateHistory
from screens.rates import Rates
from screens.rates_import import RatesImport
from tests.screens.canned import AT, at, row

MAKER = "Małgorzata Wiśniewska"
WHEN = datetime(2026, 11, 20, 7, 15, tzinfo=UTC)
LATER = "2026-12-01T00:00:00+00:00"
TERM = {
    "operation_kind": "cash_top_up", "issuer": "EUR", "commission": "percent", "payer": "on_top", "percent": "1",
    "fixed": 0, "tiers": [], "minimum": 50, "maximum": 2500, "rounding": "half_up", "needs_identification": False,
    "monotone": False,
}  # fmt: skip
TIERED = TERM | {
    "operation_kind": "cash_withdrawal", "commission": "tiers", "payer": "shared", "minimum": None, "maximum": None,
    "tiers": [{"from": 0, "percent": "0.75", "fixed": 100}, {"from": 1_000_000, "percent": "0.5", "fixed": 0}],
    "needs_identification": True, "monotone": True, "rounding": "up",
}  # fmt: skip
LIMITS = [
    {
        "operation_kind": "cash_top_up",
        "issuer": "EUR",
        "period": "operation",
        "amount": 300_000,
        "pieces": None,
    },
    {
        "operation_kind": "cash_withdrawal",
        "issuer": "EUR",
        "period": "quarter",
        "amount": 123_456_700,
        "pieces": 20,
    },
]
CONTENT = {"terms": [TERM, TIERED], "limits": LIMITS}
BASE = {"name": "Standard", "client_kind": None, "version_id": 1, "valid_from": AT, **CONTENT}
PAYLOAD = {
    "contract_id": 1, "name": "Standard", "client_kind": "individual", "valid_from": LATER,
    "terms": [TERM | {"percent": "1.25"}, TIERED], "limits": LIMITS[:1],
}  # fmt: skip
REQUEST = {
    "id": 7, "kind": "contract", "title": "Standard", "revision": 2, "payload": PAYLOAD, "base": BASE,
    "base_now": BASE, "base_changed": True, "state": "submitted", "maker": MAKER, "mine": False, "made_at": AT,
    "submitted_at": AT, "decided_at": None, "decided_by": None, "takes_effect_at": None, "reason": None,
    "alone": False, "hash": "0", "may_decide": True,
    "events": [{"at": AT, "who": MAKER, "what": "made", "note": ""},
               {"at": AT, "who": MAKER, "what": "commented", "note": "as agreed with the branches"},
               {"at": AT, "who": MAKER, "what": "submitted", "note": ""}],
}  # fmt: skip
FINDINGS = [
    {"severity": "error", "key": "term.minimum_above_maximum", "params": {}, "part": "terms", "row": 0},
    {"severity": "warning", "key": "gap.term", "params": {"kind": "mass_payment", "issuers": "EUR, USD"},
     "part": "terms", "row": None},
    {"severity": "warning", "key": "term.tiers_fall", "part": "terms", "row": 1,
     "params": {"amount": 1_000_000, "below": 7_600, "fee": 5_000, "issuer": "EUR"}},
]  # fmt: skip
EFFECT = [
    {"kind": "cash_top_up", "issuer": "EUR", "scale": 2, "pieces": 5_240, "amount": 63_079_500, "before": 630_795,
     "after": 788_494, "unpriced": 0, "too_dear": 0, "above_limit": 12},
    {"kind": "cash_withdrawal", "issuer": "USD", "scale": 2, "pieces": 2_139, "amount": 32_115_400, "before": 321_154,
     "after": 0, "unpriced": 2_139, "too_dear": 0, "above_limit": 0},
]  # fmt: skip
START = datetime(2026, 9, 1, 15, tzinfo=UTC)
POINTS = [
    [(START + timedelta(days=day)).isoformat(), f"1.{800 + day * day % 37}", f"1.{812 + day * day % 37}"]
    for day in range(0, 80, 2)
]


def rate(number: int, office: str | None, base: str, quote: str, **more: Any) -> Any:
    """A line of the list of rates."""
    return row(
        **{
            "id": f"s{number}", "key": f"{office or ''}/{base}/{quote}", "office_id": 1 if office else None,
            "office": office, "base": base, "quote": quote, "buy": Decimal("1.0875"), "sell": Decimal("1.1025"),
            "middle": Decimal("1.095"), "margin": Decimal("1.3699"), "source": "ecb", "valid_from": WHEN,
            "request_id": 1, "state": "in_force", "stale": False, "off": None,
        }
        | more
    )  # fmt: skip


RATE = rate(1, None, "EUR", "USD")
ROWS: dict[str, list[Any]] = {
    "views": [],
    "contracts": [
        row(id=2, name="Business", client_kind="business", is_default=False, created_at=WHEN, version_id=2,
            in_force_from=WHEN, planned_from=at(0, 0), versions=2, clients=1_234),
        row(id=1, name="Standard", client_kind=None, is_default=True, created_at=WHEN, version_id=1,
            in_force_from=WHEN, planned_from=None, versions=1, clients=0)],
    "change_requests": [
        row(id=7, kind="contract", title="Standard", maker_id=5, maker=MAKER, mine=False, made_at=WHEN,
            submitted_at=WHEN, decided_at=None, decided_by=None, takes_effect_at=None, alone=False, reason=None,
            state="submitted"),
        row(id=6, kind="system_rate", title="EUR/USD +30", maker_id=5, maker=MAKER, mine=False, made_at=WHEN,
            submitted_at=WHEN, decided_at=WHEN, decided_by="Åsa Öberg", takes_effect_at=WHEN, alone=False,
            reason=None, state="conflicted")],
    "rates": [
        RATE,
        rate(2, "Rynek Exchange", "EUR", "USD", stale=True, off=Decimal("12.345"), source="office"),
        rate(3, "Rynek Exchange", "GBP", "USD", state="planned", source="office")],
    "offices": [row(id=1, name="Rynek Exchange", client="rynek@exchange.example", active=True, created_at=WHEN)],
    "cashback_profiles": [
        row(id=1, profile_id=1, name="Morning coffee", organization_id=2, organization="Rynek Coffee", issuer="EUR",
            scale=2, valid_from=WHEN, percent=Decimal("3.500000"), cap=500, hold_days=14, budget=1_000_000,
            clawback=True, paid_by="merchant", state="in_force")],
    "merchants": [row(id=2, name="Rynek Coffee")],
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "contract_choices": {
        "kinds": ["cash_top_up", "cash_withdrawal", "bank_top_up", "mass_payment"],
        "issuers": [{"code": "EUR", "scale": 2, "kind": "real"}, {"code": "USD", "scale": 2, "kind": "real"}]},
    "contract_detail": {
        "id": 1, "name": "Standard", "client_kind": "individual", "is_default": True, "clients": 1_234,
        "organizations": 3, "version_id": 1, "content": CONTENT, "waiting": [7],
        "versions": [{"id": 2, "valid_from": LATER, "until": None, "request_id": 7, "maker": MAKER,
                      "decided_by": "Åsa Öberg"},
                     {"id": 1, "valid_from": AT, "until": LATER, "request_id": 1, "maker": MAKER,
                      "decided_by": "Åsa Öberg"}]},
    "contract_check": {"findings": FINDINGS},
    "contract_what_if": {"rows": EFFECT},
    "contract_what_if_limits": {"rows": [
        {"kind": "cash_withdrawal", "issuer": "EUR", "period": "quarter", "refused": 17}]},
    "change_detail": REQUEST,
    "change_base_now": {"base": BASE},
    "rate_triangles": {"found": [{"office": None, "way": "EUR → GBP → USD → EUR", "gain": "0.4464"}]},
    "rate_history": {"points": POINTS},
}  # fmt: skip


def _detail() -> Any:
    from core.contracts import detail
    from tests.screens.canned import Canned

    return detail(Canned(ANSWERS, ROWS), 1)  # type: ignore[arg-type]


def _draft() -> Any:
    from core.contracts import read_draft

    return read_draft(PAYLOAD)


#: name, role, what makes the screen, what is pressed then.
SCREENS: tuple[tuple[str, str, Any, tuple[str, ...]], ...] = (
    ("contracts", "cfo", Contracts, ()),
    ("contract", "cfo", lambda: ContractScreen(1), ()),
    ("contract_versions", "cfo", lambda: ContractScreen(1), ("f6",)),
    ("contract_editor", "financial_specialist", lambda: ContractEditor(_draft()), ()),
    (
        "contract_editor_tiers",
        "financial_specialist",
        lambda: ContractEditor(_draft()),
        ("down", *["right"] * 8),
    ),
    ("contract_check", "financial_specialist", lambda: ContractEditor(_draft()), ("f8",)),
    ("contract_what_if", "financial_specialist", lambda: ContractEditor(_draft()), ("f6",)),
    ("contract_assign", "financial_specialist", lambda: ContractAssign(_detail()), ()),
    ("change_requests", "cfo", ChangeRequests, ()),
    ("change_request", "cfo", lambda: ChangeRequestScreen(7), ()),
    ("change_request_approve", "cfo", lambda: ChangeRequestScreen(7), ("f6",)),
    ("change_request_own", "financial_specialist", lambda: ChangeRequestScreen(7), ("f4",)),
    ("rates", "cfo", Rates, ()),
    ("rates_band", "cfo", Rates, ("b",)),
    ("rates_offer", "cfo", Rates, ("down", "o")),
    ("rate_form", "cfo", lambda: RateForm(RATE), ()),
    ("rate_history", "cfo", lambda: RateHistory(RATE), ()),
    ("rates_import", "cfo", RatesImport, ()),
    ("offices", "cfo", Offices, ()),
    ("office_form", "cfo", Offices, ("n",)),
    ("cashback", "cfo", Cashback, ()),
    ("cashback_form", "cfo", lambda: CashbackForm(ROWS["cashback_profiles"][0]), ()),
)
