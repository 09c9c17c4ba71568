"""A draft that prices what front ends brought: only what a contract prices, a capture as the payment that it is, and
what was set aside in the limits of the kind that it is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

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
