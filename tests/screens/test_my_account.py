"""The own account by keys, on a real database: profile, password, second factor, sessions, actions."""

from __future__ import annotations

import base64
import re
import time
from typing import Any

import pytest

from bocli.widgets.qr import QrCode
from core import errors, staff
from core.permissions import ROLES
from core.staff.secrets import totp_code
from core.texts import language
from tests.screens.desk import WIDE, Terminal, at_terminal
from tests.screens.test_qr import camera, read
from tests.world import Person, World

RECOVERY = re.compile(r"\b[A-Za-z0-9]{4,5}(?:-[A-Za-z0-9]{4,5}){1,3}\b")


async def account(t: Terminal) -> None:
    """From home to the own account, down the list."""
    at = next(at for at, each in enumerate(t.app.sections()) if each.id == "my_account")
    await t.press("home", *["down"] * at, "enter")
    assert t.screen.SECTION == "my_account"


async def code(t: Terminal, world: World, person: Person) -> None:
    """A fresh code, if one is asked for."""
    if type(t.screen).__name__ == "CodePrompt":
        world.forget_code(person)
        await t.type(person.code())
        await t.press("enter")


async def retype(t: Terminal, name: str, text: str) -> None:
    """Another text in this field."""
    field = t.screen.form.field(name)
    field.focus()
    await t.press("end", "ctrl+u")
    await t.type(text)


def log_in(world: World, person: Person, password: str, one_time: str) -> staff.Session:
    world.forget_code(person)
    return staff.log_in(world.settings, person.email, password, one_time)


def row(world: World, person: Person) -> Any:
    found = world.admin.execute(
        "select name, language, theme, idle_minutes from book.staff where id = %s", (person.id,)
    ).fetchone()
    assert found is not None
    return found


@pytest.mark.parametrize("role", ROLES)
async def test_everybody_has_their_account(world: World, role: str) -> None:
    # The CFO has more sections than a small window shows at once; the list scrolls there.
    async with at_terminal(world, world.make_staff(role), size=WIDE) as t:
        t.sees("My account")
        await account(t)
        t.sees("E-mail", "Second factor", "Last log-in")


async def test_the_profile_is_kept_and_changes_the_screen_at_once(world: World, strict: None) -> None:
    person = world.make_staff("cashier", name="Olena Bondarenko")
    async with at_terminal(world, person) as t:
        await account(t)
        await retype(t, "name", "Olena Kovalenko")
        await t.press("enter", "right", "right", "enter", "right", "enter")
        await t.type("3")
        await t.press("f2")
        t.sees("Mein Konto", "Olena Kovalenko", "Gespeichert", "Passwort")
        assert language() == "de"
        assert t.app.theme == "light"
        assert t.app.idle.limit_s == 180
        await t.press("escape")
        t.sees("Guten Tag", "Olena Kovalenko", "Mein Konto")
    assert row(world, person) == ("Olena Kovalenko", "de", "light", 3)


async def test_minutes_above_the_roles_are_refused_under_their_field(world: World, strict: None) -> None:
    person = world.make_staff("cashier")
    async with at_terminal(world, person) as t:
        await account(t)
        most = t.app.person.role_idle_minutes
        for wrong in (str(most + 1), "0", "x"):
            await retype(t, "idle", wrong)
            await t.press("f2")
            t.sees(f"Whole minutes from 1 to {most}")
        await retype(t, "name", "")
        await retype(t, "idle", str(most))
        await t.press("f2")
        assert t.screen.form.labelled["name"].error is not None
        await t.type("Olena")
        await t.press("f2")
        t.sees("Kept")
        await retype(t, "idle", "")
        await t.press("f2")
        t.sees("Kept")
    assert row(world, person)[3] is None


async def test_a_password_is_changed_by_who_knows_the_old_one(world: World, strict: None) -> None:
    person = world.make_staff("cashier")
    other = world.log_in(person)
    new = "seven horses under snow"
    async with at_terminal(world, person) as t:
        await account(t)
        await t.press("f3")
        t.sees("at least 12 characters", "qwerty")
        tries = {
            "again": (person.password, new, "seven horses under snaw"),
            "new": (person.password, "short", "short"),
            "old": ("not the old one", new, new),
        }
        for field, (old, first, second) in tries.items():
            for name, text in zip(("old", "new", "again"), (old, first, second), strict=True):
                await retype(t, name, text)
            await t.press("f2")
            assert t.screen.form.labelled[field].error is not None, field
        await retype(t, "old", person.password)
        await t.press("f2")
        await code(t, world, person)
        t.sees("The password is changed")
        await t.press("f5")
        t.sees("My account")
    with pytest.raises(errors.BocliError):
        other.call("home")
    with pytest.raises(errors.WrongCredentials):
        log_in(world, person, person.password, person.code())
    staff.log_out(log_in(world, person, new, person.code()).db)


async def test_a_second_factor_is_read_by_a_camera_and_proved(world: World, strict: None) -> None:
    person = world.make_staff("accountant")
    async with at_terminal(world, person) as t:
        await account(t)
        await t.press("f4")
        await code(t, world, person)
        t.sees("The one that you have serves")
        uri = read(camera(t.app, t.screen.query_one(QrCode)))
        assert uri is not None
        assert uri.startswith(f"otpauth://totp/{person.email}?secret=")
        key = base64.b32decode(uri.partition("secret=")[2].partition("&")[0])
        await t.type("12345")
        await t.press("f2")
        assert t.screen.form.labelled["code"].error is not None
        t.screen.form.field("code").value = person.code()
        await t.press("f2")
        assert t.screen.form.labelled["code"].error is not None
        t.screen.form.field("code").value = totp_code(key, time.time())
        await t.press("f2")
        t.sees("Recovery codes, shown only now")
        codes = RECOVERY.findall(t.text())
        assert len(codes) == 10
        t.screen._since -= 60
        await t.press("f10")
        t.sees("The second factor is enrolled", "10 recovery codes left")
        t.sees_not(codes[0])
    with pytest.raises(errors.WrongCredentials):
        log_in(world, person, person.password, person.code())
    staff.log_out(log_in(world, person, person.password, totp_code(key, time.time())).db)
    session = log_in(world, person, person.password, codes[0])
    assert session.recovery_left == 9
    staff.log_out(session.db)


async def test_letters_only_paint_no_code_and_say_so(world: World, strict: None) -> None:
    person = world.make_staff("accountant")
    async with at_terminal(world, person) as t:
        await account(t)
        await t.press("f4")
        await code(t, world, person)
        assert t.screen.query_one(QrCode).display
        t.app.set_look("ascii")
        await t.settle()
        assert not t.screen.query_one(QrCode).display
        t.sees("In this theme no QR code can be painted", "otpauth://totp/")
        assert len(re.findall(r"\b[A-Z2-7]{4}\b", t.text())) == 8
        t.app.set_look("dark")
        await t.settle()
        assert read(camera(t.app, t.screen.query_one(QrCode))) is not None


async def test_a_small_terminal_says_that_the_code_has_no_room(world: World) -> None:
    async with at_terminal(world, person := world.make_staff("accountant"), size=(60, 24)) as t:
        await account(t)
        await t.press("f4")
        await code(t, world, person)
        assert not t.screen.query_one(QrCode).display
        t.sees("too small for the QR code")
        await t.pilot.resize_terminal(100, 30)
        await t.settle()
        assert read(camera(t.app, t.screen.query_one(QrCode))) is not None


async def test_new_recovery_codes_take_the_place_of_the_old(world: World, strict: None) -> None:
    person = world.make_staff("accountant")
    async with at_terminal(world, person) as t:
        await account(t)
        seen = []
        for _ in range(2):
            await t.press("f6")
            t.sees("good for nothing from then on")
            await t.press("f10")
            await code(t, world, person)
            seen.append(RECOVERY.findall(t.text()))
            await t.press("escape", "f10")
            t.sees("Recovery codes, shown only now")
            t.screen._since -= 60
            await t.press("f10")
            t.sees("There are new recovery codes")
    old, new = seen
    assert not set(old) & set(new)
    with pytest.raises(errors.WrongCredentials):
        log_in(world, person, person.password, old[0])
    staff.log_out(log_in(world, person, person.password, new[0]).db)


async def test_another_session_of_mine_is_ended_and_this_one_is_not(world: World, strict: None) -> None:
    person = world.make_staff("accountant")
    other = world.log_in(person)
    async with at_terminal(world, person) as t:
        await account(t)
        await t.press("f7")
        t.sees("this one", "open")
        await t.press("home", "enter")
        t.sees("This is the session that you are in")
        await t.press("down", "enter")
        t.sees("ends at once")
        await t.press("f10")
        t.sees("1 session has ended", "ended")
        await t.press("escape", "f8")
        t.sees("Ended another session", "Logged in")
        await t.press("enter")
        t.sees("Time (UTC)")
    with pytest.raises(errors.BocliError):
        other.call("home")
