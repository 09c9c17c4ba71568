"""Who is at this terminal, and what each of them was doing: a stack of screens a person.

One person works at a time. When the screen locks, what they were doing stays as it is, unseen; another person may log
in meanwhile and has screens of their own; the first one logs in again and goes on in the half-filled form. A stack is
a mode of Textual's. A locked session is ended at the server: nothing can be done with what is left here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from bocli.session import close

if TYPE_CHECKING:
    from bocli.app import BocliApp

DOOR = "door"
MOST = 4
"""Persons whose screens are kept; of more, the one who left longest ago starts anew."""


class People:
    """One for each app."""

    def __init__(self, app: BocliApp) -> None:
        self.app = app
        self.sessions: dict[int, Any] = {}
        self.modes: dict[int, str] = {}
        self._places: dict[int, tuple[str, str]] = {}
        self._waiting: asyncio.Future[bool] | None = None
        self._before: Any = None

    def session_of(self, staff_id: int | None) -> Any:
        """The session of whoever opened a screen: theirs, also while another person is here."""
        person = self.app.person
        if staff_id is None or (person is not None and person.staff.id == staff_id):
            return person
        return self.sessions.get(staff_id, person)

    def is_here(self, staff_id: int | None) -> bool:
        """Whether this is the person who is at the terminal now."""
        person = self.app.person
        return staff_id is None or (person is not None and person.staff.id == staff_id)

    async def lock(self) -> bool:
        """Lock, and wait until somebody logs in. True: the same person is back."""
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().create_future()
            self._before = self._leave()
            await self._door()
        return await asyncio.shield(self._waiting)

    async def log_out(self) -> None:
        """End the session and throw away what this person was doing."""
        before = self._leave()
        mode = self.modes.pop(before.staff.id, "") if before is not None else ""
        await self._door()
        if mode and mode not in (self.app.current_mode, self.app.DEFAULT_MODE):
            await self.app.remove_mode(mode)

    def _leave(self) -> Any:
        """The person goes: their session ends, secrets in half-filled forms are emptied."""
        app = self.app
        before, app.person = app.person, None
        if before is not None:
            staff_id = before.staff.id
            self.modes.pop(staff_id, None)
            self.modes[staff_id] = app.current_mode
            self._places[staff_id] = (app.status.desk, app.status.day)
            self._empty_secrets()
            app.run_worker(lambda: close(before), thread=True, group="lock", exit_on_error=False)
        app.status.person = app.status.role = app.status.desk = app.status.day = ""
        return before

    def _empty_secrets(self) -> None:
        from bocli.widgets.ask import one_time_code
        from bocli.widgets.fields import Field

        for screen in self.app.screen_stack:
            for field in screen.query(Field):
                if field.password or field.check is one_time_code:
                    field.value = ""

    async def _door(self) -> None:
        app = self.app
        if app.current_mode != DOOR:
            if DOOR not in self.app._modes:  # noqa: SLF001 - Textual has no question for it
                app.add_mode(DOOR, Screen)
            await app.switch_mode(DOOR)
        app.open(app.log_in_target(), then=self._came)

    def _came(self, session: Any) -> None:
        """Somebody logged in at the door; None ends the program."""
        if session is None:
            self._answer(same=False)
            self.app.exit()
        else:
            self.app.run_worker(self.enter(session), group="people")

    def _answer(self, *, same: bool) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(same)

    async def enter(self, session: Any) -> None:
        """This person is here: their own screens, as they left them, or home."""
        app, staff_id = self.app, session.staff.id
        same = self._waiting is not None and (self._before is None or self._before.staff.id == staff_id)
        app.status.desk, app.status.day = self._places.pop(staff_id, ("", ""))
        mode = self.modes.get(staff_id)
        app.take(session)
        if mode is None:
            mode = self.modes[staff_id] = f"person-{staff_id}"
            app.add_mode(mode, Screen)
            await app.switch_mode(mode)
            app.open(app.home_target(), then=lambda _: app.exit())
            await self._forget_oldest()
        else:
            await app.switch_mode(mode)
            app.screen.refresh(layout=True)
        self._answer(same=same)

    async def _forget_oldest(self) -> None:
        for staff_id, mode in list(self.modes.items())[:-MOST]:
            if mode not in (self.app.current_mode, self.app.DEFAULT_MODE):
                del self.modes[staff_id]
                self.sessions.pop(staff_id, None)
                await self.app.remove_mode(mode)
