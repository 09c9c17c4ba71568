"""Issuers, organizations, coins and products: what is kept, what is refused, and that the sums are exact."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from core import coins, issuers, organizations, products
from core.db import Database
from core.db.keyset import Keyset
from core.errors import BocliError, Invalid, KeyReused, NotAllowed, NotEligible, NotFound, WrongState
from core.issuers import IssuerFacts, NewIssuer
from core.organizations import OrganizationFacts
from tests.books import Books

FACTS = IssuerFacts("Point", "P", "", 9, ())
REASON = "asked for by the owner"


@pytest.fixture
def boss(books: Books) -> Database:
    """An administrator."""
    return books.world.as_staff(books.world.make_staff("administrator"))


def code() -> str:
    return "X" + uuid4().hex[:6].upper()


# Issuers.


def test_circulation_is_exactly_what_clients_hold(books: Books, boss: Database) -> None:
    db, day, _ = books.open_day()
    for amount in (12_345, 1, 999):
        books.top_up(db, day.day_id, books.client(), amount)
    rows = Keyset(issuers.issuers_select).page(boss, None, 100)
    assert len(rows) >= 3
    for row in rows:
        held = "select coalesce(sum(balance), 0) from vault.account where issuer_id = %s and kind in ('WALLET', 'HOLD')"
        assert row.circulation == books.one(held, row.id)


def test_a_unit_that_circulates_stays_on_and_another_goes_off(books: Books, boss: Database) -> None:
    db, day, _ = books.open_day()
    books.top_up(db, day.day_id, books.client(), 100)
    euro = books.one("select id from book.issuer where code = 'EUR'")
    with pytest.raises(WrongState) as error:
        issuers.switch(boss, uuid4(), euro, active=False)
    assert error.value.key == "issuer.circulates"
    made = issuers.create(boss, NewIssuer(uuid4(), code(), 2, "bonus", FACTS))
    issuers.switch(boss, uuid4(), made, active=False)
    with pytest.raises(WrongState):
        issuers.switch(boss, uuid4(), made, active=False)
    issuers.switch(boss, uuid4(), made, active=True)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"code": "eur"}, "issuer.code_invalid"),
        ({"code": "EUR"}, "issuer.code_taken"),
        ({"scale": 9}, "issuer.scale_invalid"),
        ({"scale": -1}, "issuer.scale_invalid"),
        ({"kind": "gold"}, "issuer.kind_unknown"),
        ({"facts": IssuerFacts("", "P", "", 1, ())}, "issuer.name_invalid"),
        ({"facts": IssuerFacts("Point", "", "", 1, ())}, "issuer.symbol_invalid"),
        ({"facts": IssuerFacts("Point", "P", "x" * 201, 1, ())}, "issuer.backing_invalid"),
        ({"facts": IssuerFacts("Point", "P", "", 1, (0,))}, "issuer.denominations_invalid"),
        ({"facts": IssuerFacts("Point", "P", "", 1, tuple(range(1, 32)))}, "issuer.denominations_invalid"),
    ],
)
def test_a_bad_issuer_is_refused(boss: Database, change: dict[str, Any], key: str) -> None:
    good = {"key": uuid4(), "code": code(), "scale": 2, "kind": "bonus", "facts": FACTS}
    with pytest.raises(Invalid) as error:
        issuers.create(boss, NewIssuer(**{**good, **change}))
    assert error.value.key == key


def test_no_top_up_slips_past_a_switch(books: Books, boss: Database) -> None:
    """Both at once, many times: either the unit stays on, or nothing is posted in it afterwards."""
    db, day, _ = books.open_day(usd=0)
    dollar = books.one("select id from book.issuer where code = 'USD'")
    seen = {"off": 0, "on": 0}
    for _ in range(50):
        client = books.client()
        outcome: dict[str, Any] = {}
        start = threading.Barrier(2)

        def top_up(client: Any = client, start: Any = start, outcome: Any = outcome) -> None:
            start.wait()
            try:
                outcome["paid"] = books.top_up(db, day.day_id, client, 100, "USD").operation_id
            except BocliError as error:
                outcome["refused"] = error.key

        thread = threading.Thread(target=top_up)
        thread.start()
        start.wait()
        try:
            issuers.switch(boss, uuid4(), dollar, active=False)
            seen["off"] += 1
            off = True
        except WrongState:
            seen["on"] += 1
            off = False
        thread.join()
        assert ("paid" in outcome) != off, outcome
        if off:
            assert outcome["refused"] == "issuer.off"
            issuers.switch(boss, uuid4(), dollar, active=True)
        else:
            drain(books, client.coins["USD"])
    assert sum(seen.values()) == 50


def drain(books: Books, coin: int) -> None:
    """Take the money out past the books, in this test's own database, so that the unit can go off again."""
    books.admin.execute(
        "update vault.account set balance = 0 where id = (select wallet_account_id from book.coin where id = %s)",
        (coin,),
    )
    books.admin.execute("update vault.account set balance = 0 where kind = 'CASH' and issuer_id = 2")
    books.admin.execute("update vault.stripe set balance = 0 where account_id in "
                        "(select id from vault.account where issuer_id = 2)")  # fmt: skip


# Organizations.


def organization(boss: Database, **more: Any) -> int:
    facts = OrganizationFacts(f"Org {uuid4().hex[:8]}", "R 1", "Street 1", more.get("contract"))
    return organizations.create(boss, uuid4(), more.get("kind", "merchant"), facts)


def test_an_organization_prices_its_members_and_stops_them(books: Books, boss: Database) -> None:
    version = books.contract(f"Own {uuid4().hex[:6]}")
    contract = books.one("select contract_id from book.contract_version where id = %s", version)
    books.term(version, "cash_top_up", "EUR", percent="5")
    mine = organization(boss, contract=contract)
    client = books.client()
    db, day, _ = books.open_day()
    standard = books.top_up(db, day.day_id, client, 10_000).commission
    organizations.set_member(boss, uuid4(), mine, client.id, member=True)
    assert books.top_up(db, day.day_id, client, 10_000).commission == 500 != standard
    organizations.move(boss, uuid4(), mine, "suspended", REASON)
    with pytest.raises(NotEligible) as error:
        books.top_up(db, day.day_id, client, 10_000)
    assert error.value.key == "organization.suspended"
    with pytest.raises(WrongState) as held:
        organizations.move(boss, uuid4(), mine, "closed", REASON)
    assert held.value.key == "organization.holds_money"
    organizations.set_member(boss, uuid4(), mine, client.id, member=False)
    assert books.top_up(db, day.day_id, client, 10_000).commission == standard
    organizations.move(boss, uuid4(), mine, "closed", REASON)
    for state in ("active", "suspended", "closed", "nonsense"):
        with pytest.raises(WrongState):
            organizations.move(boss, uuid4(), mine, state, REASON)


def test_a_client_is_a_member_of_one(books: Books, boss: Database) -> None:
    one, other, client = organization(boss), organization(boss), books.client()
    organizations.set_member(boss, uuid4(), one, client.id, member=True)
    with pytest.raises(WrongState):
        organizations.set_member(boss, uuid4(), other, client.id, member=True)
    with pytest.raises(WrongState):
        organizations.set_member(boss, uuid4(), other, client.id, member=False)
    found = organizations.detail(boss, one)
    assert [each.client_id for each in found.members] == [client.id]
    assert len(found.coins) == 3
    assert set(found.moves) == {"suspended", "closed"}


def test_a_name_is_taken_whatever_its_case(boss: Database) -> None:
    name = f"Org {uuid4().hex[:8]}"
    organizations.create(boss, uuid4(), "merchant", OrganizationFacts(name, "", "", None))
    with pytest.raises(Invalid) as error:
        organizations.create(boss, uuid4(), "merchant", OrganizationFacts(f"  {name.upper()} ", "", "", None))
    assert error.value.key == "organization.name_taken"


# Coins.


def test_the_statement_runs_and_any_moment_is_told(books: Books, boss: Database) -> None:
    db, day, _ = books.open_day()
    client = books.client()
    coin, before = client.coins["EUR"], datetime.now(UTC)
    moments = []
    for amount in (1_000, 2_000, 3_000):
        made = books.top_up(db, day.day_id, client, amount)
        moments.append((made.operation_id, made.balance, datetime.now(UTC)))
        time.sleep(0.01)
    key = ("operation_id", "line")
    rows = Keyset(lambda: coins.lines_select(coin), key).page(boss, None, 100)
    running = 0
    for row in reversed(rows):
        running += row.amount_in - row.amount_out
        assert row.balance == running
    assert running == moments[-1][1]
    for operation, balance, at in moments:
        then = coins.balance_at(boss, coin, at)
        assert (then.balance, then.operation_id) == (balance, operation)
    assert coins.balance_at(boss, coin, before).balance == 0
    assert coins.balance_at(boss, coin, before - timedelta(days=9999)).operation_id is None
    with pytest.raises(Invalid):
        coins.balance_at(boss, coin, datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(NotFound):
        coins.balance_at(boss, 10**9, before)


def test_a_shut_direction_takes_nothing(books: Books, boss: Database) -> None:
    db, day, _ = books.open_day()
    client = books.client()
    coins.switch(boss, uuid4(), client.coins["EUR"], incoming=False, outgoing=True, reason=REASON)
    with pytest.raises(NotEligible):
        books.top_up(db, day.day_id, client, 1_000)
    with pytest.raises(WrongState):
        coins.switch(boss, uuid4(), client.coins["EUR"], incoming=False, outgoing=True, reason=REASON)
    with pytest.raises(Invalid):
        coins.switch(boss, uuid4(), client.coins["EUR"], incoming=True, outgoing=True, reason=" ")
    key = uuid4()
    coins.switch(boss, key, client.coins["EUR"], incoming=True, outgoing=True, reason=REASON)
    coins.switch(boss, key, client.coins["EUR"], incoming=True, outgoing=True, reason=REASON)
    with pytest.raises(KeyReused):
        coins.switch(boss, key, client.coins["EUR"], incoming=False, outgoing=True, reason=REASON)
    books.top_up(db, day.day_id, client, 1_000)


def test_a_coin_is_opened_once_a_unit(books: Books, boss: Database) -> None:
    client = books.client()
    with pytest.raises(WrongState):
        coins.open_coin(boss, uuid4(), client.id, "EUR")
    with pytest.raises(NotFound):
        coins.open_coin(boss, uuid4(), client.id, "NONE")
    made = issuers.create(boss, NewIssuer(uuid4(), code(), 2, "bonus", FACTS))
    unit = books.one("select code from book.issuer where id = %s", made)
    assert coins.detail(boss, coins.open_coin(boss, uuid4(), client.id, unit)).balance == 0


# Products.

SCALES = {"EUR": 2, "BONUS": 0}


def listed(folder: Path, *lines: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text(
        "\n".join(("code,name,currency,price,price_from,price_to,percent", *lines)), encoding="utf-8"
    )
    return path


def test_a_list_is_tried_and_taken_and_taken_again(boss: Database, tmp_path: Path) -> None:
    provider = organization(boss, kind="provider")
    path = listed(tmp_path, "a1,First,EUR,10.00,,,1.5", "a2,Second,EUR,,5,100,", "a3,Third,EUR,1,,,0")
    parsed = products.read_list(path, SCALES)
    assert parsed.errors == ()
    tried = products.import_list(boss, uuid4(), provider, parsed.rows, dry_run=True)
    assert (tried.added, tried.changed, tried.same, tried.wrong) == (3, 0, 0, 0)
    mine = Keyset(products.products_select).where("provider_id", "=", provider)
    assert mine.page(boss, None, 10) == []
    taken = products.import_list(boss, uuid4(), provider, parsed.rows, dry_run=False)
    assert taken == tried
    assert {(row.code, row.price, row.price_from) for row in mine.page(boss, None, 10)} == {
        ("a3", 100, None), ("a2", None, 500), ("a1", 1000, None)}  # fmt: skip
    again = products.read_list(listed(tmp_path, "a1,First,EUR,11.00,,,1.5", "a2,Second,EUR,,5,100,"), SCALES)
    report = products.import_list(boss, uuid4(), provider, again.rows, switch_off_missing=True, dry_run=False)
    assert (report.added, report.changed, report.same, report.switched_off) == (0, 1, 1, 1)


BAD = {
    "a b,Name,EUR,1,,,": ("code", "product.code_invalid"),
    "x1,,EUR,1,,,": ("name", "product.name_invalid"),
    "x1,Name,NONE,1,,,": ("currency", "product.issuer_unknown"),
    "x1,Name,EUR,1.005,,,": ("price", "product.amount_digits"),
    "x1,Name,EUR,-1,,,": ("price", "product.amount_invalid"),
    "x1,Name,EUR,1e30,,,": ("price", "product.amount_invalid"),
    "x1,Name,EUR,NaN,,,": ("price", "product.amount_invalid"),
    "x1,Name,EUR,,,,": ("price", "product.price_invalid"),
    "x1,Name,EUR,1,2,3,": ("price", "product.price_invalid"),
    "x1,Name,EUR,,9,3,": ("price", "product.price_invalid"),
    "x1,Name,EUR,1,,,101": ("percent", "product.percent_invalid"),
    "x1,Name,EUR,1,,,=1": ("percent", "product.percent_invalid"),
    "x1,Name,EUR,1": ("line", "product.line_columns"),
    f"x1,{'n' * 1001},EUR,1,,,": ("line", "product.field_long"),
}


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_named_and_nothing_is_taken(boss: Database, tmp_path: Path, line: str) -> None:
    provider = organization(boss, kind="provider")
    parsed = products.read_list(listed(tmp_path, "ok,Good,EUR,1,,,", line), SCALES)
    errors = [(each.line, each.field, each.key) for each in parsed.errors]
    if not errors:
        report = products.import_list(boss, uuid4(), provider, parsed.rows, dry_run=False)
        errors = [(each.line, each.field, each.key) for each in report.errors]
        assert report.added == 0
    assert errors == [(3, *BAD[line])]
    assert Keyset(products.products_select).where("provider_id", "=", provider).page(boss, None, 10) == []


def test_a_hundred_thousand_lines_with_bad_ones_are_reported_by_line(boss: Database, tmp_path: Path) -> None:
    provider = organization(boss, kind="provider")
    lines = [f"p{number},Product {number},EUR,{number}.00,,," for number in range(1, 100_001)]
    lines[10] = lines[20] = "same,Twice,EUR,1,,,"
    lines[99_999] = "last,Last,EUR,,,,"
    parsed = products.read_list(listed(tmp_path, *lines), SCALES)
    report = products.import_list(boss, uuid4(), provider, parsed.rows, dry_run=False)
    assert [(each.line, each.key) for each in report.errors] == [
        (12, "product.code_twice"), (22, "product.code_twice"), (100_001, "product.price_invalid")]  # fmt: skip
    lines[10], lines[20], lines[99_999] = lines[9].replace("p10", "q1"), "q2,Q,EUR,1,,,", "q3,Q,EUR,1,,,"
    good = products.read_list(listed(tmp_path, *lines), SCALES)
    assert products.import_list(boss, uuid4(), provider, good.rows, dry_run=False).added == 100_000


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (b"\xff\xfe\x00", "product.file_not_utf8"), (b"", "product.file_columns"),
        (b"a,b\n1,2", "product.file_columns"),
        (b"code,name,currency,code\n", "product.file_columns"), (b"[" * 200_000, "product.file_json"),
        (b'{"code": 1}', "product.file_json"), (b"[1,", "product.file_json"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, raw: bytes, key: str) -> None:
    path = tmp_path / "list"
    path.write_bytes(raw)
    with pytest.raises(Invalid) as error:
        products.read_list(path, SCALES)
    assert error.value.key == key
    with pytest.raises(Invalid) as missing:
        products.read_list(tmp_path / "not there", SCALES)
    assert missing.value.key == "product.file_unreadable"


def test_json_is_read_like_csv(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    rows = [{"code": "a", "name": "A", "currency": "eur", "price": 12.1}, {"code": "b", "name": ["x"]}]
    path.write_text(json.dumps(rows), encoding="utf-8")
    parsed = products.read_list(path, SCALES)
    assert [(row["code"], row["price"]) for row in parsed.rows] == [("a", 1210)]
    assert [(each.line, each.key) for each in parsed.errors] == [(2, "product.line_columns")]


# Who may not.


@pytest.mark.parametrize(
    "role", ["cashier", "accountant", "compliance", "support_agent", "financial_specialist"]
)
def test_others_change_nothing(books: Books, role: str) -> None:
    db = books.world.as_staff(books.world.make_staff(role))
    for act in (
        lambda: issuers.create(db, NewIssuer(uuid4(), code(), 2, "bonus", FACTS)),
        lambda: issuers.switch(db, uuid4(), 1, active=False),
        lambda: organizations.create(db, uuid4(), "own", OrganizationFacts("x", "", "", None)),
        lambda: organizations.set_member(db, uuid4(), 1, 1, member=True),
        lambda: coins.switch(db, uuid4(), 1, incoming=False, outgoing=False, reason=REASON),
        lambda: coins.open_coin(db, uuid4(), 1, "EUR"),
        lambda: products.import_list(db, uuid4(), 1, [], dry_run=False),
        lambda: coins.balance_at(db, 1, datetime.now(UTC)),
    ):
        with pytest.raises(NotAllowed):
            act()
