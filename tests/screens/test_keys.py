"""The one table of actions: keys that old terminals know, texts for all, and what is read from it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from textual.app import ComposeResult

from bocli.help import Help, cheat_sheet
from bocli.keys import ACTIONS, of_scope, offers
from bocli.palette import Palette, entries
from bocli.theme import THEMES
from bocli.widgets.confirm import Confirm
from bocli.widgets.count_grid import CountGrid, Drawer
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.section import Section
from core.texts import LANGUAGES, has, set_language
from tests.pty.apps.world import EUR, Numbers, person
from tests.screens.app import OneScreen, painted

OLD = re.compile(
    r"[a-zA-Z0-9]|f([1-9]|1[0-2])|ctrl\+[abefklnopruwx]|up|down|left|right|home|end|pageup|pagedown|delete|tab|enter"
    r"|escape|space|slash|colon|question_mark"
)


@pytest.fixture(autouse=True)
def english() -> None:
    set_language("en")


def test_every_key_is_one_that_old_terminals_know() -> None:
    assert [key for each in ACTIONS for key in each.keys if not OLD.fullmatch(key)] == []


def test_no_id_stands_twice_and_no_key_twice_in_a_scope() -> None:
    assert [name for name, count in Counter(each.id for each in ACTIONS).items() if count > 1] == []
    for scope in {each.scope for each in ACTIONS}:
        keys = Counter(key for each in of_scope(scope) for key in each.keys)
        assert [key for key, count in keys.items() if count > 1] == [], scope


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_has_its_texts_in_every_language(language: str) -> None:
    set_language(language)
    wanted = [each.text for each in ACTIONS] + [each.label for each in ACTIONS if each.bar]
    wanted += [f"help.scope.{each.scope}" for each in ACTIONS]
    assert sorted({key for key in wanted if not has(key)}) == []


def test_grave_acts_are_not_on_enter() -> None:
    assert [each.id for each in ACTIONS if each.grave and "enter" in each.keys] == []


def test_the_cheat_sheet_is_current() -> None:
    written = Path(__file__).resolve().parents[2] / "docs" / "keys.md"
    assert written.read_text(encoding="utf-8") == cheat_sheet(), "run: python -m bocli.help > docs/keys.md"


class Listing(Section[None]):
    SECTION = "palette"

    def body(self) -> ComposeResult:
        yield KeysetTable(Numbers(0))


async def test_help_names_what_cannot_act_now_and_why(strict: None) -> None:
    app = OneScreen(Listing)
    async with app.run_test(size=(100, 50)) as pilot:
        await pilot.pause(0.1)
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        text = painted(app)
        for words in (
            "row: open",
            "not now: there is no row under the cursor",
            "this list cannot be filtered",
        ):
            assert words in text, text
        await pilot.press("escape")
        assert isinstance(app.screen, Listing)


async def test_a_key_that_cannot_act_says_why(strict: None) -> None:
    app = OneScreen(Listing)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause(0.1)
        await pilot.press("slash")
        assert "this list cannot be filtered" in painted(app)


async def test_the_palette_does_what_was_chosen(strict: None) -> None:
    app = OneScreen(Listing)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("ctrl+p", *"theme")
        assert isinstance(app.screen, Palette)
        before = app.theme
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert isinstance(app.screen, Listing) and app.theme != before


async def test_the_palette_has_only_what_the_person_may_see(monkeypatch: pytest.MonkeyPatch) -> None:
    from screens import roles

    rows = (
        roles.SectionRow("one", "one:see", "x:X", "palette.title"),
        roles.SectionRow("two", "two:see", "x:X", "goto.title"),
    )
    monkeypatch.setattr(roles, "SECTIONS", rows)
    app = OneScreen(Listing, person(permissions=frozenset({"two:see"})))
    async with app.run_test(size=(100, 30)):
        found = [entry.text for entry in entries(app, sections_only=True)]
        assert len(found) == 1 and found[0].startswith("Go to a section")


async def test_a_dialog_offers_nothing_of_what_lies_under_it() -> None:
    app = OneScreen(Listing)
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(Confirm("T", "W"))
        await pilot.pause(0.05)
        assert {offer.action.scope for offer in offers(app)} <= {"dialog", "press"}
        await pilot.press("f9", "ctrl+x", "colon")
        assert isinstance(app.screen, Confirm)


class Everything(Section[None]):
    SECTION = "palette"

    def body(self) -> ComposeResult:
        yield KeysetTable(Numbers(20))
        yield CountGrid([Drawer(EUR, (500, 100))])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_theme_paints_in_every_language(theme: str, language: str, strict: None) -> None:
    who = person()
    who.staff.language, who.staff.theme, who.staff.name = language, theme, "Ann"
    app = OneScreen(Everything, who)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.05)
        await app.push_screen(Confirm("T", "W … → ·"))
        await pilot.pause(0.05)
        text = painted(app)
        assert app.theme == theme and max(map(len, text.splitlines())) <= 80
        if theme == "ascii" and language in ("en", "de", "pl"):
            assert not re.search("[\u2000-\u2bff]", text), text
