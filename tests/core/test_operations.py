"""Every kind of operation: its postings as money.md has them, what refuses it, what many do to each other."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.front import Front
from tests.world import World

IBAN = "DE89370400440532013000"


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


def done(found: dict[str, Any]) -> int:
    """The number of an operation that was done."""
    assert found["status"] == "done", found
    return int(found["operation_id"])


def refused(found: dict[str, Any]) -> str:
    """The key of a refusal."""
    assert found["status"] == "refused", found
    return str(found["key"])


def transfer(giver: Any, taker: Any, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "do": "transfer",
        "from": giver.serials["EUR"],
        "to": taker.serials["EUR"],
        "amount": amount,
    } | more


def payment(giver: Any, taker: Any, amount: str, **more: Any) -> dict[str, Any]:
    return transfer(giver, taker, amount, **more) | {"do": "payment"}


def test_a_transfer_on_top(front: Front) -> None:
    a, b = front.client(), front.client()
    front.fund(a, "1000.00")
    number = done(front.run(transfer(a, b, "100.00"))[0])
    assert front.lines(number) == [("WALLET", "WALLET", 10000), ("WALLET", "COMMISSION", 200)]
    assert (front.has(a), front.has(b)) == (98000 - 10200, 10000)


@pytest.mark.parametrize(
    ("payer", "giver_pays", "taker_gets"), [("out_of", 1001, 981), ("shared", 1011, 991)]
)
def test_a_transfer_out_of_it_and_shared_the_odd_unit_to_the_payer(
    front: Front, payer: str, giver_pays: int, taker_gets: int
) -> None:
    a, b = front.client(), front.client()
    version = front.contract(f"Terms {uuid4()}")
    front.term(version, "transfer", "EUR", payer=payer, percent="2")
    front.fund(a, "100.00")
    front.assign_contract(a, version)
    # 2 percent of 10.01 is 20.02: 20 units, or 19 and a half each; of 9.50 it is 19, and the payer has 10 of them.
    amount = "10.01" if payer == "out_of" else "9.50"
    done(front.run(transfer(a, b, amount))[0])
    if payer == "shared":
        giver_pays, taker_gets = 950 + 10, 950 - 9
    assert (9800 - front.has(a), front.has(b)) == (giver_pays, taker_gets)


def test_a_payment_with_cashback_of_the_merchant_and_of_the_company(front: Front) -> None:
    for who, third in (
        ("merchant", ("WALLET", "CASHBACK_DUE", 300)),
        ("company", ("CASHBACK", "CASHBACK_DUE", 300)),
    ):
        a, shop = front.client(), front.merchant("3", paid_by=who)
        front.fund(a, "1000.00")
        number = done(front.run(payment(a, shop, "100.00"))[0])
        assert front.lines(number) == [("WALLET", "WALLET", 10000), ("WALLET", "COMMISSION", 200), third]


def test_cashback_keeps_within_its_cap_and_its_budget_also_within_one_batch(front: Front) -> None:
    a, shop = front.client(), front.merchant("10", cap=500, budget=1200, paid_by="company")
    front.fund(a, "1000.00")
    found = front.run(*(payment(a, shop, "100.00") for _ in range(4)))
    back = [sum(n for d, c, n in front.lines(done(one)) if c == "CASHBACK_DUE") for one in found]
    assert back == [500, 500, 200, 0]


def test_part_refunds_give_back_exactly_what_was_taken(front: Front) -> None:
    a, shop = front.client(), front.merchant("3")
    front.fund(a, "1000.00")
    before = front.has(a), front.has(shop), front.of_kind("COMMISSION"), front.of_kind("CASHBACK_DUE")
    number = done(front.run(payment(a, shop, "99.99"))[0])
    for amount in ("33.33", "0.01", "33.32"):
        done(front.run({"do": "refund", "of": str(number), "amount": amount})[0])
    done(front.run({"do": "refund", "of": str(number)})[0])
    assert (
        front.has(a),
        front.has(shop),
        front.of_kind("COMMISSION"),
        front.of_kind("CASHBACK_DUE"),
    ) == before
    assert refused(front.run({"do": "refund", "of": str(number), "amount": "0.01"})[0]) == "refund.above"


def test_a_refund_keeps_the_commission_where_the_term_says_so(front: Front) -> None:
    version = front.contract(f"Terms {uuid4()}")
    front.term(version, "payment", "EUR", payer="out_of", percent="2")
    a, shop = front.client(), front.merchant()
    front.admin.execute("alter table book.contract_term disable trigger append_only")
    front.admin.execute("update book.contract_term set refund = 'keep' where version_id = %s", (version,))
    front.admin.execute("alter table book.contract_term enable always trigger append_only")
    front.fund(a, "200.00")
    front.fund(shop, "10.00")
    front.assign_contract(shop, version)
    number = done(front.run(payment(a, shop, "100.00"))[0])
    back = done(front.run({"do": "refund", "of": str(number)})[0])
    assert front.lines(back) == [("WALLET", "WALLET", 10000)]


def test_an_exchange_at_its_offer(front: Front) -> None:
    a, office = front.client(), front.office("0.9")
    front.fund(a, "500.00", "USD")
    line = {"do": "exchange", "from": a.serials["USD"], "to": a.serials["EUR"]}
    number = done(front.run(line | {"quote": front.quote(office, 10000)})[0])
    assert front.lines(number) == [
        ("WALLET", "WALLET", 10000),
        ("WALLET", "COMMISSION", 200),
        ("WALLET", "WALLET", 9000),
    ]
    assert (front.has(a, "USD"), front.has(a)) == (49000 - 10200, 9000)
    assert refused(front.run(line | {"quote": front.quote(office, 10000, valid_s=0)})[0]) == "quote.expired"
    assert refused(front.run(line | {"quote": str(uuid4())})[0]) == "quote.not_found"
    offer = front.quote(office, 100)
    assert [x["status"] for x in front.run(line | {"quote": offer}, line | {"quote": offer})] == [
        "done",
        "refused",
    ]
    other = front.client()
    wrong = line | {"to": other.serials["EUR"], "quote": front.quote(office, 100)}
    assert refused(front.run(wrong)[0]) == "exchange.other_client"


def test_a_mass_payment_and_what_cannot_be_taken_goes_back(front: Front) -> None:
    a, b, c = front.client(), front.client(), front.client()
    front.fund(a, "1000.00")
    front.admin.execute("update book.client set blocked = true where id = %s", (c.id,))
    before = front.has(a)
    items = [{"to": b.serials["EUR"], "amount": "100.00"}, {"to": c.serials["EUR"], "amount": "50.00"}]
    found = front.run({"do": "mass_payment", "from": a.serials["EUR"], "items": items})[0]
    assert front.lines(done(found)) == [("WALLET", "BATCH", 15300)]
    assert front.lines(found["items"][0]["operation_id"]) == [
        ("BATCH", "WALLET", 10000),
        ("BATCH", "COMMISSION", 200),
    ]
    assert found["items"][1]["failure"] == "client.blocked"
    assert front.lines(found["items"][1]["operation_id"]) == [("BATCH", "WALLET", 5100)]
    assert (before - front.has(a), front.has(b), front.of_kind("BATCH")) == (10200, 10000, 0)
    wrong = front.run(
        {"do": "mass_payment", "from": a.serials["EUR"], "items": [items[0], {"to": "nobody", "amount": "1"}]}
    )
    assert refused(wrong[0]) == "coin.not_found"
    assert wrong[0]["params"]["item"] == 2


def test_a_mass_payment_over_a_limit_waits_whole_though_a_part_would_go_back(front: Front) -> None:
    a, b, c = front.client(), front.client(), front.client()
    front.fund(a, "100.00")
    front.admin.execute("update book.client set blocked = true where id = %s", (c.id,))
    version = front.contract("Few at once")
    front.term(version, "mass_payment", "EUR", percent="2")
    front.limit(version, "mass_payment", "EUR", "operation", amount=1000)
    front.assign_contract(a, version)
    items = [{"to": b.serials["EUR"], "amount": "10.00"}, {"to": c.serials["EUR"], "amount": "5.00"}]
    found = front.run({"do": "mass_payment", "from": a.serials["EUR"], "items": items})[0]
    assert found["status"] == "limited", found
    assert front.held(a) == 1530
    commission = "select commission from book.application where id = %s"
    assert front.one(commission, found["application_id"]) == 30
    small = front.run({"do": "mass_payment", "from": a.serials["EUR"], "items": items[1:]})[0]
    assert (small["status"], small["commission"]) == ("done", 0)


def test_hold_capture_and_release(front: Front) -> None:
    a, shop = front.client(), front.merchant()
    front.fund(a, "100.00")
    line = payment(a, shop, "50.00") | {"do": "hold"}
    first, second = (done(one) for one in front.run(line, payment(a, shop, "40.00") | {"do": "hold"}))
    assert front.lines(first) == [("WALLET", "HOLD", 5000)]
    assert (front.has(a), front.held(a)) == (800, 9000)
    assert refused(front.run({"do": "capture", "of": str(first), "amount": "50.01"})[0]) == "capture.above"
    taken = done(front.run({"do": "capture", "of": str(first), "amount": "30.00"})[0])
    assert front.lines(taken) == [
        ("HOLD", "WALLET", 3000),
        ("WALLET", "COMMISSION", 60),
        ("HOLD", "WALLET", 2000),
    ]
    given = done(front.run({"do": "release", "of": str(second)})[0])
    assert front.lines(given) == [("HOLD", "WALLET", 4000)]
    assert (front.has(a), front.held(a)) == (6800, 0)
    for act in ("capture", "release"):
        assert refused(front.run({"do": act, "of": str(first)})[0]) == "hold.wrong_state"


def test_a_bonus_is_issued_unbacked_and_only_in_bonus_units(front: Front) -> None:
    a = front.client()
    number = done(front.run({"do": "bonus_issue", "to": a.serials["BONUS"], "amount": "7"})[0])
    assert front.lines(number) == [("UNBACKED", "WALLET", 7)]
    assert (
        refused(front.run({"do": "bonus_issue", "to": a.serials["EUR"], "amount": "7"})[0])
        == "issuer.not_bonus"
    )


@pytest.mark.parametrize("kind", ["transfer", "payment", "bonus_issue", "exchange"])
def test_a_reversal_writes_the_lines_the_other_way_once(front: Front, kind: str) -> None:
    a, b, shop, office = front.client(), front.client(), front.merchant("3"), front.office()
    front.fund(a, "1000.00")
    front.fund(a, "1000.00", "USD")
    line = {
        "transfer": transfer(a, b, "10.00"),
        "payment": payment(a, shop, "10.00"),
        "bonus_issue": {"do": "bonus_issue", "to": a.serials["BONUS"], "amount": "5"},
        "exchange": {
            "do": "exchange",
            "from": a.serials["USD"],
            "to": a.serials["EUR"],
            "quote": front.quote(office, 1000),
        },
    }[kind]
    before = [front.has(a, unit) for unit in ("EUR", "USD", "BONUS")]
    number = done(front.run(line)[0])
    back = done(front.run({"do": "reversal", "of": str(number)})[0])
    assert front.lines(back) == [(credit, debit, n) for debit, credit, n in reversed(front.lines(number))]
    assert [front.has(a, unit) for unit in ("EUR", "USD", "BONUS")] == before
    assert refused(front.run({"do": "reversal", "of": str(number)})[0]) == "operation.reversed"
    assert refused(front.run({"do": "refund", "of": str(number)})[0]) == "operation.reversed"


@pytest.mark.parametrize(
    ("what", "unit", "shut", "done_"),
    [("exchange", "EUR", "outgoing", False), ("exchange", "EUR", "incoming", True),
     ("exchange", "USD", "incoming", False), ("exchange", "USD", "outgoing", True),
     ("bonus_issue", "BONUS", "outgoing", False), ("bonus_issue", "BONUS", "incoming", True)],
)  # fmt: skip
def test_a_reversal_takes_out_of_no_coin_that_nothing_goes_out_of(
    front: Front, what: str, unit: str, shut: str, done_: bool
) -> None:
    a, office = front.client(), front.office()
    front.fund(a, "1000.00", "USD")
    line = {"do": "bonus_issue", "to": a.serials["BONUS"], "amount": "5"}
    if what == "exchange":
        line = {
            "do": what,
            "from": a.serials["USD"],
            "to": a.serials["EUR"],
            "quote": front.quote(office, 1000),
        }
    number = done(front.run(line)[0])
    front.admin.execute(f"update book.coin set {shut} = false where id = %s".encode(), (a.coins[unit],))
    found = front.run({"do": "reversal", "of": str(number)})[0]
    assert found["status"] == "done" if done_ else refused(found) == "coin.blocked"


def test_redeem_requests_set_aside_what_they_will_take(front: Front) -> None:
    a = front.client()
    front.fund(a, "100.00")
    cash, bank = front.run(
        {"do": "cash_redeem", "from": a.serials["EUR"], "amount": "20.00"},
        {"do": "bank_redeem", "from": a.serials["EUR"], "amount": "30.00", "iban": IBAN, "payee": "Own Name"},
    )
    assert front.lines(done(cash)) == [("WALLET", "HOLD", 2020)]
    assert front.lines(done(bank)) == [("WALLET", "HOLD", 3060)]
    assert (front.has(a), front.held(a)) == (9800 - 5080, 5080)
    states = front.admin.execute(
        "select kind, state, amount, commission, on_top, iban from book.redeem_request where client_id = %s "
        "order by id",
        (a.id,),
    ).fetchall()
    assert states == [("cash", "pending", 2000, 20, 20, None), ("bank", "pending", 3000, 60, 60, IBAN)]
    done(front.run({"do": "redeem_cancel", "of": str(cash["operation_id"])})[0])
    assert (front.has(a), front.held(a)) == (9800 - 3060, 3060)
    again = front.run({"do": "redeem_cancel", "of": str(cash["operation_id"])})[0]
    assert refused(again) == "redeem.wrong_state"


@pytest.mark.parametrize(
    ("iban", "payee", "key"),
    [("DE89370400440532013001", "A B", "iban.invalid"), ("", "A B", "iban.invalid"), (IBAN, " ", "payee.invalid"),
     # Right by their check digits, and not of that length; a country that the registry does not know has none.
     ("DE41370400440532013", "A B", "iban.length"), ("DE6537040044053201300012", "A B", "iban.length"),
     ("AO7600600006000004", " ", "payee.invalid"), (IBAN, "A" * 141, "payee.invalid"),
     (IBAN, "A\u202eB", "payee.invalid")],
)  # fmt: skip
def test_a_redeem_by_bank_needs_a_right_account_and_a_name(
    front: Front, iban: str, payee: str, key: str
) -> None:
    a = front.client()
    line = {"do": "bank_redeem", "from": a.serials["EUR"], "amount": "1", "iban": iban, "payee": payee}
    assert refused(front.run(line)[0]) == key


@pytest.mark.parametrize(
    ("amount", "key"),
    [("1.001", "amount.too_many_digits"), ("-1", "amount.negative"), ("0.00", "amount.zero"),
     ("1e3", "amount.not_number"), ("1" + "0" * 30, "amount.too_large"), ("", "amount.not_number"),
     ("ten", "amount.not_number"), (None, "amount.empty")],
)  # fmt: skip
def test_what_is_no_amount_is_refused_and_not_rounded(front: Front, amount: str | None, key: str) -> None:
    a, b = front.client(), front.client()
    front.fund(a, "10.00")
    assert refused(front.run(transfer(a, b, amount))[0]) == key  # type: ignore[arg-type]
    assert front.has(b) == 0


def test_each_line_stands_alone_and_later_ones_see_what_earlier_ones_did(front: Front) -> None:
    a, b, c = front.client(), front.client(), front.client()
    front.fund(a, "100.00")  # 98.00 after commission
    found = front.run(
        transfer(a, b, "90.00"), transfer(a, b, "90.00"), transfer(b, c, "80.00"), transfer(c, a, "78.43"),
        transfer(a, b, "80.00"),
    )  # fmt: skip
    assert [one["status"] for one in found] == ["done", "refused", "done", "done", "done"]
    assert found[1]["params"] == {"available": 620, "needed": 9180, "issuer": "EUR"}
    front.assert_right()


def test_lines_name_each_other_by_their_keys(front: Front) -> None:
    a, shop = front.client(), front.merchant()
    front.fund(a, "100.00")
    paid, held = str(uuid4()), str(uuid4())
    found = front.run(
        payment(a, shop, "10.00", key=paid), {"do": "refund", "of": paid, "amount": "4.00"},
        {"do": "refund", "of": paid, "amount": "4.00"}, {"do": "refund", "of": paid, "amount": "4.00"},
        payment(a, shop, "5.00", key=held) | {"do": "hold"}, {"do": "capture", "of": held},
    )  # fmt: skip
    assert [one["status"] for one in found] == ["done", "done", "done", "refused", "done", "done"]
    assert found[3]["params"]["left"] == 200


def test_a_key_is_answered_once_and_only_for_its_own_content(front: Front) -> None:
    a, b = front.client(), front.client()
    front.fund(a, "100.00")
    line = transfer(a, b, "1.00", key=str(uuid4()))
    first, second, other = front.run(line, line, line | {"amount": "2.00"})
    assert (done(first), second["status"]) == (second["operation_id"], "repeated")
    assert refused(other) == "key.reused"
    assert front.run(line)[0]["operation_id"] == first["operation_id"]
    assert front.has(b) == 100
    assert refused(front.run(transfer(a, b, "1.00", key="x"))[0]) == "key.missing"


def test_a_broken_limit_waits_with_a_hold_and_counts_nothing(front: Front) -> None:
    a, b = front.client(), front.client()
    version = front.contract(f"Terms {uuid4()}")
    front.term(version, "transfer", "EUR", percent="2")
    front.limit(version, "transfer", "EUR", "day", amount=15000, pieces=3)
    front.fund(a, "1000.00")
    front.assign_contract(a, version)
    found = front.run(
        transfer(a, b, "100.00"), transfer(a, b, "50.01"), transfer(a, b, "50.00"), transfer(a, b, "0.01")
    )
    assert [one["status"] for one in found] == ["done", "limited", "done", "limited"]
    rows = front.admin.execute(
        "select kind, state, period, measure, amount, limit_value, used_value, excess from book.application "
        "where client_id = %s order by id", (a.id,)
    ).fetchall()  # fmt: skip
    assert rows == [
        ("transfer", "limited", "day", "amount", 5001, 15000, 10000, 1),
        ("transfer", "limited", "day", "amount", 1, 15000, 15000, 1),
    ]
    assert front.held(a) == 5001 + 100 + 1
    assert front.run(transfer(a, b, "50.01"), limited=False)[0]["status"] == "done"
    front.assert_right()


def test_money_that_comes_in_over_a_limit_waits_without_a_hold(front: Front) -> None:
    a = front.client()
    version = front.contract(f"Terms {uuid4()}")
    front.term(version, "bank_top_up", "EUR", percent="0")
    front.limit(version, "bank_top_up", "EUR", "operation", amount=1000)
    front.assign_contract(a, version)
    found = front.run({"do": "bank_top_up", "to": a.serials["EUR"], "amount": "10.01"})[0]
    assert found["status"] == "limited"
    assert (
        front.has(a),
        front.one("select hold_id from book.application where id = %s", found["application_id"]),
    ) == (0, None)


@pytest.mark.parametrize(
    ("change", "key"),
    [("update book.client set blocked = true where id = %(client)s", "client.blocked"),
     ("update book.client set active = false where id = %(client)s", "client.inactive"),
     ("update book.coin set outgoing = false where id = %(coin)s", "coin.blocked"),
     ("update book.coin set out_blocked_until = 'infinity' where id = %(coin)s", "coin.blocked"),
     ("update book.coin set closed = true where id = %(coin)s", "coin.closed")],
)  # fmt: skip
def test_who_or_what_is_blocked_pays_nothing(front: Front, change: str, key: str) -> None:
    a, b = front.client(), front.client()
    front.fund(a, "10.00")
    front.admin.execute(change.encode(), {"client": a.id, "coin": a.coins["EUR"]})
    assert refused(front.run(transfer(a, b, "1.00"))[0]) == key


def test_a_block_that_is_past_does_not_hold(front: Front) -> None:
    a, b = front.client(), front.client()
    front.fund(a, "10.00")
    front.admin.execute(
        "update book.coin set out_blocked_until = now() - interval '1 s' where id = %s", (a.coins["EUR"],)
    )
    done(front.run(transfer(a, b, "1.00"))[0])


@pytest.mark.parametrize(
    ("line", "key"),
    [({"do": "fly"}, "do.unknown"), ({}, "do.unknown"), ({"do": "refund", "of": "999999"}, "operation.not_found"),
     ({"do": "release", "of": "x"}, "operation.not_found"), ({"do": "mass_payment"}, "coin.not_found"),
     ({"do": "exchange"}, "quote.not_found"), ({"do": "transfer"}, "coin.not_found")],
)  # fmt: skip
def test_what_cannot_be_done_says_why(front: Front, line: dict[str, Any], key: str) -> None:
    assert refused(front.run(line)[0]) == key


def test_a_merchant_is_paid_and_a_person_is_sent_to(front: Front) -> None:
    a, b, shop = front.client(), front.client(), front.merchant()
    front.fund(a, "10.00")
    assert refused(front.run(payment(a, b, "1.00"))[0]) == "coin.not_merchant"
    assert refused(front.run(transfer(a, shop, "1.00"))[0]) == "coin.merchant"
    assert refused(front.run(transfer(a, a, "1.00"))[0]) == "coin.same"
    unit = transfer(a, b, "1.00") | {"to": b.serials["USD"]}
    assert refused(front.run(unit)[0]) == "issuer.mismatch"


def test_cashback_is_paid_when_its_day_has_come_and_clawed_back_from_who_got_it(front: Front) -> None:
    a, shop, late = front.client(), front.merchant("3"), front.merchant("3", hold_days=5)
    front.fund(a, "1000.00")
    now, later = (done(one) for one in front.run(payment(a, shop, "100.00"), payment(a, late, "100.00")))
    done(front.run({"do": "refund", "of": str(now), "amount": "50.00"})[0])
    before = front.has(a)
    due = front.db(front.intake).call("due_run")
    assert due["cashback"] >= 1
    assert front.has(a) == before + 150
    paid = front.admin.execute(
        "select o.kind, d.paid_operation_id is not null from book.cashback_due d left join vault.operation o "
        "on o.id = d.paid_operation_id where d.operation_id in (%s, %s) order by d.operation_id", (now, later)
    ).fetchall()  # fmt: skip
    assert paid == [("cashback_payout", True), (None, False)]
    back = done(front.run({"do": "refund", "of": str(now)})[0])
    assert ("WALLET", "WALLET", 150) in front.lines(back)
    assert refused(front.run({"do": "reversal", "of": str(now)})[0]) == "reversal.refunded"


def test_who_is_blocked_holds_up_nobody_elses_cashback(front: Front) -> None:
    a, b, shop = front.client(), front.client(), front.merchant("3")
    pay = "cashback_pay({system}, clock_timestamp(), 1)"
    while front.rule(pay):
        pass
    for one in (a, b):
        front.fund(one, "500.00")
        done(front.run(payment(one, shop, "100.00"))[0])
    front.admin.execute("update book.client set blocked = true where id = %s", (a.id,))
    assert (front.rule(pay), front.rule(pay)) == (1, 0)
    assert (front.has(a), front.has(b)) == (390_00, 393_00)
    front.admin.execute("update book.client set blocked = false where id = %s", (a.id,))
    assert (front.rule(pay), front.has(a)) == (1, 393_00)


def test_a_hold_whose_price_is_gone_is_not_taken_for_nothing(front: Front) -> None:
    a, shop = front.client(), front.merchant()
    version = front.contract(f"Terms {uuid4()}")
    front.term(version, "payment", "EUR", payer="out_of", percent="2")
    front.fund(a, "100.00")
    front.assign_contract(a, version)
    front.assign_contract(shop, version)
    held = done(front.run(payment(a, shop, "50.00") | {"do": "hold"})[0])
    with front.admin.transaction(force_rollback=True):
        front.admin.execute("alter table book.contract_term disable trigger all")
        gone = front.admin.execute("delete from book.contract_term where version_id = %s", (version,))
        assert gone.rowcount > 0
        for line in ({}, {"amount": "20.00"}):
            assert refused(front.run({"do": "capture", "of": str(held), **line})[0]) == "term.missing"
    assert done(front.run({"do": "capture", "of": str(held)})[0])


def test_a_hold_that_nobody_captured_goes_back(front: Front) -> None:
    a, shop = front.client(), front.merchant()
    front.fund(a, "100.00")
    held = done(front.run(payment(a, shop, "50.00") | {"do": "hold"})[0])
    front.admin.execute("update book.hold set expires_at = now() where operation_id = %s", (held,))
    assert refused(front.run({"do": "capture", "of": str(held)})[0]) == "hold.expired"
    assert front.db(front.intake).call("due_run")["holds"] == 1
    assert (front.has(a), front.held(a)) == (9800, 0)
    assert front.db(front.intake).call("due_run")["holds"] == 0
