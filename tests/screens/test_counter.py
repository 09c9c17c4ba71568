"""Top-up and withdrawal by keys, on a real database: the main road, and every bad input with the books unchanged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.errors import Invalid, OutcomeUnknown
from core.money import MAX_MINOR
from core.texts import explain
from tests.books import Books, Wallet
from tests.company import Client
from tests.screens.desk import Terminal, at_terminal
from tests.world import Person

AMOUNTS = {
    "12.345": Invalid("amount.too_many_digits", {"scale": 2, "issuer": "EUR"}),
    "-5": Invalid("amount.negative"),
    "0": Invalid("amount.zero"),
    "abc": Invalid("amount.not_number"),
    "": Invalid("amount.empty"),
    "99999999999999999": Invalid("amount.too_large", {"max": MAX_MINOR, "issuer": "EUR", "scale": 2}),
}


@pytest.fixture(scope="module")
def cashier(books: Books) -> Person:
    """A cashier with an open day and 1,000.00 EUR in the desk."""
    desk, person = books.till()
    books.start(person, desk)
    return person


def wallet_of(client: Client, issuer: str = "EUR") -> Wallet:
    return Wallet(client.id, client.coins[issuer], issuer)


def alone(books: Books, *, identified: bool = True) -> Client:
    """A client with an EUR wallet only that takes cash."""
    client = books.client(identified=identified)
    books.admin.execute("update book.coin set closed = true where id = %s", (client.coins["USD"],))
    return client


@asynccontextmanager
async def counter(
    books: Books, cashier: Person, number: str, client: Client | None
) -> AsyncIterator[Terminal]:
    """The section of that number with the client found."""
    async with at_terminal(books.world, cashier) as terminal:
        await terminal.press(number)
        if client is not None:
            await terminal.type(client.phone)
            await terminal.press("enter")
        yield terminal


async def test_a_top_up_takes_few_keys_from_home_to_the_receipt(
    books: Books, cashier: Person, strict: None
) -> None:
    client = alone(books)
    async with at_terminal(books.world, cashier) as t:
        await t.press("2")
        await t.type(client.phone)
        await t.press("enter")
        t.sees("Client", "identified")
        await t.type("100")
        await t.press("f2")
        t.sees("Cash in the desk", "101.00 EUR", "Balance after 100.00 EUR", "Cash to take 101.00 EUR")
        assert books.balance(wallet_of(client)) == 0
        await t.press("f10")
        t.sees("TOP-UP RECEIPT", "100.00 EUR")
        assert t.keys <= 12
        await t.press("escape")
        assert not t.screen.form.dirty
    assert books.balance(wallet_of(client)) == 10_000


async def test_a_client_with_two_wallets_chooses_one_before_the_amount(books: Books, cashier: Person) -> None:
    client = books.client()
    async with counter(books, cashier, "2", client) as t:
        await t.type("1")  # a digit on the choice leads nowhere
        assert t.screen.SECTION == "top_up"
        await t.press("right", "enter")
        await t.type("20")
        await t.press("f2", "f10")
    assert books.balance(wallet_of(client, "USD")) == 2_000
    assert books.balance(wallet_of(client, "EUR")) == 0


async def test_wrong_amounts_are_told_under_the_field_and_nothing_is_shown(
    books: Books, cashier: Person
) -> None:
    client = alone(books)
    async with counter(books, cashier, "2", client) as t:
        field = t.screen.form.field("amount")
        for typed, told in AMOUNTS.items():
            field.value = ""
            await t.type(typed)
            await t.press("f2")
            assert t.screen.SECTION == "top_up"
            t.sees("!", explain(told))
            assert field.value == typed
    assert books.balance(wallet_of(client)) == 0


async def test_a_client_who_is_not_known_blocked_or_asked_for_by_too_little(
    books: Books, cashier: Person
) -> None:
    client = alone(books)
    async with counter(books, cashier, "2", None) as t:
        await t.type("+4900000")
        await t.press("enter")
        t.sees("No client is found by this")
        assert t.app.focused is t.screen.form.field("client")
        t.screen.form.field("client").value = "ab"
        await t.press("enter")
        t.sees("! " + explain(Invalid("client.search_short")))
        books.admin.execute("update book.client set blocked = true where id = %s", (client.id,))
        t.screen.form.field("client").value = client.email
        await t.press("enter")
        t.sees("BLOCKED")
        await t.type("10")
        await t.press("f2")
        t.sees("blocked")
        assert t.screen.SECTION == "top_up"
    assert books.balance(wallet_of(client)) == 0


async def test_several_clients_of_one_name_are_chosen_from(books: Books, cashier: Person) -> None:
    first, second = books.client(name="Twin Alpha"), books.client(name="Twin Beta")
    async with counter(books, cashier, "2", None) as t:
        await t.type("Twin")
        await t.press("enter")
        t.sees("Which client?", "Twin Alpha", first.phone, "Twin Beta")
        await t.press("down", "enter")
        assert t.screen.client.client_id == second.id


async def test_a_withdrawal_needs_a_document_and_an_identified_client(books: Books, cashier: Person) -> None:
    stranger = alone(books, identified=False)
    async with counter(books, cashier, "3", stranger) as t:
        await t.type("10")
        t.screen.form.field("document").value = "AB"
        await t.press("f2")
        t.sees("at least 4 letters or digits")
        t.screen.form.field("document").value = "AB12345"
        await t.press("f2")
        t.sees("not identified", "!")
        assert t.screen.SECTION == "withdraw"


async def test_a_withdrawal_pays_out_with_notes_and_a_receipt(books: Books, cashier: Person) -> None:
    client = alone(books)
    day = books.one("select id from book.desk_day where cashier_id = %s and state = 'open'", cashier.id)
    books.put(cashier, day, wallet_of(client), 50_000)
    async with counter(books, cashier, "3", client) as t:
        await t.type("180")
        await t.press("enter", "enter")
        await t.type("AB12345")
        await t.press("enter", "enter")  # Enter in the last field moves no money
        assert books.balance(wallet_of(client)) == 50_000
        await t.press("f2")
        t.sees("1 × 100.00, 1 × 50.00, 1 × 20.00, 1 × 10.00", "Cash to give 180.00 EUR")
        await t.press("f10")
        t.sees("WITHDRAWAL RECEIPT", "passport AB12345")
    assert books.balance(wallet_of(client)) == 50_000 - 18_000 - 180


async def test_over_a_limit_an_application_is_made_and_no_cash_taken(books: Books, cashier: Person) -> None:
    client = alone(books)
    wallet, applications = wallet_of(client), "select count(*) from book.application where client_id = %s"
    async with counter(books, cashier, "2", client) as t:
        await t.type("10001")
        await t.press("f2")
        t.sees(
            "A limit would break",
            "Limit per operation · 10,000.00 EUR",
            "Over the limit by 1.00 EUR",
            "no cash",
        )
        await t.press("escape")
        assert books.one(applications, client.id) == 0
        await t.press("f2", "f10")
        number = books.one("select max(id) from book.application where client_id = %s", client.id)
        t.sees(f"Application {number} was made", "Take no cash", "Tell the client")
        await t.press("escape")
        assert not t.screen.form.dirty
    assert (books.one(applications, client.id), books.balance(wallet)) == (1, 0)


async def test_too_little_in_the_wallet_or_in_the_desk(books: Books, cashier: Person) -> None:
    client = alone(books)
    day = books.one("select id from book.desk_day where cashier_id = %s and state = 'open'", cashier.id)
    other_desk, other = books.till(eur=900_000)
    rich = books.start(other, other_desk)
    books.put(other, rich, wallet_of(client), 800_000)
    async with counter(books, cashier, "3", client) as t:
        t.screen.form.field("document").value = "AB12345"
        for typed, told in (("7999", "is needed with the commission"), ("7000", "cash")):
            t.screen.form.field("amount").value = typed
            await t.press("f2")
            t.sees("!", told)
            assert t.screen.SECTION == "withdraw"
    assert books.balance(wallet_of(client)) == 800_000
    assert day != rich


async def test_a_commission_changed_since_the_preview_is_shown_again_before_anything(books: Books) -> None:
    desk, person = books.till()
    books.start(person, desk)
    client = alone(books)
    version = books.contract("Cheaper for a while")
    books.term(version, "cash_top_up", "EUR", percent="1")
    books.assign_contract(client, version)
    async with counter(books, person, "2", client) as t:
        await t.type("100")
        await t.press("f2")
        t.sees("Cash to take 101.00 EUR")
        dearer = books.one(
            "insert into book.contract_version (contract_id, valid_from) select contract_id, now() "
            "from book.contract_version where id = %s returning id",
            version,
        )
        books.term(dearer, "cash_top_up", "EUR", percent="2")
        await t.press("f10")
        t.sees("2.00 EUR", "1.00 EUR")
        assert books.balance(wallet_of(client)) == 0
        await t.press("f2")
        t.sees("Cash to take 102.00 EUR")
        await t.press("f10")
    assert books.balance(wallet_of(client)) == 10_000


async def test_a_double_press_posts_once(books: Books, cashier: Person) -> None:
    client = alone(books)
    async with counter(books, cashier, "2", client) as t:
        await t.type("30")
        await t.press("f2")
        await t.pilot.press("f10", "f10", "f10")
        await t.settle()
        t.sees("TOP-UP RECEIPT")
    assert books.balance(wallet_of(client)) == 3_000


async def test_without_an_open_day_it_says_what_to_do(books: Books) -> None:
    _, person = books.till()
    async with at_terminal(books.world, person) as t:
        await t.press("2")
        t.sees("You have no cash day. Start one first")


async def test_a_day_left_over_from_before_takes_no_more_operations(books: Books) -> None:
    desk, person = books.till()
    day = books.one(
        "insert into book.desk_day (desk_id, cashier_id, cash_date, started_at) "
        "values (%s, %s, current_date - 3, now() - interval '3 days') returning id",
        desk,
        person.id,
    )
    books.admin.execute("update book.desk_day set state = 'open', opened_at = now() where id = %s", (day,))
    client = alone(books)
    async with counter(books, person, "2", client) as t:
        await t.type("10")
        await t.press("f2")
        t.sees("Error", "day")
        assert t.screen.SECTION == "top_up"
        assert t.screen.form.field("amount").value == "10"
    assert books.balance(wallet_of(client)) == 0


@pytest.mark.parametrize("done", [True, False], ids=["it was done", "it was not done"])
async def test_an_answer_that_got_lost_is_asked_for_and_nothing_is_doubled(
    books: Books, cashier: Person, monkeypatch: pytest.MonkeyPatch, done: bool
) -> None:
    client = alone(books)
    async with counter(books, cashier, "2", client) as t:
        await t.type("40")
        await t.press("f2")
        real, lost = t.app.person.db.call, []

        def call(function: str, /, **params: Any) -> Any:
            if function != "cash_top_up" or lost:
                return real(function, **params)
            lost.append(params["key"])
            if done:
                real(function, **params)
            raise OutcomeUnknown(params["key"])

        monkeypatch.setattr(t.app.person.db, "call", call)
        await t.press("f10")
        assert len(lost) == 1
        if not done:
            t.sees("Error")
            assert books.balance(wallet_of(client)) == 0
            assert t.screen.form.field("amount").value == "40"
            await t.press("escape", "f2", "f10")
        t.sees("TOP-UP RECEIPT")
    assert books.balance(wallet_of(client)) == 4_000


# Comes last: every desk made after it counts yen too.
async def test_a_unit_without_decimals_takes_none(books: Books) -> None:
    if not books.one("select count(*) from book.issuer where code = 'JPY'"):
        add = "issuer_add({system}, now(), %s, %s, %s, 0::smallint, %s, %s::bigint[], 4::smallint)"
        books.rule(add, "JPY", "Yen", "¥", "real", [1000, 1])
        books.term(books.version, "cash_top_up", "JPY", commission="none")
    desk, person = books.till()
    client = alone(books)
    books.admin.execute("update book.coin set closed = true where id = %s", (client.coins["EUR"],))
    coin = books.rule("coin_open({system}, now(), %s, %s)", client.id, "JPY")
    day = books.db(person).call("desk_day_start", key="0b0e7a4e-0000-4000-8000-000000000001", desk_id=desk)[
        "day_id"
    ]
    books.admin.execute("update book.desk_day set state = 'open', opened_at = now() where id = %s", (day,))
    async with counter(books, person, "2", client) as t:
        await t.type("10.50")
        await t.press("f2")
        t.sees("Too many digits")
        t.screen.form.field("amount").value = "1000"
        await t.press("f2", "f10")
        t.sees("TOP-UP RECEIPT", "1,000 JPY")
    assert books.balance(Wallet(client.id, coin, "JPY")) == 1000
