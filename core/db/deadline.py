"""Shuts the socket of a connection whose answer does not come in time.

Never a cancel: it may hit a COMMIT, and nobody could say afterwards what was done. One sleeping thread serves
all connections; a call that ends in time costs it nothing.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from typing import Self


class Deadline:
    """``with Deadline(connection, seconds):`` around one exchange with the server."""

    def __init__(self, connection: psycopg.Connection[Any], seconds: float) -> None:
        self.connection = connection
        self.ends_at = time.monotonic() + seconds

    def __enter__(self) -> Self:
        _keeper.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _keeper.remove(self)

    def shut(self) -> None:
        """End the exchange: the reader sees the end of the stream."""
        try:
            end = socket.socket(fileno=os.dup(self.connection.fileno()))
        except (OSError, psycopg.Error):
            return
        with end:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


class _Keeper:
    """Sleeps until the nearest deadline it knew of when it fell asleep, and looks again."""

    def __init__(self) -> None:
        self._open: set[Deadline] = set()
        self._changed = threading.Condition()
        self._wakes_at: float | None = None
        self._thread: threading.Thread | None = None

    def add(self, deadline: Deadline) -> None:
        with self._changed:
            self._open.add(deadline)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="bocli-deadline", daemon=True)
                self._thread.start()
            elif self._wakes_at is None or deadline.ends_at < self._wakes_at:
                self._changed.notify()

    def remove(self, deadline: Deadline) -> None:
        with self._changed:
            self._open.discard(deadline)

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for deadline in [one for one in self._open if one.ends_at <= now]:
                    deadline.shut()
                    self._open.discard(deadline)
                self._wakes_at = min((one.ends_at for one in self._open), default=None)
                self._changed.wait(None if self._wakes_at is None else self._wakes_at - now)


_keeper = _Keeper()
