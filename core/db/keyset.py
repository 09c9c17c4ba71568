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

Operator = Literal["=", "<>", "<", "<=", ">", ">=", "in", "contains", "starts"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A value that one of the columns must meet. `contains` and `starts` take no notice of case, and nothing in
    their value is a wildcard."""

    columns: tuple[str, ...]
    operator: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class Keyset:
    """select: makes the select, so that SQLAlchemy is imported by the first page and not before; key: the columns
    that order it and tell its rows apart; newest_first: from the largest key down."""

    select: Callable[[], Select[Any]]
    key: tuple[str, ...] = ("id",)
    newest_first: bool = True
    conditions: tuple[Condition, ...] = ()

    def where(self, columns: str, operator: Operator, value: Any) -> Keyset:
        """Only rows of which one of these columns (divided by blanks) meets the value."""
        return replace(
            self, conditions=(*self.conditions, Condition(tuple(columns.split()), operator, value))
        )

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
        from sqlalchemy import or_

        asked = self.select()
        for each in self.conditions:
            asked = asked.where(
                or_(*(_met(_column(name), each.operator, each.value) for name in each.columns))
            )
        return asked

    def _beyond(self, edge: tuple[Any, ...], *, down: bool) -> ColumnElement[bool]:
        from sqlalchemy import tuple_

        columns: Any = tuple_(*map(_column, self.key))
        beyond: ColumnElement[bool] = columns < tuple_(*edge) if down else columns > tuple_(*edge)
        return beyond


def _column(name: str) -> Any:
    from sqlalchemy import column

    return column(name)


def _met(column: Any, operator: Operator, value: Any) -> ColumnElement[bool]:
    met: dict[str, Callable[[], Any]] = {
        "=": lambda: column == value,
        "<>": lambda: column != value,
        "<": lambda: column < value,
        "<=": lambda: column <= value,
        ">": lambda: column > value,
        ">=": lambda: column >= value,
        "in": lambda: column.in_(value),
        "contains": lambda: column.icontains(value, autoescape=True),
        "starts": lambda: column.istartswith(value, autoescape=True),
    }
    found: ColumnElement[bool] = met[operator]()
    return found
