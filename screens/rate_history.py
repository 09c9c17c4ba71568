"""A pair's rates over time, as a curve and as numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from core.clock import now
from core.rates import Point, history
from core.texts import date_time, n, t
from screens.parts.columns import ZONE
from screens.rates import plain

SPANS = (30, 90, 365, 1825)
LISTED = 5


class RateHistory(Section[None]):
    """F6 goes to a longer span, and from the longest one back to the shortest."""

    SECTION = "rate_history"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row, self.span = row, 1
        self.points: tuple[Point, ...] = ()

    def body(self) -> ComposeResult:
        yield Lines(id="what")
        yield Vertical(id="curve")
        yield Lines(id="numbers")

    def crumb(self) -> str:
        return f"{self.row.base}/{self.row.quote}"

    def on_mount(self) -> None:
        self.refresh_section()

    def refresh_section(self) -> None:
        self.work(self._ask())

    def act_span(self) -> None:
        self.span = (self.span + 1) % len(SPANS)
        self.work(self._ask())

    async def _ask(self) -> None:
        row, since = self.row, now() - timedelta(days=SPANS[self.span])
        found = await self.call(lambda db: history(db, row.office_id, row.base, row.quote, since))
        if found is None or not self.is_mounted:
            return
        self.points = found
        whose = row.office or t("rates.system")
        head = f"{whose} · {row.base}/{row.quote} · {n('rate_history.days', SPANS[self.span])}"
        self.query_one("#what", Lines).show([("head", head)])
        self.query_one("#numbers", Lines).show(*number_rows(found))
        await self._draw()

    async def _draw(self) -> None:
        from screens.parts.curve import Curve

        if not self.is_mounted:
            return
        place = self.query_one("#curve", Vertical)
        await place.remove_children()
        if len(self.points) > 1:
            await place.mount(Curve(self.points))


def number_rows(points: tuple[Point, ...]) -> list[Row | str]:
    """The newest few, and the least and the most."""
    if not points:
        return ["", [("dim", t("rate_history.none"))]]
    low, high = min(each.buy for each in points), max(each.sell for each in points)
    rows: list[Row | str] = ["", t("rate_history.range", low=plain(low), high=plain(high))]
    newest = reversed(points[-LISTED:])
    return [
        *rows,
        *(
            [("dim", date_time(each.at, ZONE)), ("", f"  {plain(each.buy)} - {plain(each.sell)}")]
            for each in newest
        ),
    ]
