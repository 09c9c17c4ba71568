"""Redeem requests in the states that matter, on a canned company."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from screens.redeem_pay import RedeemPay
from screens.redeem_request import RedeemRequestScreen
from screens.redeem_requests import BankRequests, RedeemRequests
from tests.screens.canned import AT, CASHIER, EUR, at, day, home, line, row

IBAN = "MT84MALT011000012345MTLCAST001S"
CLIENT = "Małgorzata Wiśniewska"
WHEN = datetime(2026, 11, 20, 7, 15, tzinfo=UTC)


def request(number: int, kind: str, state: str, **more: Any) -> Any:
    """A line of the list."""
    return row(
        **{
            "id": number, "kind": kind, "state": state, "client_id": 5, "client": CLIENT, "serial": "400000001234",
            "issuer": "EUR", "scale": 2, "amount": 123_456_00, "commission": 1_234_56, "pays": 123_456_00,
            "payee": "" if kind == "cash" else CLIENT, "iban": None if kind == "cash" else IBAN, "note": "",
            "asked_at": WHEN, "expires_at": at(9, 0, 30) if kind == "cash" else None, "decided_at": None,
            "decided_by": None, "reason": None, "held": 124_690_56,
            "at_desk": number % 2 == 0 if kind == "cash" else None,
        }
        | more
    )  # fmt: skip


CASH = [request(12, "cash", "pending"), request(11, "cash", "approved", client="ليلى حداد", decided_by="Åsa Öberg"),
        request(10, "cash", "expired", at_desk=None, held=0)]  # fmt: skip
BANK = [request(9, "bank", "pending"), request(8, "bank", "submitted", held=0)]
DETAIL = {
    "id": 12, "kind": "cash", "state": "pending", "client_id": 5, "client": CLIENT, "client_kind": "individual",
    "organization": None, "identified": True, "serial": "400000001234", "issuer": "EUR", "scale": 2,
    "amount": 50_000, "commission": 500, "on_top": 500, "pays": 50_000, "available": 74_550, "held": 50_500,
    "hold_state": "active", "payee": "", "iban": None, "note": "", "asked_by": "intake", "asked_at": AT,
    "expires_at": "2026-12-07T08:15:00+01:00", "decided_by": None, "decided_at": None, "reason": None, "own": False,
    "refusal": None, "paid_at": None, "desks": ["Khreshchatyk 2 · Kyiv, main branch"], "lines": [],
    "operations": [{"id": 50_100, "kind": "redeem_hold", "at": AT}],
}  # fmt: skip
HOLD = ("HOLD", "400000001234")
DETAIL_BANK = DETAIL | {
    "id": 9, "kind": "bank", "payee": CLIENT, "iban": IBAN, "note": "my own money", "desks": None, "expires_at": None,
    "lines": [line(*HOLD, "PAYOUT", None, 50_000), line(*HOLD, "COMMISSION", "bank_redeem", 500)],
}  # fmt: skip
PAID = DETAIL | {
    "state": "paid", "held": 0, "hold_state": "used", "desks": None, "decided_by": "Jürgen Müller",
    "decided_at": AT, "paid_at": {"desk": "Khreshchatyk 2", "branch": "Kyiv, main branch", "cashier": CASHIER},
    "operations": [*DETAIL["operations"], {"id": 50_123, "kind": "cash_withdrawal", "at": AT}],  # type: ignore[misc]
}  # fmt: skip
BLOCKED = DETAIL | {"refusal": "client.blocked", "own": True, "desks": []}
AT_DESK = {
    "request_id": 12, "client": CLIENT, "serial": "400000001234", "issuer": "EUR", "scale": 2,
    "denominations": list(EUR), "amount": 50_000, "commission": 500, "cash": 50_000, "balance": 74_550,
    "held": 50_500, "asked_at": AT, "expires_at": "2026-12-07T08:15:00+01:00", "approved_at": AT,
    "approved_by": "Jürgen Müller",
    "lines": [line(*HOLD, "CASH", "Khreshchatyk 2", 50_000), line(*HOLD, "COMMISSION", "cash_withdrawal", 500)],
}  # fmt: skip
ROWS: dict[str, list[Any]] = {"views": [], "redeem_requests": CASH}
COUNTER: dict[str, Any] = {"home": home(day("open"), cash_day=1), "redeem_at_desk": AT_DESK}
FOUND = ("1", "2", "enter")

#: name, role, screen, answers, rows, keys
SCREENS: tuple[tuple[str, str, Any, dict[str, Any], dict[str, list[Any]], tuple[str, ...]], ...] = (
    ("redeem_requests", "accountant", RedeemRequests, {}, ROWS, ()),
    ("redeem_requests_approve", "accountant", RedeemRequests, {}, ROWS, ("space", "space", "a")),
    ("redeem_requests_decline", "accountant", RedeemRequests, {}, ROWS, ("d",)),
    ("redeem_requests_bank", "accountant", BankRequests, {}, ROWS | {"redeem_requests": BANK}, ()),
    ("redeem_request", "accountant", lambda: RedeemRequestScreen(12), {"redeem_detail": DETAIL}, ROWS, ()),
    ("redeem_request_bank", "accountant", lambda: RedeemRequestScreen(9), {"redeem_detail": DETAIL_BANK}, ROWS, ()),
    ("redeem_request_approve", "accountant", lambda: RedeemRequestScreen(9), {"redeem_detail": DETAIL_BANK}, ROWS,
     ("a",)),
    ("redeem_request_blocked", "accountant", lambda: RedeemRequestScreen(12), {"redeem_detail": BLOCKED}, ROWS, ("a",)),
    ("redeem_request_paid", "cfo", lambda: RedeemRequestScreen(12), {"redeem_detail": PAID}, ROWS, ()),
    ("redeem_pay", "cashier", RedeemPay, COUNTER, ROWS, ()),
    ("redeem_pay_found", "cashier", RedeemPay, COUNTER, ROWS, FOUND),
    ("redeem_pay_left", "cashier", RedeemPay, COUNTER, ROWS, (*FOUND, "tab", *"FA123456", "tab", "3", "f2")),
    ("redeem_pay_preview", "cashier", RedeemPay, COUNTER, ROWS, (*FOUND, "enter", *"FA123456", "f2")),
)  # fmt: skip
