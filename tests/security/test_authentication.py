"""Logging in, as a table of cases: passwords, codes, lock-out, recovery, times, duties, being shut out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from core import errors, staff
from core.db import Kdf, Settings
from core.staff.secrets import derive, login_name, scram_verifier, totp_code, totp_uri
from tests.world import CHEAP, Person, World

Admin = psycopg.Connection[Any]

# --- the algorithms ---------------------------------------------------------------------------------------

RFC_SECRET = b"12345678901234567890"
RFC_6238 = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("at", "code"), RFC_6238)
def test_the_database_makes_the_codes_of_rfc_6238(admin: Admin, at: int, code: str) -> None:
    row = admin.execute("select auth.totp(%s, %s::bigint, 8)", (RFC_SECRET, at // 30)).fetchone()
    assert row == (code,)


@pytest.mark.parametrize(("at", "code"), RFC_6238)
def test_python_makes_the_codes_of_rfc_6238(at: int, code: str) -> None:
    assert totp_code(RFC_SECRET, at, digits=8) == code


@pytest.mark.parametrize("length", [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000])
def test_sha1_and_hmac_in_the_database_are_the_standard_ones(admin: Admin, length: int) -> None:
    message = bytes(i * 7 % 256 for i in range(length))
    row = admin.execute(
        "select auth.sha1(%s), auth.hmac_sha1(%s, %s)", (message, message, b"what is said")
    ).fetchone()
    assert row == (hashlib.sha1(message).digest(), hmac.digest(message, b"what is said", "sha1"))  # noqa: S324


def test_a_verifier_is_what_postgresql_itself_would_make() -> None:
    verifier = scram_verifier("a secret")
    _, turns_salt, keys = verifier.split("$")
    turns, salt = turns_salt.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", b"a secret", base64.b64decode(salt), int(turns))
    stored, served = (base64.b64decode(key) for key in keys.split(":"))
    assert stored == hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    assert served == hmac.digest(salted, b"Server Key", "sha256")


def test_the_salt_differs_by_installation_and_person() -> None:
    made = {
        derive(installation, login, "same password", CHEAP)
        for installation in ("one-installation", "two-installation")
        for login in ("bo_1", "bo_2")
    }
    assert len(made) == 4


@pytest.mark.parametrize(
    "email", ["Ann@Example.com", " ann@example.com ", "ＡＮＮ@example.com", "ANN@EXAMPLE.COM"]
)
def test_an_email_gives_one_login_however_it_is_typed(email: str) -> None:
    assert login_name("installation", email) == login_name("installation", "ann@example.com")


def test_the_authenticators_address_quotes_what_needs_it() -> None:
    assert totp_uri("a@b.example", "Müller & Co", "ABC") == (
        "otpauth://totp/a@b.example?secret=ABC&issuer=M%C3%BCller%20%26%20Co"
    )


# --- log-in -----------------------------------------------------------------------------------------------


def enter(
    world: World, person: Person, tmp: Any, code: str | None = None, password: str | None = None
) -> staff.Session:
    """Log in as the program does."""
    return staff.log_in(world.settings, person.email, password or person.password, code, state_folder=tmp)


def test_the_right_password_and_code_open_a_session(world: World, tmp_path: Any) -> None:
    person = world.make_staff("cashier")
    session = enter(world, person, tmp_path, person.code())
    assert session.staff.role == "cashier"
    assert "cash:top_up" in session.permissions
    assert session.last_login_at is None
    assert session.failures == 0
    assert not session.must_change_password
    staff.log_out(session.db)
    world.forget_code(person)
    again = enter(world, person, tmp_path, person.code())
    assert again.last_login_at is not None
    staff.log_out(again.db)


@pytest.mark.parametrize(
    "password", ["wrong", "", "Correct horse battery", "correct horse battery ", "' or true --", "x" * 300]
)
def test_a_wrong_password_is_refused(world: World, tmp_path: Any, password: str) -> None:
    person = world.make_staff("cashier")
    with pytest.raises(errors.WrongCredentials) as refusal:
        staff.log_in(world.settings, person.email, password, person.code(), state_folder=tmp_path)
    assert refusal.value.key == "credentials.wrong"


@pytest.mark.parametrize(
    "email", ["nobody@test.example", "", "postgres", "bocli_vault", "' or true --", "a@b", "ё@пример.укр"]
)
def test_an_unknown_email_gets_the_same_answer_as_a_wrong_password(
    world: World, tmp_path: Any, email: str
) -> None:
    with pytest.raises(errors.WrongCredentials) as refusal:
        staff.log_in(world.settings, email, "correct horse battery", "123456", state_folder=tmp_path)
    assert refusal.value.key == "credentials.wrong"


@pytest.mark.parametrize("code", [None, "", "   "])
def test_without_a_code_the_password_opens_nothing(world: World, tmp_path: Any, code: str | None) -> None:
    person = world.make_staff("accountant")
    with pytest.raises(errors.CodeNeeded):
        enter(world, person, tmp_path, code)
    assert _open_sessions(world.admin, person) == 0


@pytest.mark.parametrize(
    "code", ["000000", "12345", "1234567", "abcdef", "' or '1'='1", "0x1234", "١٢٣٤٥٦", "\u200b123456"]
)
def test_a_wrong_code_is_refused_and_logged(world: World, tmp_path: Any, code: str) -> None:
    person = world.make_staff("accountant")
    if code == person.code():  # one in a million
        code = "999999"
    with pytest.raises(errors.WrongCredentials):
        enter(world, person, tmp_path, code)
    assert _refusals(world.admin, person) == ["code.wrong"]


@pytest.mark.parametrize(
    ("steps", "accepted"),
    [(-3, False), (-2, False), (-1, True), (0, True), (1, True), (2, False), (3, False)],
)
def test_a_clock_may_be_half_a_minute_off(world: World, tmp_path: Any, steps: int, accepted: bool) -> None:
    person = world.make_staff("cfo")
    _not_at_the_edge()
    if accepted:
        staff.log_out(enter(world, person, tmp_path, person.code(steps)).db)
        return
    with pytest.raises(errors.WrongCredentials):
        enter(world, person, tmp_path, person.code(steps))


def _not_at_the_edge() -> None:
    """Codes change each half minute: do not compute one right before that."""
    left = 30 - time.time() % 30
    if left < 2:
        time.sleep(left)


@pytest.mark.parametrize("first", [-1, 0, 1])
@pytest.mark.parametrize("second", [-1, 0, 1])
def test_a_code_serves_once_and_an_older_one_not_after_it(
    world: World, tmp_path: Any, first: int, second: int
) -> None:
    person = world.make_staff("cfo")
    _not_at_the_edge()
    staff.log_out(enter(world, person, tmp_path, person.code(first)).db)
    if second > first:
        staff.log_out(enter(world, person, tmp_path, person.code(second)).db)
        return
    with pytest.raises(errors.WrongCredentials):
        enter(world, person, tmp_path, person.code(second))


def test_a_code_typed_with_spaces_is_the_same_code(world: World, tmp_path: Any) -> None:
    person = world.make_staff("cfo")
    code = person.code()
    staff.log_out(enter(world, person, tmp_path, f" {code[:3]} {code[3:]} ").db)


# --- lock-out ---------------------------------------------------------------------------------------------


def _fail(connection: Admin, times: int) -> list[str]:
    states = []
    for _ in range(times):
        row = connection.execute("select api.session_open('000000')").fetchone()
        assert row is not None
        states.append(row[0]["refused"]["state"])
    return states


@pytest.mark.parametrize("failures", [1, 4])
def test_a_few_wrong_codes_lock_nobody_out(world: World, tmp_path: Any, failures: int) -> None:
    person = world.make_staff("cashier")
    with world.connect(person) as connection:
        assert _fail(connection, failures) == ["BO013"] * failures
    session = enter(world, person, tmp_path, person.code())
    assert session.failures == failures  # and the person is told
    staff.log_out(session.db)


def test_the_fifth_wrong_code_locks_and_the_right_one_waits_too(world: World, tmp_path: Any) -> None:
    person = world.make_staff("cashier")
    with world.connect(person) as connection:
        assert _fail(connection, 7) == ["BO013"] * 5 + ["BO010"] * 2
    with pytest.raises(errors.LockedOut) as refusal:
        enter(world, person, tmp_path, person.code())
    assert 55 <= int(refusal.value.params["seconds"]) <= 60


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 60), (6, 120), (7, 240), (8, 480), (9, 900), (10, 900), (10**9, 900)],
)
def test_the_wait_grows_and_is_capped(admin: Admin, failures: int, seconds: int) -> None:
    assert admin.execute("select auth.lock_out_seconds(%s::bigint)", (failures,)).fetchone() == (seconds,)


def _later(world: World, person: Person, seconds: int) -> None:
    """Let time pass for the lock-out."""
    world.admin.execute(
        "select setval(%s::regclass, pg_sequence_last_value(%s::regclass) - %s)",
        (f"auth.tried_at_{person.id}", f"auth.tried_at_{person.id}", seconds),
    )


def test_after_the_wait_the_right_code_opens_and_the_count_begins_anew(world: World, tmp_path: Any) -> None:
    person = world.make_staff("cashier")
    with world.connect(person) as connection:
        _fail(connection, 5)
        _later(world, person, 61)
        assert _fail(connection, 2) == ["BO013", "BO010"]  # one more try, then a longer wait
        _later(world, person, 61)
        assert _fail(connection, 1) == ["BO010"]
        _later(world, person, 61)
    staff.log_out(enter(world, person, tmp_path, person.code()).db)
    with world.connect(person) as connection:
        assert _fail(connection, 4) == ["BO013"] * 4


@pytest.mark.parametrize("how", ["begin; {}; rollback", "savepoint", "separate"])
def test_a_rollback_does_not_give_tries_back(world: World, how: str) -> None:
    person = world.make_staff("cashier")
    with world.connect(person) as connection:
        for _ in range(5):
            if how == "separate":
                connection.execute("begin")
                connection.execute("select api.session_open('000000')")
                connection.execute("rollback")
            elif how == "savepoint":
                connection.execute(
                    "begin; savepoint a; select api.session_open('000000'); rollback to savepoint a; commit"
                )
            else:
                connection.execute("begin; select api.session_open('000000'); rollback")
        assert _fail(connection, 1) == ["BO010"]


def test_a_stranger_without_the_password_locks_nobody_out(world: World, tmp_path: Any) -> None:
    person = world.make_staff("cashier")
    for _ in range(12):
        with pytest.raises(errors.WrongCredentials):
            enter(world, person, tmp_path, "000000", "not the password")
    staff.log_out(enter(world, person, tmp_path, person.code()).db)


def test_a_colleague_cannot_lock_anybody_out(world: World, tmp_path: Any) -> None:
    person, other = world.make_staff("cashier"), world.make_staff("cashier")
    with world.connect(other) as connection:
        _fail(connection, 6)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"select nextval('auth.try_{person.id}')")
    staff.log_out(enter(world, person, tmp_path, person.code()).db)


@pytest.mark.parametrize("function", ["session_open", "session_step_up", "session_unlock"])
def test_all_doors_share_one_count(world: World, function: str) -> None:
    person = world.make_staff("cfo")
    with world.raw(person) as connection:
        for _ in range(5):
            connection.execute(f"select api.{function}('000000')")
        row = connection.execute("select api.session_step_up('000000')").fetchone()
    assert row is not None
    assert row[0]["refused"]["state"] == "BO010"


# --- recovery ---------------------------------------------------------------------------------------------


def _enrolled_by_hand(world: World, tmp: Any) -> tuple[Person, list[str]]:
    person = world.make_staff("accountant", enrolled=False)
    session = enter(world, person, tmp)
    assert session.must_enrol
    begun = staff.begin_enrolment(session)
    person.totp = base64.b32decode(begun.secret)
    codes = list(staff.confirm_enrolment(session.db, person.code()))
    staff.log_out(session.db)
    return person, codes


@pytest.mark.parametrize("form", ["{}", "{} ", "upper", "bare"])
def test_a_recovery_code_opens_once(world: World, tmp_path: Any, form: str) -> None:
    person, codes = _enrolled_by_hand(world, tmp_path)
    assert len(set(codes)) == 10
    typed = {"upper": codes[0].upper(), "bare": codes[0].replace("-", "")}.get(form, form.format(codes[0]))
    session = enter(world, person, tmp_path, typed)
    assert session.recovery_left == 9
    staff.log_out(session.db)
    with pytest.raises(errors.WrongCredentials):
        enter(world, person, tmp_path, codes[0])


def test_a_recovery_code_does_not_serve_for_a_grave_act(world: World, tmp_path: Any) -> None:
    person, codes = _enrolled_by_hand(world, tmp_path)
    session = enter(world, person, tmp_path, codes[0])
    with pytest.raises(errors.WrongCredentials):
        staff.step_up(session.db, codes[1])
    staff.log_out(session.db)


def test_a_recovery_code_of_somebody_else_is_refused(world: World, tmp_path: Any) -> None:
    person, _ = _enrolled_by_hand(world, tmp_path)
    _, others = _enrolled_by_hand(world, tmp_path)
    with pytest.raises(errors.WrongCredentials):
        enter(world, person, tmp_path, others[0])


def test_new_recovery_codes_void_the_old_ones(world: World, tmp_path: Any) -> None:
    person, codes = _enrolled_by_hand(world, tmp_path)
    world.forget_code(person)
    session = enter(world, person, tmp_path, person.code())
    with pytest.raises(errors.StepUpNeeded):
        staff.new_recovery_codes(session.db)
    world.forget_code(person)
    staff.step_up(session.db, person.code())
    fresh = staff.new_recovery_codes(session.db)
    staff.log_out(session.db)
    with pytest.raises(errors.WrongCredentials):
        enter(world, person, tmp_path, codes[3])
    staff.log_out(enter(world, person, tmp_path, fresh[3]).db)


# --- times ------------------------------------------------------------------------------------------------


def _age(world: World, person: Person, column: str, interval: str) -> None:
    world.admin.execute(
        f"update auth.session set {column} = {column} + %s::interval "
        "where staff_id = %s and closed_at is null",
        (interval, person.id),
    )


@pytest.mark.parametrize(
    ("column", "interval", "key"),
    [
        ("last_seen", "-16 minutes", "session.idle"),
        ("last_seen", "-1 day", "session.idle"),
        ("last_seen", "10 minutes", "session.idle"),  # a clock that was turned back
        ("expires_at", "-12 hours", "session.expired"),
        ("expires_at", "-13 hours", "session.expired"),
        ("last_seen", "-14 minutes", None),
        ("expires_at", "-11 hours", None),
    ],
)
def test_times_end_a_session(world: World, column: str, interval: str, key: str | None) -> None:
    person = world.make_staff("accountant")
    with world.raw(person) as connection:
        _age(world, person, column, interval)
        if key is None:
            connection.execute("select api.my_sessions()")
            return
        with pytest.raises(psycopg.Error) as refusal:
            connection.execute("select api.my_sessions()")
        assert (refusal.value.sqlstate, refusal.value.diag.message_primary) == ("BO011", key)
        assert (
            connection.execute("select id from api.staff_list").fetchall() == []
            if _may_list(person)
            else True
        )


def _may_list(person: Person) -> bool:
    from core.permissions import roles_with

    return person.role in roles_with("staff:list")


def test_a_view_is_empty_after_the_idle_time(world: World) -> None:
    person = world.make_staff("administrator")
    with world.raw(person) as connection:
        assert connection.execute("select id from api.staff_list").fetchall()
        _age(world, person, "last_seen", "-16 minutes")
        assert connection.execute("select id from api.staff_list").fetchall() == []


def test_use_keeps_a_session_alive_but_not_for_ever(world: World) -> None:
    person = world.make_staff("accountant")
    with world.raw(person) as connection:
        for _ in range(3):
            _age(world, person, "last_seen", "-14 minutes")
            connection.execute("select api.session_touch()")
        _age(world, person, "expires_at", "-12 hours")
        with pytest.raises(psycopg.Error, match=r"session\.expired"):
            connection.execute("select api.session_touch()")


def test_a_locked_session_needs_password_and_code(world: World, tmp_path: Any) -> None:
    person = world.make_staff("accountant")
    session = enter(world, person, tmp_path, person.code())
    staff.lock(session.db)
    with pytest.raises(errors.SessionEnded) as refusal:
        staff.my_sessions(session.db)
    assert refusal.value.key == "session.locked"
    with pytest.raises(errors.WrongCredentials):
        staff.unlock(session, "not the password", person.code())
    with pytest.raises(errors.CodeNeeded):
        staff.unlock(session, person.password)
    with pytest.raises(errors.WrongCredentials):
        staff.unlock(session, person.password, person.code())  # that code opened the session
    world.forget_code(person)
    staff.unlock(session, person.password, person.code())
    assert staff.my_sessions(session.db)[0].current
    staff.log_out(session.db)


def test_an_idle_session_can_be_unlocked_an_expired_one_not(world: World, tmp_path: Any) -> None:
    person = world.make_staff("accountant")
    session = enter(world, person, tmp_path, person.code())
    _age(world, person, "last_seen", "-1 hour")
    world.forget_code(person)
    staff.unlock(session, person.password, person.code())
    staff.touch(session.db)
    _age(world, person, "expires_at", "-12 hours")
    world.forget_code(person)
    with pytest.raises(errors.SessionEnded) as refusal:
        staff.unlock(session, person.password, person.code())
    assert refusal.value.key == "session.expired"
    session.db.close()


def test_a_third_terminal_ends_the_oldest_session(world: World) -> None:
    person = world.make_staff("accountant")
    with world.raw(person) as first, world.raw(person) as second, world.raw(person) as third:
        with pytest.raises(psycopg.Error, match=r"session\.closed"):
            first.execute("select api.my_sessions()")
        second.execute("select api.my_sessions()")
        third.execute("select api.my_sessions()")


def test_one_ends_another_session_of_ones_own_and_nobody_elses(world: World, tmp_path: Any) -> None:
    person, other = world.make_staff("accountant"), world.make_staff("accountant")
    one = world.log_in(person)
    with world.raw(person) as second, world.raw(other) as third:
        mine = [each for each in staff.my_sessions(one) if not each.current and each.ended_at is None]
        theirs = world.admin.execute(
            "select max(id) from auth.session where staff_id = %s", (other.id,)
        ).fetchone()
        assert theirs is not None
        with pytest.raises(errors.NotFound):
            staff.end_session(one, theirs[0])
        staff.end_session(one, mine[0].id)
        with pytest.raises(psycopg.Error, match=r"session\.closed"):
            second.execute("select api.my_sessions()")
        third.execute("select api.my_sessions()")


def test_after_logging_out_the_token_is_worth_nothing(world: World) -> None:
    person = world.make_staff("accountant")
    with world.raw(person) as connection:
        token = connection.execute("select current_setting('bocli.token')").fetchone()
        assert token is not None
        connection.execute("select api.session_close()")
        with pytest.raises(psycopg.Error, match=r"session\.closed"):
            connection.execute("select api.my_sessions()")
    again = world.connect(person, options=f"-c bocli.token={token[0]}")
    with again, pytest.raises(psycopg.Error, match=r"session\.closed"):
        again.execute("select api.my_sessions()")


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "' or true --", "a" * 5000])
def test_a_made_up_token_opens_nothing(world: World, token: str) -> None:
    person = world.make_staff("cashier")
    with world.connect(person) as connection:
        connection.execute("select set_config('bocli.token', %s, false)", (token,))
        with pytest.raises(psycopg.Error, match=r"session\.none"):
            connection.execute("select api.my_sessions()")


def test_a_stolen_token_is_worth_nothing_to_somebody_else(world: World) -> None:
    person, thief = world.make_staff("cfo"), world.make_staff("cashier")
    with world.raw(person) as owner, world.connect(thief) as connection:
        token = owner.execute("select current_setting('bocli.token')").fetchone()
        assert token is not None
        connection.execute("select set_config('bocli.token', %s, false)", token)
        with pytest.raises(psycopg.Error, match=r"session\.none"):
            connection.execute("select api.my_sessions()")


# --- shut out while a session is open ----------------------------------------------------------------------

Act = Callable[[Any, Person], None]


def _boss(world: World) -> Any:
    boss = world.make_staff("administrator")
    db = world.log_in(boss)
    world.forget_code(boss)
    staff.step_up(db, boss.code())
    return db


SHUT_OUT: dict[str, Act] = {
    "switched off": lambda boss, p: staff.switch_off(boss, uuid.uuid4(), p.id, "left the company"),
    "another role": lambda boss, p: staff.set_role(boss, uuid.uuid4(), p.id, "cashier"),
    "password reset": lambda boss, p: _none(staff.reset_password(boss, uuid.uuid4(), p.id, p.email)),
    "second factor reset": lambda boss, p: staff.reset_second_factor(boss, uuid.uuid4(), p.id, "lost phone"),
}


def _none(_: object) -> None:
    return None


@pytest.mark.parametrize("what", SHUT_OUT)
@pytest.mark.parametrize("transaction", [None, "read committed", "repeatable read", "serializable"])
def test_who_is_shut_out_is_out_at_once(world: World, what: str, transaction: str | None) -> None:
    boss = _boss(world)
    person = world.make_staff("accountant")
    with world.raw(person) as connection:
        token = connection.execute("select current_setting('bocli.token')").fetchone()
        if transaction is not None:
            connection.execute(f"begin isolation level {transaction}")
            connection.execute("select 1")
        SHUT_OUT[what](boss, person)
        with pytest.raises(psycopg.Error):
            connection.execute("select api.my_sessions()")
        assert connection.closed
    assert _open_sessions(world.admin, person) == 0
    if what in ("another role", "second factor reset"):  # the password still connects, the token is dead
        assert token is not None
        again = world.connect(person, options=f"-c bocli.token={token[0]}")
        with again, pytest.raises(psycopg.Error, match=r"session\.closed"):
            again.execute("select api.my_sessions()")
    else:
        with pytest.raises(psycopg.OperationalError):
            world.connect(person)


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_an_old_snapshot_is_not_worked_with(world: World, level: str) -> None:
    person = world.make_staff("accountant")
    with world.raw(person) as connection:
        connection.execute(f"begin isolation level {level}")
        with pytest.raises(psycopg.Error) as refusal:
            connection.execute("select api.my_sessions()")
        assert refusal.value.sqlstate == "BO043"


@pytest.mark.parametrize("setting", ["standard_conforming_strings = off", "transform_null_equals = on"])
def test_settings_that_bend_a_rules_text_are_not_worked_with(world: World, setting: str) -> None:
    person = world.make_staff("accountant")
    with world.raw(person) as connection:
        connection.execute(f"set {setting}")
        with pytest.raises(psycopg.Error) as refusal:
            connection.execute("select api.my_sessions()")
        assert refusal.value.sqlstate == "BO043"


def test_switched_off_and_on_again(world: World, tmp_path: Any) -> None:
    boss = _boss(world)
    person = world.make_staff("accountant")
    staff.switch_off(boss, uuid.uuid4(), person.id, "on leave")
    with pytest.raises(errors.WrongCredentials):
        enter(world, person, tmp_path, person.code())
    staff.switch_on(boss, uuid.uuid4(), person.id)
    staff.log_out(enter(world, person, tmp_path, person.code()).db)


def test_a_password_set_past_the_program_opens_nothing(world: World) -> None:
    person = world.make_staff("accountant")
    with world.connect(person) as connection:
        connection.execute(f"alter role {person.login} password '{scram_verifier('set by hand')}'")
        row = connection.execute("select api.session_open(%s)", (person.code(),)).fetchone()
    assert row is not None
    assert row[0]["refused"]["key"] == "session.verifier_changed"
    person.secret = "set by hand"
    with world.connect(person) as connection:
        row = connection.execute("select api.session_open(%s)", (person.code(),)).fetchone()
    assert row is not None
    assert row[0]["refused"] == {"state": "BO012", "key": "session.verifier_changed", "params": {}}
    assert _refusals(world.admin, person) == ["session.verifier_changed"] * 2


# --- duties -----------------------------------------------------------------------------------------------

ALLOWED_WHILE_OWING = {"session_open", "session_touch", "session_lock", "session_unlock", "session_close"}


@pytest.mark.parametrize(
    "call",
    ["my_sessions()", "session_step_up('1')", "recovery_codes_new()", "outcome(gen_random_uuid())",
     "profile_set('en', 'dark')", "session_end(1)", "watchdog()"],
)  # fmt: skip
@pytest.mark.parametrize("duty", ["must_change_password", "must_enrol"])
def test_a_duty_comes_before_all_else(world: World, call: str, duty: str) -> None:
    person = world.make_staff("accountant", enrolled=False, first_password=duty == "must_change_password")
    with world.raw(person) as connection:
        try:
            row = connection.execute(f"select api.{call}").fetchone()
        except psycopg.Error as error:
            told = (error.sqlstate, error.diag.message_primary)
        else:
            assert row is not None
            told = (row[0]["refused"]["state"], row[0]["refused"]["key"])
        assert told == ("BO016", f"session.{duty}")


def test_first_log_in_password_then_second_factor_then_work(world: World, tmp_path: Any) -> None:
    boss = _boss(world)
    made = staff.create_staff(
        boss, staff.NewStaff(uuid.uuid4(), "New.Colleague@test.example", "New Colleague", "support_agent")
    )
    session = staff.log_in(world.settings, "new.colleague@test.example", made.password, state_folder=tmp_path)
    assert (session.must_change_password, session.must_enrol) == (True, True)
    with pytest.raises(errors.DutyFirst):
        staff.begin_enrolment(session)
    with pytest.raises(errors.WrongCredentials):
        staff.change_password(session, "not it", "tram garden seven lamps")
    staff.change_password(session, made.password, "tram garden seven lamps")
    with pytest.raises(errors.DutyFirst):
        staff.my_sessions(session.db)
    begun = staff.begin_enrolment(session)
    with pytest.raises(errors.WrongCredentials):
        staff.confirm_enrolment(session.db, "000000")
    secret = base64.b32decode(begun.secret)
    assert len(staff.confirm_enrolment(session.db, totp_code(secret, time.time()))) == 10
    assert len(staff.my_sessions(session.db)) == 1
    staff.log_out(session.db)
    with pytest.raises(errors.WrongCredentials):
        staff.log_in(world.settings, "new.colleague@test.example", made.password, state_folder=tmp_path)


def test_a_first_password_that_nobody_used_ends(world: World, tmp_path: Any) -> None:
    person = world.make_staff("accountant", enrolled=False, first_password=True)
    world.admin.execute(
        "update auth.secret set one_time_until = clock_timestamp() - interval '1 s' where staff_id = %s",
        (person.id,),
    )
    with pytest.raises(errors.NotAllowed) as refusal:
        enter(world, person, tmp_path)
    assert refusal.value.key == "session.one_time_expired"


def test_changing_the_password_needs_the_second_factor_and_ends_other_sessions(
    world: World, tmp_path: Any
) -> None:
    person = world.make_staff("accountant")
    session = enter(world, person, tmp_path, person.code())
    with world.raw(person) as other:
        with pytest.raises(errors.StepUpNeeded):
            staff.change_password(session, person.password, "tram garden seven lamps")
        world.forget_code(person)
        staff.step_up(session.db, person.code())
        staff.change_password(session, person.password, "tram garden seven lamps")
        with pytest.raises(psycopg.Error, match=r"session\.closed"):
            other.execute("select api.my_sessions()")
    staff.my_sessions(session.db)
    staff.log_out(session.db)
    world.forget_code(person)
    with pytest.raises(errors.WrongCredentials):
        enter(world, person, tmp_path, person.code())
    staff.log_out(enter(world, person, tmp_path, person.code(), "tram garden seven lamps").db)


@pytest.mark.parametrize(
    ("new", "key"),
    [
        ("short", "password.too_short"),
        ("x" * 257, "password.too_long"),
        ("correct horse battery", "password.same"),
        ("aaaaaaaaaaaaaaaa", "password.too_common"),
        ("password12345678", "password.too_common"),
        ("Qwertyuiop2024!!", "password.too_common"),
        ("123456789012345", "password.too_common"),
        ("abcdefghijklmno", "password.too_common"),
        ("test person 1", "password.context"),
        ("bocli-2026-x", "password.context"),
    ],
)
def test_a_poor_new_password_is_refused(world: World, tmp_path: Any, new: str, key: str) -> None:
    person = world.make_staff("accountant")
    session = enter(world, person, tmp_path, person.code())
    with pytest.raises(errors.Invalid) as refusal:
        staff.change_password(session, person.password, new)
    assert refusal.value.key == key
    staff.log_out(session.db)


@pytest.mark.parametrize(
    "verifier",
    ["", "plain text", "md5" + "0" * 32,
     "SCRAM-SHA-256$1:" + "A" * 22 + "==$" + "A" * 43 + "=:" + "A" * 43 + "=",
     "SCRAM-SHA-256$4096:x$y:z", scram_verifier("x") + "' superuser --", " " + scram_verifier("x")],
)  # fmt: skip
def test_only_a_verifier_becomes_a_password(world: World, verifier: str) -> None:
    person = world.make_staff("accountant", enrolled=False, first_password=True)
    with world.raw(person) as connection:
        row = connection.execute("select api.password_change(%s, %s)", (verifier, str(CHEAP))).fetchone()
    assert row is not None
    assert row[0]["refused"]["key"] == "password.verifier_invalid"


def test_older_parameters_are_renewed_at_log_in(world: World, tmp_path: Any) -> None:
    person = world.make_staff("accountant")
    newer = Kdf(version=2, memory_kib=16, time_cost=1)
    settings = Settings(**{**world.settings.__dict__, "kdf": (newer, CHEAP)})
    session = staff.log_in(settings, person.email, person.password, person.code(), state_folder=tmp_path)
    staff.log_out(session.db)
    kept = world.admin.execute("select kdf from auth.secret where staff_id = %s", (person.id,)).fetchone()
    assert kept == (str(newer),)
    world.forget_code(person)
    with pytest.raises(errors.WrongCredentials):
        enter(world, person, tmp_path, person.code())
    only_new = Settings(**{**world.settings.__dict__, "kdf": (newer,)})
    staff.log_out(
        staff.log_in(only_new, person.email, person.password, person.code(), state_folder=tmp_path).db
    )


@pytest.mark.parametrize(
    ("age", "fresh"), [("-4 minutes", True), ("-6 minutes", False), ("5 minutes", False)]
)
def test_a_step_up_is_fresh_for_five_minutes(world: World, age: str, fresh: bool) -> None:
    person = world.make_staff("accountant")
    db = world.log_in(person)
    world.forget_code(person)
    staff.step_up(db, person.code())
    _age(world, person, "stepped_up_at", age)
    if fresh:
        assert len(staff.new_recovery_codes(db)) == 10
        return
    with pytest.raises(errors.StepUpNeeded):
        staff.new_recovery_codes(db)


def test_the_log_tells_the_whole_story(world: World, tmp_path: Any) -> None:
    person = world.make_staff("accountant")
    with pytest.raises(errors.WrongCredentials):
        enter(world, person, tmp_path, "000000")
    session = enter(world, person, tmp_path, person.code())
    staff.lock(session.db)
    world.forget_code(person)
    staff.unlock(session, person.password, person.code())
    staff.log_out(session.db)
    told = world.admin.execute(
        "select what, refused from vault.log where stream = %s order by seq", (f"person:{person.id}",)
    ).fetchall()
    assert told == [
        ("session.open", True),
        ("session.open", False),
        ("session.lock", False),
        ("session.unlock", False),
        ("session.close", False),
    ]


def _open_sessions(admin: Admin, person: Person) -> int:
    row = admin.execute(
        "select count(*) from auth.session where staff_id = %s and closed_at is null", (person.id,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def _refusals(admin: Admin, person: Person) -> list[str]:
    rows = admin.execute(
        "select entity_id from vault.log where stream = %s and refused order by seq", (f"person:{person.id}",)
    ).fetchall()
    return [row[0] for row in rows]
