"""Ten screens as pictures: colours and weight, which the text goldens do not show. `--snapshot-update` makes them
anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bocli.session import Status
from core import clock
from core.texts import set_language
from tests.screens import canned
from tests.screens.app import OneScreen
from tests.screens.desk import NARROW, WIDE
from tests.screens.states import STATES

BY_NAME = {state.name: state for state in STATES}
PICTURES = [
    ("log_in_demo", "en", "dark", NARROW),
    ("home_cashier", "uk", "dark", NARROW),
    ("home_accountant", "ar", "light", NARROW),
    ("cash_day_open", "de", "contrast", NARROW),
    ("counting_empty", "pl", "dark", NARROW),
    ("top_up_preview", "en", "dark", NARROW),
    ("withdraw_preview", "ar", "dark", WIDE),
    ("review", "en", "light", WIDE),
    ("operations", "de", "colours16", WIDE),
    ("user_action", "en", "ascii", NARROW),
]


@pytest.mark.parametrize(
    ("name", "language", "theme", "size"), PICTURES, ids=[f"{each[0]}-{each[1]}" for each in PICTURES]
)
def test_ten_pictures(
    name: str,
    language: str,
    theme: str,
    size: tuple[int, int],
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Status, "clock", lambda _: "09:30")
    state = BY_NAME[name]
    set_language(language)
    person = canned.session(state.role, canned.Canned(state.answers, state.rows), language)
    person.staff.theme = theme
    app: Any = OneScreen(state.first, person, language=language, theme=theme, demo=state.demo)
    try:
        with clock.frozen(datetime(2026, 11, 23, 7, 30, tzinfo=UTC)):
            assert snap_compare(app, press=("wait:400", *_slowly(state.press)), terminal_size=size)
    finally:
        set_language("en")


def _slowly(keys: tuple[str, ...]) -> list[str]:
    """After each function key and Enter the canned answer is waited for."""
    return [step for key in keys for step in ((key, "wait:300") if len(key) > 1 else (key,))]
