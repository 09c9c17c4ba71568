"""A limit broken at the till: an application and no cash; what anti-fraud lets pass is done again, once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from core import cash_desk
from core.errors import Changed, KeyReused, NotEligible, NotEnough
from tests.books import Books, Wallet, commission_of
from tests.world import Person

OVER = 1_000_100
"""More than an operation may: the company's contract lets 10,000.00 pass."""


@pytest.fixture
def till(books: Books) -> tuple[int, Person, int]:
    desk, cashier = books.till(eur=20_000_00)
    return desk, cashier, books.start(cashier, desk)


def rich(books: Books, cashier: Person, day: int) -> Wallet:
    """A client with 15,000.00 in the wallet."""
    wallet = books.wallet()
    for amount in (1_000_000, 500_000):
        books.put(cashier, day, wallet, amount)
    return wallet


def approve(books: Books, application_id: int, *, days: int = 1) -> int:
    """What anti-fraud does when it lets an application at a desk pass."""
    books.admin.execute(
        "update book.application set state = 'taken', taken_at = now() where id = %s", (application_id,)
    )
    books.admin.execute(
        "update book.application set state = 'approved', decided_at = now() where id = %s", (application_id,)
    )
    return int(
        books.one(
            "insert into book.limit_uplift (client_id, operation_kind, issuer_id, once, amount, starts_at, expires_at, "
            "made_by_id, reason, application_id) "
            "select client_id, kind, issuer_id, true, %s, now() - interval '2 days', "
            "now() + make_interval(days => %s), asked_by_id, 'known client', id from book.application where id = %s "
            "returning id",
            OVER, days, application_id,
        )
    )  # fmt: skip


def application(books: Books, number: int) -> tuple[Any, ...]:
    row = books.admin.execute(
        "select state, day_id, hold_id, operation_id, period, measure, limit_value, used_value, excess "
        "from book.application where id = %s",
        (number,),
    ).fetchone()
    assert row is not None
    return tuple(row)


def test_a_top_up_beyond_a_limit_is_an_application_and_takes_no_cash(
    books: Books, till: tuple[int, Person, int]
) -> None:
    desk, cashier, day = till
    wallet = books.wallet()
    cash, key = books.cash(desk), uuid4()
    shown = cash_desk.preview(books.db(cashier), "cash_top_up", day, wallet.coin_id, "EUR", OVER)
    assert shown.broken == cash_desk.Broken("operation", "amount", 1_000_000, 0, 100)
    limited = books.put(cashier, day, wallet, OVER, key)
    assert isinstance(limited, cash_desk.Limited)
    assert (limited.broken, limited.held, limited.amount) == (shown.broken, None, OVER)
    assert application(books, limited.application_id) == (
        "limited", day, None, None, "operation", "amount", 1_000_000, 0, 100,
    )  # fmt: skip
    assert (books.cash(desk), books.balance(wallet)) == (cash, 0)
    # The same key, the same answer, and no second application.
    assert books.put(cashier, day, wallet, OVER, key) == limited
    assert books.one("select count(*) from book.application where coin_id = %s", wallet.coin_id) == 1
    with pytest.raises(KeyReused):
        books.put(cashier, day, wallet, OVER + 100, key)
    # Nothing was counted: what the limit leaves is still there.
    assert isinstance(books.put(cashier, day, wallet, 1_000_000), cash_desk.Receipt)
    books.assert_right()


def test_a_withdrawal_beyond_a_limit_is_held_and_pays_nothing(
    books: Books, till: tuple[int, Person, int]
) -> None:
    desk, cashier, day = till
    wallet = rich(books, cashier, day)
    cash = books.cash(desk)
    limited = books.take(cashier, day, wallet, OVER)
    held = OVER + commission_of(OVER)
    assert isinstance(limited, cash_desk.Limited)
    assert limited.held == held
    assert (books.cash(desk), books.balance(wallet)) == (cash, 1_500_000 - held)
    kept = books.admin.execute(
        "select h.purpose, h.kind, h.state, h.amount, h.on_top, h.counted_on from book.hold h "
        "join book.application a on a.hold_id = h.id where a.id = %s",
        (limited.application_id,),
    ).fetchone()
    assert kept == ("application", "cash_withdrawal", "active", OVER, commission_of(OVER), None)
    books.assert_right()


def test_more_than_the_wallet_has_makes_no_application(books: Books, till: tuple[int, Person, int]) -> None:
    _, cashier, day = till
    wallet = books.wallet()
    with pytest.raises(NotEnough):
        books.take(cashier, day, wallet, OVER)
    with pytest.raises(Changed):
        cash_desk.top_up(
            books.db(cashier), cash_desk.CashOperation(uuid4(), day, wallet.coin_id, "EUR", OVER, 1)
        )
    assert books.one("select count(*) from book.application where coin_id = %s", wallet.coin_id) == 0
    books.assert_right()


@pytest.mark.parametrize("kind", ["cash_top_up", "cash_withdrawal"])
def test_what_anti_fraud_lets_pass_is_done_again_once(
    books: Books, till: tuple[int, Person, int], kind: str
) -> None:
    _, cashier, day = till
    wallet = rich(books, cashier, day)
    do = books.put if kind == "cash_top_up" else books.take
    limited = do(cashier, day, wallet, OVER)
    uplift = approve(books, limited.application_id)
    # More than was asked is not let pass.
    assert cash_desk.preview(books.db(cashier), "cash_top_up", day, wallet.coin_id, "EUR", OVER + 1).broken
    shown = cash_desk.preview(books.db(cashier), kind, day, wallet.coin_id, "EUR", OVER)
    assert (shown.broken, shown.uplifted) == (None, True)
    receipt = do(cashier, day, wallet, OVER)
    assert isinstance(receipt, cash_desk.Receipt)
    assert receipt.balance == shown.balance_after == books.balance(wallet)
    state, _, hold_id, operation_id, *_ = application(books, limited.application_id)
    assert (state, operation_id) == ("processed", receipt.operation_id)
    assert (hold_id is None) == (kind == "cash_top_up")
    if hold_id is not None:
        assert books.one("select state from book.hold where id = %s", hold_id) == "released"
    assert (
        books.one("select used_operation_id from book.limit_uplift where id = %s", uplift)
        == receipt.operation_id
    )
    if kind == "cash_top_up":
        again = do(cashier, day, wallet, OVER)
        assert isinstance(again, cash_desk.Limited)
    books.assert_right()


def test_what_was_blocked_after_the_approval_is_not_paid_out(
    books: Books, till: tuple[int, Person, int]
) -> None:
    desk, cashier, day = till
    wallet = rich(books, cashier, day)
    limited = books.take(cashier, day, wallet, OVER)
    assert isinstance(limited, cash_desk.Limited)
    approve(books, limited.application_id)
    books.admin.execute(
        "insert into book.block (operation_id, kind, reason, made_by_id, made_at) "
        "select h.operation_id, 'court_order', 'Order 12', %s, now() from book.hold h "
        "join book.application a on a.hold_id = h.id where a.id = %s",
        (cashier.id, limited.application_id),
    )
    cash = books.cash(desk)
    with pytest.raises(NotEligible, match=r"operation\.blocked"):
        cash_desk.preview(books.db(cashier), "cash_withdrawal", day, wallet.coin_id, "EUR", OVER)
    with pytest.raises(NotEligible, match=r"operation\.blocked"):
        books.take(cashier, day, wallet, OVER)
    assert (books.cash(desk), application(books, limited.application_id)[0]) == (cash, "approved")
    books.assert_right()


def test_an_uplift_that_is_over_lets_nothing_pass(books: Books, till: tuple[int, Person, int]) -> None:
    _, cashier, day = till
    wallet = books.wallet()
    limited = books.put(cashier, day, wallet, OVER)
    approve(books, limited.application_id, days=-1)
    assert isinstance(books.put(cashier, day, wallet, OVER), cash_desk.Limited)
    assert application(books, limited.application_id)[0] == "approved"


def test_a_temporary_uplift_is_added_to_each_limit_of_a_period(
    books: Books, till: tuple[int, Person, int]
) -> None:
    _, cashier, day = till
    wallet = books.wallet()
    for _ in range(2):
        books.put(cashier, day, wallet, 1_000_000)
    assert books.limited(cashier, day, wallet, 100_000).broken.period == "day"
    books.admin.execute(
        "insert into book.limit_uplift (client_id, operation_kind, issuer_id, once, amount, starts_at, expires_at, "
        "made_by_id, reason) select %s, 'cash_top_up', 1, false, 100000, now() - interval '1 hour', "
        "now() + interval '1 hour', %s, 'salary month'",
        (wallet.client_id, cashier.id),
    )
    shown = cash_desk.preview(books.db(cashier), "cash_top_up", day, wallet.coin_id, "EUR", 100_000)
    assert shown.broken is None
    assert [each.amount_left for each in shown.limits if each.period == "day"] == [0]
    # It widens the limits of a period, and not what one operation may.
    assert books.limited(cashier, day, wallet, OVER).broken.period == "operation"
    assert isinstance(books.put(cashier, day, wallet, 100_000), cash_desk.Receipt)
    assert books.limited(cashier, day, wallet, 1).broken.limit == 2_100_000
    books.assert_right()


def test_the_log_says_it_and_the_chain_holds(books: Books, till: tuple[int, Person, int]) -> None:
    _, cashier, day = till
    wallet = books.wallet()
    limited = books.put(cashier, day, wallet, OVER)
    approve(books, limited.application_id)
    books.put(cashier, day, wallet, OVER)
    said = books.admin.execute(
        "select what from vault.log where entity = 'application' and entity_id = %s order by id",
        (str(limited.application_id),),
    ).fetchall()
    assert said == [("application_add",), ("application_processed",)]
    books.assert_right()
