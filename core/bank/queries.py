"""Bank accounts, statements with their lines, payment files, and money whose owner is not known yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from core.db.views import view

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.db import Database


@dataclass(frozen=True, slots=True)
class Account:
    """An own account; closing: of its last statement, in minor units, None before the first; waiting: payments of it
    that are at the bank and in no statement yet."""

    id: int
    iban: str
    bic: str
    name: str
    issuer: str
    scale: int
    tolerance: int
    active: bool
    closing: int | None
    ends_on: date | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whose a receipt may be; why: serial, email, phone or name."""

    serial: str
    client: str
    client_id: int
    why: str


_ACCOUNT = "id iban bic name issuer scale tolerance active closing ends_on waiting"


def accounts_select() -> Select[Any]:
    """The company's bank accounts; keyed by id. The columns are those of `Account`."""
    return view("bank_accounts", _ACCOUNT)


def accounts(db: Database) -> tuple[Account, ...]:
    """The company's bank accounts, those that are on first. One that is off pays nothing; its statements still come."""
    from sqlalchemy import column

    found = db.rows(accounts_select().order_by(column("active").desc(), column("id")))
    return tuple(Account(*(getattr(row, name) for name in _ACCOUNT.split())) for row in found)


def candidates(db: Database, line_id: int) -> tuple[Candidate, ...]:
    """Coins that a receipt may be meant for, the surest first; leaves a trace."""
    return tuple(Candidate(**each) for each in db.call("receipt_candidates", line_id=line_id)["candidates"])


def statements_select() -> Select[Any]:
    """Statements that were imported; keyed by id. waiting: lines that somebody has to look at."""
    return view(
        "bank_statements",
        "id account_id iban issuer scale statement sequence starts_on ends_on opening closing gap pieces sha256 "
        "imported_at imported_by waiting",
    )


def lines_select(statement_id: int) -> Select[Any]:
    """The lines of a statement; keyed by line. signed: below zero for a debit."""
    from sqlalchemy import column

    names = (
        "id statement_id statement line booked_on side amount signed issuer scale end_to_end_id servicer_ref "
        "remittance "
        "counterparty counterparty_iban return_reason request_id difference operation_id last_operation_id "
        "application_id serial client reason decided_by decided_at state"
    )
    return view("statement_lines", names).where(column("statement_id") == statement_id)


def files_select() -> Select[Any]:
    """Payment files; keyed by id. open: payments that no statement has shown yet."""
    return view("payment_files", "id message_id made_at made_by iban issuer scale pieces total sha256 open")


def payables_select() -> Select[Any]:
    """Approved redeem requests by bank that are in no file yet; keyed by id."""
    return view(
        "bank_payables", "id client_id client amount issuer scale payee iban note asked_at decided_at"
    )


def unallocated_select() -> Select[Any]:
    """Receipts whose owner is not known; keyed by id. application_state: None when none was made of it."""
    return view(
        "unallocated",
        "id statement_id line booked_on amount issuer scale remittance counterparty counterparty_iban return_reason "
        "end_to_end_id iban application_id application_state",
    )
