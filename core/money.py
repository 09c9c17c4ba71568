"""Amounts of money: whole numbers of minor units, read from and shown to people, divided without loss.

Nothing here is ever a float. An amount is an `int` of minor units together with its `Issuer`, whose scale
says how many digits stand after the point.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Final, Literal

from core.errors import Invalid

MAX_MINOR: Final = 10**15
"""The largest amount of one operation, in minor units; sums of many still fit the database's bigint."""
MAX_SCALE: Final = 8

Kind = Literal["real", "pegged", "bonus"]
Unit = Literal["code", "symbol", "none"]


@dataclass(frozen=True, slots=True)
class Issuer:
    """A unit of value: code, name, symbol, digits after the point, and what stands behind it."""

    code: str
    name: str
    symbol: str
    scale: int
    kind: Kind

    def __post_init__(self) -> None:
        if not 0 <= self.scale <= MAX_SCALE:
            raise ValueError(f"scale of {self.code} is {self.scale}, not 0 to {MAX_SCALE}")


class Rounding(Enum):
    """How what does not divide is rounded. Every call names it; there is no default."""

    HALF_UP = "half up"  # a half goes away from zero
    HALF_EVEN = "half even"
    UP = "up"  # away from zero
    DOWN = "down"  # towards zero
    FLOOR = "floor"
    CEILING = "ceiling"


# Reading. Digits are ASCII, Arabic-Indic or its extended (Persian) form; others are taken for letters.
_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_BLANKS: Final = " \u00a0\u202f\u2009"
# Marks that can only group: blanks, apostrophes, the Arabic thousands mark. They are read as one of a kind.
_ONLY_GROUPS: Final = str.maketrans({**dict.fromkeys(_BLANKS, " "), **dict.fromkeys("'’", "'"), "٬": "٬"})
_SHAPE: Final = re.compile(r"[0-9 '٬.,٫]*[0-9]")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([ '٬.,])[0-9]{3})(?:\1[0-9]{3})*")
_LONGEST: Final = 64


def parse_amount(text: str, issuer: Issuer, language: str = "en", *, zero_allowed: bool = False) -> int:
    """Return the minor units that a person wrote as an amount of `issuer`.

    The issuer's own code or symbol may stand before or after. Blanks, apostrophes and the Arabic marks mean
    one thing everywhere. A point or a comma is read by these rules, in this order:

    1. Two different marks: the last is the decimal one, the other groups (`1.234,56` and `1,234.56`).
    2. One mark, several times: it groups (`1.234.567`).
    3. One mark, once, that cannot group (`12,5`, `0.123`, `1234.567`): it is the decimal mark, whatever the
       language, because keypads send the point of their own layout.
    4. One mark, once, between one to three digits and exactly three, which is not this language's grouping
       mark: it is the decimal one. If the issuer has fewer than three digits, that is too many digits, and is
       refused, not taken for thousands.
    5. The same, with this language's grouping mark (`1.234` in German): it groups, if the issuer has fewer
       than three digits after the point. If it has three or more, both readings are amounts, a thousand times
       apart, and it is refused: the person says which by writing the digits after the point, or no mark.

    Raises Invalid: amount.empty, amount.not_number, amount.ambiguous (text), amount.too_many_digits (scale,
    issuer), amount.negative, amount.zero (unless zero_allowed), amount.too_large (max in minor units, issuer,
    scale).
    """
    written = _bare(text, issuer)
    if not written:
        raise Invalid("amount.empty", {})
    negative = written[0] in "-\u2212"
    written = written[1:].strip(_BLANKS) if negative else written
    if len(written) > _LONGEST or not _SHAPE.fullmatch(written):
        raise Invalid("amount.not_number", {})
    if negative:
        raise Invalid("amount.negative", {})
    whole, fraction = _parts(written, issuer, language)
    if len(fraction) > issuer.scale:
        raise Invalid("amount.too_many_digits", {"scale": issuer.scale, "issuer": issuer.code})
    minor = int((whole + fraction.ljust(issuer.scale, "0")) or "0")
    if minor > MAX_MINOR:
        raise Invalid("amount.too_large", {"max": MAX_MINOR, "issuer": issuer.code, "scale": issuer.scale})
    if minor == 0 and not zero_allowed:
        raise Invalid("amount.zero", {})
    return minor


def _bare(text: str, issuer: Issuer) -> str:
    """Return what was written in ASCII digits and one kind of blank, without the issuer's own name."""
    bare = text.translate(_DIGITS).translate(_ONLY_GROUPS).strip()
    for name in (issuer.code, issuer.symbol):
        if not name:
            continue
        if bare[: len(name)].casefold() == name.casefold():
            return bare[len(name) :].strip()
        if bare[-len(name) :].casefold() == name.casefold():
            return bare[: -len(name)].strip()
    return bare


def _parts(written: str, issuer: Issuer, language: str) -> tuple[str, str]:
    """Return the digits before and after the decimal mark, grouping taken out."""
    marks = [char for char in written if not char.isdigit()]
    decimal = _decimal_mark(written, marks, issuer, language)
    whole, found, fraction = written.partition(decimal) if decimal else (written, "", "")
    if found and (not fraction.isdigit() or decimal in whole):
        raise Invalid("amount.not_number", {})
    if whole and not whole.isdigit():
        # Groups must be of three and marked alike, or a slip of the finger would read as another amount.
        grouped = _GROUPED.fullmatch(whole)
        if grouped is None or grouped[1] == decimal:
            raise Invalid("amount.not_number", {})
        whole = whole.replace(grouped[1], "")
    return whole, fraction


def _decimal_mark(written: str, marks: list[str], issuer: Issuer, language: str) -> str:
    """Return the mark that stands before the decimal digits, or '' if none does."""
    if not marks:
        return ""
    last = marks[-1]
    if "٫" in marks:
        return "٫"
    if last not in ".,":
        return ""
    if marks.count(last) > 1:
        return ""
    if len(set(marks)) > 1:
        return last
    could_group = _GROUPED.fullmatch(written) is not None and not written.startswith("0")
    if not could_group or last != marks_of(language)[1]:
        return last
    if issuer.scale >= 3:
        raise Invalid("amount.ambiguous", {"text": written})
    return ""


# Showing.


@lru_cache(maxsize=32)
def marks_of(language: str) -> tuple[str, str]:
    """Return the decimal mark and the grouping mark of a language, by the CLDR that Babel carries."""
    # Imported on the first amount: it must not weigh on the first paint.
    from babel import Locale

    symbols = Locale.parse(language).number_symbols
    latin = symbols.get("latn", symbols)
    return str(latin["decimal"]), str(latin["group"])


def format_amount(minor: int, issuer: Issuer, language: str = "en", unit: Unit = "code") -> str:
    """Return an amount for people: grouped, with all digits, and the issuer's code, its symbol or neither.

    The sign is a plain hyphen and the unit stands behind in every language, so that columns align and what
    is shown can be typed back.
    """
    decimal, group = marks_of(language)
    whole, fraction = divmod(abs(minor), 10**issuer.scale)
    shown = f"{whole:,}".replace(",", group)
    if issuer.scale:
        shown += f"{decimal}{fraction:0{issuer.scale}d}"
    if minor < 0:
        shown = "-" + shown
    if unit == "none":
        return shown
    return f"{shown} {issuer.symbol if unit == 'symbol' and issuer.symbol else issuer.code}"


# Arithmetic.


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Return numerator / denominator as a whole number, rounded as named."""
    if denominator == 0:
        raise ZeroDivisionError("an amount divided by nothing")
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    floor, rest = divmod(numerator, denominator)
    if rest == 0:
        return floor
    negative = numerator < 0
    twice = 2 * rest
    match rounding:
        case Rounding.FLOOR:
            up = False
        case Rounding.CEILING:
            up = True
        case Rounding.UP:
            up = not negative
        case Rounding.DOWN:
            up = negative
        case Rounding.HALF_UP:
            up = twice > denominator or (twice == denominator and not negative)
        case Rounding.HALF_EVEN:
            up = twice > denominator or (twice == denominator and floor % 2 == 1)
    return floor + up


def times(minor: int, rate: Decimal, rounding: Rounding, *, from_scale: int = 0, to_scale: int = 0) -> int:
    """Return an amount times an exact rate, in minor units of another scale when it changes issuer."""
    over, under = rate.as_integer_ratio()
    shift = to_scale - from_scale
    return divide(minor * over * 10 ** max(shift, 0), under * 10 ** max(-shift, 0), rounding)


def percent_of(minor: int, percent: Decimal, rounding: Rounding) -> int:
    """Return so many percent of an amount, in the same minor units."""
    over, under = percent.as_integer_ratio()
    return divide(minor * over, under * 100, rounding)


def split(minor: int, weights: Sequence[int]) -> list[int]:
    """Return an amount divided by weights; what does not divide goes to the largest parts first, a unit each.

    The parts add up to the amount. Parts of equal weight come in their given order. Raises ValueError for a
    negative amount or weight, or weights that add up to nothing.
    """
    if minor < 0 or any(weight < 0 for weight in weights) or sum(weights) == 0:
        raise ValueError("a split needs an amount and weights that are not negative, and a weight above zero")
    total = sum(weights)
    parts = [divide(minor * weight, total, Rounding.FLOOR) for weight in weights]
    largest_first = sorted(range(len(weights)), key=lambda at: -weights[at])
    for at in largest_first[: minor - sum(parts)]:
        parts[at] += 1
    return parts
