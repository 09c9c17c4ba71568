"""The list in sight as a file, CSV or XLSX: the same filter and order, all its rows, with progress; Esc ends it and
leaves no half file."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.fields import Choice
from bocli.widgets.form import Form
from bocli.widgets.progress import Progress
from core.clock import zone
from core.db.keyset import Keyset
from core.errors import BocliError
from core.export import write_csv
from core.texts import explain, n, t
from core.xlsx import write_xlsx
from screens.parts.columns import ZONE, Column

WINDOW = 2000


def export_folder() -> Path:
    """The user's own folder for exports."""
    import platformdirs

    return Path(platformdirs.user_data_dir("bocli")) / "exports"


def short(path: Path) -> str:
    """A path for people: the own folder as `~`, and of a long one its end."""
    home, shown = str(Path.home()), str(path)
    if shown.startswith(home + "/"):
        shown = "~" + shown[len(home) :]
    return shown if len(shown) <= 64 else f"…/{path.parent.name}/{path.name}"


class FileChoice(Dialog[dict[str, Any]]):
    """Which file, and which columns."""

    DO = "dialog.take.label"

    def __init__(self) -> None:
        super().__init__(t("export.title"))

    def body(self) -> ComposeResult:
        formats = [("csv", t("export.csv")), ("xlsx", t("export.xlsx"))]
        columns = [("shown", t("export.columns.shown")), ("all", t("export.columns.all"))]
        yield Form(
            ("format", t("export.format"), Choice(formats)),
            ("columns", t("export.columns"), Choice(columns)),
        )

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.dismiss(event.values)

    def act_do(self) -> None:
        """This one."""
        self.query_one(Form).act_go_on()


class Export(Dialog[str]):
    """Writes while it is open; gives what to say at its end, or None when it was left."""

    DO = None

    def __init__(self, name: str, db: Any, keyset: Keyset, columns: Sequence[Column], ending: str) -> None:
        """name: of the file; ending: csv or xlsx."""
        super().__init__(t("export.title"))
        self.file_name, self.db, self.keyset, self.columns, self.ending = name, db, keyset, columns, ending
        self._leave = threading.Event()
        self._began = time.monotonic()

    def body(self) -> ComposeResult:
        yield Words(t("export.words", folder=short(export_folder())))
        yield Progress()

    def on_mount(self) -> None:
        self.run_worker(self._run(), exit_on_error=True)

    def _cells(self, row: Any) -> list[object]:
        return [column.value(row) for column in self.columns]

    async def _run(self) -> None:
        def go_on(count: int) -> bool:
            if not self._leave.is_set():
                self.app.call_from_thread(self._step, count)
            return not self._leave.is_set()

        windows = self.keyset.windows(self.db, WINDOW)
        write = write_csv if self.ending == "csv" else partial(write_xlsx, zone=zone(ZONE))
        heads = [t(column.title) for column in self.columns]
        try:
            done = await asyncio.to_thread(
                write, export_folder(), self.file_name, heads, windows, self._cells, go_on
            )
        except BocliError as error:
            self.note(explain(error))
            return
        self.dismiss(n("export.done", done[1], path=done[0].name) if done else None)

    def _step(self, count: int) -> None:
        speed = int(count / max(0.1, time.monotonic() - self._began))
        self.query_one(Progress).step(count, 0, t("export.rows_a_second", count=speed))

    def act_cancel(self) -> None:
        """The writer takes its file away and the dialog goes; after a fault it only goes."""
        if self._leave.is_set() or not any(
            not worker.is_finished for worker in self.workers if worker.node is self
        ):
            self.dismiss(None)
        self._leave.set()
