"""Requests made, handed in, taken back, commented, decided, or done alone where the kind lets one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from core.errors import BocliError, refusal

if TYPE_CHECKING:
    from uuid import UUID

    from core.db import Database

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft as it was kept. outcome: what would come of it; error: what keeps it from being handed in."""

    request_id: int
    revision: int
    outcome: Mapping[str, Any] | None
    error: BocliError | None


@dataclass(frozen=True, slots=True)
class Look:
    """base: what is there now; outcome: what would come of the change; error: what keeps it from being made."""

    base: Mapping[str, Any]
    outcome: Mapping[str, Any] | None
    error: BocliError | None

    @property
    def needs_two(self) -> bool:
        """Whether it leaps so far that nobody does it alone."""
        return bool((self.outcome or {}).get("off_band"))


@dataclass(frozen=True, slots=True)
class Item:
    """A request to decide, and the hash of what was shown of it."""

    request_id: int
    hash: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one request: its state (approved, rejected, conflicted), or why it was not decided."""

    request_id: int
    state: str | None
    error: BocliError | None


def save(
    db: Database,
    key: UUID,
    kind: str,
    payload: Payload,
    *,
    request_id: int | None = None,
    revision: int | None = None,
) -> Saved:
    """Keep a draft, a new one without `request_id`; it is tried and taken back. Raises NotAllowed, NotFound,
    Changed: change.other_revision, WrongState once it was handed in, Invalid: change.payload, change.too_large.
    """
    answer = db.call(
        "change_save", key=key, request_id=request_id, revision=revision, kind=kind, payload=dict(payload)
    )
    return Saved(answer["request_id"], answer["revision"], answer.get("outcome"), _error(answer.get("error")))


def submit(db: Database, key: UUID, request_id: int, revision: int) -> None:
    """Hand a draft in. Raises what doing it would raise; Changed when what it stands on is another now."""
    db.call("change_submit", key=key, request_id=request_id, revision=revision)


def withdraw(db: Database, key: UUID, request_id: int) -> None:
    """Take back an own request that nobody decided. Raises NotFound, WrongState."""
    db.call("change_withdraw", key=key, request_id=request_id)


def comment(db: Database, key: UUID, request_id: int, note: str) -> None:
    """Add a comment of 1 to 500 characters. Raises NotFound, Invalid."""
    db.call("change_comment", key=key, request_id=request_id, note=note)


def decide(
    db: Database, key: UUID, items: Sequence[Item], *, approve: bool, reason: str = ""
) -> tuple[Decided, ...]:
    """Approve or reject requests, each for itself. Raises StepUpNeeded, NotAllowed, Invalid: reason.missing.

    A request of one's own, one that was decided meanwhile or is not what was shown comes back with its error.
    """
    answer = db.call(
        "change_decide", key=key, items=[asdict(each) for each in items], approve=approve, reason=reason
    )
    return tuple(
        Decided(each["request_id"], each.get("state"), _error(each.get("refused")))
        for each in answer["results"]
    )


def look(db: Database, kind: str, payload: Payload) -> Look:
    """What a change would do, tried and taken back; nothing is kept. Raises NotFound, NotAllowed, and Invalid for what
    cannot even be compared."""
    found = db.call("change_base_now", kind=kind, payload=dict(payload))
    return Look(found["base"], found.get("outcome"), _error(found.get("error")))


def base_now(db: Database, kind: str, payload: Payload) -> dict[str, Any]:
    """What is there now of that which a change would change. Raises as `look`."""
    return dict(look(db, kind, payload).base)


def alone(db: Database, key: UUID, kind: str, payload: Payload, base: Payload) -> dict[str, Any]:
    """Do a change without a second person; base: what was shown as being there. Raises NotAllowed where the kind
    needs two, StepUpNeeded, Changed, and what the change itself raises.
    """
    return db.call("change_alone", key=key, kind=kind, payload=dict(payload), base=dict(base))


def _error(found: Any) -> BocliError | None:
    return refusal(found["state"], found["key"], found.get("params")) if found else None
