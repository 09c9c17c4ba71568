"""The European Central Bank's reference rates (eurofxref), as XML, CSV or a ZIP with the CSV in it.

A document type declaration is refused before anything of it is read, and no tree is built: an entity bomb has nothing
to go off in. Source: https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from xml.parsers import expat
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.files import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 32 * 2**20
_CODE = re.compile("[A-Z]{3}")
_DAYS = ("%Y-%m-%d", "%d %B %Y")
#: They are published at about 16:00 of Frankfurt.
_PUBLISHED, _FRANKFURT = time(16, 0), ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Reference:
    """On that day one euro was so many units of the currency."""

    day: date
    currency: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Read:
    """references: oldest first; missing: business days of the ECB between the first and the last day without a rate."""

    references: tuple[Reference, ...]
    missing: tuple[date, ...]

    def payload(self, codes: Iterable[str]) -> dict[str, Any]:
        """A change of system rates out of those in currencies that the company has. Raises Invalid: rate.none."""
        known = set(codes)
        rates = [
            {
                "base": "EUR",
                "quote": each.currency,
                "buy": format(each.rate, "f"),
                "sell": format(each.rate, "f"),
                "valid_from": moment(each.day).isoformat(),
            }
            for each in self.references
            if each.currency in known
        ]
        if not rates:
            raise Invalid("rate.none")
        return {"source": "ecb", "rates": rates}


def moment(day: date) -> datetime:
    """When the rates of a day are published, in UTC."""
    return datetime.combine(day, _PUBLISHED, _FRANKFURT).astimezone(UTC)


def read(path: Path) -> Read:
    """Read a file of reference rates. Raises Invalid: those of `core.files`, rate.ecb_doctype, rate.ecb_file."""
    raw = read_bytes(path, LARGEST)
    if raw.startswith(b"PK\x03\x04"):
        raw = _unpacked(raw)
    marked_up = raw.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    found = _xml(raw) if marked_up else _csv(raw)
    once = {(each.day, each.currency): each for each in found}
    if not once or len(once) != len(found):
        raise Invalid("rate.ecb_file")
    references = tuple(once[key] for key in sorted(once))
    return Read(references, tuple(_missing({each.day for each in references})))


def _unpacked(raw: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            inside = [each for each in packed.infolist() if each.filename.endswith(".csv")]
            if len(inside) != 1:
                raise Invalid("rate.ecb_file")
            with packed.open(inside[0]) as file:
                content = file.read(LARGEST + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Invalid("rate.ecb_file") from error
    if len(content) > LARGEST:
        raise Invalid("file.large", {"megabytes": LARGEST // 2**20})
    return content


def _xml(raw: bytes) -> list[Reference]:
    found: list[Reference] = []
    day: list[date] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Cube":
            return
        if "time" in attributes:
            day[:] = [_day(attributes["time"])]
        elif "currency" in attributes:
            if not day:
                raise Invalid("rate.ecb_file")
            found.append(_reference(day[0], attributes["currency"], attributes.get("rate", "")))

    def doctype(*_: object) -> None:
        raise Invalid("rate.ecb_doctype")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        # The last two: an encoding that nobody knows, or that expat does not read.
        raise Invalid("rate.ecb_file") from error
    return found


def _csv(raw: bytes) -> list[Reference]:
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("rate.ecb_file") from error
    heads = [each.strip() for each in rows[0]] if rows else []
    if not heads or heads[0].casefold() != "date" or len(heads) < 2:
        raise Invalid("rate.ecb_file")
    found = []
    for row in rows[1:]:
        if not any(each.strip() for each in row):
            continue
        if len(row) > len(heads):
            raise Invalid("rate.ecb_file")
        day = _day(row[0].strip())
        for currency, rate in zip(heads[1:], row[1:], strict=False):
            if currency and rate.strip() not in ("", "N/A"):
                found.append(_reference(day, currency, rate.strip()))
    return found


def _day(text: str) -> date:
    for shape in _DAYS:
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Invalid("rate.ecb_file")


def _reference(day: date, currency: str, rate: str) -> Reference:
    try:
        number = Decimal(rate)
    except InvalidOperation as error:
        raise Invalid("rate.ecb_file") from error
    plain = rate.isascii() and rate.replace(".", "", 1).isdigit()
    if not plain or not 0 < number < 10**10 or not _CODE.fullmatch(currency):
        raise Invalid("rate.ecb_file")
    return Reference(day, currency, number)


def _missing(days: set[date]) -> Iterable[date]:
    day, last = min(days), max(days)
    while day < last:
        day += timedelta(1)
        if day.weekday() < 5 and day not in days and day not in _holidays(day.year):
            yield day


def _holidays(year: int) -> set[date]:
    """The days on which TARGET is closed and no rates come, beside weekends."""
    easter = _easter(year)
    fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)}
    return fixed | {easter - timedelta(2), easter + timedelta(1)}


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 19 * m) // 433
    month, rest = divmod(h + m - 7 * n + 90, 25)
    return date(year, month, (h + m - 7 * n + 33 * month + 19) % 32) if rest >= 0 else date(year, month, 1)
