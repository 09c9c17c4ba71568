"""`bocli intake`: hands a file of lines in, or standard input, and says what became of each line."""

from __future__ import annotations

import getpass
import json
import os
import queue
import signal
import stat
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from bocli.cli import DONE, INTERRUPTED, REFUSED, WRONG_USE, complain, say
from core import errors, intake
from core.texts import explain, number, t

if TYPE_CHECKING:
    import argparse
    from types import FrameType

    from core.db import Settings
    from core.staff import Session

#: A login has four connections at most (docs/security.md).
MOST_CONNECTIONS: Final = 4
LOGIN, PASSWORD = "BOCLI_INTAKE_LOGIN", "BOCLI_INTAKE_PASSWORD"


class _CannotRunError(Exception):
    """Nothing was begun; the text says why and what to do."""


@dataclass(frozen=True)
class Who:
    """The login that hands in, and its password."""

    email: str
    password: str


@dataclass
class Sums:
    """How many lines of each status, and of the refused ones why, with the first line of each reason."""

    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, result: intake.Result, message: str) -> None:
        """One more."""
        self.statuses[result.status] += 1
        if result.reason is not None:
            self.reasons[result.reason] += 1
            self.first.setdefault(result.reason, (result.line, message))

    @property
    def lines(self) -> int:
        """All of them."""
        return self.statuses.total()


def run(asked: argparse.Namespace) -> int:
    """Hand in what the command line names. Exit codes: 0 all are taken or were before, 1 some are refused, 2 it could
    not be begun, 3 the database cannot be reached, 130 stopped. Raises BocliError, OSError.
    """
    stop = threading.Event()
    sums = Sums()
    try:
        _in_range("--chunk", asked.chunk, intake.MOST)
        _in_range("--connections", asked.connections, MOST_CONNECTIONS)
        _not_the_same(asked.file, asked.results)
        with _source(asked.file) as source, _stopping(stop), _Results(asked.results, sums) as results:
            if asked.check:
                for result in _checked(source, stop):
                    results.add(result)
            else:
                _hand_in(asked, source, stop, results)
    except _CannotRunError as reason:
        complain(str(reason))
        return WRONG_USE
    finally:
        if sums.lines or not sys.exc_info()[0]:
            _tell(sums, complain if asked.results == "-" else say, check=asked.check)
        if not asked.check and sums.lines and (stop.is_set() or sys.exc_info()[0]):
            complain(t("cli.intake.go_on"))
    if stop.is_set():
        return INTERRUPTED
    return REFUSED if sums.statuses["refused"] else DONE


def _in_range(option: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise _CannotRunError(t("cli.intake.range", option=option, most=number(most)))


def _not_the_same(file: str, results: str | None) -> None:
    if (
        results not in (None, "-")
        and all(map(os.path.exists, (file, results)))
        and Path(file).samefile(results)
    ):
        raise _CannotRunError(t("cli.intake.same_file"))


# --- who hands in, and where ---------------------------------------------------------------------------


def _hand_in(asked: argparse.Namespace, source: int, stop: threading.Event, results: _Results) -> None:
    with _demo_person() if asked.demo else nullcontext((None, None)) as (settings, person):
        who = person or _who(asked)
        where = settings or _settings()
        session = _logged_in(where, who, asked.connections)
        opened = [session]

        def renew() -> Any:
            opened.append(_logged_in(where, who, asked.connections))
            return opened[-1].db

        try:
            lines = live_lines(source, stop)
            for result in intake.take(
                session.db, lines, chunk=asked.chunk, connections=asked.connections, stop=stop, renew=renew
            ):
                results.add(result)
        finally:
            from core import staff

            staff.log_out(opened[-1].db)


def _logged_in(settings: Settings, who: Who, connections: int) -> Session:
    from core import staff

    session = staff.log_in(settings, who.email, who.password, connections=connections)
    if session.must_change_password:
        staff.log_out(session.db)
        raise _CannotRunError(t("cli.intake.first_password", email=who.email))
    if "intake:take" not in session.permissions:
        staff.log_out(session.db)
        raise _CannotRunError(t("cli.intake.not_role", email=who.email))
    return session


def _settings() -> Settings:
    from bocli import config

    found = config.load().database
    if found is None:
        raise config.BadConfig("config.none", {"path": str(config.own_file())})
    return found


@contextmanager
def _demo_person() -> Iterator[tuple[Settings, Who]]:
    """The demo's own server and its login for front ends."""
    from bocli import demo, embedded

    server = embedded.server_in(embedded.home())
    if not server.made:
        raise embedded.CannotStart("embedded.not_made")
    with embedded.running(server):
        settings, people = demo.ready(server, demo.Steps())
        person = next(each for each in people.people if each.role == "intake")
        yield settings, Who(person.email, person.password)


def _who(asked: argparse.Namespace) -> Who:
    email = asked.login or os.environ.get(LOGIN)
    if not email:
        raise _CannotRunError(t("cli.intake.no_login", variable=LOGIN))
    if asked.password_file:
        return Who(email, _password_in(Path(asked.password_file)))
    if os.environ.get(PASSWORD):
        return Who(email, os.environ[PASSWORD])
    if not sys.stdin.isatty():
        raise _CannotRunError(t("cli.intake.no_password", variable=PASSWORD))
    return Who(email, getpass.getpass(t("cli.intake.password", email=email) + " "))


def _password_in(path: Path) -> str:
    """The first line of a file that nobody but its owner can read, and that is ours."""
    with path.open("rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid not in (os.getuid(), 0):
            raise _CannotRunError(t("cli.intake.password_foreign", path=str(path)))
        if facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise _CannotRunError(t("cli.intake.password_open", path=str(path)))
        raw = file.read(4096)
    try:
        password = raw.decode("utf-8").split("\n")[0].removesuffix("\r")
    except UnicodeDecodeError:
        password = ""
    if not password:
        raise _CannotRunError(t("cli.intake.password_empty", path=str(path)))
    return password


# --- lines in ------------------------------------------------------------------------------------------


@contextmanager
def _source(name: str) -> Iterator[int]:
    """A file's descriptor, or that of standard input for `-`. Raises OSError."""
    if name == "-":
        yield 0
        return
    descriptor = os.open(name, os.O_RDONLY)
    try:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise IsADirectoryError(21, os.strerror(21), name)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """Ctrl+C and SIGTERM end in order after the chunks under way; a second one ends at once."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    was = {each: signal.signal(each, asked) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in was.items():
            signal.signal(each, handler)


class _Descriptor:
    """Bytes of a descriptor. No buffered file: one whose reader still waits cannot be closed at the end."""

    def __init__(self, descriptor: int, before_waiting: Any) -> None:
        self._descriptor = descriptor
        self._before_waiting = before_waiting

    def read1(self, size: int = -1, /) -> bytes:
        """What is there, or what comes next."""
        self._before_waiting()
        return os.read(self._descriptor, size)


def live_lines(descriptor: int, stop: threading.Event) -> Iterator[intake.Line | None]:
    """The lines of a descriptor, and None now and then while none comes; ends when they do, or when `stop` is set.

    A thread reads, so that who waits for a line can still be stopped, and what came is handed in meanwhile.
    """
    blocks: queue.Queue[list[intake.Line] | Exception | None] = queue.Queue(4)
    block: list[intake.Line] = []

    def flush() -> None:
        nonlocal block
        if block:
            blocks.put(block)
            block = []

    def read() -> None:
        try:
            for line in intake.read_lines(_Descriptor(descriptor, flush)):
                block.append(line)  # noqa: PERF402 - flushed while the next line is waited for
            flush()
            blocks.put(None)
        except OSError as error:
            blocks.put(error)

    threading.Thread(target=read, name="bocli-intake-lines", daemon=True).start()
    while not stop.is_set():
        try:
            got = blocks.get(timeout=0.2)
        except queue.Empty:
            yield None
            continue
        if got is None:
            return
        if isinstance(got, Exception):
            raise got
        yield from got


def _checked(descriptor: int, stop: threading.Event) -> Iterator[intake.Result]:
    """Each line against the schema alone."""
    for line in live_lines(descriptor, stop):
        if line is not None:
            fault = line.fault or intake.check(line.body)
            status = "refused" if fault else "done"
            yield intake.Result(
                line.number,
                line.key,
                status,
                reason=fault.key if fault else None,
                params=fault.params if fault else {},
            )


# --- answers out ---------------------------------------------------------------------------------------


class _Results:
    """Writes each answer as a line of JSON, counts it, and shows how far it is."""

    def __init__(self, path: str | None, sums: Sums) -> None:
        self._path = path
        self._sums = sums
        self._file: IO[str] | None = None
        self._flushed_at = 0.0
        self._progress = _Progress()

    def __enter__(self) -> Self:
        if self._path == "-":
            self._file = sys.stdout
        elif self._path is not None:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(descriptor, "w", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.end()
        if self._file is sys.stdout:
            self._file.flush()
        elif self._file is not None:
            self._file.close()

    def add(self, result: intake.Result) -> None:
        """One answer."""
        message = ""
        if result.reason is not None:
            message = explain(errors.BocliError(result.reason, result.params))
        self._sums.add(result, message)
        if self._file is not None:
            self._file.write(json.dumps(as_json(result, message), ensure_ascii=False) + "\n")
            now = time.monotonic()
            if now - self._flushed_at > 0.5:
                self._file.flush()
                self._flushed_at = now
        self._progress.show(self._sums)


def as_json(result: intake.Result, message: str) -> dict[str, Any]:
    """An answer as it stands in the file of results."""
    head = {"line": result.line, "key": result.key, "status": result.status}
    if result.reason is None:
        return head | result.facts
    return head | {"reason": result.reason, "params": result.params, "message": message}


class _Progress:
    """How far it is, on one line of standard error; without a terminal a plain line every ten seconds."""

    def __init__(self) -> None:
        self._tty = sys.stderr.isatty()
        self._began_at = self._shown_at = time.monotonic()
        self._shown = False

    def show(self, sums: Sums) -> None:
        now = time.monotonic()
        if now - self._shown_at < (0.2 if self._tty else 10):
            return
        self._shown_at = now
        self._shown = True
        text = t(
            "cli.intake.progress",
            lines=number(sums.lines),
            refused=number(sums.statuses["refused"]),
            rate=number(int(sums.lines / max(now - self._began_at, 0.001))),
        )
        if self._tty:
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()
        else:
            complain(text)

    def end(self) -> None:
        """Leave the line clean."""
        if self._tty and self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _tell(sums: Sums, out: Any, *, check: bool) -> None:
    """The table at the end: how many of each status, and why lines were refused."""
    words = {
        "done": t("cli.intake.done"),
        "limited": t("cli.intake.limited"),
        "repeated": t("cli.intake.repeated"),
        "refused": t("cli.intake.refused"),
    }
    if check:
        words = {"done": t("cli.intake.right"), "refused": t("cli.intake.wrong")}
    wide = max(map(len, words.values()))
    for status, word in words.items():
        out(f"{word:<{wide}}  {number(sums.statuses[status]):>12}")
    for reason, pieces in sums.reasons.most_common():
        line, message = sums.first[reason]
        out(f"  {number(pieces):>8}  {message} ({t('cli.intake.line', line=line)})")
