"""A list as a section (ALL-4): filter language, columns, order, saved views, files. Subclasses say of what.

class Clients(Listing):
SECTION = "clients"
LIST = "clients"                       # its name in saved views and files
EMPTY = "clients.empty"
SELECT = staticmethod(clients_select)
PLAIN = ("name", "email")              # where words without a column are looked for
COLUMNS = (Column("name", "clients.name", 0, lambda row: row.name, field="name"), ...)
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult

from bocli.keys import bindings
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from bocli.widgets.shown import paragraph
from core.db.keyset import Keyset
from core.errors import Invalid
from core.lists import SavedView, narrow, views
from core.texts import explain, t
from screens.parts.columns import Column, fields, in_sight
from screens.parts.list_dialogs import ChooseColumns, FilterPrompt, SortBy
from screens.parts.list_files import Export, FileChoice
from screens.parts.list_views import SavedViews
from screens.parts.rows import Rows
from screens.parts.status import show_words

__all__ = ["Column", "Listing"]
LOOK_S = 30.0
QUIET_S = 120.0


class ListTable(KeysetTable):
    """The table of a Listing: `/` asks in the filter language."""

    def act_filter(self) -> None:
        listing: Any = self.screen
        listing.ask_filter()

    def blocked(self, action_id: str) -> str | None:
        return None if action_id == "table.filter" else super().blocked(action_id)


class Listing(Section[None]):
    """A section that is a list. `base()` may be overridden to narrow it beforehand, `plain` to find words by index."""

    LIST: ClassVar[str] = ""
    EMPTY: ClassVar[str] = "table.empty"
    SELECT: ClassVar[Callable[[], Any]]
    KEY: ClassVar[tuple[str, ...]] = ("id",)
    NEWEST_FIRST: ClassVar[bool] = True
    PLAIN: ClassVar[tuple[str, ...]] = ()
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    MARKS: ClassVar[bool] = False
    BINDINGS = bindings("listing")

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.SECTION:
            cls.SCOPES = (cls.SECTION, "listing", "section")

    def __init__(self) -> None:
        super().__init__()
        self.filter, self.sort, self.view = "", "", ""
        self.columns: tuple[str, ...] = ()

    def body(self) -> ComposeResult:
        yield from self.above()
        yield Lines(id="what")
        yield ListTable(self._rows(), empty=self.EMPTY, marks=self.MARKS)

    def above(self) -> ComposeResult:
        """What stands over the list."""
        yield from ()

    def on_mount(self) -> None:
        self.work(self._open())
        self._plan()

    async def _open(self) -> None:
        """The list is there at once; the person's own view of it, if one opens it, a round trip later."""
        kept = await self.call(lambda db: views(db, self.LIST))
        for each in kept or ():
            if each.opens:
                self.take_view(each)

    # What is shown.

    def base(self) -> Keyset:
        """The list before the filter."""
        return Keyset(type(self).SELECT)

    def plain(self, keyset: Keyset, text: str) -> Keyset:
        """Narrow by a word without a column."""
        return keyset.where(" ".join(self.PLAIN), "contains", text)

    def keyset(self) -> Keyset:
        """The list as it is filtered and sorted now. Raises Invalid when the filter no longer fits the list."""
        from dataclasses import replace

        named = {each.name: each for each in self.COLUMNS}
        column = named.get(self.sort.removeprefix("-"))
        key, newest = (column.sort, self.sort.startswith("-")) if column else (self.KEY, self.NEWEST_FIRST)
        asked = replace(self.base(), key=key, newest_first=newest)
        return narrow(asked, self.filter, fields(self.COLUMNS), self.plain)

    @property
    def row(self) -> Any:
        """What stands under the cursor, or None."""
        items = [table.item for table in self.query(ListTable)]
        return items[0].thing if items and items[0] else None

    def took(self, said: str | None) -> None:
        """What a window says when it has done something; nothing when it was left."""
        if said:
            self.act_refresh()
            self.say(said)

    def shown_columns(self) -> Sequence[Column]:
        """The columns in sight."""
        return in_sight(self.COLUMNS, self.columns, self.app.size.width)

    def _rows(self) -> Rows:
        return Rows(lambda: self.db, self.keyset(), self.shown_columns(), width=10**6)

    def apply(self) -> None:
        """Show what the filter, the columns and the order say now."""
        table = self.query_one(ListTable)
        table.set_source(self._rows())
        table.filter = self.filter
        width = max(20, self.app.size.width - 2)
        said = [line for each in self.in_words() for line in (paragraph(each, width) if each else [""])]
        self.query_one("#what", Lines).show(*([("dim", line)] for line in said))

    def in_words(self) -> list[str]:
        """The view, the filter and the order, in a line; nothing when the list is whole."""
        named = {each.name: each for each in self.COLUMNS}
        parts = [self.view] if self.view else []
        if self.filter:
            parts.append(t("listing.filter_is", text=self.filter))
        if self.sort:
            title = t(named[self.sort.removeprefix("-")].title)
            parts.append(t("listing.down" if self.sort.startswith("-") else "listing.up", column=title))
        hidden = len(self.columns) - len(self.shown_columns()) if self.columns else 0
        if hidden > 0:
            parts.append(t("listing.no_room", count=hidden))
        return [" · ".join(parts)] if parts else []

    # Keys.

    def ask_filter(self) -> None:
        """`/`: the prompt; what is wrong is said under it and the list stays."""

        def check(text: str) -> str:
            narrow(self.base(), text, fields(self.COLUMNS), self.plain)
            return text

        def taken(text: str | None) -> None:
            if text is not None:
                self.filter = text.strip()
                self.apply()

        self.app.push_screen(FilterPrompt(self.filter, fields(self.COLUMNS), check), taken)

    def act_columns(self) -> None:
        def taken(names: tuple[str, ...] | None) -> None:
            if names is not None:
                self.columns = names
                self.apply()

        shown = self.columns or tuple(each.name for each in self.shown_columns())
        self.app.push_screen(ChooseColumns([(x.name, t(x.title)) for x in self.COLUMNS], shown), taken)

    def act_sort(self) -> None:
        def taken(sort: str | None) -> None:
            if sort is not None:
                self.sort = sort
                self.apply()

        columns = [(each.name, t(each.title), bool(each.sort)) for each in self.COLUMNS]
        self.app.push_screen(SortBy(columns, self.sort), taken)

    def act_views(self) -> None:
        now = SavedView(self.view, self.filter, self.columns, self.sort)
        self.app.push_screen(SavedViews(self.LIST, now, self.db), self._took_view)

    def _took_view(self, view: SavedView | None) -> None:
        if view is not None:
            self.take_view(view)

    def take_view(self, view: SavedView) -> None:
        """Show the list by a saved view. What the list no longer has is left out, and that is said."""
        named = {each.name: each for each in self.COLUMNS}
        columns = tuple(name for name in view.columns if name in named)
        sort = view.sort if view.sort.removeprefix("-") in {n for n, c in named.items() if c.sort} else ""
        before = (self.view, self.filter, self.columns, self.sort)
        self.view, self.filter, self.columns, self.sort = view.name, view.filter, columns, sort
        try:
            self.apply()
        except Invalid as error:
            self.view, self.filter, self.columns, self.sort = before
            self.apply()
            self.show_error(t("listing.view_does_not_fit", view=view.name, why=explain(error)))
            return
        if len(columns) < len(view.columns) or sort != view.sort:
            self.note(t("listing.view_changed", view=view.name))

    def act_export(self) -> None:
        """The list as it is filtered and sorted, as a file."""

        def chosen(choice: dict[str, Any] | None) -> None:
            if choice is not None:
                columns = self.COLUMNS if choice["columns"] == "all" else self.shown_columns()
                export = Export(
                    self.LIST.replace("_", "-"), self.db, self.keyset(), columns, choice["format"]
                )
                self.app.push_screen(export, self._exported)

        self.app.push_screen(FileChoice(), chosen)

    def _exported(self, said: str | None) -> None:
        if said:
            self.say(said)
        else:
            self.note(t("export.left"))

    # What came meanwhile.

    def _plan(self) -> None:
        # Many terminals on one server must not ask in step.
        self.set_timer(LOOK_S * random.uniform(0.8, 1.2), self._look)  # noqa: S311 - jitter, no secret

    def _look(self) -> None:
        app: Any = self.app
        if self.is_current and app.person is not None and not app.idle.quiet_for(QUIET_S):
            self.query_one(ListTable).look_for_new()
        self._plan()

    def say_words(self, said: str) -> None:
        """A sentence in the place of the filter's line, until the filter changes."""
        show_words(self.query_one("#what", Lines), said, "dim")
