"""Which lines may be under way side by side.

What must keep its order does: a line that goes on with another (`of`, `quote`, `operation`) waits for it, a line that
names a client waits for that client's sign-up, and who pays waits for all earlier lines with the same client, since
the money may come from one of them. Being paid waits for nothing, so a merchant whom everybody pays holds nobody up.
Lines in one chunk keep their order by themselves. A client is known by how the line names it: by e-mail or by a coin's
serial; a feed that wants the order kept names each always the same way.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.intake.lines import Line


@dataclass(frozen=True, slots=True)
class Names:
    """What a line waits for, and what others wait for because of it. Keys, e-mails and serials, in small letters."""

    waits: frozenset[str]
    marks: frozenset[str]


def names_of(line: Line) -> Names:
    """The names of a line. Of one that is malformed it may be none: the database will refuse it anyway."""
    body = line.body
    act = body.get("do")
    payers = [_client(body.get("from")), _client(body.get("client"))]
    items = body.get("items")
    paid = [_client(body.get("to")) if act != "quote" else ""]
    if isinstance(items, list):
        paid += [_client(item.get("to")) for item in items if isinstance(item, dict)]
    before = [_word(body.get(name)) for name in ("of", "quote", "operation")]
    waits = {each for each in (*payers, *before) if each} | {f"new:{each}" for each in paid if each}
    marks = {each for each in (*payers, *paid, *before, _word(body.get("key"))) if each}
    if act == "client":
        # Whoever names this e-mail waits, as payer and as payee; a second sign-up of it is refused after the first.
        email = _word(body.get("email"))
        waits |= {email, f"new:{email}"}
        marks |= {email, f"new:{email}"}
    if act == "quote":
        waits, marks = set(), {_word(body.get("key"))}
    return Names(frozenset(waits), frozenset(marks))


def _word(value: Any) -> str:
    return str(value).strip().lower() if isinstance(value, str | int) else ""


def _client(value: Any) -> str:
    """The client of "e-mail/ISSUER", or the serial itself."""
    return _word(value).rpartition("/")[0] or _word(value)


def weight(line: Line) -> int:
    """How many operations a line is: each item of a mass payment is one."""
    items = line.body.get("items")
    return max(1, len(items)) if isinstance(items, list) else 1


class Window:
    """Lines that were read and wait, in their order, and the names of those that are under way."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Line, Names]] = []
        self._under_way: Counter[str] = Counter()
        self.size = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, line: Line) -> None:
        """One more line, after all others."""
        self._waiting.append((line, names_of(line)))
        self.size += line.size

    def pick(self, most: int, most_bytes: int) -> list[Line]:
        """The first lines that wait for nothing under way, nor for a line that has to wait itself.

        At most `most` operations and `most_bytes`, but the first such line in any case. Nothing is changed.
        """
        picked: list[Line] = []
        held: set[str] = set()
        pieces = size = 0
        for line, names in self._waiting:
            if not (names.waits.isdisjoint(held) and names.waits.isdisjoint(self._under_way)):
                held |= names.marks
                continue
            pieces += weight(line)
            size += line.size
            if picked and (pieces > most or size > most_bytes):
                break
            picked.append(line)
        return picked

    def start(self, lines: list[Line]) -> None:
        """These, as picked, are under way now."""
        numbers = {line.number for line in lines}
        for line, names in self._waiting:
            if line.number in numbers:
                self._under_way.update(names.marks)
                self.size -= line.size
        self._waiting = [each for each in self._waiting if each[0].number not in numbers]

    def end(self, lines: list[Line]) -> None:
        """These are no longer under way."""
        for line in lines:
            self._under_way.subtract(names_of(line).marks)
        self._under_way = +self._under_way
