"""Dialogs: boxes over a screen. Esc always leaves them with nothing done."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll

from bocli.keys import Acting, bindings
from bocli.steady import SteadyScreen
from bocli.widgets.key_bar import KeyBar
from bocli.widgets.lines import Lines, Press, Row
from bocli.widgets.notices import Toast
from bocli.widgets.shown import paragraph
from core.texts import t

Result = TypeVar("Result")


class Dialog(Acting, SteadyScreen[Result], Generic[Result]):
    """A box with a title, a body and two ways out: `dialog.do` (F10) and `dialog.cancel` (Esc).

    Enter never does it from a field; on a focused button it does what the button says. The way out that does
    nothing has the focus first, when there is no field.
    """

    _modal = True
    SCOPES: ClassVar[tuple[str, ...]] = ("dialog",)
    BINDINGS = bindings("dialog")
    AUTO_FOCUS: ClassVar[str | None] = "*"
    DO: ClassVar[str | None] = "dialog.do.label"
    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background; overflow: hidden hidden; }
    Dialog > #box { width: 76; max-width: 100%; height: auto; max-height: 100%; margin-bottom: 2; border:
    round $primary; padding: 0 1; } Dialog > #foot { dock: bottom; height: 2; }
    Dialog > #box > #ways { height: 1; margin-top: 1; }
    """

    def __init__(self, title: str) -> None:
        """title: as shown, translated."""
        super().__init__()
        self.heading = title

    @property
    def is_modal(self) -> bool:
        return True

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False):
            yield Lines([("head", self.heading)], "")
            yield from self.body()
            with Horizontal(id="ways"):
                yield Press("dialog.cancel", t("dialog.cancel.label"))
                if self.DO is not None:
                    yield Press("dialog.do", t(self.DO))
        with Vertical(id="foot"):
            yield Toast()
            yield KeyBar()

    def body(self) -> ComposeResult:
        """What the dialog shows and asks."""
        yield from ()

    def crumb(self) -> str:
        """Dialogs stand in no crumbs."""
        return ""

    def note(self, text: str) -> None:
        """The reason why a key does nothing."""
        self.query_one(Toast).say(text, good=False)

    say = show_error = note

    def act_cancel(self) -> None:
        """Leave; nothing was done."""
        self.dismiss(None)


class Words(Lines):
    """A text of several lines that wraps at the width it gets."""

    DEFAULT_CSS = "Words { margin-bottom: 1; }"

    def __init__(self, text: str, name: str = "") -> None:
        super().__init__()
        self.text, self.name_of_style = text, name

    def rows(self, width: int) -> list[Row]:
        return [[(self.name_of_style, line)] for line in paragraph(self.text, width or 72)]
