"""Commission and limits in SQL, against a model in Python that shares no line with it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import cash_desk
from core.errors import Changed, Invalid, NotEligible
from tests.books import Books, Wallet, commission_of

MOST = 10**15
LAX = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


# The model.


def rounded(value: Fraction, rounding: str) -> int:
    whole, rest = divmod(value.numerator, value.denominator)
    twice = 2 * rest - value.denominator
    return {
        "down": whole,
        "up": whole + (rest > 0),
        "half_up": whole + (twice >= 0),
        "half_even": whole + (twice > 0 or (twice == 0 and whole % 2 == 1)),
    }[rounding]


def fee_of(term: dict[str, Any], amount: int) -> int:
    def share(percent: str) -> int:
        return rounded(Fraction(Decimal(percent)) * amount / 100, term["rounding"])

    fixed = term["fixed"]
    if term["commission"] == "tiers":
        under = [tier for tier in term["tiers"] if tier["from"] <= amount]
        tier = max(under, key=lambda one: int(one["from"])) if under else {"fixed": 0, "percent": "0"}
        fee = tier["fixed"] + share(tier["percent"])
    else:
        fee = {
            "none": lambda: 0,
            "percent": lambda: share(term["percent"]),
            "fixed": lambda: fixed,
            "fixed_plus_percent": lambda: fixed + share(term["percent"]),
            "greater_of": lambda: max(fixed, share(term["percent"])),
            "lesser_of": lambda: min(fixed, share(term["percent"])),
        }[term["commission"]]()
    if term["minimum"] is not None:
        fee = max(fee, term["minimum"])
    if term["maximum"] is not None:
        fee = min(fee, term["maximum"])
    return int(fee)


percents = st.integers(0, 100_000_000).map(lambda millionths: str(Decimal(millionths).scaleb(-6)))
fees = st.integers(0, 100_000)
amounts = st.one_of(
    st.integers(1, 1000),
    st.integers(1, MOST),
    st.integers(1, 10**7).map(lambda n: n * 100 + 50),
    st.just(MOST),
)


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    low, high = sorted((draw(fees), draw(fees)))
    starts = sorted(draw(st.sets(st.integers(1, 100_000), max_size=5)))
    return {
        "commission": draw(
            st.sampled_from(
                ["none", "percent", "fixed", "fixed_plus_percent", "greater_of", "lesser_of", "tiers"]
            )
        ),
        "percent": draw(percents),
        "fixed": draw(fees),
        "tiers": [{"from": start, "fixed": draw(fees), "percent": draw(percents)} for start in starts],
        "minimum": draw(st.sampled_from([None, low])),
        "maximum": draw(st.sampled_from([None, high])),
        "rounding": draw(st.sampled_from(["half_up", "up", "down", "half_even"])),
    }


def in_sql(books: Books, term: dict[str, Any], many: list[int]) -> list[int]:
    found = books.rule(
        "array_agg(commission_of(t, a) order by i) from jsonb_populate_record(null::contract_term, "
        "%s::jsonb) t, "
        "unnest(%s::bigint[]) with ordinality as u (a, i)",
        json.dumps(term),
        many,
    )
    return list(found)


@LAX
@given(term=terms(), many=st.lists(amounts, min_size=20, max_size=40))
def test_commission_is_the_models(books: Books, term: dict[str, Any], many: list[int]) -> None:
    assert in_sql(books, term, many) == [fee_of(term, amount) for amount in many]


def term(commission: str, **more: Any) -> dict[str, Any]:
    plain = {"percent": "0", "fixed": 0, "tiers": [], "minimum": None, "maximum": None, "rounding": "half_up"}
    return {"commission": commission, **plain, **more}


TIERS = [{"from": 1, "percent": "1", "fixed": 0}, {"from": 1000, "percent": "0.5", "fixed": 7}]


@pytest.mark.parametrize(
    ("asked_for", "amount", "fee"),
    [
        (term("none", percent="5", fixed=9), 1000, 0),
        (term("percent", percent="2.5"), 1000, 25),
        (term("percent", percent="0.5"), 100, 1),  # a half goes up
        (term("percent", percent="0.5", rounding="down"), 100, 0),
        (term("percent", percent="0.5", rounding="half_even"), 100, 0),
        (term("percent", percent="1.5", rounding="half_even"), 100, 2),
        (term("percent", percent="0.1", rounding="up"), 1, 1),
        (term("percent", percent="100"), MOST, MOST),
        (term("fixed", fixed=30), 1, 30),
        (term("fixed_plus_percent", fixed=30, percent="1"), 1000, 40),
        (term("greater_of", fixed=30, percent="1"), 1000, 30),
        (term("greater_of", fixed=30, percent="1"), 9999, 100),
        (term("lesser_of", fixed=30, percent="1"), 1000, 10),
        (term("tiers", tiers=TIERS), 999, 10),
        (term("tiers", tiers=TIERS), 1000, 12),
        (term("tiers", tiers=TIERS[1:]), 999, 0),
        (term("percent", percent="1", minimum=50), 1000, 50),
        (term("percent", percent="1", maximum=5), 1000, 5),
        # What is exact must not be rounded twice: 999999940000004.49999996 is under the half.
        (term("percent", percent="99.999999"), MOST - 49_999_996, 999_999_940_000_004),
        (
            term("tiers", tiers=[{"from": 1, "percent": "99.999999", "fixed": 0}]),
            MOST - 49_999_996,
            999_999_940_000_004,
        ),
    ],
)
def test_commission_of_every_kind(books: Books, asked_for: dict[str, Any], amount: int, fee: int) -> None:
    assert fee_of(asked_for, amount) == fee
    assert in_sql(books, asked_for, [amount]) == [fee]


# Who pays.


@pytest.fixture(scope="module")
def till(books: Books) -> tuple[Any, int]:
    desk, cashier = books.till(eur=10_000_00)
    return cashier, books.start(cashier, desk)


def client_with(books: Books, **more: Any) -> Wallet:
    """A client with a contract of their own."""
    version = books.contract(f"Own {uuid4()}")
    for kind in ("cash_top_up", "cash_withdrawal"):
        books.term(version, kind, "EUR", **more)
    made = books.client()
    books.assign_contract(made, version)
    return Wallet(made.id, made.coins["EUR"], "EUR")


@pytest.mark.parametrize(
    ("payer", "taken", "kept", "paid", "left"),
    [
        # 3 percent of 101.00 are 3.03; of a shared one the payer bears 1.52.
        ("on_top", 10403, 10100, 5000, 10100 - 5150),
        ("out_of", 10100, 10100 - 303, 5000 - 150, 10100 - 303 - 5000),
        ("shared", 10100 + 152, 10100 + 152 - 303, 5000 - 75, 10100 + 152 - 303 - 5075),
    ],
)
def test_who_pays(
    books: Books, till: tuple[Any, int], payer: str, taken: int, kept: int, paid: int, left: int
) -> None:
    cashier, day = till
    wallet = client_with(books, payer=payer, percent="3")
    db = books.db(cashier)
    shown = cash_desk.preview(db, "cash_top_up", day, wallet.coin_id, "EUR", 10100)
    assert (shown.cash, shown.balance_after, shown.commission) == (taken, kept, 303)
    done = cash_desk.top_up(db, cash_desk.CashOperation(uuid4(), day, wallet.coin_id, "EUR", 10100, 303))
    assert (done.cash, done.balance) == (taken, kept)
    assert shown.lines == done.lines
    shown = cash_desk.preview(db, "cash_withdrawal", day, wallet.coin_id, "EUR", 5000)
    assert (shown.cash, shown.balance_after) == (paid, left)
    wanted = cash_desk.CashOperation(uuid4(), day, wallet.coin_id, "EUR", 5000, 150, "passport")
    done = cash_desk.withdraw(db, wanted)
    assert (done.cash, done.balance, done.lines) == (paid, left, shown.lines)
    assert books.balance(wallet) == left
    books.assert_right()


def test_without_commission_there_is_no_posting_of_it(books: Books, till: tuple[Any, int]) -> None:
    cashier, day = till
    wallet = client_with(books, commission="none")
    wanted = cash_desk.CashOperation(uuid4(), day, wallet.coin_id, "EUR", 5000, 0)
    done = cash_desk.top_up(books.db(cashier), wanted)
    assert len(done.lines) == 1
    books.assert_right()


def test_a_price_that_changed_since_it_was_shown(books: Books, till: tuple[Any, int]) -> None:
    cashier, day = till
    wallet = books.wallet()
    with pytest.raises(Changed) as refusal:
        cash_desk.top_up(
            books.db(cashier), cash_desk.CashOperation(uuid4(), day, wallet.coin_id, "EUR", 10000, 99)
        )
    assert refusal.value.params == {"seen": 99, "commission": 100, "issuer": "EUR"}
    assert books.balance(wallet) == 0


def test_a_commission_that_eats_the_amount(books: Books, till: tuple[Any, int]) -> None:
    cashier, day = till
    wallet = client_with(books, payer="out_of", minimum=500)
    with pytest.raises(Invalid) as refusal:
        cash_desk.top_up(
            books.db(cashier), cash_desk.CashOperation(uuid4(), day, wallet.coin_id, "EUR", 500, 500)
        )
    assert refusal.value.key == "commission.above_amount"


def test_a_contract_without_a_term_for_it(books: Books, till: tuple[Any, int]) -> None:
    cashier, day = till
    made = books.client()
    books.assign_contract(made, books.contract(f"Empty {uuid4()}"))
    with pytest.raises(NotEligible) as refusal:
        books.put(cashier, day, Wallet(made.id, made.coins["EUR"], "EUR"), 1000)
    assert refusal.value.key == "term.missing"


def test_the_version_in_force_is_kept_with_the_operation(books: Books, till: tuple[Any, int]) -> None:
    cashier, day = till
    wallet = client_with(books, percent="1")
    contract = books.one(
        "select contract_id from book.client_contract where client_id = %s", wallet.client_id
    )
    now = books.one("select version_id from book.contract_term t join book.contract_version v "
                    "on v.id = t.version_id where v.contract_id = %s limit 1", contract)  # fmt: skip
    later = books.one(
        "insert into book.contract_version (contract_id, valid_from) values (%s, now() + interval '1 hour') "
        "returning id",
        contract,
    )
    books.term(later, "cash_top_up", "EUR", percent="50")
    done = books.put(cashier, day, wallet, 10000)
    assert done.commission == 100
    assert books.one("select version_id from vault.operation where id = %s", done.operation_id) == now


# Limits.


def starts(on: date) -> dict[str, date]:
    return {
        "day": on,
        "week": on - timedelta(days=on.weekday()),
        "month": on.replace(day=1),
        "quarter": on.replace(month=3 * ((on.month - 1) // 3) + 1, day=1),
        "year": on.replace(month=1, day=1),
        "life": date.min,
    }


steps = st.lists(
    st.tuples(st.sampled_from([0, 0, 1, 2, 5, 8, 27, 31, 92, 366]), st.integers(1, 10**9)),
    min_size=1,
    max_size=8,
)


@settings(LAX, max_examples=60)
@given(first=st.dates(date(2024, 1, 1), date(2030, 12, 31)), steps=steps)
def test_what_is_used_of_every_period_is_the_models(
    books: Books, first: date, steps: list[tuple[int, int]]
) -> None:
    with books.admin.transaction(force_rollback=True):
        _walk(books, first, steps)


def _walk(books: Books, first: date, steps: list[tuple[int, int]]) -> None:
    version = books.contract(f"Limits {uuid4()}")
    for period in starts(first):
        books.limit(version, "cash_top_up", "EUR", period, amount=10**15, pieces=10**6)
    client = books.client().id
    books.rule("limits_lock(%s, 'cash_top_up', 1::smallint)", client)
    on, past = first, list[tuple[date, int]]()
    for days, amount in steps:
        on += timedelta(days=days)
        left = {
            row[0]: (row[1], row[2])
            for row in books.rule(
                "jsonb_agg(jsonb_build_array(period, amount_used, pieces_used)) "
                "from limits_left(%s, %s, 'cash_top_up', 1::smallint, %s)",
                version, client, on,
            )
        }  # fmt: skip
        for period, start in starts(on).items():
            used = [one for day, one in past if day >= start]
            assert left[period] == (sum(used), len(used)), period
        books.rule("limits_use(%s, 'cash_top_up', 1::smallint, %s, %s)", client, on, amount)
        past.append((on, amount))


@pytest.mark.parametrize("period", ["operation", "day", "week", "month", "quarter", "year", "life"])
def test_an_amount_up_to_the_limit_and_not_beyond(books: Books, till: tuple[Any, int], period: str) -> None:
    cashier, day = till
    wallet = client_with(books, commission="none")
    version = books.one("select max(id) from book.contract_version")
    books.limit(version, "cash_top_up", "EUR", period, amount=1000)
    db = books.db(cashier)

    def put(amount: int) -> Any:
        return cash_desk.top_up(db, cash_desk.CashOperation(uuid4(), day, wallet.coin_id, "EUR", amount, 0))

    assert put(1001).broken == cash_desk.Broken(period, "amount", 1000, 0, 1)
    shown = cash_desk.preview(db, "cash_top_up", day, wallet.coin_id, "EUR", 400)
    assert [(one.period, one.amount_left) for one in shown.limits] == [(period, 600)]
    put(400)
    put(600)
    if period != "operation":
        assert put(1).broken == cash_desk.Broken(period, "amount", 1000, 1000, 1)
    books.assert_right()


def test_a_number_of_operations(books: Books, till: tuple[Any, int]) -> None:
    cashier, day = till
    wallet = client_with(books, percent="1", minimum=10)
    books.limit(books.one("select max(id) from book.contract_version"), "cash_top_up", "EUR", "day", pieces=2)
    books.put(cashier, day, wallet, 1000)
    books.put(cashier, day, wallet, 1000)
    broken = books.limited(cashier, day, wallet, 1000).broken
    assert (broken.measure, broken.limit, broken.used) == ("pieces", 2, 2)


def test_a_day_of_the_limit_is_the_clients_own(books: Books, till: tuple[Any, int]) -> None:
    """The same two moments, half an hour apart, are one day to one client and two days to another."""
    cashier, day = till
    now = datetime.now(UTC)
    # A zone whose clock says about half past eleven at night now, and one where it is about noon.
    late, noon = (_zone_where(now, hour) for hour in (23, 12))
    moments = [now, now + timedelta(minutes=61)]
    for zone, days in ((late, 2), (noon, 1)):
        wallet = books.wallet(zone=zone)
        for at in moments:
            books.rule(
                "cash_operation((select row(s.id, s.person_id, s.login, s.role, null)::actor from staff s "
                "where s.id = %s), %s, 'cash_top_up', %s, %s, %s, 'EUR', 600000, %s, null)",
                cashier.id, at, uuid4(), day, wallet.coin_id, commission_of(600000),
            )  # fmt: skip
        used = books.one("select amounts from book.limit_used where client_id = %s", wallet.client_id)
        assert used[0] == 600000 * (3 - days)
        assert used[5] == 1200000
    books.assert_right()


def _zone_where(now: datetime, hour: int) -> str:
    """A zone at a fixed distance from UTC in which it is that hour now."""
    ahead = (hour - now.hour) % 24
    ahead = ahead - 24 if ahead > 14 else ahead
    # The names of these zones have the sign the other way round.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def test_a_day_limit_is_held_at_the_till(books: Books, till: tuple[Any, int]) -> None:
    cashier, day = till
    wallet = books.wallet()
    books.put(cashier, day, wallet, 1_000_000)
    books.put(cashier, day, wallet, 1_000_000)
    assert books.limited(cashier, day, wallet, 1000).broken.period == "day"
    assert books.balance(wallet) == 2_000_000
