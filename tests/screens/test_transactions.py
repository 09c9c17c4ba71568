"""All operations by keys on a real database: filters, sums, one operation and what belongs to it, the palette."""

from __future__ import annotations

import asyncio
import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.books import Books
from tests.company import Client
from tests.screens.desk import Terminal, at_terminal
from tests.screens.test_listing import shows


def run(books: Books, *lines: dict[str, object], back: int = 0) -> list[int]:
    """Lines as a front end hands them in; the numbers of the operations."""
    at = datetime.now(UTC) - timedelta(days=back)
    asked = [json.dumps({"key": str(uuid4()), **line}) for line in lines]
    done = books.rule("operations_run({system}, %s, 'system', %s::jsonb[])", at, asked)
    assert [each for each in done if each["status"] != "done"] == []
    return [each["operation_id"] for each in done]


@pytest.fixture(scope="module")
def two(books: Books) -> tuple[Client, Client]:
    """A payer and a shop with 100 payments, the eldest a month ago."""
    books.term(books.version, "payment", "BONUS", percent="1")
    books.term(books.version, "bonus_issue", "BONUS")
    payer, shop = books.client(name="Pia Payer"), books.client(name="Sam Shop")
    books.admin.execute("update book.coin set kind = 'merchant' where client_id = %s", (shop.id,))
    run(books, {"do": "bonus_issue", "to": payer.serials["BONUS"], "minor": 100_000}, back=40)
    pay = {"do": "payment", "from": payer.serials["BONUS"], "to": shop.serials["BONUS"]}
    run(books, *({**pay, "minor": 100 + n} for n in range(60)), back=30)
    run(books, *({**pay, "minor": 200 + n} for n in range(40)))
    return payer, shop


def numbers(t: Terminal) -> list[int]:
    rows = t.screen.query_one("ListTable")._rows
    return [rows[at].thing.id for at in sorted(rows)]


async def open_list(t: Terminal) -> None:
    await t.press("ctrl+p")
    await t.type("transactions")
    await t.press("enter")
    await shows(t, "Sums of all that fits")


async def asked(t: Terminal, text: str) -> None:
    await t.press("slash", "ctrl+u")
    await t.type(text)
    await t.press("enter")


async def test_filters_and_sums(books: Books, two: tuple[Client, Client]) -> None:
    payer, _ = two
    async with at_terminal(books.world, books.world.make_staff("anti_fraud")) as t:
        await open_list(t)
        await shows(t, "BONUS", "101")
        assert len(numbers(t)) == 101
        await asked(t, "kind:payment")
        await shows(t, "Filter: kind:payment", "100")
        await t.press("f7")
        await shows(t, "Payment to a merchant", "Together", "Exact to the last operation")
        await t.press("escape")
        await asked(t, payer.phone)
        await shows(t, "101")
        await asked(t, "commission:>1")
        await shows(t, "looked for in the last 7 days only")
        assert len(numbers(t)) == 40
        await asked(t, "amount:=105")
        await shows(t, "105 BONUS")
        assert len(numbers(t)) == 1
        await asked(t, "")
        await t.press("f6")
        form = t.screen.query_one("Form")
        form.field("from").value, form.field("party").value = "-5", payer.email
        await t.press("f10")
        await shows(t, "From day", payer.email, "40")
        assert len(numbers(t)) == 40
        await t.press("f6")
        t.screen.query_one("Form").field("amount").value = "much"
        await t.press("f10")
        t.sees("This is not an amount")
        await t.press("escape", "end")
        assert t.screen.query_one("ListTable").item.thing.id == numbers(t)[-1]


async def test_one_and_what_belongs_to_it(books: Books, two: tuple[Client, Client]) -> None:
    payer, shop = two
    pay = {
        "do": "payment",
        "from": payer.serials["BONUS"],
        "to": shop.serials["BONUS"],
        "minor": 500,
        "note": "tea",
    }
    (paid,) = run(books, pay)
    (back,) = run(books, {"do": "refund", "of": paid, "minor": 200})
    async with at_terminal(books.world, books.world.make_staff("anti_fraud")) as t:
        await t.press("ctrl+p")
        await t.type(f"#{paid}")
        await asyncio.sleep(0.5)
        await shows(t, f"operation: {paid}")
        await t.press("enter")
        await shows(
            t, "Payment to a merchant", "500 BONUS", "Given back so far", "200 BONUS", "tea", "Pia Payer"
        )
        await t.press("down", "down", "down", "down", "enter")
        await shows(t, f"Operation {back}", "Goes on with")
        await t.press("escape", "up", "enter")
        await shows(t, shop.serials["BONUS"], "Available")


async def test_an_operation_is_blocked_from_its_own_screen(books: Books, two: tuple[Client, Client]) -> None:
    payer, shop = two
    pay = {"do": "payment", "from": payer.serials["BONUS"], "to": shop.serials["BONUS"], "minor": 77}
    (number,) = run(books, pay)
    async with at_terminal(books.world, books.world.make_staff("anti_fraud")) as t:
        await t.press("ctrl+p")
        await t.type(f"#{number}")
        await asyncio.sleep(0.5)
        await shows(t, f"operation: {number}")
        await t.press("enter")
        await shows(t, "Payment to a merchant", "77 BONUS")
        await t.press("b")
        await shows(t, f"operation {number}", "Reason")
        await t.press("enter", "enter")
        await t.type("not theirs")
        await t.press("f10")
        await shows(t, "Blocked  not theirs")
    asked = [json.dumps({"key": str(uuid4()), "do": "refund", "of": str(number)})]
    (answer,) = books.rule("operations_run({system}, clock_timestamp(), 'system', %s::jsonb[])", asked)
    assert answer["key"] == "operation.blocked"


async def test_the_list_as_a_file(
    books: Books, two: tuple[Client, Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    payer, _ = two
    async with at_terminal(books.world, books.world.make_staff("cfo")) as t:
        await open_list(t)
        await asked(t, f"{payer.email} booked:-5..0")
        await shows(t, payer.email)
        count = len(numbers(t))
        await t.press("f8", "f10")
        await shows(t, "rows in", ".csv")
    (path,) = (tmp_path / "bocli" / "exports").iterdir()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == count + 1 >= 41
    assert {row[rows[0].index("Amount")] for row in rows[1:]} >= {"200", "239"}
