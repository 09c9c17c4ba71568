"""Log in (ALL-1): language, e-mail, password, and the code where it is needed. In a demo, who can log in."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult

from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from core.errors import BocliError, CodeNeeded, Invalid, LockedOut, WrongCredentials
from core.texts import LANGUAGES, language, set_language, t
from screens.parts.client import Picks
from screens.parts.request import in_thread

if TYPE_CHECKING:
    from core.staff import Session


class Credentials(Form):
    """Here Enter in the last field goes on: nothing is moved by it."""

    def act_next(self) -> None:
        last = "code" if self.field("code").can_focus else "password"
        if self._here() == last:
            self.act_go_on()
        else:
            super().act_next()


class LogIn(Section["Session"]):
    """Ends with a session in which nothing is owed any more, or with None: leave the program."""

    SECTION = "log_in"
    AUTO_FOCUS = "#email"
    DEFAULT_CSS = """
    LogIn #company { margin: 1 1; }
    LogIn #people { margin-top: 1; height: auto; padding: 0 1; }
    LogIn Picks { margin: 0 1; }
    LogIn #known { padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Any] = []
        self._email = ""
        self._picked_language = False

    def body(self) -> ComposeResult:
        app: Any = self.app
        self.people = list(app.demo.people) if app.demo is not None else []
        yield Lines([("head", t("log_in.welcome"))], id="company")
        yield Credentials(
            ("language", t("log_in.language"), Choice(list(LANGUAGES.items()), language(), id="language")),
            ("email", t("log_in.email"), Field(self._email, limit=254, id="email")),
            ("password", t("log_in.password"), Field(password=True, limit=256)),
            ("code", t("log_in.code"), Field(required=False, limit=12, classes="-short")),
        )
        if self.people:
            yield Lines([("dim", t("log_in.demo"))], id="people")
            yield Picks([(t(f"role.{each.role}"), each.email) for each in self.people], most=9)
            yield Lines(id="known")

    @property
    def form(self) -> Credentials:
        """The one form of this screen."""
        return self.query_one(Credentials)

    def on_mount(self) -> None:
        self._ask_code(False)

    def _ask_code(self, needed: bool) -> None:
        self.form.labelled["code"].display = needed
        self.form.field("code").can_focus = needed

    async def on_choice_changed(self, event: Choice.Changed) -> None:
        self._picked_language = True
        self._email = self.form.field("email").value
        set_language(event.choice.value)
        await self.recompose()
        self._ask_code(False)
        self.form.field("language").focus()

    # Logging in.

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._log_in(event.values))

    async def _log_in(self, values: dict[str, Any]) -> None:
        from core.staff import log_in

        app: Any = self.app
        ask = partial(log_in, app.settings, values["email"], values["password"], values["code"])
        try:
            session = await in_thread(app, ask)
        except CodeNeeded:
            self._ask_code(True)
            self.form.field("code").focus()
            self.note(t("log_in.code_needed"))
        except BocliError as error:
            self._refused(error)
        else:
            await self._duties(session, values["password"])

    def _refused(self, error: BocliError) -> None:
        field = "password"
        if isinstance(error, WrongCredentials | LockedOut) and self.form.field("code").can_focus:
            self.form.field("code").value = ""
            field = "code"
        if isinstance(error, WrongCredentials | LockedOut | Invalid):
            self.form.show_errors({field: error})
        else:
            self.show_error(error)

    async def _duties(self, session: Session, password: str) -> None:
        """A first password is changed and a second factor enrolled before anything else."""
        from screens.parts.duties import Enrol, NewPassword

        duties = [NewPassword(session, password)] if session.must_change_password else []
        for duty in [*duties, *([Enrol(session)] if session.must_enrol else [])]:
            if not await self.app.push_screen_wait(duty):
                self.form.field("password").value = ""
                return
        if self._picked_language:
            session = await self._keep_language(session)
        self.finish(replace(session, must_change_password=False, must_enrol=False))

    async def _keep_language(self, session: Session) -> Session:
        """The language chosen here is the person's from now on; if it cannot be kept, for this session."""
        from core.staff import save_profile

        app: Any = self.app
        with suppress(BocliError):
            await in_thread(app, partial(save_profile, session.db, language(), session.staff.theme))
        return replace(session, staff=replace(session.staff, language=language()))

    # The demo's people.

    def act_people(self) -> None:
        """To the list of who can log in."""
        self.query_one(Picks).focus()

    def blocked(self, action_id: str) -> str | None:
        return "blocked.no_demo" if action_id == "log_in.people" and not self.people else None

    def take(self, at: int) -> None:
        """Enter on one of the demo's people: the e-mail is filled in, what else is needed is shown."""
        person = self.people[at]
        self.form.field("email").value = person.email
        self._show_known(person)
        self.form.field("password").focus()
        self.set_interval(5.0, lambda: self._show_known(person), name="known")

    def _show_known(self, person: Any) -> None:
        if person.email == self.form.field("email").value:
            code = person.code()
            known = [("", t("log_in.demo_password", password=person.password))]
            if code:
                known += [("", " · "), ("head", t("log_in.demo_code", code=code))]
            self.query_one("#known", Lines).show(known)

    def leave(self) -> None:
        """Esc asks whether to end."""
        app: Any = self.app
        app.act_quit()
