"""Contracts, rates and change requests by raw SQL: every role with its own credentials tries what is not theirs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import approvals
from core.contracts import ContractDraft, Term
from core.permissions import PERMISSIONS, ROLES
from tests.books import Books
from tests.security.test_office_attacks import state_of
from tests.world import World

KEY = "gen_random_uuid()"
CALLS = {
    f"api.change_save({KEY}, null, null, 'contract', '{{}}')": "change:make",
    f"api.change_submit({KEY}, 1, 1)": "change:make",
    f"api.change_withdraw({KEY}, 1)": "change:make",
    f"api.change_comment({KEY}, 1, 'x')": "change:list",
    f"api.change_decide({KEY}, '[]', true, '')": "change:decide",
    f"api.change_alone({KEY}, 'contract', '{{}}', '{{}}')": "change:alone",
    "api.change_detail(1)": "change:list",
    "api.change_base_now('contract', '{}')": "change:make",
    "api.contract_check('[]', '[]')": "contract:change",
    "api.contract_what_if('[]', '[]', null, now(), now())": "contract:change",
    "api.contract_what_if_limits('[]', null, now(), now())": "contract:change",
    "api.contract_detail(1)": "contract:list",
    "api.contract_choices()": "contract:list",
    "api.clients_matched('[]')": "contract:change",
    f"api.office_save({KEY}, null, 'xx', true)": "office:edit",
    f"api.rate_pair_set({KEY}, 'EUR', 'USD', 1, 1)": "rate:band",
    "api.rate_history(null, 'EUR', 'USD', now())": "rate:list",
    "api.rate_triangles()": "rate:list",
    f"api.quote_make({KEY}, 1, 'EUR', 'USD', 1)": "rate:quote",
}
VIEWS = {
    "api.change_requests": "change:list",
    "api.contracts": "contract:list",
    "api.cashback_profiles": "contract:list",
    "api.merchants": "contract:list",
    "api.rates": "rate:list",
    "api.offices": "rate:list",
}
TABLES = (
    "book.change_request", "book.change_event", "book.contract", "book.contract_version", "book.contract_term",
    "book.contract_limit", "book.client_contract", "book.cashback_profile", "book.cashback_version",
    "book.exchange_office", "book.rate_pair", "book.system_rate", "book.office_rate", "book.quote", "book.priced_kind",
    "auth.change_kind",
)  # fmt: skip
INSIDE = (
    "rule.change_apply('contract', '{}', now(), null)", "rule.change_try('contract', '{}', now())",
    "rule.change_decided(null, 1, '', true, '', now())", "rule.change_base('contract', '{}')",
    "rule.change_mine(null, 1, 1)", "rule.change_visible(null, 1)", "rule.contract_apply('{}', now(), null)",
    "rule.assignment_apply('{}', now(), null)", "rule.cashback_apply('{}', now(), null)",
    "rule.system_rate_apply('{}', now(), null)", "rule.office_rate_apply('{}', now(), null)",
    "rule.quote_take(gen_random_uuid(), now())", "rule.limits_give_back(1, 'x', 1::smallint, current_date, 1)",
    "rule.contract_content(1)", "rule.contract_findings('[]', '[]')",
)  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("call", CALLS)
def test_who_lacks_the_permission_cannot_call(
    attackers: dict[str, psycopg.Connection[Any]], call: str, role: str
) -> None:
    state = state_of(attackers[role], f"select {call}")
    assert (state == "42501") is (role not in PERMISSIONS[CALLS[call]])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("view", VIEWS)
def test_who_lacks_the_permission_cannot_look(
    attackers: dict[str, psycopg.Connection[Any]], view: str, role: str
) -> None:
    state = state_of(attackers[role], f"select 1 from {view} limit 1")
    assert state == ("" if role in PERMISSIONS[VIEWS[view]] else "42501")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_nobody_touches_a_table(attackers: dict[str, psycopg.Connection[Any]], table: str, role: str) -> None:
    for statement in (
        f"select 1 from {table} limit 1",
        f"insert into {table} select * from {table}",
        f"delete from {table}",
        f"truncate {table}",
        f"drop table {table}",
    ):
        assert state_of(attackers[role], statement) == "42501", statement


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("call", INSIDE)
def test_nobody_calls_what_is_inside(
    attackers: dict[str, psycopg.Connection[Any]], call: str, role: str
) -> None:
    assert state_of(attackers[role], f"select {call}") == "42501"


@pytest.fixture(scope="module")
def books(world: World) -> Books:
    return Books(world)


@pytest.mark.parametrize("kind", ["contract", "assignment", "cashback", "office_rate"])
def test_a_specialist_does_nothing_alone(
    books: Books, attackers: dict[str, psycopg.Connection[Any]], kind: str
) -> None:
    """Not with a fresh second factor either: what lacks is the second person."""
    person = books.world.make_staff("financial_specialist")
    books.step_up(person)
    with books.world.raw(person) as connection:
        assert state_of(connection, f"select api.change_alone({KEY}, '{kind}', '{{}}', '{{}}')") == "BO012"


def test_forty_ways_of_one_person_with_two_accounts(books: Books) -> None:
    """Whatever account of a maker decides, and however: refused, and the request waits as it did."""
    maker = books.world.make_staff("financial_specialist")
    twin = books.world.make_staff("cfo", person=maker)
    books.step_up(twin)
    draft = ContractDraft(None, f"Two {uuid4()}", None, None, (Term("transfer", "EUR", "fixed", fixed=5),))
    saved = approvals.save(books.db(maker), uuid4(), "contract", draft.payload())
    approvals.submit(books.db(maker), uuid4(), saved.request_id, saved.revision)
    item = approvals.detail(books.db(twin), saved.request_id).item
    with books.world.raw(twin) as connection:
        for approve in (True, False):
            for reason in ("", "because", "x" * 500, "approved by another", None):
                for many in (1, 2, 3, 4):
                    one = f'{{"request_id": {item.request_id}, "hash": "{item.hash}"}}'
                    listed = f"[{', '.join([one] * many)}]"
                    row = connection.execute(
                        "select api.change_decide(gen_random_uuid(), %s::jsonb, %s, %s)",
                        (listed, approve, reason),
                    ).fetchone()
                    assert row is not None
                    answer = row[0]
                    results = answer.get("results", [answer])
                    assert all("refused" in each and "state" not in each for each in results), answer
    assert books.one("select state from book.change_request where id = %s", saved.request_id) == "submitted"
    assert (
        books.one("select count(*) from book.contract_version where request_id = %s", saved.request_id) == 0
    )
