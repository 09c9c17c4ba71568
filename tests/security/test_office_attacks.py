"""The administrator's desk by raw SQL: every role with its own credentials tries what is not theirs."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from core.permissions import MANAGES, PERMISSIONS, ROLES
from tests.books import Books
from tests.world import Person, World

KEY = "gen_random_uuid()"
#: Function call → permission it wants: who lacks that permission has no right to call it at all.
CALLS = {
    f"api.client_create({KEY}, 'individual', 'x', null, null, 'UTC', 'en', '[]')": "client:create",
    f"api.client_change({KEY}, 1, 'x', null, null, 'UTC', 'en', '{{}}')": "client:edit",
    f"api.client_switch({KEY}, 1, false, 'because')": "client:switch",
    "api.client_detail(1)": "client:read",
    f"api.coin_create({KEY}, 1, 'EUR')": "coin:open",
    f"api.coin_switch({KEY}, 1, false, false, 'because')": "coin:switch",
    "api.coin_detail(1)": "coin:list",
    "api.coin_balance_at(1, now())": "coin:list",
    f"api.issuer_create({KEY}, 'XX', 'x', 'x', 2, 'real', '', 1, '[]')": "issuer:edit",
    f"api.issuer_change({KEY}, 1, 'x', 'x', '', 1, '[]')": "issuer:edit",
    f"api.issuer_switch({KEY}, 1, false)": "issuer:edit",
    f"api.organization_create({KEY}, 'x', 'own', '', '', null)": "organization:edit",
    f"api.organization_change({KEY}, 1, 'x', '', '', null)": "organization:edit",
    f"api.organization_move({KEY}, 1, 'closed', 'because')": "organization:edit",
    f"api.organization_member({KEY}, 1, 1, true)": "organization:edit",
    "api.organization_detail(1)": "organization:list",
    f"api.product_save({KEY}, 1, '{{}}', true)": "product:edit",
    f"api.products_import({KEY}, 1, '[]', false, false)": "product:edit",
    "api.staff_detail(1)": "staff:list",
    "api.staff_conflicts(null, null, 'a@b.example', 'x', null, 'cashier', false)": "staff:create",
    f"prov.delegation_create({KEY}, 1, 'cfo', now() + interval '1 day', 'because')": "staff:delegate",
    f"prov.delegation_end({KEY}, 1)": "staff:delegate",
    f"prov.staff_session_end({KEY}, 1, 1)": "staff:sessions",
}
VIEWS = {
    "api.clients": "client:list",
    "api.coins": "coin:list",
    "api.coin_lines": "coin:list",
    "api.issuers": "issuer:list",
    "api.organizations": "organization:list",
    "api.contract_names": "organization:list",
    "api.products": "product:list",
    "api.product_providers": "product:list",
    "api.staff_list": "staff:list",
    "api.staff_actions": "staff:list",
    "api.audit_chain": "audit:read",
    "api.audit_streams": "audit:read",
}
INSIDE = (
    "auth.conflicts_of(1, null, null, null, null, 'cfo', true)", "auth.groups_sync(1)", "auth.roles_now(1)",
    "auth.session_end_of(1, 1)", "auth.looks_after(1, 'cfo')", "vault.hold_operations()",
    "rule.circulation_of(1::smallint)",
    "rule.products_put(1, '[]')", "rule.account_at(1, now())", "rule.client_add(null, now(), 'x', 'x', 'x', 'x', 'x')",
    "nextval('book.coin_id_seq')", "setval('book.coin_id_seq', 1)",
)  # fmt: skip
TABLES = (
    "book.delegation",
    "book.product",
    "book.saved_view",
    "book.organization",
    "book.issuer",
    "auth.conflict",
)


@pytest.fixture(scope="module")
def people(world: World) -> dict[str, Person]:
    return {role: world.make_staff(role) for role in ROLES} | {"victim": world.make_staff("administrator")}


def state_of(connection: psycopg.Connection[Any], statement: str) -> str:
    """The SQLSTATE of the refusal, raised or answered; "" when it was done."""
    try:
        row = connection.execute(statement.encode()).fetchone()
    except psycopg.Error as error:
        connection.rollback()
        return str(error.sqlstate)
    answer = row[0] if row else None
    return answer["refused"]["state"] if isinstance(answer, dict) and "refused" in answer else ""


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("call", CALLS)
def test_who_lacks_the_permission_cannot_call(
    attackers: dict[str, psycopg.Connection[Any]], call: str, role: str
) -> None:
    state = state_of(attackers[role], f"select {call}")
    if role in PERMISSIONS[CALLS[call]]:
        assert state != "42501"
    else:
        assert state == "42501"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("view", VIEWS)
def test_who_lacks_the_permission_cannot_look(
    attackers: dict[str, psycopg.Connection[Any]], view: str, role: str
) -> None:
    state = state_of(attackers[role], f"select 1 from {view} limit 1")
    assert state == ("" if role in PERMISSIONS[VIEWS[view]] else "42501")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "statement",
    [
        *(f"select {call}" for call in INSIDE),
        *(f"{verb} {table}" for table in TABLES for verb in ("select from", "delete from", "truncate")),
        "update book.staff set idle_minutes = 240",
        "insert into book.delegation default values",
    ],
)
def test_what_is_inside_is_out_of_reach(
    attackers: dict[str, psycopg.Connection[Any]], statement: str, role: str
) -> None:
    assert state_of(attackers[role], statement) == "42501"


@pytest.mark.parametrize("role", [role for role in ROLES if role in MANAGES])
def test_nobody_lends_beyond_their_own_power(
    world: World, attackers: dict[str, psycopg.Connection[Any]], people: dict[str, Person], role: str
) -> None:
    connection, me = attackers[role], people[role]
    world.admin.execute(
        "update auth.session set stepped_up_at = clock_timestamp() where staff_id = %s", (me.id,)
    )
    soon = "now() + interval '1 day', 'because'"

    def lend(staff_id: int, what: str) -> str:
        return state_of(connection, f"select prov.delegation_create({KEY}, {staff_id}, '{what}', {soon})")

    assert lend(me.id, role) in ("BO012", "BO022")
    for other in ROLES:
        if other not in MANAGES[role] and other != role:
            below = people[MANAGES[role][-1]]
            assert lend(below.id, other) == "BO012", other
        if other not in MANAGES[role]:
            assert lend(people[other].id, MANAGES[role][0]) == "BO022", other
    if role != "administrator":
        assert state_of(connection, f"select api.staff_detail({people['victim'].id})") == "BO022"
        ended = f"select prov.staff_session_end({KEY}, {people['victim'].id}, 1)"
        assert state_of(connection, ended) == "BO022"
        seen = connection.execute("select role from api.staff_list").fetchall()
        assert {each for (each,) in seen} <= set(MANAGES[role])
        actions = connection.execute("select distinct staff_id from api.staff_actions").fetchall()
        assert people["victim"].id not in {each for (each,) in actions}


def test_ones_own_actions_and_views_are_ones_own(
    attackers: dict[str, psycopg.Connection[Any]], people: dict[str, Person], world: World
) -> None:
    attackers["cashier"].execute("select api.view_save('clients', 'mine', '', '[]', '', false)")
    for role in ROLES:
        found = attackers[role].execute("select count(*) from api.views").fetchone()
        assert found == ((1,) if role == "cashier" else (0,))
        mine = attackers[role].execute("select max(id) from api.my_actions").fetchone()
        logged = world.admin.execute("select max(id) from vault.log where actor_id = %s", (people[role].id,))
        assert mine == logged.fetchone()


def test_the_palette_finds_what_the_lists_would_show(world: World) -> None:
    """Kind by role, from the table of permissions: what may not be listed is not found."""
    books: Books = Books(world)
    kinds: dict[str, set[str]] = {}
    db, day, cashier = books.open_day()
    client = books.client(name="Zoe Palette")
    made = books.top_up(db, day.day_id, client, 1_000)
    books.admin.execute("insert into book.organization (name, kind) values ('Zoe Office', 'merchant')")
    agent = world.make_staff("support_agent", name="Zoe Agent")
    wanted = {
        "client": ("client:read", client.phone),
        "coin": ("coin:list", client.serials["EUR"]),
        "operation": ("cash_operation:all", str(made.operation_id).zfill(3)),
        "transaction": ("operation:list", str(made.operation_id).zfill(3)),
        "organization": ("organization:list", "zoe office"),
        "staff": ("staff:list", agent.email),
    }
    for role in ROLES:
        with world.raw(world.make_staff(role)) as connection:
            for kind, (permission, text) in wanted.items():
                row = connection.execute("select api.things(%s)", (text,)).fetchone()
                assert row is not None
                found = {each["kind"] for each in row[0]["things"]}
                may = role in PERMISSIONS[permission]
                may = may and (kind != "staff" or "support_agent" in MANAGES[role])
                # Who may see all operations finds it as one of them.
                may = may and (kind != "operation" or role not in PERMISSIONS["operation:list"])
                assert (kind in found) == may, (role, kind, found)
                kinds.setdefault(role, set()).update(found)
    own = db.call("things", text=str(made.operation_id).zfill(3))["things"]
    assert [each["kind"] for each in own] == ["operation"]
    assert kinds["cashier"] == set()
    assert cashier.role == "cashier"
