"""Who is logged in, as far as the app is concerned: the person, what the status bar shows, and when to
lock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass
class Status:
    """What the first line shows. Screens set `desk` and `day`; the app sets the rest."""

    person: str = ""
    role: str = ""
    desk: str = ""
    day: str = ""
    database: str = ""
    banner: str | None = None
    """Catalogue key of what is wrong with the database, while it is."""

    def clock(self) -> str:
        """The time at this terminal. Plain, because the first paint must not wait for Babel."""
        return f"{datetime.now().astimezone():%H:%M}"


class Idle:
    """The idle clock of one person: `touch` at each key; `over` when the role's minutes have passed."""

    def __init__(self, minutes: int | None) -> None:
        """minutes: after which the screen locks; None or 0: never."""
        self.limit_s = (minutes or 0) * 60
        self.touch()

    def touch(self) -> None:
        """A key was pressed."""
        self._last = time.monotonic()

    def quiet_for(self, seconds: float) -> bool:
        """Has no key been pressed for so long? Screens stop asking by themselves then."""
        return time.monotonic() - self._last >= seconds

    def over(self) -> bool:
        """Has nobody been here for so long that the screen must lock?"""
        return bool(self.limit_s) and time.monotonic() - self._last >= self.limit_s


def close(session: Any) -> None:
    """End a session at the server and close its connections. A server that is away ends it by itself."""
    from core.errors import BocliError

    try:
        session.db.call("session_close")
    except BocliError:
        pass
    finally:
        session.db.close()
