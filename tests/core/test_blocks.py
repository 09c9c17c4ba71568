"""Blocks of clients, coins and operations: what they stop, how several go together, and that two lift one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from core import anti_fraud, approvals
from core.anti_fraud import NewBlock
from core.db import Database
from core.errors import Changed, Invalid, NotAllowed, NotFound, WrongState
from tests.company import SYSTEM, Client
from tests.core.test_operations import done, payment, refused, transfer
from tests.core.test_races import at_once, refusals
from tests.front import Front
from tests.world import Person, World

WHY = "Reported by the bank"


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def maker(world: World) -> Person:
    return world.make_staff("anti_fraud")


@pytest.fixture(scope="module")
def one(front: Front, maker: Person) -> Database:
    return front.db(maker)


@pytest.fixture(scope="module")
def two(world: World, front: Front) -> Database:
    """Another specialist with a fresh second factor."""
    person = world.make_staff("anti_fraud")
    front.step_up(person)
    return front.db(person)


@pytest.fixture
def pair(front: Front) -> tuple[Client, Client]:
    a, b = front.client(), front.client()
    front.fund(a, "100.00")
    front.fund(b, "100.00")
    return a, b


def block(db: Database, **words: Any) -> int:
    return anti_fraud.make_block(db, uuid4(), NewBlock(**{"kind": "suspicion", "reason": WHY} | words))


def ask(db: Database, number: int, reason: str = "It was a mistake") -> int:
    """A request to lift a block, handed in; its number."""
    saved = approvals.save(db, uuid4(), "unblock", {"block_id": number, "reason": reason})
    if saved.error is not None:
        raise saved.error
    approvals.submit(db, uuid4(), saved.request_id, saved.revision)
    return saved.request_id


def decide(db: Database, request: int, *, approve: bool = True) -> approvals.Decided:
    item = approvals.detail(db, request).item
    return approvals.decide(db, uuid4(), [item], approve=approve, reason="Spoke to the client")[0]


def state(front: Front, number: int) -> str:
    return str(front.one("select state from book.block where id = %s", number))


def late(front: Front, number: int) -> int:
    """Let a block run out, and do what is due."""
    front.admin.execute(
        "update book.block set expires_at = clock_timestamp() - interval '1 second' where id = %s", (number,)
    )
    return int(front.rule(f"anti_fraud_due({SYSTEM}, clock_timestamp(), 100)"))


def test_a_blocked_client_neither_pays_nor_is_paid_until_two_lift_it(
    front: Front, one: Database, two: Database, pair: tuple[Client, Client]
) -> None:
    a, b = pair
    number = block(one, client_id=a.id)
    for line in (transfer(a, b, "1.00"), transfer(b, a, "1.00")):
        assert refused(front.run(line)[0]) == "client.blocked"
    request = ask(one, number)
    assert state(front, number) == "unblock_requested"
    assert refused(front.run(transfer(a, b, "1.00"))[0]) == "client.blocked"
    assert decide(two, request).state == "approved"
    assert state(front, number) == "lifted"
    done(front.run(transfer(a, b, "1.00"))[0])
    row = one.rows(anti_fraud.blocks_select().where(_id() == number))[0]
    assert (row.target, row.email, row.state, row.request_id) == ("client", a.email, "lifted", request)
    assert row.ended_by is not None
    assert row.ended_by != row.made_by


def _id() -> Any:
    from sqlalchemy import column

    return column("id")


@pytest.mark.parametrize(
    ("direction", "out", "into"), [("in", False, True), ("out", True, False), ("both", True, True)]
)
def test_a_blocked_coin_by_direction(
    front: Front, one: Database, pair: tuple[Client, Client], direction: str, out: bool, into: bool
) -> None:
    a, b = pair
    block(one, coin_id=a.coins["EUR"], direction=direction)
    for line, is_blocked in ((transfer(a, b, "1.00"), out), (transfer(b, a, "1.00"), into)):
        found = front.run(line)[0]
        assert (found.get("key") == "coin.blocked") is is_blocked


def test_a_blocked_operation_is_not_refunded(
    front: Front, one: Database, pair: tuple[Client, Client]
) -> None:
    a, b = pair
    number = done(front.run(transfer(a, b, "1.00"))[0])
    block(one, operation_id=number)
    assert front.run({"do": "refund", "of": str(number)})[0]["status"] == "refused"
    assert front.run({"do": "reversal", "of": str(number)})[0]["status"] == "refused"


def test_a_blocked_payment_stays_held_beyond_its_time(
    front: Front, one: Database, pair: tuple[Client, Client]
) -> None:
    a, shop = pair[0], front.merchant()
    held = done(front.run(payment(a, shop, "50.00") | {"do": "hold"})[0])
    number = block(one, operation_id=held)
    front.admin.execute("update book.hold set expires_at = now() where operation_id = %s", (held,))
    assert front.rule(f"holds_due({SYSTEM}, clock_timestamp(), 100)") == 0
    assert front.held(a) == 5000
    late(front, number)
    assert front.rule(f"holds_due({SYSTEM}, clock_timestamp(), 100)") == 1
    assert front.held(a) == 0


def test_of_several_the_widest_wins_and_each_ends_for_itself(
    front: Front, one: Database, two: Database, pair: tuple[Client, Client]
) -> None:
    a, b = pair
    coin = a.coins["EUR"]
    soon = datetime.now(UTC) + timedelta(days=1)
    first = block(one, coin_id=coin, direction="out", expires_at=soon)
    second = block(one, coin_id=coin, direction="both")
    assert front.one(
        "select (out_blocked_until, in_blocked_until) = ('infinity'::timestamptz, 'infinity') "
        "from book.coin where id = %s",
        coin,
    )
    assert decide(two, ask(one, second)).state == "approved"
    assert front.admin.execute(
        "select out_blocked_until, in_blocked_until from book.coin where id = %s", (coin,)
    ).fetchone() == (soon, None)
    assert late(front, first) == 1
    assert state(front, first) == "expired"
    done(front.run(transfer(a, b, "1.00"))[0])


def test_a_block_that_runs_out_stops_nothing_even_before_it_is_marked(
    front: Front, one: Database, pair: tuple[Client, Client]
) -> None:
    a, b = pair
    number = block(one, client_id=a.id, expires_at=datetime.now(UTC) + timedelta(seconds=0.3))
    assert refused(front.run(transfer(a, b, "1.00"))[0]) == "client.blocked"
    front.admin.execute("select pg_sleep(0.35)")
    done(front.run(transfer(a, b, "1.00"))[0])
    assert late(front, number) == 1
    assert front.one("select not blocked and blocked_until is null from book.client where id = %s", a.id)


def test_a_client_blocked_without_a_block_stays_so(
    front: Front, one: Database, two: Database, pair: tuple[Client, Client]
) -> None:
    a, _ = pair
    front.admin.execute("update book.client set blocked = true where id = %s", (a.id,))
    number = block(one, client_id=a.id)
    decide(two, ask(one, number))
    assert state(front, number) == "lifted"
    assert front.one("select blocked from book.client where id = %s", a.id)


@pytest.mark.parametrize(
    ("words", "key"),
    [({}, "block.of_one"), ({"direction": "in"}, "block.direction"), ({"kind": "whim"}, "block.kind"),
     ({"reason": ""}, "reason.missing"), ({"reason": "no"}, "reason.too_short"),
     ({"expires_at": datetime(2001, 1, 1, tzinfo=UTC)}, "block.until")],
)  # fmt: skip
def test_what_is_no_block_is_refused(
    front: Front, one: Database, pair: tuple[Client, Client], words: dict[str, Any], key: str
) -> None:
    whom = {} if key == "block.of_one" else {"client_id": pair[0].id}
    with pytest.raises(Invalid) as caught:
        block(one, **whom, **words)
    assert caught.value.key == key
    for nobody in ({"client_id": 10**9}, {"coin_id": 10**9, "direction": "in"}, {"operation_id": 10**9}):
        with pytest.raises(NotFound):
            block(one, **nobody)


def test_a_coin_needs_a_direction(one: Database, pair: tuple[Client, Client]) -> None:
    with pytest.raises(Invalid, match=r"block\.direction"):
        block(one, coin_id=pair[0].coins["EUR"])


@pytest.mark.parametrize("how", ["rejected", "withdrawn"])
def test_what_comes_to_nothing_leaves_the_block(
    front: Front, one: Database, two: Database, pair: tuple[Client, Client], how: str
) -> None:
    a, b = pair
    number = block(one, client_id=a.id)
    request = ask(one, number)
    with pytest.raises(WrongState, match=r"block\.wrong_state"):
        ask(two, number)
    if how == "rejected":
        assert decide(two, request, approve=False).state == "rejected"
    else:
        approvals.withdraw(one, uuid4(), request)
    assert state(front, number) == "blocked"
    assert refused(front.run(transfer(a, b, "1.00"))[0]) == "client.blocked"
    assert decide(two, ask(one, number)).state == "approved"


def test_nobody_lifts_alone(front: Front, one: Database, maker: Person, pair: tuple[Client, Client]) -> None:
    front.step_up(maker)
    number = block(one, client_id=pair[0].id)
    request = ask(one, number)
    found = decide(one, request)
    assert isinstance(found.error, NotAllowed)
    assert state(front, number) == "unblock_requested"
    with pytest.raises(NotAllowed):
        approvals.alone(one, uuid4(), "unblock", {"block_id": number, "reason": WHY}, {})


def test_a_block_that_ran_out_meanwhile_is_a_conflict(
    front: Front, one: Database, two: Database, pair: tuple[Client, Client]
) -> None:
    number = block(one, client_id=pair[0].id, expires_at=datetime.now(UTC) + timedelta(days=1))
    request = ask(one, number)
    late(front, number)
    assert decide(two, request).state == "conflicted"
    assert state(front, number) == "expired"


def test_specialists_see_requests_of_their_own_kind_only(world: World, front: Front, one: Database) -> None:
    from core.contracts import ContractDraft, Term

    db = front.db(world.make_staff("financial_specialist"))
    draft = ContractDraft(None, f"Two {uuid4()}", None, None, (Term("transfer", "EUR", "fixed", fixed=5),))
    saved = approvals.save(db, uuid4(), "contract", draft.payload())
    approvals.submit(db, uuid4(), saved.request_id, saved.revision)
    with pytest.raises(NotFound):
        approvals.detail(one, saved.request_id)
    assert {row.kind for row in one.rows(approvals.requests_select())} <= {"unblock"}
    mine = ask(one, block(one, client_id=front.client().id))
    with pytest.raises(NotFound):
        approvals.detail(db, mine)
    assert all(row.kind != "unblock" for row in db.rows(approvals.requests_select()))


def test_two_requests_and_two_decisions_at_once(
    front: Front, one: Database, two: Database, world: World, pair: tuple[Client, Client]
) -> None:
    person = world.make_staff("cfo")
    front.step_up(person)
    cfo = front.db(person)
    for _ in range(20):
        number = block(one, client_id=pair[0].id)
        found = at_once(*(lambda db=db, number=number: ask(db, number) for db in (one, two)))
        assert len(refusals(found)) == 1, found
        request = next(each for each in found if isinstance(each, int))
        decider = two if found[0] == request else one
        item = approvals.detail(cfo, request).item
        answers = at_once(
            *(
                lambda db=db, item=item: approvals.decide(db, uuid4(), [item], approve=True)[0]
                for db in (decider, cfo)
            )
        )
        states = [each.state for each in answers if each.error is None]
        assert states == ["approved"], answers
        assert state(front, number) == "lifted"
    assert not front.one("select blocked from book.client where id = %s", pair[0].id)


def test_what_was_not_shown_is_not_decided(front: Front, one: Database, two: Database) -> None:
    number = block(one, client_id=front.client().id)
    request = ask(one, number)
    found = approvals.decide(two, uuid4(), [approvals.Item(request, "0" * 64)], approve=True)[0]
    assert isinstance(found.error, Changed)
    assert state(front, number) == "unblock_requested"


def test_what_is_named_by_hand(front: Front, one: Database) -> None:
    a = front.client()
    assert anti_fraud.named(one, f" {a.email.upper()} ") == {"client_id": a.id}
    assert anti_fraud.named(one, a.serials["EUR"]) == {"coin_id": a.coins["EUR"]}
    assert anti_fraud.named(one, "77") == {"operation_id": 77}
    for text in ("nobody@test.example", "400000000009", "x", "٧", "9" * 30, ""):
        with pytest.raises(NotFound):
            anti_fraud.named(one, text)
