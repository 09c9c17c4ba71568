"""A QR code painted with half blocks: two modules a cell, dark on light whatever the theme.

ISO/IEC 18004 asks for four light modules around it. Cameras get by with fewer above and below, so the code stays on a
terminal of 24 lines up to version 7; the colours are set here, since a code in a dark theme's own colours is inverted
and many readers refuse it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

BESIDE: Final = 4
"""Light modules at the left and at the right; a module is a cell wide."""
ABOVE: Final = 1
"""Fewest light modules above, and below."""
INK: Final = Style(color="#000000", bgcolor="#ffffff")
_BLOCKS: Final = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
_DENSE: Final = re.compile("([0-9A-Z]{16,})")
"""Digits and capitals in a row, such as a secret in base 32, are written in two thirds of the room."""


def modules(text: str) -> tuple[tuple[int, ...], ...]:
    """The smallest code for `text` at error level L, without its light border: rows of 1 (dark) and 0."""
    import segno

    # segno takes the parts each in its own mode, though its types know one text only.
    parts: Any = [part for part in _DENSE.split(text) if part]
    code = segno.make_qr(parts, error="l", boost_error=False)
    return tuple(tuple(row) for row in code.matrix)


def can_paint(theme: str) -> bool:
    """Does this theme paint half blocks and colours? ASCII has neither, and a code of letters no camera reads."""
    return theme != "ascii"


class QrCode(Widget):
    """`QrCode(uri)`; `fits(lines, columns)` says whether it can be scanned in that much room."""

    DEFAULT_CSS = "QrCode { width: auto; height: auto; }"

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.modules = modules(text)

    @property
    def across(self) -> int:
        """Cells from side to side, with the light border."""
        return len(self.modules) + 2 * BESIDE

    @property
    def lowest(self) -> int:
        """Lines that it takes at least."""
        return (len(self.modules) + 2 * ABOVE + 1) // 2

    def fits(self, lines: int, columns: int) -> bool:
        """Is there room for it?"""
        return lines >= self.lowest and columns >= self.across

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return self.across

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return (len(self.modules) + 2 * BESIDE + 1) // 2

    def render_line(self, y: int) -> Strip:
        """Every line is of one style. What is left of the height is light too."""
        size, width = len(self.modules), self.size.width
        row, left = 2 * y - (2 * self.size.height - size) // 2, (width - size) // 2
        painted = "".join(
            _BLOCKS[self._dark(row, x - left), self._dark(row + 1, x - left)] for x in range(width)
        )
        return Strip([Segment(painted, INK)], width)

    def _dark(self, row: int, column: int) -> int:
        size = len(self.modules)
        return self.modules[row][column] if 0 <= row < size and 0 <= column < size else 0
