"""What the first line of the screen says of the desk and the day."""

from __future__ import annotations

from typing import Any

from bocli.widgets.status_bar import StatusBar
from core.cash_desk import DeskDay
from core.texts import date


def show_day(screen: Any, day: DeskDay | None) -> None:
    """Say which desk and day it is, or that there is none."""
    status = screen.app.status
    status.desk, status.day = (day.desk, date(day.cash_date)) if day else ("", "")
    for bar in screen.query(StatusBar):
        bar.changed()
