"""Batches: many operations with one line of the log. What stands in the books against the digest that the line holds.

Written apart from `vault.batch_digest`: an operation is a line of its fields, joined by `|`, nulls empty; below it a
line for each of its postings; SHA-256 of it all, in hex (docs/security.md names the fields).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from core.audit.chain import iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from core.audit.findings import Findings

LINES = """
select l.stream, l.seq, l.entity_id, l.actor_id::text, l.after::text
  from vault.log l where l.entity = 'batch' and not l.refused order by l.id
"""

#: A group's place, then the fields of an operation in the order of the digest, then those of a posting. Each batch is
#: read by its numbers, from first to last: nothing is sorted but what one batch holds.
ROWS = """
select b.place, r.*
  from unnest(%s::bigint[], %s::bigint[], %s::bigint[]) with ordinality as b (batch, first, last, place)
  cross join lateral (
    select o.id, o.kind, o.at::text, o.booked_on::text, o.issuer_id::text, o.amount::text, o.commission::text,
           o.version_id::text, o.actor_id::text, o.day_id::text, o.client_id::text, o.coin_id::text,
           o.counter_client_id::text, o.counter_coin_id::text, o.of_id::text, o.reverses_id::text, o.details::text,
           p.line::text, p.debit_account_id::text, p.credit_account_id::text, p.issuer_id::text, p.amount::text,
           p.debit_after::text, p.credit_after::text
      from vault.operation o
      left join vault.posting p on p.operation_id = o.id
     where o.id between b.first and b.last and o.batch_id = b.batch
     order by o.id, p.line) as r
"""
FIELDS = 17
ACTOR = 8
TOGETHER = 2000
"""Operations that are asked for at once: small batches together, so that each costs no round trip of its own."""
FETCHED = 2000


@dataclass(slots=True)
class _Batch:
    """A line of the log, and what its rows come to as they are read."""

    where: dict[str, Any]
    actor: str | None
    bounds: tuple[int, ...]
    expected: tuple[str, int, int]
    whole: Any = field(default_factory=sha256)
    last: int | None = None
    operations: int = 0
    postings: int = 0
    actors_agree: bool = True

    def add(self, row: tuple[Any, ...]) -> None:
        """One posting with its operation, or an operation without any."""
        if row[0] != self.last:
            self.last = row[0]
            self.operations += 1
            self.actors_agree = self.actors_agree and row[ACTOR] == self.actor
            fields = [str(row[0]), row[1], iso(row[2].encode()).decode(), *row[3:FIELDS]]
            self.whole.update(f"{'|'.join([part or '' for part in fields])}\n".encode())
        if row[FIELDS] is not None:
            self.postings += 1
            self.whole.update(f"{'|'.join([part or '' for part in row[FIELDS:]])}\n".encode())

    def judge(self, findings: Findings) -> None:
        """All rows were read."""
        found = (self.whole.hexdigest(), self.operations, self.postings)
        if self.operations == 0:
            findings.add("batch_missing", **self.where)
        elif found != self.expected or not self.actors_agree:
            findings.add("batch_changed", **self.where)


def follow(connection: psycopg.Connection[Any], findings: Findings) -> None:
    """Compare every batch with its line; memory stays flat, whatever a batch holds."""
    for group in _groups(connection, findings):
        batches, firsts, lasts = ([one.bounds[i] for one in group] for i in range(3))
        with connection.cursor(name="bocli_batch") as rows:
            rows.itersize = FETCHED
            rows.execute(ROWS.encode(), (batches, firsts, lasts))
            for place, *row in rows:
                group[place - 1].add(tuple(row))
        for one in group:
            one.judge(findings)


def _groups(connection: psycopg.Connection[Any], findings: Findings) -> Iterator[list[_Batch]]:
    """The lines of batches in the order of the log, so many together as hold about `TOGETHER` operations."""
    group: list[_Batch] = []
    size = 0
    with connection.cursor(name="bocli_batches") as lines:
        lines.itersize = FETCHED
        lines.execute(LINES.encode())
        for stream, seq, batch, actor, after in lines:
            where = {"batch": int(batch) if batch.isdecimal() else batch, "stream": stream, "seq": seq}
            try:
                said = json.loads(after)
                bounds = tuple(map(_number, (batch, said["first"], said["last"])))
                operations, postings = _number(said["operations"]), _number(said["postings"])
                expected = (str(said["digest"]), operations, postings)
            except (ValueError, KeyError, TypeError):
                findings.add("batch_changed", **where)
                continue
            group.append(_Batch(where, actor, bounds, expected))
            size += max(operations, 1)
            if size >= TOGETHER:
                yield group
                group, size = [], 0
    if group:
        yield group


def _number(value: Any) -> int:
    """A whole number as the database takes it; raises ValueError for what is none."""
    number = int(value)
    if not 0 <= number < 2**63:
        raise ValueError(value)
    return number
