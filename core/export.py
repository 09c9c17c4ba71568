"""Lists as CSV and XLSX files: a window at a time, for one reader only, and harmless to the program that opens them."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from core.errors import BocliError
from core.text import clean

_NAME = re.compile(r"[^A-Za-z0-9-]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CannotExport(BocliError):
    """The file could not be written; the parameters say where and why."""


def harmless(cell: object) -> str:
    """Return a cell as text that no spreadsheet takes for a formula: what begins like one gets an apostrophe.

    Plain numbers stay numbers, negative ones too.
    """
    if isinstance(cell, Decimal) and cell.is_finite():
        return format(cell, "f")
    text = clean("" if cell is None else str(cell))
    if text.lstrip().startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def decimal(minor: int, scale: int) -> str:
    """Return an amount in minor units as a plain decimal number, with a point, for programs to read."""
    whole, fraction = divmod(abs(minor), 10**scale)
    digits = f"{whole}.{fraction:0{scale}d}" if scale else str(whole)
    return f"-{digits}" if minor < 0 else digits


Windows = Iterable[Sequence[Any]]
Cells = Callable[[Any], Sequence[object]]
GoOn = Callable[[int], bool]


def write_csv(
    folder: Path, name: str, heads: Sequence[str], windows: Windows, cells: Cells, go_on: GoOn
) -> tuple[Path, int] | None:
    """Write all rows of all windows to a new file, and return it with the number of rows.

    The file has a name of its own, is readable by its owner only, and never replaces or follows anything that
    is there. `go_on` is told after each window how many rows are written; when it says False the file is taken
    away and None returned. Raises CannotExport, and whatever the windows raise, without leaving half a file.
    """

    def write(raw: IO[bytes]) -> int | None:
        with io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=False) as file:
            writer = csv.writer(file)
            writer.writerow([harmless(head) for head in heads])
            count = 0
            for rows in windows:
                writer.writerows([harmless(cell) for cell in cells(row)] for row in rows)
                count += len(rows)
                if not go_on(count):
                    return None
            file.flush()
            os.fsync(file.fileno())
        return count

    return new_file(folder, name, "csv", write)


def new_file(
    folder: Path, name: str, ending: str, write: Callable[[IO[bytes]], int | None]
) -> tuple[Path, int] | None:
    """Make a file that was not there and let `write` fill it; None from it takes the file away again.

    Raises CannotExport, and whatever `write` raises, without leaving half a file.
    """
    path: Path | None = None
    try:
        path, descriptor = _new_file(folder, name, ending)
        with os.fdopen(descriptor, "w+b") as file:
            count = write(file)
        if count is None:
            _take_away(path)
            return None
    except OSError as error:
        _take_away(path)
        why = error.strerror or str(error)
        raise CannotExport(
            "export.cannot_write", {"path": str(error.filename or folder), "why": why}
        ) from error
    except BaseException:
        _take_away(path)
        raise
    return path, count


def _take_away(path: Path | None) -> None:
    if path is not None:
        path.unlink(missing_ok=True)


def _new_file(folder: Path, name: str, ending: str) -> tuple[Path, int]:
    """Make a file that was not there. Raises OSError."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    plain = _NAME.sub("-", name).strip("-")[:60] or "list"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    number = 0
    while True:
        path = folder / f"{stamp}-{plain}{f'-{number}' if number else ''}.{ending}"
        try:
            return path, os.open(path, flags, 0o600)
        except FileExistsError:
            if number == 999:
                raise
            number += 1
