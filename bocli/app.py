"""The app: it opens screens by name, knows who is logged in, and holds what all screens share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Any, ClassVar

from textual.binding import Binding
from textual.screen import Screen

from bocli.gate import Gate
from bocli.keys import Acting, bindings, offers, perform_by_id
from bocli.people import People
from bocli.session import Idle, Status
from bocli.steady import SteadyApp
from bocli.theme import THEMES, LastLook, after, chosen, colour_system
from bocli.widgets.status_bar import StatusBar
from core.errors import BocliError, Unavailable
from core.texts import language, set_language, t

WARM = ("core.db.call", "core.staff", "argon2", "babel.dates", "babel.numbers", "sqlalchemy")
"""What the first log-in needs; it is imported in a thread as soon as the first screen is painted."""


class BocliApp(Acting, SteadyApp):
    """settings: core.db.Settings, or None in tests; login: "module:Class" of the first screen, for tests."""

    SCOPES: ClassVar[tuple[str, ...]] = ("app",)
    BINDINGS: ClassVar[list[Any]] = [
        *bindings("app"),
        Binding("ctrl+q", "nothing", show=False, priority=True),
    ]
    TITLE = "bocli"
    MODES: ClassVar[dict[str, Any]] = {SteadyApp.DEFAULT_MODE: lambda: Screen(id="_default")}
    CSS = "* { scrollbar-color: $primary; scrollbar-background: $background; link-style: none; }"

    def __init__(
        self,
        settings: Any = None,
        *,
        login: str = "",
        language: str = "",
        theme: str = "",
        copying_allowed: bool = False,
        demo: Any = None,
    ) -> None:
        self.last_look = LastLook()
        super().__init__()
        self.settings, self.demo = settings, demo
        self.copying_allowed = copying_allowed
        self.person: Any = None
        self.status = Status(database=getattr(settings, "dbname", ""))
        self.idle = Idle(None)
        self.gate = Gate(self)
        self.people = People(self)
        self._login = login
        self._warmed = False
        self._best_colours = self.console._color_system  # noqa: SLF001 - rich has no other way to it
        set_language(language or "en")
        for each in THEMES.values():
            self.register_theme(each)
        self.set_look(theme or chosen())

    # Start and end.

    def on_mount(self) -> None:
        self.begin()
        self._tick()

    def begin(self) -> None:
        """The first screen."""
        self.open(self.log_in_target(), then=self._logged_in)

    def screen_painted(self) -> None:
        """The first time: what is heavy is imported now, when the person already reads."""
        if not self._warmed:
            self._warmed = True
            self.set_timer(0.05, self._warm)

    def _warm(self) -> None:
        self.run_worker(_import_heavy, thread=True, group="warm", exit_on_error=False)

    def _tick(self) -> None:
        """The clock, by the minute, and the idle lock."""
        self._repaint_status()
        if self.person is not None and self.idle.over():
            self.work_lock()
        self.set_timer(60.5 - datetime.now().astimezone().second, self._tick)

    def get_line_filters(self) -> Any:
        return [*super().get_line_filters(), self.last_look]

    def on_unmount(self) -> None:
        """However it ends, the session is closed at the server; not for longer than the pool's own
        deadlines."""
        person, self.person = self.person, None
        if person is not None:
            from bocli.session import close

            close(person)

    # Who.

    @property
    def permissions(self) -> frozenset[str]:
        """What the person who is logged in may do; the database is asked again in any case."""
        return frozenset(self.person.permissions) if self.person is not None else frozenset()

    def _logged_in(self, session: Any) -> None:
        """The log-in screen gives a core.staff.Session; None ends the program."""
        if session is None:
            self.exit()
            return
        self.run_worker(self.people.enter(session), group="people")

    def log_in_target(self) -> str:
        """The log-in screen as module:Class."""
        return self._login or _roles().LOG_IN

    def home_target(self) -> str:
        """The first screen after it, as module:Class."""
        return str(_roles().HOME)

    def take(self, session: Any) -> None:
        """This person is here, with this language, theme and idle time: after log-in, and when they change them."""
        self.person = session
        staff = session.staff
        self.people.sessions[staff.id] = session
        set_language(staff.language or language())
        self.set_look(staff.theme if staff.theme in THEMES else self.theme)
        self.idle = Idle(session.idle_minutes)
        self.status.person, self.status.role = staff.name, t(f"role.{staff.role}")
        self._repaint_status()

    async def log_in_again(self) -> bool:
        """The log-in screen; what was being done stays behind it, unseen. True: the same person is back."""
        return await self.people.lock()

    def work_lock(self) -> None:
        """Lock: the session ends, and the same person goes on where they were after logging in."""
        if self.person is not None:
            self.run_worker(self.people.lock(), group="gate")

    def key_typed(self) -> None:
        self.idle.touch()

    def not_utf8(self) -> None:
        self.say_no("notice.not_utf8")

    # Screens.

    def open(self, target: str, *arguments: Any, then: Callable[[Any], None] | None = None) -> None:
        """Open a screen by "module:Class", with these arguments; `then` gets what it was dismissed with."""
        module, _, name = target.partition(":")
        self.push_screen(getattr(import_module(module), name)(*arguments), then)

    def sections(self) -> list[Any]:
        """The rows of screens.roles that this person may see, in the order of their numbers."""
        return list(_roles().sections_of(self.person)) if self.person else []

    def go_to(self, row: Any) -> None:
        """Open a section; what lies above home is left first."""
        self.run_worker(self._go_to(row.target), group="goto")

    async def _go_to(self, target: str) -> None:
        while len(self.screen_stack) > 2:
            await self.pop_screen()
        self.open(target)

    def thing_targets(self) -> dict[str, str]:
        """Kind of thing → "module:Class" of the screen that shows one."""
        return dict(_roles().THINGS)

    async def perform(self, action_id: str) -> None:
        """Do an action of the table as if its key had been pressed."""
        await perform_by_id(self, action_id)

    # What it says.

    def say_no(self, reason: str) -> None:
        """Why a key does nothing: a catalogue key."""
        note = getattr(self.screen, "note", None)
        if note is not None:
            note(t(reason))

    def notify(self, message: str, **_: Any) -> None:
        """Textual's own notices become ours: no markup, one line."""
        note = getattr(self.screen, "note", None)
        if note is not None:
            note(message)

    def show_banner(self, key: str | None) -> None:
        """What is wrong with the database, in the first line of every screen; None when it is well again."""
        self.status.banner = key
        self._repaint_status()

    def call_failed(self, error: BocliError, again: Callable[[], None]) -> None:
        """A list could not get its rows: `again` is called when the database is back."""
        if isinstance(error, Unavailable):
            self.gate.lost(again)

    def _repaint_status(self) -> None:
        # At the very end a timer may still come when no screen is left.
        for bar in self.screen.query(StatusBar) if self._screen_stack else ():
            bar.changed()

    def copy_to_clipboard(self, text: str) -> None:
        """By OSC 52, and only where the settings allow it: the terminal's owner sees what is copied."""
        super().copy_to_clipboard(text)
        if self.copying_allowed and self._driver is not None:
            from base64 import b64encode

            self._driver.write(f"\x1b]52;c;{b64encode(text.encode()).decode()}\a")
            self.say_no("notice.copied")

    # Keys.

    def set_look(self, name: str) -> None:
        """Take a theme by its name in bocli.theme."""
        self.console._color_system = colour_system(name, self._best_colours)  # noqa: SLF001 - the same
        self.last_look.ascii = name == "ascii"
        self.theme = name

    def act_theme(self) -> None:
        self.set_look(after(self.theme))

    def act_redraw(self) -> None:
        self.refresh(layout=True)

    def act_help(self) -> None:
        from bocli.help import Help

        self.push_screen(Help(getattr(self.screen, "SECTION", ""), list(offers(self))))

    def act_palette(self) -> None:
        self._pick(sections_only=False)

    def act_goto(self) -> None:
        self._pick(sections_only=True)

    def _pick(self, sections_only: bool) -> None:
        from bocli.palette import Entry, Palette, entries, finder

        def chosen_one(entry: Entry | None) -> None:
            if entry is not None:
                self.run_worker(_done(entry.do), group="palette")

        title = t("goto.title") if sections_only else t("palette.title")
        palette = Palette(entries(self, sections_only), title, jump=sections_only, find=finder(self))
        self.push_screen(palette, chosen_one)

    def act_section(self, number: str) -> None:
        rows = self.sections()
        if 0 < int(number) <= len(rows):
            self.go_to(rows[int(number) - 1])

    def act_lock(self) -> None:
        self.work_lock()

    def act_log_out(self) -> None:
        from bocli.widgets.confirm import Confirm

        def sure(yes: bool | None) -> None:
            if yes:
                self.run_worker(self.people.log_out(), group="people")

        self.push_screen(Confirm(t("log_out.title"), t("log_out.words")), sure)

    def act_quit(self) -> None:
        from bocli.widgets.confirm import Confirm

        self.push_screen(Confirm(t("quit.title"), t("quit.words")), lambda yes: self.exit() if yes else None)

    def action_nothing(self) -> None:
        """Textual's own Ctrl+Q would end the program without asking."""


async def _done(do: Callable[[], Any]) -> None:
    result = do()
    if asyncio.iscoroutine(result):
        await result


def _import_heavy() -> None:
    for name in WARM:
        import_module(name)


def _roles() -> Any:
    return import_module("screens.roles")
