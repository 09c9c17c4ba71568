"""Exporting the list in sight: the same filter, all its rows, with progress; Esc ends it and leaves no half file."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.progress import Progress
from core.db.keyset import Keyset
from core.errors import BocliError
from core.export import write_csv
from core.texts import explain, n, t

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


class Export(Dialog[str]):
    """Writes while it is open; gives what to say at its end, or None when it was left."""

    DO = None

    def __init__(
        self,
        name: str,
        db: Any,
        keyset: Keyset,
        heads: Sequence[str],
        cells: Callable[[Any], Sequence[object]],
    ) -> None:
        """name: of the file; heads: titles of the columns; cells: a row's values."""
        super().__init__(t("export.title"))
        self.file_name, self.db, self.keyset, self.heads, self.cells_of = name, db, keyset, heads, cells
        self._leave = threading.Event()

    def body(self) -> ComposeResult:
        yield Words(t("export.words", folder=short(export_folder())))
        yield Progress()

    def on_mount(self) -> None:
        self.run_worker(self._run(), exit_on_error=True)

    async def _run(self) -> None:
        def go_on(count: int) -> bool:
            if not self._leave.is_set():
                self.app.call_from_thread(self._step, count)
            return not self._leave.is_set()

        windows = self.keyset.windows(self.db, WINDOW)
        try:
            done = await asyncio.to_thread(
                write_csv, export_folder(), self.file_name, self.heads, windows, self.cells_of, go_on
            )
        except BocliError as error:
            self.note(explain(error))
            return
        self.dismiss(n("export.done", done[1], path=done[0].name) if done else None)

    def _step(self, count: int) -> None:
        self.query_one(Progress).step(count, 0, t("export.rows"))

    def act_cancel(self) -> None:
        """The writer takes its file away and the dialog goes; after a fault it only goes."""
        if self._leave.is_set() or not any(
            not worker.is_finished for worker in self.workers if worker.node is self
        ):
            self.dismiss(None)
        self._leave.set()
