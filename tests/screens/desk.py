"""The program's own screens on a real database, driven by keys: log-in is done, home is the first screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from core import staff
from core.texts import set_language
from screens.home import Home
from tests.screens.app import OneScreen, keys_done, painted, press
from tests.world import Person, World

NARROW = (80, 24)
WIDE = (132, 40)


def session_of(world: World, person: Person) -> staff.Session:
    """A fresh session of that person, as log-in gives it."""
    world.forget_code(person)
    return staff.log_in(world.settings, person.email, person.password, person.code() if person.totp else None)


class Terminal:
    """One terminal: a running app and what a person does at it."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot = pilot
        self.app: Any = pilot.app
        self.keys = 0

    async def press(self, *keys: str) -> None:
        """Press keys one by one, and wait until what they asked for is there."""
        for key in keys:
            self.keys += 1
            press(self.app, key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type into whatever has the focus. These are data: they are not counted."""
        for letter in text:
            press(self.app, letter)
            await self.pilot._wait_for_screen()
            await self.app._pacer
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is asked of the database and the screen stands still."""
        quiet = 0
        for _ in range(6000):
            await self.pilot._wait_for_screen()
            self.app.screen._on_timer_update()
            asked = any(not w.is_finished and w.group in ("window", "again") for w in self.app.workers)
            quiet = 0 if asked or not keys_done(self.app) else quiet + 1
            if quiet == 3:
                return
            await asyncio.sleep(0.005)
        raise AssertionError("the screen does not come to rest")

    @property
    def screen(self) -> Any:
        """The screen that is seen."""
        return self.app.screen

    def text(self) -> str:
        """What is painted."""
        return painted(self.app)

    def sees(self, *words: str) -> None:
        """Each of these stands on the screen, whatever the line breaks."""
        flat = " ".join(self.text().split())
        for word in words:
            assert " ".join(word.split()) in flat, f"{word!r} is not on\n{self.text()}"

    def sees_not(self, *words: str) -> None:
        """None of these stands on the screen."""
        flat = " ".join(self.text().split())
        for word in words:
            assert " ".join(word.split()) not in flat, f"{word!r} is on\n{self.text()}"


@asynccontextmanager
async def at_terminal(
    world: World,
    person: Person,
    *,
    language: str = "en",
    size: tuple[int, int] = NARROW,
    first: Any = Home,
) -> AsyncIterator[Terminal]:
    """A terminal at which this person has logged in."""
    world.admin.execute("update book.staff set language = %s where id = %s", (language, person.id))
    session = session_of(world, person)
    app = OneScreen(first, session, settings=world.settings, language=language)
    try:
        async with app.run_test(size=size) as pilot:
            terminal = Terminal(pilot)
            await terminal.settle()
            yield terminal
    finally:
        set_language("en")
