"""The hash chains of the log, computed again from the columns of each line.

Written apart from the function that writes them: what agrees here agrees because the bytes do. A line's hash
is SHA-256 over the hash before it and the line's columns as netstrings (`length:bytes,`, a null is `~,`); a
stream begins with SHA-256 of `bocli/1/` and its name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    from core.audit.findings import Findings

Progress = Callable[[int, int], None]
"""Called now and then with the log lines done and the lines there are."""

BATCH = 2000

# Each line with what stands in the books for it, as the same JSON that the line holds. One index scan in the
# order of the chains: nothing is sorted, nothing is kept.
LINES = """
select l.stream, l.seq, l.at::text, l.actor_id::text, l.login, host(l.from_addr), l.what, l.entity,
       l.entity_id, l.before::text, l.after::text, l.refused::text, l.prev, l.hash,
       o.id, o.kind, o.actor_id::text,
       case when o.id is not null then (jsonb_build_object(
         'at', to_char(o.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), 'booked_on', o.booked_on,
         'issuer', o.issuer_id, 'amount', o.amount, 'commission', o.commission, 'version', o.version_id,
         'day', o.day_id, 'client', o.client_id, 'coin', o.coin_id, 'reverses', o.reverses_id,
         'details', o.details,
         'lines', (select coalesce(jsonb_agg(
                            jsonb_build_array(p.debit_account_id, p.credit_account_id, p.amount)
                            order by p.line), '[]')
                     from vault.posting p where p.operation_id = o.id))
         || case when o.counter_coin_id is null then '{}' else jsonb_build_object(
                   'counter_client', o.counter_client_id, 'counter_coin', o.counter_coin_id) end
         || case when o.of_id is null then '{}' else jsonb_build_object('of', o.of_id) end)::text end
  from vault.log l
  left join vault.operation o
    on o.id = case when l.entity = 'operation' and not l.refused and l.entity_id ~ '^[1-9][0-9]{0,17}$'
                   then l.entity_id::bigint end
 order by l.stream, l.seq
"""


def head_0(stream: bytes) -> bytes:
    """The hash that a stream's first line follows."""
    return sha256(b"bocli/1/" + stream).digest()


def line_hash(prev: bytes, parts: tuple[bytes | None, ...]) -> bytes:
    """The hash of a line whose columns are `parts`, after the line whose hash is `prev`."""
    joined = b"".join([b"~," if part is None else b"%d:%b," % (len(part), part) for part in parts])
    return sha256(prev + joined).digest()


def iso(at: bytes) -> bytes:
    """A moment as PostgreSQL writes it in UTC, as ISO 8601 with six digits after the point."""
    whole, _, fraction = at.removesuffix(b"+00").partition(b".")
    return whole.replace(b" ", b"T") + b"." + fraction.ljust(6, b"0")


def follow(
    connection: psycopg.Connection[Any],
    findings: Findings,
    heads: dict[str, tuple[int, str]],
    total: int,
    progress: Progress | None,
) -> tuple[int, int, str]:
    """Recompute every chain. Returns lines, streams and the root over all heads.

    `heads` are those of an earlier checkpoint: each must still be there, at its place in its stream.
    """
    walk = Walk(findings, heads)
    done = 0
    with _raw_cursor(connection) as cursor:
        cursor.execute(LINES, binary=True)
        while rows := cursor.fetchmany(BATCH):
            for row in rows:
                walk.line(row)
            done += len(rows)
            if progress is not None:
                progress(done, total)
    walk.end()
    return done, walk.streams, walk.root.hexdigest()


def _raw_cursor(connection: psycopg.Connection[Any]) -> psycopg.ServerCursor[Any]:
    """A server-side cursor whose texts come as bytes: they are hashed, not read."""
    from psycopg.types.string import ByteaBinaryLoader

    cursor = connection.cursor(name="bocli_audit")
    for name in ("text", "name"):
        cursor.adapters.register_loader(name, ByteaBinaryLoader)
    cursor.itersize = BATCH
    return cursor


class Walk:
    """Goes along the chains, one line after another, and remembers only the stream that it is in."""

    def __init__(
        self, findings: Findings, heads: dict[str, tuple[int, str]], *, compare: bool = True
    ) -> None:
        """compare: with what stands in the books for a line; who looks from a screen cannot."""
        self.findings = findings
        self.compare = compare
        self.heads = heads
        self.seen: set[str] = set()
        self.root = sha256()
        self.streams = 0
        self._name: bytes | None = None
        self._stream = ""
        self._head = b""
        self._seq = 0
        self._wanted: tuple[int, str] | None = None

    def line(self, row: tuple[Any, ...]) -> None:
        (stream, seq, at, actor, login, addr, what, entity, entity_id, before, after, refused, prev, stored,
         operation, kind, operation_actor, recorded) = row  # fmt: skip
        if stream != self._name:
            self._begin(stream)
        if seq != self._seq + 1:
            self.findings.add("chain_gap", stream=self._stream, seq=seq, expected=self._seq + 1)
        elif prev != self._head:
            self.findings.add("chain_broken", stream=self._stream, seq=seq)
        number = b"%d" % seq
        parts = (stream, number, iso(at), actor, login, addr, what, entity, entity_id, before, after, refused)
        if line_hash(prev, parts) != stored:
            self.findings.add("line_changed", stream=self._stream, seq=seq, what=what.decode())
        if self._wanted is not None and self._wanted[0] == seq:
            if self._wanted[1] != stored.hex():
                self.findings.add("history_rewritten", stream=self._stream, seq=seq)
            self._wanted = None
        if self.compare and entity == b"operation" and refused == b"false":
            logged = (entity_id, what, actor, after)
            self._operation(seq, logged, (operation, kind, operation_actor, recorded))
        self._head, self._seq = stored, seq

    def _operation(self, seq: int, logged: tuple[Any, ...], found: tuple[Any, ...]) -> None:
        entity_id, what, actor, after = logged
        operation, kind, operation_actor, recorded = found
        if operation is None:
            self.findings.add("operation_missing", operation=entity_id.decode(), stream=self._stream, seq=seq)
        elif after != recorded or what != kind or actor != operation_actor:
            self.findings.add(
                "operation_changed",
                operation=operation,
                stream=self._stream,
                seq=seq,
                fields=", ".join(_different(logged, found)),
            )

    def _begin(self, stream: bytes) -> None:
        self.end()
        self._name = stream
        self._stream = stream.decode()
        self._head = head_0(stream)
        self._seq = 0
        self._wanted = self.heads.get(self._stream)
        if self._wanted is not None:
            self.seen.add(self._stream)

    def end(self) -> None:
        """The last line of a stream was read."""
        if self._name is None:
            return
        self.streams += 1
        self.root.update(b"%b %d %b\n" % (self._name, self._seq, self._head.hex().encode()))
        if self._wanted is not None:
            self.findings.add("rolled_back", stream=self._stream, seq=self._seq, expected=self._wanted[0])
        self._name = None


def _different(logged: tuple[Any, ...], found: tuple[Any, ...]) -> list[str]:
    """The names of the fields in which a log line and the books differ."""
    _, what, actor, after = logged
    _, kind, operation_actor, recorded = found
    try:
        said, is_so = json.loads(after or b"null"), json.loads(recorded)
    except ValueError:
        return ["after"]
    if not isinstance(said, dict):
        return ["after"]
    names = sorted(name for name in said.keys() | is_so.keys() if said.get(name) != is_so.get(name))
    return names + ["kind"] * (what != kind) + ["actor"] * (actor != operation_actor)
