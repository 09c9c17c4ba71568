"""Sessions of the demo's staff, as each of them would open one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bocli.demo.people import PASSWORD, Person
from core.db import KDFS, Database, Settings
from core.staff.secrets import derive, login_name


@contextmanager
def session(settings: Settings, person: Person) -> Iterator[Database]:
    """A session with a fresh second factor, where the person has one; ended when the work is done."""
    login = login_name(settings.installation, person.email)
    db = Database(settings, login, derive(settings.installation, login, PASSWORD, KDFS[0]))
    try:
        db.token = db.call("session_open", code=person.code())["token"]
        if person.totp:
            db.call("session_step_up", code=person.code(time.time() + 30))
        yield db
        db.call("session_close")
    finally:
        db.close()
