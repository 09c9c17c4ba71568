"""The program's clock: for what is shown and measured here. What is stored takes the database's time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_frozen: datetime | None = None


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _frozen if _frozen is not None else datetime.now(UTC)


def monotonic_s() -> float:
    """Return seconds that only go forward, for deadlines and idle time; the wall clock may jump."""
    return time.monotonic()


def zone(name: str) -> ZoneInfo:
    """Return the time zone of that IANA name, or UTC for one that this machine does not know.

    A branch's zone comes from the database; a terminal with older zone tables must still show its times,
    and the UTC that stands beside them in long form says what happened.
    """
    # Imported with the first moment that is shown: it must not weigh on the first paint.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def today(zone_name: str) -> date:
    """Return the calendar day it is now in a zone."""
    return now().astimezone(zone(zone_name)).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at one moment, for pictures and tests that must not depend on the day they are made."""
    global _frozen  # noqa: PLW0603 - there is one clock
    if at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    before, _frozen = _frozen, at.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before
