# ruff: noqa: E501 - an attack stands on one line
"""Raw SQL by every role against the company's data: clients, coins, issuers, organizations, products.

Who may call what is tested from the catalogue (test_permissions); here is what those who may call try with it, and
what everybody tries around it. Nothing here may succeed, and nothing may be changed by it.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core.permissions import ROLES
from tests.books import Books
from tests.world import World

TABLES = (
    "book.client", "book.coin", "book.issuer", "book.organization", "book.product", "book.contract", "book.client_contract",
    "vault.account", "vault.stripe", "vault.posting", "vault.operation",
)  # fmt: skip

INSIDE = (
    "rule.client_add(null, now(), 'individual', 'x', null, null, 'UTC')", "rule.client_kept('a', 'b', 'c')",
    "rule.client_checked(null, 'x', null, null, 'UTC', null)", "rule.coin_open(null, now(), 1, 'EUR')",
    "rule.account_at(1, now())", "rule.account_line(1, 1, now())", "rule.circulation_of(1::smallint)",
    "rule.backed_by(1::smallint, 'real')", "rule.issuer_add(null, now(), 'X', 'x', 'x', 2::smallint, 'real', '{}', 1::smallint)",
    "rule.issuer_checked('a', 'b', 1, 'c', 1, '[]')", "rule.organization_checked(1, 'a', 'b', 'c', 1)",
    "rule.products_put(1, '[]')", "rule.products_wrong('[]')", "rule.version_in_force(1, now())", "vault.hold_operations()",
    "auth.issuer_sums(1::smallint, 'real')", "vault.post(null, now(), 'x', 'x', now()::date, 1::smallint, 1, 0, null, null, null, null, null, '{}', '{1}', '{2}', '{1}')",
    "rule.name_kept('x')", "rule.has_unseen('x')", "rule.intake_single(null, now(), '{}')", "rule.intake_client(null, now(), '{}')",
    "rule.intake_document(now(), '{}')", "rule.intake_ticket(now(), '{}')", "rule.intake_faults('{}')",
    "rule.intake_log(null, now(), '{}', '{}')", "rule.intake_devices(now(), '{}', '{}')",
    "rule.quote_offer(null, now(), gen_random_uuid(), 1, 'EUR', 'USD', 1)", "rule.operations_run(null, now(), 'x', '{}')",
)  # fmt: skip

VIEWS = (
    "api.clients",
    "api.coins",
    "api.operation_kinds",
    "api.transactions",
    "api.transactions_by_client",
    "api.coin_lines",
    "api.issuers",
    "api.organizations",
    "api.products",
    "api.contract_names",
)
WRITES = (
    "insert into {0} default values",
    "update {0} set issuer = 'EUR'",
    "update {0} set name = 'x'",
    "delete from {0}",
    "truncate {0}",
    "select * from {0} for update",
    "begin; lock table {0} in exclusive mode",
    "alter table {0} rename to mine",
)


@pytest.fixture(scope="module")
def books(world: World) -> Books:
    return Books(world)


@pytest.fixture(scope="module")
def scene(books: Books) -> dict[str, Any]:
    """A client with money, a member of an organization, with an operation; a provider with a product."""
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    wallet = books.wallet()
    books.put(cashier, day, wallet, 100_00)
    books.admin.execute(
        "insert into book.organization (name, kind) values ('Shops', 'merchant'), ('Wires', 'provider')"
    )
    shops, wires = (
        books.one("select id from book.organization where name = %s", name) for name in ("Shops", "Wires")
    )
    books.admin.execute(
        "update book.client set organization_id = %s where id = %s", (shops, wallet.client_id)
    )
    books.admin.execute(
        "insert into book.product (provider_id, code, name, issuer_id, price) values (%s, 'a', 'A', 1, 100)",
        (wires,),
    )
    account = books.one("select wallet_account_id from book.coin where id = %s", wallet.coin_id)
    return {
        "client": wallet.client_id,
        "coin": wallet.coin_id,
        "account": account,
        "shops": shops,
        "wires": wires,
    }


def everything(books: Books) -> Any:
    """All of the company's data."""
    return books.one(
        "select jsonb_build_array(" + ", ".join(
            f"(select jsonb_agg(x order by x::text) from {table} x)" for table in TABLES
        ) + ")"
    )  # fmt: skip


def state_of(connection: psycopg.Connection[Any], statement: str) -> str | None:
    """By which state it is refused, raised or answered; None when it was done."""
    try:
        row = connection.execute(statement.encode()).fetchone()
    except psycopg.Error as error:
        return error.sqlstate
    if row is not None and isinstance(row[0], dict) and "refused" in row[0]:
        return str(row[0]["refused"]["state"])
    return None


@pytest.mark.parametrize("role", ROLES)
def test_what_everybody_tries_around_the_functions(
    books: Books, attackers: dict[str, psycopg.Connection[Any]], scene: dict[str, Any], role: str
) -> None:
    before = everything(books)
    attacks = [f"select {call}" for call in INSIDE]
    attacks += [f"select * from {table}" for table in TABLES]
    attacks += [f"update {table} set id = id" for table in TABLES]
    attacks += [f"insert into {table} select * from {table}" for table in TABLES]
    attacks += [write.format(view) for view in VIEWS for write in WRITES]
    attacks += [
        f"update api.coins set balance = 0 where id = {scene['coin']}",
        f"update api.clients set blocked = false, active = true where id = {scene['client']}",
        "update api.issuers set active = false", "update api.organizations set state = 'closed'",
        "select nextval('book.coin_id_seq')", "select setval('book.coin_id_seq', 1)", "select nextval('book.client_id_seq')",
        "create rule mine as on update to api.issuers do instead nothing",
        "create trigger mine instead of update on api.coins for each row execute function suppress_redundant_updates_trigger()",
        "create or replace view api.clients as select 1",
        "alter view api.coins set (security_invoker = false)",
        "drop function api.issuer_switch(uuid, integer, boolean)",
        "alter table book.organization disable trigger allowed_moves",
        "begin; lock table vault.operation in share row exclusive mode",
    ]  # fmt: skip
    for attack in attacks:
        state = state_of(attackers[role], attack)
        # There is no column of that name, or no row of it, only for who may not ask at all: nothing else is known.
        assert state in ("42501", "42809", "55000", "42703", "42846", "42601", "0A000", "42P16", "42P17"), (
            attack,
            state,
        )
        attackers[role].execute("rollback")
    assert everything(books) == before


#: What those who may call a function try with it → how it is refused.
MISUSE = {
    # a name of somebody else, or nobody's
    "select api.client_create({key}, 'individual', 'x', null, null, 'UTC', null, '[]', 'boss')": "42883",
    "select api.client_create({key}, 'robot', 'x', null, null, 'UTC', null, '[]')": "BO030",
    "select api.client_create({key}, 'individual', e'\\x1b[31mx', null, null, 'UTC', null, '[]')": "BO030",
    "select api.client_create({key}, 'individual', 'x', 'x@y.z'' or true--', null, 'UTC', null, '[]')": "BO030",
    "select api.client_create({key}, 'individual', 'x', null, null, 'UTC''; drop table book.client', null, '[]')": "BO030",
    "select api.client_create({key}, 'individual', 'x', null, null, null, null, '[]')": "BO030",
    "select api.client_create({key}, 'individual', 'x', null, null, 'UTC', '../../x', '[]')": "BO030",
    "select api.client_create({key}, 'individual', 'x', null, null, 'UTC', null, '\"EUR\"')": "BO022",
    "select api.client_create({key}, 'individual', 'x', null, null, 'UTC', null, '[null]')": "BO022",
    "select api.client_create({key}, 'individual', 'x', null, null, 'UTC', null, '[[\"EUR\"]]')": "BO022",
    "select api.client_create(null, 'individual', 'x', null, null, 'UTC', null, '[]')": "BO030",
    "select api.client_change({key}, {client}, 'x', null, null, 'UTC', null, '{{}}')": "BO025",
    "select api.client_change({key}, {client}, 'x', null, null, 'UTC', null, null)": "BO025",
    "select api.client_change({key}, null, 'x', null, null, 'UTC', null, null)": "BO022",
    "select api.client_change({key}, -1, 'x', null, null, 'UTC', null, null)": "BO022",
    "select api.client_switch({key}, {client}, null, 'a good reason')": "BO021",
    "select api.client_switch({key}, {client}, false, repeat('x', 100000))": "BO030",
    "select api.client_switch({key}, {client}, true, 'a good reason')": "BO021",
    "select api.client_detail(9223372036854775807)": "BO022",
    # coins
    "select api.coin_create({key}, {client}, 'EUR')": "BO021",
    "select api.coin_create({key}, {client}, null)": "BO022",
    "select api.coin_create({key}, -1, 'EUR')": "BO022",
    "select api.coin_switch({key}, {coin}, null, true, 'a good reason')": "BO021",
    "select api.coin_switch({key}, {coin}, true, true, 'a good reason')": "BO021",
    "select api.coin_switch({key}, {coin}, false, true, null)": "BO030",
    "select api.coin_balance_at({coin}, 'infinity')": "BO030",
    "select api.coin_balance_at({coin}, null)": "BO030",
    "select api.coin_balance_at({coin}, now() + interval '1 second')": "BO030",
    "select api.coin_balance_at(0, now())": "BO022",
    # issuers
    "select api.issuer_create({key}, 'EUR', 'x', 'x', 2, 'real', '', 0, '[]')": "BO030",
    "select api.issuer_create({key}, 'X;Y', 'x', 'x', 2, 'real', '', 0, '[]')": "BO030",
    "select api.issuer_create({key}, 'XY', 'x', 'x', 99999, 'real', '', 0, '[]')": "BO030",
    "select api.issuer_create({key}, 'XY', 'x', 'x', null, 'real', '', 0, '[]')": "BO030",
    "select api.issuer_create({key}, 'XY', 'x', 'x', 2, 'real', '', 99999, '[]')": "BO030",
    "select api.issuer_create({key}, 'XY', 'x', 'x', 2, 'real', '', 0, '{{}}')": "BO030",
    "select api.issuer_create({key}, 'XY', 'x', 'x', 2, 'real', '', 0, '[1.5]')": "BO030",
    "select api.issuer_create({key}, 'XY', 'x', 'x', 2, 'real', '', 0, '[\"1\"]')": "BO030",
    "select api.issuer_change({key}, {issuer}, 'Euro', '€', '', 1, '[]')": "BO021",
    "select api.issuer_switch({key}, {issuer}, false)": "BO021",
    "select api.issuer_switch({key}, {issuer}, null)": "BO021",
    "select api.issuer_switch({key}, {issuer}, true)": "BO021",
    "select api.issuer_switch({key}, 99999, false)": "BO022",
    # organizations
    "select api.organization_create({key}, 'x', 'bank', '', '', null)": "BO030",
    "select api.organization_create({key}, 'SHOPS', 'own', '', '', null)": "BO030",
    "select api.organization_create({key}, 'x', 'own', '', '', -1)": "BO022",
    "select api.organization_change({key}, {shops}, 'Wires', '', '', null)": "BO030",
    "select api.organization_move({key}, {shops}, 'closed', 'a good reason')": "BO021",
    "select api.organization_move({key}, {shops}, null, 'a good reason')": "BO021",
    "select api.organization_move({key}, {shops}, 'active', 'a good reason')": "BO021",
    "select api.organization_member({key}, {wires}, {client}, true)": "BO021",
    "select api.organization_member({key}, {wires}, {client}, false)": "BO021",
    "select api.organization_member({key}, {shops}, {client}, null)": "BO021",
    # products
    "select api.product_save({key}, {shops}, '{{\"code\": \"x\"}}', true)": "BO022",
    "select api.product_save({key}, {wires}, null, true)": "BO030",
    "select api.product_save({key}, {wires}, '[]', true)": "BO030",
    "select api.product_save({key}, {wires}, '{{\"code\": \"a\", \"name\": \"A\", \"issuer\": \"EUR\", \"price\": 1}}', null)": "BO030",
    "select api.product_save({key}, {wires}, '{{\"code\": \"b\", \"name\": \"B\", \"issuer\": \"EUR\", \"price\": \"NaN\"}}', true)": "BO030",
    "select api.product_save({key}, {wires}, '{{\"code\": \"b\", \"name\": \"B\", \"issuer\": \"EUR\", \"price\": 1e30}}', true)": "BO030",
    "select api.product_save({key}, {wires}, '{{\"code\": \"b\", \"name\": \"B\", \"issuer\": \"EUR\", \"price\": 1.5}}', true)": "BO030",
    "select api.product_save({key}, {wires}, '{{\"code\": \"b\", \"name\": \"B\", \"issuer\": \"EUR\", \"price\": 5, \"percent\": \"Infinity\"}}', true)": "BO030",
    "select api.product_save({key}, {wires}, '{{\"code\": \"b\", \"name\": \"B\", \"issuer\": \"EUR\", \"price\": 5, \"fixed\": 0.5}}', true)": "BO030",
    "select api.products_import({key}, {wires}, null, false, false)": "BO030",
    "select api.products_import({key}, {wires}, '{{}}', false, false)": "BO030",
    "select api.products_import({key}, {wires}, '[]', true, false)": "BO030",
    "select api.products_import({key}, {shops}, '[{{}}]', true, false)": "BO022",
    "select api.products_import({key}, {wires}, '[1]', true, false)": "22023",
}  # fmt: skip


@pytest.mark.parametrize("attack", MISUSE)
def test_who_may_call_a_function_cannot_bend_it(
    books: Books, attackers: dict[str, psycopg.Connection[Any]], scene: dict[str, Any], attack: str
) -> None:
    wanted = MISUSE[attack]
    before = everything(books)
    statement = attack.format(key=f"'{uuid4()}'", issuer=1, **scene)
    state = state_of(attackers["administrator"], statement)
    assert state == wanted, state
    assert everything(books) == before


def test_a_dry_run_leaves_nothing_for_who_looks_while_it_runs(
    books: Books, attackers: dict[str, psycopg.Connection[Any]], scene: dict[str, Any]
) -> None:
    before = everything(books)
    rows = '[{"line": 1, "code": "z", "name": "Z", "issuer": "EUR", "price": 5}]'
    answer = attackers["administrator"].execute(
        "select api.products_import(%s, %s, %s, true, true)", (uuid4(), scene["wires"], rows)
    ).fetchone()  # fmt: skip
    assert answer is not None
    assert (answer[0]["added"], answer[0]["switched_off"]) == (1, 1)
    assert everything(books) == before


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
@pytest.mark.parametrize(
    "call",
    [
        "api.issuer_switch(gen_random_uuid(), 2, false)",
        "api.organization_move(gen_random_uuid(), {shops}, 'suspended', 'a good reason')",
        "api.client_switch(gen_random_uuid(), {client}, false, 'a good reason')",
    ],
)
def test_an_old_picture_of_the_books_decides_nothing(
    books: Books,
    attackers: dict[str, psycopg.Connection[Any]],
    scene: dict[str, Any],
    isolation: str,
    call: str,
) -> None:
    """What circulates is asked after everybody was waited for; a snapshot from before would not see them."""
    before = everything(books)
    connection = attackers["administrator"]
    connection.execute(f"begin isolation level {isolation}".encode())
    state = state_of(connection, f"select {call.format(**scene)}")
    connection.execute("rollback")
    assert state is not None
    assert everything(books) == before


def test_the_last_key_cannot_be_taken_by_somebody_else(
    books: Books, attackers: dict[str, psycopg.Connection[Any]], world: World, scene: dict[str, Any]
) -> None:
    key = uuid4()
    call = f"select api.organization_create('{key}', 'Keys', 'own', '', '', null)"
    assert state_of(attackers["administrator"], call) is None
    with world.raw(world.make_staff("administrator")) as other:
        assert state_of(other, call) == "BO020"
    assert state_of(attackers["administrator"], call.replace("Keys", "Others")) == "BO020"


@pytest.mark.parametrize("role", ROLES)
def test_a_statement_names_no_account_but_wallets(
    attackers: dict[str, psycopg.Connection[Any]], books: Books, scene: dict[str, Any], role: str
) -> None:
    wallets = {row[0] for row in books.admin.execute("select id from vault.account where kind = 'WALLET'")}
    try:
        rows = attackers[role].execute("select account_id from api.coin_lines").fetchall()
    except psycopg.errors.InsufficientPrivilege:
        assert role not in ("administrator", "cfo", "anti_fraud")
        return
    assert {row[0] for row in rows} <= wallets
    assert scene["account"] in {row[0] for row in rows}


LEAKY = "create function pg_temp.tell(text) returns boolean language plpgsql as 'begin raise notice ''%'', $1; return true; end'"


@pytest.mark.parametrize("role", ROLES)
def test_no_function_of_ones_own_looks_below_a_view(
    attackers: dict[str, psycopg.Connection[Any]], role: str
) -> None:
    assert state_of(attackers[role], LEAKY) == "42501"
