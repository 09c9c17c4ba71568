"""Log-in by keys, on a real database: language, code, first password, enrolment, and what is refused."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from bocli.app import BocliApp
from bocli.widgets.qr import QrCode
from core import staff
from core.staff.secrets import totp_code
from core.texts import language, set_language
from tests.screens.desk import Terminal
from tests.world import Person, World


@asynccontextmanager
async def door(world: World, demo: Any = None) -> AsyncIterator[Terminal]:
    """The program as it starts."""
    app = BocliApp(world.settings, demo=demo)
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            terminal = Terminal(pilot)
            await terminal.settle()
            yield terminal
    finally:
        set_language("en")


async def give(terminal: Terminal, person: Person, password: str = "") -> None:
    """E-mail and password, Enter after each."""
    await terminal.type(person.email)
    await terminal.press("enter")
    await terminal.type(password or person.password)
    await terminal.press("enter")


async def test_the_code_is_asked_for_where_it_is_needed(world: World, strict: None) -> None:
    cashier = world.make_staff("cashier", name="Olena Bondarenko")
    async with door(world) as t:
        t.sees("Log in", "English")
        t.sees_not("One-time code")
        await give(t, cashier)
        t.sees("One-time code", "authenticator app")
        await t.type("000000")
        await t.press("enter")
        t.sees("!")
        assert t.app.person is None
        world.forget_code(cashier)
        world.admin.execute("select setval(format('auth.%%I', 'try_' || %s)::regclass, 1)", (cashier.id,))
        world.admin.execute("update auth.secret set fail_base = 1 where staff_id = %s", (cashier.id,))
        await t.type(cashier.code())
        await t.press("enter")
        t.sees("Hello, Olena Bondarenko")


async def test_a_wrong_password_is_told_and_what_was_typed_stays(world: World) -> None:
    cashier = world.make_staff("cashier")
    async with door(world) as t:
        await give(t, cashier, "not the password")
        t.sees("! The e-mail, the password or the code is wrong")
        assert t.screen.form.field("email").value == cashier.email
        assert t.app.person is None


async def test_too_many_wrong_codes_say_how_long_to_wait(world: World) -> None:
    cashier = world.make_staff("cashier")
    async with door(world) as t:
        await give(t, cashier)
        for _ in range(12):
            await t.type("000000")
            await t.press("enter")
            if "Try again in" in " ".join(t.text().split()):
                break
        t.sees("Too many wrong", "Try again in", "seconds")


async def test_the_language_is_chosen_before_and_kept_after(world: World) -> None:
    cashier = world.make_staff("cashier")
    async with door(world) as t:
        await t.press("shift+tab", "right", "right")
        assert language() == "de"
        t.sees("Anmelden", "Passwort")
        await t.press("tab")
        await give(t, cashier)
        await t.type(cashier.code())
        await t.press("enter")
        t.sees("Guten Tag")


async def test_a_first_password_is_changed_and_a_second_factor_enrolled(world: World, strict: None) -> None:
    new = world.make_staff("cashier", enrolled=False, first_password=True)
    async with door(world) as t:
        await give(t, new)
        t.sees("Somebody else gave you this password")
        await t.type("short")
        await t.press("enter")
        await t.type("short")
        await t.press("f2")
        t.sees("!")
        t.screen.form.field("new").value = "seven horses under snow"
        t.screen.form.field("again").value = "seven horses under snaw"
        await t.press("f2")
        t.sees("The two are not the same")
        t.screen.form.field("again").value = "seven horses under snow"
        await t.press("f2")
        t.sees("Or type this secret there:")
        assert t.screen.query_one(QrCode).display
        key = base64.b32decode("".join(re.findall(r"\b([A-Z2-7]{4})\b", t.text())))
        assert len(key) == 20
        await t.type("111111")
        await t.press("f2")
        t.sees("!")
        t.screen.form.field("code").value = totp_code(key, time.time())
        await t.press("f2")
        t.sees("Recovery codes, shown only now")
        await t.press("f10")
        t.sees("Read it and write it down first")
        await t.press("escape")
        t.sees("This is shown only once")
        t.screen._since -= 60
        await t.press("f10")
        t.sees("Hello, Test Person")
    world.forget_code(new)
    session = staff.log_in(world.settings, new.email, "seven horses under snow", totp_code(key, time.time()))
    assert not session.must_enrol
    assert not session.must_change_password
    staff.log_out(session.db)


async def test_leaving_what_is_owed_ends_the_session(world: World) -> None:
    new = world.make_staff("cashier", enrolled=False, first_password=True)
    async with door(world) as t:
        await give(t, new)
        await t.press("escape")
        t.sees("Log in")
        assert t.app.person is None


async def test_a_demo_says_who_can_log_in_and_with_what(world: World) -> None:
    cashier = world.make_staff("cashier")
    person = SimpleNamespace(
        email=cashier.email,
        name="Demo Cashier",
        role="cashier",
        password=cashier.password,
        code=lambda: "123456",
    )
    async with door(world, SimpleNamespace(people=(person,))) as t:
        t.sees("This is a demo", cashier.email)
        await t.press("f4", "enter")
        t.sees(cashier.password, "123456")
        assert t.screen.form.field("email").value == cashier.email
