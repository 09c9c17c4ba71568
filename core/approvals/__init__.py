"""Changes that need two persons: requests, their makers and deciders."""

from __future__ import annotations

from core.approvals.commands import (
    Decided,
    Item,
    Look,
    Saved,
    alone,
    base_now,
    comment,
    decide,
    look,
    save,
    submit,
    withdraw,
)
from core.approvals.kinds import KINDS, ChangeKind
from core.approvals.queries import STATES, Event, Request, detail, requests_select

__all__ = [
    "KINDS",
    "STATES",
    "ChangeKind",
    "Decided",
    "Event",
    "Item",
    "Look",
    "Request",
    "Saved",
    "alone",
    "base_now",
    "comment",
    "decide",
    "detail",
    "look",
    "requests_select",
    "save",
    "submit",
    "withdraw",
]
