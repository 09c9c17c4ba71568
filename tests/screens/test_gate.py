"""The gate: what becomes of refusals, lost databases, unknown outcomes, ended sessions, missing second
factors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from textual.app import ComposeResult
from textual.pilot import Pilot

from bocli.widgets.amount_field import AmountField
from bocli.widgets.ask import CodePrompt
from bocli.widgets.fields import Field
from bocli.widgets.form import Form
from bocli.widgets.notices import ErrorPanel
from bocli.widgets.section import Section
from bocli.widgets.waiting import Waiting
from core.errors import (
    Invalid,
    LimitExceeded,
    OutcomeUnknown,
    SessionEnded,
    StepUpNeeded,
    Unavailable,
    WrongCredentials,
)
from tests.pty.apps.world import EUR, NoDatabase, person
from tests.screens.app import OneScreen, painted


class Script(NoDatabase):
    """A database that answers as it was told: by function, a list of answers or errors."""

    def __init__(self, **answers: list[Any]) -> None:
        super().__init__()
        self.answers = answers
        self.keys: list[UUID] = []

    def call(self, function: str, /, **params: Any) -> dict[str, Any]:
        self.calls.append(function)
        if "key" in params:
            self.keys.append(params["key"])
        answer = self.answers.get(function, [{}])
        now = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(now, threading.Event):
            now.wait(10)
            now = {"result": {"number": 9}}
        if isinstance(now, BaseException):
            raise now
        return dict(now)


class Asking(Section[None]):
    SECTION = "palette"

    def __init__(self) -> None:
        super().__init__()
        self.got: list[Any] = []

    def body(self) -> ComposeResult:
        yield Form(("client", "Client", Field()), ("amount", "Amount", AmountField(EUR)))

    @property
    def form(self) -> Form:
        return self.query_one(Form)

    def write(self) -> None:
        self.work(self._write())

    async def _write(self) -> None:
        key = self.form.key
        self.got.append(
            await self.call(
                lambda db: db.call("post", key=key), writes=self.form, fields={"amount": "amount"}
            )
        )


async def until(pilot: Pilot[None], true: Callable[[], bool], seconds: float = 8.0) -> None:
    """Until this is so."""
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        await pilot.pause(0.02)
    raise AssertionError(painted(pilot.app))  # type: ignore[arg-type]


def app_with(**answers: list[Any]) -> tuple[OneScreen, Script]:
    db = Script(**answers)
    return OneScreen(Asking, person(db=db)), db


async def test_an_answer_comes_from_another_thread_and_renews_the_key() -> None:
    seen: list[int] = []

    class Threaded(Script):
        def call(self, function: str, /, **params: Any) -> dict[str, Any]:
            seen.append(threading.get_ident())
            return super().call(function, **params)

    app = OneScreen(Asking, person(db=Threaded(post=[{"number": 7}])))
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        first = screen.form.key
        screen.write()
        await until(pilot, lambda: bool(screen.got))
        assert screen.got == [{"number": 7}] and screen.form.key != first
        assert seen and threading.get_ident() not in seen


async def test_a_refusal_is_said_and_stays_until_esc(strict: None) -> None:
    app, _ = app_with(post=[LimitExceeded("limit.count_exceeded", {"period": "day", "limit": 3, "used": 3})])
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        first = screen.form.key
        screen.write()
        await until(pilot, lambda: screen.query_one(ErrorPanel).open)
        assert screen.got == [None] and screen.form.key == first
        assert "Error:" in painted(app)
        await pilot.press("tab", "a")
        assert screen.query_one(ErrorPanel).open
        await pilot.press("escape")
        assert not screen.query_one(ErrorPanel).open and app.screen is screen


async def test_an_error_of_a_field_stands_under_it(strict: None) -> None:
    app, _ = app_with(post=[Invalid("amount.zero")])
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        screen.write()
        await until(pilot, lambda: screen.form.labelled["amount"].has_class("-bad"))
        assert screen.form.field("amount").has_focus and not screen.query_one(ErrorPanel).open


async def test_a_lost_database_shows_a_banner_that_goes_by_itself(strict: None) -> None:
    app, db = app_with(post=[Unavailable("db.gone"), {"number": 1}], home=[Unavailable("db.gone"), {}])
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        await pilot.press(*"Ann")
        screen.write()
        await until(pilot, lambda: app.status.banner is not None)
        assert "database is away" in painted(app) and screen.got == [None]
        await until(pilot, lambda: app.status.banner is None)
        assert "database is away" not in painted(app)
        assert screen.form.field("client").value == "Ann"
        screen.write()
        await until(pilot, lambda: len(screen.got) == 2)
        assert screen.got[1] == {"number": 1} and db.keys[0] == db.keys[1]


async def test_an_unknown_outcome_that_was_done_gives_its_first_answer(strict: None) -> None:
    known = threading.Event()
    app, db = app_with(outcome=[Unavailable("db.gone"), known])
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        db.answers["post"] = [OutcomeUnknown(screen.form.key), {"number": 9}]
        screen.write()
        await until(pilot, lambda: isinstance(app.screen, Waiting))
        await until(pilot, lambda: "Was it done?" in painted(app))
        known.set()
        await until(pilot, lambda: bool(screen.got))
        assert screen.got == [{"number": 9}]
        assert len(set(db.keys)) == 1 and db.calls.count("post") == 2
        assert app.screen is screen and app.status.banner is None


async def test_an_unknown_outcome_that_was_void_is_said_and_the_next_try_is_another_request(
    strict: None,
) -> None:
    app, db = app_with(outcome=[{"void": True}])
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        first = screen.form.key
        db.answers["post"] = [OutcomeUnknown(first)]
        screen.write()
        await until(pilot, lambda: screen.got == [None] and screen.query_one(ErrorPanel).open)
        assert "was not done, and will not be" in painted(app)
        assert screen.form.key != first and db.calls.count("post") == 1


async def test_waiting_for_an_outcome_can_be_left_and_the_key_stays(strict: None) -> None:
    app, db = app_with(outcome=[Unavailable("db.gone")])
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        first = screen.form.key
        db.answers["post"] = [OutcomeUnknown(first)]
        screen.write()
        await until(pilot, lambda: isinstance(app.screen, Waiting) and "tries so far" in painted(app))
        await pilot.press("escape")
        await until(pilot, lambda: screen.got == [None])
        assert screen.form.key == first and "still not known" in painted(app)


async def test_a_second_factor_is_asked_for_and_the_same_request_is_sent_again(strict: None) -> None:
    app, db = app_with(
        post=[StepUpNeeded("step_up.needed"), {"number": 2}],
        session_step_up=[WrongCredentials("credentials.wrong"), {}],
    )
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        screen.write()
        await until(pilot, lambda: isinstance(app.screen, CodePrompt))
        await pilot.press(*"111111", "enter")
        await until(pilot, lambda: isinstance(app.screen, CodePrompt) and "222" not in painted(app))
        await until(pilot, lambda: app.screen.is_mounted and db.calls.count("session_step_up") == 1)
        await pilot.pause(0.1)
        await pilot.press(*"222222", "enter")
        await until(pilot, lambda: bool(screen.got))
        assert screen.got == [{"number": 2}] and len(set(db.keys)) == 1


async def test_a_second_factor_that_is_not_given_leaves_everything(strict: None) -> None:
    app, db = app_with(post=[StepUpNeeded("step_up.needed")])
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        screen.write()
        await until(pilot, lambda: isinstance(app.screen, CodePrompt))
        await pilot.press("escape")
        await until(pilot, lambda: screen.got == [None])
        assert db.calls.count("post") == 1


class LogInAgain(Section[Any]):
    """A log-in of one key: s the same person, o another one."""

    SECTION = "palette"

    def on_key(self, event: Any) -> None:
        if event.key in "so":
            who = person(db=Script(post=[{"number": 3}]))
            who.staff.id = 1 if event.key == "s" else 2
            self.finish(who)


class Locking(OneScreen):
    """Where the log-in screen is the one above."""

    def open(self, target: str, *arguments: Any, then: Any = None) -> None:
        if target == "-":
            self.push_screen(LogInAgain(), then)
        elif target == "screens.home:Home":
            self.push_screen(Asking(), then)
        else:
            super().open(target, *arguments, then=then)


async def test_an_ended_session_is_logged_in_again_over_the_form_which_stays(strict: None) -> None:
    app = Locking(Asking, person(db=Script(post=[SessionEnded("session.idle")])))
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        await pilot.press(*"Ann")
        screen.write()
        await until(pilot, lambda: isinstance(app.screen, LogInAgain))
        assert app.person is None and "Ann" not in painted(app)
        await pilot.press("s")
        await until(pilot, lambda: bool(screen.got))
        assert screen.got == [{"number": 3}]
        assert app.screen is screen and screen.form.field("client").value == "Ann"


async def test_another_person_does_not_find_what_the_first_was_doing() -> None:
    app = Locking(Asking, person(db=Script(post=[SessionEnded("session.idle")])))
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        await pilot.press(*"Ann")
        screen.write()
        await until(pilot, lambda: isinstance(app.screen, LogInAgain))
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, Asking) and app.screen is not screen)
        await pilot.pause(0.1)
        assert "Ann" not in painted(app) and screen not in app.screen_stack


async def test_the_screen_locks_when_nobody_is_there(strict: None) -> None:
    app = Locking(Asking)
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        await pilot.press(*"Ann")
        app.idle._last -= 11 * 60
        app._tick()
        await until(pilot, lambda: isinstance(app.screen, LogInAgain))
        assert app.person is None
        await pilot.press("s")
        await until(pilot, lambda: app.screen is screen)
        assert screen.form.field("client").value == "Ann"


async def test_keys_wait_while_a_call_is_under_way() -> None:
    gate, app = threading.Event(), OneScreen(Asking, person())

    class Slow(NoDatabase):
        def call(self, function: str, /, **params: Any) -> dict[str, Any]:
            gate.wait(5)
            return {"number": 1}

    app.who.db = Slow()
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        screen.write()
        await until(pilot, lambda: app._under_way == 1)
        for key in "Ann":
            app.post_message(__import__("textual.events", fromlist=["Key"]).Key(key, key))
        await pilot.pause(0.1)
        assert screen.form.field("client").value == ""
        gate.set()
        await until(pilot, lambda: screen.form.field("client").value == "Ann")


async def test_a_second_press_while_the_first_is_under_way_is_dropped() -> None:
    app, db = app_with(post=[{"number": 1}])
    async with app.run_test(size=(80, 24)) as pilot:
        screen: Any = app.screen
        screen.write()
        screen.write()
        await until(pilot, lambda: bool(screen.got))
        await pilot.pause(0.05)
        assert db.calls.count("post") == 1
