"""The kinds of change that need two: who makes, who decides, who may do it alone. The one table of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """make, decide, alone: permissions of core/permissions.py; alone None: never by one person; grave: whether doing it
    alone asks for a fresh second factor."""

    kind: str
    make: str
    decide: str
    alone: str | None = None
    grave: bool = True


KINDS: tuple[ChangeKind, ...] = (
    ChangeKind("contract", "contract:change", "contract:decide", "contract:alone"),
    ChangeKind("assignment", "contract:change", "contract:decide", "contract:alone"),
    ChangeKind("cashback", "cashback:change", "cashback:decide", "cashback:alone"),
    ChangeKind("office_rate", "rate:change", "rate:decide", "rate:alone"),
    # For reports only, so a specialist changes them at once; off the band it needs two, see system_rate_apply.
    ChangeKind("system_rate", "rate:change", "rate:decide", "rate:change", grave=False),
    ChangeKind("unblock", "block:make", "block:decide"),
)
