"""The line cut at every protocol message while redeem requests are decided and paid: nothing is lost or doubled."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from uuid import uuid4

import pytest

from core import redeem
from core.redeem import Approve, End, Pay
from tests.faults.message_proxy import MessageProxy
from tests.faults.test_cuts import POINTS, Careful, Kill, cut, stall, through
from tests.front import Front
from tests.server import Server
from tests.world import World


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[MessageProxy]:
    made = MessageProxy(server)
    yield made
    made.close()


def test_every_message_of_approving_ending_and_paying(
    proxy: MessageProxy, world: World, front: Front
) -> None:
    careful = Careful(proxy, front)
    desk, cashier = front.till(eur=10_000_00)
    day = front.start(cashier, desk)
    till, office = through(proxy, world, cashier), through(proxy, world, front.accountant())
    client = front.client()
    front.fund(client, "20000.00")

    def asked(kind: str) -> int:
        line = {"do": f"{kind}_redeem", "from": client.serials["EUR"], "amount": "10.00"}
        if kind == "bank":
            line |= {"iban": "DE89370400440532013000", "payee": "Own Name"}
        return int(front.run(line, limited=False)[0]["redeem_id"])

    with world.server.admin(world.database) as admin:
        rounds = list(itertools.product(POINTS, (cut, stall, Kill(admin))))
        for (way, at), act in rounds:
            break_ = (way, at, act)
            paid, sent, ended, gone = asked("cash"), asked("bank"), asked("cash"), asked("cash")
            careful.act(redeem.approve, office, Approve(uuid4(), (paid, sent, ended)), break_)
            careful.act(redeem.cancel, office, End(uuid4(), ended, "never came"), break_)
            careful.act(redeem.decline, office, End(uuid4(), gone, "not today"), break_)
            careful.act(redeem.pay, till, Pay(uuid4(), day, paid, "passport AB12", {1000: 1}), break_)
            states = [
                front.one("select state from book.redeem_request where id = %s", each)
                for each in (paid, sent, ended, gone)
            ]
            assert states == ["paid", "approved", "cancelled", "declined"]
    till.close()
    office.close()
    times = len(rounds)
    # 10.00 and 0.10 by cash, 10.00 and 0.20 by bank, each once; what was ended is back.
    assert front.has(client) == 19_600_00 - times * (10_10 + 10_20)
    assert (front.held(client), front.of_kind("PAYOUT")) == (0, times * 10_00)
    assert front.cash(desk)["EUR"] == 10_000_00 - times * 10_00
    assert careful.tally.cuts >= 130
    assert careful.tally.found_done >= 20
    assert careful.tally.found_void >= 20
    front.assert_right()
