"""What an error says to a person: its text, with its parameters in the person's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from core.errors import BocliError
from core.texts import catalogue, formats

# What a parameter of an error means, by its name: the rules send plain values, and only here they become
# words. A name that does not stand here is shown as it came, cleaned.
AMOUNTS: Final = frozenset(
    {
        "above",
        "amount",
        "available",
        "balance",
        "below",
        "cash",
        "fee",
        "commission",
        "left",
        "limit",
        "denomination",
    }
    | {"max", "min", "needed", "now", "seen", "used", "was"}
)
"""Minor units of the error's `issuer`; plain numbers in an error that names none."""
WORDS: Final = {
    "kind": "operation.{}",
    "longer": "period.{}",
    "period": "period.{}",
    "request_state": "change.state.{}",
    "role": "role.{}",
    "state": "desk_day.state.{}",
    "wanted": "desk_day.state.{}",
}
"""Codes that have a text of their own, and the key of that text."""
DATES: Final = frozenset({"cash_date", "date"})


def explain(error: BocliError) -> str:
    """Return what happened and what to do, for the person in front of the screen."""
    words = {name: _in_words(name, value, error.params) for name, value in error.params.items()}
    return catalogue.t(f"error.{error.key}", **words)


def _in_words(name: str, value: object, params: Mapping[str, object]) -> object:
    """Return one parameter as it is to be read."""
    if name == "differences" and isinstance(value, list):
        return formats.join(_difference(each) for each in value if each["difference"])
    if name in WORDS:
        return _word(name, str(value))
    if name in DATES:
        return _date(str(value))
    if isinstance(value, int):
        return _number(name, value, params)
    return value


def _number(name: str, value: int, params: Mapping[str, object]) -> str:
    if name == "seconds":
        return duration(value)
    if name == "id" or name.endswith("_id"):
        return str(value)
    if name in AMOUNTS and "issuer" in params:
        code = str(params["issuer"])
        return _amount(value, code, params.get("scale", formats.scales_shown.get(code)))
    return formats.number(value)


def _amount(minor: int, code: str, scale: object) -> str:
    """Return an amount of which only the code is sure; one of unknown scale is not guessed at."""
    from core.money import MAX_SCALE, Issuer

    if isinstance(scale, int) and 0 <= scale <= MAX_SCALE:
        return formats.amount(minor, Issuer(code, code, "", scale, "real"))
    return catalogue.t("money.minor_units", count=formats.number(minor), issuer=code)


def _difference(each: Mapping[str, object]) -> str:
    """Return what was counted above (+) or below (-) the books in one issuer."""
    minor = int(str(each["difference"]))
    code = str(each["issuer"])
    shown = _amount(minor, code, each.get("scale", formats.scales_shown.get(code)))
    return f"+{shown}" if minor > 0 else shown


def _word(name: str, code: str) -> str:
    """Return the words for a code, or the code when it has none."""
    key = WORDS[name].format(code)
    return catalogue.t(key) if catalogue.has(key) else code


def _date(value: str) -> str:
    try:
        return formats.date(dt.date.fromisoformat(value))
    except ValueError:
        return value


def duration(seconds: int) -> str:
    """Return how long to wait, in words, rounded up to the unit that matters."""
    if seconds < 90:
        return catalogue.n("duration.seconds", max(seconds, 1))
    return catalogue.n("duration.minutes", -(-seconds // 60))
