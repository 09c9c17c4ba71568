"""Hands lines of a payment front end in: in chunks, by several connections, each line once.

Every line has a key of its own, so that whatever is interrupted can be sent again: what was taken before is answered
as `repeated`. A lost connection, a full server or a deadlock is met by sending the same chunk again.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from core import errors
from core.intake.lines import Line, parse
from core.intake.order import Window, weight

if TYPE_CHECKING:
    from core.db import Database

CHUNK: Final = 1000
"""Operations in one transaction."""
MOST: Final = 5000
"""The most that the database takes in one."""
CHUNK_BYTES: Final = 16 * 2**20
WINDOW_BYTES: Final = 64 * 2**20
WINDOW_CHUNKS: Final = 8
DEADLINE_S: Final = 60.0
"""After that a connection counts as lost; the server itself gives up a statement after half of it."""
PAUSES_S: Final = (0.1, 0.3, 1.0, 2.0, 3.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0)

Renew = Callable[[], "Database"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a line.

    status: done; limited (a limit was broken: it waits as an application for anti-fraud); repeated (its key had been
    taken before; the facts are those of the first time); refused, with the reason, a key of the texts, and its
    parameters. facts: what the database answered: operation_id, application_id, client_id and so on; amounts in it are
    minor units.
    """

    line: int
    key: str | None
    status: str
    facts: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def taken(self) -> bool:
        """Whether it is in the books, now or from before."""
        return self.status != "refused"


def take(
    database: Database,
    lines: Iterable[Line | Mapping[str, Any] | None],
    *,
    chunk: int = CHUNK,
    connections: int = 2,
    stop: threading.Event | None = None,
    renew: Renew | None = None,
) -> Iterator[Result]:
    """Hand lines in; what became of each, in their order, as soon as it is known.

    lines: of `read_lines`, or mappings; None between them says that nothing comes for the moment, so that what is
    there should be sent. chunk: operations in a transaction. connections: as many transactions side by side; what must
    keep its order does (see `core.intake.order`). Once `stop` is set no other chunk is begun, and the answers of those
    under way are given. renew: called when the session has ended; a `Database` with a new one.

    Raises ValueError for a chunk that is not between 1 and `MOST`; Unavailable when the database stays away for a
    minute; NotAllowed, DutyFirst, SessionEnded. Answers that came before are given first.
    """
    if not 1 <= chunk <= MOST or not 1 <= connections <= 16:
        raise ValueError(f"chunk {chunk}, connections {connections}")
    return _Feed(database, iter(lines), chunk, connections, stop or threading.Event(), renew).run()


class _Feed:
    """One run of `take`: the window of lines, the chunks under way, the answers that wait for their turn."""

    def __init__(
        self,
        database: Database,
        lines: Iterator[Line | Mapping[str, Any] | None],
        chunk: int,
        connections: int,
        stop: threading.Event,
        renew: Renew | None,
    ) -> None:
        self._sender = _Sender(database, stop, renew)
        self._lines = lines
        self._chunk = chunk
        self._connections = connections
        self._stop = stop
        self._window = Window()
        self._order: deque[int] = deque()
        self._answers: dict[int, Result] = {}
        self._under_way: dict[Future[list[Result]], list[Line]] = {}
        self._count = 0
        self._ended = False
        self._failure: Exception | None = None

    def run(self) -> Iterator[Result]:
        with ThreadPoolExecutor(self._connections, "bocli-intake") as pool:
            while True:
                while self._may_begin():
                    picked = self._picked()
                    if not picked:
                        break
                    self._window.start(picked)
                    self._under_way[pool.submit(self._sender.send, picked)] = picked
                yield from self._in_order()
                if self._under_way:
                    self._collect()
                elif not self._may_begin() or (self._ended and not self._window):
                    break
        yield from self._in_order()
        yield from (self._answers.pop(number) for number in sorted(self._answers))
        if self._failure:
            raise self._failure

    def _may_begin(self) -> bool:
        free = len(self._under_way) < self._connections
        return free and not self._stop.is_set() and self._failure is None

    def _picked(self) -> list[Line]:
        """A chunk that may go now; reads on while it is not full and there is room."""
        while True:
            picked = self._window.pick(self._chunk, CHUNK_BYTES)
            if sum(map(weight, picked)) * 2 > self._chunk or not self._read(len(picked)):
                return picked

    def _read(self, ready: int) -> bool:
        """Read until there may be a chunk; False when there is no more for now, or no more room."""
        some = False
        while ready < self._chunk and not self._stop.is_set():
            if len(self._window) >= WINDOW_CHUNKS * self._chunk or self._window.size >= WINDOW_BYTES:
                return some
            got = next(self._lines, _END) if not self._ended else _END
            if got is _END:
                self._ended = True
                return some
            if got is None:
                return some
            ready += self._keep(got)
            some = True
        return some

    def _keep(self, got: Any) -> int:
        self._count += 1
        line = got if isinstance(got, Line) else _line_of(got, self._count)
        self._order.append(line.number)
        if line.fault is None:
            self._window.add(line)
            return weight(line)
        self._answers[line.number] = Result(
            line.number, line.key, "refused", reason=line.fault.key, params=line.fault.params
        )
        return 0

    def _collect(self) -> None:
        """Wait for a chunk that is under way."""
        done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        for future in done:
            lines = self._under_way.pop(future)
            self._window.end(lines)
            error = future.exception()
            if error is None:
                self._answers.update((result.line, result) for result in future.result())
            elif isinstance(error, Exception):
                self._failure = self._failure or error
            else:
                raise error

    def _in_order(self) -> Iterator[Result]:
        while self._order and self._order[0] in self._answers:
            yield self._answers.pop(self._order.popleft())


_END: Final = object()


def _line_of(body: Mapping[str, Any], number: int) -> Line:
    return parse(json.dumps(body).encode(), number)


class _Sender:
    """Sends a chunk until it is answered."""

    def __init__(self, database: Database, stop: threading.Event, renew: Renew | None) -> None:
        self._database = database
        self._stop = stop
        self._renew = renew
        self._renewing = threading.Lock()

    def send(self, lines: list[Line]) -> list[Result]:
        """The answers of a chunk. Raises what does not go away by itself."""
        pauses = iter(PAUSES_S)
        while True:
            database = self._database
            try:
                return self._sent(database, lines)
            except errors.SessionEnded:
                if not self._renewed(database):
                    raise
            except (errors.Invalid, errors.Unavailable) as error:
                # Something in it is more than the database can take at once: by halves it finds what.
                if len(lines) > 1 and (isinstance(error, errors.Invalid) or error.key == "db.too_slow"):
                    half = len(lines) // 2
                    return self.send(lines[:half]) + self.send(lines[half:])
                if isinstance(error, errors.Invalid):
                    line = lines[0]
                    return [Result(line.number, line.key, "refused", reason=error.key, params=error.params)]
                pause = next(pauses, None)
                if pause is None or self._stop.is_set():
                    raise
                time.sleep(pause)

    def _sent(self, database: Database, lines: list[Line]) -> list[Result]:
        from psycopg.types.json import Jsonb

        # The lines go as they came: each was read as JSON before.
        text = f"[{','.join(line.text for line in lines)}]"
        answer = database.call("intake_take", deadline_s=DEADLINE_S, lines=Jsonb(text, dumps=str))
        return [_result(line, each) for line, each in zip(lines, answer["value"], strict=True)]

    def _renewed(self, ended: Database) -> bool:
        """Whether there is a new session; one of the chunks' threads opens it for all."""
        with self._renewing:
            if self._database is ended and self._renew is not None and not self._stop.is_set():
                self._database = self._renew()
            return self._database is not ended


def _result(line: Line, answer: dict[str, Any]) -> Result:
    status = str(answer["status"])
    if status == "refused":
        return Result(
            line.number, line.key, status, reason=str(answer["key"]), params=dict(answer.get("params") or {})
        )
    facts = {name: value for name, value in answer.items() if name != "status"}
    return Result(line.number, line.key, status, facts)
