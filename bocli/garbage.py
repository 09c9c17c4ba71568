"""Garbage in circles is collected while nobody waits.

Widgets make circles, so Python looks for them after every 700 objects, and after every few keys through all that there
are: 100,000 objects, 50 ms, in the middle of a key's way to the screen. Here it looks when a key has been served, and
thoroughly when the person rests; by itself only if they never pause.

What was looked at and lives is not looked at again before they rest. So nothing is looked at while a dialog is open: it
dies young, and costs 3 ms instead of the whole.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

SERVED_S, REST_S = 0.1, 2.0
"""After the last key: it has been served; the person will hardly type in the moment that the whole takes."""
BY_ITSELF = (50_000, 10, 10)
FEW, MANY = 2_000, 40
"""Fewer new objects are not worth a look; after so many looks the whole is."""


class Garbage:
    """One for each program. Call `typed` for each key."""

    def __init__(self, in_dialog: Callable[[], bool]) -> None:
        self._in_dialog = in_dialog
        self._due: asyncio.TimerHandle | None = None
        self._looks = 0
        # What was imported by now stays; it is never looked through again.
        gc.freeze()
        gc.set_threshold(*BY_ITSELF)

    def typed(self) -> None:
        """A person is at work."""
        self._after(SERVED_S, self._served)

    def _after(self, seconds: float, do: Callable[[], None]) -> None:
        if self._due is not None:
            self._due.cancel()
        self._due = asyncio.get_running_loop().call_later(seconds, do)

    def _served(self) -> None:
        if self._in_dialog():
            return
        if gc.get_count()[0] >= FEW:
            gc.collect(1)
            self._looks += 1
        if self._looks >= MANY:
            self._after(REST_S - SERVED_S, self._rests)

    def _rests(self) -> None:
        gc.collect()
        self._looks = 0
