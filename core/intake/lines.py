"""Lines of JSON out of a stream of bytes, one at a time, whatever is in the stream.

A line that cannot be a request is told from the others by what is wrong with it, and never stops them. At most one
line is held, and never more than `LONGEST` bytes of one: a longer one is passed over to its end.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import UUID

LONGEST: Final = 10 * 2**20
"""Bytes that a line may have, its end not counted: a document of five megabytes in base64 and room beside it."""
PIECE: Final = 2**20
_ESCAPED: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class Source(Protocol):
    """What bytes are read from: a file opened as binary and buffered, standard input's buffer, a BytesIO."""

    def read1(self, size: int = -1, /) -> bytes:
        """At most `size` bytes: what is there already, or else what comes next; nothing at the end."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line is none: a key of the texts (without ``error.``) and its parameters."""

    key: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the stream: what it asks for, or what is wrong with it.

    number: its place, from 1, empty lines counted; size: its bytes; text: the line itself, as it is sent on.
    """

    number: int
    body: dict[str, Any]
    text: str
    size: int
    fault: Fault | None = None

    @property
    def key(self) -> str | None:
        """The line's key as it was given, when it can be one."""
        key = self.body.get("key")
        return key if isinstance(key, str) and _is_uuid(key) else None


def read_lines(source: Source) -> Iterator[Line]:
    """All lines of a stream that are not empty, as they come. Raises OSError when the stream cannot be read."""
    for number, (raw, ended, size) in enumerate(_raw_lines(source), 1):
        if size > LONGEST:
            yield Line(number, {}, "", size, Fault("intake.line_too_long", {"megabytes": LONGEST // 2**20}))
        elif raw.strip():
            yield parse(raw, number, ended=ended)


def _raw_lines(source: Source) -> Iterator[tuple[bytes, bool, int]]:
    """Each line's bytes (none of one that is too long), whether its end is there, and how many bytes it has."""
    pieces: list[bytes] = []
    size = 0
    while piece := source.read1(PIECE):
        *whole, rest = piece.split(b"\n")
        for end in whole:
            size += len(end)
            if size <= LONGEST:
                pieces.append(end)
            yield b"" if size > LONGEST else b"".join(pieces), True, size
            pieces, size = [], 0
        size += len(rest)
        if size <= LONGEST:
            pieces.append(rest)
        else:
            pieces = []
    if size:
        yield b"".join(pieces), False, size


def parse(raw: bytes, number: int = 1, *, ended: bool = True) -> Line:
    """One line as what it asks for, or with its fault. `ended`: whether the end of the line was there.

    The last line of a file that ends in its middle is no JSON; it is told apart, since sending the whole file again
    is what helps.
    """
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        body = json.loads(
            text, object_pairs_hook=_no_doubles, parse_constant=_no_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        fault = Fault("intake.not_utf8", {"place": error.start + 1})
    except _DoubledError as error:
        fault = Fault("intake.field_twice", {"field": error.field[:40]})
    except (ValueError, RecursionError):
        fault = Fault("intake.not_json")
    else:
        if not isinstance(body, dict):
            return Line(number, {}, "", len(raw), Fault("intake.not_object"))
        if "\\u" in text and _ESCAPED.search(text) and not _storable(body):
            # PostgreSQL keeps neither, and would refuse the whole chunk for it.
            return Line(number, body, "", len(raw), Fault("intake.no_character"))
        return Line(number, body, text, len(raw))
    if not ended:
        fault = Fault("intake.line_cut")
    return Line(number, {}, "", len(raw), fault)


class _DoubledError(ValueError):
    def __init__(self, name: str) -> None:
        self.field = name
        super().__init__(name)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two fields of one name: nobody can say which was meant."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise _DoubledError(next(name for name in names if names.count(name) > 1))
    return made


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(word)
    return number


def _storable(value: Any) -> bool:
    """Whether every text in a value can be kept: no null character, no half of a pair."""
    if isinstance(value, dict):
        return all(_storable(name) and _storable(each) for name, each in value.items())
    if isinstance(value, list):
        return all(map(_storable, value))
    return not isinstance(value, str) or not re.search("[\0\ud800-\udfff]", value)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
