"""How far something is: a bar of text, repainted only when a whole per cent has changed. Nothing spins."""

from __future__ import annotations

from bocli.widgets.lines import Lines, Row
from core.texts import number


class Progress(Lines):
    """`step(done, total, what)`; without a total it shows the count alone."""

    DEFAULT_CSS = "Progress { height: 1; }"
    BAR = 30

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.done, self.total, self.what, self._shown = 0, 0, "", (-1, "")

    def step(self, done: int, total: int, what: str = "") -> None:
        """Show how far it is; `what` is a translated word for what is being done."""
        self.done, self.total, self.what = done, total, what
        now = (done * 100 // total if total else done, what)
        if now != self._shown:
            self._shown = now
            self.changed()

    def rows(self, width: int) -> list[Row]:
        if not self.total:
            return [[("", self.what + " "), ("", number(self.done))]]
        filled = self.BAR * self.done // self.total
        bar = "[" + "#" * filled + "." * (self.BAR - filled) + "]"
        return [[("", bar + " "), ("head", f"{self.done * 100 // self.total:3d} % "), ("", self.what)]]
