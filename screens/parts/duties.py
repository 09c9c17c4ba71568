"""What is owed at log-in before anything else: a first password changed, a second factor enrolled."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.ask import one_time_code
from bocli.widgets.dialog import Words
from bocli.widgets.fields import Field
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from bocli.widgets.shown import paragraph
from core.errors import BocliError, Invalid, WrongCredentials
from core.staff import Enrolment, Session, begin_enrolment, change_password, confirm_enrolment
from core.texts import t
from screens.parts.request import in_thread


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
        except (Invalid, WrongCredentials) as error:
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


class Enrol(Owed):
    """The secret for an authenticator, proved by a code; then the recovery codes, shown once."""

    SECTION = "enrol"
    enrolment: Enrolment | None = None
    recovery: tuple[str, ...] = ()

    def body(self) -> ComposeResult:
        yield Words(t("enrol.words"))
        yield Lines(id="secret")
        yield Form(("code", t("log_in.code"), Field(check=one_time_code, limit=12, classes="-short")))

    def on_mount(self) -> None:
        self.form.focus_first()
        self.work(self._begin())

    async def _begin(self) -> None:
        self.enrolment = await self.ask(partial(begin_enrolment, self.session), "code")
        if self.enrolment is not None:
            secret = self.enrolment.secret
            fours = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
            width = max(20, self.size.width - 2)
            uri = [self.enrolment.uri[at : at + width] for at in range(0, len(self.enrolment.uri), width)]
            self.query_one("#secret", Lines).show(
                [("dim", t("enrol.secret"))],
                [("head", fours)],
                "",
                [("dim", t("enrol.uri"))],
                *([("", line)] for line in uri),
                "",
            )

    def on_form_go_on(self, event: Form.GoOn) -> None:
        if self.recovery:
            self.finish(True)
        else:
            self.work(self._confirm(event.values["code"]))

    async def _confirm(self, code: str) -> None:
        found = await self.ask(lambda: confirm_enrolment(self.session.db, code), "code")
        if found:
            self.recovery = found
            self.form.display = False
            self.query_one(Words).remove()
            lines = self.query_one("#secret", Lines)
            kept = paragraph(t("enrol.kept"), max(20, self.size.width - 2))
            pairs = [f"{left}   {right}" for left, right in zip(found[::2], found[1::2], strict=False)]
            lines.show(
                [("head", t("enrol.recovery"))],
                "",
                *([("", f"  {each}")] for each in pairs),
                "",
                *kept,
            )
            self.focus_sheet()

    def focus_sheet(self) -> None:
        """Nothing is left to type; F2 acts on the screen itself."""
        self.set_focus(None)

    def act_kept(self) -> None:
        """The recovery codes were written down."""
        self.finish(True)

    def blocked(self, action_id: str) -> str | None:
        return "blocked.enrol_first" if action_id == "enrol.kept" and not self.recovery else None
