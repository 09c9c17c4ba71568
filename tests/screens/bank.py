"""The accountant's bank in the states that matter, on a canned company: what the goldens show of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from core.bank import camt
from core.errors import Invalid
from screens.bank import Bank
from screens.bank_accounts import BankAccountForm, BankAccounts
from screens.payment_files import PaymentFiles, PaymentMake
from screens.statement import StatementScreen
from screens.statement_import import StatementImport
from screens.unallocated import Match, Unallocated
from tests import statements
from tests.screens.canned import AT, at, line, row

WHO = "Małgorzata Wiśniewska"
PAYEE_IBAN = "PL61109010140000071219812874"
DAY = date(2026, 11, 20)
FILE = Path("/tmp/bocli-golden-statement.xml")
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def statement(number: int, name: str, **more: Any) -> Any:
    """A line of the list of statements."""
    return row(
        **{
            "id": number, "account_id": 1, "iban": statements.IBAN, "issuer": "EUR", "scale": 2, "statement": name,
            "sequence": number, "starts_on": DAY, "ends_on": DAY, "opening": 125_000_00, "closing": 1_234_567_89,
            "gap": None, "pieces": 118, "sha256": HASH, "imported_at": at(6, 15), "imported_by": "Jürgen Müller",
            "waiting": 0,
        }
        | more
    )  # fmt: skip


def booked(number: int, state: str, amount: int, **more: Any) -> Any:
    """A line of a statement."""
    side = "credit" if amount > 0 else "debit"
    return row(
        **{
            "id": 100 + number, "statement_id": 42, "statement": "2026/11/42", "line": number, "booked_on": DAY,
            "side": side, "amount": abs(amount), "signed": amount, "issuer": "EUR", "scale": 2, "end_to_end_id": "",
            "servicer_ref": f"2026112000{number:04d}", "remittance": "", "counterparty": WHO,
            "counterparty_iban": PAYEE_IBAN, "return_reason": None, "request_id": None, "difference": None,
            "operation_id": 50_000 + number, "last_operation_id": None, "application_id": None, "serial": None,
            "client": None, "reason": None, "decided_by": None, "decided_at": None, "state": state,
        }
        | more
    )  # fmt: skip


def payable(number: int, payee: str, amount: int) -> Any:
    """A request that waits for its file."""
    return row(
        id=number, client_id=5, client=payee, amount=amount, issuer="EUR", scale=2, payee=payee, iban=PAYEE_IBAN,
        note="", asked_at=at(5), decided_at=at(6),
    )  # fmt: skip


def receipt(number: int, who: str, amount: int, text: str, **more: Any) -> Any:
    """Money whose owner is not known."""
    return row(
        **{
            "id": number, "statement_id": 42, "line": number, "booked_on": DAY, "amount": amount, "issuer": "EUR",
            "scale": 2, "remittance": text, "counterparty": who, "counterparty_iban": PAYEE_IBAN,
            "return_reason": None, "end_to_end_id": "", "iban": statements.IBAN, "application_id": None,
            "application_state": None,
        }
        | more
    )  # fmt: skip


LINES = [
    booked(1, "settled", -100_00, request_id=8_123, end_to_end_id="BOCLI-8123"),
    booked(2, "differs", -101_50, request_id=8_124, difference=-1_50, operation_id=None),
    booked(3, "recredited", 250_00, request_id=8_100, return_reason="AC04", last_operation_id=50_099),
    booked(4, "unallocated", 1_234_567_00, remittance="wallet 400000001234", counterparty="ليلى حداد"),
    booked(5, "waiting", 9_000_00, application_id=17),
    booked(6, "matched", 10_00, serial="400000001234", client=WHO, last_operation_id=50_110),
    booked(7, "unmatched", -12_00, counterparty="", remittance="Fee of November", operation_id=None),
    booked(
        8, "own", -3_00, counterparty="", reason="monthly fee", decided_by="Jürgen Müller", decided_at=at(7)
    ),
    booked(9, "duplicate", 10_00),
    booked(10, "ignored", -1_00, counterparty=""),
]
RECEIPTS = [
    receipt(19, "ليلى حداد", 9_000_00, "savings", application_id=17, application_state="limited"),
    receipt(18, WHO, 1_234_567_00, "top-up of wallet 400000001234"),
    receipt(17, "Jan Kowalski", 10_00, "", application_id=11, application_state="withdrawn"),
]
ACCOUNTS = [
    row(id=1, iban=statements.IBAN, bic="COBADEFFXXX", name="Money Ltd", issuer="EUR", scale=2, tolerance=200,
        active=True, closing=125_000_00, ends_on=date(2026, 11, 19), waiting=3),
    row(id=2, iban=PAYEE_IBAN, bic="BPKOPLPWXXX", name=WHO, issuer="USD", scale=2, tolerance=0,
        active=False, closing=1_234_567_89, ends_on=date(2026, 9, 30), waiting=0),
    row(id=3, iban="MT84MALT011000012345MTLCAST001S", bic="MALTMTMT", name="Money Ltd", issuer="EUR", scale=2,
        tolerance=100_000, active=True, closing=None, ends_on=None, waiting=0),
]  # fmt: skip
CURRENCIES = [
    row(id=number, code=code, kind=kind, scale=2)
    for number, code, kind in ((1, "EUR", "real"), (2, "USD", "real"), (3, "BONUS", "bonus"))
]
ROWS: dict[str, list[Any]] = {
    "views": [],
    "bank_accounts": ACCOUNTS,
    "issuers": CURRENCIES,
    "bank_statements": [
        statement(42, "2026/11/42", gap=-5_000_00, waiting=3), statement(41, "2026/11/41", pieces=7)],
    "statement_lines": LINES,
    "payment_files": [
        row(id=12, message_id="BO" + HASH[:32], made_at=at(6, 15), made_by="Jürgen Müller", iban=statements.IBAN,
            issuer="EUR", scale=2, pieces=118, total=1_234_567_89, sha256=HASH, open=3),
        row(id=11, message_id="BO" + HASH[32:], made_at=at(6, 15, 22), made_by="Jürgen Müller", iban=statements.IBAN,
            issuer="EUR", scale=2, pieces=1, total=7_00, sha256=HASH, open=0)],
    "bank_payables": [payable(8_130, WHO, 1_234_567_89), payable(8_131, "ليلى حداد", 100_00)],
    "unallocated": RECEIPTS,
}  # fmt: skip


def _imported(statement: dict[str, Any], **_: Any) -> dict[str, Any]:
    one = statement["statements"][0]
    return {
        "statements": [
            {
                "statement_id": 43, "statement": one["id"], "operations": 3,
                "states": ["settled", "differs", "unallocated", "unmatched"],
                "warnings": [
                    {"key": "gap", "params": {"statement": one["id"], "opening": 125_000_00, "before": 120_000_00}},
                    {"key": "sequence", "params": {"statement": one["id"], "sequence": 43, "before": 41}},
                ],
            }
        ]
    }  # fmt: skip


ANSWERS: dict[str, Any] = {
    "statement_import": _imported,
    "receipt_candidates": {
        "candidates": [
            {"serial": "400000001234", "client": WHO, "client_id": 5, "why": "serial"},
            {"serial": "400000005678", "client": WHO, "client_id": 5, "why": "phone"},
            {"serial": "400000009012", "client": "ليلى حداد", "client_id": 6, "why": "email"},
            {"serial": "400000003456", "client": WHO, "client_id": 7, "why": "name"},
        ]
    },
    "receipt_match": {
        "status": "done", "operation_id": 50_200, "commission": 24_691_34, "serial": "400000001234", "client": WHO,
        "lines": [
            line("UNALLOCATED", None, "WALLET", "400000001234", 1_234_567_00),
            line("WALLET", "400000001234", "COMMISSION", "bank_top_up", 24_691_34),
        ],
    },
    "payment_file": {
        "file_id": 12, "message_id": "BO" + HASH[:32], "pieces": 118, "total": 1_234_567_89, "made_at": AT,
        "sha256": HASH, "content": "<Document/>",
    },
}  # fmt: skip
LIMITED = ANSWERS | {
    "receipt_match": {
        "status": "limited",
        "application_id": 17,
        "serial": "400000001234",
        "client": WHO,
        "lines": [],
    }
}


WRONG_IBAN = ANSWERS | {"bank_account_create": Invalid("bank.account_iban")}
TOO_MUCH = ANSWERS | {
    "bank_account_change": Invalid("bank.account_tolerance", {"max": 100_000, "issuer": "EUR", "scale": 2})
}
SWITCHED = ANSWERS | {"bank_account_switch": {"account_id": 1, "waiting": 3}}
REST = ("enter", *"COBADEFFXXX", "enter", *"Money Ltd", "f2")
TYPED, MISTYPED = (*statements.IBAN, *REST), (*statements.IBAN[:-1], "1", *REST)


def _import() -> Any:
    FILE.write_bytes(
        statements.camt(
            statements.debit(100_00, end_to_end_id="BOCLI-8123", party=WHO),
            statements.debit(101_50, end_to_end_id="BOCLI-8124", party=WHO),
            statements.credit(9_000_00, party="ليلى حداد"),
            statements.debit(12_00, party="The bank"),
            opening=125_000_00, name="2026/11/43", sequence=43,
        )
    )  # fmt: skip
    camt.read(FILE, {"EUR": 2})
    return StatementImport()


#: name, role, what makes the screen, answers, what is pressed then.
SCREENS: tuple[tuple[str, str, Any, dict[str, Any], tuple[str, ...]], ...] = (
    ("bank", "accountant", Bank, ANSWERS, ()),
    ("bank_chief", "cfo", Bank, ANSWERS, ()),
    ("bank_accounts", "cfo", BankAccounts, ANSWERS, ()),
    ("bank_accounts_accountant", "accountant", BankAccounts, ANSWERS, ("enter",)),
    ("bank_accounts_switch", "cfo", BankAccounts, ANSWERS, ("f7",)),
    ("bank_accounts_off", "cfo", BankAccounts, SWITCHED, ("f7", "f10")),
    ("bank_account_new", "cfo", lambda: BankAccountForm(None), ANSWERS, ()),
    ("bank_account_empty", "cfo", lambda: BankAccountForm(None), ANSWERS, ("f2",)),
    ("bank_account_preview", "cfo", lambda: BankAccountForm(None), ANSWERS, TYPED),
    ("bank_account_errors", "cfo", lambda: BankAccountForm(None), WRONG_IBAN, (*MISTYPED, "f10")),
    ("bank_account_change", "cfo", lambda: BankAccountForm(ACCOUNTS[0]), TOO_MUCH,
     ("down", "down", "ctrl+u", *"2000", "f2", "f10")),
    ("statement", "accountant", lambda: StatementScreen(ROWS["bank_statements"][0]), ANSWERS, ()),
    ("statement_line", "accountant", lambda: StatementScreen(ROWS["bank_statements"][0]), ANSWERS,
     ("down", "down", "enter")),
    ("statement_decide", "accountant", lambda: StatementScreen(ROWS["bank_statements"][0]), ANSWERS, ("down", "f6")),
    ("statement_mark", "accountant", lambda: StatementScreen(ROWS["bank_statements"][0]), ANSWERS,
     (*["down"] * 6, "f7")),
    ("statement_import", "accountant", _import, ANSWERS, (*str(FILE), "f2", "escape")),
    ("payment_files", "accountant", PaymentFiles, ANSWERS, ()),
    ("payment_make", "accountant", PaymentMake, ANSWERS, ("a",)),
    ("payment_make_sure", "accountant", PaymentMake, ANSWERS, ("a", "f6")),
    ("unallocated", "accountant", Unallocated, ANSWERS, ()),
    ("match", "accountant", lambda: Match(RECEIPTS[1]), ANSWERS, ()),
    ("match_preview", "accountant", lambda: Match(RECEIPTS[1]), ANSWERS, ("f2",)),
    ("match_limited", "accountant", lambda: Match(RECEIPTS[1]), LIMITED, ("f2",)),
)  # fmt: skip
