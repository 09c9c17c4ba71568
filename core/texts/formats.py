"""Numbers, dates, times and amounts as the program's language writes them.

Babel knows how; it is asked once per language and kind of thing. It, and what deals with money, are
imported inside the functions, since the first paint needs neither. What is asked for row by row is cached,
or made from cached parts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from core import clock
from core.texts import catalogue

if TYPE_CHECKING:
    from decimal import Decimal

    from core.money import Issuer, Unit

Length = Literal["short", "long"]
scales_shown: dict[str, int] = {}
"""Scale by issuer's code, of all amounts shown so far: an error names an issuer by its code alone, and comes
after the amounts that it is about."""

_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))


def amount(minor: int, issuer: Issuer, unit: Unit = "code") -> str:
    """Return an amount in the program's language."""
    from core.money import format_amount

    scales_shown[issuer.code] = issuer.scale
    return format_amount(minor, issuer, catalogue.language(), unit)


def number(value: int | Decimal, digits: int | None = None) -> str:
    """Return a number, grouped; with exactly `digits` after the point, if given (halves go to even)."""
    if isinstance(value, int) and digits is None and -1000 < value < 1000:
        return str(value)
    from decimal import Decimal

    from core.money import marks_of

    decimal, group = marks_of(catalogue.language())
    shown = f"{value:,}" if digits is None else f"{Decimal(value):,.{digits}f}"
    return shown.translate({ord(","): group, ord("."): decimal})


def percent(value: int | Decimal, digits: int | None = None) -> str:
    """Return so many percent: `percent(Decimal("12.5"))` is twelve and a half."""
    return number(value, digits) + _percent_sign(catalogue.language())


@lru_cache(maxsize=16)
def _percent_sign(language: str) -> str:
    """Return the percent sign with the blank that the language puts before it, without its bidi marks."""
    from babel import Locale

    pattern = Locale.parse(language).percent_formats[None].pattern
    return str(pattern).translate(_MARKS).rpartition("0")[2]


def date(day: dt.date, length: Length = "short") -> str:
    """Return a calendar day: `23.11.2026`, or long with the month's name.

    Short is always ten cells. In English it is the ISO form: its readers would disagree about `03/04/2026`.
    """
    if length == "short":
        return day.strftime(_short_pattern(catalogue.language()))
    return _long_date(day.year, day.month, day.day, catalogue.language())


def date_time(moment: dt.datetime, zone: str, length: Length = "short") -> str:
    """Return a moment in a zone: `23.11.2026 14:05`, or long with the month's name, seconds and the zone.

    Short is always sixteen cells. Raises ValueError for a moment without a zone of its own.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    local = moment.astimezone(clock.zone(zone))
    if length == "short":
        return local.strftime(_short_pattern(catalogue.language()) + " %H:%M")
    return f"{date(local.date(), 'long')}, {local:%H:%M:%S} {local.tzname()}"


def time_of_day(moment: dt.datetime, zone: str) -> str:
    """Return the hour and minute of a moment in a zone, of 24 hours in every language."""
    return f"{moment.astimezone(clock.zone(zone)):%H:%M}"


@lru_cache(maxsize=16)
def _short_pattern(language: str) -> str:
    """Return the strftime pattern of an all-digit date in the language's own order."""
    if language == "en":
        return "%Y-%m-%d"
    from babel import Locale

    pattern = str(Locale.parse(language).datetime_skeletons["yMd"].pattern).translate(_MARKS)
    for letter, directive in (("d", "%d"), ("M", "%m"), ("y", "%Y")):
        first, last = pattern.index(letter), pattern.rindex(letter)
        pattern = pattern[:first] + directive.upper() + pattern[last + 1 :]
    return pattern.replace("%D", "%d").replace("%M", "%m")


@lru_cache(maxsize=512)
def _long_date(year: int, month: int, day: int, language: str) -> str:
    from babel.dates import format_date

    return format_date(dt.date(year, month, day), "long", locale=language).translate(_MARKS)


def age(moment: dt.datetime) -> str:
    """Return how long ago a moment was, in its largest unit: `now`, `5 min`, `3 h`, `12 d`.

    What lies ahead counts as now: clocks of two machines differ.
    """
    seconds = int((clock.now() - moment).total_seconds())
    if seconds < 60:
        return catalogue.t("age.now")
    if seconds < 3600:
        return catalogue.t("age.minutes", count=seconds // 60)
    if seconds < 86400:
        return catalogue.t("age.hours", count=seconds // 3600)
    return catalogue.t("age.days", count=number(seconds // 86400))


def join(items: Iterable[str]) -> str:
    """Return items as a list in a sentence: `EUR, USD and BON`."""
    listed = list(items)
    if len(listed) < 2:
        return "".join(listed)
    from babel.lists import format_list

    return format_list(listed, style="standard", locale=catalogue.language())
