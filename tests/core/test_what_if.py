"""A draft that prices what front ends brought: only what a contract prices, a capture as the payment that it is, and
what was set aside in the limits of the kind that it is for."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core import contracts
from core.contracts import Limit, Term
from tests.front import Front
from tests.world import World

PAYMENT = Term("payment", "EUR", "percent", percent="3", payer="out_of")
TRANSFER = Term("transfer", "EUR", "fixed", fixed=25)


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def span(front: Front) -> tuple[datetime, datetime]:
    """Two payments, a hold taken in part and one given back, a refund, a transfer, a bonus, a redeem by bank."""
    began = datetime.now(UTC) - timedelta(seconds=1)
    payer, taker, shop = front.client(), front.client(), front.merchant()
    for each in (payer, taker):
        front.admin.execute(
            "update book.client set identification = 'approved', identified_until = '2100-01-01' where id = %s",
            (each.id,),
        )
    front.fund(payer, "1000")
    of: dict[str, Any] = {"from": payer.serials["EUR"], "to": shop.serials["EUR"]}
    first, _, held, back = front.run(
        {"do": "payment", "amount": "100.00", **of}, {"do": "payment", "amount": "50.00", **of},
        {"do": "hold", "amount": "40.00", **of}, {"do": "hold", "amount": "5.00", **of},
    )  # fmt: skip
    answers = front.run(
        {"do": "capture", "of": str(held["operation_id"]), "amount": "30.00"},
        {"do": "release", "of": str(back["operation_id"])},
        {"do": "refund", "of": str(first["operation_id"]), "amount": "10.00"},
        {"do": "transfer", "from": payer.serials["EUR"], "to": taker.serials["EUR"], "amount": "20.00"},
        {"do": "bonus_issue", "to": payer.serials["BONUS"], "amount": "7"},
        {"do": "bank_redeem", "from": payer.serials["EUR"], "amount": "15.00",
         "iban": "DE89370400440532013000", "payee": "Own Name"},
    )  # fmt: skip
    assert [each["status"] for each in answers] == ["done"] * 6, answers
    return began, datetime.now(UTC) + timedelta(seconds=1)


def test_only_what_a_contract_prices_is_there_and_a_capture_is_a_payment(
    front: Front, span: tuple[datetime, datetime]
) -> None:
    cfo = front.world.as_staff(front.world.make_staff("cfo"))
    answer = contracts.what_if(cfo, [PAYMENT, TRANSFER], [], None, span)
    assert answer is not None
    rows = {(each.kind, each.issuer): each for each in answer[0]}
    assert set(rows) == {("payment", "EUR"), ("transfer", "EUR"), ("bank_top_up", "EUR")}
    paid = rows["payment", "EUR"]
    assert (paid.pieces, paid.amount) == (3, 180_00)
    assert (paid.before, paid.after, paid.unpriced) == (3_60, 5_40, 0)
    sent = rows["transfer", "EUR"]
    assert (sent.pieces, sent.before, sent.after) == (1, 40, 25)


def test_what_was_set_aside_counts_in_the_limits_of_its_kind(
    front: Front, span: tuple[datetime, datetime]
) -> None:
    cfo = front.world.as_staff(front.world.make_staff("cfo"))
    limits = [
        Limit("payment", "EUR", "day", None, 3), Limit("bank_redeem", "EUR", "day", 10_00),
        Limit("transfer", "EUR", "day", 100_00),
    ]  # fmt: skip
    answer = contracts.what_if(cfo, [PAYMENT, replace(TRANSFER, fixed=0)], limits, None, span)
    assert answer is not None
    # Two payments and two holds, of which the fourth is above three; what then became of the holds counts no more.
    assert {(each.kind, each.period): each.refused for each in answer[1]} == {
        ("payment", "day"): 1, ("bank_redeem", "day"): 1,
    }  # fmt: skip


ZONES = ("Pacific/Auckland", "America/Los_Angeles", "UTC")
OLD = datetime(2024, 12, 15, tzinfo=UTC)
PAST = (
    "insert into vault.operation (kind, at, booked_on, issuer_id, amount, commission, version_id, client_id) "
    "values (%s, %s, '2024-12-15', 1, %s, 0, %s, %s) returning id"
)
ASIDE = (
    "insert into book.hold (operation_id, purpose, kind, client_id, coin_id, issuer_id, amount, commission, on_top, "
    "expires_at) values (%s, 'payment', 'payment', %s, %s, 1, %s, 0, 0, 'infinity')"
)


def test_the_limits_of_every_period_by_each_clients_own_days(front: Front) -> None:
    """A hundred days around a new year, with payments and holds among each other: as a model counts them, by one."""
    rng = random.Random(7)
    clients = [(front.client(), zone) for zone in ZONES for _ in range(2)]
    past: list[tuple[int, str, date, int]] = []
    with front.admin.transaction():
        front.admin.execute("set local session_replication_role = replica")
        for client, zone in clients:
            front.admin.execute("update book.client set time_zone = %s where id = %s", (zone, client.id))
        for _ in range(1500):
            # Ids grow with time, as they do in the books.
            at = OLD + timedelta(days=100) * (len(past) / 1500)
            client, zone = rng.choice(clients)
            amount, kind = rng.randrange(1, 200), rng.choice(["payment", "payment", "transfer", "hold"])
            values = (kind, at, amount, None if kind == "hold" else front.version, client.id)
            (made,) = front.admin.execute(PAST, values).fetchone() or (0,)
            if kind == "hold":
                coin = client.coins["EUR"]
                front.admin.execute(ASIDE, (made, client.id, coin, amount))
            on = at.astimezone(ZoneInfo(zone)).date()
            past.append((client.id, "payment" if kind == "hold" else kind, on, amount))
    limits = [
        Limit(kind, "EUR", *bounds)
        for kind in ("payment", "transfer")
        for bounds in (
            ("day", 150), ("week", 400, 5), ("month", 3000, 25), ("quarter", None, 50), ("year", 9500, 70),
            ("life", 12_000, 90),
        )
    ]  # fmt: skip
    cfo = front.world.as_staff(front.world.make_staff("cfo"))
    answer = contracts.what_if(cfo, [PAYMENT, TRANSFER], limits, None, (OLD, OLD + timedelta(days=101)))
    assert answer is not None
    counted = {(each.kind, each.period): each.refused for each in answer[1]}
    assert counted == {
        (each.operation_kind, each.period): above for each in limits if (above := _above(each, past))
    }
    assert len(counted) > 8, counted


def _above(limit: Limit, past: list[tuple[int, str, date, int]]) -> int:
    """How many pass it, one after the other."""
    begins = {
        "day": lambda on: on,
        "week": lambda on: on - timedelta(days=on.weekday()),
        "month": lambda on: (on.year, on.month),
        "quarter": lambda on: (on.year, (on.month - 1) // 3),
        "year": lambda on: on.year,
        "life": lambda _on: None,
    }[limit.period]
    used: dict[Any, list[int]] = {}
    above = 0
    for client, kind, on, amount in past:
        if kind != limit.operation_kind:
            continue
        sums = used.setdefault((client, begins(on)), [0, 0])
        sums[0], sums[1] = sums[0] + amount, sums[1] + 1
        above += sums[0] > (limit.amount or 10**9) or sums[1] > (limit.pieces or 10**9)
    return above
