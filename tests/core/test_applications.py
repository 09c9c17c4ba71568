"""Applications for operations that broke a limit: taken, passed on, put off, approved, rejected, expired."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from core import anti_fraud
from core.anti_fraud import NewBlock, Uplift
from core.db import Database
from core.errors import BocliError, Invalid, NotAllowed, NotEligible, NotFound, WrongState
from tests.company import SYSTEM, Client
from tests.core.test_coins import plan
from tests.core.test_operations import transfer
from tests.core.test_races import at_once, refusals
from tests.front import Front
from tests.world import Person, World

ONCE = Uplift()
WHY = "Seen the contract of sale"
MANY = 20_000


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def people(world: World) -> tuple[Person, Person, Person]:
    """Two specialists and the chief financial officer."""
    return world.make_staff("anti_fraud"), world.make_staff("anti_fraud"), world.make_staff("cfo")


@pytest.fixture(scope="module")
def one(front: Front, people: tuple[Person, Person, Person]) -> Database:
    return front.db(people[0])


@pytest.fixture(scope="module")
def two(front: Front, people: tuple[Person, Person, Person]) -> Database:
    return front.db(people[1])


@pytest.fixture(scope="module")
def cfo(front: Front, people: tuple[Person, Person, Person]) -> Database:
    return front.db(people[2])


def limited(front: Front, amount: str = "200.00", **more: Any) -> tuple[int, Client, Client]:
    """An application for a transfer over a limit of 100.00 a day; giver and taker."""
    a, b = front.client(), front.client()
    version = front.contract(f"Limited {uuid4()}")
    front.term(version, "transfer", "EUR", payer="on_top", percent="2")
    front.limit(version, "transfer", "EUR", "day", amount=10_000)
    front.fund(a, "1000.00")
    front.assign_contract(a, version)
    found = front.run(transfer(a, b, amount, **more))[0]
    assert found["status"] == "limited", found
    return int(found["application_id"]), a, b


def taken(front: Front, db: Database, amount: str = "200.00") -> tuple[int, Client, Client]:
    made = limited(front, amount)
    anti_fraud.take(db, uuid4(), made[0])
    return made


def due(front: Front) -> int:
    return int(front.rule(f"anti_fraud_due({SYSTEM}, clock_timestamp(), 100)"))


def late(front: Front, number: int) -> None:
    front.admin.execute(
        "update book.application set expires_at = clock_timestamp() - interval '1 second' where id = %s",
        (number,),
    )


def test_the_list_and_what_helps_to_decide(front: Front, one: Database) -> None:
    number, a, b = limited(front, device="phone-1", note="For the car")
    row = one.rows(anti_fraud.applications_select().limit(1).order_by(_newest()))[0]
    assert (row.id, row.state, row.email, row.amount, row.limit_value, row.left_value, row.excess, row.waiting) == (
        number, "limited", a.email, 20000, 10000, 10000, 10000, True,
    )  # fmt: skip
    found = anti_fraud.detail(one, number)
    assert (found.period, found.measure, found.used_value, found.held, found.at_desk) == (
        "day",
        "amount",
        0,
        True,
        False,
    )
    assert found.coin["held"] == 20400
    assert found.limits[0]["amount_used"] == 0
    assert found.client["client_id"] == a.id
    assert found.other_side is not None
    assert found.other_side["client_id"] == b.id
    assert (found.note, found.device, found.may_decide, found.mine) == ("For the car", "phone-1", True, False)
    assert [each["kind"] for each in found.operations] == ["application_hold", "bank_top_up"]
    with pytest.raises(NotFound):
        anti_fraud.detail(one, 10**9)


def _newest() -> Any:
    from sqlalchemy import column, desc

    return desc(column("id"))


def test_approved_it_runs_counts_in_the_limits_and_the_uplift_is_kept(front: Front, one: Database) -> None:
    number, a, b = taken(front, one)
    before = front.has(a)
    key = uuid4()
    found = anti_fraud.approve(one, key, number, WHY, ONCE)
    assert (found.state, found.error) == ("processed", None)
    assert found.operation_id is not None
    assert front.lines(found.operation_id) == [("WALLET", "WALLET", 20000), ("WALLET", "COMMISSION", 400)]
    assert (front.has(a), front.held(a), front.has(b)) == (before, 0, 20000)
    assert anti_fraud.approve(one, key, number, WHY, ONCE) == found
    assert front.has(b) == 20000
    shown = anti_fraud.detail(one, number)
    assert (shown.state, shown.operation_id, shown.reason) == ("processed", found.operation_id, WHY)
    assert shown.limits[0]["amount_used"] == 20000
    uplift = front.admin.execute(
        "select once, amount, used_operation_id, reason from book.limit_uplift where application_id = %s",
        (number,),
    ).fetchall()
    assert uplift == [(True, 20000, found.operation_id, WHY)]
    with pytest.raises(WrongState):
        anti_fraud.approve(one, uuid4(), number, WHY, ONCE)
    front.assert_right()


def test_a_temporary_uplift_lets_the_next_one_through_until_its_end(front: Front, one: Database) -> None:
    number, a, b = taken(front, one)
    until = datetime.now(UTC) + timedelta(days=1)
    anti_fraud.approve(one, uuid4(), number, WHY, Uplift(until, amount=15_000))
    assert front.run(transfer(a, b, "50.00"))[0]["status"] == "done"
    assert front.run(transfer(a, b, "0.01"))[0]["status"] == "limited"
    front.admin.execute(
        "update book.limit_uplift set expires_at = starts_at + interval '1 microsecond' where application_id = %s",
        (number,),
    )
    assert front.run(transfer(a, b, "1.00"))[0]["status"] == "limited"


@pytest.mark.parametrize(
    ("uplift", "reason", "key"),
    [(Uplift(amount=5), WHY, "uplift.once_adds_nothing"),
     (Uplift(datetime(2999, 1, 1, tzinfo=UTC), amount=5), WHY, "uplift.until"),
     (Uplift(datetime(2001, 1, 1, tzinfo=UTC), amount=5), WHY, "uplift.until"),
     (Uplift(datetime(2999, 1, 1, tzinfo=UTC)), WHY, "uplift.adds_nothing"),
     (Uplift(datetime(2999, 1, 1, tzinfo=UTC), amount=-5), WHY, "uplift.adds_nothing"),
     (ONCE, "", "reason.missing"), (ONCE, "no", "reason.too_short"), (ONCE, "x" * 501, "reason.too_long")],
)  # fmt: skip
def test_what_is_no_uplift_is_refused_and_nothing_moves(
    front: Front, one: Database, uplift: Uplift, reason: str, key: str
) -> None:
    number, a, b = taken(front, one)
    with pytest.raises(Invalid) as caught:
        anti_fraud.approve(one, uuid4(), number, reason, uplift)
    assert caught.value.key == key
    assert (front.held(a), front.has(b), anti_fraud.detail(one, number).state) == (20400, 0, "taken")


def test_what_the_recheck_refuses_fails_and_the_money_is_back(front: Front, one: Database) -> None:
    number, a, b = taken(front, one)
    before = front.has(a)
    front.admin.execute("update book.client set blocked = true where id = %s", (b.id,))
    found = anti_fraud.approve(one, uuid4(), number, WHY, ONCE)
    assert found.state == "failed"
    assert isinstance(found.error, NotEligible)
    assert found.error.key == "client.blocked"
    assert (front.has(a), front.held(a), front.has(b)) == (before + 20400, 0, 0)
    assert front.one("select count(*) from book.limit_uplift where application_id = %s", number) == 0
    failure = anti_fraud.detail(one, number).failure
    assert failure is not None
    assert failure["key"] == "client.blocked"


def test_an_operation_that_is_blocked_is_not_approved(front: Front, one: Database) -> None:
    number, a, _ = taken(front, one)
    held = front.one(
        "select h.operation_id from book.hold h join book.application a on a.hold_id = h.id where a.id = %s",
        number,
    )
    anti_fraud.make_block(one, uuid4(), NewBlock("suspicion", "Looks odd", operation_id=held))
    with pytest.raises(NotEligible, match=r"operation\.blocked"):
        anti_fraud.approve(one, uuid4(), number, WHY, ONCE)
    assert front.held(a) == 20400


def freeze(front: Front, db: Database, number: int) -> int:
    """Block what an application set aside; the block's number."""
    held = front.one(
        "select h.operation_id from book.hold h join book.application a on a.hold_id = h.id where a.id = %s",
        number,
    )
    return anti_fraud.make_block(db, uuid4(), NewBlock("court_order", "Order 12", operation_id=held))


def test_what_is_blocked_goes_back_neither_by_rejection_nor_by_time(front: Front, one: Database) -> None:
    number, a, _ = taken(front, one)
    block = freeze(front, one, number)
    with pytest.raises(NotEligible, match=r"operation\.blocked"):
        anti_fraud.reject(one, uuid4(), number, "The client says it was not them")
    late(front, number)
    assert due(front) == 0
    assert (front.held(a), anti_fraud.detail(one, number).state) == (20400, "taken")
    front.admin.execute(
        "update book.block set expires_at = clock_timestamp() - interval '1 second' where id = %s", (block,)
    )
    assert due(front) == 2
    assert (front.held(a), anti_fraud.detail(one, number).state) == (0, "expired")
    front.assert_right()


def test_what_others_sent_is_among_the_newest_operations(front: Front, one: Database) -> None:
    number, a, b = limited(front)
    front.fund(b, "50.00")
    front.run(transfer(b, a, "7.00"))
    found = [
        (each["kind"], each["amount"], each["received"]) for each in anti_fraud.detail(one, number).operations
    ]
    assert found == [
        ("transfer", 700, True), ("application_hold", 20000, False), ("bank_top_up", 100000, False),
    ]  # fmt: skip


def test_what_waits_is_found_without_reading_what_is_decided(
    front: Front, one: Database, people: tuple[Person, Person, Person]
) -> None:
    number, a, b = limited(front)
    admin = front.admin
    admin.execute(
        "insert into book.application (state, kind, client_id, coin_id, issuer_id, amount, commission, version_id, "
        "period, measure, limit_value, used_value, excess, request_key, payload, asked_by_id, asked_at, expires_at) "
        "select 'rejected', 'bank_top_up', client_id, coin_id, issuer_id, amount, commission, version_id, period, "
        "measure, limit_value, used_value, excess, gen_random_uuid(), payload, asked_by_id, asked_at, expires_at "
        "from book.application, generate_series(1, %s) where id = %s",
        (MANY, number),
    )
    admin.execute(
        "insert into book.client_device select %s, 'phone-' || n, now(), now(), 1 from generate_series(1, %s) n",
        (b.id, MANY),
    )
    admin.execute("insert into book.client_device values (%s, 'phone-7', now(), now(), 3)", (a.id,))
    admin.execute("analyze book.application, book.client_device")
    with front.world.raw(people[0]) as connection:
        for more in ("", " and escalated = true"):
            read, text = plan(
                connection,
                f"select id from api.applications where waiting = true{more} order by id desc limit 51",
            )
            assert read < MANY / 10, text
    read, text = plan(admin, "select count(client_id) from book.client_device where device = 'phone-7'")
    assert read < MANY / 10, text
    assert [(each["device"], each["others"]) for each in anti_fraud.detail(one, number).devices] == [
        ("phone-7", 1)
    ]


def test_rejected_the_money_is_back(front: Front, one: Database) -> None:
    number, a, _ = taken(front, one)
    before = front.has(a)
    with pytest.raises(Invalid):
        anti_fraud.reject(one, uuid4(), number, " ")
    anti_fraud.reject(one, uuid4(), number, "The client says it was not them")
    assert (front.has(a), front.held(a)) == (before + 20400, 0)
    assert anti_fraud.detail(one, number).state == "rejected"
    for act in (anti_fraud.take, anti_fraud.give_back):
        with pytest.raises(WrongState):
            act(one, uuid4(), number)


def test_only_its_taker_decides_it_and_a_colleague_may_put_it_back(
    front: Front, one: Database, two: Database
) -> None:
    number, _, _ = limited(front)
    with pytest.raises(WrongState, match=r"application\.take_first"):
        anti_fraud.approve(one, uuid4(), number, WHY, ONCE)
    anti_fraud.take(one, uuid4(), number)
    for act in (
        lambda: anti_fraud.take(two, uuid4(), number),
        lambda: anti_fraud.approve(two, uuid4(), number, WHY, ONCE),
        lambda: anti_fraud.reject(two, uuid4(), number, WHY),
        lambda: anti_fraud.escalate(two, uuid4(), number, WHY),
        lambda: anti_fraud.snooze(two, uuid4(), number, None),
    ):
        with pytest.raises(WrongState, match=r"application\.taken_by"):
            act()
    anti_fraud.give_back(two, uuid4(), number)
    anti_fraud.take(two, uuid4(), number)
    assert anti_fraud.detail(two, number).mine


def test_put_off_until_before_it_expires(front: Front, one: Database) -> None:
    number, _, _ = limited(front)
    soon = datetime.now(UTC) + timedelta(hours=1)
    for until in (datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(days=8)):
        with pytest.raises(Invalid, match=r"application\.snooze_until"):
            anti_fraud.snooze(one, uuid4(), number, until)
    anti_fraud.snooze(one, uuid4(), number, soon)
    assert anti_fraud.detail(one, number).snoozed_until == soon
    anti_fraud.snooze(one, uuid4(), number, None)
    assert anti_fraud.detail(one, number).snoozed_until is None


def test_an_escalated_one_is_decided_by_another_person(
    front: Front, one: Database, two: Database, cfo: Database
) -> None:
    number, _, b = taken(front, one)
    with pytest.raises(NotAllowed):
        anti_fraud.take(cfo, uuid4(), number)
    anti_fraud.escalate(one, uuid4(), number, "Too much for me alone")
    with pytest.raises(NotAllowed, match=r"application\.own_escalation"):
        anti_fraud.take(one, uuid4(), number)
    anti_fraud.take(cfo, uuid4(), number)
    assert anti_fraud.approve(cfo, uuid4(), number, WHY, ONCE).state == "processed"
    assert front.has(b) == 20000
    number, _, _ = taken(front, one)
    anti_fraud.escalate(one, uuid4(), number, "Please look too")
    anti_fraud.take(two, uuid4(), number)
    with pytest.raises(WrongState, match=r"application\.escalated"):
        anti_fraud.escalate(two, uuid4(), number, "And again")


def test_what_nobody_decides_expires_and_the_money_is_back(front: Front, one: Database) -> None:
    number, a, _ = taken(front, one)
    before = front.has(a)
    late(front, number)
    with pytest.raises(NotEligible, match=r"application\.too_late"):
        anti_fraud.approve(one, uuid4(), number, WHY, ONCE)
    assert due(front) == 1
    assert due(front) == 0
    assert (front.has(a), front.held(a), anti_fraud.detail(one, number).state) == (
        before + 20400,
        0,
        "expired",
    )
    front.assert_right()


def test_a_banks_money_that_waits_without_a_hold(front: Front, one: Database) -> None:
    a = front.client()
    version = front.contract(f"Limited {uuid4()}")
    front.term(version, "bank_top_up", "EUR", payer="out_of", percent="2")
    front.limit(version, "bank_top_up", "EUR", "operation", amount=10_000)
    front.assign_contract(a, version)
    line = front.receive("200.00")
    found = front.run({"do": "bank_top_up", "to": a.serials["EUR"], "amount": "200.00"})[0]
    number = found["application_id"]
    front.admin.execute("update book.statement_line set application_id = %s where id = %s", (number, line))
    assert not anti_fraud.detail(one, number).held
    anti_fraud.take(one, uuid4(), number)
    assert anti_fraud.approve(one, uuid4(), number, WHY, ONCE).state == "processed"
    assert front.has(a) == 19600


def test_at_a_desk_it_is_only_approved_with_an_uplift_for_one(front: Front, one: Database) -> None:
    desk, cashier = front.till()
    day = front.start(cashier, desk)
    number, a, _ = limited(front)
    front.admin.execute("update book.application set day_id = %s where id = %s", (day, number))
    anti_fraud.take(one, uuid4(), number)
    until = datetime.now(UTC) + timedelta(days=1)
    assert anti_fraud.approve(one, uuid4(), number, WHY, Uplift(until, pieces=2)).state == "approved"
    rows = front.admin.execute(
        "select u.once, u.amount, u.pieces, u.used_operation_id, u.id = a.uplift_id from book.limit_uplift u "
        "join book.application a on a.id = u.application_id where a.id = %s order by u.id",
        (number,),
    ).fetchall()
    assert rows == [(True, 20000, None, None, True), (False, None, 2, None, False)]
    front.admin.execute("update book.application set expires_at = clock_timestamp() where id = %s", (number,))
    assert due(front) == 1
    assert anti_fraud.detail(one, number).state == "expired"
    assert (front.has(a), front.held(a)) == (98000, 0)


def test_two_take_one_and_two_approvals_at_once(front: Front, one: Database, two: Database) -> None:
    for _ in range(50):
        number, a, b = limited(front)
        found = at_once(
            *(lambda db=db, number=number: anti_fraud.take(db, uuid4(), number) for db in (one, two))
        )
        assert [type(each) for each in refusals(found)] == [WrongState], found
        mine = two if isinstance(found[0], BocliError) else one
        found = at_once(
            *[lambda db=mine, number=number: anti_fraud.approve(db, uuid4(), number, WHY, ONCE)] * 2
        )
        assert [type(each) for each in refusals(found)] == [WrongState], found
        assert (front.held(a), front.has(b)) == (0, 20000)
    front.assert_right()


def test_approved_rejected_and_expired_at_once(front: Front, one: Database) -> None:
    states = set()
    for _ in range(20):
        number, a, b = taken(front, one)
        before = front.has(a)
        found = at_once(
            lambda number=number: anti_fraud.approve(one, uuid4(), number, WHY, ONCE),
            lambda number=number: anti_fraud.reject(one, uuid4(), number, WHY),
            lambda: due(front),
        )
        state = anti_fraud.detail(one, number).state
        states.add(state)
        done = state == "processed"
        assert (front.held(a), front.has(b)) == (0, 20000 if done else 0)
        assert front.has(a) == before + (0 if done else 20400)
        assert len(refusals(found)) == 1, found
    assert states <= {"processed", "rejected"}
    front.assert_right()
