"""Pages of a select by key: what comes after (or before) a row costs the same on page one and on page 30,000.

A `Keyset` is a value: `where` gives another one. No OFFSET, and no COUNT(*) over what may be large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row, Select

    from core.db import Database

Operator = Literal["=", "<>", "<", "<=", ">", ">=", "in", "contains", "starts", "empty"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A value that one of the columns must meet. `contains` and `starts` take no notice of case, and nothing in
    their value is a wildcard; `empty` takes no value. scale: a column with the digits after the point, when the
    value is a decimal and the column holds minor units."""

    columns: tuple[str, ...]
    operator: Operator
    value: Any
    scale: str = ""


@dataclass(frozen=True, slots=True)
class Either:
    """One of these, or every one of them; negated: not. A row without a value does not meet a condition, so it
    meets the negated one."""

    conditions: tuple[Condition | Either, ...]
    negated: bool = False
    every: bool = False


@dataclass(frozen=True, slots=True)
class Keyset:
    """select: makes the select, so that SQLAlchemy is imported by the first page and not before; key: the columns
    that order it and tell its rows apart; newest_first: from the largest key down."""

    select: Callable[[], Select[Any]]
    key: tuple[str, ...] = ("id",)
    newest_first: bool = True
    conditions: tuple[Condition | Either, ...] = ()

    def where(self, columns: str, operator: Operator, value: Any) -> Keyset:
        """Only rows of which one of these columns (divided by blanks) meets the value."""
        return replace(
            self, conditions=(*self.conditions, Condition(tuple(columns.split()), operator, value))
        )

    def either(self, conditions: tuple[Condition | Either, ...], *, negated: bool = False) -> Keyset:
        """Only rows that meet one of these; negated, that meet none."""
        return replace(self, conditions=(*self.conditions, Either(conditions, negated)))

    def key_of(self, row: Any) -> tuple[Any, ...]:
        """The key of a row: what the next page is asked by."""
        return tuple(getattr(row, name) for name in self.key)

    def page(
        self, db: Database, edge: tuple[Any, ...] | None, limit: int, *, backwards: bool = False
    ) -> Sequence[Row[Any]]:
        """At most `limit` rows after the key `edge`; backwards, those before it, nearest first. Without an edge,
        from the start or the end. One round trip."""
        from sqlalchemy import asc, desc

        down = self.newest_first != backwards
        asked = self._filtered()
        if edge is not None:
            asked = asked.where(self._beyond(edge, down=down))
        turn = desc if down else asc
        return db.rows(asked.order_by(*(turn(_column(name)) for name in self.key)).limit(limit))

    def newer(self, db: Database, edge: tuple[Any, ...], most: int = 999) -> int:
        """How many rows stand before the key `edge`; counted to `most` only."""
        from sqlalchemy import func, select

        before = self._filtered().where(self._beyond(edge, down=not self.newest_first)).limit(most).subquery()
        return int(db.rows(select(func.count()).select_from(before))[0][0])

    def windows(self, db: Database, size: int = 1000) -> Iterator[Sequence[Row[Any]]]:
        """All rows, a window at a time: memory stays flat, and no transaction stays open between windows."""
        edge: tuple[Any, ...] | None = None
        while rows := self.page(db, edge, size):
            yield rows
            if len(rows) < size:
                return
            edge = self.key_of(rows[-1])

    def _filtered(self) -> Select[Any]:
        asked = self.select()
        for each in self.conditions:
            asked = asked.where(clause(each))
        return asked

    def _beyond(self, edge: tuple[Any, ...], *, down: bool) -> ColumnElement[bool]:
        from sqlalchemy import tuple_

        columns: Any = tuple_(*map(_column, self.key))
        beyond: ColumnElement[bool] = columns < tuple_(*edge) if down else columns > tuple_(*edge)
        return beyond


def _column(name: str) -> Any:
    from sqlalchemy import column

    return column(name)


def clause(asked: Condition | Either) -> ColumnElement[bool]:
    """A condition for a select that has its columns."""
    from sqlalchemy import and_, false, func, not_, or_

    if isinstance(asked, Condition):
        return or_(*(_met(_column(name), asked) for name in asked.columns))
    joined = (and_ if asked.every else or_)(*map(clause, asked.conditions))
    return not_(func.coalesce(joined, false())) if asked.negated else joined


def _met(column: Any, asked: Condition) -> ColumnElement[bool]:
    from sqlalchemy import Numeric, String, cast, func, literal

    value = asked.value
    if asked.scale:
        # Exact: numeric on both sides, the digits of each row's own unit.
        value = literal(value, Numeric) * func.power(cast(literal(10), Numeric), _column(asked.scale))
    met: dict[str, Callable[[], Any]] = {
        "=": lambda: column == value,
        "<>": lambda: column != value,
        "<": lambda: column < value,
        "<=": lambda: column <= value,
        ">": lambda: column > value,
        ">=": lambda: column >= value,
        "in": lambda: column.in_(value),
        "contains": lambda: cast(column, String).icontains(value, autoescape=True),
        "starts": lambda: column.istartswith(value, autoescape=True),
        "empty": lambda: func.coalesce(cast(column, String), "") == "",
    }
    found: ColumnElement[bool] = met[asked.operator]()
    return found
