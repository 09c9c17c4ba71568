"""Applications and blocks in the states that matter, on a canned company."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from screens.application import ApplicationScreen
from screens.applications import Applications
from screens.blocks import Blocks
from screens.change_request import ChangeRequestScreen
from screens.home import Home
from tests.screens import canned
from tests.screens.canned import AT, row
from tests.screens.terms import MAKER, REQUEST

WHEN = datetime(2026, 11, 23, 6, 15, tzinfo=UTC)
CLIENT = "ليلى حداد"
WHY = "The bank says that the card behind it was stolen"


def _application(number: int, **more: Any) -> Any:
    return row(
        **{
            "id": number, "kind": "transfer", "client_id": 5, "client": CLIENT, "client_key": "",
            "email": "layla@mail.example", "serial": "400000001234",
            "issuer": "EUR", "scale": 2, "amount": 1_234_500, "commission": 100,
            "period": "day", "measure": "amount", "limit_value": 1_000_000, "used_value": 250_000,
            "left_value": 750_000, "excess": 484_500, "asked_at": WHEN, "expires_at": WHEN, "taken_by": None,
            "mine": False, "taken_at": None, "snoozed_until": None, "escalated_at": None, "escalated": False,
            "at_desk": False, "decided_by": None, "decided_at": None, "reason": None, "operation_id": None,
            "state": "limited", "waiting": True,
        }
        | more
    )  # fmt: skip


def _operation(number: int, kind: str, amount: int, *, received: bool = False) -> dict[str, Any]:
    return {
        "id": number,
        "at": AT,
        "kind": kind,
        "issuer": "EUR",
        "scale": 2,
        "amount": amount,
        "commission": 0,
        "received": received,
    }


DETAIL: dict[str, Any] = {
    "id": 42, "state": "taken", "kind": "transfer", "issuer": "EUR", "scale": 2, "amount": 1_234_500,
    "commission": 24_690, "period": "day", "measure": "amount", "limit_value": 1_000_000, "used_value": 250_000,
    "left_value": 750_000, "excess": 484_500, "asked_at": AT, "expires_at": AT, "at_desk": False, "held": True,
    "note": "For the car", "device": "a71c-phone", "asked_by": "Front end 1", "taken_by": "Åsa Öberg", "mine": True,
    "snoozed_until": None, "escalated_at": None, "escalated_by": None, "escalation": "", "may_decide": True,
    "decided_by": None, "decided_at": None, "reason": None, "failure": None, "operation_id": None,
    "client": {"client_id": 5, "name": CLIENT, "kind": "individual", "email": "layla@mail.example", "since": AT,
               "active": True, "blocked": False, "identification": "approved", "identified_until": None},
    "other_side": {"client_id": 6, "name": "Jürgen Müller", "serial": "400000005678"},
    "coin": {"coin_id": 9, "serial": "400000001234", "balance": 5_000_000, "held": 1_259_190, "available": 3_740_810},
    "limits": [
        {"period": "day", "amount": 1_000_000, "pieces": 20, "amount_used": 250_000, "pieces_used": 3},
        {"period": "month", "amount": 10_000_000, "pieces": None, "amount_used": 3_250_000, "pieces_used": 31}],
    "uplifts": [{"amount": 500_000, "pieces": 2, "expires_at": AT, "reason": "Holiday", "made_by": MAKER}],
    "operations": [_operation(812, "application_hold", 1_234_500), _operation(801, "transfer", 49_900, received=True),
                   _operation(790, "bank_top_up", 5_000_000)],
    "devices": [{"device": "a71c-phone", "first_seen": AT, "last_seen": AT, "pieces": 12, "others": 0},
                {"device": "9f20-tablet", "first_seen": AT, "last_seen": AT, "pieces": 1, "others": 3}],
    "applications": [{"id": 31, "state": "rejected", "kind": "transfer", "issuer": "EUR", "scale": 2,
                      "amount": 990_000, "asked_at": AT}],
    "blocks": [{"id": 3, "state": "lifted", "kind": "lost_access", "direction": None, "reason": "Phone lost",
                "made_at": AT, "expires_at": None}],
}  # fmt: skip
FAILED = DETAIL | {
    "state": "failed", "mine": False, "may_decide": True, "decided_by": MAKER, "decided_at": AT,
    "reason": "Seen the contract of sale", "failure": {"state": "BO026", "key": "client.blocked", "params": {}},
    "escalated_at": AT, "escalated_by": "Jan Kowalski", "escalation": "Please look at the second device",
    "operations": [], "devices": [], "applications": [], "blocks": [], "uplifts": [], "limits": [],
}  # fmt: skip


def _block(number: int, **more: Any) -> Any:
    return row(
        **{
            "id": number, "target": "client", "client_id": 5, "client": CLIENT, "client_key": "",
            "email": "layla@mail.example", "coin_id": None, "serial": None, "operation_id": None, "direction": None,
            "kind": "suspicion", "reason": WHY, "made_by": MAKER, "made_at": WHEN, "expires_at": None,
            "request_id": None, "ended_at": None, "ended_by": None, "state": "blocked",
        }
        | more
    )  # fmt: skip


ROWS = {
    "applications": [
        _application(42, state="taken", taken_by="Jan Kowalski"),
        _application(41, kind="payment", client="Олена Бондаренко", measure="pieces", limit_value=20, used_value=20,
                     left_value=0, excess=1, amount=999),
        _application(40, kind="cash_withdrawal", client="Jürgen Müller", escalated=True, escalated_at=WHEN),
    ],
    "blocks": [
        _block(9),
        _block(8, target="coin", coin_id=9, serial="400000001234", direction="out", kind="court_order",
               expires_at=datetime(2027, 1, 31, 12, tzinfo=UTC), state="unblock_requested", request_id=7),
        _block(7, target="operation", operation_id=50_123, kind="client_request", state="lifted"),
    ],
}  # fmt: skip
LOOK = {
    "stands": True, "kind": "suspicion", "reason": WHY, "made_at": AT, "made_by": MAKER, "direction": None,
    "expires_at": None, "client": CLIENT, "coin": None, "operation_id": None,
}  # fmt: skip
UNBLOCK = REQUEST | {
    "kind": "unblock", "title": CLIENT, "payload": {"block_id": 9, "reason": "The client came with a passport"},
    "base": LOOK, "base_now": LOOK, "base_changed": False,
}  # fmt: skip
ANSWERS = {
    "application_detail": DETAIL,
    "change_base_now": {"base": LOOK, "outcome": {}, "error": None},
    "change_detail": UNBLOCK,
}
WAITING = ANSWERS | {"home": canned.home(applications=3, change_requests=1)}
SCREENS: list[tuple[str, str, Any, dict[str, Any], tuple[str, ...]]] = [
    ("home_anti_fraud", "anti_fraud", Home, WAITING, ()),
    ("applications", "anti_fraud", Applications, ANSWERS, ()),
    ("application", "anti_fraud", lambda: ApplicationScreen(42), ANSWERS, ()),
    ("application_failed", "cfo", lambda: ApplicationScreen(42), ANSWERS | {"application_detail": FAILED}, ()),
    ("application_approve", "anti_fraud", lambda: ApplicationScreen(42), ANSWERS, ("f6",)),
    ("application_approve_errors", "anti_fraud", lambda: ApplicationScreen(42), ANSWERS,
     ("f6", "space", "enter", *"1.234", "f10")),
    ("application_snooze", "anti_fraud", lambda: ApplicationScreen(42), ANSWERS, ("f4", "x", "enter")),
    ("blocks", "anti_fraud", Blocks, ANSWERS, ()),
    ("block_new", "anti_fraud", Blocks, ANSWERS, ("n",)),
    ("block_lift", "anti_fraud", Blocks, ANSWERS, ("f6", *"a mistake", "enter")),
    ("change_request_unblock", "anti_fraud", lambda: ChangeRequestScreen(7), ANSWERS, ()),
]  # fmt: skip
