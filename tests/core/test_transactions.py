"""The list of all operations: whatever is asked, the right rows in order; exact sums; one operation whole."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from core import operations
from core.db import Database
from core.db.keyset import Condition, Either
from core.errors import NotAllowed, NotFound
from core.operations import Transactions, Turnover, transactions_select
from tests.books import Books
from tests.company import Client

TODAY = datetime.now(UTC).date()
DAYS = (0, 1, 3, 6, 20, 45, 200)
KINDS = ("transfer", "payment", "bonus_issue", "cash_top_up", "reversal")


@dataclass
class Everything:
    """A ledger with some of all, and who may read it."""

    books: Books
    db: Database
    clients: list[Client]

    def run(self, lines: list[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
        """Lines as a front end hands them in, at that moment."""
        for line in lines:
            line.setdefault("key", str(uuid4()))
        done: list[dict[str, Any]] = self.books.rule(
            "operations_run({system}, %s, 'system', %s::jsonb[])", at, list(map(json.dumps, lines))
        )
        assert [each for each in done if each["status"] != "done"] == []
        return done


@pytest.fixture(scope="module")
def all_of_it(books: Books) -> Everything:
    for kind, issuer in itertools.product(("transfer", "payment"), ("EUR", "USD", "BONUS")):
        books.term(books.version, kind, issuer, percent="1")
    books.term(books.version, "bonus_issue", "BONUS")
    names = ("Ann Walk", "Anna Walk", "Bea Walk", "Cyd 100% Walk")
    made = Everything(
        books, books.db(books.world.make_staff("anti_fraud")), [books.client(name=x) for x in names]
    )
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    for client, issuer in itertools.product(made.clients, ("EUR", "USD")):
        books.top_up(books.db(cashier), day, client, 500_000, issuer)
    dice, shops = random.Random(7), made.clients[2:]
    books.admin.execute(
        "update book.coin set kind = 'merchant' where client_id = any(%s)", ([each.id for each in shops],)
    )
    for back in sorted(DAYS, reverse=True):
        at = datetime.now(UTC) - timedelta(days=back)
        lines: list[dict[str, Any]] = [
            {"do": "bonus_issue", "to": client.serials["BONUS"], "minor": 100_000} for client in made.clients
        ]
        for _ in range(30):
            a, b = dice.sample(made.clients, 2)
            issuer = dice.choice(("EUR", "EUR", "USD", "BONUS"))
            # Those who take payments are shops.
            do = "payment" if b in shops else "transfer"
            lines.append({"do": do, "from": a.serials[issuer],
                          "to": b.serials[issuer], "minor": dice.choice((7, 10, 1000, 1250))})  # fmt: skip
        done = made.run(lines, at)
        made.run([{"do": "reversal", "of": done[5]["operation_id"]}], at)
    return made


def rows(asked: Transactions, db: Database, size: int = 17) -> list[Any]:
    return [row for window in asked.windows(db, size) for row in window]


def raw(made: Everything, where: str, *values: Any) -> list[int]:
    """The numbers as a scan of everything finds them, newest first."""
    found = made.books.admin.execute(
        f"""select o.id from vault.operation o join book.issuer i on i.id = o.issuer_id
              left join book.client c on c.id = o.client_id left join book.client d on d.id = o.counter_client_id
              left join book.coin n on n.id = o.coin_id left join book.coin m on m.id = o.counter_coin_id
             where {where} order by o.id desc""".encode(),
        values,
    ).fetchall()
    return [row[0] for row in found]


def everything() -> Transactions:
    return Transactions(transactions_select)


def test_everything_newest_first_and_from_the_end(all_of_it: Everything) -> None:
    numbers = raw(all_of_it, "true")
    assert len(numbers) > 200
    found = rows(everything(), all_of_it.db)
    assert [row.id for row in found] == numbers
    last = everything().page(all_of_it.db, None, 5, backwards=True)
    assert [row.id for row in last] == numbers[:-6:-1]
    before = everything().page(all_of_it.db, (numbers[20],), 5, backwards=True)
    assert [row.id for row in before] == numbers[15:20][::-1]
    assert everything().newer(all_of_it.db, (numbers[20],)) == 20
    paid = next(row for row in found if row.kind == "payment" and row.issuer == "EUR")
    a, b = (next(c for c in all_of_it.clients if c.id == n) for n in (paid.client_id, paid.counter_client_id))
    assert (paid.serial, paid.other_serial, paid.email) == (a.serials["EUR"], b.serials["EUR"], a.email)


@pytest.mark.parametrize("index", range(4))
def test_of_a_client_on_either_side(all_of_it: Everything, index: int) -> None:
    client, db = all_of_it.clients[index], all_of_it.db
    mine = raw(all_of_it, "%s in (c.id, d.id)", client.id)
    for party in (client.email.upper(), client.phone):
        assert [row.id for row in rows(everything().of(party), db)] == mine, party
    wallet = client.serials["USD"]
    expected = raw(all_of_it, "%s in (n.serial, m.serial)", wallet)
    assert [row.id for row in rows(everything().of(wallet), db)] == expected
    assert everything().of(client.phone).newer(db, (mine[10],)) == 10


def test_of_several_clients_by_the_beginning_of_their_names_no_row_twice(all_of_it: Everything) -> None:
    both = raw(all_of_it, "c.name like 'Ann%%' or d.name like 'Ann%%'")
    assert [row.id for row in rows(everything().of("aNN"), all_of_it.db)] == both
    percent = raw(all_of_it, "c.name like 'Cyd%%' or d.name like 'Cyd%%'")
    assert [row.id for row in rows(everything().of("cyd 100%"), all_of_it.db)] == percent
    assert rows(everything().of("%"), all_of_it.db) == []


def test_by_an_exact_amount_in_the_unit_of_each_row(all_of_it: Everything) -> None:
    def exact(value: str) -> Transactions:
        asked = Condition(("amount",), "=", Decimal(value), scale="scale")
        return Transactions(transactions_select, conditions=(asked,))

    expected = raw(all_of_it, "i.scale = 2 and o.amount = 1000 or i.scale = 0 and o.amount = 10")
    assert {row.issuer for row in rows(exact("10"), all_of_it.db)} == {"EUR", "USD", "BONUS"}
    assert [row.id for row in rows(exact("10"), all_of_it.db)] == expected
    assert [row.id for row in rows(exact("12.50"), all_of_it.db)] == raw(
        all_of_it, "o.amount = 1250 and i.scale = 2"
    )
    assert rows(exact("12.505"), all_of_it.db) == []


Ask = Callable[[random.Random, Everything], tuple[Condition | Either, str, list[Any]]]


def _kind(dice: random.Random, _: Everything) -> tuple[Condition | Either, str, list[Any]]:
    kinds = dice.sample(KINDS, dice.randint(1, 2))
    either = Either(tuple(Condition(("kind",), "=", kind) for kind in kinds))
    return either, "o.kind = any(%s)", [kinds]


def _issuer(dice: random.Random, _: Everything) -> tuple[Condition | Either, str, list[Any]]:
    code = dice.choice(("EUR", "USD", "BONUS"))
    if dice.random() < 0.3:
        return Either((Condition(("issuer",), "=", code),), negated=True), "i.code <> %s", [code]
    return Condition(("issuer",), "=", code), "i.code = %s", [code]


def _from(dice: random.Random, _: Everything) -> tuple[Condition | Either, str, list[Any]]:
    day = TODAY - timedelta(dice.choice(DAYS) + dice.randint(-1, 1))
    return Condition(("booked_on",), ">=", day), "o.booked_on >= %s", [day]


def _to(dice: random.Random, _: Everything) -> tuple[Condition | Either, str, list[Any]]:
    day, sign = TODAY - timedelta(dice.choice(DAYS) + dice.randint(-1, 1)), dice.choice(("<=", "<"))
    return Condition(("booked_on",), sign, day), f"o.booked_on {sign} %s", [day]  # type: ignore[arg-type]


def _since(dice: random.Random, _: Everything) -> tuple[Condition | Either, str, list[Any]]:
    at = datetime.now(UTC) - timedelta(days=dice.choice(DAYS), hours=dice.randint(-9, 9))
    return Condition(("at",), ">=", at), "o.at >= %s", [at]


def _amount(dice: random.Random, _: Everything) -> tuple[Condition | Either, str, list[Any]]:
    value = Decimal(dice.choice(("10", "12.5", "7")))
    return Condition(("amount",), "=", value, "scale"), "o.amount = %s * 10 ^ i.scale", [value]


def _reversed(_: random.Random, made: Everything) -> tuple[Condition | Either, str, list[Any]]:
    number = made.books.one("select max(reverses_id) from vault.operation")
    return Condition(("reverses_id",), "=", number), "o.reverses_id = %s", [number]


def _named(dice: random.Random, made: Everything) -> tuple[Condition | Either, str, list[Any]]:
    client = dice.choice(made.clients)
    email, phone = Condition(("email",), "=", client.email), Condition(("phone",), "=", client.phone)
    wallet = Condition(("other_serial",), "contains", client.serials["EUR"])
    return dice.choice((
        (email, "c.email = %s", [client.email]),
        (phone, "c.phone = %s", [client.phone]),
        (wallet, "m.serial = %s", [client.serials["EUR"]]),
    ))  # fmt: skip


ASKS: tuple[Ask, ...] = (_kind, _issuer, _from, _to, _since, _amount, _reversed, _named)


@pytest.mark.parametrize("seed", range(90))
def test_rows_and_sums_are_those_of_a_scan_whatever_is_asked(all_of_it: Everything, seed: int) -> None:
    dice = random.Random(seed)
    asked, wheres, values = everything(), ["true"], []
    for ask in dice.sample(ASKS, dice.choice((0, 1, 1, 2, 2, 3))):
        condition, where, more = ask(dice, all_of_it)
        asked = Transactions(transactions_select, conditions=(*asked.conditions, condition))
        wheres.append(where)
        values += more
    if dice.random() < 0.3:
        client = dice.choice(all_of_it.clients)
        asked = asked.of(client.email)
        wheres.append("%s in (c.id, d.id)")
        values.append(client.id)
    assert not asked.looks_back
    numbers = raw(all_of_it, " and ".join(f"({each})" for each in wheres), *values)
    assert [row.id for row in rows(asked, all_of_it.db)] == numbers
    assert [row.id for row in asked.page(all_of_it.db, None, 9, backwards=True)] == numbers[:-10:-1]
    expected = {
        code: (pieces, amount, commission)
        for code, pieces, amount, commission in all_of_it.books.admin.execute(
            "select i.code, count(*), sum(o.amount), sum(o.commission) from vault.operation o "
            "join book.issuer i on i.id = o.issuer_id where o.id = any(%s) group by i.code",
            (numbers,),
        )
    }
    sums = operations.totals(all_of_it.db, asked)
    assert sums.exact
    assert {x.issuer: (x.pieces, x.amount, x.commission) for x in sums.lines} == expected


def test_the_roll_up_answers_what_it_knows_and_nothing_else() -> None:
    day = Condition(("booked_on",), ">=", date(2026, 1, 1))
    kind = Either((Condition(("kind",), "=", "payment"), Condition(("kind",), "=", "transfer")))
    for known in ((), (day,), (kind,), (day, kind)):
        assert Transactions(transactions_select, conditions=known).rolled_up
    for other in (
        Condition(("amount",), ">", Decimal(1), "scale"),
        Condition(("at",), ">=", datetime.now(UTC)),
        Either((day,), negated=True),
        Either((day, kind)),
        Condition(("booked_on",), "<>", date(2026, 1, 1)),
    ):
        assert not Transactions(transactions_select, conditions=(day, other)).rolled_up
    assert not everything().of("ann").rolled_up


def test_more_than_can_be_summed_says_so(all_of_it: Everything, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.operations import queries

    monkeypatch.setattr(queries, "MOST_SUMMED", 20)
    asked = everything().of("ann")
    numbers = [row.id for row in rows(asked, all_of_it.db)]
    newest = numbers[:20]
    sums = operations.totals(all_of_it.db, asked)
    assert not sums.exact
    assert sum(line.pieces for line in sums.lines) == 20
    total = all_of_it.books.one("select sum(amount) from vault.operation where id = any(%s)", newest)
    assert sum(line.amount for line in sums.lines) == total
    monkeypatch.setattr(queries, "MOST_SUMMED", len(numbers))
    assert operations.totals(all_of_it.db, asked).exact


def test_what_no_index_carries_looks_some_days_back_unless_told(all_of_it: Everything) -> None:
    some = Condition(("commission",), ">", Decimal(0), "scale")
    asked = Transactions(transactions_select, conditions=(some,))
    assert asked.looks_back
    days = {row.booked_on for row in rows(asked, all_of_it.db)}
    assert days and min(days) >= TODAY - timedelta(operations.LOOK_BACK_DAYS)
    told = Transactions(
        transactions_select, conditions=(some, Condition(("booked_on",), ">=", date(2020, 1, 1)))
    )
    assert not told.looks_back
    assert [row.id for row in rows(told, all_of_it.db)] == raw(all_of_it, "o.commission > 0")


def test_the_roll_up_by_kind_and_issuer(all_of_it: Everything) -> None:
    since, until = TODAY - timedelta(45), TODAY - timedelta(1)
    found = operations.turnover(all_of_it.db, since, until, "transfer", "EUR")
    row = all_of_it.books.admin.execute(
        "select count(*), sum(o.amount), sum(o.commission) from vault.operation o join book.issuer i "
        "on i.id = o.issuer_id where i.code = 'EUR' and o.kind = 'transfer' and o.booked_on between %s and %s",
        (since, until),
    ).fetchone()
    assert row is not None
    assert found == (Turnover("EUR", 2, "transfer", *row),)
    assert operations.turnover(all_of_it.db, None, None, "transfer", "XXX") == ()
    assert sum(x.pieces for x in operations.turnover(all_of_it.db)) == len(raw(all_of_it, "true"))


def test_periods_of_the_roll_up_are_those_of_a_scan(all_of_it: Everything) -> None:
    since = TODAY - timedelta(7 * 30 - 1)
    found = {
        (x.period, x.issuer, x.kind, x.pieces, x.amount, x.commission)
        for x in operations.turnover(all_of_it.db, since, TODAY, days=30)
    }
    scanned = all_of_it.books.admin.execute(
        "select (%s - o.booked_on) / 30, i.code, o.kind, count(*), sum(o.amount), sum(o.commission) "
        "from vault.operation o join book.issuer i on i.id = o.issuer_id where o.booked_on between %s and %s "
        "group by 1, 2, 3",
        (TODAY, since, TODAY),
    ).fetchall()
    assert found == set(scanned)
    assert {period for period, *_ in found} == {0, 1, 6}


def test_one_operation_whole(all_of_it: Everything) -> None:
    a, _, b, _ = all_of_it.clients
    line = {"do": "payment", "from": a.serials["EUR"], "to": b.serials["EUR"], "minor": 1000, "note": "tea"}
    (paid,) = all_of_it.run([line], datetime.now(UTC))
    (back,) = all_of_it.run([{"do": "refund", "of": paid["operation_id"], "minor": 400}], datetime.now(UTC))
    found = operations.operation(all_of_it.db, paid["operation_id"])
    assert (found.kind, found.issuer, found.amount, found.refunded) == ("payment", "EUR", 1000, 400)
    assert [(side.client_id, side.serial, side.other) for side in found.sides] == [
        (a.id, a.serials["EUR"], False), (b.id, b.serials["EUR"], True)]  # fmt: skip
    assert sum(x.amount for x in found.lines if x.credit_kind == "COMMISSION") == found.commission == 10
    assert [(x.way, x.operation_id, x.amount) for x in found.links] == [
        ("followed_by", back["operation_id"], 400)
    ]
    assert found.terms is not None and found.terms["contract"] == "Standard"
    other = operations.operation(all_of_it.db, back["operation_id"])
    assert [(x.way, x.operation_id) for x in other.links] == [("of", paid["operation_id"])]
    read = all_of_it.books.one("select count(*) from vault.log where what = 'operation.read' and entity_id = %s",
                               str(paid["operation_id"]))  # fmt: skip
    assert read == 1
    with pytest.raises(NotFound):
        operations.operation(all_of_it.db, 10**15)


def test_a_cashier_sees_none_of_it(all_of_it: Everything) -> None:
    db = all_of_it.books.db(all_of_it.books.world.make_staff("cashier"))
    with pytest.raises(NotAllowed):
        everything().page(db, None, 5)
    with pytest.raises(NotAllowed):
        operations.turnover(db)
