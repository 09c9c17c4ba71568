"""Accounts of staff by keys, on a real database: who may make whom, what is shown before, what ends at once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core import errors, staff
from core.permissions import ROLES
from tests.screens.desk import Terminal, at_terminal, session_of
from tests.screens.test_log_in import door, give
from tests.world import Person, World

PASSWORD = re.compile(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b")


async def accounts(t: Terminal) -> None:
    """From home to the list of accounts."""
    at = next(at for at, each in enumerate(t.app.sections()) if each.id == "user_management")
    await t.press("home", *["down"] * at, "enter")
    assert t.screen.SECTION == "user_management"


async def code(t: Terminal, world: World, person: Person) -> None:
    """A fresh code, if one is asked for."""
    if type(t.screen).__name__ == "CodePrompt":
        world.forget_code(person)
        await t.type(person.code())
        await t.press("enter")


async def to(t: Terminal, person: Person) -> None:
    """Open this one of the list."""
    table = t.screen.query_one("ListTable")
    await t.press("home")
    while table.item.thing.id != person.id:
        await t.press("down")
    await t.press("enter")
    t.sees(person.email)


async def pick(t: Terminal, role: str) -> None:
    """Turn the role's choice until it is this one, by keys."""
    choice = t.screen.form.field("role")
    choice.focus()
    for _ in range(len(ROLES)):
        if choice.value == role:
            return
        await t.press("right")
    raise AssertionError(f"{role} is not offered")


async def fill(t: Terminal, name: str, email: str, role: str, phone: str = "") -> None:
    """Name, e-mail, phone, role; the focus is at the role then."""
    t.screen.form.focus_first()
    for text in (name, email, phone):
        t.screen.focused.value = ""
        await t.type(text)
        await t.press("enter")
    await pick(t, role)


async def written_down(t: Terminal) -> str:
    """What is shown once, and away with it, as somebody who took the time to write."""
    found = PASSWORD.search(t.text())
    assert found is not None
    t.screen._since -= 60
    await t.press("f10")
    t.sees_not(found[0])
    return found[0]


def one(world: World, query: str, *values: Any) -> Any:
    row = world.admin.execute(query.encode(), values).fetchone()
    assert row is not None
    return row[0]


def lent(world: World, boss: Person, person: Person, role: str) -> None:
    """The role is lent to that person for a day, whatever the conflicts."""
    world.admin.execute(
        "insert into book.delegation (staff_id, role, starts_at, ends_at, reason, made_by_id) "
        "values (%s, %s, now(), now() + interval '1 day', 'a holiday', %s)",
        (person.id, role, boss.id),
    )
    world.admin.execute("select auth.groups_sync(%s)", (person.id,))


async def test_an_administrator_makes_every_role_and_sees_each_password_once(
    world: World, strict: None
) -> None:
    boss = world.make_staff("administrator", name="Iryna Shevchenko")
    made: list[tuple[str, str, str]] = []
    async with at_terminal(world, boss) as t:
        await accounts(t)
        for number, role in enumerate(ROLES):
            email = f"new.{role}@test.example"
            await t.press("n")
            await fill(t, f"New Person {number}", email, role)
            await t.press("f2")
            t.sees(email, "with a first password")
            await t.press("f10")
            await code(t, world, boss)
            t.sees("First password, shown only now", "seven days")
            await t.press("f10")
            t.sees("Read it and write it down first")
            await t.press("escape")
            t.sees("This is shown only once")
            await t.press("1")
            made.append((email, role, await written_down(t)))
            t.sees("The account is made", f"New Person {number}")
    for email, role, password in made:
        session = staff.log_in(world.settings, email, password)
        assert session.staff.role == role
        assert session.must_change_password
        staff.log_out(session.db)


@pytest.mark.parametrize(
    ("role", "offered", "title"),
    [
        ("cfo", ROLES[2:], "User management"),
        ("compliance", ("anti_fraud", "support_manager"), "User management"),
        ("support_manager", ("support_agent",), "SCC management"),
    ],
)
async def test_each_is_offered_the_roles_that_they_look_after(
    world: World, role: str, offered: tuple[str, ...], title: str
) -> None:
    boss = world.make_staff("administrator", name="Above Them")
    async with at_terminal(world, world.make_staff(role)) as t:
        t.sees(title)
        await accounts(t)
        t.sees(f"> {title}" if len(t.app.screen_stack) > 3 else title)
        t.sees_not(boss.email)
        await t.press("n")
        assert {value for value, _ in t.screen.form.field("role").options} == set(offered)


async def test_a_form_that_lies_about_the_role_is_refused_under_the_role(world: World) -> None:
    cfo = world.make_staff("cfo")
    async with at_terminal(world, cfo) as t:
        await accounts(t)
        await t.press("n")
        await fill(t, "Above Me", "above.me@test.example", "cashier")
        t.screen.form.field("role").set_options([("administrator", "Administrator")])
        await t.press("f2")
        t.sees("! ")
        assert t.screen.form.labelled["role"].error is not None
    assert one(world, "select count(*) from book.staff where email = 'above.me@test.example'") == 0


async def test_what_is_wrong_stands_under_its_field(world: World, strict: None) -> None:
    boss = world.make_staff("administrator")
    taken = world.make_staff("cashier", email="anna.nowak@test.example")
    async with at_terminal(world, boss) as t:
        await accounts(t)
        await t.press("n", "f2")
        t.sees("! ")
        assert t.screen.form.labelled["name"].error is not None
        wrong = {
            "email": ("Anna Nowak", "not an address", ""),
            "phone": ("Anna Nowak", "anna@test.example", "12"),
        }
        for field, (name, email, phone) in wrong.items():
            await fill(t, name, email, "support_agent", phone)
            await t.press("f2")
            if t.screen.SCOPES == ("dialog",):
                await t.press("f10")
                await code(t, world, boss)
            assert t.screen.form.labelled[field].error is not None, field
        await fill(t, "Anna Nowak", "ANNA.Nowak@TEST.example", "support_agent")
        t.screen.form.field("phone").value = ""
        await t.press("f2")
        await t.press("f10")
        await code(t, world, boss)
        assert t.screen.form.labelled["email"].error is not None
        t.screen.form.field("person").focus()
        await t.type("nobody has this")
        await t.press("enter")
        t.sees("No account that you look after")
    assert taken.id


@pytest.mark.parametrize("act", ["staff_create", "staff_reset_password"])
async def test_a_lost_answer_is_asked_for_and_the_password_shown_is_the_right_one(
    world: World, act: str
) -> None:
    boss = world.make_staff("administrator")
    cashier = world.make_staff("cashier", enrolled=False)
    email = "lost.answer@test.example" if act == "staff_create" else cashier.email
    async with at_terminal(world, boss) as t:
        db, lost = t.app.person.db, []
        really = db.call

        def call(function: str, /, **words: Any) -> Any:
            answer = really(function, **words)
            if function == f"prov.{act}" and not lost:
                lost.append(words["key"])
                raise errors.OutcomeUnknown(words["key"])
            return answer

        db.call = call
        await accounts(t)
        if act == "staff_create":
            await t.press("n")
            await fill(t, "Lost Answer", email, "cashier")
            await t.press("f2")
        else:
            await to(t, cashier)
            await t.press("f4")
        await t.press("f10")
        await code(t, world, boss)
        await t.settle()
        password = await written_down(t)
    assert lost
    session = staff.log_in(world.settings, email, password)
    assert session.must_change_password
    staff.log_out(session.db)


async def test_conflicts_of_duty_are_shown_before_and_kept_in_the_log(world: World, strict: None) -> None:
    boss = world.make_staff("administrator")
    cashier = world.make_staff("cashier", name="Olena Bondarenko")
    email = "olena.accountant@test.example"
    async with at_terminal(world, boss) as t:
        await accounts(t)
        await t.press("n")
        await fill(t, "Olena B.", email, "accountant")
        await t.press("enter")
        await t.type(cashier.email)
        await t.press("enter", "f2")
        t.sees("conflicts of duty:", "One person would make and check", "Olena Bondarenko, Cashier")
        assert one(world, "select count(*) from book.staff where email = %s", email) == 0
        await t.press("f10")
        await code(t, world, boss)
        await written_down(t)
    made = one(world, "select id from book.staff where email = %s", email)
    assert one(world, "select person_id from book.staff where id = %s", made) == cashier.person_id
    kept = one(
        world,
        "select after -> 'accepted' from vault.log where what = 'staff.create' and entity_id = %s",
        str(made),
    )
    assert f"maker_checker:{cashier.id}:cashier" in kept


async def test_another_role_ends_the_others_terminal_at_once(world: World) -> None:
    boss = world.make_staff("administrator")
    cashier = world.make_staff("cashier", name="Olena Bondarenko")
    async with door(world) as theirs:
        await give(theirs, cashier)
        await theirs.type(cashier.code())
        await theirs.press("enter")
        theirs.sees("Hello, Olena Bondarenko")
        async with at_terminal(world, boss) as t:
            await accounts(t)
            await to(t, cashier)
            t.sees("logged in")
            await t.press("f2")
            await t.press(*["down"] * 3, "enter")
            t.sees(
                "Role from now on", "Accountant", "All sessions and connections of this account end at once"
            )
            await t.press("f10")
            await code(t, world, boss)
            t.sees("The role is now Accountant")
            t.sees_not("logged in")
        await theirs.press("f5")
        theirs.sees("Log in", "Password")
    assert one(world, "select role from book.staff where id = %s", cashier.id) == "accountant"


async def test_switching_off_wants_a_reason_and_shuts_the_door_until_it_is_on_again(world: World) -> None:
    boss = world.make_staff("administrator")
    cashier = world.make_staff("cashier")
    async with at_terminal(world, boss) as t:
        await accounts(t)
        await to(t, cashier)
        await t.press("f3", "enter")
        t.sees("! ")
        await t.type("left the company")
        await t.press("enter")
        await code(t, world, boss)
        t.sees("Switched off", "switched off")
        with pytest.raises(errors.BocliError):
            session_of(world, cashier)
        await t.press("f2")
        t.sees("F3 switches it on")
        await t.press("f3")
        await t.press("f10")
        t.sees("Switched on")
    session = session_of(world, cashier)
    staff.log_out(session.db)
    reason = one(
        world,
        "select after ->> 'reason' from vault.log where what = 'staff.disable' and entity_id = %s",
        str(cashier.id),
    )
    assert reason == "left the company"


async def test_a_lost_password_and_a_lost_second_factor_are_made_anew(world: World) -> None:
    boss = world.make_staff("administrator")
    cashier = world.make_staff("cashier")
    async with at_terminal(world, boss) as t:
        await accounts(t)
        await to(t, cashier)
        await t.press("f4")
        await t.press("f10")
        await code(t, world, boss)
        password = await written_down(t)
        t.sees("first password")
        await t.press("f6")
        await t.type("lost the telephone")
        await t.press("enter")
        t.sees("The second factor is taken away", "not enrolled")
        await t.press("f6")
        t.sees("There is no second factor to take away")
    with pytest.raises(errors.WrongCredentials):
        staff.log_in(world.settings, cashier.email, cashier.password)
    session = staff.log_in(world.settings, cashier.email, password)
    assert session.must_change_password
    staff.log_out(session.db)


async def test_a_role_is_lent_until_a_day_and_taken_back(world: World, strict: None) -> None:
    boss = world.make_staff("administrator")
    agent = world.make_staff("cashier", name="Petro Melnyk")
    async with at_terminal(world, boss) as t:
        await accounts(t)
        await to(t, agent)
        await t.press("f8")
        t.sees("Nothing is lent")
        await t.press("f7")
        await pick(t, "accountant")
        await t.press("enter")
        for wrong in ("400", "yesterday"):
            t.screen.form.field("until").value = ""
            await t.type(wrong)
            await t.press("f2")
            assert t.screen.form.labelled["until"].error is not None, wrong
        t.screen.form.field("until").value = ""
        t.screen.form.field("until").focus()
        await t.type("7")
        await t.press("enter")
        await t.type("the accountant is away")
        await t.press("f2")
        t.sees("1 conflict of duty:", "Cashier (Petro Melnyk)")
        await t.press("f10")
        await code(t, world, boss)
        t.sees("The role is lent")
        session = session_of(world, agent)
        assert "cash_day:close" in session.permissions
        staff.log_out(session.db)
        await t.press("f8", "enter")
        t.sees("loses the lent role Accountant")
        await t.press("f10")
        t.sees("The loan has ended")
    session = session_of(world, agent)
    assert "cash_day:close" not in session.permissions
    staff.log_out(session.db)


async def test_sessions_of_others_are_ended_one_by_one_and_together(world: World) -> None:
    boss = world.make_staff("administrator")
    cashier = world.make_staff("accountant")
    first, second = world.log_in(cashier), world.log_in(cashier)
    async with at_terminal(world, boss) as t:
        await accounts(t)
        await to(t, cashier)
        await t.press("s")
        await t.press("enter")
        t.sees("ends at once")
        await t.press("f10")
        await code(t, world, boss)
        t.sees("1 session has ended")
        with pytest.raises(errors.BocliError):
            second.call("home")
        first.call("home")
        await t.press("f8")
        await t.press("f10")
        t.sees("1 session has ended")
        await t.press("f8")
        t.sees("No other session is open")
        await t.press("enter")
        t.sees("This session has ended already")
        await t.press("escape", "h")
        t.sees("session")
    with pytest.raises(errors.BocliError):
        first.call("home")


async def test_the_own_account_is_somebody_elses_to_change(world: World) -> None:
    boss = world.make_staff("administrator")
    async with at_terminal(world, boss) as t:
        await accounts(t)
        await to(t, boss)
        for key in ("f2", "f3", "f4", "f6", "f7"):
            await t.press(key)
            t.sees("somebody else changes it")
            assert t.screen.SECTION == "staff_member"


async def test_a_code_serves_once(world: World) -> None:
    boss = world.make_staff("administrator")
    cashier = world.make_staff("cashier")
    async with at_terminal(world, boss) as t:
        await accounts(t)
        await to(t, cashier)
        await t.press("f3")
        await t.type("left the company")
        await t.press("enter")
        await t.type(boss.code())
        await t.press("enter")
        t.sees("One-time code", "wrong")
        await t.press("escape")
    assert one(world, "select active from book.staff where id = %s", cashier.id)


async def test_the_list_is_searched_and_filtered(world: World) -> None:
    boss = world.make_staff("administrator")
    found = world.make_staff("anti_fraud", name="Zofia Wiśniewska")
    world.admin.execute("update book.staff set phone = '+48600700800' where id = %s", (found.id,))
    hidden = world.make_staff("cashier", name="Somebody Else")
    async with at_terminal(world, boss) as t:
        await accounts(t)
        for words in ("wiśniew", "+48600700", found.email, "role:anti_fraud active:yes"):
            await t.press("slash")
            t.screen.query_one("Field").value = ""
            await t.type(words)
            await t.press("enter")
            t.sees(found.email)
            t.sees_not(hidden.email)


async def test_who_was_lent_the_role_cannot_take_the_last_administrator_away(world: World) -> None:
    boss = world.make_staff("administrator")
    cashier = world.make_staff("cashier")
    lent(world, boss, cashier, "administrator")
    world.admin.execute(
        "update book.staff set active = false where role = 'administrator' and id <> %s", (boss.id,)
    )
    async with at_terminal(world, cashier) as t:
        await accounts(t)
        await t.press("n")
        assert {value for value, _ in t.screen.form.field("role").options} == set(ROLES)
        await t.press("escape")
        await to(t, boss)
        await t.press("f3")
        await t.type("no more of them")
        await t.press("enter")
        await code(t, world, cashier)
        t.sees("Error", "administrator")
        t.sees_not("Switched off.")
    assert one(world, "select active from book.staff where id = %s", boss.id)
