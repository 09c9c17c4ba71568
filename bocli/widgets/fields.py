"""Fields of one line: text, password, code, choice, tick. Each takes what is typed and lets nothing else
in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from bocli.widgets.lines import Lines, Row
from bocli.widgets.shown import fitted, shown
from core.errors import Invalid
from core.text import cells, clean

Check = Callable[[str], Any]
"""Takes the text of a field and gives its value, or raises core.errors.Invalid."""


class Field(Input, inherit_bindings=False):
    """A line to type in. What is typed or pasted is cleaned at once, and the cursor never blinks.

    check: gives the value from the text, or raises Invalid; required: an empty field is refused with
    `field.empty` without asking `check`; limit: at most so many characters.
    """

    BINDINGS: ClassVar[list[Any]] = [
        Binding("left,ctrl+b", "cursor_left", show=False),
        Binding("right,ctrl+f", "cursor_right", show=False),
        Binding("home,ctrl+a", "home", show=False),
        Binding("end,ctrl+e", "end", show=False),
        Binding("backspace", "delete_left", show=False),
        Binding("delete", "delete_right", show=False),
        Binding("ctrl+w", "delete_left_word", show=False),
        Binding("ctrl+u", "delete_left_all", show=False),
        Binding("ctrl+k", "delete_right_all", show=False),
    ]
    DEFAULT_CSS = """
    Field { height: 1; width: 1fr; padding: 0; border: none; background: $surface; color: $foreground;
      &:focus { border: none; background: $panel; }
      &.-short { width: 14; } &.-middle { width: 28; }
    }
    """

    def __init__(
        self,
        value: str = "",
        *,
        check: Check | None = None,
        required: bool = True,
        password: bool = False,
        limit: int = 200,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            clean(value),
            password=password,
            max_length=limit,
            select_on_focus=False,
            compact=True,
            id=id,
            classes=classes,
        )
        self.cursor_blink = False
        self.check, self.required = check, required

    def validate_value(self, value: str) -> str:
        """Whatever the way in (keys, paste, a draft), only clean text is kept."""
        return value if value.isascii() and value.isprintable() else clean(value)

    def result(self) -> Any:
        """The field's value; raises core.errors.Invalid with what is wrong."""
        text = self.value if self.password else self.value.strip()
        if not text:
            if self.required:
                raise Invalid("field.empty")
            return None
        return self.check(text) if self.check is not None else text

    def action_copy(self) -> None:
        """Nothing leaves a field by itself."""

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        style = self.rich_style
        text = ("*" * len(self.value)) if self.password else self.value
        at = min(self.cursor_position, len(text)) if self.has_focus else -1
        start = self._start(text, at, width)
        if at < 0:
            return Strip([Segment(fitted(text[start:], width), style)], width)
        before, under, after = text[start:at], text[at : at + 1] or " ", text[at + 1 :]
        left = max(0, width - cells(before) - cells(under))
        cursor = style + self.get_component_rich_style("input--cursor", partial=True)
        return Strip(
            [
                Segment(shown(before), style),
                Segment(shown(under), cursor),
                Segment(fitted(clean(after, left) if left else "", left), style),
            ]
        ).adjust_cell_length(width, style)

    def _start(self, text: str, at: int, width: int) -> int:
        """The first character that is painted: the cursor must be in sight."""
        start, room = at, width - 1
        while start > 0 and (room := room - cells(text[start - 1])) >= 0:
            start -= 1
        return max(0, start)


class Choice(Lines, can_focus=True):
    """One of a few. Left, Right or Space change it; the choice is always in sight."""

    class Changed(Message):
        """Another choice was made; `choice` says where."""

        def __init__(self, choice: Choice) -> None:
            self.choice = choice
            super().__init__()

    BINDINGS: ClassVar[list[Any]] = [
        Binding("right,space", "turn(1)", show=False),
        Binding("left", "turn(-1)", show=False),
    ]
    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; background: $surface; &:focus { background: $panel; text-style: bold; } }
    """

    def __init__(
        self,
        options: Sequence[tuple[Any, str]],
        value: Any = None,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """options: pairs of value and what is shown; value: the one chosen at first, else the first."""
        super().__init__(id=id, classes=classes)
        self.set_options(options, value)

    def set_options(self, options: Sequence[tuple[Any, str]], value: Any = None) -> None:
        """Other options; the value stays chosen when it is among them."""
        self.options = list(options)
        self.at = next((at for at, option in enumerate(self.options) if option[0] == value), 0)
        self.changed()

    @property
    def value(self) -> Any:
        """What is chosen; None when there is nothing to choose."""
        return self.options[self.at][0] if self.options else None

    def result(self) -> Any:
        """The value; Invalid("field.empty") when there is nothing to choose."""
        if not self.options:
            raise Invalid("field.empty")
        return self.value

    def rows(self, width: int) -> list[Row]:
        if not self.options:
            return [[("dim", "-")]]
        many = f"  {self.at + 1}/{len(self.options)}" if len(self.options) > 1 else ""
        return [
            [
                ("", "< " if many else ""),
                ("", self.options[self.at][1]),
                ("", " >" if many else ""),
                ("dim", many),
            ]
        ]

    def action_turn(self, by: int) -> None:
        if len(self.options) > 1:
            self.at = (self.at + by) % len(self.options)
            self.changed()
            self.post_message(self.Changed(self))


class Tick(Lines, can_focus=True):
    """Yes or no. Space changes it."""

    BINDINGS: ClassVar[list[Any]] = [Binding("space", "turn", show=False)]
    DEFAULT_CSS = (
        "Tick { height: 1; background: $surface; &:focus { background: $panel; text-style: bold; } }"
    )

    def __init__(self, label: str, value: bool = False, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.label, self.value = label, value

    def result(self) -> bool:
        """Ticked or not."""
        return self.value

    def rows(self, width: int) -> list[Row]:
        return [[("", "[x] " if self.value else "[ ] "), ("", self.label)]]

    def action_turn(self) -> None:
        self.value = not self.value
        self.changed()


class Fixed(Lines):
    """A line of a form that cannot be changed: it shows what is already known."""

    DEFAULT_CSS = "Fixed { height: 1; }"

    def result(self) -> None:
        """There is nothing to take."""
        return
