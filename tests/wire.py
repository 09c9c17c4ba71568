"""A small proxy between the program and PostgreSQL: counts round trips, cuts and stalls on demand."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from tests.server import PORT, Server


class Wire:
    """Listens on 127.0.0.1 and forwards to the server's socket.

    `turns` counts how often the client spoke after the server had (or at first). `on_request` is asked
    about each piece that the client sends: "pass" it on, "cut" before it is passed on, "answerless" (pass
    it on and close before the answer comes back), "stall" (pass it on, and never bring the answer).
    """

    def __init__(self, server: Server) -> None:
        self.target = server.folder / f".s.PGSQL.{PORT}"
        self.turns = 0
        self.on_request: Callable[[bytes], str] = lambda _: "pass"
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _Pair(self, client, self.target)

    def keep(self, *ends: socket.socket) -> None:
        """Remember what to close at the end."""
        self._ends += ends

    def close(self) -> None:
        """Stop listening and close everything."""
        self._door.close()
        for end in self._ends:
            _shut(end)
            end.close()


class _Pair:
    """One client and its connection to the server."""

    def __init__(self, wire: Wire, client: socket.socket, target: Path) -> None:
        self.wire = wire
        self.client = client
        self.server = socket.socket(socket.AF_UNIX)
        self.server.connect(str(target))
        wire.keep(self.client, self.server)
        self.stalled = False
        self.server_spoke = True
        threading.Thread(target=self._up, daemon=True).start()
        threading.Thread(target=self._down, daemon=True).start()

    def _up(self) -> None:
        with contextlib.suppress(OSError):
            while piece := self.client.recv(65536):
                if self.server_spoke:
                    self.wire.turns += 1
                    self.server_spoke = False
                what = self.wire.on_request(piece)
                if what == "cut":
                    break
                if what == "answerless":
                    # wait for the answer, so that it was surely done, and swallow it
                    self.stalled = True
                    self.server.sendall(piece)
                    self.answered = threading.Event()
                    self.answered.wait(5)
                    break
                self.stalled = what == "stall"
                self.server.sendall(piece)
        _shut(self.client)
        _shut(self.server)

    def _down(self) -> None:
        with contextlib.suppress(OSError):
            while piece := self.server.recv(65536):
                self.server_spoke = True
                if self.stalled:
                    answered = getattr(self, "answered", None)
                    if answered is not None:
                        answered.set()
                    continue
                self.client.sendall(piece)
        _shut(self.client)
        _shut(self.server)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
