"""What a new password must be. Only this program can ask it: the database never sees a password."""

from __future__ import annotations

import re
import unicodedata

from core.errors import Invalid

#: NIST SP 800-63B asks for 8 where there is a second factor; a few words in a row pass 12 easily.
MIN_LENGTH = 12
MAX_LENGTH = 256

#: Stems of the passwords that are tried first. A long password made of these and digits is none.
_COMMON = (
    "password", "passwort", "haslo", "parol", "qwerty", "qwertz", "azerty", "asdfgh", "zxcvbn", "iloveyou",
    "welcome", "admin", "letmein", "monkey", "dragon", "football", "baseball", "master", "login", "abc",
    "princess", "sunshine", "superman", "batman", "trustno", "secret", "changeme", "uiop", "iop",
)  # fmt: skip
_KEYS_IN_A_ROW = (
    "0123456789012345678901234567890",
    "9876543210987654321",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)


def check_new_password(old: str, new: str, *about: str) -> None:
    """Refuse a password that is too short, the old one, easily guessed, or made of what `about` says.

    Raises Invalid with password.too_short, password.too_long, password.same, password.too_common or
    password.context.
    """
    plain = unicodedata.normalize("NFKC", new)
    if len(plain) < MIN_LENGTH:
        raise Invalid("password.too_short", {"min": MIN_LENGTH})
    if len(plain) > MAX_LENGTH:
        raise Invalid("password.too_long", {"max": MAX_LENGTH})
    if plain == unicodedata.normalize("NFKC", old):
        raise Invalid("password.same")
    folded = plain.casefold()
    if _is_common(folded):
        raise Invalid("password.too_common")
    words = {
        word for text in (*about, "bocli") for word in re.split(r"[\W_]+", text.casefold()) if len(word) >= 4
    }
    if any(word in folded and len(folded) - len(word) < MIN_LENGTH for word in words):
        raise Invalid("password.context")


def _is_common(folded: str) -> bool:
    if len(set(folded)) < 5:
        return True
    rest = folded
    for row in _KEYS_IN_A_ROW:
        if folded in row:
            return True
    for stem in _COMMON:
        rest = rest.replace(stem, "")
    # what is left after the well-known words are taken out must hold something of one's own
    return len(re.sub(r"[\d\W_]+", "", rest)) < 4 and len(rest) < len(folded)
