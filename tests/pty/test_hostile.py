"""Hostile texts in every widget, on a pty, and the raw bytes looked at: none may reach the terminal raw."""

from __future__ import annotations

import re

import pytest

from tests.hostile import TEXTS, passed_whole, reaches
from tests.pty.terminal import Terminal

UNFINISHED = re.compile(rb"(?:\x1b(?:\[[0-9;?]*)?)?\Z")
F7, F8 = b"\x1b[18~", b"\x1b[19~"


def test_there_are_enough_of_them() -> None:
    assert len({text for _, text in TEXTS}) >= 200


def test_the_measure_finds_what_it_is_for() -> None:
    ours = b"\x1b[1;2H\x1b[38;2;1;2;3mAnn\x1b[0m\r\n"
    assert reaches(ours) == []
    for name, text in TEXTS:
        raw = ours + text.encode("utf-8", "surrogatepass") + ours
        if name.startswith(("ESC", "OSC", "DCS", "C1", "RLO", "zero width space")):
            assert reaches(raw) or passed_whole(raw, text), name


def gallery(**env: str) -> Terminal:
    return Terminal("-m", "tests.pty.apps", "hostile", columns=132, rows=70, env=env)


def test_no_hostile_text_passes_any_widget_and_markup_is_shown_as_written() -> None:
    faults: list[tuple[str, object]] = []
    with gallery() as term:
        term.until("AT -1.")
        for at, (name, text) in enumerate(TEXTS):
            before = len(term.raw)
            term.send(F7)
            term.until_raw(f"AT {at}.".encode(), before)
            term.quiet(0.02)
            raw = term.raw[before:]
            faults += [(name, found) for found in reaches(raw)]
            if passed_whole(raw, text):
                faults.append((name, "whole"))
            if name.startswith("markup") and "\n" not in text and len(text) < 30:
                seen = term.text().count(text)
                if seen < 8:
                    faults.append((name, f"shown {seen} times"))
    assert not faults, faults


@pytest.mark.parametrize("all_of_them", [False, pytest.param(True, marks=pytest.mark.proof)])
def test_no_hostile_text_passes_a_dialog(all_of_them: bool) -> None:
    faults: list[tuple[str, object]] = []
    with gallery(ALL_DIALOGS="1" if all_of_them else "") as term:
        term.until("AT -1.")
        looked_at = len(term.raw)
        for at, (name, text) in enumerate(TEXTS):
            before = len(term.raw)
            term.send(F8)
            term.until_raw(f"DIALOGS {at}.".encode(), before, seconds=60)
            # A sequence that is on its way is looked at when it is whole, with the next text.
            # Only the end is searched: what came so far are many megabytes.
            end = len(term.raw) - len(UNFINISHED.search(term.raw[-100:])[0])
            raw, looked_at = term.raw[looked_at:end], end
            faults += [(name, found) for found in reaches(raw)]
            if passed_whole(raw, text):
                faults.append((name, "whole"))
    assert not faults, faults
