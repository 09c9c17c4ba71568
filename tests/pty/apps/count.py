"""Counting two currencies; F2 (a screen's own key is not needed here) shows what was counted."""

from __future__ import annotations

from textual.app import ComposeResult

from bocli.widgets.count_grid import CountGrid, Drawer
from bocli.widgets.section import Section
from tests.pty.apps.world import EUR, USD, run


class Counting(Section[None]):
    SECTION = "counting"

    def body(self) -> ComposeResult:
        yield CountGrid([Drawer(EUR, (5000, 2000, 1000, 500)), Drawer(USD, (2000, 100))])

    def refresh_section(self) -> None:
        """F5 in this app: say what was counted."""
        grid = self.query_one(CountGrid)
        self.say(f"{grid.counts()} empty {grid.left_empty()} END")


def main() -> None:
    """Run it."""
    run("tests.pty.apps.count:Counting")
