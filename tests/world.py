"""People of a test, made by the same functions that provisioning uses, with cheap password parameters."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg

from core.db import Database, Kdf, Settings
from core.db.settings import KDFS
from core.staff.secrets import derive, login_name, new_totp_secret, scram_verifier, totp_code
from tests.server import PORT, Server

#: Real parameters cost 80 ms a log-in; what is tested here is the same road with less memory.
CHEAP = Kdf(version=1, memory_kib=8, time_cost=1)

_numbers = itertools.count(1)


@dataclass
class Person:
    """A member of staff with everything needed to log in."""

    id: int
    person_id: int
    login: str
    email: str
    role: str
    password: str
    secret: str  # what SCRAM takes
    totp: bytes | None
    recovery: list[str] = field(default_factory=list)

    def code(self, steps: int = 0) -> str:
        """The code of now, or of so many half minutes later."""
        assert self.totp is not None
        return totp_code(self.totp, time.time() + 30 * steps)


class World:
    """One database and the people in it."""

    def __init__(self, server: Server, database: str, admin: psycopg.Connection[Any]) -> None:
        self.server = server
        self.database = database
        self.admin = admin
        row = admin.execute("select id from book.installation").fetchone()
        assert row is not None
        self.settings = Settings(
            hosts=(str(server.folder),),
            port=PORT,
            dbname=database,
            installation=row[0],
            sslmode="disable",
            application_name="bocli-test",
            kdf=(CHEAP,),
        )
        self._open: dict[int, Database] = {}
        self._closing: list[Database] = []

    def make_staff(
        self,
        role: str,
        *,
        enrolled: bool = True,
        first_password: bool = False,
        person: Person | None = None,
        email: str | None = None,
        name: str = "",
        password: str = "correct horse battery",
    ) -> Person:
        """A new member of staff. `person` gives a second account to somebody who has one already."""
        number = next(_numbers)
        email = email or f"{role}{number}@test.example"
        # Nobody is called like another: who is might be the same person, and the program asks.
        name = name or f"Test Person {number}"
        login = login_name(self.settings.installation, email)
        secret = derive(self.settings.installation, login, password, CHEAP)
        row = self.admin.execute(
            "select auth.account_create(p_email => %s, p_name => %s, p_role => %s, p_person_id => %s, "
            "p_verifier => %s, p_kdf => %s, p_one_time => %s)",
            (
                email, name, role, person.person_id if person else None,
                scram_verifier(secret), str(CHEAP), first_password,
            ),
        ).fetchone()  # fmt: skip
        assert row is not None
        staff_id, person_id = row[0]["staff_id"], row[0]["person_id"]
        totp = new_totp_secret() if enrolled else None
        if totp is not None:
            self.admin.execute("update auth.secret set totp = %s where staff_id = %s", (totp, staff_id))
        return Person(staff_id, person_id, login, email, role, password, secret, totp)

    def set_real_password(self, person: Person) -> None:
        """Keep the password by the parameters of the real program, which a program of its own uses."""
        secret = derive(self.settings.installation, person.login, person.password, KDFS[0])
        self.admin.execute(f"alter role {person.login} password '{scram_verifier(secret)}'".encode())
        self.admin.execute(
            "update auth.secret x set kdf = %s, verifier_digest = sha256(convert_to(a.rolpassword, 'UTF8')) "
            "from pg_authid a where a.rolname = %s and x.staff_id = %s",
            (str(KDFS[0]), person.login, person.id),
        )

    def forget_code(self, person: Person) -> None:
        """Let a code of this half minute serve again: a test logs in more often than people do."""
        self.admin.execute("update auth.secret set last_step = 0 where staff_id = %s", (person.id,))

    def connect(self, person: Person, **words: Any) -> psycopg.Connection[Any]:
        """A bare connection by the person's own credentials, without a session."""
        settings: dict[str, Any] = self.settings.connection_words() | words
        return psycopg.connect(user=person.login, password=person.secret, autocommit=True, **settings)

    def raw(self, person: Person, **words: Any) -> psycopg.Connection[Any]:
        """A bare connection by the person's own credentials with a live session: what an attacker has."""
        connection = self.connect(person, **words)
        self.forget_code(person)
        row = connection.execute(
            "select api.session_open(%s)", (person.code() if person.totp else "",)
        ).fetchone()
        assert row is not None
        assert "token" in row[0], row[0]
        return connection

    def as_staff(self, person: Person) -> Database:
        """A `Database` with a live session of that person; the same one when asked again."""
        if person.id not in self._open:
            self._open[person.id] = self.log_in(person)
        return self._open[person.id]

    def log_in(self, person: Person) -> Database:
        """A `Database` with a new session of that person."""
        database = Database(self.settings, person.login, person.secret)
        self._closing.append(database)
        self.forget_code(person)
        answer = database.call("session_open", code=person.code() if person.totp else "")
        database.token = answer["token"]
        return database

    def close(self) -> None:
        """Close all connections."""
        for database in self._closing:
            database.close()
