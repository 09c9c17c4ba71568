"""Redeem requests as they are listed and shown."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.cash_desk.results import Line, moment, sure_moment
from core.db.views import view

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.db import Database

KINDS = ("cash", "bank")
STATES = (
    "pending", "approved", "paid", "submitted", "settled", "returned", "recredited", "cancelled", "declined", "expired",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Posted:
    """An operation of a request's way."""

    id: int
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """All about a request; amounts in minor units. pays: what the client gets; held: what is set aside now; refusal:
    key of what would refuse it now; desks: open ones that have the cash, None where it is no matter; own: the person
    who asks made it; desk, branch, cashier: where it was paid; lines: what approving it would post."""

    id: int
    kind: str
    state: str
    client_id: int
    client: str
    client_kind: str
    organization: str | None
    identified: bool
    serial: str
    issuer: str
    scale: int
    amount: int
    commission: int
    on_top: int
    pays: int
    available: int
    held: int
    hold_state: str
    payee: str
    iban: str | None
    note: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    own: bool
    refusal: str | None
    desk: str | None
    branch: str | None
    cashier: str | None
    desks: tuple[str, ...] | None
    lines: tuple[Line, ...]
    operations: tuple[Posted, ...]


@dataclass(frozen=True, slots=True)
class AtDesk:
    """A cash request before it is paid. cash: what is put on the counter; balance: of the wallet, which stays; lines:
    exactly what will be posted."""

    request_id: int
    client: str
    serial: str
    issuer: str
    scale: int
    denominations: tuple[int, ...]
    amount: int
    commission: int
    cash: int
    balance: int
    held: int
    asked_at: datetime
    expires_at: datetime | None
    approved_at: datetime
    approved_by: str
    lines: tuple[Line, ...]

    def suggested(self) -> dict[int, int] | None:
        """Denomination → pieces from the largest down that make up the cash; None when they cannot."""
        found, left = {}, self.cash
        for each in sorted(self.denominations, reverse=True):
            found[each], left = divmod(left, each)
        return None if left else found


@dataclass(frozen=True, slots=True)
class PayableRequest:
    """A cash request that may be paid."""

    request_id: int
    issuer: str
    scale: int
    cash: int
    serial: str
    asked_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Payable:
    """A client's requests at a counter; waiting: how many more are not approved yet."""

    requests: tuple[PayableRequest, ...]
    waiting: int


def detail(db: Database, request_id: int) -> Request:
    """All about a request; leaves a trace. Raises NotFound."""
    row = db.call("redeem_detail", request_id=request_id)
    paid = row["paid_at"] or {}
    parts = {
        "asked_at": sure_moment(row["asked_at"]),
        "expires_at": moment(row["expires_at"]),
        "decided_at": moment(row["decided_at"]),
        "desk": paid.get("desk"),
        "branch": paid.get("branch"),
        "cashier": paid.get("cashier"),
        "desks": None if row["desks"] is None else tuple(row["desks"]),
        "lines": tuple(map(Line.read, row["lines"])),
        "operations": tuple(Posted(x["id"], x["kind"], sure_moment(x["at"])) for x in row["operations"]),
    }
    merged = {**row, **parts}
    return Request(**{each.name: merged[each.name] for each in fields(Request)})


def at_desk(db: Database, day_id: int, request_id: int) -> AtDesk:
    """What paying a request would post; leaves a trace. Raises the refusal that it would meet."""
    row = db.call("redeem_at_desk", day_id=day_id, request_id=request_id)
    parts = {
        "denominations": tuple(row["denominations"]),
        "asked_at": sure_moment(row["asked_at"]),
        "expires_at": moment(row["expires_at"]),
        "approved_at": sure_moment(row["approved_at"]),
        "lines": tuple(map(Line.read, row["lines"])),
    }
    return AtDesk(**{**row, **parts})


def payable(db: Database, client_id: int) -> Payable:
    """A client's cash requests that may be paid, oldest first; leaves a trace. Raises NotFound."""
    answer = db.call("redeem_payable", client_id=client_id)
    found = (
        PayableRequest(**{**x, "asked_at": sure_moment(x["asked_at"]), "expires_at": moment(x["expires_at"])})
        for x in answer["requests"]
    )
    return Payable(tuple(found), answer["waiting"])


def requests_select() -> Select[Any]:
    """All requests; keyed by id. at_desk: whether an open desk has the cash, None where it is no matter."""
    names = (
        "id kind state client_id client serial issuer scale amount commission pays payee iban note asked_at"
    )
    return view("redeem_requests", f"{names} expires_at decided_at decided_by reason held at_desk")
