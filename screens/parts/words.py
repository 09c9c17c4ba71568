"""Rows and results of the core in words: amounts of a known scale, accounts, days, limits."""

from __future__ import annotations

from typing import Any

from bocli.widgets.badge import Tone
from core.money import Issuer, Unit
from core.texts import amount, n, t

TONES: dict[str, Tone] = {
    "opening_count": "warn",
    "open": "good",
    "counting": "warn",
    "close_requested": "warn",
    "close_forced": "warn",
    "closed": "dim",
    "abandoned": "dim",
}


def issuer(code: str, scale: int, symbol: str = "") -> Issuer:
    """A unit of which only code and scale matter here."""
    return Issuer(code, code, symbol, scale, "real")


def money(minor: int | None, code: str, scale: int, unit: Unit = "code") -> str:
    """An amount with its unit, or without; a dash when there is none."""
    return "-" if minor is None else amount(minor, issuer(code, scale), unit)


def signed(minor: int | None, code: str, scale: int, unit: Unit = "code") -> str:
    """A difference: over with a plus, short with a minus."""
    shown = money(minor, code, scale, unit)
    return f"+{shown}" if minor is not None and minor > 0 else shown


def in_fours(iban: str | None) -> str:
    """An IBAN as people read it."""
    text = iban or ""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def account(kind: str, of: str | None) -> str:
    """An account for people: its kind, and whose it is."""
    name = t(f"account.{kind.lower()}")
    # Both sides and the amount share one line: a wallet's last digits tell it from another; which desk it is, and
    # for what the commission, stands above.
    return f"{name} {of[-4:]}" if of is not None and kind in ("WALLET", "HOLD") else name


def state(code: str) -> str:
    """A day's state as a word."""
    return t(f"desk_day.state.{code}")


def limit_left(limit: Any, unit: Issuer) -> tuple[str, str]:
    """A limit's period, and what is left of it."""
    parts = []
    if limit.amount_left is not None:
        parts.append(amount(limit.amount_left, unit))
    if limit.pieces_left is not None:
        parts.append(n("limit.pieces_left", limit.pieces_left))
    return t("limit.left_in", period=t(f"period.{limit.period}")), " · ".join(parts) or t("limit.none")
