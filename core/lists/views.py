"""The views of a list that a person keeps: filter, columns, order, under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.db.views import view

if TYPE_CHECKING:
    from core.db import Database


@dataclass(frozen=True, slots=True)
class SavedView:
    """filter: in the list's language; columns: names, empty for the list's own; sort: a column's name, with - before it
    from the largest down, or ""; opens: the list opens with it.
    """

    name: str
    filter: str = ""
    columns: tuple[str, ...] = ()
    sort: str = ""
    opens: bool = False


def views(db: Database, name: str) -> tuple[SavedView, ...]:
    """One's own views of a list, by name."""
    from sqlalchemy import column

    asked = view("views", "name filter columns sort opens").where(column("list") == name)
    return tuple(
        SavedView(row.name, row.filter, tuple(row.columns), row.sort, row.opens)
        for row in db.rows(asked.order_by(column("name")))
    )


def save_view(db: Database, name: str, kept: SavedView) -> None:
    """Keep a view of a list. Raises Invalid view.name_invalid, WrongState view.too_many (50 a list)."""
    db.call(
        "view_save",
        list=name,
        name=kept.name,
        filter=kept.filter,
        columns=list(kept.columns),
        sort=kept.sort,
        opens=kept.opens,
    )


def delete_view(db: Database, name: str, view_name: str) -> None:
    """Forget one. Raises NotFound."""
    db.call("view_delete", list=name, name=view_name)
