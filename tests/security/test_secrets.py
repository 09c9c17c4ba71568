"""Nothing secret is written down: not by the server under any of its log settings, not by the program."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core import errors, staff
from core.staff import commands, looking_after
from core.staff.secrets import derive, login_name, scram_verifier
from tests.server import Server
from tests.world import CHEAP, World

SETTINGS = {
    "all statements": {"log_statement": "all"},
    "all durations": {"log_min_duration_statement": "0", "log_duration": "on"},
    "all errors in full": {"log_min_error_statement": "debug5", "log_error_verbosity": "verbose",
                           "log_min_messages": "debug1"},
}  # fmt: skip


@pytest.fixture(params=SETTINGS)
def log(
    request: pytest.FixtureRequest, server: Server, admin: psycopg.Connection[Any], database: str
) -> Iterator[Path]:
    """The server's log from here on, under one of the settings."""
    settings = SETTINGS[request.param]
    for name, value in settings.items():
        admin.execute(f"alter database {database} set {name} = '{value}'".encode())
    admin.execute("alter system set log_connections = on")
    admin.execute("select pg_reload_conf()")
    yield server.log
    for name in settings:
        admin.execute(f"alter database {database} reset {name}".encode())
    admin.execute("alter system reset log_connections")
    admin.execute("select pg_reload_conf()")


def test_secrets_of_every_kind_stay_out_of_the_log_and_the_spool(
    world: World, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = log.stat().st_size
    secret: dict[str, str] = {}
    verifiers: list[str] = []

    def noted(value: str) -> str:
        verifiers.append(scram_verifier(value))
        return verifiers[-1]

    for module in (commands, looking_after):
        monkeypatch.setattr(module, "scram_verifier", noted)
    boss = world.make_staff("administrator")
    session = staff.log_in(world.settings, boss.email, boss.password, boss.code(), state_folder=tmp_path)
    secret["a derived password"] = boss.secret
    assert session.db.token is not None
    secret["a session's token"] = session.db.token
    world.forget_code(boss)
    secret["a code"] = f"'{boss.code()}'"
    staff.step_up(session.db, boss.code())
    new = staff.NewStaff(uuid.uuid4(), f"{uuid.uuid4().hex}@test.example", uuid.uuid4().hex, "cashier")
    made = staff.create_staff(session.db, new)
    secret["a one-time password"] = made.password
    first = staff.log_in(world.settings, new.email, made.password, state_folder=tmp_path)
    staff.change_password(first, made.password, "tram garden seven lamps")
    secret["a typed password"] = "tram garden"
    begun = staff.begin_enrolment(first)
    secret["an authenticator's secret"] = begun.secret
    raw = base64.b32decode(begun.secret)
    secret["the same in hex"] = raw.hex()
    codes = staff.confirm_enrolment(first.db, commands_code(raw))
    secret["a recovery code"] = codes[0]
    secret["a recovery code bare"] = codes[0].replace("-", "")
    # failing on the way is the moment at which servers quote statements: the login exists in the cluster
    other = f"{uuid.uuid4().hex}@test.example"
    login = login_name(world.settings.installation, other)
    world.admin.execute(f"set log_statement = none; create role {login}".encode())
    with pytest.raises(errors.WrongState):
        staff.create_staff(session.db, staff.NewStaff(uuid.uuid4(), other, uuid.uuid4().hex, "cashier"))
    with pytest.raises(errors.WrongCredentials):
        staff.log_in(world.settings, boss.email, boss.password, "000000", state_folder=tmp_path)
    secret["a derived new password"] = derive(
        world.settings.installation, first.db.login, "tram garden seven lamps", CHEAP
    )
    secret |= {f"verifier {i}": one.split("$")[2] for i, one in enumerate(verifiers)}
    assert len(verifiers) == 3
    with pytest.raises(errors.Unavailable):
        _leave_something_in_the_spool(session)
    written = log.read_bytes()[began:].decode()
    assert "session_open" in written or "connection authorized" in written  # the log does record this
    kept = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert kept
    for name, value in secret.items():
        assert value not in written, name
        assert value not in kept, name
    assert new.email not in kept
    staff.log_out(session.db)
    staff.log_out(first.db)


def commands_code(raw: bytes) -> str:
    import time

    from core.staff.secrets import totp_code

    return totp_code(raw, time.time())


def _leave_something_in_the_spool(session: staff.Session) -> None:
    assert session.db.spool is not None
    session.db.spool.keep(uuid.uuid4(), "cash_top_up")
    raise errors.Unavailable("db.gone")


def test_a_users_own_settings_cannot_make_the_server_log_parameters(world: World) -> None:
    person = world.make_staff("cashier")
    with world.connect(person) as connection:
        for setting in (
            "log_parameter_max_length = -1",
            "log_statement = 'all'",
            "log_min_duration_statement = 0",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"set {setting}".encode())
        assert connection.execute("show log_parameter_max_length").fetchone() == ("0",)


def test_representations_of_settings_and_sessions_show_no_secret(world: World, tmp_path: Path) -> None:
    person = world.make_staff("cashier")
    session = staff.log_in(
        world.settings, person.email, person.password, person.code(), state_folder=tmp_path
    )
    assert session.db.token is not None
    for text in (repr(world.settings), repr(session), str(session.db.engine.url), repr(session.db.engine)):
        assert person.secret not in text
        assert session.db.token not in text
    staff.log_out(session.db)
