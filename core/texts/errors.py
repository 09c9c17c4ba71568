"""What an error says to a person: its text, with its parameters in the person's language."""

from __future__ import annotations

import datetime as dt

from core.errors import BocliError
from core.money import MAX_SCALE, Issuer
from core.texts import catalogue, formats

# What a parameter of an error means, by its name: the rules send plain values, and only here they become
# words. A name that does not stand here is shown as it came, cleaned.
AMOUNTS = frozenset(
    {"above", "amount", "available", "balance", "cash", "commission", "denomination", "left", "limit"}
    | {"max", "min", "needed", "now", "seen", "used", "was"}
)
"""Minor units of the error's `issuer`, when it has one and the scale is known."""
WORDS = {
    "period": "period.{}",
    "state": "desk_day.state.{}",
    "wanted": "desk_day.state.{}",
    "role": "role.{}",
    "kind": "operation.{}",
}
"""Codes that have a text of their own, and the key of that text."""
DATES = frozenset({"date", "cash_date"})

_scales: dict[str, int] = {}


def remember_scales(scales: dict[str, int]) -> None:
    """Keep the issuers' scales, so that amounts in errors can be shown although an error carries none."""
    _scales.clear()
    _scales.update(scales)


def explain(error: BocliError) -> str:
    """Return what happened and what to do, for the person in front of the screen."""
    return catalogue.t(f"error.{error.key}", **_in_words(error))


def _in_words(error: BocliError) -> dict[str, object]:
    """Return the error's parameters as they are to be read."""
    issuer = _issuer(error)
    return {name: _word(name, value, issuer) for name, value in error.params.items()}


def _word(name: str, value: str | int, issuer: Issuer | None) -> object:
    if name in AMOUNTS and isinstance(value, int):
        return formats.amount(value, issuer) if issuer else formats.number(value)
    if name in WORDS:
        # Several codes may be right: "open,counting".
        return formats.join(_code(name, code.strip()) for code in str(value).split(","))
    if name in DATES:
        try:
            return formats.date(dt.date.fromisoformat(str(value)))
        except ValueError:
            return value
    if name == "seconds" and isinstance(value, int):
        return duration(value)
    if isinstance(value, int) and name != "id" and not name.endswith("_id"):
        return formats.number(value)
    return value


def _code(name: str, code: str) -> str:
    """Return the words for a code, or the code when it has none."""
    key = WORDS[name].format(code)
    return catalogue.t(key) if catalogue.has(key) else code


def _issuer(error: BocliError) -> Issuer | None:
    """Return the issuer that the error's amounts are in, if the error or the memory knows its scale."""
    code = error.params.get("issuer")
    scale = error.params.get("scale", _scales.get(str(code)))
    if code is None or not isinstance(scale, int) or not 0 <= scale <= MAX_SCALE:
        return None
    return Issuer(str(code), str(code), "", scale, "real")


def duration(seconds: int) -> str:
    """Return how long to wait, in words, rounded up to the unit that matters."""
    if seconds < 90:
        return catalogue.n("duration.seconds", max(seconds, 1))
    return catalogue.n("duration.minutes", -(-seconds // 60))
