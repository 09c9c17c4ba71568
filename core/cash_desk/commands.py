"""What changes a cash desk: each call is one database function, one round trip and one transaction.

Every request carries the key that its form was given when it opened (`uuid4`); sent again with the same
content it answers the first result. All raise `core.errors.BocliError` and its kinds: NotAllowed,
WrongState, NotFound, LimitExceeded, NotEnough, Changed, NotEligible, Invalid, KeyReused, Unavailable,
OutcomeUnknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.cash_desk.results import CashReport, CloseRequested, DeskDay, Limited, Receipt, Resolved

if TYPE_CHECKING:
    from core.db import Database

Pieces = dict[str, dict[int, int | None]]
"""A count: issuer code → denomination in minor units → pieces; None stands for a cell left empty."""


def counts_json(counts: Pieces) -> list[dict[str, Any]]:
    """A count as the database functions take it."""
    return [
        {"issuer": issuer, "lines": [[denomination, pieces] for denomination, pieces in lines.items()]}
        for issuer, lines in counts.items()
    ]


@dataclass(frozen=True, slots=True)
class StartDay:
    """A cashier sits down at a desk."""

    key: UUID
    desk_id: int


@dataclass(frozen=True, slots=True)
class OpeningCount:
    """`confirm_difference` with a reason opens the day although the count differs from the last close."""

    key: UUID
    day_id: int
    counts: Pieces
    confirm_difference: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AbandonDay:
    """A day that was started is given up before it is opened."""

    key: UUID
    day_id: int


@dataclass(frozen=True, slots=True)
class CashOperation:
    """`amount` in minor units of `issuer`; `commission_seen` is what the preview showed; `document` says
    which identity document the cashier saw (withdrawals only).
    """

    key: UUID
    day_id: int
    coin_id: int
    issuer: str
    amount: int
    commission_seen: int
    document: str | None = None


@dataclass(frozen=True, slots=True)
class StartCounting:
    """The closing count begins."""

    key: UUID
    day_id: int


@dataclass(frozen=True, slots=True)
class ClosingCount:
    """The blind closing count, with a note for the accountant."""

    key: UUID
    day_id: int
    counts: Pieces
    note: str = ""


@dataclass(frozen=True, slots=True)
class SendBack:
    """The count is to be made again, for this reason."""

    key: UUID
    day_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class CloseDay:
    """`count_seen` is the count that the accountant compared: `Review.count_seen`."""

    key: UUID
    day_id: int
    count_seen: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ForceClose:
    """The accountant's own count in the cashier's absence, and why."""

    key: UUID
    day_id: int
    counts: Pieces
    reason: str


@dataclass(frozen=True, slots=True)
class ResolveDifference:
    """`way`: loss or debt for a shortage, gain or wallet for a surplus; debt and wallet name a client's
    coin.
    """

    key: UUID
    day_id: int
    issuer: str
    way: str
    reason: str
    coin_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Whether the day agrees with the papers."""

    key: UUID
    day_id: int
    reconciled: bool


@dataclass(frozen=True, slots=True)
class AssignDesk:
    """Whether a cashier may work at a desk."""

    key: UUID
    desk_id: int
    staff_id: int
    assigned: bool


def start_day(db: Database, request: StartDay) -> DeskDay:
    """Starts the cashier's day at a desk that is theirs; the opening count comes next."""
    return DeskDay.read(db.call("desk_day_start", key=request.key, desk_id=request.desk_id))


def opening_count(db: Database, request: OpeningCount) -> DeskDay:
    """Opens the day. Raises Changed('difference.confirm', differences=[…]) when the count differs from the
    last close and the difference is not confirmed; nothing is kept then.
    """
    return DeskDay.read(
        db.call(
            "desk_day_opening_count",
            key=request.key,
            day_id=request.day_id,
            counts=counts_json(request.counts),
            confirm=request.confirm_difference,
            reason=request.reason,
        )
    )


def abandon_day(db: Database, request: AbandonDay) -> DeskDay:
    """Gives a desk free again whose day was started but never opened."""
    return DeskDay.read(db.call("desk_day_abandon", key=request.key, day_id=request.day_id))


def _cash(db: Database, function: str, request: CashOperation, **more: Any) -> Receipt | Limited:
    answer = db.call(
        function,
        key=request.key,
        day_id=request.day_id,
        coin_id=request.coin_id,
        issuer=request.issuer,
        amount=request.amount,
        commission_seen=request.commission_seen,
        **more,
    )
    return Limited.read(answer) if "application_id" in answer else Receipt.read(answer)


def top_up(db: Database, request: CashOperation) -> Receipt | Limited:
    """Takes cash in and puts it on the coin; beyond a limit it makes an application, and no cash is taken."""
    return _cash(db, "cash_top_up", request)


def withdraw(db: Database, request: CashOperation) -> Receipt | Limited:
    """Pays cash out of the coin; beyond a limit it makes an application with a hold, and no cash is paid."""
    return _cash(db, "cash_withdraw", request, document=request.document)


def start_counting(db: Database, request: StartCounting) -> DeskDay:
    """Begins the closing count; from here on nothing can be posted on the day."""
    return DeskDay.read(db.call("desk_day_counting_start", key=request.key, day_id=request.day_id))


def closing_count(db: Database, request: ClosingCount) -> CloseRequested:
    """Keeps the blind closing count and asks the accountant to close."""
    return CloseRequested.read(
        db.call(
            "desk_day_closing_count",
            key=request.key,
            day_id=request.day_id,
            counts=counts_json(request.counts),
            note=request.note,
        )
    )


def send_back(db: Database, request: SendBack) -> DeskDay:
    """Sends a close request back; the cashier counts again."""
    return DeskDay.read(
        db.call("desk_day_send_back", key=request.key, day_id=request.day_id, reason=request.reason)
    )


def close_day(db: Database, request: CloseDay) -> CashReport:
    """Closes the day and gives its Z report; what it is over or short is posted."""
    return CashReport.read(
        db.call(
            "desk_day_close",
            key=request.key,
            day_id=request.day_id,
            count_seen=request.count_seen,
            note=request.note,
        )
    )


def force_close(db: Database, request: ForceClose) -> CashReport:
    """Closes a day in its cashier's absence by the accountant's own count; needs a fresh second factor."""
    return CashReport.read(
        db.call(
            "desk_day_force_close",
            key=request.key,
            day_id=request.day_id,
            counts=counts_json(request.counts),
            reason=request.reason,
        )
    )


def resolve_difference(db: Database, request: ResolveDifference) -> Resolved:
    """Resolves all that a closed day is over or short in one currency; needs a fresh second factor."""
    return Resolved(
        **db.call(
            "difference_resolve",
            key=request.key,
            day_id=request.day_id,
            issuer=request.issuer,
            way=request.way,
            coin_id=request.coin_id,
            reason=request.reason,
        )
    )


def reconcile(db: Database, request: Reconcile) -> DeskDay:
    """Sets or takes back the mark that a closed day agrees with the papers."""
    return DeskDay.read(
        db.call("desk_day_reconcile", key=request.key, day_id=request.day_id, reconciled=request.reconciled)
    )


def assign_desk(db: Database, request: AssignDesk) -> None:
    """Says that a cashier may, or no longer may, work at a desk."""
    db.call(
        "desk_assign",
        key=request.key,
        desk_id=request.desk_id,
        staff_id=request.staff_id,
        assigned=request.assigned,
    )
