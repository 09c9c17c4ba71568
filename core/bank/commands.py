"""What is done with banks: files of payments made, statements taken, money given to who it was meant for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.bank import pain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from uuid import UUID

    from core.bank.camt import Read
    from core.db import Database


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What may change of an own account. name: of its holder as the bank writes it, 1 to 70 letters; tolerance: minor
    units by which a line may differ from what was asked and still be offered as the same payment, to 1,000.00."""

    name: str
    bic: str
    tolerance: int


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An own account; blanks in its IBAN do not count. issuer: a real currency with two digits after the point."""

    key: UUID
    iban: str
    issuer: str
    facts: AccountFacts


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file of payments as it was made; total in minor units."""

    file_id: int
    message_id: str
    pieces: int
    total: int
    made_at: datetime
    sha256: str
    content: str

    @property
    def name(self) -> str:
        """What it is called in a folder."""
        return f"pain.001-{self.message_id}.xml"


@dataclass(frozen=True, slots=True)
class Warned:
    """What an accountant should know of a statement: gap or sequence, with the text's parameters."""

    key: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """A statement that was taken, or would be: what becomes of each line, in their order."""

    statement_id: int
    statement: str
    operations: int
    states: tuple[str, ...]
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """A line of a preview: kind of account and whose it is on both sides; amount in minor units."""

    debit_kind: str
    debit_of: str | None
    credit_kind: str
    credit_of: str | None
    amount: int


@dataclass(frozen=True, slots=True)
class MatchSeen:
    """What giving money to a coin would do; limited: it would wait for anti-fraud, and nothing be posted."""

    serial: str
    client: str
    commission: int
    limited: bool
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """Either done by an operation, with the commission in minor units, or waiting as an application."""

    operation_id: int | None
    commission: int
    application_id: int | None


def add_account(db: Database, new: NewAccount) -> int:
    """Add a bank account of the company's own; its number. IBAN and currency never change afterwards.

    Raises Invalid: bank.account_iban, bank.account_currency, bank.account_bic, bank.account_name,
    bank.account_tolerance, bank.account_taken; StepUpNeeded.
    """
    facts = new.facts
    made = db.call(
        "bank_account_create",
        key=new.key,
        iban=new.iban,
        bic=facts.bic,
        name=facts.name,
        issuer=new.issuer,
        tolerance=facts.tolerance,
    )
    return int(made["account_id"])


def change_account(db: Database, key: UUID, account_id: int, facts: AccountFacts) -> None:
    """Change holder, BIC and tolerance. Raises as `add_account`, and NotFound bank.account_not_found."""
    db.call(
        "bank_account_change",
        key=key,
        id=account_id,
        name=facts.name,
        bic=facts.bic,
        tolerance=facts.tolerance,
    )


def switch_account(db: Database, key: UUID, account_id: int, *, active: bool) -> int:
    """Switch an account off or on; how many of its payments are at the bank. Off, it pays nothing more; its statements
    still come in, so what was sent settles.

    Raises WrongState bank.account_on, bank.account_is_off, NotFound bank.account_not_found, StepUpNeeded.
    """
    return int(db.call("bank_account_switch", key=key, id=account_id, active=active)["waiting"])


def make_payment_file(db: Database, key: UUID, account_id: int, requests: Sequence[int]) -> PaymentFile:
    """Take approved redeem requests into a file for the bank. The same key gives the same file again.

    The file is written and validated before anything changes; the requests are submitted in the transaction that keeps
    it. Raises WrongState payment_file.request_state, Invalid payment_file.…, Changed payment_file.other_content,
    NotEligible bank.account_off.
    """
    ids = sorted(set(requests))
    draft = db.call("payment_file_draft", key=key, account_id=account_id, request_ids=ids)
    if "file_id" not in draft:
        payer = pain.Payer(draft["name"], draft["iban"], draft["bic"], draft["issuer"])
        payments = [pain.Payment(**each) for each in draft["payments"]]
        at = datetime.fromisoformat(draft["at"]).astimezone(UTC)
        content = pain.write(f"BO{key.hex}", at, payer, payments)
        draft = db.call(
            "payment_file_make",
            key=key,
            account_id=account_id,
            request_ids=ids,
            content=content,
            deadline_s=60,
        )
    return payment_file(db, draft["file_id"])


def payment_file(db: Database, file_id: int) -> PaymentFile:
    """A file as it was made; leaves a trace. Raises NotFound payment_file.not_found."""
    row = db.call("payment_file", file_id=file_id)
    return PaymentFile(**{**row, "made_at": datetime.fromisoformat(row["made_at"])})


def write_payment_file(made: PaymentFile, folder: Path) -> Path:
    """Write it into a folder, readable by its owner only; the path. One that is there with this content is it already.

    Raises Invalid: file.unwritable.
    """
    from core.bank.files import keep

    return keep(folder, made.name, made.content.encode())


def import_statements(db: Database, key: UUID, iban: str, read: Read, *, dry_run: bool) -> tuple[Taken, ...]:
    """Take a file's statements of an own account, all or nothing; a dry run does the same and undoes it.

    Raises WrongState statement.imported, Invalid statement.other_account, statement.sums, NotFound.
    """
    answer = db.call(
        "statement_import",
        deadline_s=120,
        key=key,
        account_iban=iban,
        statement=read.payload(),
        dry_run=dry_run,
    )
    return tuple(
        Taken(
            each["statement_id"],
            each["statement"],
            each["operations"],
            tuple(each["states"]),
            tuple(Warned(**one) for one in each["warnings"]),
        )
        for each in answer["statements"]
    )


def decide_line(db: Database, key: UUID, line_id: int, *, yes: bool, reason: str) -> str:
    """Say whether a line that differs is the payment that it names; its state. Raises WrongState, Invalid reason.…"""
    return str(db.call("statement_line_decide", key=key, line_id=line_id, yes=yes, reason=reason)["state"])


def mark_line(db: Database, key: UUID, line_id: int, state: str, reason: str) -> None:
    """Say what an unmatched debit is: own, or ignored. Raises WrongState, Invalid reason.…"""
    db.call("statement_line_mark", key=key, line_id=line_id, state=state, reason=reason)


def match_receipt(db: Database, key: UUID, line_id: int, coin: str) -> Matched:
    """Give unallocated money to a coin (its serial, or e-mail/ISSUER).

    Raises NotFound coin.not_found, Invalid issuer.mismatch, NotEligible, WrongState receipt.waits.
    """
    row = db.call("receipt_match", key=key, line_id=line_id, coin=coin)
    return Matched(row.get("operation_id"), row.get("commission") or 0, row.get("application_id"))


def preview_match(db: Database, key: UUID, line_id: int, coin: str) -> MatchSeen:
    """What `match_receipt` would do, done and undone. Raises as it does."""
    row = db.call("receipt_match", key=key, line_id=line_id, coin=coin, dry_run=True)
    postings = tuple(
        Posting(
            each["debit"]["kind"],
            each["debit"]["of"],
            each["credit"]["kind"],
            each["credit"]["of"],
            each["amount"],
        )
        for each in row["lines"]
    )
    return MatchSeen(
        row["serial"], row["client"], row.get("commission") or 0, row["status"] == "limited", postings
    )
