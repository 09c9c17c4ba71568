"""The columns of a list: what each is called, how it is shown, filtered, sorted and exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.lists import Field
from core.lists.values import Kind
from core.texts import t

ZONE = "UTC"
NARROWEST = 10
#: What the column that takes the rest has at least: clients are told apart by it.
ENOUGH = 14


@dataclass(frozen=True, slots=True)
class Column:
    """name: its word in the filter language, in files and saved views; title: catalogue key; width: cells (0: the
    rest); show: a row's cell; kind: how the filter reads its values; field: the select's column ("": it cannot be
    filtered); from_width: narrower terminals do without it unless it was chosen, and so do those where the column that
    takes the rest would have too little; options: of a choice, (value,
    catalogue key); sort: the key columns of an order that an index carries (none: it cannot be sorted by); cell: its
    value in a file, else the field's; chosen: shown until the person chooses otherwise.
    """

    name: str
    title: str
    width: int
    show: Callable[[Any], str]
    kind: Kind = "text"
    field: str = ""
    right: bool = False
    from_width: int = 0
    options: tuple[tuple[object, str], ...] = ()
    sort: tuple[str, ...] = ()
    cell: Callable[[Any], object] | None = None
    chosen: bool = True
    scale: str = "scale"
    zone: str = ZONE

    def words(self) -> Field | None:
        """The column for the filter language; None when it cannot be filtered."""
        if not self.field:
            return None
        options = tuple((value, t(key)) for value, key in self.options)
        if self.kind == "yes_no":
            options = ((True, t("common.yes")), (False, t("common.no")))
        return Field(self.name, t(self.title), self.kind, self.field, options, self.scale, self.zone)

    def value(self, row: Any) -> object:
        """What a file holds."""
        if self.cell is not None:
            return self.cell(row)
        value = getattr(row, self.field) if self.field else self.show(row)
        if self.kind == "money" and value is not None:
            from decimal import Decimal

            return Decimal(value).scaleb(-int(getattr(row, self.scale)))
        return value


def fields(columns: Sequence[Column]) -> list[Field]:
    """The columns that the filter language knows."""
    return [words for each in columns if (words := each.words()) is not None]


def in_sight(columns: Sequence[Column], chosen: Sequence[str], width: int) -> list[Column]:
    """The columns to show at this width: those chosen, in their order, as far as there is room; or the list's own."""
    if not chosen:
        return _own(columns, width)
    named = {each.name: each for each in columns}
    room = width - 2
    shown: list[Column] = []
    for name in chosen:
        column = named[name]
        need = (column.width or NARROWEST) + 1
        if need <= room or not shown:
            shown.append(column)
            room -= need
    return shown


def _own(columns: Sequence[Column], width: int) -> list[Column]:
    shown = [each for each in columns if each.chosen and width >= each.from_width]
    while sum((each.width or ENOUGH) + 1 for each in shown) > width - 2:
        spare = [each for each in shown if each.from_width]
        if not spare:
            break
        shown.remove(max(reversed(spare), key=lambda each: each.from_width))
    return shown
