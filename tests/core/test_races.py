"""Two or more at once, on real connections: whoever is first, exactly one effect, and the books are right.

`ROUNDS` of each kind in every run, ten times as many with `make proof`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from core import cash_desk
from core.errors import BocliError, Changed, KeyReused, NotEnough, WrongState
from tests.books import Books, Wallet, asked
from tests.world import Person

ROUNDS = 40
TILLS = 16

rounds = pytest.mark.parametrize(
    "rounds",
    [pytest.param(ROUNDS, id="rounds"), pytest.param(ROUNDS * 10, id="many", marks=pytest.mark.proof)],
)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do them all at the same moment; what each answered or raised, in the order of the acts."""
    barrier = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def run(at: int, act: Callable[[], Any]) -> None:
        barrier.wait(10)
        try:
            answers[at] = act()
        except BocliError as refusal:
            answers[at] = refusal

    threads = [threading.Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return answers


def refusals(answers: list[Any]) -> list[BocliError]:
    return [answer for answer in answers if isinstance(answer, BocliError)]


def assert_one(answers: list[Any], *kinds: type[BocliError]) -> Any:
    """Exactly one was done; all others were refused as one of these. Returns what was done."""
    done = [answer for answer in answers if not isinstance(answer, BocliError)]
    assert len(done) == 1, answers
    for refusal in refusals(answers):
        assert type(refusal) in kinds, refusal
    return done[0]


@pytest.fixture(scope="module")
def tills(books: Books) -> list[tuple[int, Person, int]]:
    """Sixteen tills with an open day, each with its cashier."""
    made = [books.till() for _ in range(TILLS)]
    return [(desk, cashier, books.start(cashier, desk)) for desk, cashier in made]


@rounds
def test_a_key_pressed_twice(books: Books, tills: list[tuple[int, Person, int]], rounds: int) -> None:
    _, cashier, day = tills[0]
    db, wallet = books.db(cashier), books.wallet()
    for turn in range(rounds):
        request = asked(day, wallet, 1000 + turn)
        first, second = at_once(*[lambda request=request: cash_desk.top_up(db, request)] * 2)
        assert first == second
        assert isinstance(first, cash_desk.Receipt)
    assert books.balance(wallet) == sum(1000 + turn for turn in range(rounds))
    books.assert_right()


@rounds
def test_one_key_for_two_things(books: Books, tills: list[tuple[int, Person, int]], rounds: int) -> None:
    _, cashier, day = tills[0]
    db, wallet = books.db(cashier), books.wallet()
    kept = 0
    for _ in range(rounds):
        key = uuid4()
        requests = [asked(day, wallet, amount, key) for amount in (1000, 2000)]
        answers = at_once(*[lambda one=one: cash_desk.top_up(db, one) for one in requests])
        kept += assert_one(answers, KeyReused).amount
    assert books.balance(wallet) == kept
    books.assert_right()


@rounds
def test_one_key_on_two_tills(books: Books, tills: list[tuple[int, Person, int]], rounds: int) -> None:
    """Nothing but the key itself orders these two: they hold no lock in common."""
    kept = 0
    wallets = [books.wallet(), books.wallet()]
    for _ in range(rounds):
        key = uuid4()
        answers = at_once(
            *[
                lambda at=at: books.put(tills[at][1], tills[at][2], wallets[at], 1000, key)  # noqa: B023
                for at in range(2)
            ]
        )
        kept += assert_one(answers, KeyReused).amount
    assert sum(map(books.balance, wallets)) == kept
    books.assert_right()


@rounds
def test_two_cashiers_start_on_one_desk(books: Books, rounds: int) -> None:
    desk, first = books.till()
    second = books.world.make_staff("cashier")
    books.assign(desk, second)
    for _ in range(rounds):
        answers = at_once(
            *[
                lambda one=one: cash_desk.start_day(books.db(one), cash_desk.StartDay(uuid4(), desk))
                for one in (first, second)
            ]
        )
        day = assert_one(answers, WrongState)
        winner = first if day.cashier_id == first.id else second
        cash_desk.abandon_day(books.db(winner), cash_desk.AbandonDay(uuid4(), day.day_id))
    books.assert_right()


@rounds
def test_one_cashier_starts_on_two_desks(books: Books, rounds: int) -> None:
    desk, cashier = books.till()
    desks = [desk, books.desk(cashier)]
    db = books.db(cashier)
    for _ in range(rounds):
        answers = at_once(
            *[lambda one=one: cash_desk.start_day(db, cash_desk.StartDay(uuid4(), one)) for one in desks]
        )
        day = assert_one(answers, WrongState)
        cash_desk.abandon_day(db, cash_desk.AbandonDay(uuid4(), day.day_id))
    books.assert_right()


@rounds
def test_a_close_against_a_top_up(books: Books, rounds: int) -> None:
    """The top-up is in the day or it is refused: count and books are of one moment."""
    desk, cashier = books.till()
    accountant = books.accountant()
    db, office = books.db(cashier), books.db(accountant)
    wallet, kept = books.wallet(), 0
    day = books.start(cashier, desk)
    for turn in range(rounds):
        cash = books.cash(desk)["EUR"]
        answers = at_once(
            lambda: cash_desk.start_counting(db, cash_desk.StartCounting(uuid4(), day)),  # noqa: B023
            lambda: books.put(cashier, day, wallet, 1000),  # noqa: B023
        )
        assert not isinstance(answers[0], BocliError)
        for refusal in refusals(answers):
            assert type(refusal) is WrongState
        taken = not isinstance(answers[1], BocliError)
        kept += 1000 * taken
        assert books.cash(desk)["EUR"] == cash + 1010 * taken
        cash_desk.closing_count(db, cash_desk.ClosingCount(uuid4(), day, books.counts(desk)))
        if turn % 4 == 3:
            report = books.close(accountant, day)
            assert all(one.difference == 0 for one in report.sums)
            day = books.start(cashier, desk)
            continue
        cash_desk.send_back(office, cash_desk.SendBack(uuid4(), day, "again"))
        cash_desk.closing_count(db, cash_desk.ClosingCount(uuid4(), day, books.counts(desk)))
        books.close(accountant, day)
        day = books.start(cashier, desk)
    assert books.balance(wallet) == kept
    books.assert_right()


@rounds
def test_two_accountants_close(books: Books, rounds: int) -> None:
    desk, cashier = books.till()
    office = [books.db(books.accountant()) for _ in range(2)]
    for turn in range(rounds):
        day = books.start(cashier, desk)
        books.request_close(cashier, day, desk, EUR=1)
        seen = cash_desk.review(office[0], day).count_seen or 0
        second = (
            (lambda: cash_desk.send_back(office[1], cash_desk.SendBack(uuid4(), day, "no")))  # noqa: B023
            if turn % 2
            else (lambda: cash_desk.close_day(office[1], cash_desk.CloseDay(uuid4(), day, seen)))  # noqa: B023
        )
        answers = at_once(
            lambda: cash_desk.close_day(office[0], cash_desk.CloseDay(uuid4(), day, seen)),  # noqa: B023
            second,
        )
        done = assert_one(answers, WrongState, Changed)
        if isinstance(done, cash_desk.DeskDay):
            cash_desk.closing_count(
                books.db(cashier), cash_desk.ClosingCount(uuid4(), day, books.counts(desk, EUR=1))
            )
            seen = cash_desk.review(office[0], day).count_seen or 0
            cash_desk.close_day(office[0], cash_desk.CloseDay(uuid4(), day, seen))
    numbers = books.one(
        "select array_agg(number order by number) from book.z_report where desk_id = %s", desk
    )
    assert numbers == list(range(1, rounds + 1))
    books.assert_right()


@rounds
def test_two_tills_and_one_wallet(books: Books, tills: list[tuple[int, Person, int]], rounds: int) -> None:
    wallet = books.wallet()
    for _ in range(rounds):
        assert books.balance(wallet) == 0
        books.put(tills[2][1], tills[2][2], wallet, 10_10)
        answers = at_once(
            *[lambda at=at: books.take(tills[at][1], tills[at][2], wallet, 10_00) for at in range(3)]
        )
        assert assert_one(answers, NotEnough).balance == 0
    books.assert_right()


@rounds
def test_a_limit_and_sixteen_at_once(books: Books, tills: list[tuple[int, Person, int]], rounds: int) -> None:
    version = books.contract(f"Limit {uuid4()}")
    books.term(version, "cash_top_up", "EUR", percent="1", minimum=10)
    books.limit(version, "cash_top_up", "EUR", "day", amount=5_500)
    books.limit(version, "cash_top_up", "EUR", "month", pieces=9)
    for _ in range(max(rounds // TILLS * 2, 1)):
        made = books.client()
        books.assign_contract(made, version)
        wallet = Wallet(made.id, made.coins["EUR"], "EUR")
        answers = at_once(
            *[lambda at=at: books.put(tills[at][1], tills[at][2], wallet, 1_000) for at in range(TILLS)]  # noqa: B023
        )
        assert not refusals(answers)
        limited = [each for each in answers if isinstance(each, cash_desk.Limited)]
        assert len(limited) == TILLS - 5
        assert len({each.application_id for each in limited}) == TILLS - 5
        assert books.balance(wallet) == 5_000
    books.assert_right()


@rounds
def test_a_difference_resolved_by_two(books: Books, rounds: int) -> None:
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    accountants = [books.accountant(stepped_up=True) for _ in range(2)]
    for turn in range(max(rounds // 4, 1)):
        books.request_close(cashier, day, desk, EUR=-1 - turn)
        books.close(accountants[0], day)
        answers = at_once(
            *[
                lambda one=one: cash_desk.resolve_difference(
                    books.db(one),
                    cash_desk.ResolveDifference(uuid4(), day, "EUR", "loss", "gone"),  # noqa: B023
                )
                for one in accountants
            ]
        )
        assert assert_one(answers, WrongState).amount == 1 + turn
        day = books.start(cashier, desk)
    books.assert_right()


@rounds
def test_asking_what_became_of_it_while_it_is_on_its_way(
    books: Books, tills: list[tuple[int, Person, int]], rounds: int
) -> None:
    """The answer is final: told void, it never comes; told done, it is there."""
    _, cashier, day = tills[1]
    db, wallet, kept = books.db(cashier), books.wallet(), 0
    for _ in range(rounds):
        request = asked(day, wallet, 1000)
        done, told = at_once(
            lambda: cash_desk.top_up(db, request),  # noqa: B023
            lambda: db.call("outcome", key=request.key),  # noqa: B023
        )
        if told == {"void": True}:
            assert isinstance(done, KeyReused), done
        else:
            assert cash_desk.Receipt.read(told["result"]) == done
            kept += 1000
        assert books.balance(wallet) == kept
    books.assert_right()
