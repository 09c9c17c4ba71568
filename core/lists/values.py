"""What a value of the filter language means in a column of a kind: the condition that a row must meet."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Literal

from core.clock import now, zone
from core.db.keyset import Condition, Either, Operator
from core.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.lists.filter import Field

Kind = Literal["text", "number", "money", "day", "moment", "yes_no", "choice"]
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")
MOMENTS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M")
_SIGNS: dict[str, Operator] = {"": "=", "=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_LARGEST = Decimal(10) ** 18


def read_value(field: Field, operator: str, value: str) -> Condition | Either:
    """The condition of one value. Raises Invalid: filter.not_number, filter.not_day, filter.not_moment,
    filter.not_yes_no, filter.not_choice, each with the column's title and what was written.
    """
    return _READERS[field.kind](field, operator, value)


def _wrong(key: str, field: Field, value: str, **more: str) -> Invalid:
    return Invalid(key, {"name": field.title, "value": value[:60], **more})


def _text(field: Field, operator: str, value: str) -> Condition:
    return Condition((field.column,), _SIGNS[operator] if operator else "contains", value)


def _decimal(field: Field, value: str) -> Decimal:
    plain = value.replace("\u202f", "").replace("\xa0", "").replace("'", "")
    if "." not in plain and plain.count(",") == 1:
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation as error:
        raise _wrong("filter.not_number", field, value) from error
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise _wrong("filter.not_number", field, value)
    return number


def _number(field: Field, operator: str, value: str) -> Condition:
    return Condition((field.column,), _SIGNS[operator], _decimal(field, value))


def _money(field: Field, operator: str, value: str) -> Condition:
    return Condition((field.column,), _SIGNS[operator], _decimal(field, value), scale=field.scale)


def _day_of(value: str) -> date | None:
    if value.removeprefix("-").isdecimal() and len(value) <= 4:
        return now().date() - timedelta(days=abs(int(value)))
    for shape in DAYS:
        try:
            return datetime.strptime(value, shape).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _day(field: Field, operator: str, value: str) -> Condition:
    found = _day_of(value)
    if found is None:
        raise _wrong("filter.not_day", field, value)
    return Condition((field.column,), _SIGNS[operator], found)


def _moment(field: Field, operator: str, value: str) -> Condition | Either:
    """A day stands for all of it, in the zone that the list shows; a minute for that minute."""
    begins, lasts = _span(field, value)
    ends = begins + lasts
    column = (field.column,)
    if operator in ("<", ">="):
        return Condition(column, _SIGNS[operator], begins)
    if operator == "<=":
        return Condition(column, "<", ends)
    if operator == ">":
        return Condition(column, ">=", ends)
    return Either((Condition(column, ">=", begins), Condition(column, "<", ends)), every=True)


def _span(field: Field, value: str) -> tuple[datetime, timedelta]:
    there = zone(field.zone)
    found = _day_of(value)
    try:
        if found is not None:
            begins = datetime.combine(found, time(), there)
            # The day after, by the calendar: days of 23 and 25 hours are whole too.
            after = datetime.combine(found + timedelta(1), time(), there)
            return begins.astimezone(UTC), after.astimezone(UTC) - begins.astimezone(UTC)
        for shape in MOMENTS:
            try:
                local = datetime.strptime(value, shape).replace(tzinfo=there)
            except ValueError:
                continue
            return local.astimezone(UTC), timedelta(seconds=1 if shape.endswith("%S") else 60)
    except OverflowError as error:
        raise _wrong("filter.not_moment", field, value) from error
    raise _wrong("filter.not_moment", field, value)


def _choice(field: Field, operator: str, value: str) -> Condition:
    wanted = value.casefold().strip()
    words = [(option, word.casefold()) for option, word in field.options]
    exact = [option for option, word in words if wanted in (word, str(option).casefold())]
    near = [option for option, word in words if word.startswith(wanted) or str(option).startswith(wanted)]
    found = exact or near
    if len(found) != 1 or operator not in ("", "="):
        key = "filter.not_yes_no" if field.kind == "yes_no" else "filter.not_choice"
        raise _wrong(key, field, value, words=", ".join(word for _, word in field.options))
    return Condition((field.column,), "=", found[0])


_READERS: dict[Kind, Callable[[Field, str, str], Condition | Either]] = {
    "text": _text,
    "number": _number,
    "money": _money,
    "day": _day,
    "moment": _moment,
    "yes_no": _choice,
    "choice": _choice,
}
