"""Whether the log is whole, asked by who may read it: its chains computed again, a window at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.audit.chain import Walk
from core.audit.findings import Finding, Findings
from core.db.keyset import Keyset
from core.db.views import view

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.db import Database

WINDOW = 4000
COLUMNS = "stream seq at actor login from_addr what entity entity_id before after refused prev hash"


@dataclass(frozen=True, slots=True)
class Checked:
    """How many lines of how many chains were computed again, and what was found."""

    lines: int
    streams: int
    findings: tuple[Finding, ...]


def _chain() -> Select[Any]:
    return view("audit_chain", COLUMNS)


def check_log(db: Database, go_on: Callable[[int, int], bool]) -> Checked | None:
    """Compute every chain again and compare; each must reach the link that its stream named at the beginning.

    go_on is told lines done and about how many there are; when it says no, None is returned. Memory stays flat, and no
    transaction stays open. Raises NotAllowed, Unavailable.
    """
    heads = {
        row.stream: (row.seq, bytes(row.head).hex())
        for row in db.rows(view("audit_streams", "stream seq head"))
    }
    total = sum(seq for seq, _ in heads.values())
    findings, done = Findings(), 0
    walk = Walk(findings, heads, compare=False)
    for rows in Keyset(_chain, ("stream", "seq"), newest_first=False).windows(db, WINDOW):
        for row in rows:
            stream, seq, *columns, prev, stored = tuple(row)
            texts = [None if value is None else value.encode() for value in columns]
            walk.line((stream.encode(), seq, *texts, bytes(prev), bytes(stored), None, None, None, None))
        done += len(rows)
        if not go_on(done, total):
            return None
    walk.end()
    for stream in sorted(heads.keys() - walk.seen):
        findings.add("rolled_back", stream=stream, seq=0, expected=heads[stream][0])
    return Checked(done, walk.streams, tuple(findings.kept))
