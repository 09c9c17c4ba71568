"""What a screen's question passes on its way to the core and back.

It runs in a thread. A refusal becomes text on the screen; a lost database a banner that goes by itself; an
outcome that is not known is asked for until it is, and then shown; an ended session the log-in screen over
what was being done; a missing second factor a prompt, and then the same question again, with the same key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from core.errors import BocliError, Busy, OutcomeUnknown, SessionEnded, StepUpNeeded, Unavailable
from core.texts import explain, t

if TYPE_CHECKING:
    from bocli.app import BocliApp

Answer = TypeVar("Answer")
WAITS_S = (0.5, 1.0, 2.0, 4.0, 5.0)


class Gate:
    """One for each app: `await gate.run(screen, question)`."""

    def __init__(self, app: BocliApp) -> None:
        self.app = app
        self._watching = False
        self._waiting: list[Callable[[], None]] = []

    async def run(
        self,
        screen: Any,
        question: Callable[[Any], Answer],
        *,
        form: Any = None,
        writes: Any = None,
        fields: dict[str, str] | None = None,
    ) -> Answer | None:
        """The answer, or None when it did not happen and the person has been told why. See Section.call."""
        form = writes if form is None else form
        owner = getattr(screen, "owner", None)
        while True:
            person = self.app.person
            if person is not None and not self.app.people.is_here(owner):
                return None  # another person is at the terminal: nothing is asked in their name
            if person is None:
                if not await self.app.log_in_again():
                    return None
                continue
            try:
                answer = await self._ask(partial(question, person.db))
            except OutcomeUnknown as error:
                if not await self._resolved(screen, error.request_key, writes):
                    return None
                continue  # it was done: the same question with the same key gives its first answer
            except SessionEnded:
                if not await self.app.log_in_again():
                    return None
            except StepUpNeeded:
                if not await self._stepped_up(screen, person):
                    return None
            except BocliError as error:
                self._tell(screen, error, form, fields or {})
                return None
            else:
                if writes is not None:
                    writes.renew()
                return answer

    async def _ask(self, question: Callable[[], Answer]) -> Answer:
        """In a thread; keys typed meanwhile wait until it is over."""
        self.app.call_started()
        try:
            return await asyncio.to_thread(question)
        finally:
            self.app.call_ended()

    def _tell(self, screen: Any, error: BocliError, form: Any, fields: dict[str, str]) -> None:
        if isinstance(error, Unavailable) and not isinstance(error, Busy):
            self.lost()
        field = fields.get(error.key) or fields.get(error.key.split(".", 1)[0])
        if form is not None and field in form.labelled:
            form.show_errors({field: error})
        else:
            screen.show_error(error)

    # The database is away.

    def lost(self, again: Callable[[], None] | None = None) -> None:
        """Show the banner, and look until the database is back; then take it away and do `again`."""
        if again is not None:
            self._waiting.append(again)
        self.app.show_banner("banner.lost")
        if not self._watching:
            self._watching = True
            self.app.run_worker(self._watch(), group="gate", exit_on_error=False)

    async def _watch(self) -> None:
        for attempt in range(10**9):
            await asyncio.sleep(WAITS_S[min(attempt, len(WAITS_S) - 1)])
            person = self.app.person
            if person is None:
                break
            try:
                await asyncio.to_thread(person.db.call, "home")
            except Unavailable:
                continue
            except BocliError:
                break  # it answers, though with a refusal
            else:
                break
        self._watching = False
        self.app.show_banner(None)
        waiting, self._waiting = self._waiting, []
        for again in waiting:
            again()

    # An outcome that is not known.

    async def _resolved(self, screen: Any, key: UUID, writes: Any) -> bool:
        """Ask what became of the request until that is known. True: it was done. False: it was not, ever."""
        from bocli.widgets.waiting import Waiting

        self.app.show_banner("banner.outcome")
        box = Waiting(t("outcome.title"), t("outcome.words"))
        await self.app.push_screen(box)
        done: bool | None = None
        for attempt in range(10**9):
            person = self.app.people.session_of(getattr(screen, "owner", None))
            try:
                answer = await asyncio.to_thread(_outcome, person.db, key)
            except Unavailable:
                box.tries(attempt + 1)
                if await box.left(WAITS_S[min(attempt, len(WAITS_S) - 1)]):
                    break
            except BocliError as error:
                screen.show_error(error)
                break
            else:
                done = "result" in answer and answer["result"] is not None
                break
        self.app.show_banner(None)
        await box.close()
        if done is None:
            screen.show_error(t("outcome.left"))
        elif not done:
            if writes is not None:
                writes.renew()
            screen.show_error(t("outcome.void"))
        return bool(done)

    # A second factor.

    async def _stepped_up(self, screen: Any, person: Any) -> bool:
        from bocli.widgets.ask import CodePrompt

        said = ""
        while True:
            code = await self.app.push_screen_wait(CodePrompt(words=said))
            if not code:
                return False
            try:
                await self._ask(partial(person.db.call, "session_step_up", code=code))
            except SessionEnded:
                return await self.app.log_in_again()
            except Unavailable as error:
                self._tell(screen, error, None, {})
                return False
            except BocliError as error:
                said = explain(error)
            else:
                return True


def _outcome(db: Any, key: UUID) -> dict[str, Any]:
    """{"result": …} or {"void": true}; raises Unavailable while nobody can say, and then the key stays
    kept."""
    try:
        answer: dict[str, Any] = db.call("outcome", key=key)
    except Unavailable:
        if db.spool is not None:
            db.spool.keep(key, "outcome")
        raise
    return answer
