"""What is done to redeem requests: each call is one database function, one round trip and one transaction.

Every request carries its key; sent again with the same content it answers the first result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.cash_desk import Receipt
from core.errors import BocliError, refusal

if TYPE_CHECKING:
    from core.db import Database


@dataclass(frozen=True, slots=True)
class Approve:
    """Requests to approve, 1 to 200 of them."""

    key: UUID
    request_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class End:
    """A request to decline or cancel, and why."""

    key: UUID
    request_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Pay:
    """A cash request paid at a desk. document: which identity document was seen; pieces: what goes out, denomination
    in minor units → pieces."""

    key: UUID
    day_id: int
    request_id: int
    document: str
    pieces: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one request: its state and the operation that was posted, or why nothing was done."""

    request_id: int
    state: str | None
    operation_id: int | None = None
    error: BocliError | None = None

    @classmethod
    def read(cls, row: dict[str, Any]) -> Decided:
        found = row.get("refused")
        error = refusal(found["state"], found["key"], found.get("params")) if found else None
        return cls(row["request_id"], row.get("state"), row.get("operation_id"), error)


def approve(db: Database, request: Approve) -> tuple[Decided, ...]:
    """Approve requests, each for itself; by number. Raises NotAllowed, Invalid: redeem.items.

    One that was decided meanwhile, is blocked or over, or that the same person asked for comes back with its error.
    """
    answer = db.call("redeem_approve_all", key=request.key, ids=list(request.request_ids))
    return tuple(map(Decided.read, answer["results"]))


def approve_one(db: Database, request: Approve) -> Decided:
    """Approve the one request named. Raises NotFound, WrongState, NotEligible, NotAllowed: redeem.own."""
    (number,) = request.request_ids
    return Decided.read(db.call("redeem_approve", key=request.key, request_id=number))


def decline(db: Database, request: End) -> Decided:
    """Decline a request that waits; its hold is given back. Raises NotFound, WrongState, Invalid: reason.missing."""
    return Decided.read(_end(db, "redeem_decline", request))


def cancel(db: Database, request: End) -> Decided:
    """Cancel a request that waits, or one by cash that was approved; its hold is given back. Raises as `decline`."""
    return Decided.read(_end(db, "redeem_cancel", request))


def pay(db: Database, request: Pay) -> Receipt:
    """Pay an approved cash request at the own open day. Raises NotFound, WrongState, NotEligible, NotAllowed,
    NotEnough: cash.not_enough, Invalid: document.missing, pieces.sum."""
    pieces = [[each, count] for each, count in sorted(request.pieces.items(), reverse=True) if count]
    return Receipt.read(
        db.call(
            "redeem_pay",
            key=request.key,
            day_id=request.day_id,
            request_id=request.request_id,
            document=request.document,
            pieces=pieces,
        )
    )


def _end(db: Database, function: str, request: End) -> dict[str, Any]:
    return db.call(function, key=request.key, request_id=request.request_id, reason=request.reason)
