"""Every role with every function and view, by raw SQL and through the program; and that all tables agree.

The list comes from the database's catalogue: a new function is tested here without being named.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from core import errors
from core.db import Database
from core.db.install import Source, read_sources
from core.db.roles import OWNERS, group_role
from core.permissions import EVERYONE, MANAGES, NOBODY, PERMISSIONS, ROLES, permissions_of, roles_with
from tests.world import Person, World

SOURCES = {f"{source.schema}.{source.name}": source for source in read_sources()}
DOORS = {name: source for name, source in SOURCES.items() if source.schema in ("api", "prov")}
FUNCTIONS = [name for name, source in DOORS.items() if source.kind == "function"]
VIEWS = [name for name, source in DOORS.items() if source.kind == "view"]

#: These end or lock the session that calls them.
ENDING = {"api.session_close", "api.session_lock", "api.session_open"}


def may_call(role: str, source: Source) -> bool:
    """What core/permissions.py says."""
    assert source.permission is not None
    return role in roles_with(source.permission)


@pytest.fixture(scope="module")
def parameters(admin: psycopg.Connection[Any]) -> dict[str, list[tuple[str, str]]]:
    """Function → (name, type) of its parameters."""
    rows = admin.execute(
        "select n.nspname || '.' || p.proname, "
        "coalesce((select array_agg(format_type(t.oid, null) order by t.i) "
        "from unnest(p.proargtypes) with ordinality t (oid, i)), '{}'), coalesce(p.proargnames, '{}') "
        "from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where n.nspname in ('api', 'prov')"
    ).fetchall()
    return {name: list(zip(names, types, strict=False)) for name, types, names in rows}


def refused_state(connection: psycopg.Connection[Any], statement: str) -> str | None:
    """By which state a statement is refused, raised or answered; what it did is undone."""
    try:
        with connection.transaction(force_rollback=True):
            row = connection.execute(statement.encode()).fetchone()
    except psycopg.Error as error:
        return error.sqlstate
    if row is not None and row and isinstance(row[0], dict) and "refused" in row[0]:
        return str(row[0]["refused"]["state"])
    return None


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_by_raw_sql(
    attackers: dict[str, psycopg.Connection[Any]],
    parameters: dict[str, list[tuple[str, str]]],
    function: str,
    role: str,
) -> None:
    nulls = ", ".join(f"{name} => null::{kind}" for name, kind in parameters[function])
    state = refused_state(attackers[role], f"select {function}({nulls})")
    if may_call(role, DOORS[function]):
        assert state not in ("42501", "BO012", "42883", "42P01", "42703")
    else:
        assert state == "42501"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_through_the_program(
    world: World,
    users: dict[str, Person],
    parameters: dict[str, list[tuple[str, str]]],
    function: str,
    role: str,
) -> None:
    db: Database = world.log_in(users[role]) if function in ENDING else world.as_staff(users[role])
    denied, fault = False, ""
    try:
        db.call(function, **{name: None for name, _ in parameters[function]})
    except errors.NotAllowed:
        denied = True
    except errors.BocliError as error:
        fault = error.key
    if function in ENDING:
        db.close()
    assert fault != "db.fault"
    assert denied is not may_call(role, DOORS[function])


@pytest.fixture(scope="module")
def users(world: World) -> dict[str, Person]:
    """One of every role who uses the program; a login has four connections at most."""
    return {role: world.make_staff(role) for role in ROLES}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_works_without_a_session(
    without_session: dict[str, psycopg.Connection[Any]],
    parameters: dict[str, list[tuple[str, str]]],
    function: str,
    role: str,
) -> None:
    nulls = ", ".join(f"{name} => null::{kind}" for name, kind in parameters[function])
    state = refused_state(without_session[role], f"select {function}({nulls})")
    if function == "api.session_open":
        assert state == "BO014"
    elif may_call(role, DOORS[function]):
        assert state == "BO011"
    else:
        assert state == "42501"


@pytest.fixture(scope="module")
def without_session(world: World) -> Iterator[dict[str, psycopg.Connection[Any]]]:
    """A raw connection of every role that never gave a code."""
    with contextlib.ExitStack() as stack:
        yield {role: stack.enter_context(world.connect(world.make_staff(role))) for role in ROLES}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("view", VIEWS)
def test_view(
    attackers: dict[str, psycopg.Connection[Any]],
    without_session: dict[str, psycopg.Connection[Any]],
    view: str,
    role: str,
) -> None:
    if not may_call(role, DOORS[view]):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attackers[role].execute(f"select * from {view}".encode())
        return
    attackers[role].execute(f"select * from {view} limit 1".encode())
    assert without_session[role].execute(f"select * from {view} limit 1".encode()).fetchall() == []


# --- code, files, table and catalogue agree ----------------------------------------------------------------


def test_the_database_has_the_table_that_people_read(admin: psycopg.Connection[Any]) -> None:
    told = {(permission, role) for permission, roles in PERMISSIONS.items() for role in roles}
    assert set(admin.execute("select permission, role from auth.permission").fetchall()) == told
    told = {(manager, managed) for manager, roles in MANAGES.items() for managed in roles}
    assert set(admin.execute("select manager, managed from auth.manages").fetchall()) == told
    assert {row[0] for row in admin.execute("select role from book.role_policy")} == set(ROLES)


def test_the_table_is_in_order_and_names_roles_that_exist() -> None:
    assert list(PERMISSIONS) == sorted(PERMISSIONS)
    for permission, roles in PERMISSIONS.items():
        assert re.fullmatch(r"[a-z_]+:[a-z_]+", permission)
        assert roles
        assert set(roles) <= set(ROLES)
        assert list(roles) == sorted(roles), permission
    assert {name for role in ROLES for name in permissions_of(role)} == set(PERMISSIONS)


@pytest.mark.parametrize("door", DOORS)
def test_a_body_asks_for_what_its_header_says(door: str) -> None:
    source = DOORS[door]
    asked = set(re.findall(r"\b(?:require|may)\('([a-z_:]+)'\)", source.text))
    assert asked <= {*PERMISSIONS, EVERYONE}
    if source.permission == EVERYONE:
        # a duty's own functions ask for a session only, by present() or by the door to it
        assert EVERYONE in asked or re.search(r"\b(present|session_begin|session_resume)\(", source.text)
    elif source.permission != NOBODY:
        assert source.permission in asked


def test_the_catalogue_grants_exactly_what_the_headers_say(admin: psycopg.Connection[Any]) -> None:
    groups = ["bocli_staff", *(group_role(role) for role in ROLES)]
    granted = {
        (name, grantee)
        for name, grantee in admin.execute(
            "select n.nspname || '.' || o.name, coalesce(r.rolname, 'public') from ("
            "  select proname as name, pronamespace as space, proacl as acl from pg_proc union all "
            "  select relname, relnamespace, relacl from pg_class) o "
            "join pg_namespace n on n.oid = o.space cross join aclexplode(o.acl) a "
            "left join pg_roles r on r.oid = a.grantee "
            "where n.nspname in ('api', 'prov', 'rule', 'auth', 'vault', 'book')"
        )
        if grantee in groups or grantee == "public" or grantee.startswith("bo_")
    }
    wanted = set()
    for name, source in SOURCES.items():
        if source.permission == EVERYONE:
            wanted.add((name, "bocli_staff"))
        elif source.permission is not None:
            wanted |= {(name, group_role(role)) for role in roles_with(source.permission)}
    assert granted == wanted


def test_every_object_has_a_file_and_the_right_owner(admin: psycopg.Connection[Any]) -> None:
    found = admin.execute(
        "select n.nspname || '.' || p.proname, pg_get_userbyid(p.proowner), p.prosecdef, p.proconfig "
        "from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where n.nspname in ('api', 'prov', 'rule')"
    ).fetchall()
    assert {name for name, *_ in found} == {
        name for name, s in SOURCES.items() if s.kind == "function" and s.schema in ("api", "prov", "rule")
    }
    for name, owner, definer, settings in found:
        schema = name.split(".")[0]
        assert owner in (OWNERS[schema], SOURCES[name].owner)
        if schema == "rule":
            assert not definer, name
        else:
            assert definer, name
            path = next(each for each in settings if each.startswith("search_path="))
            assert path.removeprefix("search_path=").split(", ")[0] == "pg_catalog", name
            assert path.endswith("pg_temp"), name


def test_the_owner_of_the_api_owns_no_table(admin: psycopg.Connection[Any]) -> None:
    owned = admin.execute(
        "select relname from pg_class where pg_get_userbyid(relowner) in ('bocli_api', 'bocli_provisioner', "
        "'bocli_watchdog') and relkind in ('r', 'p', 'm')"
    ).fetchall()
    assert owned == []


@pytest.mark.parametrize("definer", ["bocli_api", "bocli_provisioner", "bocli_watchdog", "bocli_owner"])
def test_no_secret_is_granted_to_who_shows_things(admin: psycopg.Connection[Any], definer: str) -> None:
    for table in ("auth.secret", "auth.session", "auth.recovery", "pg_authid"):
        row = admin.execute(
            "select has_any_column_privilege(%s, %s, 'select, insert, update, references')", (definer, table)
        ).fetchone()
        assert row == (False,), table


def test_nobody_is_a_member_of_an_owner(admin: psycopg.Connection[Any]) -> None:
    rows = admin.execute(
        "select g.rolname, m.rolname from pg_auth_members a join pg_roles g on g.oid = a.roleid "
        "join pg_roles m on m.oid = a.member where g.rolname in "
        "('bocli_vault', 'bocli_owner', 'bocli_api', 'bocli_auth', 'bocli_provisioner', 'bocli_watchdog')"
    ).fetchall()
    assert rows == []


def test_the_intake_login_may_hand_in_ask_for_quotes_and_run_what_is_due_and_nothing_else() -> None:
    doors = {name for name, source in DOORS.items() if may_call("intake", source)}
    own = {name for name in doors if DOORS[name].permission != EVERYONE}
    assert own == {"api.due_run", "api.intake_take", "api.quote_make"}
    assert [role for role in ROLES if may_call(role, DOORS["api.intake_take"])] == ["intake"]


# --- who looks after whom ----------------------------------------------------------------------------------


@pytest.mark.parametrize("managed", ROLES)
@pytest.mark.parametrize("manager", ROLES)
def test_who_may_create_whom(
    world: World, attackers: dict[str, psycopg.Connection[Any]], manager: str, managed: str
) -> None:
    from core.staff.secrets import scram_verifier
    from tests.world import CHEAP

    connection = attackers[manager]
    world.admin.execute(
        "update auth.session set stepped_up_at = clock_timestamp() where login = %s and closed_at is null",
        (connection.info.user,),
    )
    statement = (
        f"select prov.staff_create(gen_random_uuid(), '{manager}.{managed}@create.example', 'X', "
        f"'{managed}', null, "
        f"'{scram_verifier('x')}', '{CHEAP}')"
    )
    state = refused_state(connection, statement)
    if managed in MANAGES.get(manager, ()):
        assert state is None
    elif manager in MANAGES:
        assert state == "BO012"
    else:
        assert state == "42501"


ACTS = {
    "staff_disable": "select prov.staff_disable(gen_random_uuid(), {0}, 'a good reason')",
    "staff_set_role": "select prov.staff_set_role(gen_random_uuid(), {0}, 'support_agent')",
    "staff_reset_password": "select prov.staff_reset_password(gen_random_uuid(), {0}, '{1}', '{2}')",
    "staff_reset_second_factor": (
        "select prov.staff_reset_second_factor(gen_random_uuid(), {0}, 'lost phone')"
    ),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("managed", ROLES)
@pytest.mark.parametrize("manager", ["administrator", "cfo", "compliance", "support_manager"])
def test_who_may_change_whom(
    world: World, attackers: dict[str, psycopg.Connection[Any]], managed_people: dict[str, Person], manager: str,
    managed: str, act: str,
) -> None:  # fmt: skip
    from core.staff.secrets import scram_verifier
    from tests.world import CHEAP

    connection = attackers[manager]
    statement = ACTS[act].format(managed_people[managed].id, scram_verifier("x"), CHEAP)
    world.admin.execute(
        "update auth.session set stepped_up_at = null where login = %s", (connection.info.user,)
    )
    assert refused_state(connection, statement) == "BO015"
    world.admin.execute(
        "update auth.session set stepped_up_at = clock_timestamp() where login = %s and closed_at is null",
        (connection.info.user,),
    )
    state = refused_state(connection, statement)
    if managed not in MANAGES[manager]:
        assert state == "BO022"
    elif act == "staff_set_role" and managed == "support_agent":
        assert state == "BO021"
    elif act == "staff_set_role" and "support_agent" not in MANAGES[manager]:
        assert state == "BO012"
    else:
        assert state is None


@pytest.fixture(scope="module")
def managed_people(world: World) -> dict[str, Person]:
    """Another one of every role, to be changed."""
    return {role: world.make_staff(role) for role in ROLES}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_changes_the_own_account_nor_a_second_one_of_the_same_person(
    world: World, attackers: dict[str, psycopg.Connection[Any]], people: dict[str, Person], act: str
) -> None:
    from core.staff.secrets import scram_verifier
    from tests.world import CHEAP

    me = people["administrator"]
    second = world.make_staff("cashier", person=me)
    world.admin.execute(
        "update auth.session set stepped_up_at = clock_timestamp() where login = %s and closed_at is null",
        (me.login,),
    )
    for one in (me, second):
        state = refused_state(
            attackers["administrator"], ACTS[act].format(one.id, scram_verifier("x"), CHEAP)
        )
        assert state == "BO012"
