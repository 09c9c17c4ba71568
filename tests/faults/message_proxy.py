"""A proxy that knows PostgreSQL's protocol, version 3: it can break off before any one message."""

from __future__ import annotations

import contextlib
import socket
import struct
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.server import PORT, Server

Way = Literal["to_server", "to_client"]


@dataclass
class Break:
    """Before which message (counted from when it was armed), on which way, and what is done then."""

    way: Way
    at: int
    act: Callable[[MessageProxy, int], None]
    seen: int = 0
    done: bool = False


class MessageProxy:
    """Listens on a socket of its own, as a server would; forwards message by message."""

    def __init__(self, server: Server) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bocli-wire-", dir="/tmp"))
        self.target = server.folder / f".s.PGSQL.{PORT}"
        self.armed: Break | None = None
        self.lock = threading.Lock()
        self.pairs: set[_Pair] = set()
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self.folder / f".s.PGSQL.{PORT}"))
        self._door.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, way: Way, at: int, act: Callable[[MessageProxy, int], None]) -> Break:
        """Break off before message number `at` (from 0) that goes this way from now on, on any connection.

        `act` gets the proxy and the backend's process id.
        """
        self.armed = Break(way, at, act)
        return self.armed

    def reached(self, way: Way, pair: _Pair) -> bool:
        """Count a message; whether this is the one, which is then acted upon. What a closed line still held is none."""
        with self.lock:
            now = self.armed
            if now is None or now.done or now.way != way or pair not in self.pairs:
                return False
            now.seen += 1
            if now.seen <= now.at:
                return False
            now.done = True
        now.act(self, pair.backend)
        return True

    def cut(self) -> None:
        """Close all connections, on both sides."""
        for pair in list(self.pairs):
            pair.close()

    def close(self) -> None:
        """Stop listening and close everything."""
        self._door.close()
        self.cut()
        (self.folder / f".s.PGSQL.{PORT}").unlink(missing_ok=True)
        self.folder.rmdir()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(str(self.target))
            except OSError:
                client.close()
                server.close()
                continue
            self.pairs.add(_Pair(self, client, server))


class _Pair:
    """One client's connection and its other half."""

    def __init__(self, proxy: MessageProxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.backend = 0
        for way, source, sink in (("to_server", client, server), ("to_client", server, client)):
            threading.Thread(target=self._pump, args=(way, source, sink), daemon=True).start()

    def close(self) -> None:
        self.proxy.pairs.discard(self)
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _pump(self, way: Way, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError, struct.error):
            if way == "to_server":
                # The first message has no letter before its length.
                head = _read(source, 4)
                sink.sendall(head + _read(source, struct.unpack("!i", head)[0] - 4))
            while True:
                head = _read(source, 5)
                message = head + _read(source, struct.unpack("!i", head[1:])[0] - 4)
                if head[:1] == b"K":
                    self.backend = struct.unpack("!i", message[5:9])[0]
                self.proxy.reached(way, self)
                sink.sendall(message)
        self.close()


def _read(source: socket.socket, many: int) -> bytes:
    """Exactly so many bytes. Raises OSError at the end of the stream."""
    read = b""
    while len(read) < many:
        piece = source.recv(many - len(read))
        if not piece:
            raise OSError("the other side is gone")
        read += piece
    return read
