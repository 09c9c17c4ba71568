"""A list by keys: filter language, order, columns, a saved view, files; and the palette that finds things."""

from __future__ import annotations

import asyncio
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.books import Books
from tests.screens.desk import Terminal, at_terminal


async def shows(t: Terminal, *words: str) -> None:
    """Wait for what a thread brings."""
    for _ in range(100):
        if all(word in t.text() for word in words):
            return
        await t.settle()
        await asyncio.sleep(0.02)
    t.sees(*words)


def names(t: Terminal) -> list[str]:
    rows = t.screen.query_one("ListTable")._rows
    return [rows[at].thing.name for at in sorted(rows)]


@pytest.fixture
def three(books: Books) -> Books:
    for name in ("Ann Listing", "Bea Listing", "Cyd Listing"):
        books.client(name=name)
    books.admin.execute("update book.client set kind = 'business' where name = 'Bea Listing'")
    return books


async def test_filter_order_columns_and_a_view_that_opens(three: Books) -> None:
    boss = three.world.make_staff("administrator")
    async with at_terminal(three.world, boss) as t:
        await t.press("2")
        await t.press("slash")
        await t.type("listing kind:busines")
        await t.press("enter")
        await shows(t, "Filter: listing kind:busines")
        assert names(t) == ["Bea Listing"]
        await t.press("slash", "ctrl+u")
        await t.type("nothing:5")
        await t.press("enter")
        t.sees("This list has no column nothing")
        await t.press("ctrl+u")
        await t.type("listing")
        await t.press("enter")
        assert names(t) == ["Cyd Listing", "Bea Listing", "Ann Listing"]
        await t.press("s", "down", "down", "down", "enter")
        await shows(t, "Name, smallest first")
        assert names(t) == ["Ann Listing", "Bea Listing", "Cyd Listing"]
        await t.press("s")
        for _ in range(12):
            await t.press("down")
        await t.press("enter")
        t.sees("No index carries this column")
        await t.press("escape", "f4", "space", "f10")
        t.sees_not(">No.")
        await t.press("f3")
        await t.press("n")
        await t.type("Mine")
        await t.press("enter")
        await shows(t, "Mine")
        await t.press("down", "o")
        await shows(t, "opens the list")
        await t.press("escape", "escape")
        await t.press("2")
        await shows(t, "Mine", "Name, smallest first")
        assert names(t) == ["Ann Listing", "Bea Listing", "Cyd Listing"]


async def test_the_list_as_a_spreadsheet(
    three: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    boss = three.world.make_staff("administrator")
    async with at_terminal(three.world, boss) as t:
        await t.press("2", "slash")
        await t.type("listing")
        await t.press("enter")
        count = len(names(t))
        await t.press("f8", "right", "f10")
        await shows(t, "rows in", ".xlsx")
    (path,) = (tmp_path / "bocli" / "exports").iterdir()
    with zipfile.ZipFile(path) as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
    assert "Ann Listing" in xml
    assert xml.count("<row ") == count + 1


async def test_the_palette_goes_to_a_wallet_by_its_serial(three: Books) -> None:
    client = three.client(name="Zed Listing")
    async with at_terminal(three.world, three.world.make_staff("administrator")) as t:
        await t.press("ctrl+p")
        await t.type(client.serials["EUR"])
        await asyncio.sleep(0.5)
        await shows(t, f"wallet: {client.serials['EUR']} · Zed Listing")
        await t.press("enter")
        await shows(t, "EUR", "Zed Listing", "Available")
        await t.press("escape", "ctrl+p")
        await t.type("zed list")
        t.sees('find "zed list"')
        await t.press("enter")
        await shows(t, "client: Zed Listing")
        await t.press("enter")
        await shows(t, "3 wallets", client.phone)
    async with at_terminal(three.world, three.world.make_staff("cashier")) as t:
        await t.press("ctrl+p")
        await t.type(client.serials["EUR"])
        await asyncio.sleep(0.5)
        await shows(t, "Nothing that you may see fits")


async def test_enter_in_the_palette_does_not_wait_for_a_pause(three: Books) -> None:
    client = three.client(name="Zoe Hurried")
    async with at_terminal(three.world, three.world.make_staff("administrator")) as t:
        await t.press("ctrl+p")
        await t.type(client.serials["EUR"])
        await t.press("enter")
        await shows(t, "EUR", "Zoe Hurried", "Available")
        await t.press("escape", "ctrl+p")
        await t.type("#9999999")
        await t.press("enter")
        await shows(t, "Nothing that you may see fits")


async def test_the_log_says_from_the_screen_that_it_is_whole(three: Books) -> None:
    async with at_terminal(three.world, three.world.make_staff("administrator")) as t:
        await t.press("7", "f7")
        await shows(t, "The log is whole")


async def test_a_client_is_signed_up_changed_and_switched_off(books: Books) -> None:
    boss = books.world.make_staff("administrator")
    async with at_terminal(books.world, boss) as t:
        await t.press("2", "n")
        values: dict[str, Any] = {
            "name": "Eva Example", "email": "Eva@Example.com",
            "phone": "0049 30 5550100", "issuers": "eur usd"}  # fmt: skip
        form = t.screen.query_one("Form")
        for name, value in values.items():
            form.field(name).value = value
        await t.press("f2")
        t.sees("Eva Example", "EUR, USD")
        await t.press("f10")
        await shows(t, "2 wallets", "+49305550100")
        await t.press("f2")
        form = t.screen.query_one("Form")
        form.field("name").value = "Eva Other"
        await t.press("f2")
        t.sees("-> Eva Other")
        await t.press("f10")
        await shows(t, "The client was changed", "Eva Other")
        await t.press("f7")
        await t.type("left the company")
        await t.press("f10")
        await shows(t, "switched off")
        await t.press("escape", "n")
        form = t.screen.query_one("Form")
        form.field("name").value = "Somebody"
        form.field("email").value = "EVA@example.COM"
        await t.press("f2", "f10")
        await shows(t, "Another client has this e-mail")
