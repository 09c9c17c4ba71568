"""Text that comes from outside, made safe for a terminal, and right-to-left text, made readable in one.

`clean` is the one door: names, notes, file lines and whatever a database returns pass it before a widget,
a log or a receipt sees them. What it does with a character follows from what the character would do:

- A control or an escape sequence is **replaced by U+FFFD**, one for each. Someone put it there, and whoever
  reads the text should see that something was there. A caret form (`^[`) would look like text that the
  person typed.
- A character that nobody can see (bidi controls, zero-width, soft hyphen, BOM, tags, variation selectors)
  is **dropped**. Phone numbers and names copied from other programs carry them without any ill will, and
  without them the text reads as it is stored.
- Every kind of blank becomes a plain space, since blanks that look alike but differ defeat a search.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal

LINE_LIMIT: Final = 4096
"""Cells after which a single line is cut. No field of ours is longer, and no terminal wider."""
TEXT_LIMIT: Final = 65536
"""Cells after which text of many lines is cut."""
MARKS_LIMIT: Final = 4
"""Zero-width marks kept on one letter. Vietnamese needs two, Arabic three, Hebrew with cantillation four."""
CUT: Final = "…"
REPLACED: Final = "\ufffd"

EXPLICIT_BIDI: Final = "\x1b[8l"
"""Tells a terminal with implicit bidi to show what it gets in the order it gets it (ECMA-48 RM 8, BDSM)."""
IMPLICIT_BIDI: Final = "\x1b[8h"
"""Gives the terminal its own ordering back; to be sent on the way out."""

Rtl = Literal["program", "terminal"]

# What a string control (OSC, DCS, APC, PM, SOS) swallows ends at its terminator; without one, at the end of
# the line, as a terminal would go on swallowing, but one bad name must not hide the lines that follow it.
_SEQUENCE: Final = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x18\x1a\x1b\x9c\n\r\x85\u2028\u2029]*(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)
_LINE_END: Final = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Narrow, visible, unchanged by NFC, no marks: what names in our languages are made of. A text of these alone
# is already clean, and has as many cells as characters.
_PLAIN: Final = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u02ff\u0388-\u0482\u048a-\u052f\u05d0-\u05ea"
    "\u0620-\u064a\u0660-\u066f\u0671-\u06d3\u06f0-\u06f9\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2116\u2500-\u257f]*"
)
# Blanks and controls apart, these do not show, whatever their category says: grapheme joiner, Hangul
# fillers, Khmer inherent vowels, Mongolian selectors, interlinear annotation, variation selectors, tags.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
# Cf, but drawn: signs that stand before or around a number.
_DRAWN_FORMATS: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_JOINERS: Final = "\u200c\u200d"
# ZWNJ and ZWJ change the spelling only in cursive and Indic scripts: Arabic, Syriac, N'Ko, Devanagari to
# Sinhala. Between two letters of these they stay.
_NEEDS_JOINER: Final = re.compile(r"[\u0620-\u074f\u0750-\u077f\u07ca-\u07f5\u08a0-\u08ff\u0900-\u0df4]")
_RTL: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes; controls count as none."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_cells_of, text))


def clean(text: str, limit: int = LINE_LIMIT) -> str:
    """Return `text` as one harmless line of at most `limit` cells.

    Line ends and tabs become a space. A line that was cut ends in an ellipsis. The result is stable: cleaning
    it again changes nothing.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    if len(text) <= limit and _PLAIN.fullmatch(text):
        return text
    # Nobody can see more than this of it, and the work stays bounded whatever is sent.
    head = text[: limit * 8]
    line = _LINE_END.sub(" ", _SEQUENCE.sub(REPLACED, head)).replace("\t", " ")
    return _fit(_without_controls(line), limit, cut=len(head) < len(text))


def clean_lines(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return `text` as harmless lines, divided by line feeds, of at most `limit` cells in all.

    Tabs become four spaces. Each line is cleaned apart, so nothing on one reaches into the next.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    head = text[: limit * 8]
    replaced = _SEQUENCE.sub(REPLACED, head).replace("\t", "    ")
    kept: list[str] = []
    left = limit
    lines = _LINE_END.sub("\n", replaced).split("\n")
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        shown = _fit(_without_controls(line), left, cut=last and len(head) < len(text))
        kept.append(shown)
        # A line end counts as a cell, so that a text of line ends alone is bounded too.
        left -= cells(shown) + 1
        if left <= 0:
            break
    return "\n".join(kept)


def _without_controls(line: str) -> str:
    """Return one line, free of line ends, with every character judged."""
    whole = line.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    composed = unicodedata.normalize("NFC", whole)
    kept: list[str] = []
    marks = 0
    for at, char in enumerate(composed):
        shown = _shown(char)
        if shown is None:
            shown = char if _joins(composed, at, kept) else ""
        elif shown and _cells_of(shown) == 0:
            marks += 1
            # A mark with nothing under it would sit on whatever the screen shows to the left of the text.
            shown = REPLACED if not kept else shown if marks <= MARKS_LIMIT else ""
        elif shown:
            marks = 0
        if shown:
            kept.append(shown)
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=8192)
def _shown(char: str) -> str | None:
    """Return what stands for one character; None for a joiner, which depends on its neighbours."""
    if char in _JOINERS:
        return None
    if _UNSEEN.match(char):
        return ""
    category = unicodedata.category(char)
    if category == "Zs" or char == "\u2800":
        return " "
    if category == "Cf":
        return REPLACED if char in _DRAWN_FORMATS else ""
    # Private characters are replaced too: nobody can say what a font draws for them.
    nobody_s = ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef"
    return REPLACED if nobody_s or category in ("Cc", "Cs", "Co", "Zl", "Zp") else char


def _joins(text: str, at: int, kept: list[str]) -> bool:
    """Whether the joiner at this place stands between two letters of a script that needs it."""
    after = text[at + 1 : at + 2]
    return bool(
        kept
        and kept[-1] not in _JOINERS
        and _NEEDS_JOINER.match(kept[-1])
        and after
        and unicodedata.category(after)[0] == "L"
        and _NEEDS_JOINER.match(after)
    )


@lru_cache(maxsize=8192)
def _cells_of(char: str) -> int:
    """Return the cells of one character, as terminals count them: marks none, East Asian wide ones two."""
    if "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb" or char in _JOINERS:
        return 0
    if unicodedata.category(char) in ("Mn", "Me", "Mc", "Cc", "Cs", "Zl", "Zp"):
        return 0
    if unicodedata.category(char) == "Cf" and char not in _DRAWN_FORMATS:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _fit(line: str, limit: int, *, cut: bool = False) -> str:
    """Return `line` in at most `limit` cells; `cut` says that something was left off before."""
    if not cut and cells(line) <= limit:
        return line
    if limit <= 0:
        return ""
    left = limit - 1
    kept: list[str] = []
    for char in line:
        left -= _cells_of(char)
        if left < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip(_JOINERS) + CUT


def wrap(text: str, width: int) -> list[str]:
    """Return `text` broken into lines of at most `width` cells, at blanks where it can be."""
    if width < 1:
        raise ValueError("a line has at least one cell")
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            joined = f"{line} {word}" if line else word
            if cells(joined) <= width:
                line = joined
                continue
            if line:
                lines.append(line)
            *full, line = _pieces(word, width)
            lines.extend(full)
        lines.append(line)
    return lines


def _pieces(word: str, width: int) -> list[str]:
    """Return a word that may be too long for one line in pieces that are not."""
    pieces = [""]
    room = width
    for char in word:
        taken = _cells_of(char)
        if taken > room and pieces[-1]:
            pieces.append("")
            room = width
        pieces[-1] += char
        room -= taken
    return pieces


# Right to left. See docs/decisions/0004-right-to-left.md.

_rtl: Rtl = "program"
# Sums, dates, phone numbers, codes and e-mail addresses are read from left to right inside right-to-left
# text; the algorithm alone would send a leading sign and a currency to the other end. Each such run is put
# aside behind one neutral character (a Yijing hexagram, which nobody writes): what an isolate means.
# Letters of every left-to-right script count: the name "Jürgen Müller" is one run, not four.
_LTR: Final = r"[^\W\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]"
_LTR_RUN: Final = re.compile(
    rf"[+\-\u2212#]?{_LTR}"
    rf"(?:@|{_LTR}|[.,:/%&'+\-](?= ?{_LTR})|[ \u00a0\u202f](?=\+?{_LTR}))*%?"
)
_STAND_INS: Final = "".join(map(chr, range(0x4DC0, 0x4E00)))
_STAND_IN: Final = re.compile(f"[{_STAND_INS}]")


def set_rtl(who: Rtl) -> None:
    """Say who orders right-to-left text: the `program`, or a `terminal` that does it by itself."""
    global _rtl  # noqa: PLW0603 - there is one terminal
    _rtl = who


def rtl() -> Rtl:
    """Who orders right-to-left text now."""
    return _rtl


def visual(text: str, language: str = "en") -> str:
    """Return one line of text in the order and the shapes in which it is to be shown, left to right.

    To be called last, on a line that is already cut or wrapped to its width; never on what is stored,
    searched or compared. Blanks at both ends stay where they are, so a padded cell stays padded. The line
    may get shorter (a lam with an alef takes one cell), never longer. Text without right-to-left
    letters, and all text when the terminal does the ordering, comes back as it was.
    """
    if text.isascii() or _rtl == "terminal" or _RTL.search(text) is None:
        return text
    return _ordered(text, language in RTL_LANGUAGES)


RTL_LANGUAGES: Final = frozenset({"ar"})


def visual_lines(text: str, width: int, language: str = "en") -> list[str]:
    """Return `text` wrapped to `width` cells, each line as `visual` shows it; Arabic stands at the right."""
    lines = [visual(line, language) for line in wrap(text, width)]
    if language not in RTL_LANGUAGES:
        return lines
    return [" " * max(0, width - cells(line)) + line for line in lines]


@lru_cache(maxsize=4096)
def _ordered(text: str, from_right: bool) -> str:
    """Return the line shaped and ordered; the base direction is the language's, or the first letter's."""
    reshape, get_display = _engines()
    start = len(text) - len(text.lstrip(" "))
    body = text.strip(" ")
    end = len(text) - start - len(body)
    runs: list[str] = []

    def put_aside(run: re.Match[str]) -> str:
        if len(runs) == len(_STAND_INS):
            return run[0]
        runs.append(run[0])
        return _STAND_INS[len(runs) - 1]

    base = "R" if from_right or _starts_from_right(body) else "L"
    shown = get_display(_LTR_RUN.sub(put_aside, reshape(_STAND_IN.sub(REPLACED, body))), base)
    return " " * start + _STAND_IN.sub(lambda found: runs[ord(found[0]) - 0x4DC0], shown) + " " * end


def _starts_from_right(text: str) -> bool:
    """Whether the first letter of the text belongs to a right-to-left script."""
    directions = map(unicodedata.bidirectional, text)
    return next((found != "L" for found in directions if found in ("L", "R", "AL")), False)


@lru_cache(maxsize=1)
def _engines() -> tuple[Callable[[str], str], Callable[[str, str], str]]:
    """Import what orders and shapes, on the first right-to-left line and not before."""
    from arabic_reshaper import ArabicReshaper

    # The package's faster engine in Rust does not mirror brackets.
    from bidi.algorithm import get_display

    # Vowel marks are dropped: terminals set them beside the letter, not above it. Ligatures of words,
    # such as the one for the name of God, are missing from most terminal fonts.
    shaper = ArabicReshaper({"delete_harakat": True, "ARABIC LIGATURE ALLAH": False})

    def display(text: str, base: str) -> str:
        return str(get_display(text, base_dir=base))

    return shaper.reshape, display
