"""Lists of the core's views: a keyset, and the columns that a screen shows of it, as the table wants them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bocli.widgets.keyset_table import Item
from core.db.keyset import Keyset
from core.texts import t


@dataclass(frozen=True, slots=True)
class Column:
    """title: catalogue key; width: cells (0: the rest); show: a row's cell; from_width: terminals narrower than
    this do without the column."""

    title: str
    width: int
    show: Callable[[Any], str]
    right: bool = False
    from_width: int = 0


class Shown(Protocol):
    """What Rows needs of a column: the two classes of columns have it."""

    @property
    def title(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def show(self) -> Callable[[Any], str]: ...
    @property
    def right(self) -> bool: ...
    @property
    def from_width(self) -> int: ...


class Rows:
    """A source of rows. `db` is asked for each time, since after a lock it is another one."""

    def __init__(
        self,
        db: Callable[[], Any],
        keyset: Keyset,
        columns: Sequence[Shown],
        *,
        width: int = 80,
        search: Callable[[Keyset, str], Keyset] | None = None,
    ) -> None:
        """width: the terminal's; search: narrows the keyset to what fits a text, for `/`."""
        self.db, self.keyset, self.search = db, keyset, search
        self.columns = [each for each in columns if width >= each.from_width]
        self.headers: Sequence[str] = [t(each.title) for each in self.columns]
        self.widths: Sequence[int] = [each.width for each in self.columns]
        self.right = frozenset(at for at, each in enumerate(self.columns) if each.right)
        if search is not None:
            self.filtered = self._filtered

    def estimate(self) -> int:
        """Nothing is counted: the table says how many it has met."""
        return 0

    def fetch(self, edge: Hashable | None, limit: int, backwards: bool) -> list[Item]:
        """A window of rows."""
        rows = self.keyset.page(self.db(), edge, limit, backwards=backwards)  # type: ignore[arg-type]
        return [self.item(row) for row in rows]

    def fresh(self, key: Hashable) -> int:
        """How many rows came since."""
        return self.keyset.newer(self.db(), key)  # type: ignore[arg-type]

    def item(self, row: Any) -> Item:
        """A row as the table shows it."""
        return Item(self.keyset.key_of(row), tuple(each.show(row) for each in self.columns), row)

    def _filtered(self, text: str) -> Rows:
        assert self.search is not None
        return Rows(self.db, self.search(self.keyset, text), self.columns, width=10**6)
