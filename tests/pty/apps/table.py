"""A list of three million rows; Enter opens a dialog, F5 a fresh look."""

from __future__ import annotations

import os

from textual.app import ComposeResult

from bocli.widgets.confirm import Confirm
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.section import Section
from tests.pty.apps.world import Numbers, run


class Listing(Section[None]):
    SECTION = "listing"

    def body(self) -> ComposeResult:
        yield KeysetTable(Numbers(int(os.environ.get("ROWS", "3000000"))), marks=True)

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.app.push_screen(Confirm("Opened", event.item.cells[0]))


def main() -> None:
    """Run it."""
    run("tests.pty.apps.table:Listing")
