"""What the audit reads of batches: the same digest made apart, any number of them, at what cost."""

from __future__ import annotations

import time
import tracemalloc
from hashlib import sha256

import pytest

from core import audit
from tests.company import Client
from tests.front import Front
from tests.world import World


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def client(front: Front) -> Client:
    return front.client()


def grow(front: Front, client: Client, batches: int, lines: int) -> None:
    """So many more batches of so many operations."""
    bonus = {"do": "bonus_issue", "to": client.serials["BONUS"], "amount": "1", "note": "äöü | \\ \"'"}
    for _ in range(batches):
        assert {one["status"] for one in front.run(*[bonus] * lines)} == {"done"}


def test_the_digest_is_this_and_no_other(front: Front, client: Client) -> None:
    """Made by hand from what stands in the tables, so that neither side can change what both agree on."""
    grow(front, client, 1, 1)
    row = front.admin.execute(
        "select o.id, to_char(o.at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), o.booked_on, o.issuer_id, "
        "coalesce(o.version_id::text, ''), o.actor_id, o.client_id, o.coin_id, p.debit_account_id, "
        "p.credit_account_id, p.credit_after, l.after from vault.operation o "
        "join vault.posting p on p.operation_id = o.id "
        "join vault.log l on l.entity = 'batch' and l.entity_id = o.batch_id::text "
        "where o.kind = 'bonus_issue' order by o.id desc limit 1"
    ).fetchone()
    assert row is not None
    number, at, day, issuer, version, actor, who, coin, debit, credit, balance, said = row
    details = r"""{"note": "äöü | \\ \"'"}"""
    text = (
        f"{number}|bonus_issue|{at}|{day}|{issuer}|1|0|{version}|{actor}||{who}|{coin}|||||{details}\n"
        f"1|{debit}|{credit}|{issuer}|1||{balance}\n"
    )
    assert said["digest"] == sha256(text.encode()).hexdigest()
    assert (said["operations"], said["postings"], said["first"], said["last"]) == (1, 1, number, number)
    front.assert_right()


def test_fast_and_flat_in_few_large_ones_and_in_many_small_ones(front: Front, client: Client) -> None:
    def peak() -> int:
        tracemalloc.start()
        try:
            audit.verify(front.admin)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    grow(front, client, 2, 3000)
    peak()
    small = peak()
    grow(front, client, 6, 3000)
    grow(front, client, 400, 2)
    assert peak() < small * 1.25
    began, cpu = time.monotonic(), time.process_time()
    found = audit.verify(front.admin)
    assert found.ok
    assert found.rows > 48_000
    # Of our own time; the server's is apart and runs beside it.
    assert found.rows / (time.process_time() - cpu) > 25_000
    assert time.monotonic() - began < 30
