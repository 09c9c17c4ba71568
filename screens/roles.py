"""Which role sees which section: the one table of it. Each row names its screen as "module:Class", so that a screen
is imported when it is first opened and not before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SectionRow:
    """id: as in the texts and in bocli/keys.py; permission: without it the section is not shown; target:
    "module:Class" of a bocli.widgets.section.Section; title: key of its name in the catalogue."""

    id: str
    permission: str
    target: str
    title: str


LOG_IN = "screens.log_in:LogIn"
"""Dismissed with a core.staff.Session, or None to end the program."""
HOME = "screens.home:Home"

SECTIONS: tuple[SectionRow, ...] = ()
