"""Contracts, requests and rates by keyboard, on a real database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from core import approvals, rates
from core.contracts import ContractDraft, Term
from core.rates import RateDraft
from tests.books import Books
from tests.core.test_rates import DAILY, DAY
from tests.screens.desk import WIDE, Terminal, at_terminal
from tests.world import Person


async def shows(t: Terminal, *words: str) -> None:
    """Wait for what a thread brings."""
    for _ in range(150):
        if all(word in t.text() for word in words):
            return
        await t.settle()
        await asyncio.sleep(0.02)
    t.sees(*words)


async def go(t: Terminal, title: str) -> None:
    """Open a section by its name."""
    await t.press("colon")
    await t.type(title)
    await t.press("enter")


@pytest.fixture(scope="module")
def maker(books: Books) -> Person:
    return books.world.make_staff("financial_specialist")


@pytest.fixture(scope="module")
def chief(books: Books) -> Person:
    person = books.world.make_staff("cfo")
    books.step_up(person)
    return person


def request_of(books: Books, person: Person, **more: Any) -> int:
    """A request that waits."""
    draft = ContractDraft(
        None, f"Contract {uuid4()}", None, None, (Term("transfer", "EUR", "fixed", **more),)
    )
    db = books.db(person)
    saved = approvals.save(db, uuid4(), "contract", draft.payload())
    approvals.submit(db, uuid4(), saved.request_id, saved.revision)
    return saved.request_id


async def test_a_new_contract_typed_into_the_grids(books: Books, maker: Person) -> None:
    async with at_terminal(books.world, maker, size=WIDE) as t:
        await t.press("2")
        await shows(t, "Standard")
        await t.press("n")
        await shows(t, "No term yet", "No limit yet")
        await t.press("f3")
        await t.press("right", "right", "space", "space", "right")
        await t.type("x")
        await t.press("f8")
        await shows(t, "Term 1: Percent is from 0 to 100")
        await t.press("escape", "ctrl+u")
        await t.type("2,5")
        await t.press("tab", "f3", "end", "left")
        await t.type("1000")
        await t.press("f8")
        await shows(t, "has no price")
        await t.press("f2")
        await shows(t, "Name and start")
        await t.press("f10")
        t.sees("Fill this in")
        await t.type("Typed by hand")
        await t.press("f10")
        await shows(t, "Hand in a request: contract", "Typed by hand")
        await t.press("f10")
        await shows(t, "waits to be decided")
    payload = books.one("select payload from book.change_request order by id desc limit 1")
    assert payload["name"] == "Typed by hand"
    assert (payload["terms"][0]["percent"], payload["limits"][0]["amount"]) == ("2.5", 100_000)


async def test_tiers_are_written_in_a_line(books: Books, maker: Person) -> None:
    async with at_terminal(books.world, maker, size=WIDE) as t:
        await t.press("2")
        await shows(t, "Standard")
        await t.press("n", "f3", "right", "right")
        await t.type("t")
        await t.press(*["right"] * 6)
        await t.type("0 1; 5")
        await t.press("f8")
        await shows(t, "Write tiers as")
        await t.press("escape", "ctrl+u")
        await t.type("0 1%; 100 0.5% + 2; 50 1%")
        await t.press("f8")
        await shows(t, "Tier 3 begins where another one is")
        await t.press("ctrl+u")
        await t.type("0 1%; 1000 0.1% + 2")
        await t.press("f8")
        await shows(t, "commission falls from 10.00 EUR to 3.00 EUR")


async def test_the_chief_decides_several_and_a_reason_is_asked_for(
    books: Books, maker: Person, chief: Person
) -> None:
    first, second, third = (request_of(books, maker, fixed=each) for each in (1, 2, 3))
    async with at_terminal(books.world, chief, size=WIDE) as t:
        await go(t, "Change requests")
        await shows(t, str(third), "state:waiting")
        await t.press("f7")
        await shows(t, "Reject 1 request")
        await t.press("f10")
        await t.type("no")
        await t.press("f10")
        t.sees("at least")
        await t.type("t this year")
        await t.press("f10")
        if "code" in t.text():
            await t.type(chief.code(1))
            await t.press("enter")
        await shows(t, "rejected")
        await t.press("space", "space", "f6")
        await shows(t, "Approve 2 requests")
        await t.press("f10")
        await shows(t, "approved: 2")
    states = dict(
        books.admin.execute("select id, state from book.change_request where id >= %s", (first,)).fetchall()
    )
    assert states == {first: "approved", second: "approved", third: "rejected"}


async def test_a_maker_takes_back_and_comments(books: Books, maker: Person) -> None:
    request = request_of(books, maker, fixed=7)
    async with at_terminal(books.world, maker, size=WIDE) as t:
        await t.press("ctrl+p")
        await t.type(f"#{request}")
        await shows(t, "request")
        await t.press("enter")
        await shows(t, "What changes", "[waiting]")
        t.sees_not("Approve")
        await t.press("n")
        await t.type("please look")
        await t.press("enter")
        await shows(t, "please look")
        await t.press("f4")
        await shows(t, "Take the request back?")
        await t.press("f10")
        await shows(t, "[taken back]")


async def test_rates_by_margin_off_the_band_and_of_a_file(
    books: Books, maker: Person, tmp_path: Path
) -> None:
    db = books.db(maker)
    draft = RateDraft("EUR", "USD", "1.05", "1.05")
    approvals.alone(
        db, uuid4(), "system_rate", draft.payload(), approvals.base_now(db, "system_rate", draft.payload())
    )
    async with at_terminal(books.world, maker, size=WIDE) as t:
        await go(t, "Exchange rates")
        await shows(t, "1.05")
        await t.press("n")
        await shows(t, "Margin in percent")
        await t.press("enter", "enter", "enter")
        await t.type("1.06")
        await t.press("enter", "enter")
        await t.type("1")
        await t.press("f2")
        await shows(t, "Change at once: system rate", "1.0547 - 1.0653")
        await t.press("f10")
        await shows(t, "The change is done", "1.0547")
        await t.press("n")
        await shows(t, "Margin in percent")
        await t.press("enter", "enter", "enter")
        await t.type("9")
        await t.press("f2")
        await shows(t, "Hand in a request: system rate")
        await t.press("f10")
        await shows(t, "waits to be decided")
        day = (datetime.now(UTC) - timedelta(days=1)).date()
        path = tmp_path / "e.xml"
        path.write_text(DAILY % DAY % (day, "1.0555"), "utf-8")
        await t.press("f6")
        await t.type(str(path))
        await t.press("f2")
        await shows(t, "Take these rates?", "1 rate is new")
        await t.press("f10")
        await shows(t, "1 rate taken")
        await t.press("enter")
        await shows(t, "Between", "90 days")
        await t.press("f6")
        await shows(t, "365 days")
        await t.press("escape")
    assert books.one("select count(*) from book.system_rate where source = 'ecb'") == 1


async def test_an_office_its_offer_and_its_band(books: Books, chief: Person) -> None:
    db = books.db(chief)
    office = rates.save_office(db, uuid4(), None, "Corner exchange", active=True)
    draft = RateDraft("EUR", "USD", "1.05", "1.07", office)
    approvals.alone(
        db, uuid4(), draft.kind, draft.payload(), approvals.base_now(db, draft.kind, draft.payload())
    )
    async with at_terminal(books.world, chief, size=WIDE) as t:
        await go(t, "Exchange rates")
        await t.press("slash")
        await t.type("corner")
        await t.press("enter")
        await shows(t, "Corner exchange", "1.07")
        await t.press("o")
        await shows(t, "Offer of Corner exchange")
        await t.type("100")
        await t.press("f10")
        await shows(t, "105.00 USD for 100.00 EUR")
        await t.press("f7")
        await shows(t, "Exchange offices", "Corner exchange")


async def test_given_to_the_clients_of_a_file(books: Books, maker: Person, tmp_path: Path) -> None:
    made = [books.client() for _ in range(3)]
    path = tmp_path / "clients.csv"
    path.write_text(f"{made[0].email}\n{made[1].phone}\nnobody@example.org", "utf-8")
    async with at_terminal(books.world, maker, size=WIDE) as t:
        await t.press("2")
        await shows(t, "Standard")
        await t.press("end", "enter", "f7")
        await shows(t, "Filter or file")
        await t.press("right", "enter")
        await t.type(str(path))
        await t.press("f2")
        await shows(t, "1 line is nobody's", "Lines 3")
        path.write_text("\n".join([made[0].email, made[1].phone, made[2].serials["EUR"]]), "utf-8")
        await t.press("f2")
        await shows(t, "Hand in a request: assignment", "none of their own: 3")
        await t.press("f10")
        await shows(t, "waits to be decided")
    payload = books.one("select payload from book.change_request order by id desc limit 1")
    assert len(payload["clients"]) == 3


async def test_a_draft_is_kept_and_gone_on_with(books: Books, maker: Person) -> None:
    async with at_terminal(books.world, maker, size=WIDE) as t:
        await t.press("2")
        await shows(t, "Standard")
        await t.press("n", "f3", "ctrl+k")
        await shows(t, "Name and start")
        await t.type("Half done")
        await t.press("f10")
        await shows(t, "is kept")
        number = books.one("select id from book.change_request where title = 'Half done' and state = 'draft'")
        await t.press("escape", "escape", "1")
        await shows(t, "Half done", "draft")
        await t.press("enter")
        await shows(t, "[draft]", "F3")
        await t.press("f2")
        await shows(t, "Percent")
        await t.press("right", "right")
        await t.type("p")
        await t.press("right")
        await t.type("4")
        await t.press("f2")
        await shows(t, "Name and start")
        await t.press("f10")
        await shows(t, "Hand in a request: contract", "4%")
        await t.press("f10")
        await shows(t, f"Request {number} waits")
    found = books.one("select payload from book.change_request where id = %s and state = 'submitted'", number)
    assert found["terms"][0]["percent"] == "4"
