"""What is owed at log-in before anything else: a first password changed, a second factor enrolled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from textual.app import ComposeResult

from bocli.widgets.dialog import Words
from bocli.widgets.fields import Field
from bocli.widgets.form import Form
from bocli.widgets.section import Section
from core.errors import BocliError, Invalid, LockedOut, WrongCredentials
from core.staff import Session, change_password
from core.staff.passwords import MIN_LENGTH
from core.texts import t
from screens.parts.enrolling import Enrolling
from screens.parts.request import in_thread

Answer = TypeVar("Answer")


class Owed(Section[bool]):
    """True: it was done. None: the person left, and the session ends."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    @property
    def form(self) -> Form:
        """The one form of this screen."""
        return self.query_one(Form)

    async def ask(self, question: Any, field: str) -> Any:
        """The answer; None when it was refused and said under the field."""
        try:
            return await in_thread(self.app, question)
        except (Invalid, LockedOut, WrongCredentials) as error:
            self.form.show_errors({field: error})
        except BocliError as error:
            self.show_error(error)
        return None

    def leave(self) -> None:
        from core.staff import log_out

        self.run_worker(partial(log_out, self.session.db), thread=True, exit_on_error=False)
        self.finish(None)


class NewPassword(Owed):
    """The first password was given by somebody else, who knows it: it is changed at once."""

    SECTION = "new_password"

    def __init__(self, session: Session, password: str) -> None:
        super().__init__(session)
        self.password = password

    def body(self) -> ComposeResult:
        yield Words(t("new_password.words"))
        yield Words(t("password.rules", letters=MIN_LENGTH))
        yield Form(
            ("new", t("new_password.new"), Field(password=True, limit=256)),
            ("again", t("new_password.again"), Field(password=True, limit=256)),
        )

    def on_mount(self) -> None:
        self.form.focus_first()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        if event.values["new"] != event.values["again"]:
            self.form.show_errors({"again": Invalid("password.not_again")})
            return
        self.work(self._change(event.values["new"]))

    async def _change(self, new: str) -> None:
        def question() -> bool:
            change_password(self.session, self.password, new)
            return True

        if await self.ask(question, "new"):
            self.finish(True)


class Enrol(Enrolling, Owed):
    """The role asks for a second factor: nothing works before there is one."""

    async def asked(self, question: Callable[[Session], Answer]) -> Answer | None:
        answer: Answer | None = await self.ask(partial(question, self.session), "code")
        return answer
