"""The kinds of change that need two: who makes, who decides, who may do it alone. The one table of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """make, decide, alone: permissions of core/permissions.py; alone None: never by one person."""

    kind: str
    make: str
    decide: str
    alone: str | None = None


KINDS: tuple[ChangeKind, ...] = (
    ChangeKind("contract", "contract:change", "contract:decide", "contract:alone"),
    ChangeKind("assignment", "contract:change", "contract:decide", "contract:alone"),
    ChangeKind("cashback", "cashback:change", "cashback:decide", "cashback:alone"),
)
