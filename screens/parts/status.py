"""What stands above a section: desk and day in the first line, a sentence below the crumbs."""

from __future__ import annotations

from typing import Any

from bocli.widgets.lines import Lines
from bocli.widgets.shown import paragraph
from bocli.widgets.status_bar import StatusBar
from core.cash_desk import DeskDay
from core.texts import date


def show_day(screen: Any, day: DeskDay | None) -> None:
    """Say which desk and day it is, or that there is none."""
    status = screen.app.status
    status.desk, status.day = (day.desk, date(day.cash_date)) if day else ("", "")
    for bar in screen.query(StatusBar):
        bar.changed()


def show_words(lines: Lines, said: str, style: str) -> None:
    """A sentence, on as many lines as it takes, and an empty one."""
    lines.show(*([(style, line)] for line in paragraph(said, max(20, lines.screen.size.width - 2))), "")
