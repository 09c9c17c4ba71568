"""Coins: opened, shut in either direction, their statement page by page, their balance at any past moment."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import clients, coins
from core.db import Database
from core.db.keyset import Keyset
from core.errors import Invalid, NotAllowed, NotEligible, NotFound, WrongState
from tests.books import Books, Wallet
from tests.world import Person


@pytest.fixture(scope="module")
def db(books: Books) -> Database:
    return books.db(books.world.make_staff("administrator"))


@pytest.fixture(scope="module")
def till(books: Books) -> tuple[Person, int]:
    desk, cashier = books.till(eur=100_000_00)
    return cashier, books.start(cashier, desk)


def statement(db: Database, coin: int, size: int = 1000) -> list[Any]:
    keyset = Keyset(lambda: coins.lines_select(coin), ("operation_id", "line"))
    return [row for window in keyset.windows(db, size) for row in window]


def test_a_coin_is_opened_once_an_issuer(books: Books, db: Database) -> None:
    made = books.rule("client_add({system}, now(), 'individual', 'Coin Example', null, null, 'UTC')")
    key = uuid4()
    coin = coins.open_coin(db, key, made, "EUR")
    assert coins.open_coin(db, key, made, "EUR") == coin
    with pytest.raises(WrongState, match=r"coin\.there_already"):
        coins.open_coin(db, uuid4(), made, "EUR")
    with pytest.raises(NotFound, match=r"issuer\.not_found"):
        coins.open_coin(db, uuid4(), made, "XXX")
    with pytest.raises(NotFound, match=r"client\.not_found"):
        coins.open_coin(db, uuid4(), 10**9, "EUR")
    found = coins.detail(db, coin)
    assert (found.client_id, found.issuer, found.balance, found.held, found.incoming) == (
        made,
        "EUR",
        0,
        0,
        True,
    )
    assert len(found.serial) == 12
    assert [each.coin_id for each in clients.detail(db, made).coins] == [coin]


def test_a_direction_that_is_shut_lets_nothing_through(
    books: Books, db: Database, till: tuple[Person, int]
) -> None:
    cashier, day = till
    wallet = books.wallet()
    books.put(cashier, day, wallet, 100_00)
    coins.switch(db, uuid4(), wallet.coin_id, incoming=False, outgoing=True, reason="asked for it")
    with pytest.raises(NotEligible, match=r"coin\.blocked"):
        books.put(cashier, day, wallet, 10_00)
    books.take(cashier, day, wallet, 10_00)
    coins.switch(db, uuid4(), wallet.coin_id, incoming=True, outgoing=False, reason="the other way")
    books.put(cashier, day, wallet, 10_00)
    with pytest.raises(NotEligible, match=r"coin\.blocked"):
        books.take(cashier, day, wallet, 10_00)
    with pytest.raises(WrongState, match=r"coin\.as_it_is"):
        coins.switch(db, uuid4(), wallet.coin_id, incoming=True, outgoing=False, reason="once more")
    with pytest.raises(Invalid, match=r"reason\.missing"):
        coins.switch(db, uuid4(), wallet.coin_id, incoming=True, outgoing=True, reason=" ")
    with pytest.raises(NotFound, match=r"coin\.not_found"):
        coins.switch(db, uuid4(), 10**9, incoming=True, outgoing=True, reason="not there")
    before, after = books.admin.execute(
        "select before, after from vault.log where what = 'coin.switch' and entity_id = %s order by id desc limit 1",
        (str(wallet.coin_id),),
    ).fetchone() or (None, None)
    assert before == {"incoming": False, "outgoing": True}
    assert after == {"incoming": True, "outgoing": False, "reason": "the other way"}
    found = coins.detail(db, wallet.coin_id)
    assert (found.incoming, found.outgoing) == (True, False)


def test_a_statement_runs_from_nothing_to_the_balance(
    books: Books, db: Database, till: tuple[Person, int]
) -> None:
    cashier, day = till
    wallet = books.wallet()
    for amount in (50_00, 20_00, 70_00):
        books.put(cashier, day, wallet, amount)
    books.take(cashier, day, wallet, 30_00)
    lines = statement(db, wallet.coin_id)
    assert lines == statement(db, wallet.coin_id, 2), "pages of two give the same lines"
    running = 0
    for row in reversed(lines):
        running += row.amount_in - row.amount_out
        assert row.balance == running
        assert (row.amount_in == 0) != (row.amount_out == 0)
    assert running == books.balance(wallet)
    kinds = [(row.kind, row.other, row.issuer) for row in lines]
    assert kinds[:1] == [("cash_withdrawal", "HOLD", "EUR")]
    assert kinds[-2:] == [("cash_top_up", "COMMISSION", "EUR"), ("cash_top_up", "CASH", "EUR")]
    desk = books.one(
        "select d.name from book.desk d join book.desk_day y on y.desk_id = d.id where y.id = %s", day
    )
    assert lines[-1].other_of == desk
    assert statement(db, 10**9) == []


def test_nobody_reads_another_account_by_the_statement(books: Books) -> None:
    """The view shows clients' wallets and no other account, whatever is asked of it."""
    with books.world.raw(books.world.make_staff("administrator")) as raw:
        rows = raw.execute(
            "select distinct account_id from api.coin_lines where account_id in "
            "(select generate_series(1, 2000))"
        ).fetchall()
    kinds = books.one(
        "select array_agg(distinct kind) from vault.account where id = any(%s)", [r[0] for r in rows]
    )
    assert kinds == ["WALLET"]


def test_the_balance_at_any_moment_is_that_of_a_replay(
    books: Books, db: Database, till: tuple[Person, int]
) -> None:
    cashier, day = till
    client = books.client()
    wallet = Wallet(client.id, client.coins["EUR"], "EUR")
    chance = random.Random(7)
    have = 0
    for _ in range(60):
        if have > 5_000 and chance.random() < 0.4:
            have = books.take(cashier, day, wallet, 10_00).balance
        else:
            have = books.put(cashier, day, wallet, chance.randint(5, 40) * 100).balance
    # Days of it: operations that are spread over three months, some of them at the same moment.
    moments = spread(books, wallet.coin_id, chance)
    asked = [at + timedelta(microseconds=by) for at in moments for by in (-1, 0, 1)] + [
        moments[0] - timedelta(days=9),
        moments[-1] + timedelta(seconds=1),
    ]
    for at in asked:
        found = coins.balance_at(db, wallet.coin_id, at)
        assert (found.balance, found.operation_id) == replayed(books, wallet.coin_id, at), at
        assert found.held == 0
    assert coins.balance_at(db, wallet.coin_id, datetime.now(UTC)).balance == have


def spread(books: Books, coin: int, chance: random.Random) -> list[datetime]:
    """Give the coin's operations times of their own, in their order, up to an hour ago."""
    numbers = [
        row[0]
        for row in books.admin.execute(
            "select id from vault.operation where coin_id = %s order by id", (coin,)
        )
    ]
    at = datetime.now(UTC) - timedelta(days=90)
    moments = []
    with books.admin.transaction():
        books.admin.execute("set local session_replication_role = replica")
        books.admin.execute("alter table vault.operation disable trigger append_only")
        for number in numbers:
            at += timedelta(seconds=chance.choice((0, 0, 1, 3600, 86_400)))
            moments.append(at)
            books.admin.execute("update vault.operation set at = %s where id = %s", (at, number))
        books.admin.execute("alter table vault.operation enable always trigger append_only")
    return moments


def replayed(books: Books, coin: int, at: datetime) -> tuple[int, int | None]:
    """All lines of the wallet and the hold up to a moment, added up one by one."""
    rows = books.admin.execute(
        "select g.operation_id, case when g.credit_account_id in (c.wallet_account_id, c.hold_account_id) "
        "then g.amount else 0 end - case when g.debit_account_id in (c.wallet_account_id, c.hold_account_id) "
        "then g.amount else 0 end from book.coin c join vault.posting g on g.debit_account_id in "
        "(c.wallet_account_id, c.hold_account_id) or g.credit_account_id in (c.wallet_account_id, c.hold_account_id) "
        "join vault.operation p on p.id = g.operation_id where c.id = %s and p.at <= %s",
        (coin, at),
    ).fetchall()
    return sum(row[1] for row in rows), max((row[0] for row in rows), default=None)


def test_a_moment_that_comes_is_refused_and_before_the_coin_there_was_nothing(
    books: Books, db: Database
) -> None:
    wallet = books.wallet()
    with pytest.raises(Invalid, match=r"coin\.moment_ahead"):
        coins.balance_at(db, wallet.coin_id, datetime.now(UTC) + timedelta(minutes=1))
    with pytest.raises(NotFound, match=r"coin\.not_found"):
        coins.balance_at(db, 10**9, datetime.now(UTC))
    found = coins.balance_at(db, wallet.coin_id, datetime(1999, 1, 1, tzinfo=UTC))
    assert (found.balance, found.held, found.operation_id) == (0, 0, None)


def test_the_list_says_what_each_coin_holds(books: Books, db: Database, till: tuple[Person, int]) -> None:
    cashier, day = till
    client = books.client(name="Listed Example")
    books.put(cashier, day, Wallet(client.id, client.coins["EUR"], "EUR"), 12_34)
    keyset = Keyset(coins.coins_select).where("client_id", "=", client.id)
    rows = keyset.page(db, None, 10)
    assert [(row.issuer, row.balance, row.available, row.held) for row in rows] == [
        ("BONUS", 0, 0, 0), ("USD", 0, 0, 0), ("EUR", 12_34, 12_34, 0)
    ]  # fmt: skip
    assert {row.client for row in rows} == {"Listed Example"}


@pytest.mark.parametrize("role", ["cashier", "accountant", "compliance", "support_agent"])
def test_others_see_and_switch_no_coins(books: Books, role: str) -> None:
    wallet = books.wallet()
    db = books.db(books.world.make_staff(role))
    for act in (
        lambda: coins.detail(db, wallet.coin_id),
        lambda: coins.balance_at(db, wallet.coin_id, datetime.now(UTC)),
        lambda: coins.switch(db, uuid4(), wallet.coin_id, incoming=False, outgoing=False, reason="because"),
        lambda: coins.open_coin(db, uuid4(), wallet.client_id, "EUR"),
        lambda: statement(db, wallet.coin_id),
    ):
        with pytest.raises(NotAllowed):
            act()


# --- with many lines -----------------------------------------------------------------------------------

MANY = 200_000


@pytest.fixture(scope="module")
def long(books: Books, till: tuple[Person, int]) -> Wallet:
    """A wallet of a merchant with very many lines, among as many of others', all years old but the newest."""
    wallet = books.wallet()
    books.put(till[0], till[1], wallet, 50_00)
    admin = books.admin
    account = books.one("select wallet_account_id from book.coin where id = %s", wallet.coin_id)
    cash = books.one("select id from vault.account where kind = 'CASH' and issuer_id = 1 limit 1")
    with admin.transaction():
        admin.execute("set local session_replication_role = replica")
        admin.execute("alter table vault.posting disable trigger own_transaction")
        admin.execute(
            "insert into vault.account (kind, issuer_id, owner_id, debit_sign, striped) "
            "select 'DEBT', 1, n, 1, false from generate_series(1, 5000) n"
        )
        first = books.one("select max(id) - 4999 from vault.account")
        admin.execute(
            "insert into vault.operation (kind, at, booked_on, issuer_id, amount) select 'cash_top_up', "
            "timestamptz '2020-01-01' + n * interval '10 minutes', '2020-01-01', 1, 1 from generate_series(1, %s) n",
            (2 * MANY,),
        )
        last = books.one("select max(id) from vault.operation")
        admin.execute(
            "insert into vault.posting select %s - %s + n, 1, %s, case n %% 2 when 0 then %s else %s + n %% 5000 end, "
            "1, 1, null, n / 2, '2020-01-01' from generate_series(1, %s) n",
            (last, 2 * MANY, cash, account, first, 2 * MANY),
        )
        admin.execute("alter table vault.posting enable always trigger own_transaction")
    admin.execute("analyze vault.posting, vault.operation, vault.account, book.coin")
    return wallet


def plan(connection: psycopg.Connection[Any], sql: str) -> tuple[float, str]:
    """Rows read by the busiest node, and the plan."""
    text = "\n".join(row[0] for row in connection.execute(f"explain (analyze, timing off) {sql}".encode()))
    return max(
        float(found[0]) * int(found[1]) for found in re.findall(r"rows=([\d.]+) loops=(\d+)\)", text)
    ), text


@pytest.mark.parametrize("place", ["the newest", "the middle", "the oldest", "going back"])
def test_a_page_of_a_long_statement_reads_a_page(books: Books, long: Wallet, place: str) -> None:
    from sqlalchemy import column, tuple_
    from sqlalchemy.dialects import postgresql

    numbers = (
        "select {}(g.operation_id) from vault.posting g join book.coin c on c.id = %s where "
        "g.credit_account_id = c.wallet_account_id"
    )
    middle = (
        books.one(numbers.format("min"), long.coin_id) + books.one(numbers.format("max"), long.coin_id)
    ) // 2
    oldest = middle - MANY + 100
    asked: Any = coins.lines_select(long.coin_id).limit(51)
    key: Any = tuple_(column("operation_id"), column("line"))
    if place == "going back":
        asked = asked.where(key > (middle, 1)).order_by(column("operation_id"), column("line"))
    else:
        if place != "the newest":
            asked = asked.where(key < (middle if place == "the middle" else oldest, 1))
        asked = asked.order_by(column("operation_id").desc(), column("line").desc())
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    sql = str(asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    with books.world.raw(books.world.make_staff("administrator")) as raw:
        most, text = plan(raw, sql)
        rows = raw.execute(sql.encode()).fetchall()
    assert "Seq Scan on posting" not in text, text
    assert "Seq Scan on operation" not in text, text
    assert most <= 500, text
    assert len(rows) in (51, 50, 49), place


def test_a_moment_of_long_ago_is_found_by_halving(books: Books, db: Database, long: Wallet) -> None:
    one = "select wallet_account_id from book.coin where id = %s"
    account = books.one(one, long.coin_id)
    read = "select idx_tup_fetch from pg_stat_xact_all_tables where relid = 'vault.posting'::regclass"
    for days in (0, 1, 400, 1500, 2400):
        at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days)
        with books.admin.transaction():
            books.admin.execute("set local search_path = pg_catalog, auth, vault, book, rule, pg_temp")
            before = books.one(read)
            books.one("select account_at(%s, %s)", account, at)
            assert books.one(read) - before < 1000, "lines read of 200,000"
        found = coins.balance_at(db, long.coin_id, at)
        assert found.balance == books.one(
            "select coalesce((select g.credit_after from vault.posting g join vault.operation p "
            "on p.id = g.operation_id where g.credit_account_id = %s and p.at <= %s "
            "order by g.operation_id desc limit 1), 0)", account, at
        )  # fmt: skip
        assert (found.balance > 0) == (days > 0)
