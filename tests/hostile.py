"""Texts that somebody could put into a name, a note or a file line to steer a terminal, or to break a screen.

`TEXTS` is a list of (name, text). `reaches(raw)` says what of them reached a terminal raw.
"""

# ruff: noqa: E501 - a table of texts reads best with a family a line

from __future__ import annotations

import re

ESC, BEL, ST, C1_CSI, C1_OSC, C1_DCS, C1_ST = "\x1b", "\x07", "\x1b\\", "\x9b", "\x9d", "\x90", "\x9c"

_ESCAPES = {
    "cursor home": "[H", "clear screen": "[2J", "clear line": "[2K", "scrollback gone": "[3J", "up": "[9A", "down": "[9B",
    "red": "[31m", "blink": "[5m", "hidden": "[8m", "reset": "[0m", "alternate screen": "[?1049l", "show cursor": "[?25h",
    "mouse on": "[?1003h", "no wrap": "[?7l", "focus on": "[?1004h", "bracketed paste off": "[?2004l", "insert": "[4h",
    "scroll region": "[1;2r", "device attributes": "[c", "status report": "[6n", "window title report": "[21t",
    "resize": "[8;1;1t", "iconify": "[2t", "soft reset": "[!p", "rectangle": "[1;1;5;5$z", "repeat": "[99999b",
    "tab clear": "[3g", "kitty keys": "[>31u", "mode query": "[?2026$p", "no end": "[", "parameters only": "[1;2;3",
    "full reset": "c", "charset": "(0", "save": "7", "restore": "8", "keypad": "=", "double height": "#3", "fill with E": "#8",
    "lock shift": "n", "single shift": "N", "index": "D", "reverse index": "M", "two": "\x1b[31m\x1b[0m",
}  # fmt: skip
_OSC = {
    "clipboard": "52;c;cm0gLXJmIH4=", "clipboard asked": "52;c;?", "title": "0;owned", "icon": "1;owned", "link": "8;;http://evil.example",
    "link with id": "8;id=1;file:///etc/passwd", "colour": "4;1;rgb:00/00/00", "foreground": "10;#000000", "background": "11;#000000",
    "font": "50;huge", "directory": "7;file:///etc", "notification": "9;owned", "notification 777": "777;notify;a;b",
    "iTerm file": "1337;File=name=eA==;inline=1:AAAA", "palette reset": "104", "pointer": "22;wait", "prompt mark": "133;A",
}  # fmt: skip
_STRINGS = {
    "DCS": f"{ESC}Pq#0;2;0;0;0#0~~{ST}", "DECRQSS": f"{ESC}P$qm{ST}", "termcap": f"{ESC}P+q544e{ST}", "APC": f"{ESC}_Gf=24;AAAA{ST}",
    "PM": f"{ESC}^secret{ST}", "SOS": f"{ESC}Xsecret{ST}", "tmux through": f"{ESC}Ptmux;{ESC}{ESC}]52;c;YQ=={BEL}{ST}",
    "DCS no end": f"{ESC}P1;2", "C1 CSI": f"{C1_CSI}31m", "C1 CSI clear": f"{C1_CSI}2J", "C1 OSC": f"{C1_OSC}52;c;YQ=={C1_ST}",
    "C1 OSC title": f"{C1_OSC}0;owned{BEL}", "C1 DCS": f"{C1_DCS}$qm{C1_ST}", "C1 index": "\x84", "C1 next line": "a\x85b",
    "C1 reverse": "\x8d", "C1 SS3": "\x8f", "C1 SOS": "\x98x\x9c", "C1 PM": "\x9ex\x9c", "C1 APC": "\x9fx\x9c",
}  # fmt: skip
_CONTROLS = {
    "NUL": "a\x00b", "bell": "a\ab", "backspace": "paid 100\b\b\b9", "tab": "a\tb", "line feed": "a\nb", "vertical tab": "a\vb",
    "form feed": "a\fb", "carriage return": "real\rfake", "CR LF": "a\r\nb", "shift out": "a\x0eb", "shift in": "a\x0fb",
    "XON": "a\x11b", "XOFF": "a\x13b", "ctrl-z": "a\x1ab", "delete": "a\x7fb", "unit separator": "a\x1fb", "all C0": "".join(map(chr, range(32))),
    "all C1": "".join(map(chr, range(128, 160))), "line separator": "a\u2028b", "paragraph separator": "a\u2029b", "lone ESC": ESC,
    "ESC at the end": "name" + ESC, "many ESC": ESC * 50,
}  # fmt: skip
_UNSEEN = {
    "RLO": "\u202egpj.exe", "LRO": "\u202dabc", "RLE": "\u202babc", "LRE": "\u202aabc", "PDF": "a\u202cb", "RLI": "\u2067abc", "LRI": "\u2066abc",
    "FSI": "\u2068abc", "PDI": "a\u2069b", "LRM": "a\u200eb", "RLM": "a\u200fb", "ALM": "a\u061cb", "zero width space": "a\u200bb",
    "zero width joiner": "a\u200db", "zero width non-joiner": "a\u200cb", "word joiner": "a\u2060b", "BOM": "\ufeffname",
    "soft hyphen": "a\u00adb", "tags": "a\U000e0041\U000e0042b", "variation selector": "a\ufe0fb", "Hangul filler": "\u3164name", "invisible plus": "a\u2064b",
    "interlinear": "a\ufff9b\ufffac\ufffb", "Mongolian vowel separator": "a\u180eb", "deprecated format": "a\u206ab\u206fc", "nested bidi": "\u202e\u2066\u202b" * 20 + "x",
}  # fmt: skip
_WIDE = {
    "combining flood": "e" + "\u0301" * 500, "zalgo": "".join(c + "\u0335\u0321\u0353\u0312" * 6 for c in "zalgo"), "enclosing": "a\u20dd\u20e3",
    "mark alone": "\u0301abc", "family emoji": "👨‍👩‍👧‍👦", "flag": "🇺🇦🇵🇱", "skin tone": "👍🏽", "keycap": "1️⃣", "emoji flood": "😀" * 300, "wide": "日本語テキスト",
    "full width": "ＡＢＣ", "half width": "ｱｲｳ", "wide at the edge": "a" * 79 + "界", "long": "x" * 10_000, "long word then space": "x" * 500 + " y", "blanks": " " * 300,
    "no-break": "a\u00a0b", "ideographic space": "a\u3000b", "thin": "a\u2009b", "private": "\ue000\uf8ff", "unassigned": "\U0003fffd", "noncharacter": "\ufffe\uffff\ufdd0",
    "surrogate": "a\ud800b", "surrogate pair": "\ud83d\ude00", "replacement": "a\ufffdb", "Arabic": "محمد أحمد", "Arabic with number": "حساب 1234 مغلق", "Hebrew": "שלום", "mixed": "Ann محمد (EUR) 5",
    "Latin-1 as UTF-8": "caf\u00c3\u00a9", "Latin-1": "M\u00fcller", "Thai": "ก็ำ", "Devanagari": "क्ष",
}  # fmt: skip
_MARKUP = {
    "markup": "[red]owned[/red]", "bold": "[b]x[/b]", "click": "[@click=app.quit]x[/]", "click with call": "[@click='app.exit(1)']x[/]", "link": "[link=http://evil.example]x[/link]",
    "unclosed": "[bold", "closing": "[/]", "closing name": "[/red]", "escaped": r"\[red]", "colour on colour": "[on red]x", "emoji code": ":skull:", "format": "{person.db}{0}{}", "percent": "%s %n %(x)s",
    "dollar": "${HOME} $(id) `id`", "html": "<script>x</script>", "css": "} * { display: none }", "variable": "[$error]x[/]", "spans": "[reverse blink]x[/]", "backslashes": "\\" * 40, "sql": "'; drop table staff; --",
    "formula": "=cmd|' /C calc'!A0", "path": "../../../../etc/passwd", "empty brackets": "[]", "nested": "[[red]]", "number tag": "[12]", "binding": "ctrl+x", "newline markup": "[b]a\n[/b]", "style tag": "[bold red on blue]x[/bold red on blue]", "action": "[@click=screen.dismiss]x[/]", "colon": ":", "question": "?",
}  # fmt: skip

TEXTS: list[tuple[str, str]] = [
    *((f"ESC {name}", f"Ann{ESC}{rest}Bo") for name, rest in _ESCAPES.items()),
    *((f"OSC {name}", f"Ann{ESC}]{rest}{BEL}Bo") for name, rest in _OSC.items()),
    *((f"OSC {name}, ended by ST", f"Ann{ESC}]{rest}{ST}Bo") for name, rest in list(_OSC.items())[:6]),
    *((f"OSC {name}, no end", f"Ann{ESC}]{rest}") for name, rest in list(_OSC.items())[:6]),
    *_STRINGS.items(),
    *_CONTROLS.items(),
    *_UNSEEN.items(),
    *_WIDE.items(),
    *((f"markup {name}", text) for name, text in _MARKUP.items()),
]

# What the program itself sends: colours, cursor, erasing, its own modes on the way in and out.
_OURS = re.compile(
    rb"\x1b\[[0-9;]*m|\x1b\[[0-9;]*H|\x1b\[\?(?:1049|25|2004|7|2026|2048)[hl]|\x1b\[\?20(?:26|48)\$p|\x1b\[2J|\x1b\[\?1000l|\r\n"
)
_RAW = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def passed_whole(raw: bytes | bytearray, text: str) -> bool:
    """Did a text that holds such a character reach the terminal as it is? (Some look like our own
    sequences.)"""
    return bool(_RAW.search(text)) and len(text) > 1 and text.encode("utf-8", "surrogatepass") in raw


def reaches(raw: bytes | bytearray) -> list[str]:
    """Controls and unseen characters in what was sent, once our own sequences are taken out; none is
    right."""
    rest = _OURS.sub(b"", raw).decode("utf-8", "surrogateescape")
    return sorted({f"U+{ord(found):04X}" for found in _RAW.findall(rest)})
