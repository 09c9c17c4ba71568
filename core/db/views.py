"""Selects of the views of schema api, made when they are first asked for: SQLAlchemy is heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Select


def view(name: str, columns: str) -> Select[Any]:
    """The columns (divided by blanks) of a view."""
    from sqlalchemy import column, select, table

    return select(table(name, *map(column, columns.split()), schema="api"))
