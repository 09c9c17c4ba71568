"""Section: the screen that every section is. It brings status, crumbs, key bar, errors, help and Esc.

    class Clients(Section[None]):
        SECTION = "clients"                       # scope in bocli/keys.py, prefix of its texts

        def body(self) -> ComposeResult:
            yield KeysetTable(ClientSource(self.db), empty="clients.empty")

        def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
            self.open("screens.client:Client", event.item.thing)

        async def act_block(self) -> None:        # the key stands in the table of actions as "clients.block"
            ...

Texts: `<SECTION>.title` is its title, `<SECTION>.help` what `?` says about it. docs/terminal.md has a
whole example.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical

from bocli.keys import Acting, bindings
from bocli.steady import SteadyScreen
from bocli.widgets.key_bar import KeyBar
from bocli.widgets.notices import ErrorPanel, Toast
from bocli.widgets.status_bar import Crumbs, StatusBar
from core.errors import BocliError
from core.texts import explain, t

Result = TypeVar("Result")
Answer = TypeVar("Answer")


class Section(Acting, SteadyScreen[Result], Generic[Result]):
    """A whole screen. Override `body`; give `act_<verb>` for each action of its scope; `refresh_section`
    for F5."""

    SECTION: ClassVar[str] = ""
    SCOPES: ClassVar[tuple[str, ...]] = ("section",)
    AUTO_FOCUS: ClassVar[str | None] = "*"
    owner: int | None = None
    """Whose screen this is: the number of the member of staff who opened it; None before log-in."""
    DEFAULT_CSS = """
    Section { layout: vertical; overflow: hidden hidden; }
    Section > #body { height: 1fr; }
    """

    def __init_subclass__(cls, **options: Any) -> None:
        if "SECTION" in cls.__dict__ and cls.SECTION:
            cls.SCOPES = (cls.SECTION, "section")
            cls.BINDINGS = [*bindings(cls.SECTION), *cls.__dict__.get("BINDINGS", ())]
        super().__init_subclass__(**options)

    BINDINGS = bindings("section")

    def compose(self) -> ComposeResult:
        person = getattr(self.app, "person", None)
        self.owner = person.staff.id if self.owner is None and person is not None else self.owner
        yield StatusBar()
        yield Crumbs()
        with Vertical(id="body"):
            yield from self.body()
        yield ErrorPanel()
        yield Toast()
        yield KeyBar()

    def body(self) -> ComposeResult:
        """The section's own widgets."""
        yield from ()

    # What a screen needs of its surroundings.

    @property
    def db(self) -> Any:
        """The core.db.Database of the person who is logged in; calls on it go through `call`."""
        return self.person.db

    @property
    def person(self) -> Any:
        """The core.staff.Session of the person whose screen this is, also while another one is at the terminal."""
        return self.app.people.session_of(self.owner)  # type: ignore[attr-defined]

    async def call(
        self,
        question: Callable[[Any], Answer],
        *,
        form: Any = None,
        writes: Any = None,
        fields: dict[str, str] | None = None,
    ) -> Answer | None:
        """Ask `core` in a thread: `answer = await self.call(lambda db: find(db, text))`.

        None means that it did not happen and that the person has been told why. writes: the Form (or
        anything with `key` and `renew()`) whose key the request carries; give it for everything that
        writes, so that the key is renewed when the answer is known, and not before. form, fields: which
        errors go under which field of which form, by the error's key or its first part ({"amount":
        "amount"}); `form` is `writes` unless given. Call it from a worker (`@work`) or from an `act_…`
        started by `self.work(…)`.
        """
        app: Any = self.app
        answer: Answer | None = await app.gate.run(self, question, form=form, writes=writes, fields=fields)
        return answer

    def work(self, doing: Any) -> None:
        """Run a coroutine beside the screen: `self.work(self._post())`. One at a time: a second press is
        dropped."""
        if any(
            not worker.is_finished
            for worker in self.workers
            if worker.group == "work" and worker.node is self
        ):
            doing.close()
            return
        self.run_worker(doing, group="work", exit_on_error=True)

    def open(self, target: str, *arguments: Any, then: Callable[[Any], None] | None = None) -> None:
        """Open a screen by its "module:Class"."""
        self.app.open(target, *arguments, then=then)  # type: ignore[attr-defined]

    def finish(self, result: Result | None = None) -> None:
        """Leave, and give this to whoever opened the screen. (Textual's `dismiss` gives an awaitable,
        which a screen must not await in its own handlers.)"""
        self.dismiss(result)

    def crumb(self) -> str:
        """What stands for this screen in the crumbs."""
        return t(f"{self.SECTION}.title") if self.SECTION else ""

    def loaded(self) -> None:
        """What the screen is about has come: the crumbs name it, and what could not act before it was there can now."""
        for crumbs in self.query(Crumbs):
            crumbs.changed()
        self.refresh_bindings()

    # What it says.

    def show_error(self, error: BocliError | str) -> None:
        """An error; it stays until Esc."""
        self.query_one(ErrorPanel).say(error if isinstance(error, str) else explain(error))

    def say(self, text: str) -> None:
        """A success, in words; it goes by itself."""
        self.query_one(Toast).say(text)

    def note(self, text: str) -> None:
        """A hint or the reason why a key does nothing; it goes by itself."""
        self.query_one(Toast).say(text, good=False)

    # Keys.

    def act_back(self) -> None:
        """Esc: first an error is put away, then the screen."""
        panel = self.query_one(ErrorPanel)
        if panel.open:
            panel.put_away()
        else:
            self.leave()

    def leave(self) -> None:
        """Go back. A screen with a half-filled form may ask first."""
        if len(self.app.screen_stack) > 2:
            self.dismiss(None)

    def act_refresh(self) -> None:
        """F5: ask again. Lists reload, then `refresh_section`."""
        for widget in self.query("*"):
            reload = getattr(widget, "reload", None)
            if reload is not None:
                reload()
        self.refresh_section()

    def refresh_section(self) -> None:
        """Override: ask again for what this screen shows beside its lists."""
