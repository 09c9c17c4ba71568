"""Applications and blocks by raw SQL: every role with its own credentials, and one person with two accounts."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import anti_fraud, approvals
from core.anti_fraud import NewBlock, Uplift
from core.errors import KeyReused, NotAllowed, StepUpNeeded
from core.permissions import PERMISSIONS, ROLES
from tests.core.test_applications import WHY, limited
from tests.core.test_blocks import ask, state
from tests.front import Front
from tests.security.test_office_attacks import state_of
from tests.world import Person, World

KEY = "gen_random_uuid()"
CALLS = {
    f"api.application_take({KEY}, 1)": "application:decide_escalated",
    f"api.application_give_back({KEY}, 1)": "application:decide_escalated",
    f"api.application_snooze({KEY}, 1, now())": "application:decide_escalated",
    f"api.application_escalate({KEY}, 1, 'xxx')": "application:decide",
    f"api.application_approve({KEY}, 1, 'once', null, null, null, 'xxx')": "application:decide_escalated",
    f"api.application_reject({KEY}, 1, 'xxx')": "application:decide_escalated",
    "api.application_detail(1)": "application:list",
    f"api.block_make({KEY}, 1, null, null, null, 'other', 'xxx', null)": "block:make",
}
VIEWS = {"api.applications": "application:list", "api.blocks": "block:list"}
TABLES = ("book.application", "book.limit_uplift", "book.block", "book.client_device", "book.hold")
INSIDE = (
    "rule.application_open(null, 1, now())", "rule.application_mine(null, 1, now())", "rule.application_lock(null)",
    "rule.application_return(null, now(), null)", "rule.anti_fraud_due(null, now(), 1)",
    "rule.blocks_apply(1, 1, now())", "rule.unblock_apply('{}', now(), null)", "rule.unblock_follow(null, '', 1)",
    "rule.unblock_base('{}')", "rule.block_named('{}')", "rule.uplift_check('once', 1, 1, now(), '', now())",
    "rule.uplift_write(null, now(), null, 1, 1, now(), 'x', 1)", "rule.change_kinds_seen()", "rule.why_check('x')",
)  # fmt: skip


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def first(world: World) -> Person:
    return world.make_staff("anti_fraud")


@pytest.fixture(scope="module")
def twin(world: World, first: Person) -> Person:
    """The same person's second account, of the chief financial officer."""
    return world.make_staff("cfo", person=first)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("call", CALLS)
def test_who_lacks_the_permission_cannot_call(
    attackers: dict[str, psycopg.Connection[Any]], call: str, role: str
) -> None:
    assert (state_of(attackers[role], f"select {call}") == "42501") is (role not in PERMISSIONS[CALLS[call]])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("view", VIEWS)
def test_who_lacks_the_permission_cannot_look(
    attackers: dict[str, psycopg.Connection[Any]], view: str, role: str
) -> None:
    found = state_of(attackers[role], f"select 1 from {view} limit 1")
    assert found == ("" if role in PERMISSIONS[VIEWS[view]] else "42501")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_nobody_touches_a_table(attackers: dict[str, psycopg.Connection[Any]], table: str, role: str) -> None:
    for statement in (
        f"select 1 from {table} limit 1", f"insert into {table} select * from {table}",
        f"delete from {table}", f"truncate {table}",
    ):  # fmt: skip
        assert state_of(attackers[role], statement) == "42501", statement


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("call", INSIDE)
def test_nobody_calls_what_is_inside(
    attackers: dict[str, psycopg.Connection[Any]], call: str, role: str
) -> None:
    assert state_of(attackers[role], f"select {call}") == "42501"


def test_who_passed_one_on_does_not_decide_it_by_another_account(
    front: Front, first: Person, twin: Person
) -> None:
    number, a, b = limited(front)
    anti_fraud.take(front.db(first), uuid4(), number)
    anti_fraud.escalate(front.db(first), uuid4(), number, "Please look too")
    for person in (first, twin):
        db = front.db(person)
        assert not anti_fraud.detail(db, number).may_decide
        for act in (
            lambda db=db: anti_fraud.take(db, uuid4(), number),
            lambda db=db: anti_fraud.give_back(db, uuid4(), number),
            lambda db=db: anti_fraud.snooze(db, uuid4(), number, None),
            lambda db=db: anti_fraud.approve(db, uuid4(), number, WHY, Uplift()),
            lambda db=db: anti_fraud.reject(db, uuid4(), number, WHY),
        ):
            with pytest.raises(NotAllowed, match=r"application\.own_escalation"):
                act()
    assert (front.held(a), front.has(b)) == (20400, 0)


def test_who_asked_for_it_does_not_approve_it_by_another_account(front: Front, world: World) -> None:
    number, a, b = limited(front)
    cashier = world.make_staff("cashier")
    front.admin.execute("update book.application set asked_by_id = %s where id = %s", (cashier.id, number))
    db = front.db(world.make_staff("anti_fraud", person=cashier))
    with pytest.raises(NotAllowed, match=r"application\.own"):
        anti_fraud.take(db, uuid4(), number)
    assert (front.held(a), front.has(b)) == (20400, 0)


def test_a_chief_decides_only_what_was_passed_on(front: Front, world: World) -> None:
    number, _, _ = limited(front)
    db = front.db(world.make_staff("cfo"))
    for act in (
        lambda: anti_fraud.take(db, uuid4(), number),
        lambda: anti_fraud.approve(db, uuid4(), number, WHY, Uplift()),
        lambda: anti_fraud.reject(db, uuid4(), number, WHY),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_key_is_not_used_for_another_application(front: Front, world: World) -> None:
    db = front.db(world.make_staff("anti_fraud"))
    (one, _, _), (two, _, b) = limited(front), limited(front)
    for number in (one, two):
        anti_fraud.take(db, uuid4(), number)
    key = uuid4()
    anti_fraud.approve(db, key, one, WHY, Uplift())
    with pytest.raises(KeyReused):
        anti_fraud.approve(db, key, two, WHY, Uplift())
    with pytest.raises(KeyReused):
        anti_fraud.reject(db, key, one, WHY)
    with pytest.raises(KeyReused):
        anti_fraud.approve(db, key, one, WHY + "!", Uplift())
    assert front.has(b) == 0


def test_nobody_lifts_a_block_by_a_second_account_or_without_a_second_factor(
    front: Front, first: Person, twin: Person, world: World
) -> None:
    db = front.db(first)
    number = anti_fraud.make_block(db, uuid4(), NewBlock("suspicion", WHY, client_id=front.client().id))
    request = ask(db, number)
    front.step_up(twin)
    item = approvals.detail(db, request).item
    assert isinstance(approvals.decide(front.db(twin), uuid4(), [item], approve=True)[0].error, NotAllowed)
    other = front.db(world.make_staff("anti_fraud"))
    with pytest.raises(StepUpNeeded):
        approvals.decide(other, uuid4(), [item], approve=True)
    assert state(front, number) == "unblock_requested"


@pytest.mark.parametrize(
    "role", ["administrator", "financial_specialist", "cashier", "compliance", "support_manager"]
)
def test_no_other_role_asks_to_lift_or_decides(
    front: Front, attackers: dict[str, psycopg.Connection[Any]], first: Person, role: str
) -> None:
    number = anti_fraud.make_block(
        front.db(first), uuid4(), NewBlock("other", WHY, client_id=front.client().id)
    )
    payload = f'{{"block_id": {number}, "reason": "because"}}'
    found = state_of(attackers[role], f"select api.change_save({KEY}, null, null, 'unblock', '{payload}')")
    assert found in ("42501", "BO012")
    assert state(front, number) == "blocked"


@pytest.mark.parametrize(
    "payload",
    ["{}", '{"block_id": "1"}', '{"block_id": -1}', '{"block_id": 1.5}', '{"block_id": 1e30}', '{"block_id": null}',
     '{"block_id": 999999999, "reason": "because"}', '{"block_id": [1]}'],
)  # fmt: skip
def test_an_odd_request_to_lift_is_refused(world: World, first: Person, payload: str) -> None:
    with world.raw(first) as connection:
        row = connection.execute(
            f"select api.change_save({KEY}, null, null, 'unblock', %s::jsonb)", (payload,)
        ).fetchone()
        assert row is not None
        assert "refused" in row[0] or row[0]["error"] is not None
