"""The locked screen: the form stays, another person works meanwhile, nothing of one is the other's."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.books import Books
from tests.screens.desk import Terminal
from tests.screens.test_log_in import door, give
from tests.world import Person, World


async def log_in(t: Terminal, world: World, person: Person) -> None:
    """At the door: e-mail, password, code."""
    await until(t, lambda: type(t.screen).__name__ == "LogIn")
    world.forget_code(person)
    await give(t, person)
    await t.type(person.code())
    await t.press("enter")
    await until(t, lambda: t.app.person is not None and t.app.person.staff.id == person.id)
    await t.settle()


async def until(t: Terminal, true: Any) -> None:
    """Wait for what a thread brings."""
    for _ in range(200):
        if true():
            return
        await t.settle()
        await asyncio.sleep(0.02)
    raise AssertionError(t.text())


async def half_a_top_up(t: Terminal, books: Books) -> Any:
    """Section 2 with a client found and an amount begun."""
    client = books.client(name="Half Typed")
    await t.press("2")
    await t.type(client.phone)
    await t.press("enter")
    await until(t, lambda: "Half Typed" in t.text())
    t.screen.form.field("wallet").focus()
    await t.press("enter")
    await t.type("12.5")
    return t.screen


async def test_the_form_stays_and_another_person_works_meanwhile(books: Books) -> None:
    world = books.world
    _, day, first = books.open_day()
    other = world.make_staff("cashier")
    async with door(world) as t:
        await log_in(t, world, first)
        screen = await half_a_top_up(t, books)
        key = screen.form.key
        await t.press("f12")
        await until(t, lambda: type(t.screen).__name__ == "LogIn")
        assert t.app.person is None
        t.sees_not("Half Typed", day.desk)
        await log_in(t, world, other)
        t.sees("Home", "no cash day")
        t.sees_not("Half Typed", day.desk)
        assert screen.person.staff.id == first.id
        await t.press("1")
        t.sees_not(day.desk)
        await t.press("escape", "f12")
        await log_in(t, world, first)
        assert t.screen is screen
        assert screen.form.field("amount").value == "12.5"
        assert screen.form.key == key
        await t.press("f2")
        await until(t, lambda: "Cash to take" in t.text())
        await t.press("f10")
        await until(t, lambda: "Receipt" in t.text())
    made = books.admin.execute(
        "select actor_id, amount from vault.operation where day_id = %s", (day.day_id,)
    )
    assert made.fetchall() == [(first.id, 1250)]


async def test_a_locked_session_is_worth_nothing(books: Books) -> None:
    world = books.world
    _, _, first = books.open_day()
    async with door(world) as t:
        await log_in(t, world, first)
        left = t.app.person
        await t.press("f12")
        await until(t, lambda: t.app.person is None)
        ended = "select close_reason is not null from auth.session where token_hash = sha256(%s::bytea)"
        await until(t, lambda: books.one(ended, left.db.token.encode()))


async def test_secrets_in_a_form_do_not_outlive_the_lock(books: Books) -> None:
    world = books.world
    boss = world.make_staff("administrator")
    async with door(world) as t:
        await log_in(t, world, boss)
        number = len(t.app.sections())
        await t.press(str(number), "f3")
        fields = [field for field in t.screen.query("Field") if field.password]
        assert fields
        fields[0].value = "half a password"
        screen = t.screen
        await t.press("f12")
        await until(t, lambda: t.app.person is None)
        await log_in(t, world, boss)
        assert t.screen is screen
        assert all(field.value == "" for field in fields)


async def test_logging_out_throws_away_what_was_there(books: Books) -> None:
    world = books.world
    _, _, first = books.open_day()
    async with door(world) as t:
        await log_in(t, world, first)
        screen = await half_a_top_up(t, books)
        await t.press("ctrl+o")
        t.sees("Log out?")
        await asyncio.sleep(0.3)
        await t.press("f10")
        await until(t, lambda: type(t.screen).__name__ == "LogIn")
        await log_in(t, world, first)
        t.sees("Hello")
        assert screen not in t.app.screen_stack
        assert not screen.is_attached


async def test_of_many_persons_the_one_who_left_longest_ago_begins_anew(books: Books) -> None:
    world = books.world
    people = [world.make_staff("accountant") for _ in range(6)]
    async with door(world) as t:
        for person in people:
            await log_in(t, world, person)
            await t.press("2")
            await t.press("f12")
        assert len(t.app.people.modes) == 4
        await log_in(t, world, people[0])
        t.sees("Hello")
        await t.press("f12")
        await log_in(t, world, people[-1])
        assert type(t.screen).__name__ == "CashDesks"
