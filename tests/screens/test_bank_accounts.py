"""The company's own bank accounts by keyboard, on a real database: added, and a statement imported for it; changed,
switched off and on; looked at by an accountant, who may do no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import statements
from tests.banking import Banking, iban_of
from tests.screens.desk import NARROW, WIDE, Terminal, at_terminal
from tests.screens.test_terms import go, shows
from tests.world import Person, World

IBAN = iban_of(4711)
FOURS = " ".join(IBAN[at : at + 4] for at in range(0, len(IBAN), 4))


@pytest.fixture(scope="module")
def front(world: World) -> Banking:
    return Banking(world)


@pytest.fixture(scope="module")
def accountant(front: Banking) -> Person:
    return front.accountant()


@pytest.fixture(scope="module")
def chief(front: Banking) -> Person:
    return front.world.make_staff("cfo")


@asynccontextmanager
async def at_accounts(front: Banking, person: Person, **more: Any) -> AsyncIterator[Terminal]:
    """The list of accounts, as a person comes to it."""
    async with at_terminal(front.world, person, **{"size": WIDE, **more}) as t:
        await go(t, "Bank")
        await shows(t, "Closing balance", "F2 Accounts")
        await t.press("f2")
        await shows(t, "Bank accounts", "DE89 3704 0044 0532 0130 00")
        yield t


async def give_code(front: Banking, person: Person, t: Terminal) -> None:
    """The one-time code that is asked for, typed."""
    await shows(t, "One-time code")
    front.world.forget_code(person)
    await t.type(person.code())
    await t.press("enter")


async def test_an_account_is_added_and_its_statement_comes_in(
    front: Banking, chief: Person, accountant: Person, tmp_path: Path
) -> None:
    async with at_accounts(front, chief, size=NARROW) as t:
        await t.press("n")
        await shows(t, "IBAN", "Tolerance", "< EUR >")
        await t.press("f2")
        await shows(t, "Fill this in")
        await t.type(FOURS[:-1] + ("0" if FOURS[-1] != "0" else "1"))
        await t.press("enter")
        await t.type("cobadeff")
        await t.press("enter")
        await t.type("Money Ltd")
        await t.press("enter", "enter")
        await t.type("2,50")
        await t.press("f2")
        await shows(t, "New bank account", "COBADEFF", "2.50 EUR")
        await t.press("f10")
        await shows(t, "This is not an IBAN")
        assert front.one("select count(*) from book.bank_account") == 1
        await t.press("backspace")
        await t.type(FOURS[-1])
        await t.press("f2")
        await shows(t, FOURS)
        await t.press("f10")
        await give_code(front, chief, t)
        await shows(t, f"{FOURS} was added", "open")
    row = front.one("select to_jsonb(a) from book.bank_account a where iban = %s", IBAN)
    assert (row["bic"], row["name"], row["tolerance"], row["active"]) == ("COBADEFF", "Money Ltd", 250, True)
    file = tmp_path / "first.xml"
    file.write_bytes(
        statements.camt(statements.credit(120_00, party="A. Beck"), iban=IBAN, opening=500_00, name="NEW-1")
    )
    async with at_terminal(front.world, accountant, size=WIDE) as t:
        await go(t, "Bank")
        await t.press("f6")
        await shows(t, statements.IBAN)
        await t.press("up", "right")
        await shows(t, IBAN)
        await t.press("down")
        await t.type(str(file))
        await t.press("f2")
        await shows(t, "Book the statement?")
        await t.press("f10")
        await shows(t, "The statement was imported: 1 operation booked", "NEW-1")
        await t.press("f2")
        await shows(t, FOURS, "2026-11-26", "620.00 EUR")
        await t.press("slash")
        await t.type(f"state:off iban:{IBAN}")
        await t.press("enter")
        await shows(t, "Nothing fits")
        await t.press("slash", "ctrl+u")
        await t.type(FOURS)
        await t.press("enter")
        await shows(t, "COBADEFF", "620.00 EUR")
        t.sees_not("DE89 3704")
    assert front.closing(IBAN) == 620_00


async def test_it_is_changed_then_switched_off_and_on(front: Banking, chief: Person) -> None:
    async with at_accounts(front, chief) as t:
        await t.press("down", "enter")
        await shows(t, FOURS, "F2 Go on")
        await t.press("f2")
        await shows(t, "Nothing")
        await t.press("down")
        await t.type(" & Co")
        await t.press("f2")
        await shows(t, "Change the bank account", "-> Money Ltd & Co")
        await t.press("f10")
        await give_code(front, chief, t)
        await shows(t, f"{FOURS} was changed", "Money Ltd & Co")
        await t.press("down", "f7")
        await shows(t, f"Switch {FOURS} off", "No new file of payments")
        await t.press("enter")
        assert front.one("select active from book.bank_account where iban = %s", IBAN)
        await t.press("f7", "f10")
        await shows(t, f"{FOURS} is switched off")
        t.sees("off")
        assert not front.one("select active from book.bank_account where iban = %s", IBAN)
        await t.press("down", "f7")
        await shows(t, f"Switch {FOURS} on")
        await t.press("f10")
        await shows(t, f"{FOURS} is switched on")
    assert front.one("select active from book.bank_account where iban = %s", IBAN)


async def test_payments_go_from_no_account_that_is_off(front: Banking, accountant: Person) -> None:
    number = front.approved()
    front.admin.execute("update book.bank_account set active = false where name <> 'Funding'")
    try:
        async with at_terminal(front.world, accountant, size=WIDE) as t:
            await go(t, "Bank")
            await t.press("f7", "n")
            await shows(t, "Own Name")
            await t.press("a", "f6")
            await shows(t, "no open bank account in EUR", "chief financial officer")
            await t.press("escape", "escape", "escape", "f6")
            await shows(t, f"{statements.IBAN} · EUR · off")
    finally:
        front.admin.execute("update book.bank_account set active = true where name <> 'Funding'")
    assert front.state(number) == "approved"


async def test_an_accountant_looks_and_changes_nothing(front: Banking, accountant: Person) -> None:
    async with at_accounts(front, accountant) as t:
        t.sees_not("n New", "F7 Off/on")
        await t.press("n", "f7")
        t.sees_not("Fill this in", "Switch")
        await t.press("enter")
        await shows(t, "your role may not do this")
