"""A grid of twelve columns and six rows."""

from __future__ import annotations

from textual.app import ComposeResult

from bocli.widgets.grid import Grid, GridColumn
from bocli.widgets.section import Section
from tests.pty.apps.world import run

COLUMNS = (
    GridColumn("kind", "Operation", 20, (("a", "Cash top-up"), ("b", "Withdrawal"))),
    *(GridColumn(f"c{number}", f"Column {number}", 12, right=True) for number in range(11)),
)


class Sheet(Section[None]):
    SECTION = "palette"

    def body(self) -> ComposeResult:
        yield Grid(COLUMNS, "empty")

    def on_mount(self) -> None:
        rows = [{"kind": "a", **{f"c{each}": f"{row}.{each}" for each in range(11)}} for row in range(6)]
        self.query_one(Grid).put(rows)


def main() -> None:
    """Run it."""
    run("tests.pty.apps.grid:Sheet")
