"""Redeem requests by raw SQL: every role with its own credentials tries what is not theirs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import redeem
from core.permissions import ROLES
from core.redeem import Approve
from tests.front import Front
from tests.security.test_office_attacks import state_of
from tests.world import World

KEY = "gen_random_uuid()"


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def waiting(front: Front) -> int:
    """A request that waits, and must wait to the end."""
    return asked(front)


def asked(front: Front, kind: str = "cash") -> int:
    client = front.client()
    front.fund(client, "500.00")
    line = {"do": f"{kind}_redeem", "from": client.serials["EUR"], "amount": "100.00"}
    if kind == "bank":
        line |= {"iban": "DE89370400440532013000", "payee": "Own Name"}
    return int(front.run(line)[0]["redeem_id"])


def state(front: Front, number: int) -> str:
    return str(front.one("select state from book.redeem_request where id = %s", number))


@pytest.mark.parametrize("view", ["api.redeem_requests"])
def test_nobody_writes_through_the_view(
    front: Front, attackers: dict[str, psycopg.Connection[Any]], waiting: int, view: str
) -> None:
    for role in ROLES:
        for statement in (
            f"update {view} set state = 'paid'",
            f"delete from {view}",
            f"insert into {view} (id) values (1)",
        ):
            assert state_of(attackers[role], statement) != "", (role, statement)
    assert state(front, waiting) == "pending"


@pytest.mark.parametrize(
    "pieces",
    ["null", "'{}'", "'\"x\"'", "'[]'", "'[[10000, 2]]'", "'[[10000, -1]]'", "'[[-10000, -1]]'", "'[[1e4, 1.0]]'",
     "'[[5000, 1], [5000, 1]]'", "'[[9223372036854775807, 9999999]]'", "'[[10000, 1, 1]]'", "'[{\"10000\": 1}]'",
     "'[[null, null]]'", "'[[true, 1]]'"],
)  # fmt: skip
def test_a_cashier_cannot_make_the_pieces_lie(front: Front, pieces: str) -> None:
    desk, cashier = front.till()
    day = front.start(cashier, desk)
    number = asked(front)
    redeem.approve_one(front.db(front.accountant()), Approve(uuid4(), (number,)))
    with front.world.raw(cashier) as connection:
        call = f"select api.redeem_pay({KEY}, {day}, {number}, 'passport 1234', {pieces})"
        assert state_of(connection, call) == "BO030"
    assert state(front, number) == "approved"


def test_forty_ways_of_one_person_with_two_accounts(front: Front) -> None:
    """Whatever account of who asked approves, alone or among others: refused, and the request waits as it did."""
    twin = front.accountant()
    other = front.world.make_staff("intake", enrolled=False)
    numbers = [asked(front, kind) for kind in ("cash", "bank") for _ in range(2)]
    front.admin.execute(
        "update book.staff set person_id = (select person_id from book.staff where id = %s) where id = %s",
        (twin.id, other.id),
    )
    front.admin.execute(
        "update book.redeem_request set asked_by_id = %s where id = any(%s)", (other.id, numbers)
    )
    tried = 0
    with front.world.raw(twin) as connection:
        for number in numbers:
            for many in range(10):
                listed = ", ".join([str(number)] * many)
                call = (
                    f"api.redeem_approve_all({KEY}, '[{listed}]')"
                    if many
                    else f"api.redeem_approve({KEY}, {number})"
                )
                row = connection.execute(f"select {call}".encode()).fetchone()
                assert row is not None
                results = row[0].get("results", [row[0]])
                assert all(each["refused"]["key"] == "redeem.own" for each in results), row
                tried += 1
    assert tried == 40
    assert {state(front, each) for each in numbers} == {"pending"}


def test_a_day_of_another_cashier_pays_nothing(front: Front) -> None:
    desk, cashier = front.till()
    day = front.start(cashier, desk)
    number = asked(front)
    redeem.approve_one(front.db(front.accountant()), Approve(uuid4(), (number,)))
    thief = front.world.make_staff("cashier")
    with front.world.raw(thief) as connection:
        for call in (
            f"api.redeem_pay({KEY}, {day}, {number}, 'passport 1234', '[[10000, 1]]')",
            f"api.redeem_at_desk({day}, {number})",
        ):
            assert state_of(connection, f"select {call}") == "BO012"
    assert state(front, number) == "approved"
