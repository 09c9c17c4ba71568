"""The language of a list's filter, and what it asks of the rows.

::

    anna                plain words: the list says in which columns they are looked for; all must fit
    "anna b"            blanks inside quotes
    state:open          a column and what it holds; a text column: somewhere in it
    state:open,closed   one of several; in an amount a comma between digits is its point: amount:=5,=10
    amount:100..250     a range, either end may be left out;  amount:>100  amount:<=5  name:=Anna
    !state:closed       not
    phone:              empty;  !phone:  not empty

A column is called by its name or by its title in the person's language. `parse` reads the text, `narrow` gives
the keyset with its conditions; each value travels as a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.db.keyset import Condition, Either, Keyset
from core.errors import Invalid
from core.lists.values import Kind, read_value

Operator = Literal["", "=", "<", "<=", ">", ">=", ".."]
LONGEST = 500
#: A letter, and whether it stood in quotes: inside them nothing has a meaning of its own.
Letters = Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Field:
    """A column as the language knows it. name: its word; title: its title in the person's language; column: of the
    select; options: of a choice, (value, word); scale: the column with the digits after the point, of money; zone:
    of a moment, the time zone that the list shows.
    """

    name: str
    title: str
    kind: Kind
    column: str
    options: tuple[tuple[object, str], ...] = ()
    scale: str = "scale"
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Test:
    """One alternative of a term: an operator ("" is the kind's own) and its operands as they were written."""

    operator: Operator
    low: str
    high: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One term. name is "" for plain words; a column without a value is asked whether it is empty."""

    negated: bool
    name: str
    value: Letters


def parse(text: str) -> tuple[Asked, ...]:
    """Read a filter. Raises Invalid: filter.too_long, filter.quote (a quote without its end)."""
    if len(text) > LONGEST:
        raise Invalid("filter.too_long", {"max": LONGEST})
    return tuple(_term(word) for word in _words(text) if any(letter for letter, _ in word))


def _words(text: str) -> Sequence[Letters]:
    words: list[list[tuple[str, bool]]] = [[]]
    quoted, at = False, 0
    while at < len(text):
        letter = text[at]
        if letter == '"':
            if quoted and text[at + 1 : at + 2] == '"':
                words[-1].append(('"', True))
                at += 1
            else:
                quoted = not quoted
                # "" is a value too: that of nothing
                words[-1].append(("", True))
        elif letter.isspace() and not quoted:
            words.append([])
        else:
            words[-1].append((letter, quoted))
        at += 1
    if quoted:
        raise Invalid("filter.quote")
    return words


def _plain(letters: Letters) -> str:
    return "".join(letter for letter, _ in letters)


def _find(letters: Letters, sign: str) -> int:
    """Where a sign stands outside quotes; -1 when it does not."""
    found = "".join(letter if not quoted and letter else "\0" for letter, quoted in letters)
    return found.find(sign)


def _term(word: Letters) -> Asked:
    negated = word[0] == ("!", False) and len(word) > 1
    rest = word[1:] if negated else word
    at = _find(rest, ":")
    if at < 1:
        return Asked(negated, "", rest)
    return Asked(negated, _plain(rest[:at]), rest[at + 1 :])


def _tests(value: Letters, *, points: bool) -> Iterator[Test]:
    """The alternatives of a value; points: a comma between two digits is a decimal point and divides nothing."""
    start = 0
    for at, (letter, quoted) in enumerate(value):
        if letter != "," or quoted:
            continue
        around = "".join(near for near, _ in (*value[at - 1 : at], *value[at + 1 : at + 2]))
        if points and at > start and len(around) == 2 and around.isdecimal():
            continue
        yield _test(value[start:at])
        start = at + 1
    yield _test(value[start:])


def _test(letters: Letters) -> Test:
    signs: tuple[Operator, ...] = (">=", "<=", ">", "<", "=")
    for sign in signs:
        if _find(letters, sign) == 0:
            return Test(sign, _plain(letters[len(sign) :]))
    at = _find(letters, "..")
    if at >= 0:
        return Test("..", _plain(letters[:at]), _plain(letters[at + 2 :]))
    return Test("", _plain(letters))


def narrow(
    keyset: Keyset, text: str, fields: Sequence[Field], plain: Callable[[Keyset, str], Keyset]
) -> Keyset:
    """The keyset with what the text asks for; `plain` narrows it by a word without a column.

    Raises Invalid: those of `parse`, filter.unknown (no such column; the parameters name all), filter.plain_not
    (a list whose plain words cannot be turned round), and those of `core.lists.values`.
    """
    for asked in parse(text):
        keyset = _narrowed(keyset, asked, fields, plain)
    return keyset


def _narrowed(
    keyset: Keyset, asked: Asked, fields: Sequence[Field], plain: Callable[[Keyset, str], Keyset]
) -> Keyset:
    if not asked.name:
        found = plain(keyset, _plain(asked.value))
        if not asked.negated:
            return found
        added = found.conditions[len(keyset.conditions) :]
        if len(added) != 1:
            raise Invalid("filter.plain_not")
        return keyset.either((added[0],), negated=True)
    field = _field(asked.name, fields)
    if not asked.value:
        return keyset.either((Condition((field.column,), "empty", None),), negated=asked.negated)
    tests = _tests(asked.value, points=field.kind == "money")
    return keyset.either(tuple(_condition(field, test) for test in tests), negated=asked.negated)


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def _field(name: str, fields: Sequence[Field]) -> Field:
    wanted = _folded(name)
    # Its own word first: a title may be another column's word.
    named = [each for each in fields if _folded(each.name) == wanted]
    titled = [each for each in fields if _folded(each.title) == wanted]
    if named or titled:
        return (named or titled)[0]
    # A unique beginning will do.
    near = [each for each in fields if _folded(each.title).startswith(wanted) or each.name.startswith(wanted)]
    if len(near) == 1:
        return near[0]
    raise Invalid(
        "filter.unknown", {"name": name, "names": ", ".join(_folded(each.title) for each in fields)}
    )


def _condition(field: Field, test: Test) -> Condition | Either:
    if test.operator == "..":
        if not test.low and not test.high:
            raise Invalid("filter.range", {"name": field.title})
        ends = [(">=", test.low), ("<=", test.high)]
        met = [_one(field, sign, value) for sign, value in ends if value]
        return met[0] if len(met) == 1 else Either(tuple(met), every=True)
    if not test.low and test.operator:
        raise Invalid("filter.range", {"name": field.title})
    return _one(field, test.operator, test.low)


def _one(field: Field, operator: str, value: str) -> Condition | Either:
    return read_value(field, operator, value)
