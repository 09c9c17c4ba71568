"""Applications and blocks as they are listed and shown; amounts in minor units of their issuer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.db.views import view
from core.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.db import Database

APPLICATION_STATES = (
    "limited", "taken", "approved", "processed", "failed", "rejected", "expired", "withdrawn",
)  # fmt: skip
BLOCK_STATES = ("blocked", "unblock_requested", "lifted", "expired")
BLOCK_KINDS = ("suspicion", "court_order", "client_request", "lost_access", "compliance", "other")
DIRECTIONS = ("in", "out", "both")
PRICED_KINDS = (
    "transfer", "payment", "mass_payment", "bank_top_up", "bank_redeem", "cash_top_up", "cash_withdrawal",
)  # fmt: skip
_MOMENTS = ("asked_at", "expires_at", "snoozed_until", "escalated_at", "decided_at")


@dataclass(frozen=True, slots=True)
class Application:
    """limit_value, used_value, left_value, excess: when it was asked, of the broken limit, by measure (amount or
    pieces). limits: all limits of its kind now. failure: why the recheck refused it. The rest is the client's."""

    id: int
    state: str
    kind: str
    issuer: str
    scale: int
    amount: int
    commission: int
    period: str
    measure: str
    limit_value: int
    used_value: int
    left_value: int
    excess: int
    asked_at: datetime
    expires_at: datetime
    at_desk: bool
    held: bool
    note: str
    device: str
    asked_by: str
    taken_by: str | None
    mine: bool
    snoozed_until: datetime | None
    escalated_at: datetime | None
    escalated_by: str | None
    escalation: str
    may_decide: bool
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    failure: dict[str, Any] | None
    operation_id: int | None
    client: dict[str, Any]
    other_side: dict[str, Any] | None
    coin: dict[str, Any]
    limits: list[dict[str, Any]]
    uplifts: list[dict[str, Any]]
    operations: list[dict[str, Any]]
    devices: list[dict[str, Any]]
    applications: list[dict[str, Any]]
    blocks: list[dict[str, Any]]


def detail(db: Database, application_id: int) -> Application:
    """An application with all that helps to decide it; leaves a trace. Raises NotFound application.not_found."""
    row = db.call("application_detail", application_id=application_id)
    moments = {name: datetime.fromisoformat(row[name]) if row[name] else None for name in _MOMENTS}
    return Application(**{**row, **moments})


def applications_select() -> Select[Any]:
    """All applications; keyed by id. waiting: to be decided, and not put off."""
    return view(
        "applications",
        "id state kind client_id client client_key email serial issuer scale amount commission period measure "
        "limit_value used_value left_value excess asked_at expires_at taken_by mine taken_at snoozed_until "
        "escalated_at escalated at_desk decided_by decided_at reason operation_id waiting",
    )


def blocks_select() -> Select[Any]:
    """All blocks; keyed by id. target: client, coin or operation."""
    return view(
        "blocks",
        "id state target client_id client client_key email coin_id serial operation_id direction kind reason made_by "
        "made_at expires_at request_id ended_at ended_by",
    )


def named(db: Database, text: str) -> dict[str, int]:
    """What is meant by an e-mail (a client), a serial (a coin) or a number (an operation), as the words of a NewBlock.
    Raises NotFound: client.not_found, coin.not_found, block.nothing_named."""
    from sqlalchemy import column

    plain = text.replace(" ", "")
    if "@" in plain:
        rows = db.rows(view("clients", "id").where(column("email_key") == plain.casefold()).limit(1))
        if not rows:
            raise NotFound("client.not_found")
        return {"client_id": rows[0].id}
    if not (plain.isascii() and plain.isdigit() and len(plain) < 19):
        raise NotFound("block.nothing_named")
    if len(plain) == 12:
        rows = db.rows(view("coins", "id").where(column("serial") == plain))
        if not rows:
            raise NotFound("coin.not_found")
        return {"coin_id": rows[0].id}
    return {"operation_id": int(plain)}
