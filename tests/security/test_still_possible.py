"""What docs/security.md says staff can still do with raw SQL is so, and stays within its bounds."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import psycopg
import pytest

from core import errors, staff
from tests.world import Person, World


def test_a_refusal_that_is_rolled_back_leaves_no_line_but_counts_as_a_try(world: World) -> None:
    person = world.make_staff("cashier")
    with world.connect(person) as connection:
        connection.execute("begin; select api.session_open('000000'); rollback")
    assert _lines(world, person) == 0
    counted = world.admin.execute("select pg_sequence_last_value(%s::regclass)", (f"auth.try_{person.id}",))
    assert counted.fetchone() == (1,)


def _lines(world: World, person: Person) -> int:
    row = world.admin.execute(
        "select count(*) from vault.log where stream = %s", (f"person:{person.id}",)
    ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    "statement",
    [
        "set statement_timeout = 0",
        "set work_mem = '1GB'",
        "listen anything",
        "notify anything, 'a hint'",
        "select proname, proargnames from pg_proc limit 1",
        "select rolname from pg_roles limit 1",
        "begin; lock table api.staff_list in access share mode; rollback",
        "set role bocli_role_administrator; select api.my_sessions(); reset role",
        "select set_config('bocli.token', 'nonsense', true)",
    ],
)
def test_possible_and_harmless(world: World, statement: str) -> None:
    person = world.make_staff("administrator")
    with world.raw(person) as connection:
        connection.execute(statement.encode())


def test_the_function_that_notifies_is_shut_where_the_command_cannot_be(world: World) -> None:
    person = world.make_staff("cashier")
    with world.raw(person) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select pg_notify('a', 'b')")


def test_a_sort_that_fills_the_disk_is_stopped(world: World) -> None:
    person = world.make_staff("cashier")
    with world.raw(person) as connection:
        connection.execute("set work_mem = '64kB'")
        assert connection.execute("show temp_file_limit").fetchone() == ("256MB",)
        with pytest.raises(psycopg.Error) as refusal:
            connection.execute(
                "select max(a) from (select repeat('x', 900) a, g from generate_series(1, 400000) g "
                "order by g desc offset 1) q"
            )
        assert refusal.value.sqlstate == "53400"


def test_two_administrators_who_switch_each_other_off_at_once(world: World) -> None:
    """One of them stays, every time: somebody must be able to look after the rest."""
    for _ in range(8):
        world.admin.execute("update book.staff set active = false where role = 'administrator'")
        pair = [world.make_staff("administrator"), world.make_staff("administrator")]
        open_ = [world.log_in(one) for one in pair]
        for one, db in zip(pair, open_, strict=True):
            world.forget_code(one)
            staff.step_up(db, one.code())
        together = threading.Barrier(2)

        def act(mine: Any, other: Person, gate: threading.Barrier) -> None:
            gate.wait()
            try:
                staff.switch_off(mine, uuid.uuid4(), other.id, "a quarrel")
            except errors.BocliError:
                return

        threads = [threading.Thread(target=act, args=(open_[i], pair[1 - i], together)) for i in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        row = world.admin.execute(
            "select count(*) from book.staff where role = 'administrator' and active"
        ).fetchone()
        assert row == (1,)
        for db in open_:
            db.close()


def test_a_guess_at_once_from_many_connections_is_counted_each(world: World) -> None:
    person = world.make_staff("cashier")
    together = threading.Barrier(4)
    states: list[str] = []

    def guess() -> None:
        with world.connect(person) as connection:
            together.wait()
            for _ in range(5):
                row = connection.execute("select api.session_open('000000')").fetchone()
                assert row is not None
                states.append(row[0]["refused"]["state"])

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(states) == ["BO010"] * 15 + ["BO013"] * 5


def test_one_code_used_on_many_connections_at_once_opens_one_session(world: World) -> None:
    for _ in range(5):
        person = world.make_staff("cashier")
        code, together = person.code(), threading.Barrier(4)
        opened: list[bool] = []

        def enter(who: Person, typed: str, gate: threading.Barrier, told: list[bool]) -> None:
            with world.connect(who) as connection:
                gate.wait()
                row = connection.execute("select api.session_open(%s)", (typed,)).fetchone()
                assert row is not None
                told.append("token" in row[0])

        threads = [threading.Thread(target=enter, args=(person, code, together, opened)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(opened) == [False, False, False, True]
