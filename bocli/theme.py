"""Themes: dark, light, high contrast, 16 colours, and ASCII, in which no glyph is used that is not a letter.

A state is a word in all of them, so a theme changes how things look, never what they say.
"""

from __future__ import annotations

import os
import re
from typing import Final

from rich.color import ColorSystem
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

THEMES: Final[dict[str, Theme]] = {
    "dark": Theme(
        "dark",
        primary="#7fb4ff",
        secondary="#8f98a8",
        warning="#ffb454",
        error="#ff7a85",
        success="#7fd88f",
        accent="#7fb4ff",
        foreground="#dfe3ea",
        background="#14171c",
        surface="#232933",
        panel="#2c3441",
        dark=True,
    ),
    "light": Theme(
        "light",
        primary="#0b4fa8",
        secondary="#59616e",
        warning="#8a4b00",
        error="#a8001c",
        success="#0b6b2b",
        accent="#0b4fa8",
        foreground="#15181d",
        background="#fbfbf8",
        surface="#e9ecf0",
        panel="#d6dde6",
        dark=False,
    ),
    "contrast": Theme(
        "contrast",
        primary="#ffff00",
        secondary="#ffffff",
        warning="#ffff00",
        error="#ff9090",
        success="#90ff90",
        accent="#ffff00",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#202060",
        dark=True,
    ),
    # Only the eight colours and their bright forms, which any terminal has and its owner has chosen.
    "colours16": Theme(
        "colours16",
        primary="#00ffff",
        secondary="#c0c0c0",
        warning="#ffff00",
        error="#ff0000",
        success="#00ff00",
        accent="#00ffff",
        foreground="#ffffff",
        background="#000000",
        surface="#000080",
        panel="#000080",
        dark=True,
    ),
    "ascii": Theme(
        "ascii",
        primary="#ffffff",
        secondary="#c0c0c0",
        warning="#ffffff",
        error="#ffffff",
        success="#ffffff",
        accent="#ffffff",
        foreground="#c0c0c0",
        background="#000000",
        surface="#000000",
        panel="#000000",
        dark=True,
    ),
}
DEFAULT: Final = "dark"

_GLYPHS: Final = str.maketrans(
    {
        **dict.fromkeys("─━═╌╍┄┅┈┉▁▂▔▀▄", "-"),
        **dict.fromkeys("│┃║╎╏┆┇┊┋▌▐▎▏▕▊", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋╱╲", "+"),
        **dict.fromkeys("█▓▒░▆▇▅▃", "#"),
        "…": ".", "·": "-", "•": "*", "×": "x", "→": ">", "←": "<", "↑": "^", "↓": "v", "–": "-", "—": "-",
        "“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "✓": "v", "✗": "x",
        "\ufffd": "?", "€": "E", "£": "L",
    }
)  # fmt: skip
_DANGER: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_MARKER: Final = re.compile("[\u2500-\u259f…·•×→←↑↓–—“”„’‘✓✗\ufffd€£]")


def chosen() -> str:
    """The theme that the environment asks for (BOCLI_THEME), if there is such a one; else by the terminal."""
    name = os.environ.get("BOCLI_THEME", "").strip().lower()
    if name in THEMES:
        return name
    return "colours16" if os.environ.get("TERM", "").startswith(("linux", "vt", "ansi")) else DEFAULT


def after(name: str) -> str:
    """The theme that comes next when they are gone through by a key."""
    names = list(THEMES)
    return names[(names.index(name) + 1) % len(names)] if name in names else DEFAULT


def colour_system(name: str, best: ColorSystem | None) -> ColorSystem | None:
    """How colours are sent under a theme: ASCII sends none, 16 colours the standard ones, others the
    terminal's."""
    if name == "ascii":
        return None
    return ColorSystem.STANDARD if name == "colours16" else best


class LastLook(LineFilter):
    """Every line on its way to the terminal. A control that got past the one door is taken out here, and
    in the ASCII theme glyphs become letters. Neither changes how many cells a line has."""

    def __init__(self) -> None:
        super().__init__()
        self.ascii = False

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Textual calls it for each line that it paints."""
        found = []
        for segment in segments:
            text, style, control = segment
            if control is not None or (text.isascii() and text.isprintable()):
                found.append(segment)
                continue
            safe = _DANGER.sub("", text)
            found.append(
                Segment(safe.translate(_GLYPHS) if self.ascii and _MARKER.search(safe) else safe, style)
            )
        return found
