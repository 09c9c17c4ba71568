"""The audit: everything that must be true of the books, looked at in one snapshot."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import clock
from core.audit import batches, books, chain, days, operations, waiting
from core.audit.checkpoint import checked, desk_digests, read_checkpoint, reference_digest, snapshot
from core.audit.findings import Findings, Verification

if TYPE_CHECKING:
    import psycopg


RULES = (
    ("log", books.LOG),
    ("ledger", books.LEDGER),
    ("people", books.PEOPLE),
    ("days", days.DAYS),
    ("operations", operations.OPERATIONS),
    ("waiting", waiting.WAITING),
)


def verify(
    connection: psycopg.Connection[Any],
    checkpoint: dict[str, Any] | str | Path | None = None,
    progress: chain.Progress | None = None,
) -> Verification:
    """Check the log's chains, the books and the way the database is built, by a DBA's connection.

    Reads one snapshot, so people may go on working; memory stays flat whatever the size of the log. In a
    transaction that is open already it reads that one's, which should then be REPEATABLE READ.
    `checkpoint` is an earlier one, or its file: without it a log that was rewritten consistently, or cut at
    its end, cannot be told from a true one. `progress` is called with log lines done and in all.

    Raises CheckpointError when the checkpoint cannot be used.
    """
    # Imported late: it reads the files of all rules.
    from core.audit.structure import check_structure

    earlier = read_checkpoint(checkpoint) if isinstance(checkpoint, (str, Path)) else checkpoint
    if earlier is not None:
        checked(earlier)
    findings = Findings()
    stages: dict[str, float] = {}
    began = at = time.monotonic()
    with snapshot(connection):
        _prepare(connection)
        sizes = _sizes(connection)
        heads = {name: (seq, head) for name, (seq, head) in (earlier or {}).get("streams", {}).items()}
        lines, streams, root = chain.follow(connection, findings, heads, sizes[0], progress)
        at = books.timed(stages, "chain", at)
        batches.follow(connection, findings)
        at = books.timed(stages, "batches", at)
        for name, rules in RULES:
            books.check(connection, findings, rules)
            at = books.timed(stages, name, at)
        check_structure(connection, findings)
        at = books.timed(stages, "structure", at)
        if earlier is not None:
            _compare(connection, findings, earlier, sizes)
            books.timed(stages, "checkpoint", at)
    return Verification(
        findings=tuple(findings.kept),
        by_kind=dict(findings.counted),
        streams=streams,
        lines=lines,
        operations=sizes[1],
        postings=sizes[2],
        root=root,
        at=clock.now(),
        seconds=time.monotonic() - began,
        checkpoint_at=datetime.fromisoformat(earlier["at"]) if earlier is not None else None,
        stages=stages,
    )


def _prepare(connection: psycopg.Connection[Any]) -> None:
    connection.execute("set local datestyle = 'ISO, YMD'")
    connection.execute("set local statement_timeout = 0")
    connection.execute("set local idle_in_transaction_session_timeout = 0")
    connection.execute("set local temp_file_limit = -1")
    connection.execute("set local jit = off")


def _sizes(connection: psycopg.Connection[Any]) -> tuple[int, int, int, int]:
    row = connection.execute(
        "select (select count(*) from vault.log), (select count(*) from vault.operation), "
        "(select count(*) from vault.posting), (select count(*) from book.z_report)"
    ).fetchone()
    assert row is not None
    return row[0], row[1], row[2], row[3]


def _compare(
    connection: psycopg.Connection[Any],
    findings: Findings,
    earlier: dict[str, Any],
    sizes: tuple[int, int, int, int],
) -> None:
    """What an earlier checkpoint says against what is there now; heads were compared on the way."""
    row = connection.execute("select id from book.installation").fetchone()
    if row is None or row[0] != earlier["installation"]:
        findings.add("other_installation", expected=earlier["installation"])
    names = {row[0] for row in connection.execute("select stream from vault.log where seq = 1")}
    for stream, (seq, _) in earlier["streams"].items():
        if stream not in names:
            findings.add("rolled_back", stream=stream, seq=0, expected=seq)
    for name, now in zip(("log", "operation", "posting", "z_report"), sizes, strict=True):
        if now < earlier["counts"][name]:
            findings.add("rows_missing", table=name, rows=now, expected=earlier["counts"][name])
    version, digest = reference_digest(connection)
    if [version, digest] != earlier["reference"] and version == earlier["reference"][0]:
        findings.add("reference_changed")
    until = {int(desk): number for desk, (number, _) in earlier["desks"].items()}
    there = {desk: (number, digest) for desk, number, digest in desk_digests(connection, until)}
    for desk, number in until.items():
        if there.get(desk) != tuple(earlier["desks"][str(desk)]):
            findings.add("z_rewritten", desk=desk, number=number)
