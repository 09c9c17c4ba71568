"""What the program says at the foot of a screen: an error stays until it is read, a success goes by
itself."""

from __future__ import annotations

from bocli.widgets.lines import Lines
from bocli.widgets.shown import paragraph
from core.text import cells
from core.texts import t

TOAST_S = 6.0


class ErrorPanel(Lines):
    """An error, which stays until Esc. A state is also a word: it says "Error"."""

    DEFAULT_CSS = "ErrorPanel { display: none; background: $panel; padding: 0 1; }"

    @property
    def open(self) -> bool:
        """Is there an error that was not put away yet?"""
        return bool(self.display)

    def say(self, text: str) -> None:
        """Show an error, already translated."""
        lines = paragraph(text, max(20, self.app.size.width - 4 - cells(t("notice.error"))))
        head = [("bad", t("notice.error") + " "), ("", lines[0])]
        self.display = True
        self.show(head, *([("", line)] for line in lines[1:]), [("dim", t("notice.esc"))])

    def put_away(self) -> None:
        """It was read."""
        self.display = False


class Toast(Lines):
    """A word of success or a hint; it goes by itself, or gives way to the next one. Its line is always
    there, since a line that comes and goes would paint the whole body twice."""

    DEFAULT_CSS = "Toast { height: 1; padding: 0 1; }"
    _said = 0

    def say(self, text: str, good: bool = True) -> None:
        """Show a text, already translated, for TOAST_S seconds."""
        self._said += 1
        this = self._said
        word = t("notice.done") if good else t("notice.note")
        self.show([("good" if good else "warn", word + " "), ("", text)])
        self.set_timer(TOAST_S, lambda: self._go(this))

    def _go(self, which: int) -> None:
        if which == self._said:
            self.show("")
