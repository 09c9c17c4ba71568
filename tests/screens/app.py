"""The app with one screen where home would be, and no database; for tests with Pilot."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key

from bocli.app import BocliApp
from bocli.widgets.section import Section
from tests.pty.apps.world import person


class OneScreen(BocliApp):
    """Starts at `first`, logged in as `who`."""

    def __init__(self, first: Callable[[], Section[Any]], who: Any = None, **options: Any) -> None:
        super().__init__(login="-", **options)
        self.first, self.who = first, who or person()
        self.answer: Any = "none yet"

    def begin(self) -> None:
        self.take(self.who)
        self.push_screen(self.first(), self._came)

    def _came(self, answer: Any) -> None:
        self.answer = answer

    def open(self, target: str, *arguments: Any, then: Callable[[Any], None] | None = None) -> None:
        if target not in ("-", "screens.log_in:LogIn"):
            super().open(target, *arguments, then=then)

    def _warm(self) -> None:
        """Nothing here needs it."""


def press(app: BocliApp, key: str) -> None:
    """A key as the terminal's driver hands it on. Pilot's own press waits 40 ms for each, so that a program that takes
    keys in any order can follow."""
    word = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    try:
        character = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(word, word)))
    except KeyError:
        character = key if len(key) == 1 else None
    event = events.Key(word, character)
    event.set_sender(app)
    assert app._driver is not None
    app._driver.send_message(event)


def keys_done(app: BocliApp) -> bool:
    """Whether every key was obeyed, and what they started is over."""
    return not (app._typed or app._under_way) and (app._pacer is None or app._pacer.done())


def painted(app: BocliApp) -> str:
    """The screen as plain text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in lines)
