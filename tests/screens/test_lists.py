"""Lists by keys, on a real database: operations, the log, filters, and exports that harm nobody."""

from __future__ import annotations

import csv
import stat
from decimal import Decimal
from pathlib import Path

import pytest

from core.errors import Invalid
from core.export import CannotExport, decimal, harmless, write_csv
from screens.parts.filters import day_of
from tests.books import Books
from tests.screens.desk import WIDE, Terminal, at_terminal
from tests.world import Person


@pytest.fixture(scope="module")
def two_days(books: Books) -> tuple[Person, Person]:
    """Two cashiers, each with an open day and operations."""
    made = []
    for _ in range(2):
        desk, cashier = books.till()
        day = books.start(cashier, desk)
        wallet = books.wallet()
        books.put(cashier, day, wallet, 12_345)
        books.take(cashier, day, wallet, 2_000)
        made.append(cashier)
    return made[0], made[1]


def shown(terminal: Terminal) -> list[int]:
    """Numbers of the operations in the list."""
    table = terminal.screen.query_one("KeysetTable")
    return [table._rows[at].thing.id for at in sorted(table._rows)]


async def test_a_cashier_sees_the_own_day_with_who_opened_it_when(
    books: Books, two_days: tuple[Person, Person]
) -> None:
    mine = books.one(
        "select array_agg(id order by id desc) from vault.operation where actor_id = %s", two_days[0].id
    )
    async with at_terminal(books.world, two_days[0]) as t:
        await t.press("5")
        assert shown(t) == mine
        t.sees("open since", "Test Person", "Withdrawal", "20.00 EUR")
        await t.press("enter")
        t.sees("Held for the client", "passport AB12")
        await t.press("f6")
        t.sees("*** COPY ***")


async def test_an_accountant_filters_all_desks_and_exports_what_is_in_sight(
    books: Books, two_days: tuple[Person, Person], tmp_path: Path
) -> None:
    books.admin.execute(
        "update book.client set name = '=HYPERLINK(\"http://bad\")' where id = "
        "(select client_id from vault.operation where actor_id = %s limit 1)",
        (two_days[1].id,),
    )
    async with at_terminal(books.world, books.accountant(), size=WIDE) as t:
        await t.press("4")
        assert len(shown(t)) >= 4
        await t.press("f6")
        await t.type("yesterday")
        await t.press("f2")
        t.sees("This is not a day")
        form = t.screen.query_one("Form")
        form.field("from").value = "0"
        await t.press("tab", "tab", "right", "f2")
        t.sees("Cash top-up")
        tops = [
            n
            for n in shown(t)
            if books.one("select kind from vault.operation where id = %s", n) == "cash_top_up"
        ]
        assert shown(t) == tops
        await t.press("f8", "f10")
        t.sees("rows in", ".csv")
    (path,) = (tmp_path / "data" / "bocli" / "exports").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8", newline="") as file:
        heads, *rows = list(csv.reader(file))
    assert heads[:3] == ["No.", "Time", "Kind"]
    assert [int(row[0]) for row in rows] == tops
    assert {row[-1] for row in rows} == {"123.45"}
    assert any(row[3].startswith("'=HYPERLINK") for row in rows)


async def test_a_list_that_has_nothing_says_so(books: Books, two_days: tuple[Person, Person]) -> None:
    async with at_terminal(books.world, books.accountant()) as t:
        await t.press("4", "slash")
        await t.type("nobody of this name")
        await t.press("enter")
        t.sees("nobody of this name")
        assert shown(t) == []


async def test_the_log_is_filtered_and_an_entry_shows_before_and_after(
    books: Books, two_days: tuple[Person, Person]
) -> None:
    async with at_terminal(books.world, books.world.make_staff("administrator")) as t:
        await t.press("7")
        await t.press("f6")
        form = t.screen.query_one("Form")
        form.field("what").value = "desk_day.open"
        await t.press("f2")
        table = t.screen.query_one("KeysetTable")
        assert {table._rows[at].thing.what for at in table._rows} == {"desk_day.open"}
        await t.press("enter")
        t.sees(
            "Day opened",
            "State",
            "opening count",
            "open",
            "1,000.00 EUR / 1,000.00 EUR: 0.00 EUR",
            "Chain and link: day:",
        )


async def test_a_refusal_in_the_log_says_what_the_person_was_told(
    books: Books, two_days: tuple[Person, Person]
) -> None:
    cashier = two_days[0]
    async with at_terminal(books.world, cashier) as t:
        await t.press("3")
        client = books.client(identified=False)
        await t.type(client.phone)
        await t.press("enter", "enter")
        await t.type("10")
        t.screen.form.field("document").value = "AB12345"
        await t.press("f2")
    async with at_terminal(books.world, books.world.make_staff("administrator")) as t:
        await t.press("7", "f6")
        t.screen.query_one("Form").field("refused").action_turn(1)
        await t.press("f2")
        table = t.screen.query_one("KeysetTable")
        assert all(table._rows[at].thing.refused for at in table._rows)


# The file itself.


@pytest.mark.parametrize("cell", ["=1+1", "+48601", "-2+3", "@SUM(A1)", "\t=1", "  =1", "\r=1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell).startswith("'") or not harmless(cell).lstrip().startswith(("=", "+", "-", "@"))
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_plain_numbers_stay_numbers() -> None:
    assert harmless(Decimal("5E-8")) == "0.00000005"
    assert harmless(Decimal("-5E-8")) == "-0.00000005"
    assert harmless("-12.50") == "-12.50"
    assert decimal(-1250, 2) == "-12.50"
    assert decimal(5, 8) == "0.00000005"
    assert decimal(7, 0) == "7"


def test_a_file_that_is_left_half_way_is_taken_away(tmp_path: Path) -> None:
    windows = iter([[[1]], [[2]], [[3]]])
    assert write_csv(tmp_path, "x", ["n"], windows, list, lambda count: count < 2) is None
    assert list(tmp_path.iterdir()) == []


def test_a_fault_in_the_middle_leaves_no_half_file(tmp_path: Path) -> None:
    def windows() -> object:
        yield [[1]]
        raise LookupError

    with pytest.raises(LookupError):
        write_csv(tmp_path, "x", ["n"], windows(), list, lambda _: True)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_is_there_is_followed_or_replaced(tmp_path: Path) -> None:
    written = [write_csv(tmp_path, "list", ["n"], [[[1]]], list, lambda _: True) for _ in range(3)]
    assert len({done[0] for done in written if done}) == 3


def test_a_folder_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(CannotExport) as error:
        write_csv(blocked / "in", "x", ["n"], [], list, lambda _: True)
    assert error.value.key == "export.cannot_write"


@pytest.mark.parametrize("text", ["--5", "-", "²", "-²", "99999", "31.02.2026", "", "2026-13-01"])
def test_what_is_no_day_is_said(text: str) -> None:
    with pytest.raises(Invalid, match="not_date"):
        day_of(text)
