"""A state as a word, with a colour beside it; never a colour alone."""

from __future__ import annotations

from typing import Literal

from bocli.widgets.lines import Lines, Row

Tone = Literal["", "good", "bad", "warn", "dim"]


class Badge(Lines):
    """`Badge(t("desk_day.state.open"), "good")`."""

    DEFAULT_CSS = "Badge { height: 1; width: auto; }"

    def __init__(self, word: str, tone: Tone = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.word, self.tone = word, tone

    def set(self, word: str, tone: Tone = "") -> None:
        """Another state."""
        self.word, self.tone = word, tone
        self.changed()

    def rows(self, width: int) -> list[Row]:
        return [[(self.tone, f"[{self.word}]")]]

    def get_content_width(self, container: object, viewport: object) -> int:
        from core.text import cells

        return cells(self.word) + 2
