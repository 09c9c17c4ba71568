"""What a person's secrets become before they leave this machine.

The password that a person types never travels. Argon2id makes of it what SCRAM takes as the password;
SCRAM proves that without sending it; and when it is set, only a ready-made verifier is sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import struct
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.db.settings import Kdf

#: PostgreSQL's own default. The password is 256 bits of argon2id output: more turns would add nothing.
_SCRAM_TURNS = 4096


def normalised_email(email: str) -> str:
    """An e-mail as it is compared: NFKC, case folded, without spaces around."""
    return unicodedata.normalize("NFKC", email).casefold().strip()


def login_name(installation: str, email: str) -> str:
    """The PostgreSQL role of a member of staff: opaque, the same wherever it is computed."""
    digest = hashlib.sha256(f"{installation}|{normalised_email(email)}".encode()).hexdigest()
    return f"bo_{digest[:24]}"


def derive(installation: str, login: str, password: str, kdf: Kdf) -> str:
    """What SCRAM takes as the password. The salt is public and differs for every person and installation."""
    from argon2.low_level import Type, hash_secret_raw

    salt = hashlib.sha256(f"{installation}|{login}".encode()).digest()[:16]
    typed = unicodedata.normalize("NFKC", password).encode()
    raw = hash_secret_raw(
        typed,
        salt,
        time_cost=kdf.time_cost,
        memory_cost=kdf.memory_kib,
        parallelism=kdf.lanes,
        hash_len=32,
        type=Type.ID,
    )
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def scram_verifier(secret: str) -> str:
    """The SCRAM-SHA-256 verifier of a derived password, as PostgreSQL keeps it (RFC 5803)."""
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, _SCRAM_TURNS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    server = hmac.digest(salted, b"Server Key", "sha256")
    words = (base64.b64encode(part).decode() for part in (salt, hashlib.sha256(client).digest(), server))
    one, two, three = words
    return f"SCRAM-SHA-256${_SCRAM_TURNS}:{one}${two}:{three}"


def new_totp_secret() -> bytes:
    """160 random bits, as RFC 4226 recommends."""
    return secrets.token_bytes(20)


def totp_code(secret: bytes, at: float, digits: int = 6) -> str:
    """The code of RFC 6238 (SHA-1, 30 seconds) at a time in seconds since 1970."""
    digest = hmac.digest(secret, struct.pack(">q", int(at // 30)), "sha1")
    start = digest[19] & 15
    value = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{value % 10**digits:0{digits}d}"


#: So much of a company's name goes into the QR code: quoted Cyrillic and Arabic take six letters for one.
_ISSUER_LETTERS = 36


def totp_uri(email: str, company: str, secret_base32: str) -> str:
    """The otpauth address that an authenticator's camera reads.

    As short as the format allows (github.com/google/google-authenticator, "Key Uri Format"): the issuer once, as its
    parameter, and no algorithm, digits or period, which are the defaults. A shorter one is a smaller QR code.
    """
    from urllib.parse import quote

    issuer = ""
    for letter in company:
        if len(issuer) + len(quote(letter, safe="")) > _ISSUER_LETTERS:
            break
        issuer += quote(letter, safe="")
    account = quote(email, safe="@")
    return f"otpauth://totp/{account}?secret={secret_base32}&issuer={issuer}"


#: No letter that looks like a digit, none that is hard to say on the telephone.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """A first password to hand over: four groups of four, about 79 bits."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(4))
