"""`bocli audit`: verify the books, keep a checkpoint outside, show the trial balance."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.texts import t

if TYPE_CHECKING:
    import psycopg


def audit(act: str, *, dba: str, demo: bool, file: str | None) -> int:
    """Do one act: "verify" (against the checkpoint in `file`, if any), "checkpoint" (into `file`), "balance".

    Without `dba` and `demo` libpq's own environment says where (PGHOST, PGSERVICE …). Returns 0, or 1 when
    something is wrong with the books. Raises psycopg's errors, CheckpointError, FileExistsError.
    """
    from core import audit as books

    width = min(shutil.get_terminal_size().columns, 132)
    with _connected(dba, demo=demo) as connection:
        if act == "checkpoint":
            assert file is not None
            root = books.write_checkpoint(connection, file)
            print(t("audit.checkpoint.written", file=file, root=root))
            return 0
        if act == "balance":
            print(books.trial_balance_text(books.trial_balance(connection), width))
            return 0
        found = books.verify(connection, file, _Progress())
        print(books.verification_text(found, width))
        return 0 if found.ok else 1


class _Progress:
    """How far it is, on a terminal's error output, five times a second at most."""

    def __init__(self) -> None:
        self._shown_at = time.monotonic()
        self._tty = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._tty or (done < total and now - self._shown_at < 0.2):
            return
        self._shown_at = now
        text = t("cli.audit.progress", percent=100 * done // max(total, 1)) if done < total else ""
        sys.stderr.write(f"\r{text}\x1b[K")
        sys.stderr.flush()


@contextmanager
def _connected(dba: str, *, demo: bool) -> Iterator[psycopg.Connection[Any]]:
    import psycopg

    if not demo:
        with psycopg.connect(dba, autocommit=True, connect_timeout=5) as connection:
            yield connection
        return
    from bocli import embedded
    from bocli.demo import DATABASE

    server = embedded.server_in(embedded.home())
    if not server.made:
        raise embedded.CannotStart("embedded.not_made")
    with (
        embedded.running(server),
        psycopg.connect(server.dba(DATABASE), autocommit=True) as connection,
    ):
        yield connection
