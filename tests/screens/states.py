"""Every screen in the states that matter, on the canned company: what the goldens and the pictures show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from core.cash_desk import DeskDay, Receipt
from core.errors import Changed
from core.permissions import ROLES
from screens.bank_accounts import BankAccounts
from screens.cash_desks import CashDesks, DeskCashiers, DeskDays
from screens.cash_operations import CashOperations, Operation
from screens.cash_register_day import CashRegisterDay
from screens.close_requests import CloseRequests
from screens.differences import Differences, Resolve
from screens.home import Home
from screens.log_in import LogIn
from screens.parts.counting import ClosingCounting, OpeningCounting
from screens.parts.day_review import DayReview
from screens.parts.duties import Enrol, NewPassword
from screens.parts.paper import paper_of_receipt
from screens.top_up import TopUp
from screens.user_actions import UserAction, UserActions
from screens.withdraw import Withdraw
from tests.screens import bank, canned, fraud, office, redeem, terms, transactions
from tests.screens.canned import Canned

PHONE = ("6", "0", "1", "enter")


@dataclass(frozen=True)
class State:
    """role: who looks; first: makes the screen; answers, rows: of the database; press: what is pressed then."""

    name: str
    role: str
    first: Callable[[], Any]
    answers: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    press: tuple[str, ...] = ()
    demo: Any = None


def _today(state: str, **more: Any) -> dict[str, Any]:
    return {"home": canned.home(canned.day(state, **more), cash_day=1)}


def _day() -> DeskDay:
    return DeskDay.read(canned.day("opening_count"))


def _zeros(name: str, kind: Any, answers: dict[str, Any], press: tuple[str, ...]) -> State:
    return State(name, "cashier", lambda: kind(_day()), answers, press=("2", "enter", "f6", *press))


DIFFERS = Changed(
    "difference.confirm",
    {
        "differences": [
            {
                "issuer": "EUR",
                "scale": 2,
                "counted": 100_000,
                "expected": 12_345_678,
                "difference": -12_245_678,
            }
        ]
    },
)  # type: ignore[arg-type]
COUNTER = {
    **_today("open"),
    "client_find": {"clients": [canned.client()]},
    "cash_preview": lambda kind, **_: canned.preview(kind),
}
OVER = COUNTER | {
    "cash_preview": lambda kind, **_: canned.preview(kind) | {"broken": canned.BROKEN},
    "cash_top_up": canned.limited("cash_top_up"),
    "cash_withdraw": canned.limited("cash_withdrawal"),
}
FOUND_TWO = COUNTER | {
    "client_find": {"clients": [canned.client(), canned.client(name="ليلى حداد", phone=None)]}
}
BLOCKED = COUNTER | {
    "client_find": {
        "clients": [
            canned.client(
                blocked=True, identified=False, coins=[canned.coin(1, "EUR", 100), canned.coin(2, "USD", 0)]
            )
        ]
    }
}
REVIEW = {"desk_day_review": canned.review()}
OWED = SimpleNamespace(
    db=Canned({"totp_enrol_begin": {"secret_hex": "0123456789abcdef0123456789abcdef01234567"},
               "totp_enrol_confirm": {"recovery": [f"{n:04d}-abcd-efgh" for n in range(10)]}}),
    staff=SimpleNamespace(email="olena@demo.example"), company="Money Ltd",
)  # fmt: skip

DEMO = SimpleNamespace(
    people=tuple(
        SimpleNamespace(
            email=f"{role}@demo.example",
            name="Олена Бондаренко",
            role=role,
            password="bocli-demo",
            code=lambda: "012345",
        )
        for role in ROLES
    )
)

STATES = [
    State("log_in", "cashier", LogIn),
    State("log_in_demo", "cashier", LogIn, press=("f4", "down", "enter"), demo=DEMO),
    State("new_password", "cashier", lambda: NewPassword(OWED, "old")),
    State("enrol", "cashier", lambda: Enrol(OWED)),
    State("enrol_recovery", "cashier", lambda: Enrol(OWED), press=(*"123456", "f2")),
    State("home_cashier", "cashier", Home, _today("open")),
    State("home_no_day", "cashier", Home),
    State("home_accountant", "accountant", Home, {"home": canned.home(close_requests=2, differences=5)}),
    State("home_administrator", "administrator", Home),
    State("cash_day_choose", "cashier", CashRegisterDay, rows={"desk_days": [canned.desk_day("closed", z_number=41)]}),
    State("cash_day_opening", "cashier", CashRegisterDay, _today("opening_count")),
    State("cash_day_open", "cashier", CashRegisterDay, _today("open")),
    State("cash_day_close", "cashier", CashRegisterDay, _today("open"), press=("f8",)),
    State("cash_day_sent_back", "cashier", CashRegisterDay,
          _today("counting", sent_back_reason="Please count the small notes again, and the coins too.")),
    State("cash_day_requested", "cashier", CashRegisterDay, _today("close_requested")),
    State("counting_empty", "cashier", lambda: OpeningCounting(_day()), press=("2", "f2")),
    _zeros("counting_differs", OpeningCounting, {"desk_day_opening_count": DIFFERS}, ("f2",)),
    _zeros("counting_hand_over", ClosingCounting, {}, ("f2",)),
    State("top_up_no_day", "cashier", TopUp),
    State("top_up_client", "cashier", TopUp, COUNTER, press=PHONE),
    State("top_up_choose", "cashier", TopUp, FOUND_TWO, press=PHONE),
    State("top_up_blocked", "cashier", TopUp, BLOCKED, press=PHONE),
    State("top_up_errors", "cashier", TopUp, COUNTER, press=(*PHONE, *"1.234", "f2")),
    State("top_up_over_limit", "cashier", TopUp, OVER, press=(*PHONE, *"1234567", "f2")),
    State("top_up_application", "cashier", TopUp, OVER, press=(*PHONE, *"1234567", "f2", "f10")),
    State("top_up_preview", "cashier", TopUp, COUNTER, press=(*PHONE, *"1234567", "f2")),
    State("withdraw_preview", "cashier", Withdraw, COUNTER,
          press=(*PHONE, *"500", "enter", "enter", *"FA123456", "f2")),
    State("withdraw_application", "cashier", Withdraw, OVER,
          press=(*PHONE, *"500", "enter", "enter", *"FA123456", "f2", "f10")),
    State("receipt_copy", "cashier", lambda: paper_of_receipt(Receipt.read(canned.receipt(copy=True)))),
    State("operations", "cashier", CashOperations, _today("open")),
    State("operations_filter", "accountant", CashOperations, press=("f6",)),
    State("operation", "accountant", lambda: Operation(Receipt.read(canned.receipt()))),
    State("close_requests", "accountant", CloseRequests),
    State("close_requests_none", "accountant", CloseRequests, rows={"desk_days": []}),
    State("review", "accountant", lambda: DayReview(7), REVIEW),
    State("review_own", "accountant", lambda: DayReview(7), {"desk_day_review": canned.review(own=True)},
          press=("f8",)),
    State("review_close", "accountant", lambda: DayReview(7), REVIEW, press=("f8",)),
    State("review_send_back", "accountant", lambda: DayReview(7), REVIEW, press=("f7",)),
    State("cash_desks", "accountant", CashDesks),
    State("desk_days", "accountant", lambda: DeskDays(canned.DESKS[0]),
          rows={"desk_days": [
              canned.desk_day("closed", z_number=41, reconciled=True), canned.desk_day("counting", 6)]}),
    State("desk_cashiers", "accountant", lambda: DeskCashiers(canned.DESKS[0])),
    State("differences", "accountant", Differences),
    State("resolve", "accountant", lambda: Resolve(canned.ROWS["differences"][0]), press=("right",)),
    State("user_actions", "administrator", UserActions),
    State("user_actions_filter", "administrator", UserActions, press=("f6",)),
    State("user_action", "administrator", lambda: UserAction(canned.ROWS["audit_log"][1])),
]  # fmt: skip
STATES += [
    State(name, "administrator", first, office.ANSWERS, office.ROWS, press)
    for name, first, press in office.SCREENS
]
STATES += [
    State(name, role, first, terms.ANSWERS, terms.ROWS, press) for name, role, first, press in terms.SCREENS
]
STATES += [
    State(name, role, first, answers, rows, press)
    for name, role, first, answers, rows, press in redeem.SCREENS
]
STATES += [
    State(name, role, first, answers, bank.ROWS, press) for name, role, first, answers, press in bank.SCREENS
]
STATES.append(State("bank_accounts_none", "cfo", BankAccounts, rows={"views": [], "bank_accounts": []}))
STATES += [
    State(name, role, first, answers, fraud.ROWS, press)
    for name, role, first, answers, press in fraud.SCREENS
]
STATES += [
    State(name, "anti_fraud", first, transactions.ANSWERS, transactions.ROWS, press)
    for name, first, press in transactions.SCREENS
]
