"""Desk days acted at random, right and wrong, against a plain Python ledger; the audit has the last word."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core import cash_desk
from core.errors import (
    BocliError,
    Changed,
    Invalid,
    KeyReused,
    NotAllowed,
    NotEnough,
    WrongState,
)
from tests.books import Books, Wallet, commission_of
from tests.by_model import act
from tests.company import count
from tests.world import Person

DESKS, CASHIERS, WALLETS = 3, 3, 4
ISSUERS = ("EUR", "USD")
PER_OPERATION, PER_DAY = 1_000_000, 2_000_000

amounts = st.one_of(
    st.integers(1, 90_00),
    st.integers(1, 500_00),
    st.sampled_from([0, -1, 10**15 + 1, PER_OPERATION, PER_OPERATION + 1, 900_000]),
)
off_by = st.sampled_from([0, 0, 0, -7, 7, 1, -100])
which_desk = st.integers(0, DESKS - 1)
# Nine times in ten a desk that fits what is to be done, and a person who may.
fitting = st.integers(0, 9)
mostly = st.sampled_from([True] * 7 + [False])
who = st.integers(0, CASHIERS - 1)
which_wallet = st.integers(0, WALLETS - 1)


@dataclass
class Day:
    """What a desk day must be like."""

    id: int
    cashier: int
    state: str = "opening_count"
    counted: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


@dataclass
class Desk:
    """What a desk must be like: its cash by the books, its day, and those behind it."""

    id: int
    cash: dict[str, int]
    day: Day | None = None
    closed: list[Day] = field(default_factory=list)


def in_state(*states: str) -> Callable[[Days], bool]:
    """Whether a desk has a day in one of these states."""
    return lambda self: any(desk.day is not None and desk.day.state in states for desk in self.desks)


class Days(RuleBasedStateMachine):
    """Several desks, cashiers, clients and two currencies."""

    books: ClassVar[Books]
    cashiers: ClassVar[list[Person]]
    accountant: ClassVar[Person]
    acts: ClassVar[Counter[str]]

    @initialize()
    def open_the_house(self) -> None:
        books = self.books
        self.desks = [
            Desk(books.desk(eur=300_00, usd=100_00), {"EUR": 300_00, "USD": 100_00}) for _ in range(DESKS)
        ]
        for desk in self.desks:
            for cashier in self.cashiers:
                books.assign(desk.id, cashier)
        clients = [books.client() for _ in range(WALLETS // 2)]
        self.wallets = [Wallet(one.id, one.coins[issuer], issuer) for one in clients for issuer in ISSUERS]
        self.balances = [0] * WALLETS
        self.used: dict[tuple[str, int], int] = defaultdict(int)
        self.done: list[tuple[Callable[[Any, Any], Any], Person, Any, Any]] = []
        books.admin.execute(
            "update auth.session set stepped_up_at = clock_timestamp(), last_seen = clock_timestamp() "
            "where staff_id = %s and closed_at is null",
            (self.accountant.id,),
        )
        for at in range(DESKS):
            day = books.start(self.cashiers[at], self.desks[at].id)
            self.desks[at].day = Day(day, at, "open")
        first = self.desks[0].day
        assert first is not None
        for one, wallet in enumerate(self.wallets):
            books.put(self.cashiers[0], first.id, wallet, 200_00)
            self.desks[0].cash[wallet.issuer] += 202_00
            self.balances[one] = self.used["cash_top_up", one] = 200_00

    # How a request goes.

    def ask(
        self, call: Callable[[Any, Any], Any], person: Person, request: Any, wrong: type[BocliError] | None
    ) -> Any:
        """Ask as that person; it must be refused as the model says, or be done."""
        db = self.books.db(person)
        if wrong is not None:
            with pytest.raises(wrong) as refusal:
                call(db, request)
            assert type(refusal.value) is wrong, refusal.value
            self.acts[wrong.__name__] += 1
            return None
        result = call(db, request)
        self.done.append((call, person, request, result))
        self.acts[call.__name__] += 1
        return result

    def busy(self, cashier: int) -> bool:
        return any(desk.day is not None and desk.day.cashier == cashier for desk in self.desks)

    def not_mine_or(self, day: Day, cashier: int, *states: str) -> type[BocliError] | None:
        if day.cashier != cashier:
            return NotAllowed
        return None if day.state in states else WrongState

    def pick(self, at: int, *states: str) -> Desk:
        """A desk whose day is in one of these states, or one time in ten any that has a day."""
        with_day = [desk for desk in self.desks if desk.day is not None]
        fits = [desk for desk in with_day if desk.day is not None and desk.day.state in states]
        among = fits if fits and at < 9 else with_day
        return among[at % len(among)]

    # Days.

    @rule(at=which_desk, cashier=who)
    def start(self, at: int, cashier: int) -> None:
        desk = self.desks[at]
        wrong = WrongState if desk.day is not None or self.busy(cashier) else None
        request = cash_desk.StartDay(uuid4(), desk.id)
        made = self.ask(cash_desk.start_day, self.cashiers[cashier], request, wrong)
        if made is not None:
            desk.day = Day(made.day_id, cashier)

    @precondition(in_state("opening_count"))
    @rule(at=fitting, cashier=who, eur=off_by, usd=off_by, confirm=st.booleans(), right=mostly)
    def count_at_the_opening(
        self, at: int, cashier: int, eur: int, usd: int, confirm: bool, right: bool
    ) -> None:
        desk = self.pick(at, "opening_count")
        assert desk.day is not None
        cashier = desk.day.cashier if right else cashier
        found = {"EUR": max(desk.cash["EUR"] + eur, 0), "USD": max(desk.cash["USD"] + usd, 0)}
        wrong = self.not_mine_or(desk.day, cashier, "opening_count")
        if wrong is None and found != desk.cash and not confirm:
            wrong = Changed
        counts = count(found["EUR"], found["USD"])
        request = cash_desk.OpeningCount(uuid4(), desk.day.id, counts, confirm, "seen by two")
        if self.ask(cash_desk.opening_count, self.cashiers[cashier], request, wrong) is not None:
            self.differ(desk, desk.day, found)
            desk.day.state = "open"

    @precondition(in_state("opening_count"))
    @rule(at=fitting, cashier=who, right=mostly, seldom=st.integers(0, 3))
    def give_up(self, at: int, cashier: int, right: bool, seldom: int) -> None:
        if seldom:
            at = 9
        desk = self.pick(at, "opening_count")
        assert desk.day is not None
        cashier = desk.day.cashier if right else cashier
        wrong = self.not_mine_or(desk.day, cashier, "opening_count")
        request = cash_desk.AbandonDay(uuid4(), desk.day.id)
        if self.ask(cash_desk.abandon_day, self.cashiers[cashier], request, wrong) is not None:
            desk.day = None

    @precondition(in_state("open"))
    @rule(at=fitting, cashier=who, right=mostly)
    def begin_to_count(self, at: int, cashier: int, right: bool) -> None:
        desk = self.pick(at, "open")
        assert desk.day is not None
        cashier = desk.day.cashier if right else cashier
        wrong = self.not_mine_or(desk.day, cashier, "open")
        request = cash_desk.StartCounting(uuid4(), desk.day.id)
        if self.ask(cash_desk.start_counting, self.cashiers[cashier], request, wrong) is not None:
            desk.day.state = "counting"

    @precondition(in_state("counting"))
    @rule(at=fitting, cashier=who, eur=off_by, usd=off_by, right=mostly, whole=mostly)
    def count_at_the_close(self, at: int, cashier: int, eur: int, usd: int, right: bool, whole: bool) -> None:
        desk = self.pick(at, "counting")
        assert desk.day is not None
        cashier = desk.day.cashier if right else cashier
        found = {"EUR": max(desk.cash["EUR"] + eur, 0), "USD": max(desk.cash["USD"] + usd, 0)}
        counts = count(found["EUR"], found["USD"])
        wrong = self.not_mine_or(desk.day, cashier, "counting")
        if not whole:
            counts["EUR"][100] = None
            wrong = wrong or Invalid
        request = cash_desk.ClosingCount(uuid4(), desk.day.id, counts)
        if self.ask(cash_desk.closing_count, self.cashiers[cashier], request, wrong) is not None:
            desk.day.state, desk.day.counted = "close_requested", found

    @precondition(in_state("close_requested"))
    @rule(at=fitting)
    def send_back(self, at: int) -> None:
        desk = self.pick(at, "close_requested")
        assert desk.day is not None
        wrong = None if desk.day.state == "close_requested" else WrongState
        request = cash_desk.SendBack(uuid4(), desk.day.id, "count again")
        if self.ask(cash_desk.send_back, self.accountant, request, wrong) is not None:
            desk.day.state = "counting"

    @precondition(in_state("close_requested"))
    @rule(at=fitting, stale=st.sampled_from([False, False, True]))
    def close(self, at: int, stale: bool) -> None:
        desk = self.pick(at, "close_requested")
        assert desk.day is not None
        seen = cash_desk.review(self.books.db(self.accountant), desk.day.id).count_seen or 0
        wrong: type[BocliError] | None = None
        if desk.day.state != "close_requested":
            wrong = WrongState
        elif stale:
            wrong = Changed
        request = cash_desk.CloseDay(uuid4(), desk.day.id, seen - stale)
        report = self.ask(cash_desk.close_day, self.accountant, request, wrong)
        if report is not None:
            self.end(desk, desk.day, desk.day.counted, report)

    @precondition(in_state("open", "counting"))
    @rule(at=fitting, eur=off_by, seldom=st.integers(0, 3))
    def close_by_force(self, at: int, eur: int, seldom: int) -> None:
        if seldom:
            return
        desk = self.pick(at, "open", "counting")
        assert desk.day is not None
        found = {**desk.cash, "EUR": max(desk.cash["EUR"] + eur, 0)}
        wrong = None if desk.day.state in ("open", "counting") else WrongState
        counts = count(found["EUR"], found["USD"])
        request = cash_desk.ForceClose(uuid4(), desk.day.id, counts, "gone home")
        report = self.ask(cash_desk.force_close, self.accountant, request, wrong)
        if report is not None:
            self.end(desk, desk.day, found, report)

    def end(self, desk: Desk, day: Day, found: dict[str, int], report: cash_desk.CashReport) -> None:
        assert {one.issuer: one.difference for one in report.sums} == {
            issuer: found[issuer] - desk.cash[issuer] for issuer in ISSUERS
        }
        assert report.day.z_number == len(desk.closed) + 1
        self.differ(desk, day, found)
        day.state = "closed"
        desk.closed.append(day)
        desk.day = None

    def differ(self, desk: Desk, day: Day, found: dict[str, int]) -> None:
        """Over and short of one day stand on accounts of their own: both may be there."""
        for issuer in ISSUERS:
            more = found[issuer] - desk.cash[issuer]
            for side in ("over", "short"):
                key = f"{side} {issuer}"
                day.left[key] = day.left.get(key, 0) + max(more if side == "over" else -more, 0)
            desk.cash[issuer] = found[issuer]

    @rule(
        at=which_desk,
        issuer=st.sampled_from(ISSUERS),
        way=st.sampled_from(["loss", "gain", "wallet", "debt"]),
    )
    def resolve(self, at: int, issuer: str, way: str) -> None:
        desk = self.desks[at]
        if not desk.closed:
            return
        day = desk.closed[-1]
        key = f"{'short' if way in ('loss', 'debt') else 'over'} {issuer}"
        wallet = next(one for one in range(WALLETS) if self.wallets[one].issuer == issuer)
        coin = self.wallets[wallet].coin_id if way in ("wallet", "debt") else None
        wrong = None if day.left.get(key) else WrongState
        request = cash_desk.ResolveDifference(uuid4(), day.id, issuer, way, "found out", coin)
        resolved = self.ask(cash_desk.resolve_difference, self.accountant, request, wrong)
        if resolved is not None:
            assert resolved.amount == day.left[key]
            if way == "wallet":
                self.balances[wallet] += resolved.amount
            day.left[key] = 0

    # Cash.

    @precondition(in_state("open"))
    @rule(
        at=fitting,
        one=which_wallet,
        amount=amounts,
        cashier=who,
        right=mostly,
    )
    def top_up(self, at: int, one: int, amount: int, cashier: int, right: bool) -> None:
        desk, wallet = self.pick(at, "open"), self.wallets[one]
        assert desk.day is not None
        cashier = desk.day.cashier if right else cashier
        fee = commission_of(amount)
        wrong = self.not_mine_or(desk.day, cashier, "open") or self.senseless(amount)
        request = cash_desk.CashOperation(uuid4(), desk.day.id, wallet.coin_id, wallet.issuer, amount, fee)
        receipt = self.ask(cash_desk.top_up, self.cashiers[cashier], request, wrong)
        if receipt is None:
            return
        if self.beyond("cash_top_up", one, amount):
            self.acts["limited"] += 1
            assert isinstance(receipt, cash_desk.Limited) and receipt.held is None
        else:
            desk.cash[wallet.issuer] += amount + fee
            self.balances[one] += amount
            self.used["cash_top_up", one] += amount
            assert (receipt.cash, receipt.balance) == (amount + fee, self.balances[one])

    @precondition(in_state("open"))
    @rule(
        at=fitting,
        one=which_wallet,
        amount=amounts,
        cashier=who,
        right=mostly,
    )
    def withdraw(self, at: int, one: int, amount: int, cashier: int, right: bool) -> None:
        desk, wallet = self.pick(at, "open"), self.wallets[one]
        assert desk.day is not None
        cashier = desk.day.cashier if right else cashier
        fee = commission_of(amount)
        wrong = self.not_mine_or(desk.day, cashier, "open") or self.senseless(amount)
        if wrong is None and (self.balances[one] < amount + fee or desk.cash[wallet.issuer] < amount):
            wrong = NotEnough
        request = cash_desk.CashOperation(
            uuid4(), desk.day.id, wallet.coin_id, wallet.issuer, amount, fee, "passport"
        )
        receipt = self.ask(cash_desk.withdraw, self.cashiers[cashier], request, wrong)
        if receipt is None:
            return
        if self.beyond("cash_withdrawal", one, amount):
            self.acts["held"] += 1
            self.balances[one] -= amount + fee
            assert isinstance(receipt, cash_desk.Limited) and receipt.held == amount + fee
        else:
            desk.cash[wallet.issuer] -= amount
            self.balances[one] -= amount + fee
            self.used["cash_withdrawal", one] += amount
            assert (receipt.cash, receipt.balance) == (amount, self.balances[one])

    def senseless(self, amount: int) -> type[BocliError] | None:
        return None if 0 < amount <= 10**15 else Invalid

    def beyond(self, kind: str, one: int, amount: int) -> bool:
        """Whether it breaks a limit and becomes an application."""
        return amount > PER_OPERATION or self.used[kind, one] + amount > PER_DAY

    # Again.

    @rule(back=st.integers(0, 30))
    def send_again(self, back: int) -> None:
        """Whatever happened since, the same request has the same answer and does nothing."""
        if self.done:
            call, person, request, result = self.done[-1 - back % len(self.done)]
            assert call(self.books.db(person), request) == result

    @rule(back=st.integers(0, 30))
    def use_a_key_for_something_else(self, back: int) -> None:
        if self.done:
            _, person, request, _ = self.done[-1 - back % len(self.done)]
            key: UUID = request.key
            other = cash_desk.AssignDesk(key, self.desks[0].id, self.cashiers[0].id, True)
            with pytest.raises(KeyReused):
                cash_desk.assign_desk(self.books.db(self.accountant), other)
            answer = self.books.db(person).call("outcome", key=key)
            assert "result" in answer

    # What must hold after every step.

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "desks"):
            return
        for desk in self.desks:
            assert self.books.cash(desk.id) == desk.cash
        found = self.books.one(
            "select array_agg(a.balance order by o.i) "
            "from unnest(%s::bigint[]) with ordinality as o (coin, i) "
            "join book.coin c on c.id = o.coin join vault.account a on a.id = c.wallet_account_id",
            [wallet.coin_id for wallet in self.wallets],
        )
        assert found == self.balances
        states = dict(
            self.books.admin.execute(
                "select id, state from book.desk_day where desk_id = any(%s) and state <> 'abandoned'",
                ([desk.id for desk in self.desks],),
            ).fetchall()
        )
        days = [day for desk in self.desks for day in (*desk.closed, *((desk.day,) if desk.day else ()))]
        assert states == {day.id: day.state for day in days}
        left = {
            (day, key): minor
            for day, key, minor in self.books.admin.execute(
                "select a.owner_id, lower(a.kind) || ' ' || i.code, a.balance from vault.account a "
                "join book.issuer i on i.id = a.issuer_id "
                "where a.kind in ('OVER', 'SHORT') and a.owner_id = any(%s) and a.balance <> 0",
                ([day.id for day in days],),
            )
        }
        assert left == {(day.id, key): minor for day in days for key, minor in day.left.items() if minor}

    def teardown(self) -> None:
        if not hasattr(self, "desks"):
            return
        self.books.assert_right()
        # The cashiers are wanted again.
        for desk in self.desks:
            if desk.day is None:
                continue
            db = self.books.db(self.accountant)
            if desk.day.state == "opening_count":
                cash_desk.abandon_day(db, cash_desk.AbandonDay(uuid4(), desk.day.id))
                continue
            if desk.day.state == "close_requested":
                cash_desk.send_back(db, cash_desk.SendBack(uuid4(), desk.day.id, "the end"))
            counts = self.books.counts(desk.id)
            cash_desk.force_close(db, cash_desk.ForceClose(uuid4(), desk.day.id, counts, "the end"))
        self.books.assert_right()


@pytest.fixture(scope="module")
def house(books: Books) -> type[Days]:
    Days.books = books
    Days.cashiers = [books.world.make_staff("cashier") for _ in range(CASHIERS)]
    Days.acts = Counter()
    Days.accountant = books.accountant(stepped_up=True)
    return Days


MET = {
    "start_day", "opening_count", "abandon_day", "top_up", "withdraw", "start_counting", "closing_count",
    "send_back", "close_day", "force_close", "limited", "Invalid", "NotAllowed", "NotEnough", "WrongState",
}  # fmt: skip


def test_days_at_random(house: type[Days]) -> None:
    act(house, house.acts, MET, 40, 50)


@pytest.mark.proof
def test_many_days_at_random(house: type[Days]) -> None:
    act(house, house.acts, MET, 300, 100)
