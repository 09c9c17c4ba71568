"""Roles lent until a date, conflicts of duty, own idle minutes, and sessions that somebody else ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import staff
from core.db import Database
from core.errors import BocliError, Changed, Invalid, NotAllowed, SessionEnded, StepUpNeeded, WrongState
from core.staff import NewDelegation, NewStaff
from tests.world import Person, World

REASON = "stands in until Friday"


@pytest.fixture
def boss(world: World) -> Database:
    """An administrator who has just given a fresh code."""
    person = world.make_staff("administrator")
    db = world.as_staff(person)
    stepped_up(world, person)
    return db


def stepped_up(world: World, person: Person) -> None:
    world.admin.execute(
        "update auth.session set stepped_up_at = clock_timestamp() where staff_id = %s", (person.id,)
    )


def soon(hours: float = 24) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def lend(db: Database, person: Person, role: str, **more: Any) -> int:
    facts: dict[str, Any] = {"ends_at": soon(), "reason": REASON} | more
    return staff.delegate(db, NewDelegation(uuid4(), person.id, role, **facts))


def may_list_differences(connection: psycopg.Connection[Any]) -> bool:
    """Whether the accountant's permission counts here: by the right on the view, and by what it asks."""
    try:
        connection.execute("select * from api.differences")
    except psycopg.errors.InsufficientPrivilege:
        return False
    row = connection.execute("select api.home() -> 'waiting' ->> 'differences' is not null").fetchone()
    return row == (True,)


def test_a_lent_role_counts_until_its_end(world: World, boss: Database) -> None:
    person = world.make_staff("financial_specialist")
    with world.raw(person) as connection:
        assert not may_list_differences(connection)
        number = lend(boss, person, "accountant")
    with world.raw(person) as connection:
        assert may_list_differences(connection)
        assert "difference:list" in staff_permissions(world, person)
        staff.end_delegation(boss, uuid4(), number)
        assert not may_list_differences(connection)
    assert "difference:list" not in staff_permissions(world, person)
    with pytest.raises(WrongState):
        staff.end_delegation(boss, uuid4(), number)


def staff_permissions(world: World, person: Person) -> frozenset[str]:
    world.forget_code(person)
    session = staff.log_in(world.settings, person.email, person.password, person.code())
    staff.log_out(session.db)
    return session.permissions


def test_it_ends_by_the_clock_alone(world: World, boss: Database) -> None:
    person = world.make_staff("financial_specialist")
    number = lend(boss, person, "accountant")
    with world.raw(person) as connection:
        assert may_list_differences(connection)
        past = (
            "update book.delegation set starts_at = now() - interval '2 h', ends_at = now() - interval '1 s'"
        )
        world.admin.execute(f"{past} where id = %s".encode(), (number,))
        assert not may_list_differences(connection)
        asked = connection.execute("select api.desk_day_close(gen_random_uuid(), 1, 1, 'x')").fetchone()
        assert asked is not None
        assert asked[0]["refused"]["state"] == "BO012"


def test_another_role_or_switching_off_ends_it(world: World, boss: Database) -> None:
    for act in (
        lambda who: staff.set_role(boss, uuid4(), who.id, "support_agent"),
        lambda who: staff.switch_off(boss, uuid4(), who.id, REASON),
    ):
        person = world.make_staff("financial_specialist")
        number = lend(boss, person, "accountant")
        act(person)
        row = world.admin.execute("select ended_at is not null from book.delegation where id = %s", (number,))
        assert row.fetchone() == (True,)
        groups = world.admin.execute(
            "select count(*) from pg_auth_members a join pg_roles r on r.oid = a.roleid "
            "where a.member = %s::regrole and r.rolname = 'bocli_role_accountant'",
            (person.login,),
        )
        assert groups.fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"ends_at": soon(-1)}, "delegation.ends_at"),
        ({"ends_at": soon(24 * 93)}, "delegation.ends_at"),
        ({"reason": "x"}, "reason.missing"),
    ],
)
def test_a_bad_loan_is_refused(world: World, boss: Database, change: dict[str, Any], key: str) -> None:
    with pytest.raises(Invalid) as error:
        lend(boss, world.make_staff("financial_specialist"), "accountant", **change)
    assert error.value.key == key


def test_five_at_a_time_and_none_twice(world: World, boss: Database) -> None:
    person = world.make_staff("support_agent")
    roles = ("accountant", "anti_fraud", "compliance", "support_manager", "financial_specialist")
    for role in roles:
        found = staff.conflicts(boss, role, staff_id=person.id, lent=True)
        lend(boss, person, role, accepted=tuple(each.code for each in found))
    with pytest.raises(WrongState) as error:
        lend(boss, person, "accountant")
    assert error.value.key == "delegation.has_role"
    with pytest.raises(WrongState) as error:
        lend(boss, person, "cashier")
    assert error.value.key == "delegation.too_many"


def test_a_grave_act_wants_a_fresh_code(world: World) -> None:
    db = world.as_staff(world.make_staff("administrator"))
    with pytest.raises(StepUpNeeded):
        lend(db, world.make_staff("financial_specialist"), "accountant")


def test_a_conflict_must_have_been_shown(world: World, boss: Database) -> None:
    cashier = world.make_staff("cashier")
    with pytest.raises(Changed) as error:
        lend(boss, cashier, "accountant")
    assert error.value.key == "staff.conflicts"
    found = staff.conflicts(boss, "accountant", staff_id=cashier.id, lent=True)
    assert [(each.kind, each.role) for each in found] == [("maker_checker", "cashier")]
    lend(boss, cashier, "accountant", accepted=tuple(each.code for each in found))
    logged = world.admin.execute(
        "select after -> 'accepted' from vault.log where what = 'delegation.create' and entity_id = %s",
        (str(cashier.id),),
    ).fetchone()
    assert logged == ([found[0].code],)


@pytest.mark.parametrize(
    ("name", "email", "phone"),
    [
        ("Ann  EXAMPLE", "", None),
        ("Ａｎｎ Example", "", None),
        ("Somebody Else", "a.nn+cash@test.example", None),
        ("Somebody Else", "", "+4930999888"),
    ],
)
def test_who_may_be_the_same_person_is_shown(
    world: World, boss: Database, name: str, email: str, phone: str | None
) -> None:
    if not world.admin.execute("select 1 from book.staff where email = 'ann@test.example'").fetchone():
        made = NewStaff(uuid4(), "ann@test.example", "Ann Example", "accountant", phone="+4930999888")
        staff.create_staff(boss, made)
    email = email or f"{uuid4().hex}@test.example"
    found = staff.conflicts(boss, "cashier", email=email, name=name, phone=phone)
    assert {(each.kind, each.role) for each in found} == {
        ("looks_alike", "accountant"), ("maker_checker", "accountant")}  # fmt: skip
    with pytest.raises(Changed):
        staff.create_staff(boss, NewStaff(uuid4(), email, name, "cashier", phone=phone))


def test_own_idle_minutes_are_never_above_the_roles(world: World) -> None:
    person = world.make_staff("cashier")
    db = world.as_staff(person)
    with pytest.raises(Invalid):
        staff.save_profile(db, "en", "dark", idle_minutes=11)
    assert staff.save_profile(db, "en", "dark", idle_minutes=3) == 3
    world.admin.execute(
        "update auth.session set last_seen = clock_timestamp() - interval '4 minutes' where staff_id = %s",
        (person.id,),
    )
    with pytest.raises(SessionEnded):
        db.call("home")
    db = world.log_in(person)
    assert staff.save_profile(db, "en", "dark", idle_minutes=0) == 10


@pytest.mark.parametrize("idle", [-1, 241, 10_000])
def test_nonsense_idle_minutes_are_refused(world: World, idle: int) -> None:
    with pytest.raises(BocliError):
        staff.save_profile(world.as_staff(world.make_staff("cashier")), "en", "dark", idle_minutes=idle)


@pytest.mark.parametrize(
    "act",
    [
        lambda boss, who, number: staff.end_staff_session(boss, uuid4(), who.id, number),
        lambda boss, who, _: staff.set_role(boss, uuid4(), who.id, "support_agent"),
        lambda boss, who, _: staff.switch_off(boss, uuid4(), who.id, REASON),
    ],
    ids=["session ended", "another role", "switched off"],
)
def test_an_open_connection_dies_at_once(
    world: World, boss: Database, act: Callable[[Database, Person, int], None]
) -> None:
    person = world.make_staff("financial_specialist")
    connection = world.raw(person)
    row = world.admin.execute("select max(id) from auth.session where staff_id = %s", (person.id,)).fetchone()
    assert row is not None
    act(boss, person, row[0])
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")
    assert connection.closed


def test_nobody_does_it_to_the_own_account(world: World) -> None:
    person = world.make_staff("administrator")
    db = world.as_staff(person)
    stepped_up(world, person)
    for act in (
        lambda: lend(db, person, "cfo"),
        lambda: staff.set_role(db, uuid4(), person.id, "cfo"),
        lambda: staff.switch_off(db, uuid4(), person.id, REASON),
        lambda: staff.end_staff_session(db, uuid4(), person.id, 1),
    ):
        with pytest.raises(NotAllowed) as error:
            act()
        assert error.value.key == "staff.own_account"
