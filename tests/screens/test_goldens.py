"""Every screen as text, in every language. BOCLI_UPDATE_GOLDEN=1 writes them anew; then look at what changed."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bocli.session import Status
from bocli.widgets.lines import Lines
from bocli.widgets.shown import shown
from core import clock
from core.text import cells
from core.texts import LANGUAGES, set_language
from tests.screens import canned
from tests.screens.app import OneScreen
from tests.screens.desk import NARROW, WIDE, Terminal
from tests.screens.states import STATES, State

GOLDEN = Path(__file__).parents[1] / "golden" / "screens"
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
WIDELY = ("en", "de", "ar")
LAID_OUT = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
"""The shapes of Arabic letters, which only what was laid out has."""


@pytest.fixture(autouse=True)
def _same_time(monkeypatch: pytest.MonkeyPatch, strict: None) -> None:
    monkeypatch.setattr(Status, "clock", lambda _: "09:30")


@pytest.fixture(autouse=True)
def _turned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that were laid out for right-to-left and then joined would be turned round again, and stand in each other's
    columns."""
    door = sys.modules["bocli.widgets.shown"]
    turn = door.visual

    def once(text: str, language: str) -> str:
        assert not LAID_OUT.search(text), f"laid out twice: {text!r}"
        return str(turn(text, language))

    monkeypatch.setattr(door, "visual", once)


def cut_short(app: Any) -> list[str]:
    """Lines of the screen that are longer than their place."""
    found = []
    for widget in app.screen.query(Lines):
        width = widget.size.width
        if not (widget.display and width and widget.is_on_screen):
            continue
        for row in widget.rows(width):
            text = "".join(shown(run[1]) for run in row)
            if cells(text.rstrip()) > width:
                found.append(f"{type(widget).__name__} {width}: {text}")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
async def test_every_screen_in_every_language(state: State, language: str) -> None:
    for size in (NARROW, *((WIDE,) if language in WIDELY else ())):
        with clock.frozen(NOW):
            found, cut = await picture(state, language, size)
        path = GOLDEN / f"{state.name}.{language}.{size[0]}.txt"
        if os.environ.get("BOCLI_UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_text(found, encoding="utf-8")
        assert not cut, "\n".join(cut)
        assert found == path.read_text(encoding="utf-8"), path.name
        assert "…" not in found, f"{path.name} is cut:\n{found}"


async def picture(state: State, language: str, size: tuple[int, int]) -> tuple[str, list[str]]:
    """What that state looks like, and what of it is cut."""
    set_language(language)
    db = canned.Canned(state.answers, state.rows)
    app = OneScreen(state.first, canned.session(state.role, db, language), language=language, demo=state.demo)
    try:
        async with app.run_test(size=size) as pilot:
            terminal = Terminal(pilot)
            await terminal.settle()
            await terminal.press(*state.press)
            return terminal.text() + "\n", cut_short(app)
    finally:
        set_language("en")
