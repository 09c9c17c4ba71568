"""The integrity check of the log from the screen: progress, and what was found in words; Esc ends it."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.lines import Lines, Row
from bocli.widgets.progress import Progress
from bocli.widgets.shown import paragraph
from core.audit.whole import Checked, check_log
from core.errors import BocliError
from core.texts import explain, number, t

SHOWN, WIDTH = 12, 70


class Integrity(Dialog[None]):
    """Checks while it is open; then it shows what was found until Esc."""

    DO = None

    def __init__(self, db: Any) -> None:
        super().__init__(t("integrity.title"))
        self.db = db
        self._leave = threading.Event()
        self._began = time.monotonic()

    def body(self) -> ComposeResult:
        yield Words(t("integrity.words"))
        yield Progress()
        yield Lines(id="found")

    def on_mount(self) -> None:
        self.run_worker(self._run(), exit_on_error=True)

    async def _run(self) -> None:
        def go_on(done: int, total: int) -> bool:
            if not self._leave.is_set():
                self.app.call_from_thread(self._step, done, total)
            return not self._leave.is_set()

        try:
            checked = await asyncio.to_thread(check_log, self.db, go_on)
        except BocliError as error:
            self.note(explain(error))
            return
        if checked is None:
            self.dismiss(None)
        else:
            self.query_one("#found", Lines).show(*rows_of(checked))

    def _step(self, done: int, total: int) -> None:
        speed = int(done / max(0.1, time.monotonic() - self._began))
        self.query_one(Progress).step(done, max(done, total), t("integrity.lines_a_second", count=speed))

    def act_cancel(self) -> None:
        """End the check; at its end or after a fault the dialog goes."""
        running = any(not worker.is_finished for worker in self.workers if worker.node is self)
        if self._leave.is_set() or not running:
            self.dismiss(None)
        self._leave.set()


def rows_of(checked: Checked) -> list[Row]:
    """What was found, the first of it one by one."""
    lines, streams = number(checked.lines), number(checked.streams)
    if not checked.findings:
        said = t("integrity.whole", lines=lines, streams=streams)
        return [[("", "")], *([("good", line)] for line in paragraph(said, WIDTH))]
    said = t("integrity.found", count=number(len(checked.findings)), lines=lines)
    rows: list[Row] = [[("", "")], *([("bad", line)] for line in paragraph(said, WIDTH))]
    for each in checked.findings[:SHOWN]:
        rows += [[("warn", line)] for line in paragraph("- " + each.text(), WIDTH)]
    return rows
