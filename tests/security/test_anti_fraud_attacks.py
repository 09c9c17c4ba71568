"""Applications and blocks by raw SQL: every role with its own credentials, and one person with two accounts."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import anti_fraud, approvals
from core.anti_fraud import NewBlock, Uplift
from core.errors import KeyReused, NotAllowed, StepUpNeeded
from tests.core.test_applications import WHY, limited
from tests.core.test_blocks import ask, state
from tests.front import Front
from tests.security.test_office_attacks import state_of
from tests.world import Person, World

KEY = "gen_random_uuid()"


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
