"""Rates as a curve, drawn by plotext in the terminal's own characters; imported when one is looked at."""

from __future__ import annotations

from typing import Any

from textual_plotext import PlotextPlot

from core.rates import Point


class Curve(PlotextPlot):
    """Buying and selling rates over days. Steps, since a rate stays until the next one."""

    DEFAULT_CSS = "Curve { height: 1fr; }"

    def __init__(self, points: tuple[Point, ...]) -> None:
        super().__init__()
        self.points = points

    def on_mount(self) -> None:
        """Draw it once: a curve does not change while it is looked at."""
        plot: Any = self.plt
        plot.date_form("Y-m-d")
        days = [each.at.strftime("%Y-%m-%d") for each in self.points]
        for rates in ([float(each.buy) for each in self.points], [float(each.sell) for each in self.points]):
            plot.plot(days, rates, marker="braille")
        plot.grid(vertical=False, horizontal=True)
