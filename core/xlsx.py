"""Lists as XLSX files by XlsxWriter: flat memory, numbers as numbers, and no text that becomes a formula."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from core.export import CannotExport, Cells, GoOn, Windows, new_file
from core.text import clean

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

#: ECMA-376: rows of a sheet, letters of a cell; a double keeps 15 digits exactly.
ROWS, LETTERS, DIGITS = 1_048_576, 32_767, 15


def write_xlsx(
    folder: Path,
    name: str,
    heads: Sequence[str],
    windows: Windows,
    cells: Cells,
    go_on: GoOn,
    *,
    zone: ZoneInfo,
) -> tuple[Path, int] | None:
    """As `core.export.write_csv`. zone: in which moments are shown, since a sheet knows none; more rows than a sheet
    holds go on in another one.
    """
    from xlsxwriter.exceptions import XlsxWriterException

    def write(file: IO[bytes]) -> int | None:
        # XlsxWriter keeps the rows in files until the end: in a folder of ours, gone in any case.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as place:
            sheets = _Sheets(file, place, heads, zone)
            count = 0
            try:
                for rows in windows:
                    for row in rows:
                        sheets.add(cells(row))
                    count += len(rows)
                    if not go_on(count):
                        return None
                sheets.close()
            finally:
                sheets.let_go()
        return count

    try:
        return new_file(folder, name, "xlsx", write)
    except XlsxWriterException as error:
        why = getattr(error.__cause__ or error.__context__ or error.args[0], "strerror", None) or str(error)
        raise CannotExport("export.cannot_write", {"path": str(folder), "why": why}) from error


class _Sheets:
    """A workbook whose sheets follow each other when one is full."""

    def __init__(self, file: IO[bytes], place: str, heads: Sequence[str], zone: ZoneInfo) -> None:
        from xlsxwriter import Workbook

        options = {"constant_memory": True, "tmpdir": place, "default_date_format": "yyyy-mm-dd"}
        self.book = Workbook(file, {**options, "strings_to_formulas": False, "strings_to_urls": False})
        self.heads, self.zone = [clean(head) for head in heads], zone
        self.bold = self.book.add_format({"bold": True})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.decimals: dict[int, Any] = {}
        self._next()

    def _next(self) -> None:
        self.sheet = self.book.add_worksheet()
        self.sheet.freeze_panes(1, 0)
        for at, head in enumerate(self.heads):
            self.sheet.write_string(0, at, head, self.bold)
        self.row = 1
        sheet = self.sheet
        self.writers: dict[type, Callable[[int, int, Any], object]] = {
            bool: sheet.write_boolean,
            int: self._integer,
            Decimal: self._decimal,
            datetime: lambda row, at, value: sheet.write_datetime(
                row, at, value.astimezone(self.zone).replace(tzinfo=None), self.moment
            ),
            date: lambda row, at, value: sheet.write_datetime(row, at, value, self.day),
        }

    def add(self, cells: Sequence[object]) -> None:
        """One more row."""
        if self.row >= ROWS:
            self._next()
        row, writers = self.row, self.writers
        for at, value in enumerate(cells):
            if value is None or value == "":
                continue
            writers.get(type(value), self._text)(row, at, value)
        self.row += 1

    def _text(self, row: int, at: int, value: object) -> None:
        self.sheet.write_string(row, at, clean(str(value))[:LETTERS])

    def _integer(self, row: int, at: int, value: int) -> None:
        if abs(value) < 10**DIGITS:
            self.sheet.write_number(row, at, value)
        else:
            self._text(row, at, value)

    def _decimal(self, row: int, at: int, value: Decimal) -> None:
        scale = max(0, -int(value.as_tuple().exponent))
        if len(value.as_tuple().digits) > DIGITS:
            self._text(row, at, value)
            return
        if scale not in self.decimals:
            shape = "#,##0" + ("." + "0" * scale if scale else "")
            self.decimals[scale] = self.book.add_format({"num_format": shape})
        self.sheet.write_number(row, at, float(value), self.decimals[scale])

    def close(self) -> None:
        """Put the file together."""
        self.book.close()

    def let_go(self) -> None:
        """Close the files of rows, which XlsxWriter does by itself only at a good end."""
        for sheet in self.book.worksheets():
            rows = getattr(sheet, "row_data_fh", None)
            if rows is not None and not rows.closed:
                with suppress(OSError):  # the rest of its buffer has no room on a full disk
                    rows.close()
