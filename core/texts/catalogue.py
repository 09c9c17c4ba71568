"""Catalogues: texts by dotted key, through gettext from the standard library, one language at a time."""

from __future__ import annotations

import gettext
import os
import re
from functools import cache
from pathlib import Path
from typing import Final

from core.text import clean

LANGUAGES: Final = {"en": "English", "uk": "Українська", "de": "Deutsch", "pl": "Polski", "ar": "العربية"}
"""Every shipped language, by its own name, so that the choice is readable before a language is chosen."""

LOCALES: Final = Path(__file__).resolve().parents[2] / "locales"

_PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_language = "en"


class MissingText(KeyError):
    """A key or a parameter of a text is missing. Raised only when BOCLI_STRICT_TEXTS is set, as in tests."""


class TextsNotBuilt(RuntimeError):
    """The catalogues were not compiled; the message says how to do it."""


class _Missing(gettext.NullTranslations):
    """Answers for a key that no catalogue has with the key itself, so that the gap is seen and named."""

    def gettext(self, message: str) -> str:
        if os.environ.get("BOCLI_STRICT_TEXTS"):
            raise MissingText(f"no text has the key {message!r}")
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1)


class _Probe(gettext.NullTranslations):
    """Answers nothing, to tell a key that is there from one that is not."""

    def gettext(self, message: str) -> str:
        return ""


@cache
def _catalogue(code: str, *, probing: bool = False) -> gettext.GNUTranslations:
    path = LOCALES / code / "LC_MESSAGES" / "bocli.mo"
    try:
        with path.open("rb") as compiled:
            catalogue = gettext.GNUTranslations(compiled)
    except FileNotFoundError:
        raise TextsNotBuilt(f"{path} is missing: run `python -m locales.build` (or `make setup`)") from None
    catalogue.add_fallback(_Probe() if probing else _Missing())
    return catalogue


def available() -> dict[str, str]:
    """Return the languages there are, by code, each under its own name."""
    return dict(LANGUAGES)


def language() -> str:
    """Return the code of the program's language."""
    return _language


def set_language(code: str) -> None:
    """Take a language for all that is shown from now on.

    A code with a region (`de_AT`, `uk-UA`, `pl_PL.UTF-8`) means its language; an unknown one means English.
    """
    global _language  # noqa: PLW0603 - one person sits before a terminal
    short = re.split(r"[_.\-@]", code, maxsplit=1)[0].lower()
    _language = short if short in LANGUAGES else "en"


def has(key: str) -> bool:
    """Whether the program's language has a text, or a counting text, of that key."""
    catalogue = _catalogue(_language, probing=True)
    return catalogue.gettext(key) != ""


def t(key: str, /, **params: object) -> str:
    """Return the text of a key, its `{placeholders}` replaced.

    Values come from outside (names, reasons): they are cleaned here, are never looked at for placeholders
    again, and know no attributes or formats as `str.format` does. A key without a text is shown as the key.
    """
    return _replaced(key, _catalogue(_language).gettext(key), params)


def n(key: str, count: int, /, **params: object) -> str:
    """Return the text of a key in the form that its language has for `count`; `{count}` is grouped."""
    from core.texts.formats import number

    text = _catalogue(_language).ngettext(key, key, abs(count))
    return _replaced(key, text, {"count": number(count), **params})


def _replaced(key: str, text: str, params: dict[str, object]) -> str:
    if "{" not in text:
        return text

    def value(found: re.Match[str]) -> str:
        try:
            return clean(str(params[found[1]]))
        except KeyError:
            if os.environ.get("BOCLI_STRICT_TEXTS"):
                raise MissingText(f"the text {key!r} wants {found[0]}") from None
            return found[0]

    return _PLACEHOLDER.sub(value, text)
