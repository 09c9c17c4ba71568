"""My account (ALL-6): profile, password, second factor and recovery codes, own sessions, own actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from textual.app import ComposeResult

from bocli.theme import THEMES
from bocli.widgets.confirm import Confirm
from bocli.widgets.dialog import Words
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from core.errors import Invalid
from core.staff import (
    OwnSession,
    Session,
    change_password,
    end_session,
    my_actions_select,
    my_sessions,
    new_recovery_codes,
    save_profile,
)
from core.staff.passwords import MIN_LENGTH
from core.texts import LANGUAGES, date_time, language, n, t
from screens.parts.actions import Actions
from screens.parts.enrolling import Enrolling
from screens.parts.log_text import ZONE
from screens.parts.once import recovery_codes
from screens.parts.request import done
from screens.parts.sessions import Sessions, address_in_words
from screens.parts.staff_words import pairs, role_name

FIELDS = {"staff.name_invalid": "name", "profile.idle_minutes": "idle"}
PASSWORD_FIELDS = {"credentials": "old", "password": "new"}


class OwnSessions:
    """The sessions of one's own account."""

    def __init__(self) -> None:
        self.title = t("sessions.title")

    def ask(self, db: Any) -> Sequence[OwnSession]:
        """The last ones."""
        return my_sessions(db)

    def end(self, db: Any, key: UUID, session_id: int) -> None:
        """End one."""
        end_session(db, session_id)


class MyAccount(Section[None]):
    """The profile is a form; F2 keeps it, and language and theme change at once."""

    SECTION = "my_account"
    DEFAULT_CSS = (
        "MyAccount #facts { padding: 0 1; margin-bottom: 1; } MyAccount Words { padding: 0 1; margin: 1 0; }"
    )

    def body(self) -> ComposeResult:
        staff, most = self.person.staff, self.person.role_idle_minutes
        own = self.person.idle_minutes
        idle = Field(
            "" if own == most else str(own), check=self._minutes, required=False, limit=3, classes="-short"
        )
        themes = [(name, t(f"theme.{name}")) for name in THEMES]
        yield Lines(id="facts")
        yield Form(
            ("name", t("my_account.name"), Field(staff.name, limit=200)),
            ("language", t("my_account.language"), Choice(list(LANGUAGES.items()), language())),
            ("theme", t("my_account.theme"), Choice(themes, self.app.theme)),
            ("idle", t("my_account.idle"), idle),
        )
        yield Words(t("my_account.idle_most", minutes=most), "dim")

    @property
    def form(self) -> Form:
        """The one form of this screen."""
        return self.query_one(Form)

    def on_mount(self) -> None:
        self._show()

    def on_screen_resume(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        session: Session = self.person
        left, last = session.recovery_left, session.last_login_at
        factor = t("my_account.none_enrolled") if left is None else n("my_account.recovery_left", left)
        seen = t("my_account.first_login")
        if last is not None:
            seen = f"{date_time(last, ZONE)} · {address_in_words(session.last_login_from)}"
        facts = [
            (t("my_account.email"), session.staff.email),
            (t("my_account.role"), role_name(session.staff.role)),
            (t("my_account.second_factor"), factor),
            (t("my_account.last_login"), seen),
        ]
        self.query_one("#facts", Lines).show(*pairs(facts, max(60, self.app.size.width - 4)))

    def _minutes(self, text: str) -> int:
        most = self.person.role_idle_minutes
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise Invalid("idle.not_minutes", {"most": most})
        return int(text)

    # The profile.

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._keep(event.values))

    async def _keep(self, values: dict[str, Any]) -> None:
        name, chosen, theme, idle = (values[each] for each in ("name", "language", "theme", "idle"))
        kept = await self.call(
            lambda db: save_profile(db, chosen, theme, name=name, idle_minutes=idle or 0),
            form=self.form,
            fields=FIELDS,
        )
        if kept is None:
            return
        app: Any = self.app
        staff = replace(self.person.staff, name=name, language=chosen, theme=theme)
        app.take(replace(self.person, staff=staff, idle_minutes=kept))
        for screen in app.screen_stack:
            for lines in screen.query(Lines):
                lines.changed()
        await self.recompose()
        self._show()
        self.form.focus_first()
        self.say(t("my_account.kept"))

    # Password and second factor.

    def blocked(self, action_id: str) -> str | None:
        if action_id == "my_account.recovery" and self.person.recovery_left is None:
            return "blocked.no_second_factor"
        return None

    def act_password(self) -> None:
        """Another password."""
        self.app.push_screen(MyPassword(), lambda made: self.say(t("my_password.done")) if made else None)

    def act_enrol(self) -> None:
        """A second factor, or another one in place of the old."""
        self.app.push_screen(EnrolAnew(), self._enrolled)

    def _enrolled(self, made: bool | None) -> None:
        if made:
            self._recovery_left(10)
            self.say(t("my_account.enrolled"))

    def _recovery_left(self, count: int) -> None:
        app: Any = self.app
        app.person = replace(self.person, recovery_left=count)
        self._show()

    def act_recovery(self) -> None:
        """Ten new codes instead of the old ones."""
        self.work(self._recovery())

    async def _recovery(self) -> None:
        sure = Confirm(t("recovery.title"), t("my_account.recovery_sure"))
        if not await self.app.push_screen_wait(sure):
            return
        made = await self.call(new_recovery_codes)
        if made is not None:
            await self.app.push_screen_wait(recovery_codes(made))
            self._recovery_left(len(made))
            self.say(t("my_account.recovery_made"))

    # What there is of it.

    def act_sessions(self) -> None:
        """Where I am logged in."""
        self.app.push_screen(Sessions(OwnSessions()))

    def act_actions(self) -> None:
        """What I did."""
        self.app.push_screen(Actions(my_actions_select))


class EnrolAnew(Enrolling):
    """The old one serves until the new one is proved."""

    WORDS = "enrol.words_anew"


class MyPassword(Section[bool]):
    """The old one and twice the new one; the rules are said before anything is typed."""

    SECTION = "my_password"
    DEFAULT_CSS = "MyPassword Words { padding: 0 1; }"

    def body(self) -> ComposeResult:
        yield Words(t("password.rules", letters=MIN_LENGTH))
        yield Form(
            ("old", t("my_password.old"), Field(password=True, limit=256)),
            ("new", t("new_password.new"), Field(password=True, limit=256)),
            ("again", t("new_password.again"), Field(password=True, limit=256)),
        )

    @property
    def form(self) -> Form:
        """The one form of this screen."""
        return self.query_one(Form)

    def on_mount(self) -> None:
        self.form.focus_first()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        form, values = event.form, event.values
        if values["new"] != values["again"]:
            form.show_errors({"again": Invalid("password.not_again")})
            return
        self.work(self._change(form, values["old"], values["new"]))

    async def _change(self, form: Form, old: str, new: str) -> None:
        change = done(lambda _: change_password(self.person, old, new))
        if await self.call(change, form=form, fields=PASSWORD_FIELDS):
            self.finish(True)
