"""Requests as they are listed and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.approvals.commands import Item
from core.db.views import view

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.db import Database

#: As people see them: what was approved is scheduled until its start, and applied from then on.
STATES = ("draft", "submitted", "scheduled", "applied", "rejected", "withdrawn", "conflicted")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a request: made, changed, submitted, withdrawn, commented, approved, rejected, conflicted."""

    at: datetime
    who: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Request:
    """payload: what it would make; base: what was there when it was made; base_now: what is there now, while it
    is open; hash: what a decision names."""

    id: int
    kind: str
    title: str
    revision: int
    payload: dict[str, Any]
    base: dict[str, Any]
    base_now: dict[str, Any] | None
    base_changed: bool
    state: str
    maker: str
    mine: bool
    made_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    takes_effect_at: datetime | None
    reason: str | None
    alone: bool
    hash: str
    may_decide: bool
    events: tuple[Event, ...]

    @property
    def item(self) -> Item:
        """This request as it was shown, to be decided."""
        return Item(self.id, self.hash)


def detail(db: Database, request_id: int) -> Request:
    """All about a request; leaves a trace. Raises NotFound, also for another's draft."""
    row = db.call("change_detail", request_id=request_id)
    moments = {
        name: _moment(row[name]) for name in ("made_at", "submitted_at", "decided_at", "takes_effect_at")
    }
    events = tuple(
        Event(datetime.fromisoformat(each["at"]), each["who"], each["what"], each["note"])
        for each in row["events"]
    )
    return Request(**{**row, **moments, "events": events})


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def requests_select() -> Select[Any]:
    """Requests that were handed in or done, and the own drafts; keyed by id."""
    names = (
        "id kind title state maker_id maker mine made_at submitted_at decided_at decided_by takes_effect_at"
    )
    return view("change_requests", f"{names} alone reason")
