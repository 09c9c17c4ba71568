"""All operations, their sums, one operation, on a canned company: what the goldens show of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from screens.operation import OperationScreen
from screens.transactions import TransactionsList
from tests.screens.canned import AT, CASHIER, row

WHO, SHOP = "Małgorzata Wiśniewska", "ليلى حداد"
WHEN = datetime(2026, 11, 23, 7, 15, tzinfo=UTC)


def transaction(number: int, kind: str, amount: int, issuer: str = "EUR", **more: Any) -> Any:
    """A line of the list of all operations."""
    return row(
        **{
            "id": number, "at": WHEN, "booked_on": date(2026, 11, 23), "kind": kind, "issuer_id": 1, "issuer": issuer,
            "scale": 0 if issuer == "BONUS" else 2, "amount": amount, "commission": 150, "client_id": 5,
            "client": WHO, "email": "malgorzata@mail.example", "phone": "+48601234567", "coin_id": 1234,
            "serial": "400000001234", "counter_client_id": 6, "other": SHOP, "counter_coin_id": 1235,
            "other_serial": "400000001242", "actor_id": 11, "actor": CASHIER, "day_id": None, "desk": None,
            "of_id": None, "reverses_id": None, "version_id": 1,
        }
        | more
    )  # fmt: skip


def line(issuer: str, kind: str, pieces: int, amount: int, commission: int) -> dict[str, Any]:
    scale = 0 if issuer == "BONUS" else 2
    return {"issuer": issuer, "scale": scale, "kind": kind, "pieces": pieces, "amount": amount,
            "commission": commission}  # fmt: skip


ROWS: dict[str, list[Any]] = {
    "views": [],
    "transactions": [
        transaction(12_345_678, "redeem_recredited", 123_456_789),
        transaction(12_345_677, "payment", 10_000),
        transaction(12_345_676, "mass_payment_item", 2_500, of_id=12_345_670),
        transaction(12_345_675, "bonus_issue", 120, "BONUS", commission=0, other=None, other_serial=None),
        transaction(12_345_674, "cash_top_up", 50_000, day_id=7, desk="Khreshchatyk 2", other=None),
    ],
    "operation_kinds": [row(issuer="EUR", kind="payment")],
}
ANSWERS: dict[str, Any] = {
    "turnover": {
        "lines": [
            line("EUR", "payment", 1_234_567, 98_765_432_100, 987_654_321), line("EUR", "transfer", 1_200, 9_900, 99),
            line("USD", "payment", 34_567, 5_432_100, 54_321), line("BONUS", "bonus_issue", 120, 14_400, 0),
            line("PLN", "payment", 3, 4_500, 45), line("UAH", "payment", 2, 9_900, 99),
        ]
    },
    "operation_span": {"first": 1, "last": None},
    "operation_detail": {
        "operation_id": 12_345_677, "kind": "payment", "at": AT, "booked_on": "2026-11-23", "issuer": "EUR", "scale": 2,
        "amount": 10_000, "commission": 150, "details": {"note": "2 × coffee", "device": "POS-17"}, "batch_id": 321,
        "day_id": None, "of_id": None, "reverses_id": None, "actor": None, "desk": None, "refunded": 4_000,
        "sides": [
            {"client_id": 5, "client": WHO, "email": "malgorzata@mail.example", "phone": "+48601234567",
             "coin_id": 1234, "serial": "400000001234", "other": False},
            {"client_id": 6, "client": SHOP, "email": "layla@mail.example", "phone": None, "coin_id": 1235,
             "serial": "400000001242", "other": True}],
        "lines": [
            {"debit": {"kind": "WALLET", "of": "400000001234"}, "credit": {"kind": "WALLET", "of": "400000001242"},
             "amount": 10_000},
            {"debit": {"kind": "WALLET", "of": "400000001242"}, "credit": {"kind": "COMMISSION", "of": "payment"},
             "amount": 150}],
        "links": [
            {"operation_id": 12_345_690, "kind": "refund", "way": "followed_by", "at": AT, "amount": 4_000,
             "issuer": "EUR", "scale": 2}],
        "blocks": [{"block_id": 3, "state": "blocked", "kind": "suspicion", "reason": "odd hour, new device",
                    "made_at": AT}],
        "terms": {"contract_id": 1, "contract": "Standard", "version_id": 4, "valid_from": AT},
    },
}  # fmt: skip

#: name, what makes the screen, what is pressed then.
SCREENS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("transactions", TransactionsList, ()),
    ("transactions_fields", TransactionsList, ("f6",)),
    ("transactions_some", TransactionsList, ("slash", *"kind:payment", "enter")),
    ("transactions_totals", TransactionsList, ("f7",)),
    ("operation_detail", lambda: OperationScreen(12_345_677), ()),
)
