"""A provider's list of products as a file: CSV or JSON, read with every bad line named."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import Invalid
from core.products.commands import LineError
from core.text import REPLACED, clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

COLUMNS = ("code", "name", "currency", "price", "price_from", "price_to", "percent", "fixed", "active")
NEEDED = frozenset({"code", "name", "currency"})
LARGEST_FILE = 64 * 1024 * 1024
MOST_LINES = 200_000
LONGEST_FIELD = 1_000
LARGEST_AMOUNT = 10**15
_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,20}))?", re.ASCII)
_PERCENT = re.compile(r"(?:100(?:\.0{1,6})?|[0-9]{1,2}(?:\.[0-9]{1,6})?)", re.ASCII)
_YES, _NO = frozenset({"", "1", "true", "yes", "y"}), frozenset({"0", "false", "no", "n"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """rows: as `import_list` takes them, amounts in minor units; errors: what could not be read, by line; digest: of
    the file, so that another one is noticed when it is read again.
    """

    rows: tuple[dict[str, Any], ...]
    errors: tuple[LineError, ...]
    digest: str


def read_list(path: Path, scales: Mapping[str, int]) -> Parsed:
    """Read a file whose first line names the columns (CSV with , or ;) or whose top is an array of objects (JSON).

    scales: digits after the point of each currency. Amounts are decimals with a point. Raises Invalid:
    product.file_unreadable, file_large, file_not_utf8, file_columns, file_json; whatever else is wrong is in `errors`.
    """
    from hashlib import sha256

    try:
        # A pipe or a device would be waited for, or never end.
        if path.exists() and not path.is_file():
            raise Invalid("product.file_unreadable", {"why": os.strerror(errno.EINVAL)})
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Invalid("product.file_unreadable", {"why": error.strerror or str(error)}) from error
    if len(raw) > LARGEST_FILE:
        raise Invalid("product.file_large", {"max": LARGEST_FILE // 2**20})
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("product.file_not_utf8", {"place": error.start}) from error
    lines = _of_json(text) if text.lstrip()[:1] in ("[", "{") else _of_csv(text)
    rows, errors = [], []
    for line, fields in lines:
        if line > MOST_LINES + 1:
            raise Invalid("product.list_size")
        row, wrong = _row(line, fields, scales)
        errors += wrong
        if not wrong:
            rows.append(row)
    return Parsed(tuple(rows), tuple(errors), sha256(raw).hexdigest())


Line = tuple[int, dict[str, str] | None]


def _of_csv(text: str) -> Iterable[Line]:
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    csv.field_size_limit(LARGEST_FILE)
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        if not set(names) >= NEEDED or len(set(names)) < len(names) or not set(names) <= set(COLUMNS):
            raise Invalid("product.file_columns", {"columns": ", ".join(COLUMNS)})
        line = reader.line_num + 1
        for cells in reader:
            fields = dict(zip(names, cells, strict=False)) if len(cells) == len(names) else None
            if cells:
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        raise Invalid("product.file_columns", {"columns": ", ".join(COLUMNS)}) from error


def _of_json(text: str) -> Iterable[Line]:
    try:
        # Numbers stay the text that they were: nothing of an amount is ever a float.
        found = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise Invalid("product.file_json", {"line": getattr(error, "lineno", 0)}) from error
    if not isinstance(found, list):
        raise Invalid("product.file_json", {"line": 1})
    for number, each in enumerate(found, 1):
        plain = isinstance(each, dict) and set(each) <= set(COLUMNS)
        simple = plain and all(not isinstance(value, (dict, list)) for value in each.values())
        yield (
            number,
            {name: "" if value is None else str(value) for name, value in each.items()} if simple else None,
        )


def _row(
    line: int, fields: dict[str, str] | None, scales: Mapping[str, int]
) -> tuple[dict[str, Any], list[LineError]]:
    if fields is None:
        return {}, [LineError(line, "line", "product.line_columns")]
    if any(len(value) > LONGEST_FIELD for value in fields.values()):
        return {}, [LineError(line, "line", "product.field_long")]
    read = {name: clean(value).strip() for name, value in fields.items()}
    if any(REPLACED in value for value in read.values()):
        return {}, [LineError(line, "line", "product.field_unclean")]
    issuer = read.get("currency", "").upper()
    errors: list[LineError] = []
    row: dict[str, Any] = {"line": line, "code": read.get("code", ""), "name": read.get("name", "")}
    row["issuer"] = issuer
    if issuer not in scales:
        errors.append(LineError(line, "currency", "product.issuer_unknown"))
    for name in ("price", "price_from", "price_to", "fixed"):
        row[name], wrong = _minor(read.get(name, ""), scales.get(issuer, 8))
        if wrong:
            errors.append(LineError(line, name, wrong))
    row["fixed"] = row["fixed"] or 0
    row["percent"] = read.get("percent") or "0"
    if not _PERCENT.fullmatch(row["percent"]):
        errors.append(LineError(line, "percent", "product.percent_invalid"))
    active = read.get("active", "").casefold()
    if active not in _YES | _NO:
        errors.append(LineError(line, "active", "product.active_invalid"))
    row["active"] = active not in _NO
    return row, errors


def _minor(text: str, scale: int) -> tuple[int | None, str]:
    """A decimal as minor units; None for nothing. The second is what is wrong."""
    if not text:
        return None, ""
    read = _AMOUNT.fullmatch(text)
    if read is None:
        return None, "product.amount_invalid"
    digits = (read[2] or "").rstrip("0")
    if len(digits) > scale:
        return None, "product.amount_digits"
    minor = int(read[1] + digits.ljust(scale, "0"))
    return (None, "product.amount_invalid") if minor > LARGEST_AMOUNT else (minor, "")
