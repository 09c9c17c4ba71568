"""The accountant's bank by keyboard, on a real database: a file out, a statement in, money given to who it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import statements
from tests.banking import Banking
from tests.screens.desk import WIDE, at_terminal
from tests.screens.test_terms import go, shows
from tests.world import Person, World


@pytest.fixture(scope="module")
def front(world: World) -> Banking:
    return Banking(world)


@pytest.fixture(scope="module")
def accountant(front: Banking) -> Person:
    return front.accountant()


async def test_requests_are_paid_by_a_file_and_settled_by_a_statement(
    front: Banking, accountant: Person, tmp_path: Path
) -> None:
    first, second = front.approved(amount="100.00"), front.approved(amount="50.00")
    async with at_terminal(front.world, accountant, size=WIDE) as t:
        await go(t, "Bank")
        await shows(t, "Closing balance", "F6 Import")
        await t.press("f7")
        await shows(t, "No file fits")
        await t.press("n")
        await shows(t, "Own Name", "100.00 EUR", "50.00 EUR")
        await t.press("a", "f6")
        await shows(t, "2 payments for the bank", "150.00 EUR", statements.IBAN)
        await t.press("f10")
        await shows(t, "The file is written", "SHA-256")
        assert [front.state(each) for each in (first, second)] == ["submitted", "submitted"]
        await t.press("escape")
        await shows(t, "No approved request waits")
        await t.press("escape")
        await shows(t, "150.00 EUR")
    (written,) = (tmp_path / "data" / "bocli" / "exports").glob("pain.001-*.xml")
    assert written.read_bytes() == bytes(front.one("select content from book.payment_file"))
    file = tmp_path / "statement.xml"
    file.write_bytes(
        statements.camt(
            statements.debit(100_00, end_to_end_id=f"BOCLI-{first}", party="Own Name"),
            statements.debit(51_00, end_to_end_id=f"BOCLI-{second}", party="Own Name"),
            statements.debit(2_00, party="The bank"),
            opening=500_00,
            name="KEYS-1",
        )
    )
    async with at_terminal(front.world, accountant, size=WIDE) as t:
        await go(t, "Bank")
        await t.press("f6")
        await shows(t, statements.IBAN)
        await t.type(str(file))
        await t.press("f2")
        await shows(t, "Book the statement?")
        await t.press("escape")
        await shows(t, "1 settled", "1 differs", "1 unmatched")
        assert front.state(first) == "submitted"
        await t.press("f2")
        await shows(t, "Book the statement?")
        await t.press("f10")
        await shows(t, "The statement was imported: 1 operation booked", "KEYS-1")
        assert front.state(first) == "settled"
        await t.press("home", "enter")
        await shows(t, "settled", "differs", "unmatched")
        await t.press("f6")
        await shows(t, "only a line whose amount differs is decided")
        await t.press("down", "f6")
        await shows(t, "asked for 50.00 EUR")
        await t.press("tab")
        await t.type("the bank took its fee")
        await t.press("f10")
        await shows(t, "The line was decided")
        assert front.state(second) == "settled"
        await t.press("end", "f7")
        await shows(t, "no request stands behind it")
        await t.press("tab")
        await t.type("monthly fee")
        await t.press("f10")
        await shows(t, "own cost")
    states = front.one(
        "select array_agg(state order by line) from book.statement_line where account_id = %s", front.account
    )
    assert states == ["settled", "settled", "own"]


async def test_a_bad_file_is_told_under_its_field(front: Banking, accountant: Person, tmp_path: Path) -> None:
    file = tmp_path / "broken.xml"
    file.write_bytes(statements.camt(statements.credit(1_00))[:-30])
    async with at_terminal(front.world, accountant, size=WIDE) as t:
        await go(t, "Bank")
        await t.press("f6")
        await shows(t, statements.IBAN)
        await t.type(str(file))
        await t.press("f2")
        await shows(t, "The XML breaks off or is wrong in line 1")


async def test_money_is_given_to_the_wallet_that_its_text_names(front: Banking, accountant: Person) -> None:
    client = front.client(name="Anna Beck")
    db = front.db(accountant)
    front.take(db, statements.credit(100_00, text=f"for {client.serials['EUR']}", party="A. Beck"))
    async with at_terminal(front.world, accountant, size=WIDE) as t:
        await shows(t, "1 receipt has no owner yet")
        await go(t, "Unallocated money")
        await shows(t, "A. Beck")
        await t.press("enter")
        await shows(t, "its number stands in the text", "Anna Beck")
        await t.press("f2")
        await shows(t, "Anna Beck", "100.00 EUR", "2.00 EUR")
        assert front.has(client) == 0
        await t.press("f10")
        await shows(t, "Anna Beck has the money", "All money that came has its owner")
    assert front.has(client) == 98_00


async def test_a_wallet_that_is_none_is_told_under_its_field(front: Banking, accountant: Person) -> None:
    db = front.db(accountant)
    taken = front.take(db, statements.credit(5_00, party="Nobody Known"))
    async with at_terminal(front.world, accountant, size=(80, 24)) as t:
        await go(t, "Unallocated money")
        await shows(t, "Nobody Known")
        await t.press("enter")
        await shows(t, "Nothing in the text names a client", "the bank.")
        await t.type("400000000000")
        await t.press("f2")
        await shows(t, "!")
    assert front.line(taken)["state"] == "unallocated"
