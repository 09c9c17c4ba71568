"""The one door through which text comes to the screen: cleaned, laid out for right-to-left, never markup."""

from __future__ import annotations

from core.text import cells, clean, clean_lines, visual, wrap
from core.texts import language


class Shown(str):
    """Text that has been through the door. It does not go through again, since that would turn it round
    twice."""

    __slots__ = ()


def shown(text: object) -> Shown:
    """One line of text as it may be painted: nothing in it can steer the terminal, and its order is
    visual."""
    if isinstance(text, Shown):
        return text
    line = str(text)
    if line.isascii() and line.isprintable():
        return Shown(line)
    return Shown(visual(clean(line), language()))


def fitted(text: object, width: int, right: bool = False) -> Shown:
    """`shown`, cut or filled to exactly `width` cells; a text that is cut ends with an ellipsis."""
    line = text if isinstance(text, Shown) else shown(clean(str(text), max(1, width)))
    room = width - cells(line)
    if room < 0:
        return Shown(line[:0] if width <= 0 else clean(line, width))
    return Shown(" " * room + line if right else line + " " * room)


def paragraph(text: object, width: int) -> list[Shown]:
    """Text of several lines, wrapped at blanks to `width` cells, every line through the door by itself."""
    return [shown(line) for line in wrap(clean_lines(str(text)), max(2, width))]
