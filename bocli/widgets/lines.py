"""Lines: the widget under most others. It paints rows of (style, text) and knows no markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from bocli.keys import Acting, action, bindings, perform_by_id, shown_key
from bocli.widgets.shown import shown
from core.text import cells

Run: TypeAlias = tuple[str, str]
"""A style's name ("" key head dim good bad warn cursor) and a text from anywhere; it is cleaned when
painted."""
Row: TypeAlias = Sequence[Run]


class Lines(Widget):
    """Rows of text, each painted in as few style runs as it has. Subclasses give `rows(width)`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"lines--{name}" for name in ("key", "head", "dim", "good", "bad", "warn", "cursor")
    }
    DEFAULT_CSS = """
    Lines { height: auto; width: 1fr;
      & .lines--key { color: $primary; text-style: bold; }
      & .lines--head { text-style: bold; }
      & .lines--dim { color: $secondary; }
      & .lines--good { color: $success; }
      & .lines--bad { color: $error; text-style: bold; }
      & .lines--warn { color: $warning; text-style: bold; }
      & .lines--cursor { text-style: reverse; }
    }
    """

    def __init__(self, *rows: Row | str, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: list[Row] = [[("", row)] if isinstance(row, str) else row for row in rows]
        self._painted: tuple[int, list[Row]] | None = None
        self._styles: dict[str, Style] = {}

    def rows(self, width: int) -> list[Row]:
        """The rows to paint at this width; overridden by what computes them."""
        return self._rows

    def show(self, *rows: Row | str) -> None:
        """Replace the rows."""
        self._rows = [[("", row)] if isinstance(row, str) else row for row in rows]
        self.changed()

    def changed(self) -> None:
        """Paint again; lay out again only when the number of rows has changed."""
        before = len(self._painted[1]) if self._painted else -1
        self._painted = None
        if not self.is_mounted:
            return
        grown = (
            self.styles.height is not None
            and self.styles.height.is_auto
            and before != len(self._laid(self.size.width))
        )
        self.refresh(layout=grown)

    def _laid(self, width: int) -> list[Row]:
        if self._painted is None or self._painted[0] != width:
            self._painted = (width, self.rows(width))
        return self._painted[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._laid(width))

    def notify_style_update(self) -> None:
        self._styles = {}
        super().notify_style_update()

    def style_named(self, name: str) -> Style:
        """The style of a run; "" is the widget's own."""
        if name not in self._styles:
            self._styles[name] = (
                self.rich_style + self.get_component_rich_style(f"lines--{name}", partial=True)
                if name
                else self.rich_style
            )
        return self._styles[name]

    def render_line(self, y: int) -> Strip:
        rows, width = self._laid(self.size.width), self.size.width
        segments = (
            [Segment(shown(text), self.style_named(name)) for name, text in rows[y]] if y < len(rows) else []
        )
        return Strip(segments).adjust_cell_length(width, self.rich_style).simplify()


class Press(Acting, Lines, can_focus=True):
    """A button of one line. Enter or Space presses it while it has the focus; it does an action of the
    table."""

    SCOPES: ClassVar[tuple[str, ...]] = ("press",)
    BINDINGS = bindings("press")
    DEFAULT_CSS = """
    Press { height: 1; width: auto; margin-right: 2; &:focus { text-style: reverse; } }
    """

    def __init__(self, action_id: str, label: str, *, id: str | None = None) -> None:
        """action_id: what it does, from bocli.keys; label: its text as shown, already translated."""
        super().__init__(id=id)
        self.action_id, self.label = action_id, label

    def rows(self, width: int) -> list[Row]:
        return [[("", f"[ {shown_key(action(self.action_id).keys[0])} "), ("", self.label), ("", " ]")]]

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return sum(cells(shown(text)) for _, text in self.rows(0)[0])

    async def act_press(self) -> None:
        """Do the action, with the same checks as by its own key."""
        await perform_by_id(self.app, self.action_id)
