"""Reads about staff: one's own sessions, and the list of who is looked after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.staff.looking_after import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select

    from core.db import Database


@dataclass(frozen=True)
class OwnSession:
    """One of the person's sessions; `ended_at` is None while it is open."""

    id: int
    opened_at: datetime
    last_seen: datetime
    from_address: str | None
    locked: bool
    current: bool
    ended_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class StaffRow:
    """One line of the list of staff."""

    id: int
    person_id: int
    name: str
    email: str
    role: str
    active: bool
    made_at: datetime
    phone: str | None
    last_seen: datetime | None
    open_sessions: int
    second_factor: bool
    must_change_password: bool
    locked_out_s: int
    lent_role: str | None
    lent_until: datetime | None


@dataclass(frozen=True, slots=True)
class OtherAccount:
    """Another account of the same person."""

    id: int
    name: str
    email: str
    role: str
    active: bool


@dataclass(frozen=True, slots=True)
class Delegation:
    """A lent role; `active` while it counts."""

    id: int
    role: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    made_by: str
    ended_at: datetime | None
    active: bool

    @classmethod
    def read(cls, row: dict[str, Any]) -> Delegation:
        return cls(**{**row, **{name: _moment(row[name]) for name in ("starts_at", "ends_at", "ended_at")}})


@dataclass(frozen=True, slots=True)
class StaffDetail:
    """All about a member of staff that one looks after; `own`: an account of the person who asks."""

    id: int
    person_id: int
    name: str
    email: str
    phone: str | None
    role: str
    active: bool
    made_at: datetime
    idle_minutes: int | None
    last_seen: datetime | None
    second_factor: bool
    must_change_password: bool
    locked_out_s: int
    own: bool
    other_accounts: tuple[OtherAccount, ...]
    sessions: tuple[OwnSession, ...]
    delegations: tuple[Delegation, ...]
    conflicts: tuple[Conflict, ...]


def my_sessions(db: Database) -> list[OwnSession]:
    """The last twenty sessions of one's own, newest first."""
    return [_session(one) for one in db.call("my_sessions")["sessions"]]


def staff_detail(db: Database, staff_id: int) -> StaffDetail:
    """All about one. Raises NotFound when there is no such one among those one looks after."""
    row = db.call("staff_detail", staff_id=staff_id)
    parts = {
        "made_at": _moment(row["made_at"]),
        "last_seen": _moment(row["last_seen"]),
        "other_accounts": tuple(OtherAccount(**each) for each in row["other_accounts"]),
        "sessions": tuple(map(_session, row["sessions"])),
        "delegations": tuple(map(Delegation.read, row["delegations"])),
        "conflicts": tuple(Conflict(**each) for each in row["conflicts"]),
    }
    return StaffDetail(**{**row, **parts})


def staff_select() -> Select[Any]:
    """Those one looks after, as `StaffRow` names the columns; keyed by id."""
    return _view("staff_list", StaffRow.__dataclass_fields__)


def staff_actions_select(staff_id: int) -> Select[Any]:
    """What was done to one of those, and what they did to the own account; keyed by id."""
    from sqlalchemy import column

    names = "id at staff_id actor_id actor from_addr what entity entity_id before after refused".split()
    return _view("staff_actions", names).where(column("staff_id") == staff_id)


def my_actions_select() -> Select[Any]:
    """What one did oneself, and was refused; keyed by id."""
    return _view("my_actions", "id at from_addr what entity entity_id before after refused".split())


def _view(name: str, columns: Iterable[str]) -> Select[Any]:
    from sqlalchemy import column, select, table

    return select(table(name, *map(column, columns), schema="api"))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _session(one: dict[str, Any]) -> OwnSession:
    return OwnSession(
        id=one["id"],
        opened_at=datetime.fromisoformat(one["opened_at"]),
        last_seen=datetime.fromisoformat(one["last_seen"]),
        from_address=one["from"],
        locked=one["locked"],
        current=one["current"],
        ended_at=_moment(one["ended_at"]),
        reason=one["reason"],
    )
