"""What is done to applications and blocks. Lifting a block is a change that needs two: core.approvals, kind unblock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import BocliError, refusal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from core.db import Database


@dataclass(frozen=True, slots=True)
class Uplift:
    """Until None: for this one operation. Else amount (minor units) and pieces are added to each limit of a period."""

    until: datetime | None = None
    amount: int | None = None
    pieces: int | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """state: processed, failed (the recheck refused it: error says why) or approved (the cashier does it again)."""

    state: str
    operation_id: int | None
    error: BocliError | None


@dataclass(frozen=True, slots=True)
class NewBlock:
    """Of one of client_id, coin_id (with direction: in, out, both), operation_id; expires_at None: until lifted."""

    kind: str
    reason: str
    expires_at: datetime | None = None
    client_id: int | None = None
    coin_id: int | None = None
    operation_id: int | None = None
    direction: str | None = None


def take(db: Database, key: UUID, application_id: int) -> None:
    """Take a waiting application. Raises NotFound, NotAllowed (an own one), WrongState: application.taken_by."""
    db.call("application_take", key=key, application_id=application_id)


def give_back(db: Database, key: UUID, application_id: int) -> None:
    """Give a taken application back to all. Raises NotFound, NotAllowed, WrongState."""
    db.call("application_give_back", key=key, application_id=application_id)


def snooze(db: Database, key: UUID, application_id: int, until: datetime | None) -> None:
    """Put one off until a moment (aware), None: no longer. Raises Invalid: application.snooze_until, WrongState."""
    db.call("application_snooze", key=key, application_id=application_id, until=until)


def escalate(db: Database, key: UUID, application_id: int, note: str) -> None:
    """Pass one on: another person decides it. Raises WrongState, Invalid: reason.missing."""
    db.call("application_escalate", key=key, application_id=application_id, note=note)


def approve(db: Database, key: UUID, application_id: int, reason: str, uplift: Uplift) -> Approved:
    """Approve: the operation runs, rechecked. Raises WrongState, NotAllowed, NotEligible: operation.blocked,
    Invalid: what is wrong with the uplift or the reason."""
    answer = db.call(
        "application_approve",
        key=key,
        application_id=application_id,
        uplift="once" if uplift.until is None else "temporary",
        amount=uplift.amount,
        pieces=uplift.pieces,
        until=uplift.until,
        reason=reason,
    )
    failure = answer.get("failure")
    error = refusal(failure["state"], failure["key"], failure.get("params")) if failure else None
    return Approved(answer["state"], answer.get("operation_id"), error)


def reject(db: Database, key: UUID, application_id: int, reason: str) -> None:
    """Reject: what was set aside goes back to the client. Raises WrongState, NotAllowed, Invalid."""
    db.call("application_reject", key=key, application_id=application_id, reason=reason)


def make_block(db: Database, key: UUID, block: NewBlock) -> int:
    """Block; the block's number. Raises NotFound, Invalid."""
    return int(
        db.call(
            "block_make",
            key=key,
            client_id=block.client_id,
            coin_id=block.coin_id,
            operation_id=block.operation_id,
            direction=block.direction,
            kind=block.kind,
            reason=block.reason,
            expires_at=block.expires_at,
        )["block_id"]
    )
