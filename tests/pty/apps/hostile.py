"""Every widget with one hostile text after the other. F7: the next text in all widgets;
F8: the next text in dialogs.

The last look at each line is switched off here, so that every widget is seen to keep to the one door by
itself.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from bocli.help import Help
from bocli.palette import Entry, Palette, Picks
from bocli.widgets.amount_field import AmountField
from bocli.widgets.ask import Ask, CodePrompt, Reason
from bocli.widgets.badge import Badge
from bocli.widgets.confirm import Confirm, ConfirmAmount, ConfirmPhrase
from bocli.widgets.count_grid import CountGrid, Drawer
from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.empty import Empty
from bocli.widgets.fields import Choice, Field, Fixed, Tick
from bocli.widgets.form import Form
from bocli.widgets.keyset_table import Item, KeysetTable
from bocli.widgets.lines import Lines, Press
from bocli.widgets.notices import ErrorPanel
from bocli.widgets.preview import Facts, PostingLine, Preview, PreviewDialog
from bocli.widgets.progress import Progress
from bocli.widgets.section import Section
from bocli.widgets.status_bar import Crumbs, StatusBar
from bocli.widgets.waiting import Waiting
from core.errors import BocliError
from core.money import Issuer
from tests.hostile import TEXTS
from tests.pty.apps import world


class Cells:
    """A list whose every cell and heading is the text."""

    right = frozenset({1})

    def __init__(self, text: str) -> None:
        self.text = text
        self.headers, self.widths = (text, text, text), (12, 20, 0)

    def estimate(self) -> int:
        return 3

    def fetch(self, edge: Any, limit: int, backwards: bool) -> list[Item]:
        return [Item(at, (self.text,) * 3) for at in range(3)] if edge is None else []


def facts(text: str) -> Facts:
    """The text in every place of a preview."""
    return Facts([(text, text)], [PostingLine(text, text, 100, issuer(text))], [(text, text)], [text])


def issuer(text: str) -> Issuer:
    """An issuer whose code, name and symbol are the text."""
    return Issuer(text, text, text, 2, "real")


def widgets(text: str) -> list[Widget]:
    """Everything that is not a screen."""
    table, grid = KeysetTable(Cells(text), empty=text), CountGrid([Drawer(issuer(text), (500, 100))])
    table.filter = text
    table.styles.height, grid.styles.height = 6, 3
    picks = Picks()
    picks.fit([Entry(text, text, text, lambda: None)])
    bar = Progress()
    bar.step(1, 2, text)
    return [
        Lines(text, [("bad", text), ("cursor", text)]),
        Press("dialog.do", text),
        Words(text),
        Badge(text, "good"),
        Empty(text),
        bar,
        Preview(facts(text)),
        table,
        grid,
        picks,
        Form(
            (text, text, Field(text)),
            ("b", text, AmountField(issuer(text), text)),
            ("c", text, Choice([(1, text), (2, text)])),
            ("d", text, Tick(text)),
            ("e", text, Fixed(text)),
            ("f", text, Field(text, password=True)),
        ),
    ]


DIALOGS: list[Callable[[str], Dialog[Any]]] = [
    lambda text: Confirm(text, text),
    lambda text: ConfirmPhrase(text, text, text),
    lambda text: ConfirmAmount(text, text, 100, issuer(text)),
    lambda text: PreviewDialog(text, facts(text), words=text),
    lambda text: Ask(text, text, text, words=text),
    lambda text: Reason(text, words=text),
    lambda text: CodePrompt(words=text),
    lambda text: Waiting(text, text),
    lambda text: Palette([Entry(text, text, text, lambda: None)], text),
    lambda text: Help(text, []),
]


class Gallery(Section[None]):
    SECTION = "gallery"
    at = -1

    def body(self) -> ComposeResult:
        yield Lines("AT -1.", id="at")
        yield Vertical(id="hall")

    def on_mount(self) -> None:
        self.app.last_look.enabled = False  # type: ignore[attr-defined]

    @property
    def text(self) -> str:
        return TEXTS[self.at % len(TEXTS)][1]

    def crumb(self) -> str:
        return self.text

    async def on_key(self, event: events.Key) -> None:
        if event.key == "f7":
            self.at += 1
            await self._show()
        elif event.key == "f8":
            self.at += 1
            self.run_worker(self._dialogs())

    async def _dialogs(self) -> None:
        """Each text in two of the dialogs, so that each dialog has a fifth of the texts; in all when asked
        for."""
        count = len(DIALOGS)
        some = [self.at % count, (self.at + count // 2) % count]
        for which in range(count) if os.environ.get("ALL_DIALOGS") else some:
            dialog, painted = DIALOGS[which](self.text), asyncio.Event()
            await self.app.push_screen(dialog)
            dialog.call_after_refresh(painted.set)
            await painted.wait()
            await self.app.pop_screen()
        self.query_one("#at", Lines).show(f"DIALOGS {self.at}.")

    async def _show(self) -> None:
        hall, text, status = self.query_one("#hall"), self.text, self.app.status  # type: ignore[attr-defined]
        await hall.remove_children()
        await hall.mount_all(widgets(text))
        status.person = status.role = status.desk = status.day = status.database = text
        status.banner = text if self.at % 2 else None
        self.query_one(StatusBar).changed()
        self.query_one(Crumbs).changed()
        self.note(text)
        self.query_one(ErrorPanel).say(text)
        form = self.query_one(Form)
        form.labelled[text].tell(text)
        form.labelled["b"].tell(str(BocliError(text, {"text": text})))
        self.call_after_refresh(self.query_one("#at", Lines).show, f"AT {self.at}.")


def main() -> None:
    """Run it."""
    os.environ.pop("BOCLI_STRICT_TEXTS", None)
    world.run("tests.pty.apps.hostile:Gallery")
