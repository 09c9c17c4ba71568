"""A list over millions of rows that holds only a window: keys move at once, what is asked for follows in a
thread.

Rows live in `_rows` by virtual index. A block is one contiguous run of indexes; every fetch extends it
from one of its ends by key, so page 30,000 costs what page 1 costs. Home and End start a fresh block. The
total is an estimate until an end is met. Each line is one style run, so a move of the cursor costs two
lines of text and little else.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from bocli.keys import Acting, bindings
from bocli.widgets.shown import Shown, fitted, paragraph, shown
from core.errors import BocliError
from core.text import clean
from core.texts import explain, n, t


@dataclass(frozen=True, slots=True)
class Item:
    """One row: its key (what the next window is asked by; it is also what marks it), and its cells as
    text."""

    key: Hashable
    cells: tuple[str, ...]
    thing: Any = None


class Source(Protocol):
    """Where rows come from. `fetch` and `fresh` run in a thread; they raise core.errors.

    headers: translated titles; widths: cells a column (0: the rest); right: columns set to the right.
    """

    headers: Sequence[str]
    widths: Sequence[int]
    right: frozenset[int]

    def estimate(self) -> int:
        """How many rows there are, roughly and at once: asked for on the thread of the fetch."""
        ...

    def fetch(self, edge: Hashable | None, limit: int, backwards: bool) -> list[Item]:
        """At most `limit` rows after the key `edge` (before it, nearest first, when backwards); None: from
        the end."""
        ...


class KeysetTable(Acting, ScrollView, can_focus=True):
    """The list. Posts `Opened` on Enter. A source may also have `filtered(text) -> Source` for `/`, and
    `fresh(key) -> int`, the number of rows newer than the first one, asked for by `look_for_new()`."""

    CHUNK, KEEP, AHEAD = 120, 1200, 1200
    SCOPES: ClassVar[tuple[str, ...]] = ("table",)
    BINDINGS = bindings("table")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"kt--head", "kt--cursor", "kt--marked", "kt--wait"}
    DEFAULT_CSS = """
    KeysetTable { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1;
      & .kt--head { text-style: bold; color: $primary; }
      & .kt--cursor { text-style: reverse; }
      & .kt--marked { text-style: bold; color: $warning; }
      & .kt--wait { color: $secondary; }
    }
    """

    class Opened(Message):
        """Enter on a row."""

        def __init__(self, table: KeysetTable, item: Item) -> None:
            self.table, self.item = table, item
            super().__init__()

    class Marked(Message):
        """The marks changed."""

        def __init__(self, table: KeysetTable) -> None:
            self.table = table
            super().__init__()

    def __init__(
        self, source: Source, *, empty: str = "table.empty", marks: bool = False, id: str | None = None
    ) -> None:
        """empty: catalogue key of why there may be nothing, and which key starts; marks: Space marks rows."""
        super().__init__(id=id)
        self.source, self.whole, self.filter = source, source, ""
        self.empty, self.marks = empty, marks
        self.marked: dict[Hashable, Item] = {}
        self.cursor, self.column, self.new = 0, 0, 0
        self.error: BocliError | None = None
        self._back_to: tuple[Hashable | None, int] | None = None
        self._styles: dict[str, Style] = {}
        self._paint: Callable[[], None] | None = None
        self._forget()

    def _forget(self) -> None:
        self._rows: dict[int, Item] = {}
        self._lo = self._hi = self._total = 0
        self._busy: set[str] = set()
        self._epoch = getattr(self, "_epoch", 0) + 1
        self._met_end = False

    def on_mount(self) -> None:
        self._load("start")

    def on_resize(self) -> None:
        self._resize_total(self._total)

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        """Textual compares the table's own virtual size with its container's, and so paints the bar whenever anything
        is laid out."""
        return super()._size_updated(size, self.virtual_size, container_size, layout)

    def notify_style_update(self) -> None:
        self._styles = {}
        super().notify_style_update()

    # Rows.

    @property
    def item(self) -> Item | None:
        """The row under the cursor, when it is there."""
        return self._rows.get(self.cursor)

    def reload(self) -> None:
        """Ask again from the start; marks and filter stay. The cursor stays at its row if that is still among the
        first, else at its place: who works a list off goes on where they were."""
        self._back_to = (self.item.key if self.item else None, self.cursor)
        self._forget()
        self.cursor, self.new, self.error = 0, 0, None
        self.scroll_to(y=0, animate=False, immediate=True)
        self._load("start")
        self.refresh()

    def set_source(self, source: Source) -> None:
        """Show another list; the marks are gone with the old one."""
        self.source, self.whole, self.filter, self.marked = source, source, "", {}
        self.reload()
        self._back_to = None

    def look_for_new(self) -> None:
        """Ask, in a thread, how many rows came since; shown as "12 new", the list does not move."""
        fresh = getattr(self.source, "fresh", None)
        first = self._rows.get(0)
        if fresh is not None and first is not None and self._lo == 0:
            self._ask(lambda: fresh(first.key), self._came)

    def _came(self, count: int) -> None:
        if count != self.new:
            self.new = count
            self._repaint_line(self.size.height - 1)

    def _ask(self, question: Callable[[], Any], then: Callable[[Any], None]) -> None:
        epoch = self._epoch

        def work() -> None:
            try:
                answer, error = question(), None
            except BocliError as caught:
                answer, error = None, caught
            if self.app.is_running:
                self.app.call_from_thread(self._answered, epoch, answer, error, then)

        self.run_worker(work, thread=True, group="window", exit_on_error=False)

    def _answered(
        self, epoch: int, answer: Any, error: BocliError | None, then: Callable[[Any], None]
    ) -> None:
        if epoch != self._epoch or not self.is_attached:
            return  # the person has gone elsewhere meanwhile
        if error is None:
            then(answer)
            if not self._missing():
                self._let_paint()
            return
        self._busy.clear()
        self.error = error
        self.refresh()
        self._let_paint()
        lost = getattr(self.app, "call_failed", None)
        if lost is not None:
            lost(error, self.retry)

    def retry(self) -> None:
        """After a fault: ask again for what is missing. Called when the database is back."""
        if self.error is not None and self.is_attached:
            self.error = None
            self._load("down" if self._hi > self._lo else "start")
            self.refresh()

    def _load(self, where: str) -> None:
        """where: start or end (a fresh block), down or up (the block grows)."""
        if where in self._busy:
            self._hold_paint()
            return
        if where in ("start", "end"):
            self._epoch += 1
            self._busy.clear()
        self._busy.add(where)
        edge = (
            None
            if where in ("start", "end")
            else self._rows[self._hi - 1 if where == "down" else self._lo].key
        )
        source, size = self.source, self.CHUNK

        def question() -> tuple[int, list[Item]]:
            total = source.estimate() if where == "start" else 0
            return total, source.fetch(edge, size, where in ("end", "up"))

        self._ask(question, lambda answer: self._arrived(where, *answer))
        self._hold_paint()

    def _missing(self) -> bool:
        """Rows are in sight that are not there."""
        top = self.scroll_offset.y
        sight = range(top, min(self._total, top + self.page))
        return bool(self._busy & {"start", "end"}) or any(at not in self._rows for at in sight)

    def _hold_paint(self) -> None:
        """Rows that come soon are painted at once, and not first what stands for them."""
        hold = getattr(self.screen, "hold_paint", None)
        if hold is not None and self._paint is None and self._missing():
            self._paint = hold()

    def _let_paint(self) -> None:
        paint, self._paint = self._paint, None
        if paint is not None:
            paint()

    def _arrived(self, where: str, total: int, rows: list[Item]) -> None:
        self._busy.discard(where)
        # What comes ahead of need is not painted: a page would cost twice.
        waited = where in ("start", "end") or self._missing()
        total_before = self._total
        count, end = len(rows), len(rows) < self.CHUNK
        if where == "start":
            self._rows = dict(enumerate(rows))
            self._lo, self._hi, self._met_end = 0, count, end
            self._resize_total(count if end else max(total, count + 1))
            self._go_back(rows)
        elif where == "end":
            last = count if end else max(self._total, count)
            self._lo, self._hi, self._met_end = last - count, last, True
            self._rows = {last - 1 - at: row for at, row in enumerate(rows)}
        elif where == "down":
            self._rows.update((self._hi + at, row) for at, row in enumerate(rows))
            self._hi, self._met_end = self._hi + count, end
            while self._hi - self._lo > self.KEEP:
                self._rows.pop(self._lo)
                self._lo += 1
        else:
            self._rows.update((self._lo - 1 - at, row) for at, row in enumerate(rows))
            self._lo -= count
            if end and self._lo:
                self._shift(-self._lo)
            elif not end and self._lo <= 0:
                self._shift(self.CHUNK - self._lo)
            while self._hi - self._lo > self.KEEP:
                self._hi -= 1
                self._rows.pop(self._hi)
                self._met_end = False
        if self._met_end:
            self._resize_total(self._hi)
        elif self._hi >= self._total:
            # A new size moves the bar: it grows by more than is fetched at a time.
            self._resize_total(self._hi + self.AHEAD)
        self.cursor = min(self.cursor, max(0, self._total - 1))
        if waited or (self._total != total_before and where == "up") or self._total < total_before:
            self.refresh()
            self.screen.refresh_bindings()

    def _go_back(self, rows: list[Item]) -> None:
        """After a reload: to the row that the cursor was at, or to what stands in its place now."""
        if self._back_to is not None and rows:
            key, place = self._back_to
            found = next((at for at, row in enumerate(rows) if row.key == key), place)
            if found < len(rows) or self._met_end:
                self._go(min(found, len(rows) - 1))
        self._back_to = None

    def _shift(self, by: int) -> None:
        """The estimate was wrong: the true first row was met elsewhere, or there is more above than there
        is room for. Every index moves, the sight does not. It happens only after End, on the way up."""
        self._rows = {at + by: row for at, row in self._rows.items()}
        self._lo, self._hi, self.cursor = self._lo + by, self._hi + by, self.cursor + by
        top = max(0, self.scroll_offset.y + by)
        self._resize_total(self._total + by)
        self.scroll_to(y=top, animate=False, immediate=True)

    def _resize_total(self, total: int) -> None:
        self._total = max(total, self._hi)
        size = Size(self.size.width, self._total + 2)
        if size != self.virtual_size:
            # Textual would lay out the screen and paint all of the table; but it is only the bar that changes, and that
            # lays out by itself when it comes or goes.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)

    def _prefetch(self) -> None:
        if self._busy & {"start", "end"} or self.error is not None:
            return
        if self._hi - self.cursor < 2 * self.page and not self._met_end and self._hi > self._lo:
            self._load("down")
        if self.cursor - self._lo < 2 * self.page and self._lo > 0:
            self._load("up")

    # Keys.

    @property
    def page(self) -> int:
        """Rows in sight: the first line is the heading, the last one says what is marked and new."""
        return max(1, self.size.height - 2)

    def blocked(self, action_id: str) -> str | None:
        if action_id in ("table.open", "table.copy", "table.mark") and self.item is None:
            return "blocked.no_row"
        if action_id == "table.mark" and not self.marks:
            return "blocked.no_marks"
        if action_id == "table.unmark" and not self.marked:
            return "blocked.nothing_marked"
        if action_id == "table.filter" and not hasattr(self.whole, "filtered"):
            return "blocked.no_filter"
        if action_id == "table.copy" and not getattr(self.app, "copying_allowed", False):
            return "blocked.no_copy"
        return None

    def _repaint_line(self, line: int) -> None:
        self.refresh(Region(0, line, self.size.width, 1))

    def _go(self, index: int) -> None:
        old, self.cursor = self.cursor, max(0, min(index, self._total - 1))
        top = self.scroll_offset.y
        if not top <= self.cursor < top + self.page:
            # Leave by half a page: one repaint, not twenty.
            half = self.page // 2 if abs(index - old) == 1 else (self.page - 1 if index > old else 0)
            self.scroll_to(y=max(0, self.cursor - half), animate=False, immediate=True)
        elif old != self.cursor:
            for at in (old, self.cursor):
                self._repaint_line(at - top + 1)
        self._prefetch()

    def act_down(self) -> None:
        self._go(self.cursor + 1)

    def act_up(self) -> None:
        self._go(self.cursor - 1)

    def _page(self, by: int) -> None:
        top = max(0, min(self.scroll_offset.y + by * self.page, self._total - self.page))
        self.scroll_to(y=top, animate=False, immediate=True)
        self._go(self.cursor + by * self.page)

    def act_page_down(self) -> None:
        self._page(1)

    def act_page_up(self) -> None:
        self._page(-1)

    def act_first(self) -> None:
        if self._lo > 0:
            self._load("start")
        self._go(0)

    def act_last(self) -> None:
        if self._hi < self._total:
            self._load("end")
        self._go(self._total - 1)

    def act_left(self) -> None:
        self.column = max(0, self.column - 1)
        self._repaint_line(0)

    def act_right(self) -> None:
        self.column = min(len(self.source.headers) - 1, self.column + 1)
        self._repaint_line(0)

    def act_mark(self) -> None:
        item = self.item
        if item is not None:
            if self.marked.pop(item.key, None) is None:
                self.marked[item.key] = item
            self._repaint_line(self.size.height - 1)
            self._repaint_line(self.cursor - self.scroll_offset.y + 1)
            self._go(self.cursor + 1)
            self.post_message(self.Marked(self))

    def act_unmark(self) -> None:
        self.marked = {}
        self.refresh()
        self.post_message(self.Marked(self))

    def act_open(self) -> None:
        if self.item is not None:
            self.post_message(self.Opened(self, self.item))

    def act_copy(self) -> None:
        """The cell of the chosen column goes to the terminal's clipboard, if the settings allow it."""
        if self.item is not None:
            self.app.copy_to_clipboard(clean(self.item.cells[self.column]))

    def act_filter(self) -> None:
        from bocli.widgets.ask import Ask

        self.app.push_screen(
            Ask(t("table.filter.title"), t("table.filter.label"), self.filter), self.set_filter
        )

    def set_filter(self, text: str | None) -> None:
        """Show only what fits the text; an empty one shows all again; None changes nothing."""
        filtered = getattr(self.whole, "filtered", None)
        if text is None or filtered is None:
            return
        self.filter = text
        self.source = filtered(text) if text else self.whole
        self.reload()

    # Paint: one style run for each line, so that a row costs its text and one escape.

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            partial = self.get_component_rich_style(name, partial=True) if name else None
            self._styles[name] = self.rich_style + partial if partial is not None else self.rich_style
        return self._styles[name]

    def _line(self, texts: Sequence[str], sign: str) -> Shown:
        widths = [width or max(4, self._rest()) for width in self.source.widths]
        cells = [
            fitted(text, width, at in self.source.right)
            for at, (text, width) in enumerate(zip(texts, widths, strict=True))
        ]
        return Shown(sign + " ".join(cells))

    def _rest(self) -> int:
        fixed = sum(self.source.widths) + len(self.source.widths)
        return (self.scrollable_content_region.width - fixed) // max(1, list(self.source.widths).count(0))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        text, name = self._painted(y)
        return Strip([Segment(fitted(text, width), self._style(name))], width)

    def _painted(self, y: int) -> tuple[str, str]:
        if y == 0:
            heads = [f">{head}" if at == self.column else head for at, head in enumerate(self.source.headers)]
            return self._line(heads, " "), "kt--head"
        if y == self.size.height - 1:
            return shown(self._foot()), "kt--wait"
        index = self.scroll_offset.y + y - 1
        if not self._total or (self.error is not None and not self._rows):
            return self._said(y), "kt--wait"
        if index >= self._total:
            return "", ""
        item = self._rows.get(index)
        if item is None:
            return " ...", "kt--wait"
        sign = "*" if item.key in self.marked else " "
        name = "kt--cursor" if index == self.cursor else "kt--marked" if sign == "*" else ""
        return self._line(item.cells, sign), name

    def _said(self, y: int) -> str:
        if self.error is not None:
            said = explain(self.error)
        elif self._busy:
            said = t("table.loading")
        else:
            said = t("table.filter.nothing", text=self.filter) if self.filter else t(self.empty)
        lines = paragraph(said, self.size.width - 4)
        return Shown("  " + lines[y - 2]) if 0 <= y - 2 < len(lines) else ""

    def _foot(self) -> str:
        parts = []
        if self.new:
            parts.append(n("table.new", self.new))
        if self.marked:
            parts.append(n("table.marked", len(self.marked)))
        if self.filter:
            parts.append(t("table.filtered", text=self.filter))
        if self.error is not None and self._rows:
            parts.append(explain(self.error))
        return "  " + " · ".join(parts) if parts else ""
