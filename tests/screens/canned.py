"""A company that always answers the same: for pictures of screens that must not depend on the day they are made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from core.permissions import permissions_of

AT = "2026-11-23T08:15:00+01:00"
CASHIER = "Олена Бондаренко"
NOTE = "A note that goes on for longer than half of a narrow screen."
HEAD = "59a3390925b0a3146086f71c37f03d70b5a139028220" + "3b1fa48039d8ddfc8f25"
EUR = (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
USD = (10000, 5000, 2000, 1000, 500, 100)


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """A moment of that November."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def currency(code: str, name: str, symbol: str, denominations: tuple[int, ...]) -> dict[str, Any]:
    return {
        "code": code, "name": name, "symbol": symbol, "scale": 2, "kind": "real", "denominations": list(denominations),
    }  # fmt: skip


def day(state: str = "open", **more: Any) -> dict[str, Any]:
    """A desk day as the database describes it."""
    return {
        "day_id": 7, "state": state, "cash_date": "2026-11-23", "desk_id": 3, "desk": "Khreshchatyk 2",
        "branch": "Kyiv, main branch", "time_zone": "Europe/Kyiv", "cashier_id": 11, "cashier": CASHIER,
        "started_at": AT, "opened_at": None if state == "opening_count" else AT,
        "requested_at": AT if state in ("close_requested", "closed") else None,
        "closed_at": AT if state == "closed" else None, "z_number": 41 if state == "closed" else None,
        "reconciled": False, "sent_back_reason": None, "forced_reason": None,
        "currencies": [currency("EUR", "Euro", "€", EUR), currency("USD", "US dollar", "$", USD)],
    } | more  # fmt: skip


def coin(number: int, code: str, available: int) -> dict[str, Any]:
    return {
        "coin_id": number, "serial": f"40000000{number:04d}", "issuer": code, "issuer_name": code, "symbol": "",
        "scale": 2, "issuer_kind": "real", "cash": True, "available": available, "held": 0, "incoming": True,
        "outgoing": True, "closed": False,
    }  # fmt: skip


def client(**more: Any) -> dict[str, Any]:
    return {
        "client_id": 5, "kind": "individual", "name": "Małgorzata Wiśniewska", "phone": "+48601234567",
        "email": "malgorzata@mail.example", "blocked": False, "identified": True,
        "coins": [coin(1234, "EUR", 125_050)],
    } | more  # fmt: skip


def line(debit: str, debit_of: str | None, credit: str, credit_of: str | None, amount: int) -> dict[str, Any]:
    return {
        "debit": {"kind": debit, "of": debit_of},
        "credit": {"kind": credit, "of": credit_of},
        "amount": amount,
    }


TOP_UP_LINES = [
    line("CASH", "Khreshchatyk 2", "WALLET", "400000001234", 1_234_567_00 + 12_345_67),
    line("WALLET", "400000001234", "COMMISSION", "cash_top_up", 12_345_67),
]
WITHDRAWAL_LINES = [
    line("WALLET", "400000001234", "HOLD", "400000001234", 50_500),
    line("HOLD", "400000001234", "CASH", "Khreshchatyk 2", 50_000),
    line("HOLD", "400000001234", "COMMISSION", "cash_withdrawal", 500),
]
LIMITS = [
    {"period": "operation", "amount": 1_000_000, "amount_left": 950_000, "pieces": None, "pieces_left": None},
    {"period": "day", "amount": 2_000_000, "amount_left": 1_950_000, "pieces": 20, "pieces_left": 17},
]


def preview(kind: str) -> dict[str, Any]:
    top_up = kind == "cash_top_up"
    return {
        "kind": kind, "issuer": "EUR", "amount": 1_234_567_00 if top_up else 50_000,
        "commission": 12_345_67 if top_up else 500, "payer": "on_top",
        "cash": 1_246_912_67 if top_up else 50_000, "balance_before": 125_050,
        "balance_after": 1_235_817_50 if top_up else 74_550,
        "lines": TOP_UP_LINES if top_up else WITHDRAWAL_LINES, "limits": LIMITS,
    }  # fmt: skip


BROKEN = {
    "period": "day", "measure": "amount", "limit": 1_000_000_00, "used": 900_000_00, "excess": 1_134_567_00,
}  # fmt: skip


def limited(kind: str) -> dict[str, Any]:
    return BROKEN | {
        "application_id": 417, "kind": kind, "at": AT, "expires_at": AT, "issuer": "EUR", "scale": 2,
        "amount": 1_234_567_00, "commission": 12_345_67, "held": None if kind == "cash_top_up" else 1_246_912_67,
        "client": "Małgorzata Wiśniewska", "serial": "400000001234",
    }  # fmt: skip


def receipt(kind: str = "cash_withdrawal", **more: Any) -> dict[str, Any]:
    return {
        "operation_id": 50_123, "kind": kind, "at": AT, "booked_on": "2026-11-23", "issuer": "EUR", "scale": 2,
        "amount": 50_000, "commission": 500, "cash": 50_000, "balance": 74_550, "day_id": 7, "desk": "Khreshchatyk 2",
        "branch": "Kyiv, main branch", "time_zone": "Europe/Kyiv", "cashier": CASHIER,
        "client": "Małgorzata Wiśniewska", "serial": "400000001234", "document": "passport FA123456", "head": HEAD,
        "lines": WITHDRAWAL_LINES,
    } | more  # fmt: skip


SUMS = [
    {
        "issuer": "EUR", "scale": 2, "opening": 1_000_000, "expected": 12_345_678, "counted": 12_345_178,
        "difference": -500, "left": 0, "cash_in": 11_845_678, "cash_out": 500_000,
    },
    {
        "issuer": "USD", "scale": 2, "opening": 50_000, "expected": 50_000, "counted": 50_000, "difference": 0,
        "left": 0, "cash_in": 0, "cash_out": 0,
    },
]  # fmt: skip
TURNOVER = [
    {
        "kind": "cash_top_up",
        "issuer": "EUR",
        "scale": 2,
        "pieces": 118,
        "amount": 11_728_394,
        "commission": 117_284,
    },
    {
        "kind": "cash_withdrawal",
        "issuer": "EUR",
        "scale": 2,
        "pieces": 9,
        "amount": 500_000,
        "commission": 5_000,
    },
]


def count(number: int, kind: str, counted: int, by: str) -> dict[str, Any]:
    return {
        "count_id": number, "kind": kind, "at": AT, "by": by, "note": "",
        "totals": [{"issuer": "EUR", "scale": 2, "counted": counted, "expected": 12_345_678, "difference": 0}],
        "lines": [["EUR", 50000, 246], ["EUR", 10000, 4], ["EUR", 5000, 1], ["EUR", 100, 1], ["EUR", 50, 1]],
    }  # fmt: skip


def review(state: str = "close_requested", *, own: bool = False, **more: Any) -> dict[str, Any]:
    return day(state, **more) | {
        "sums": SUMS, "turnover": TURNOVER, "own": own, "count_seen": 9,
        "counts": [count(8, "opening", 1_000_000, CASHIER), count(9, "closing", 12_345_178, CASHIER)],
    }  # fmt: skip


def row(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(**fields)


def desk_day(state: str, number: int = 7, **more: Any) -> SimpleNamespace:
    return row(
        **{
            "id": number, "desk_id": 3, "desk": "Khreshchatyk 2", "branch": "Kyiv, main branch",
            "time_zone": "Europe/Kyiv", "cashier_id": 11, "cashier": CASHIER,
            "cash_date": date(2026, 11, 23), "state": state, "requested_at": at(6, 15), "z_number": None,
            "reconciled": False, "sent_back_reason": None, "forced_reason": None,
        }
        | more
    )  # fmt: skip


DESKS = [
    row(id=3, name="Khreshchatyk 2", branch="Kyiv, main branch", time_zone="Europe/Kyiv", active=True, z_last=41,
        day_id=7, state="close_requested", cashier_id=11, cashier=CASHIER, cash_date=date(2026, 11, 23)),
    row(id=4, name="Rynek 1", branch="Kraków", time_zone="Europe/Warsaw", active=True, z_last=0,
        day_id=None, state=None, cashier_id=None, cashier=None, cash_date=None),
]  # fmt: skip


def operation(number: int, kind: str, amount: int, who: str) -> SimpleNamespace:
    return row(
        id=number, at=at(6, 15), booked_on=date(2026, 11, 23), kind=kind, issuer="EUR", scale=2, amount=amount,
        commission=500, day_id=7, desk_id=3, desk="Khreshchatyk 2", time_zone="Europe/Kyiv", cashier_id=11,
        cashier=CASHIER, client_id=5, client=who, serial="400000001234", version_id=1, reverses_id=None,
    )  # fmt: skip


def entry(number: int, what: str, entity: str, entity_id: str, **more: Any) -> SimpleNamespace:
    return row(
        **{
            "id": number, "at": at(6, 15), "stream": "day:7", "seq": number, "actor_id": 11, "actor": CASHIER,
            "actor_role": "cashier", "login": "bo_0123456789abcdef01234567", "from_addr": "10.20.30.40", "what": what,
            "entity": entity, "entity_id": entity_id, "before": None, "after": None, "refused": False,
            "prev": bytes(32), "hash": bytes.fromhex(HEAD),
        }
        | more
    )  # fmt: skip


ROWS: dict[str, list[SimpleNamespace]] = {
    "desks": DESKS,
    "desk_days": [desk_day("close_requested"), desk_day("close_requested", 6, sent_back_reason="count again")],
    "desk_balances": [
        row(desk_id=3, issuer="EUR", scale=2, balance=12_345_678),
        row(desk_id=3, issuer="USD", scale=2, balance=50_000),
        row(desk_id=4, issuer="EUR", scale=2, balance=0),
    ],
    "desk_cashiers": [
        row(desk_id=3, desk="Khreshchatyk 2", staff_id=11, cashier=CASHIER, email="olena@demo.example",
            assigned=True),
        row(desk_id=3, desk="Khreshchatyk 2", staff_id=12, cashier="ليلى حداد", email="layla@demo.example",
            assigned=False),
    ],
    "cash_operations": [
        operation(50_123, "cash_withdrawal", 50_000, "Małgorzata Wiśniewska"),
        operation(50_122, "cash_top_up", 123_456_700, "ليلى حداد"),
    ],
    "differences": [
        row(id=1, day_id=7, desk="Khreshchatyk 2", cashier=CASHIER, cash_date=date(2026, 11, 23), z_number=41,
            issuer="EUR", scale=2, kind="SHORT", amount=500),
        row(id=2, day_id=6, desk="Rynek 1", cashier="Jan Kowalski", cash_date=date(2026, 11, 22), z_number=3,
            issuer="USD", scale=2, kind="OVER", amount=1_000),
    ],
    "views": [],
    "audit_log": [
        entry(4, "cash_top_up", "refusal", "funds.not_enough", refused=True, after={"state": "BO024"}),
        entry(3, "desk_day.close", "desk_day", "7", before={"state": "close_requested"},
              after={"state": "closed", "z": 41, "note": NOTE}),
        entry(2, "client.find", "client", "5", after={"asked": "+48601234567", "found": 1}),
        entry(1, "session.open", "session", "9", after={"second_factor": True}),
    ],
}  # fmt: skip


class Canned:
    """A database that gives what it was given."""

    def __init__(self, answers: dict[str, Any], rows: dict[str, list[SimpleNamespace]] | None = None) -> None:
        self.answers = {"session_close": {}, "home": home()} | answers
        self.lists = ROWS | (rows or {})
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, function: str, /, **params: Any) -> dict[str, Any]:
        self.calls.append((function, params))
        answer = self.answers[function]
        if isinstance(answer, Exception):
            raise answer
        found: dict[str, Any] = answer(**params) if isinstance(answer, Callable) else answer  # type: ignore[arg-type]
        return found

    def rows(self, select: Any) -> list[SimpleNamespace]:
        return self.lists[select.get_final_froms()[0].name]

    def close(self) -> None:
        return


def home(today: dict[str, Any] | None = None, **waiting: int) -> dict[str, Any]:
    return {"now": AT, "database": "money", "role": "cashier", "day": today, "waiting": waiting}


def session(role: str, db: Canned, language: str) -> Any:
    """Somebody of that role, logged in to the canned company."""
    name = {"cashier": CASHIER, "accountant": "Jürgen Müller"}.get(role, "Åsa Öberg")
    staff = SimpleNamespace(
        id=11, name=name, email=f"{role}@demo.example", role=role, language=language, theme="dark", phone=None
    )
    return SimpleNamespace(
        db=db, staff=staff, permissions=permissions_of(role), company="Money Ltd", idle_minutes=10, failures=0,
        last_login_at=at(5, 2), last_login_from=None, must_change_password=False, must_enrol=False, recovery_left=9,
        role_idle_minutes=15,
    )  # fmt: skip
