"""Who can log in to the demo, and their codes of this half minute. These secrets open the demo only."""

from __future__ import annotations

import base64
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from core.staff.secrets import totp_code

PASSWORD = "bocli-demo"


@dataclass(frozen=True)
class Person:
    """One member of the demo's staff."""

    email: str
    name: str
    role: str
    totp: bytes

    @property
    def password(self) -> str:
        """The same for everybody."""
        return PASSWORD

    def code(self, at: float | None = None) -> str:
        """The second factor's code now, or at a time in seconds since 1970; a program's login has none."""
        if not self.totp:
            return ""
        return totp_code(self.totp, time.time() if at is None else at)


@dataclass(frozen=True)
class People:
    """The demo's staff, in the order of the roles."""

    people: tuple[Person, ...]

    def all(self, role: str) -> list[Person]:
        """Everybody of a role."""
        return [person for person in self.people if person.role == role]

    def first(self, role: str) -> Person:
        """The first of a role."""
        return self.all(role)[0]


def write(people: People, path: Path) -> None:
    """Keep them in a file that only this user can read; it is there whole or not at all."""
    rows = [
        {"email": p.email, "name": p.name, "role": p.role, "totp": base64.b32encode(p.totp).decode()}
        for p in people.people
    ]
    half = path.with_suffix(".new")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def read(path: Path) -> People:
    """Read what `write` kept. Raises OSError, ValueError or KeyError when the file is not whole."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return People(tuple(Person(r["email"], r["name"], r["role"], base64.b32decode(r["totp"])) for r in rows))
