"""Reads about staff: one's own sessions, and the list of who is looked after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def my_sessions(db: Database) -> list[OwnSession]:
    """The last twenty sessions of one's own, newest first."""
    return [
        OwnSession(
            id=one["id"],
            opened_at=datetime.fromisoformat(one["opened_at"]),
            last_seen=datetime.fromisoformat(one["last_seen"]),
            from_address=one["from"],
            locked=one["locked"],
            current=one["current"],
            ended_at=datetime.fromisoformat(one["ended_at"]) if one["ended_at"] else None,
            reason=one["reason"],
        )
        for one in db.call("my_sessions")["sessions"]
    ]


def staff_page(db: Database, *, after_id: int = 0, limit: int = 100) -> list[StaffRow]:
    """A page of the staff that one looks after, by id, from behind `after_id`."""
    from sqlalchemy import column, select, table

    listed = table(
        "staff_list",
        *(column(name) for name in ("id", "person_id", "name", "email", "role", "active", "made_at")),
        schema="api",
    )
    chosen = select(listed).where(listed.c.id > after_id).order_by(listed.c.id).limit(limit)
    return [StaffRow(*tuple(row)) for row in db.rows(chosen)]
