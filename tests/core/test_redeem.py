"""Redeem requests: every move of their states and every refusal, with the exact postings."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from core import cash_desk, redeem
from core.db import Database
from core.errors import (
    BocliError,
    Invalid,
    KeyReused,
    NotAllowed,
    NotEligible,
    NotEnough,
    NotFound,
    WrongState,
)
from core.redeem import Approve, End, Pay
from tests.company import Client
from tests.core.test_races import at_once
from tests.front import Front
from tests.world import Person, World

IBAN = "DE89370400440532013000"
SYSTEM = "redeem_due({system}, clock_timestamp())"


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def office(front: Front) -> Database:
    """An accountant's session."""
    return front.db(front.accountant())


@pytest.fixture(scope="module")
def till(front: Front) -> tuple[Database, int, int]:
    """A cashier's session with the open day and its desk, and 7,000.00 EUR in it."""
    desk, cashier = front.till(eur=7_000_00)
    return front.db(cashier), front.start(cashier, desk), desk


@contextmanager
def refuses(kind: type[BocliError], key: str) -> Iterator[None]:
    """What stands in here is refused so."""
    with pytest.raises(kind) as found:
        yield
    assert found.value.key == key


def rich(front: Front, **more: Any) -> Client:
    """A client with 980.00 EUR."""
    client = front.client(**more)
    front.fund(client, "1000.00")
    return client


def asked(front: Front, client: Client, kind: str = "cash", amount: str = "100.00") -> int:
    """The number of a request that the client's front end handed in."""
    line = {"do": f"{kind}_redeem", "from": client.serials["EUR"], "amount": amount}
    if kind == "bank":
        line |= {"iban": IBAN, "payee": "Own Name"}
    found = front.run(line)[0]
    assert found["status"] == "done", found
    return int(found["redeem_id"])


def approved(
    front: Front, office: Database, client: Client, kind: str = "cash", amount: str = "100.00"
) -> int:
    number = asked(front, client, kind, amount)
    redeem.approve_one(office, Approve(uuid4(), (number,)))
    return number


def state(front: Front, number: int) -> str:
    return str(front.one("select state from book.redeem_request where id = %s", number))


def hold(front: Front, number: int) -> str:
    query = "select h.state from book.hold h join book.redeem_request r on r.hold_id = h.id where r.id = %s"
    return str(front.one(query, number))


def payment(day: int, number: int, key: UUID | None = None, **more: Any) -> Pay:
    wanted = {"document": "passport AB1234", "pieces": {10000: 1}} | more
    return Pay(key or uuid4(), day, number, **wanted)


def used(front: Front, client: Client, kind: str) -> tuple[int, int]:
    """Amount and pieces of the client's day."""
    row = front.admin.execute(
        "select u.amounts[1], u.pieces[1] from book.limit_used u join book.issuer i on i.id = u.issuer_id "
        "where u.client_id = %s and u.operation_kind = %s and i.code = 'EUR'",
        (client.id, kind),
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def put_in(front: Front, number: int, wanted: str) -> None:
    """A request in a state, whatever its way there was."""
    front.admin.execute("alter table book.redeem_request disable trigger allowed_moves")
    front.admin.execute("update book.redeem_request set state = %s where id = %s", (wanted, number))
    front.admin.execute("alter table book.redeem_request enable always trigger allowed_moves")


# What is posted.


def test_cash_on_request_approved_and_paid(front: Front, office: Database, till: Any) -> None:
    db, day, desk = till
    client = rich(front)
    cash, limits = front.cash(desk)["EUR"], used(front, client, "cash_withdrawal")
    number = asked(front, client)
    assert (front.has(client), front.held(client)) == (98000 - 10100, 10100)
    assert used(front, client, "cash_withdrawal") == (limits[0] + 10000, limits[1] + 1)
    found = redeem.approve_one(office, Approve(uuid4(), (number,)))
    assert (found.state, found.operation_id) == ("approved", None)
    assert (state(front, number), hold(front, number), front.held(client)) == ("approved", "active", 10100)
    shown = redeem.at_desk(db, day, number)
    assert (shown.cash, shown.commission, shown.held) == (10000, 100, 10100)
    receipt = redeem.pay(db, payment(day, number))
    assert front.lines(receipt.operation_id) == [("HOLD", "CASH", 10000), ("HOLD", "COMMISSION", 100)]
    assert receipt.lines == shown.lines
    assert [(x.debit_kind, x.credit_kind, x.amount) for x in shown.lines] == front.lines(receipt.operation_id)
    assert (front.has(client), front.held(client)) == (98000 - 10100, 0)
    assert front.cash(desk)["EUR"] == cash - 10000
    assert (state(front, number), hold(front, number)) == ("paid", "used")
    assert used(front, client, "cash_withdrawal") == (limits[0] + 10000, limits[1] + 1), (
        "counted once, at request"
    )
    row = front.admin.execute(
        "select o.kind, o.amount, o.commission, o.day_id, o.of_id = h.operation_id, o.version_id = r.version_id, "
        "o.details, h.ended_operation_id = o.id, r.day_id, r.operation_id = o.id "
        "from book.redeem_request r join book.hold h on h.id = r.hold_id "
        "join vault.operation o on o.id = r.operation_id where r.id = %s",
        (number,),
    ).fetchone()
    assert row == (
        "cash_withdrawal", 10000, 100, day, True, True,
        {"document": "passport AB1234", "redeem": number, "pieces": [[10000, 1]]}, True, day, True,
    )  # fmt: skip
    front.assert_right()


def test_the_receipt_and_its_copy_say_the_same(front: Front, office: Database, till: Any) -> None:
    db, day, _ = till
    client = rich(front)
    receipt = redeem.pay(db, payment(day, approved(front, office, client)))
    assert (receipt.balance, receipt.cash, receipt.commission) == (87900, 10000, 100)
    assert receipt.redeem_id is not None
    front.fund(client, "5.00")  # what comes later does not change what the receipt said
    copy = cash_desk.receipt(db, receipt.operation_id)
    assert copy.copy
    for name in ("balance", "cash", "document", "lines", "redeem_id", "head", "serial", "desk"):
        assert getattr(copy, name) == getattr(receipt, name), name


def test_the_day_knows_what_was_paid(front: Front, office: Database) -> None:
    desk, cashier = front.till()
    day = front.start(cashier, desk)
    redeem.pay(front.db(cashier), payment(day, approved(front, office, rich(front))))
    (line,) = cash_desk.x_report(front.db(cashier), day).turnover
    assert (line.kind, line.pieces, line.amount, line.commission) == ("cash_withdrawal", 1, 10000, 100)
    front.request_close(cashier, day, desk)
    report = front.close(front.accountant(), day)
    (total,) = [each for each in report.sums if each.issuer == "EUR"]
    assert (total.cash_out, total.difference) == (10000, 0)


@pytest.mark.parametrize(("payer", "cash", "held"), [("on_top", 10001, 10201), ("out_of", 9801, 10001),
                                                     ("shared", 9901, 10101)])  # fmt: skip
def test_who_pays_the_commission(
    front: Front, office: Database, till: Any, payer: str, cash: int, held: int
) -> None:
    db, day, _ = till
    client = rich(front)
    version = front.contract(f"Terms {uuid4()}")
    front.term(version, "cash_withdrawal", "EUR", payer=payer, percent="2")
    front.assign_contract(client, version)
    number = approved(front, office, client, amount="100.01")
    shown = redeem.at_desk(db, day, number)
    assert (shown.cash, shown.held) == (cash, held)
    pieces = shown.suggested()
    assert pieces is not None
    receipt = redeem.pay(db, payment(day, number, pieces=pieces))
    assert front.lines(receipt.operation_id) == [("HOLD", "CASH", cash), ("HOLD", "COMMISSION", 200)]
    assert front.held(client) == 0


def test_without_commission_there_is_one_line(front: Front, office: Database, till: Any) -> None:
    db, day, _ = till
    client = rich(front)
    version = front.contract(f"Free {uuid4()}")
    for kind in ("cash_withdrawal", "bank_redeem"):
        front.term(version, kind, "EUR", commission="none")
    front.assign_contract(client, version)
    receipt = redeem.pay(db, payment(day, approved(front, office, client)))
    assert front.lines(receipt.operation_id) == [("HOLD", "CASH", 10000)]
    found = redeem.approve_one(office, Approve(uuid4(), (asked(front, client, "bank"),)))
    assert found.operation_id is not None
    assert front.lines(found.operation_id) == [("HOLD", "PAYOUT", 10000)]


def test_bank_approved_goes_to_the_payments_on_their_way(front: Front, office: Database) -> None:
    client = rich(front)
    number = asked(front, client, "bank")
    paid_out = front.of_kind("PAYOUT")
    shown = redeem.detail(office, number).lines
    found = redeem.approve_one(office, Approve(uuid4(), (number,)))
    assert found.operation_id is not None
    assert front.lines(found.operation_id) == [("HOLD", "PAYOUT", 10000), ("HOLD", "COMMISSION", 200)]
    assert [(x.debit_kind, x.credit_kind, x.amount) for x in shown] == front.lines(found.operation_id)
    assert redeem.detail(office, number).lines == ()
    assert (front.has(client), front.held(client)) == (98000 - 10200, 0)
    assert front.of_kind("PAYOUT") == paid_out + 10000
    assert (state(front, number), hold(front, number)) == ("approved", "used")
    row = front.admin.execute(
        "select o.kind, o.amount, o.commission, o.of_id = h.operation_id, r.decided_by_id is not null "
        "from book.redeem_request r join book.hold h on h.id = r.hold_id "
        "join vault.operation o on o.id = r.operation_id where r.id = %s", (number,),
    ).fetchone()  # fmt: skip
    assert row == ("bank_redeem", 10000, 200, True, True)
    front.assert_right()


@pytest.mark.parametrize("kind", ["cash", "bank"])
@pytest.mark.parametrize(("act", "then"), [(redeem.decline, "declined"), (redeem.cancel, "cancelled")])
def test_ending_a_request_gives_all_back(
    front: Front, office: Database, kind: str, act: Callable[..., Any], then: str
) -> None:
    client = rich(front)
    priced = "cash_withdrawal" if kind == "cash" else "bank_redeem"
    before = used(front, client, priced)
    number = asked(front, client, kind)
    found = act(office, End(uuid4(), number, "not now"))
    assert front.lines(found.operation_id)[0][:2] == ("HOLD", "WALLET")
    assert (front.has(client), front.held(client)) == (98000, 0)
    assert (state(front, number), hold(front, number)) == (then, "released")
    assert used(front, client, priced) == before
    assert front.one("select reason from book.redeem_request where id = %s", number) == "not now"


def test_an_approved_one_by_cash_can_be_cancelled_and_not_declined(front: Front, office: Database) -> None:
    client = rich(front)
    number = approved(front, office, client)
    with refuses(WrongState, "redeem.wrong_state"):
        redeem.decline(office, End(uuid4(), number, "too late"))
    redeem.cancel(office, End(uuid4(), number, "never came"))
    assert (front.has(client), state(front, number)) == (98000, "cancelled")


@pytest.mark.parametrize("percent", ["2", "0"])
@pytest.mark.parametrize("payer", ["on_top", "out_of"])
def test_an_approved_one_by_bank_is_taken_back(
    front: Front, office: Database, payer: str, percent: str
) -> None:
    """Until it is in a file: amount and commission are in the wallet again, and its use of the limits is given back."""
    client = rich(front)
    version = front.contract(f"Terms {uuid4()}")
    front.term(version, "bank_redeem", "EUR", payer=payer, percent=percent)
    front.assign_contract(client, version)
    before, paid_out, earned = (
        used(front, client, "bank_redeem"), front.of_kind("PAYOUT"), front.of_kind("COMMISSION"),
    )  # fmt: skip
    number = approved(front, office, client, "bank")
    assert used(front, client, "bank_redeem") != before
    with refuses(WrongState, "redeem.wrong_state"):
        redeem.decline(office, End(uuid4(), number, "too late"))
    asked_for = End(uuid4(), number, "the wrong one")
    found = redeem.cancel(office, asked_for)
    assert found.operation_id is not None
    fee = int(percent) * 100
    pays = 10000 - (fee if payer == "out_of" else 0)
    assert front.lines(found.operation_id) == [
        ("PAYOUT", "WALLET", pays), *([("COMMISSION", "WALLET", fee)] if fee else [])
    ]  # fmt: skip
    assert (front.has(client), front.held(client), state(front, number)) == (98000, 0, "cancelled")
    assert (front.of_kind("PAYOUT"), front.of_kind("COMMISSION")) == (paid_out, earned)
    assert used(front, client, "bank_redeem") == before
    assert redeem.cancel(office, asked_for) == found
    kinds = [each.kind for each in redeem.detail(office, number).operations]
    assert kinds == ["redeem_hold", "bank_redeem", "redeem_taken_back"]
    with refuses(WrongState, "redeem.wrong_state"):
        redeem.cancel(office, End(uuid4(), number, "twice"))
    front.assert_right()


def test_what_was_approved_and_is_blocked_is_not_taken_back(front: Front, office: Database) -> None:
    number = approved(front, office, rich(front), "bank")
    block_operation(front, number)
    with refuses(NotEligible, "operation.blocked"):
        redeem.cancel(office, End(uuid4(), number, "take it back"))


def test_what_is_over_expires_and_is_given_back(front: Front, office: Database) -> None:
    client = rich(front)
    waiting, ready, bank = asked(front, client), approved(front, office, client), asked(front, client, "bank")
    before = used(front, client, "cash_withdrawal")
    front.admin.execute(
        "update book.redeem_request set expires_at = now() where id in (%s, %s)", (waiting, ready)
    )
    assert front.rule(SYSTEM) == 2
    assert front.rule(SYSTEM) == 0
    assert [state(front, each) for each in (waiting, ready, bank)] == ["expired", "expired", "pending"]
    assert [hold(front, each) for each in (waiting, ready, bank)] == ["released", "released", "active"]
    assert (front.has(client), front.held(client)) == (98000 - 10200, 10200)
    assert used(front, client, "cash_withdrawal") == (before[0] - 20000, before[1] - 2)
    assert front.one("select decided_by_id is not null from book.redeem_request where id = %s", ready)
    front.assert_right()


def test_what_is_blocked_does_not_expire(front: Front) -> None:
    number = asked(front, rich(front))
    block_operation(front, number)
    front.admin.execute("update book.redeem_request set expires_at = now() where id = %s", (number,))
    assert front.rule(SYSTEM) == 0
    front.admin.execute(
        "update book.block set state = 'expired', ended_at = now() where operation_id is not null"
    )
    assert front.rule(SYSTEM) == 1


# What is refused.


def block_operation(front: Front, number: int) -> None:
    front.admin.execute(
        "insert into book.block (operation_id, kind, reason, made_by_id, made_at) "
        "select h.operation_id, 'suspicion', 'to be looked at', %s, now() "
        "from book.redeem_request r join book.hold h on h.id = r.hold_id where r.id = %s",
        (front.intake.id, number),
    )


def refusal_of(act: Callable[[], object]) -> BocliError | None:
    try:
        act()
    except BocliError as error:
        return error
    return None


def break_client(front: Front, client: Client, number: int, how: str) -> None:
    sql = {
        "client.blocked": "update book.client set blocked = true where id = %(client)s",
        "client.inactive": "update book.client set active = false where id = %(client)s",
        "client.not_identified": "update book.client set identification = 'expired' where id = %(client)s",
        "coin.blocked": "update book.coin set out_blocked_until = 'infinity' where id = %(coin)s",
        "redeem.expired": "update book.redeem_request set expires_at = now() where id = %(number)s",
    }
    if how == "operation.blocked":
        block_operation(front, number)
    elif how == "coin.shut":
        front.admin.execute("update book.coin set outgoing = false where id = %s", (client.coins["EUR"],))
    else:
        values = {"client": client.id, "coin": client.coins["EUR"], "number": number}
        front.admin.execute(sql[how].encode(), values)


BLOCKS = [
    "client.blocked",
    "client.inactive",
    "client.not_identified",
    "coin.blocked",
    "coin.shut",
    "operation.blocked",
]


@pytest.mark.parametrize("how", [*BLOCKS, "redeem.expired"])
def test_what_keeps_it_from_being_approved_and_paid(
    front: Front, office: Database, till: Any, how: str
) -> None:
    db, day, _ = till
    key = "coin.blocked" if how == "coin.shut" else how
    kind = WrongState if how == "redeem.expired" else NotEligible
    for act in ("approve", "pay"):
        client = rich(front)
        number = asked(front, client) if act == "approve" else approved(front, office, client)
        assert redeem.detail(office, number).refusal is None
        break_client(front, client, number, how)
        for _ in range(2):
            with refuses(kind, key):
                if act == "approve":
                    redeem.approve_one(office, Approve(uuid4(), (number,)))
                else:
                    redeem.pay(db, payment(day, number))
        if act == "pay":
            with refuses(kind, key):
                redeem.at_desk(db, day, number)
        if how in BLOCKS:
            assert redeem.detail(office, number).refusal == key
        assert (state(front, number), front.held(client)) == (
            "pending" if act == "approve" else "approved",
            10100,
        )


def test_a_bank_one_is_not_approved_while_its_client_is_blocked(front: Front, office: Database) -> None:
    client = rich(front)
    number = asked(front, client, "bank")
    break_client(front, client, number, "client.blocked")
    with refuses(NotEligible, "client.blocked"):
        redeem.approve_one(office, Approve(uuid4(), (number,)))
    assert (state(front, number), hold(front, number)) == ("pending", "active")


def test_a_blocked_operation_is_not_given_back_either(front: Front, office: Database) -> None:
    client = rich(front)
    number = asked(front, client)
    block_operation(front, number)
    for act in (redeem.decline, redeem.cancel):
        with refuses(NotEligible, "operation.blocked"):
            act(office, End(uuid4(), number, "take it back"))
    assert front.held(client) == 10100


BANKS = ("submitted", "settled", "returned", "recredited")
MOVES = [(kind, now) for kind in redeem.KINDS for now in redeem.STATES if kind == "bank" or now not in BANKS]


@pytest.mark.parametrize(("kind", "now"), MOVES)
def test_every_state_lets_only_its_own_acts(
    front: Front, office: Database, till: Any, kind: str, now: str
) -> None:
    db, day, _ = till
    allowed = {
        ("cash", "pending"): {"approve", "decline", "cancel"}, ("cash", "approved"): {"cancel", "pay"},
        ("bank", "pending"): {"approve", "decline", "cancel"}, ("bank", "approved"): {"cancel"},
    }.get((kind, now), set())  # fmt: skip
    acts: dict[str, Callable[[int], object]] = {
        "approve": lambda n: redeem.approve_one(office, Approve(uuid4(), (n,))),
        "decline": lambda n: redeem.decline(office, End(uuid4(), n, "because")),
        "cancel": lambda n: redeem.cancel(office, End(uuid4(), n, "because")),
        "pay": lambda n: redeem.pay(db, payment(day, n)),
    }
    client = front.client()
    front.fund(client, "2000.00")
    done = set()
    for name, act in acts.items():
        number = asked(front, client, kind)
        if (kind, now) == ("bank", "approved"):  # what was posted for it is taken back
            redeem.approve_one(office, Approve(uuid4(), (number,)))
        else:
            put_in(front, number, now)
        error = refusal_of(lambda act=act, number=number: act(number))  # type: ignore[misc]
        if error is None:
            done.add(name)
            continue
        wanted = {"redeem.not_approved", "redeem.not_cash"} if name == "pay" else set()
        assert error.key in {"redeem.wrong_state", *wanted}
        assert state(front, number) == now
        if (kind, now) != ("bank", "approved"):
            put_in(front, number, "pending")  # where its hold is: the audit looks at these books
    assert done == allowed


def test_the_table_itself_refuses_other_moves(front: Front) -> None:
    moves = set(
        front.admin.execute(
            "select entity, from_state, to_state from book.state_move where entity like 'redeem%'"
        )
    )
    client = front.client()
    front.fund(client, "1000.00")
    for kind, (old, new) in itertools.product(redeem.KINDS, itertools.permutations(redeem.STATES, 2)):
        number = front.one(
            "select max(id) from book.redeem_request where client_id = %s and kind = %s", client.id, kind
        )
        number = number or asked(front, client, kind, "10.00")
        put_in(front, number, old)
        sql = "update book.redeem_request set state = %s where id = %s"
        if (f"redeem_{kind}", old, new) in moves:
            front.admin.execute(sql, (new, number))
        else:
            with pytest.raises(psycopg.Error, match=r"redeem\.wrong_state"):
                front.admin.execute(sql, (new, number))
        put_in(front, number, "pending")  # where its hold is: the audit looks at these books


def test_there_is_no_such_request(front: Front, office: Database, till: Any) -> None:
    db, day, _ = till
    for act in (
        lambda: redeem.detail(office, 10**9),
        lambda: redeem.approve_one(office, Approve(uuid4(), (10**9,))),
        lambda: redeem.decline(office, End(uuid4(), 10**9, "because")),
        lambda: redeem.cancel(office, End(uuid4(), 10**9, "because")),
        lambda: redeem.at_desk(db, day, 10**9),
        lambda: redeem.pay(db, payment(day, 10**9)),
    ):
        with refuses(NotFound, "redeem.not_found"):
            act()


@pytest.mark.parametrize(("reason", "key"), [("", "reason.missing"), ("  ", "reason.missing"),
                                             ("x" * 501, "reason.too_long")])  # fmt: skip
def test_ending_needs_a_reason(front: Front, office: Database, reason: str, key: str) -> None:
    number = asked(front, rich(front))
    for act in (redeem.decline, redeem.cancel):
        with refuses(Invalid, key):
            act(office, End(uuid4(), number, reason))
    assert state(front, number) == "pending"


@pytest.mark.parametrize(
    ("pieces", "key"),
    [({}, "pieces.sum"), ({10000: 2}, "pieces.sum"), ({5000: 1}, "pieces.sum"), ({10000: 1, 1: 1}, "pieces.sum"),
     ({2500: 4}, "pieces.unknown"), ({10000: 10**8}, "pieces.malformed")],
)  # fmt: skip
def test_the_pieces_make_up_the_cash(
    front: Front, office: Database, till: Any, pieces: dict[int, int], key: str
) -> None:
    db, day, _ = till
    number = approved(front, office, rich(front))
    with refuses(Invalid, key):
        redeem.pay(db, payment(day, number, pieces=pieces))
    assert state(front, number) == "approved"
    redeem.pay(db, payment(day, number, pieces={5000: 1, 2000: 2, 1000: 1}))


@pytest.mark.parametrize("pieces", ["null", "{}", "[1]", "[[10000]]", "[[10000, -1]]", "[[10000, 0.5]]",
                                    '[["10000", 1]]', "[[10000, 1], [10000, 0]]", "[[null, 1]]",
                                    "[[10000, 1, 2]]"])  # fmt: skip
def test_hostile_pieces_are_refused(front: Front, office: Database, till: Any, pieces: str) -> None:
    import json

    db, day, _ = till
    number = approved(front, office, rich(front))
    with pytest.raises(Invalid, match="pieces"):
        db.call(
            "redeem_pay",
            key=uuid4(),
            day_id=day,
            request_id=number,
            document="x1234",
            pieces=json.loads(pieces),
        )
    assert state(front, number) == "approved"


@pytest.mark.parametrize(("document", "key"), [("", "document.missing"), (" ", "document.missing"),
                                               ("x" * 101, "document.too_long")])  # fmt: skip
def test_a_document_was_seen(front: Front, office: Database, till: Any, document: str, key: str) -> None:
    db, day, _ = till
    number = approved(front, office, rich(front))
    with refuses(Invalid, key):
        redeem.pay(db, payment(day, number, document=document))


def test_the_desk_has_the_cash(front: Front, office: Database) -> None:
    desk, cashier = front.till(eur=99_99)
    db, day = front.db(cashier), front.start(cashier, desk)
    number = approved(front, office, rich(front))
    for act in (lambda: redeem.at_desk(db, day, number), lambda: redeem.pay(db, payment(day, number))):
        with refuses(NotEnough, "cash.not_enough"):
            act()


def test_only_at_the_own_open_day(front: Front, office: Database, till: Any) -> None:
    db, _, _ = till
    desk, cashier = front.till()
    day = front.start(cashier, desk)
    number = approved(front, office, rich(front))
    for act in (lambda: redeem.at_desk(db, day, number), lambda: redeem.pay(db, payment(day, number))):
        with refuses(NotAllowed, "day.not_yours"):
            act()
    cash_desk.start_counting(front.db(cashier), cash_desk.StartCounting(uuid4(), day))
    with refuses(WrongState, "day.wrong_state"):
        redeem.pay(front.db(cashier), payment(day, number))
    with refuses(NotFound, "day.not_found"):
        redeem.pay(front.db(cashier), payment(10**9, number))


# Two persons.


def same_person(front: Front, number: int, person: Person) -> None:
    """The request was asked for by another account of that person."""
    front.admin.execute(
        "update book.staff set person_id = (select person_id from book.staff where id = %s) "
        "where id = (select asked_by_id from book.redeem_request where id = %s)",
        (person.id, number),
    )


def test_who_asked_does_not_approve_whatever_the_account(front: Front) -> None:
    accountant = front.accountant()
    db = front.db(accountant)
    number = asked(front, rich(front))
    was = front.one("select person_id from book.staff where id = %s", front.intake.id)
    same_person(front, number, accountant)
    assert redeem.detail(db, number).own
    with refuses(NotAllowed, "redeem.own"):
        redeem.approve_one(db, Approve(uuid4(), (number,)))
    (found,) = redeem.approve(db, Approve(uuid4(), (number,)))
    assert found.error is not None
    assert found.error.key == "redeem.own"
    front.admin.execute("update book.staff set person_id = %s where id = %s", (was, front.intake.id))
    assert not redeem.detail(db, number).own
    assert redeem.approve_one(db, Approve(uuid4(), (number,))).state == "approved"


def test_who_approved_does_not_pay_whatever_the_account(front: Front) -> None:
    desk, cashier = front.till()
    day = front.start(cashier, desk)
    twin = front.world.make_staff("accountant", person=cashier)
    number = approved(front, front.db(twin), rich(front))
    with refuses(NotAllowed, "redeem.own"):
        redeem.pay(front.db(cashier), payment(day, number))
    assert state(front, number) == "approved"


# Several at once, and each one once.


def test_several_are_approved_each_for_itself(front: Front, office: Database) -> None:
    client = rich(front)
    cash, bank, ended, blocked = (
        asked(front, client, kind, "10.00") for kind in ("cash", "bank", "cash", "cash")
    )
    redeem.decline(office, End(uuid4(), ended, "because"))
    block_operation(front, blocked)
    request = Approve(uuid4(), (10**9, blocked, bank, cash, ended, cash))
    found = redeem.approve(office, request)
    assert [(x.request_id, x.state, x.error and x.error.key) for x in found] == [
        (cash, "approved", None), (bank, "approved", None), (ended, None, "redeem.wrong_state"),
        (blocked, None, "operation.blocked"), (10**9, None, "redeem.not_found"),
    ]  # fmt: skip
    again = redeem.approve(office, request)
    assert [(x.request_id, x.state, x.operation_id) for x in again] == [
        (x.request_id, x.state, x.operation_id) for x in found
    ]
    assert front.one("select count(*) from vault.log where refused and what = 'redeem.approve' and "
                     "after -> 'of' ->> 'request' = %s", str(blocked)) == 1  # fmt: skip
    front.assert_right()


@pytest.mark.parametrize("ids", [(), tuple(range(1, 202))])
def test_one_to_two_hundred(office: Database, ids: tuple[int, ...]) -> None:
    with refuses(Invalid, "redeem.items"):
        redeem.approve(office, Approve(uuid4(), ids))


@pytest.mark.parametrize("ids", [None, "{}", ["1"], [1.5], [None], [-1], [[1]]])
def test_hostile_numbers_are_refused(office: Database, ids: Any) -> None:
    with refuses(Invalid, "redeem.items"):
        office.call("redeem_approve_all", key=uuid4(), ids=ids)


def test_the_same_key_is_done_once(front: Front, office: Database, till: Any) -> None:
    db, day, _ = till
    client = rich(front)
    number = asked(front, client, "bank")
    request = Approve(uuid4(), (number,))
    assert redeem.approve_one(office, request) == redeem.approve_one(office, request)
    with pytest.raises(KeyReused):
        redeem.approve_one(office, Approve(request.key, (asked(front, client),)))
    pay = payment(day, approved(front, office, client))
    assert redeem.pay(db, pay) == redeem.pay(db, pay)
    with pytest.raises(KeyReused):
        redeem.pay(db, payment(day, pay.request_id, pay.key, document="another 1234"))
    end = End(uuid4(), asked(front, client), "because")
    assert redeem.cancel(office, end) == redeem.cancel(office, end)


def test_two_tills_pay_one_request_once(front: Front, office: Database) -> None:
    tills = []
    for _ in range(2):
        desk, cashier = front.till(eur=5_000_00)
        tills.append((front.db(cashier), front.start(cashier, desk)))
    client = front.client()
    front.fund(client, "5000.00")
    for _ in range(20):
        number = approved(front, office, client)
        found = at_once(
            *(lambda db=db, day=day, n=number: redeem.pay(db, payment(day, n)) for db, day in tills)
        )  # type: ignore[misc]
        assert sorted(isinstance(each, BocliError) for each in found) == [False, True], found
    assert front.held(client) == 0
    front.assert_right()


def test_approving_against_cancelling_and_expiring(front: Front) -> None:
    first, second = (front.db(front.accountant()) for _ in range(2))
    client = front.client()
    front.fund(client, "5000.00")
    for at in range(30):
        number = asked(front, client, "bank" if at % 2 else "cash")
        before = front.has(client)
        found = at_once(
            lambda n=number: redeem.approve(first, Approve(uuid4(), (n,))),
            lambda n=number: redeem.decline(second, End(uuid4(), n, "because")),
        )
        assert (
            len([x for x in found if isinstance(x, BocliError) or (isinstance(x, tuple) and x[0].error)]) == 1
        )
        if state(front, number) == "declined":
            assert front.has(client) > before
        else:
            assert (state(front, number), front.has(client)) == ("approved", before)
    front.assert_right()


# What is shown.


def test_the_list_and_the_detail(front: Front, office: Database, till: Any) -> None:
    db, day, desk = till
    client = rich(front, name="List Client")
    cash, bank = asked(front, client), asked(front, client, "bank")
    huge = front.client()
    front.fund(huge, "9000.00")
    big = asked(front, huge, "cash", "8000.00")
    rows = {row.id: row for row in office.rows(redeem.requests_select())}
    assert (rows[cash].held, rows[cash].pays, rows[cash].at_desk, rows[big].at_desk) == (
        10100,
        10000,
        True,
        False,
    )
    assert (rows[bank].at_desk, rows[bank].iban, rows[bank].payee) == (None, IBAN, "Own Name")
    redeem.approve(office, Approve(uuid4(), (cash, bank)))
    found = redeem.detail(office, cash)
    assert (found.client, found.identified, found.own, found.hold_state) == (
        "List Client",
        True,
        False,
        "active",
    )
    assert found.desks
    assert redeem.detail(office, big).desks == ()
    redeem.pay(db, payment(day, cash))
    found = redeem.detail(office, cash)
    assert (found.state, found.held, found.desks) == ("paid", 0, None)
    assert found.desk == front.one("select name from book.desk where id = %s", desk)
    assert [each.kind for each in found.operations] == ["redeem_hold", "cash_withdrawal"]
    found = redeem.detail(office, bank)
    assert [each.kind for each in found.operations] == ["redeem_hold", "bank_redeem"]
    assert found.decided_by is not None


def test_what_a_client_can_be_paid(front: Front, office: Database, till: Any) -> None:
    db, _, _ = till
    client = rich(front)
    ready, waiting = approved(front, office, client), asked(front, client)
    approved(front, office, client, "bank")
    over = approved(front, office, client)
    front.admin.execute("update book.redeem_request set expires_at = now() where id = %s", (over,))
    found = redeem.payable(db, client.id)
    assert ([each.request_id for each in found.requests], found.waiting) == ([ready], 1)
    assert found.requests[0].cash == 10000
    assert waiting
    with pytest.raises(NotFound):
        redeem.payable(db, 10**9)


def test_what_waits_stands_on_the_accountants_home(front: Front, office: Database, till: Any) -> None:
    before = cash_desk.home(office).waiting["redeem_requests"]
    asked(front, rich(front))
    assert cash_desk.home(office).waiting["redeem_requests"] == before + 1
    assert "redeem_requests" not in cash_desk.home(till[0]).waiting


def test_the_palette_finds_a_request_by_its_number(front: Front, office: Database, till: Any) -> None:
    from core.finding import things

    number = asked(front, rich(front))

    def found(db: Database) -> list[str]:
        return [x.kind for x in things(db, f"#{number}") if x.kind.startswith("redeem") and x.id == number]

    assert (found(office), found(till[0])) == (["redeem_request"], [])
    redeem.approve(office, Approve(uuid4(), (number,)))
    assert (found(office), found(till[0])) == (["redeem_request"], ["redeem_pay"])


# Comes last: such a day is not right in the books.
def test_a_day_left_over_pays_nothing(front: Front, office: Database) -> None:
    desk, cashier = front.till()
    day = front.one(
        "insert into book.desk_day (desk_id, cashier_id, cash_date, started_at) "
        "values (%s, %s, current_date - 3, now() - interval '3 days') returning id", desk, cashier.id,
    )  # fmt: skip
    front.admin.execute("update book.desk_day set state = 'open', opened_at = now() where id = %s", (day,))
    number = approved(front, office, rich(front))
    with refuses(WrongState, "day.stale"):
        redeem.pay(front.db(cashier), payment(day, number))
