"""A tiny terminal for tests: a program on a real pty, keys pressed, bytes counted, and a screen to look
at."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

ROOT = Path(__file__).resolve().parents[2]
DOWN, UP, PAGE_DOWN, END, TAB, ESC, ENTER, F2, F9, F10 = (
    b"\x1b[B", b"\x1b[A", b"\x1b[6~", b"\x1b[F", b"\t", b"\x1b", b"\r", b"\x1bOQ", b"\x1b[20~", b"\x1b[21~",
)  # fmt: skip
RIGHT, HOME = b"\x1b[C", b"\x1b[H"


class Terminal:
    """One program on one pty, as xterm is unless told otherwise. Use it in a `with`."""

    def __init__(
        self,
        *argv: str,
        columns: int = 100,
        rows: int = 30,
        env: dict[str, str] | None = None,
        term: str = "xterm-256color",
    ) -> None:
        around = {
            name: value for name, value in os.environ.items() if not name.startswith(("TEXTUAL", "BOCLI"))
        }
        around.update(TERM=term, COLORTERM="truecolor", LANG="C.UTF-8", PYTHONPATH=str(ROOT), **(env or {}))
        for name in ("COLUMNS", "LINES", "NO_COLOR"):
            around.pop(name, None)
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self._drawn = 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:  # pragma: no cover - the child becomes the program
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.chdir(ROOT)
            os.execve(sys.executable, [sys.executable, *argv], around)  # noqa: S606 - the program under test
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.status: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, seconds: float) -> bytes:
        """What comes within that time, as soon as it comes; b"" when nothing does or the program has gone."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            got = os.read(self.fd, 1 << 18)
        except OSError:
            return b""
        self.raw += got
        return got

    def text(self) -> str:
        """The screen as a person sees it."""
        # Only now, because a terminal in Python is slow. Its own `display` stumbles over half of a wide
        # letter.
        self._stream.feed(bytes(self.raw[self._drawn :]))
        self._drawn = len(self.raw)
        rows = (
            [self.screen.buffer[y][x].data for x in range(self.screen.columns)]
            for y in range(self.screen.lines)
        )
        return "\n".join("".join(row).rstrip() for row in rows)

    def until_raw(self, mark: bytes, after: int, seconds: float = 20.0) -> None:
        """Wait until these bytes came after that place in `raw`."""
        end = time.monotonic() + seconds
        while self.raw.find(mark, after) < 0:
            left = end - time.monotonic()
            assert left > 0, f"{mark!r} did not come; the screen is:\n{self.text()}"
            self.read(min(left, 0.5))

    def until(self, words: str, seconds: float = 20.0) -> str:
        """Wait until these words stand on the screen; the screen's text, or an AssertionError that shows
        it."""
        end = time.monotonic() + seconds
        while words not in self.text():
            left = end - time.monotonic()
            assert left > 0, (
                f"{words!r} did not come; the screen is:\n{self.text()}\n{bytes(self.raw[-600:])!r}"
            )
            self.read(min(left, 0.5))
        return self.text()

    def send(self, keys: bytes) -> None:
        """Press keys, all in one packet."""
        os.write(self.fd, keys)

    def quiet(self, seconds: float = 0.3, limit: float = 5.0) -> bytes:
        """Everything that comes until nothing came for so long."""
        got, end = b"", time.monotonic() + limit
        while time.monotonic() < end:
            more = self.read(seconds)
            if not more:
                break
            got += more
        return got

    def cost(self, keys: bytes) -> int:
        """The bytes that come back when these keys are pressed."""
        self.quiet()
        self.send(keys)
        return len(self.quiet(0.4))

    def ended(self, seconds: float = 10.0) -> int:
        """Wait for the end of the program; its exit code, or minus the signal that ended it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
        raise AssertionError(f"it did not end; the screen is:\n{self.text()}")

    def gone(self, seconds: float = 10.0) -> int:
        """Wait for the end of a program whose terminal was closed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
            time.sleep(0.02)
        raise AssertionError("it lives on without a terminal")

    def close(self) -> None:
        """End the program whatever it does."""
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            except (ProcessLookupError, ChildProcessError):
                self.status = 0
        with contextlib.suppress(OSError):
            os.close(self.fd)
