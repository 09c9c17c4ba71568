"""Redeem requests by keys, on a real database: the accountant decides, a cashier pays."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from core import redeem
from core.redeem import Approve
from tests.company import Client
from tests.front import Front
from tests.screens.desk import WIDE, Terminal, at_terminal
from tests.world import Person, World


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def accountant(front: Front) -> Person:
    return front.accountant()


@pytest.fixture(scope="module")
def cashier(front: Front) -> Person:
    """A cashier with an open day and 1,000.00 EUR in the desk."""
    desk, person = front.till()
    front.start(person, desk)
    return person


def rich(front: Front) -> Client:
    client = front.client()
    front.fund(client, "1000.00")
    return client


def asked(front: Front, client: Client, kind: str = "cash", amount: str = "100.00") -> int:
    line: dict[str, Any] = {"do": f"{kind}_redeem", "from": client.serials["EUR"], "amount": amount}
    if kind == "bank":
        line |= {"iban": "DE89370400440532013000", "payee": "Own Name"}
    return int(front.run(line)[0]["redeem_id"])


def state(front: Front, number: int) -> str:
    return str(front.one("select state from book.redeem_request where id = %s", number))


async def shows(t: Terminal, *words: str) -> None:
    """Wait for what a thread brings."""
    for _ in range(150):
        if all(word in " ".join(t.text().split()) for word in words):
            return
        await t.settle()
        await asyncio.sleep(0.02)
    t.sees(*words)


async def go(t: Terminal, title: str) -> None:
    await t.press("colon")
    await t.type(title)
    await t.press("enter")


async def test_several_are_marked_and_approved_with_their_total(
    front: Front, accountant: Person, strict: None
) -> None:
    client = rich(front)
    numbers = [asked(front, client, amount=each) for each in ("10.00", "20.50")]
    async with at_terminal(front.world, accountant, size=WIDE) as t:
        t.sees("redeem requests to be decided")
        await go(t, "Redeem requests")
        await shows(t, "state:waiting", "20.50 EUR", client.serials["EUR"])
        await t.press("space", "space", "a")
        await shows(t, "Approve 2 redeem requests", "Total to pay", "30.50 EUR")
        await t.press("escape")
        assert state(front, numbers[0]) == "pending"
        await t.press("a", "f10")
        await shows(t, "2 requests approved")
        t.sees_not("20.50 EUR")
    assert [state(front, each) for each in numbers] == ["approved", "approved"]


async def test_a_bank_request_is_seen_whole_before_it_is_approved_and_can_be_taken_back(
    front: Front, accountant: Person
) -> None:
    client = rich(front)
    number = asked(front, client, "bank")
    async with at_terminal(front.world, accountant) as t:
        await go(t, "Redeem requests")
        await t.press("f2")
        await shows(t, "[By bank]", "100.00 EUR")
        await t.press("enter")
        await shows(t, "Own Name", "DE89 3704 0044 0532 0130 00", "[waiting]")
        await t.press("a")
        await shows(t, "Approve 1 redeem request", "Debit", "100.00 EUR", "2.00 EUR")
        assert state(front, number) == "pending"
        await t.press("f10")
        await shows(t, "[approved]", "Bank payout")
        assert state(front, number) == "approved"
        await t.press("x")
        await shows(t, f"Cancel request {number}", "102.00 EUR goes back")
        await t.type("the wrong one")
        await t.press("f10")
        await shows(t, "[cancelled]", "the wrong one")
        await t.press("end")
        await shows(t, "Redeem: taken back")
        await t.press("x")
        t.sees("can no longer be cancelled")
    assert (state(front, number), front.has(client)) == ("cancelled", 98000)


async def test_declined_and_cancelled_with_a_reason(front: Front, accountant: Person) -> None:
    client = rich(front)
    first, second = asked(front, client), asked(front, client)
    redeem.approve_one(front.db(accountant), Approve(uuid4(), (second,)))
    before = front.has(client)
    async with at_terminal(front.world, accountant) as t:
        await go(t, "Redeem requests")
        await shows(t, "100.00 EUR")
        await t.press("d")
        await shows(t, f"Decline request {first}", "101.00 EUR goes back")
        await t.type("no")
        await t.press("f10")
        t.sees("at least")
        await t.type("t this week")
        await t.press("f10")
        await shows(t, f"Request {first} is declined")
        await t.press("ctrl+p")
        await t.type(f"#{second}")
        await shows(t, "redeem request")
        await t.press("enter")
        await shows(t, "[approved]", "Set aside", "101.00 EUR")
        await t.press("d")
        t.sees("Only a request that waits")
        await t.press("x")
        await t.type("never came")
        await t.press("f10")
        await shows(t, "[cancelled]", "never came")
    assert (state(front, first), state(front, second)) == ("declined", "cancelled")
    assert front.has(client) == before + 20200


async def test_a_cashier_pays_by_number(
    front: Front, accountant: Person, cashier: Person, strict: None
) -> None:
    client = rich(front)
    number = asked(front, client, amount="185.00")
    async with at_terminal(front.world, cashier, size=WIDE) as t:
        await t.press("3", "f3")
        await shows(t, "Pay a request", "Type the request's number")
        await t.type(str(number))
        await t.press("enter")
        await shows(t, "waits for the accountant")
        redeem.approve_one(front.db(accountant), Approve(uuid4(), (number,)))
        await t.press("enter")
        await shows(t, "Cash to give", "185.00 EUR", "exactly")
        await t.press("enter")
        await t.type("AB12345")
        await t.press("enter")  # into the grid: nothing moves
        await t.press("f2")
        await shows(
            t, "what will be posted", "1 × 100.00, 1 × 50.00, 1 × 20.00 ", "1 × 10.00, 1 × 5.00", "1.85 EUR"
        )
        assert state(front, number) == "approved"
        await t.press("f10")
        await shows(t, "WITHDRAWAL RECEIPT", "passport AB12345", "185.00 EUR")
        t.sees(str(number))
    assert state(front, number) == "paid"


async def test_other_pieces_must_fit_exactly(front: Front, accountant: Person, cashier: Person) -> None:
    client = rich(front)
    number = asked(front, client)
    redeem.approve_one(front.db(accountant), Approve(uuid4(), (number,)))
    async with at_terminal(front.world, cashier, size=WIDE) as t:
        await go(t, "Pay a request")
        await t.type(str(number))
        await t.press("enter")
        await shows(t, "Cash to give")
        await t.press("enter")
        await t.type("AB12345")
        await t.press("enter", "down", "down", "down")  # the row of 50.00
        await t.type("1")
        await shows(t, "Still to be counted out: -50.00 EUR")
        await t.press("f2")
        await shows(t, "must make up 100.00 EUR exactly")
        await t.press("escape", "up")
        await t.type("0")
        await shows(t, "Still to be counted out: +50.00 EUR")
        await t.press("down")
        await t.type("2")
        await shows(t, "exactly")
        await t.press("f2")
        await shows(t, "2 × 50.00")
        await t.press("f10")
        await shows(t, "WITHDRAWAL RECEIPT")
    details = front.one("select details from vault.operation where details ->> 'redeem' = %s", str(number))
    assert details["pieces"] == [[5000, 2]]


async def test_a_client_without_a_number(front: Front, accountant: Person, cashier: Person) -> None:
    client, other = rich(front), rich(front)
    first, second = asked(front, client, amount="11.00"), asked(front, client, amount="12.00")
    redeem.approve(front.db(accountant), Approve(uuid4(), (first, second)))
    asked(front, other)
    async with at_terminal(front.world, cashier, size=WIDE) as t:
        await go(t, "Pay a request")
        await t.type(other.phone)
        await t.press("enter")
        await shows(t, "still wait for the accountant")
        t.screen.form.field("number").value = client.phone
        await t.press("enter")
        await shows(t, "Which request of", "11.00 EUR", "12.00 EUR")
        await t.press("down", "enter")
        await shows(t, f"{second} ·", "12.00 EUR")
        await t.press("enter")
        await t.type("AB12345")
        await t.press("f2", "f10")
        await shows(t, "WITHDRAWAL RECEIPT")
    assert (state(front, first), state(front, second)) == ("approved", "paid")


async def test_the_palette_leads_a_cashier_to_a_request(
    front: Front, accountant: Person, cashier: Person
) -> None:
    number = asked(front, rich(front), amount="13.00")
    redeem.approve_one(front.db(accountant), Approve(uuid4(), (number,)))
    async with at_terminal(front.world, cashier, size=WIDE) as t:
        await t.press("ctrl+p")
        await t.type(f"#{number}")
        await shows(t, "request to pay")
        await t.press("enter")
        await shows(t, "Cash to give", "13.00 EUR")
    assert state(front, number) == "approved"


async def test_without_a_day_it_says_what_to_do(front: Front) -> None:
    _, person = front.till()
    async with at_terminal(front.world, person) as t:
        await go(t, "Pay a request")
        t.sees("You have no cash day. Start one first")
