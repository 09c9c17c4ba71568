"""The cashier's day and the accountant's decisions by keys, on a real database."""

from __future__ import annotations

from uuid import uuid4

from core import cash_desk
from tests.books import Books
from tests.screens.desk import Terminal, at_terminal
from tests.screens.test_terms import go
from tests.world import Person


def fill(terminal: Terminal, books: Books, desk: int, **more: int) -> None:
    """What the books say is in the desk, or so much more, as if it had been typed."""
    for code, lines in books.counts(desk, **more).items():
        for denomination, pieces in lines.items():
            terminal.screen.grid.set_pieces(code, denomination, pieces)


def state(books: Books, desk: int) -> str:
    """The state of the desk's last day."""
    return str(books.one("select state from book.desk_day where desk_id = %s order by id desc limit 1", desk))


def name_of(books: Books, desk: int) -> str:
    return str(books.one("select name from book.desk where id = %s", desk))


async def test_a_day_from_the_choice_of_a_desk_to_the_close_request(books: Books, strict: None) -> None:
    desk, cashier = books.till()
    async with at_terminal(books.world, cashier) as t:
        t.sees("You have no cash day yet. Press 1")
        await t.press("1")
        t.sees("Choose your desk", name_of(books, desk), "free")
        await t.press("enter", "f10")
        t.sees("Opening count at")
        # A row typed by keys, the rest as the books say; then one is emptied.
        await t.type("2")
        await t.press("enter")
        fill(t, books, desk)
        t.screen.grid.set_pieces("USD", 1, None)
        await t.press("f2")
        t.sees("1 row was left empty")
        assert state(books, desk) == "opening_count"
        await t.press("escape", "0", "f2")
        t.sees("[open]", "The day is open")
        await t.press("f3")
        t.sees("X REPORT")
        await t.press("escape", "f8")
        await t.type("something else")
        await t.press("f10")
        t.sees("!")
        assert state(books, desk) == "open"
        t.screen.field.value = name_of(books, desk).upper()
        await t.press("f10")
        t.sees("Closing count at")
        assert state(books, desk) == "counting"
        fill(t, books, desk)
        await t.press("f2")
        t.sees("cannot be changed after", "1,000.00 EUR")
        await t.press("f10")
        t.sees("CLOSING COUNT")
        await t.press("escape")
        t.sees("[close requested]", "Nothing is left to do but wait")
    assert state(books, desk) == "close_requested"


async def test_a_blind_count_says_nothing_of_what_there_should_be(books: Books) -> None:
    desk, cashier = books.till(eur=77_700)
    day = books.start(cashier, desk)
    cash_desk.start_counting(books.db(cashier), cash_desk.StartCounting(uuid4(), day))
    async with at_terminal(books.world, cashier) as t:
        await t.press("1", "f2", "f6")
        await t.press("f2", "f10")
        t.sees("CLOSING COUNT", "0.00 EUR")
        t.sees_not("777.00", "difference", "Difference")
        await t.press("escape")
        t.sees_not("777.00")


async def test_an_opening_difference_is_counted_again_or_confirmed_with_a_reason(books: Books) -> None:
    desk, cashier = books.till()
    async with at_terminal(books.world, cashier) as t:
        await t.press("1", "enter", "f10")
        fill(t, books, desk, EUR=-500)
        await t.press("f2")
        t.sees("Counted 995.00 EUR, last close 1,000.00 EUR: -5.00 EUR")
        await t.press("escape")
        assert state(books, desk) == "opening_count"
        assert t.screen.grid.total("EUR") == 99_500
        await t.press("f2")
        await t.type("no")
        await t.press("f10")
        t.sees("!")
        t.screen.field.value = "five euro were missing"
        await t.press("f10")
        t.sees("[open]")
    assert books.cash(desk)["EUR"] == 99_500


async def test_a_desk_that_somebody_is_at_and_a_second_day_are_refused(books: Books) -> None:
    desk, first = books.till()
    second = books.world.make_staff("cashier")
    books.assign(desk, second)
    books.start(first, desk)
    async with at_terminal(books.world, second) as t:
        await t.press("1")
        t.sees("open")
        await t.press("enter", "f10")
        t.sees("Error", "Test Person")
        await t.press("escape")
        assert t.screen.SECTION == "cash_day"
    assert books.one("select count(*) from book.desk_day where desk_id = %s", desk) == 1


async def test_a_desk_is_given_free_again(books: Books) -> None:
    desk, cashier = books.till()
    async with at_terminal(books.world, cashier) as t:
        await t.press("1", "enter", "f10", "escape", "f7", "f10")
        t.sees("Choose your desk", "free")
    assert state(books, desk) == "abandoned"


async def test_a_count_half_typed_is_not_left_without_asking(books: Books) -> None:
    _, cashier = books.till()
    async with at_terminal(books.world, cashier) as t:
        await t.press("1", "enter", "f10")
        await t.type("7")
        await t.press("escape")
        t.sees("What you typed here will be forgotten")
        await t.press("escape")
        assert t.screen.grid.total("EUR") == 7 * 50_000


# The accountant.


def waiting(books: Books, **more: int) -> tuple[int, int, Person]:
    """Desk, day and cashier of a day that waits to be closed."""
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    books.request_close(cashier, day, desk, **more)
    return desk, day, cashier


async def test_a_day_is_sent_back_and_the_cashier_reads_why(books: Books) -> None:
    desk, day, cashier = waiting(books, EUR=500)
    async with at_terminal(books.world, books.accountant()) as t:
        await t.press("1")
        t.sees(name_of(books, desk))
        await open_row(t, day)
        t.sees("[close requested]", "+5.00", "surplus")
        await t.press("f7")
        await t.type("count the coins again")
        await t.press("f10")
        t.sees("Sent back: count the coins again")
    assert state(books, desk) == "counting"
    async with at_terminal(books.world, cashier) as t:
        await t.press("1")
        t.sees("The accountant sent it back: count the coins again")
        await t.press("f2")
        fill(t, books, desk)
        await t.press("f2", "f10", "escape")
    assert state(books, desk) == "close_requested"


async def open_row(terminal: Terminal, day: int) -> None:
    """Go down to the day's row and open it."""
    table = terminal.screen.query_one("KeysetTable")
    for _ in range(40):
        if table.item.thing.id == day:
            break
        await terminal.press("down")
    assert table.item.thing.id == day
    await terminal.press("enter")


async def test_a_day_that_agrees_is_closed_and_marked(books: Books) -> None:
    desk, day, _ = waiting(books)
    async with at_terminal(books.world, books.accountant()) as t:
        await t.press("1")
        await open_row(t, day)
        await t.press("f8", "f10")
        t.sees("Z REPORT No. 1")
        await t.press("escape", "f6")
        t.sees("[closed]", "Agrees with the papers")
        await t.press("f8")
        t.sees("Nobody asked to close this day")
    assert state(books, desk) == "closed"
    assert books.one("select reconciled from book.desk_day where id = %s", day)


async def test_a_difference_is_typed_closed_and_resolved_with_a_fresh_code(books: Books) -> None:
    desk, day, _ = waiting(books, EUR=-1_000)
    accountant = books.accountant()
    async with at_terminal(books.world, accountant) as t:
        await t.press("1")
        await open_row(t, day)
        await t.press("f8", "f10")
        t.sees("!")
        assert state(books, desk) == "close_requested"
        t.screen.field.value = name_of(books, desk)
        await t.press("f10")
        await t.type("ten euro short")
        await t.press("f10")
        t.sees("Z REPORT")
        await t.press("escape", "escape", "escape", "3")
        t.sees("shortage", "10.00 EUR")
        await open_row_of(t, day)
        await t.press("enter")
        await t.type("the till was counted twice")
        await t.press("f2")
        await t.type("11")
        await t.press("f10")
        t.sees("!")
        t.screen.field.value = "10"
        await t.press("f10")
        t.sees("code")
        books.world.forget_code(accountant)
        await t.type(accountant.code())
        await t.press("enter")
        t.sees("The difference is resolved")
    left = books.one("select balance from vault.account where kind = 'SHORT' and owner_id = %s", day)
    assert left == 0


async def open_row_of(terminal: Terminal, day: int) -> None:
    """Go to the difference of that day and open it."""
    table = terminal.screen.query_one("KeysetTable")
    for _ in range(40):
        if table.item.thing.day_id == day:
            break
        await terminal.press("down")
    await terminal.press("enter")


async def test_nobody_decides_about_the_own_day(books: Books) -> None:
    desk, day, cashier = waiting(books)
    both = books.world.make_staff("accountant", person=cashier)
    async with at_terminal(books.world, both) as t:
        await t.press("1")
        await open_row(t, day)
        t.sees("You were the cashier of this day")
        await t.press("f8")
        assert t.screen.SECTION == "day_review"
    assert state(books, desk) == "close_requested"


async def test_a_day_is_closed_in_its_cashiers_absence(books: Books) -> None:
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    accountant = books.accountant()
    async with at_terminal(books.world, accountant) as t:
        await t.press("2")
        table = t.screen.query_one("KeysetTable")
        while table.item.thing.id != desk:
            await t.press("down")
        await t.press("f3", "f3")
        t.sees("Your own count")
        fill(t, books, desk)
        await t.press("f2")
        await t.type("the cashier fell ill")
        await t.press("f10")
        books.world.forget_code(accountant)
        await t.type(accountant.code())
        await t.press("enter")
        t.sees("[closed]", "the cashier fell ill")
    assert state(books, desk) == "closed"
    assert books.one("select z_number from book.desk_day where id = %s", day) == 1


async def test_a_cashier_is_assigned_and_taken_away(books: Books) -> None:
    desk, cashier = books.till()
    async with at_terminal(books.world, books.accountant()) as t:
        await t.press("2")
        table = t.screen.query_one("KeysetTable")
        while table.item.thing.id != desk:
            await t.press("down")
        await t.press("f6")
        table = t.screen.query_one("KeysetTable")
        while table.item.thing.staff_id != cashier.id:
            await t.press("down")
        await t.press("enter")
        t.sees("may no longer work")
    assert not books.one("select count(*) from book.desk_assignment where desk_id = %s", desk)


async def test_the_cfo_reads_a_day_and_decides_nothing(books: Books) -> None:
    desk, day, _ = waiting(books)
    async with at_terminal(books.world, books.world.make_staff("cfo")) as t:
        await go(t, "Cash desks")
        table = t.screen.query_one("KeysetTable")
        while table.item.thing.id != desk:
            await t.press("down")
        await t.press("f3")
        t.sees("[close requested]")
        for key in ("f8", "f7", "f6", "f3"):
            await t.press(key)
            assert t.screen.SECTION == "day_review"
    assert state(books, desk) == "close_requested"
    assert not books.one("select reconciled from book.desk_day where id = %s", day)
