"""Checkpoints: where every chain stood at a moment, kept outside the database.

A chain that somebody rewrote from its first line to its head agrees with itself; only what was written down
elsewhere can contradict it. The same goes for rows that are taken away from the end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

FORMAT = "bocli checkpoint 1"

# The rows that the log does not repeat word for word: Z reports, and counts line by line.
DESKS = """
select z.desk_id, z.number, z.body::text,
       (select coalesce(jsonb_agg(jsonb_build_array(c.id, c.kind, c.at, c.counted_by_id, c.note,
                 (select jsonb_agg(jsonb_build_array(n.issuer_id, n.denomination, n.pieces)
                                   order by n.issuer_id, n.denomination)
                    from book.cash_count_line n where n.count_id = c.id)) order by c.id), '[]')
          from book.cash_count c where c.day_id = z.day_id)::text
  from book.z_report z
 order by z.desk_id, z.number
"""


# What may be posted and which moves a day may make. They change with a migration only.
REFERENCE = """
select (select max(version_num) from book.migration),
       (select jsonb_agg(to_jsonb(k) order by k.kind) from vault.account_kind k)::text,
       (select jsonb_agg(to_jsonb(k) order by k.kind) from vault.operation_kind k)::text,
       (select jsonb_agg(to_jsonb(k) order by k.operation_kind, k.debit_kind, k.credit_kind)
          from vault.posting_kind k)::text,
       (select jsonb_agg(to_jsonb(m) order by m.entity, m.from_state, m.to_state)
          from book.state_move m)::text
"""


class CheckpointError(Exception):
    """A checkpoint's file cannot be used. `key` names the text, `params` are that text's."""

    def __init__(self, key: str, **params: str | int) -> None:
        self.key = key
        self.params = params
        super().__init__(key)


def checkpoint(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """Where the books stand now, as plain JSON values.

    `streams` maps each stream to [seq, head in hex], `desks` each desk to [last Z number, hash over its Z
    reports and counts], `counts` how many rows there are, `reference` is [schema's version, hash over what
    may be posted]; `root` is the SHA-256 over all the rest.
    """
    with snapshot(connection):
        streams = {
            stream: [seq, head.hex()]
            for stream, seq, head in connection.execute(
                "select stream, seq, head from vault.stream order by stream"
            )
        }
        counts = connection.execute(
            "select (select count(*) from vault.log), (select count(*) from vault.operation), "
            "(select count(*) from vault.posting), (select count(*) from book.z_report), "
            "(select id from book.installation), clock_timestamp()::text, current_database()::text"
        ).fetchone()
        assert counts is not None
        desks = {str(desk): [number, digest] for desk, number, digest in desk_digests(connection)}
        reference = reference_digest(connection)
    made: dict[str, Any] = {
        "format": FORMAT,
        "installation": counts[4],
        "database": counts[6],
        "at": counts[5],
        "counts": dict(zip(("log", "operation", "posting", "z_report"), counts[:4], strict=True)),
        "desks": desks,
        "reference": reference,
        "streams": streams,
    }
    return {**made, "root": _root(made)}


@contextmanager
def snapshot(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """One view of the whole database, of which nothing stays behind."""
    inside = connection.info.transaction_status != 0
    with connection.transaction(force_rollback=True):
        if not inside:
            connection.execute("set transaction isolation level repeatable read, read only")
        # Nothing but the server's own functions: one of the same name elsewhere must not answer for them.
        connection.execute("set local search_path = pg_catalog")
        connection.execute("set local timezone = 'UTC'")
        yield


def desk_digests(
    connection: psycopg.Connection[Any], until: dict[int, int] | None = None
) -> list[tuple[int, int, str]]:
    """Of each desk its id, Z number and the hash over its Z reports and counts, up to those in `until`."""
    found: dict[int, tuple[int, Any]] = {}
    with connection.cursor(name="bocli_desks") as cursor:
        cursor.execute(DESKS.encode())
        for desk, number, body, counts in cursor:
            if until is not None and number > until.get(desk, 0):
                continue
            digest = found[desk][1] if desk in found else sha256(b"bocli/z/1/%d" % desk)
            digest.update(f"{number}:{len(body)}:{body}{len(counts)}:{counts}".encode())
            found[desk] = (number, digest)
    return [(desk, number, digest.hexdigest()) for desk, (number, digest) in sorted(found.items())]


def reference_digest(connection: psycopg.Connection[Any]) -> list[str]:
    """The schema's version, and the hash over the tables that say what may be posted."""
    row = connection.execute(REFERENCE.encode()).fetchone()
    assert row is not None
    return [row[0], sha256("\n".join(row[1:]).encode()).hexdigest()]


def write_checkpoint(connection: psycopg.Connection[Any], path: str | Path) -> str:
    """Write a checkpoint into a new file, mode 0600, and return its root (hex).

    Raises FileExistsError rather than write over an earlier checkpoint.
    """
    made = checkpoint(connection)
    text = json.dumps(made, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return str(made["root"])


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """The checkpoint in a file. Raises CheckpointError when it is none, or was changed since."""
    try:
        read = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise CheckpointError("audit.checkpoint.unreadable", file=str(path)) from fault
    checked(read, str(path))
    return read  # type: ignore[no-any-return]


def checked(read: Any, where: str = "-") -> None:
    """Raise CheckpointError unless this is a checkpoint whose root fits."""
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise CheckpointError("audit.checkpoint.unreadable", file=where)
    if read.get("root") != _root({name: value for name, value in read.items() if name != "root"}):
        raise CheckpointError("audit.checkpoint.damaged", file=where)


def _root(made: dict[str, Any]) -> str:
    text = json.dumps(made, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("ascii")).hexdigest()
