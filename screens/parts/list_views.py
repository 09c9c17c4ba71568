"""The saved views of a list: chosen, kept, thrown away; one of them opens the list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult

from bocli.keys import bindings
from bocli.widgets.ask import Ask
from bocli.widgets.dialog import Dialog, Words
from core.errors import BocliError
from core.lists import SavedView, delete_view, save_view, views
from core.texts import explain, t
from screens.parts.client import Picks
from screens.parts.request import in_thread


class SavedViews(Dialog[SavedView]):
    """Enter takes one; n keeps the present one, o makes one open the list, Del throws one away."""

    DO = None
    SCOPES: ClassVar[tuple[str, ...]] = ("views", "dialog")
    BINDINGS = bindings("views")

    def __init__(self, name: str, now: SavedView, db: Any) -> None:
        super().__init__(t("views.title"))
        self.list_name, self.now, self.db = name, now, db
        self.kept: list[SavedView] = []

    def body(self) -> ComposeResult:
        yield Words(t("views.words"))
        yield Picks([(t("views.whole"), "")])

    def on_mount(self) -> None:
        self.query_one(Picks).focus()
        self.run_worker(self._ask())

    async def _ask(self) -> None:
        try:
            self.kept = list(await in_thread(self.app, lambda: views(self.db, self.list_name)))
        except BocliError as error:
            self.note(explain(error))
            return
        picks = self.query_one(Picks)
        whole = (t("views.whole"), "")
        picks.lines = [whole, *((each.name, t("views.opens") if each.opens else "") for each in self.kept)]
        picks.at = min(picks.at, len(picks.lines) - 1)
        picks.changed()

    @property
    def chosen(self) -> SavedView | None:
        """The view under the cursor; None on the whole list."""
        picks = self.query(Picks)
        at = picks.first().at if picks else 0
        return self.kept[at - 1] if at and at <= len(self.kept) else None

    def blocked(self, action_id: str) -> str | None:
        if action_id in ("views.delete", "views.opens") and self.chosen is None:
            return "blocked.no_row"
        return None

    def take(self, at: int) -> None:
        """The list by this view; the first is the list as it was made."""
        self.dismiss(self.kept[at - 1] if at else SavedView(""))

    def act_keep(self) -> None:
        def named(name: str | None) -> None:
            if name:
                self.run_worker(self._keep(replace(self.now, name=name)))

        self.app.push_screen(Ask(t("views.keep"), t("views.name"), self.now.name), named)

    def act_opens(self) -> None:
        view = self.chosen
        if view is not None:
            self.run_worker(self._keep(replace(view, opens=not view.opens)))

    async def _keep(self, view: SavedView) -> None:
        await self._do(lambda: save_view(self.db, self.list_name, view))

    def act_delete(self) -> None:
        view = self.chosen
        if view is not None:
            self.run_worker(self._do(lambda: delete_view(self.db, self.list_name, view.name)))

    async def _do(self, question: Any) -> None:
        try:
            await in_thread(self.app, question)
        except BocliError as error:
            self.note(explain(error))
            return
        await self._ask()
