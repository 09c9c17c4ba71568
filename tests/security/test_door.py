"""The door to the database: what is done, what is not, what is not known, and what is kept about it."""

from __future__ import annotations

import json
import stat
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core import errors, staff
from core.db import Database, Settings, Spool
from core.db.call import definite, translate
from tests.server import Server
from tests.wire import Wire
from tests.world import Person, World


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    """A proxy that cuts on demand."""
    made = Wire(server)
    yield made
    made.close()


@pytest.fixture
def boss(wire: Wire, world: World, tmp_path: Path) -> Iterator[Database]:
    """An administrator through the wire, with a step-up and a spool."""
    person = world.make_staff("administrator")
    settings = Settings(**{**world.settings.__dict__, "hosts": ("127.0.0.1",), "port": wire.port})
    session = staff.log_in(settings, person.email, person.password, person.code(), state_folder=tmp_path)
    world.forget_code(person)
    staff.step_up(session.db, person.code())
    yield session.db
    session.db.close()


def switch_off(db: Database, key: uuid.UUID, person: Person, **more: Any) -> dict[str, Any]:
    """A writing use case that can be seen to have been done."""
    return db.call("prov.staff_disable", key=key, staff_id=person.id, reason="for the test", **more)


def once(what: str, marker: bytes) -> Any:
    """Do it to the first request with the marker, and pass on all others."""
    done = threading.Event()

    def decide(piece: bytes) -> str:
        if marker in piece and not done.is_set():
            done.set()
            return what
        return "pass"

    return decide


def active(world: World, person: Person) -> bool:
    row = world.admin.execute("select active from book.staff where id = %s", (person.id,)).fetchone()
    assert row is not None
    return bool(row[0])


def test_cut_before_it_arrived_it_is_void_and_stays_so(wire: Wire, world: World, boss: Database) -> None:
    person, key = world.make_staff("cashier"), uuid.uuid4()
    wire.on_request = once("cut", b"staff_disable")
    with pytest.raises(errors.OutcomeUnknown) as unknown:
        switch_off(boss, key, person)
    assert unknown.value.request_key == key
    assert boss.spool is not None
    assert [one.key for one in boss.spool.pending()] == [key]
    assert boss.call("outcome", key=key) == {"void": True}
    assert boss.spool.pending() == []
    with pytest.raises(errors.KeyReused):  # a late arrival is refused
        switch_off(boss, key, person)
    assert active(world, person)


def test_cut_after_it_was_done_its_result_is_found(wire: Wire, world: World, boss: Database) -> None:
    person, key = world.make_staff("cashier"), uuid.uuid4()
    wire.on_request = once("answerless", b"staff_disable")
    with pytest.raises(errors.OutcomeUnknown):
        switch_off(boss, key, person)
    assert boss.spool is not None
    settled = boss.spool.resolve(lambda one: boss.call("outcome", key=one))
    assert [(one.pending.key, one.result) for one in settled] == [
        (key, {"staff_id": person.id, "active": False})
    ]
    assert boss.spool.pending() == []
    assert not active(world, person)
    assert switch_off(boss, key, person) == {"staff_id": person.id, "active": False}  # the same answer again


def test_a_deadline_shuts_the_socket(wire: Wire, world: World, boss: Database) -> None:
    person, key = world.make_staff("cashier"), uuid.uuid4()
    wire.on_request = once("stall", b"staff_disable")
    began = time.monotonic()
    with pytest.raises(errors.OutcomeUnknown):
        switch_off(boss, key, person, deadline_s=0.3)
    assert time.monotonic() - began < 3
    assert "result" in boss.call("outcome", key=key)


def test_a_read_that_is_cut_can_simply_be_asked_again(wire: Wire, boss: Database) -> None:
    wire.on_request = once("cut", b"staff_list")
    with pytest.raises(errors.Unavailable) as gone:
        boss.rows(staff.staff_select())
    assert not isinstance(gone.value, errors.OutcomeUnknown)
    assert boss.rows(staff.staff_select())


def test_the_key_of_an_open_request_outlives_a_second_try_that_never_got_out(
    wire: Wire, world: World, boss: Database
) -> None:
    person, key = world.make_staff("cashier"), uuid.uuid4()
    wire.on_request = once("answerless", b"staff_disable")
    with pytest.raises(errors.OutcomeUnknown):
        switch_off(boss, key, person)
    wire.on_request = lambda _: "cut"
    with pytest.raises(errors.Unavailable):
        switch_off(boss, key, person)
    assert boss.spool is not None
    assert [one.key for one in boss.spool.pending()] == [key]


def test_nobody_there(world: World) -> None:
    settings = Settings(**{**world.settings.__dict__, "hosts": ("/tmp/no-such-place",)})
    with pytest.raises(errors.Unavailable) as refusal:
        Database(settings, "bo_0", "x").call("home")
    assert refusal.value.key == "db.unreachable"


def test_a_connection_that_the_server_closed_is_replaced_unseen(world: World) -> None:
    person = world.make_staff("accountant")
    db = world.log_in(person)
    for _ in range(3):
        world.admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", (person.login,)
        )
        _until(lambda: not _backends(world, person))
        assert staff.my_sessions(db)[0].current  # and it presents the session's token by itself


def _backends(world: World, person: Person) -> list[Any]:
    return world.admin.execute(
        "select pid from pg_stat_activity where usename = %s", (person.login,)
    ).fetchall()


def _until(true: Any, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.02)


def test_no_more_connections(world: World) -> None:
    person = world.make_staff("cashier")
    held = [world.connect(person) for _ in range(4)]
    with pytest.raises(errors.Busy) as refusal:
        Database(world.settings, person.login, person.secret).call("home")
    assert refusal.value.key == "db.full"
    for connection in held:
        connection.close()


def test_who_sits_on_a_lock_is_ended_and_the_work_is_done(world: World) -> None:
    person = world.make_staff("accountant")
    db = world.log_in(person)
    with world.raw(person) as sitting:
        sitting.execute("begin")
        sitting.execute("select api.profile_set('en', 'light')")
        began = time.monotonic()
        staff.save_profile(db, "de", "dark")
        assert time.monotonic() - began < 8
        with pytest.raises(psycopg.OperationalError):
            sitting.execute("select 1")
    row = world.admin.execute("select language from book.staff where id = %s", (person.id,)).fetchone()
    assert row == ("de",)


def test_a_lock_of_who_works_makes_busy_and_nothing_is_done(world: World) -> None:
    person = world.make_staff("accountant")
    db = world.log_in(person)
    with world.server.admin(world.database) as working, working.transaction():
        working.execute("select from book.staff where id = %s for update", (person.id,))
        with pytest.raises(errors.Busy) as refusal:
            staff.save_profile(db, "pl", "dark")
    assert refusal.value.key == "db.busy"


def test_a_connection_that_is_in_use_when_its_person_leaves_is_closed_after_it(world: World) -> None:
    db = world.log_in(world.make_staff("cashier"))
    borrowed = db.engine.raw_connection()
    connection: Any = borrowed.driver_connection
    db.close()
    assert not connection.closed, "a call that is under way is not cut off"
    borrowed.close()
    assert connection.closed


def test_a_commit_that_only_this_server_has_is_not_known(world: World) -> None:
    boss, person = world.make_staff("administrator"), world.make_staff("cashier")
    db = world.log_in(boss)
    world.forget_code(boss)
    staff.step_up(db, boss.code())
    world.admin.execute(f"alter role {boss.login} set synchronous_commit = on".encode())
    db.engine.dispose()
    world.admin.execute("alter system set synchronous_standby_names = 'nobody'")
    world.admin.execute("select pg_reload_conf()")
    told: list[BaseException] = []

    def work() -> None:
        try:
            switch_off(db, uuid.uuid4(), person)
        except errors.BocliError as error:
            told.append(error)

    try:
        thread = threading.Thread(target=work)
        thread.start()
        waiting = (
            "select pg_cancel_backend(pid) from pg_stat_activity "
            "where wait_event = 'SyncRep' and usename = %s"
        )
        # opening a connection writes nothing; the one commit that waits is the one we asked for
        _until(lambda: world.admin.execute(waiting, (boss.login,)).fetchall(), 10)
        thread.join(10)
    finally:
        world.admin.execute("alter system reset synchronous_standby_names")
        world.admin.execute("select pg_reload_conf()")
        world.admin.execute(f"alter role {boss.login} reset synchronous_commit".encode())
    assert [type(error) for error in told] == [errors.OutcomeUnknown]
    assert not active(world, person)


@pytest.mark.parametrize(
    "function", ["x; drop table y", "auth.totp", "pg_catalog.pg_sleep", "", "api.", "A", "a b"]
)
def test_only_names_of_functions_are_called(world: World, function: str) -> None:
    db = Database(world.settings, "bo_0", "x")
    with pytest.raises(ValueError, match="not a function's name"):
        db.call(function)


@pytest.mark.parametrize("parameter", ["a b", "x)--", "A", "p-q"])
def test_only_names_of_parameters_are_named(world: World, parameter: str) -> None:
    db = Database(world.settings, "bo_0", "x")
    with pytest.raises(ValueError, match="not a parameter's name"):
        db.call("home", **{parameter: 1})


RAISE = "do $$ begin raise exception '{0}' using errcode = '{1}'{2}; end $$"


@pytest.mark.parametrize(
    ("statement", "kind", "key"),
    [
        ("select 1/0", errors.Invalid, "input.refused"),
        ("select 'x'::integer", errors.Invalid, "input.refused"),
        ("select nothing()", errors.BocliError, "db.fault"),
        (RAISE.format("day.stale", "BO021", ""), errors.WrongState, "day.stale"),
        (RAISE.format("x", "BO010", ", detail = '{\"seconds\": 5}'"),
         errors.LockedOut, "x"),
        (RAISE.format("x", "40001", ""), errors.Busy, "db.busy"),
        (RAISE.format("x", "55P03", ""), errors.Busy, "db.busy"),
        (RAISE.format("x", "57014", ""), errors.Unavailable, "db.too_slow"),
        (RAISE.format("x", "25006", ""), errors.Unavailable, "db.not_now"),
        (RAISE.format("x", "42501", ""), errors.NotAllowed, "permission.denied"),
        (RAISE.format("x", "23505", ", constraint = 'staff_email_once'"),
         errors.Invalid, "staff.email_taken"),
        (RAISE.format("x", "23514", ""), errors.Invalid, "input.refused"),
    ],
)  # fmt: skip
def test_what_the_servers_words_mean(
    admin: psycopg.Connection[Any], statement: str, kind: type[errors.BocliError], key: str
) -> None:
    with pytest.raises(psycopg.Error) as raised:
        admin.execute(statement.encode())
    assert definite(raised.value, admin)
    meant = translate(raised.value)
    assert (type(meant), meant.key) == (kind, key)


def test_a_deferred_constraint_that_fails_at_commit_is_a_refusal_not_a_doubt(
    world: World, admin: psycopg.Connection[Any]
) -> None:
    admin.execute(
        "create table public.later (a int, constraint once unique (a) deferrable initially deferred)"
    )
    admin.execute("insert into public.later values (1)")
    with pytest.raises(psycopg.errors.UniqueViolation) as raised:
        admin.execute("insert into public.later values (1)")
    assert definite(raised.value, admin)
    admin.execute("drop table public.later")


# --- the spool --------------------------------------------------------------------------------------------


def test_the_spool_is_the_owners_alone_and_holds_no_secret(tmp_path: Path) -> None:
    spool = Spool.of("bo_0123", tmp_path)
    key = uuid.uuid4()
    assert spool.keep(key, "cash_top_up")
    assert not spool.keep(key, "cash_top_up")
    (file,) = spool.folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700
    text = json.loads(file.read_text())
    assert set(text) == {"key", "what", "when"}
    assert (text["key"], text["what"]) == (str(key), "cash_top_up")


def test_the_spool_survives_rubbish_and_halves(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    key = uuid.uuid4()
    spool.keep(key, "cash_withdraw")
    (spool.folder / f"{uuid.uuid4()}.json").write_text('{"key": "')
    (spool.folder / f"{uuid.uuid4()}.json").write_text("[]")
    (spool.folder / f"{uuid.uuid4()}.new").write_text("{}")
    assert [one.key for one in spool.pending()] == [key]


def test_a_symlink_in_the_spool_is_not_followed(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    key = uuid.uuid4()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (spool.folder / f"{key}.new").symlink_to(victim)
    with pytest.raises(errors.BocliError, match=r"spool\.unwritable"):
        spool.keep(key, "x")
    assert victim.read_text() == "precious"


def test_what_cannot_be_written_down_is_not_sent(wire: Wire, world: World, boss: Database) -> None:
    person = world.make_staff("cashier")
    assert boss.spool is not None
    boss.spool.folder.rename(boss.spool.folder.with_name("away"))
    before = wire.turns
    with pytest.raises(errors.BocliError, match=r"spool\.unwritable"):
        switch_off(boss, uuid.uuid4(), person)
    assert wire.turns == before
    assert active(world, person)
    boss.spool.folder.with_name("away").rename(boss.spool.folder)


def test_a_place_where_nothing_can_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.BocliError, match=r"spool\.unwritable"):
        Spool.of("bo_0", tmp_path / "file")


def test_what_cannot_be_settled_now_stays(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    keys = [uuid.uuid4() for _ in range(3)]
    for key in keys:
        spool.keep(key, "x")

    def ask(key: uuid.UUID) -> dict[str, Any]:
        if key == keys[1]:
            raise errors.Unavailable("db.gone")
        return {"result": {"a": 1}}

    with pytest.raises(errors.Unavailable):
        spool.resolve(ask)
    assert keys[1] in [one.key for one in spool.pending()]
    assert keys[0] not in [one.key for one in spool.pending()]
