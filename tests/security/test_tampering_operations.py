"""What a superuser can do to client operations and to what is kept beside them, and that the audit finds it.

The books of a day with every kind of operation, and requests, applications and bank lines in every state that they can
rest in; each case bends them in a transaction that is rolled back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import anti_fraud, audit, bank, cash_desk, redeem
from core.anti_fraud import Uplift
from core.errors import Busy
from core.redeem import Approve, End, Pay
from tests.banking import Banking
from tests.books import Books, Wallet
from tests.company import SYSTEM, Client
from tests.front import Answer, Front
from tests.security.test_tampering import House, bend, plain, rewrite
from tests.statements import credit, debit
from tests.world import World

Admin = psycopg.Connection[Any]
IBAN = "DE89370400440532013000"
WHY = "Seen the contract of sale"
TABLES = ("vault.operation", "vault.posting")


@pytest.fixture(scope="module")
def front(world: World) -> Banking:
    return Banking(world)


@pytest.fixture(scope="module")
def house(front: Banking) -> House:
    _lines(front)
    _requests(front)
    _applications(front)
    front.assert_right()
    return House(front.admin, audit.checkpoint(front.admin))


def line(do: str, giver: Client, taker: Client, amount: str, **more: Any) -> Answer:
    return {"do": do, "from": giver.serials["EUR"], "to": taker.serials["EUR"], "amount": amount} | more


def _lines(front: Banking) -> None:
    """What front ends hand in: each kind of line; cashback promised, paid, taken back; a part refunded, captured."""
    a, b, shut = front.client(), front.client(), front.client()
    shop, company = front.merchant("3"), front.merchant("3", paid_by="company", budget=100_000)
    later = front.merchant("3", hold_days=9)
    office = Front.office(front)
    for each in (a, b):
        front.fund(each, "1000.00")
    front.fund(a, "500.00", "USD")
    front.admin.execute("update book.coin set incoming = false where client_id = %s", (shut.id,))
    paid, taken, kept, waits, undone = (str(uuid4()) for _ in range(5))
    items = [{"to": each.serials["EUR"], "amount": "5.00"} for each in (b, shut, shop)]
    exchange = {"do": "exchange", "from": a.serials["USD"], "to": a.serials["EUR"]}
    asked = [
        line("transfer", a, b, "10.00"), line("transfer", a, b, "11.00", key=kept),
        line("payment", a, shop, "100.00", key=paid), line("payment", b, company, "50.00"),
        line("payment", a, later, "30.00"), {"do": "refund", "of": paid, "amount": "20.00"},
        {"do": "refund", "of": paid, "amount": "10.00"}, line("hold", a, shop, "40.00", key=taken),
        {"do": "capture", "of": taken, "amount": "25.00"}, line("hold", b, shop, "15.00", key=waits),
        line("hold", b, shop, "16.00"), {"do": "release", "of": waits}, {"do": "reversal", "of": kept},
        line("payment", b, shop, "12.00", key=undone), {"do": "reversal", "of": undone},
        {"do": "mass_payment", "from": a.serials["EUR"], "items": items},
        {"do": "bonus_issue", "to": a.serials["BONUS"], "amount": "7"}, exchange | {"quote": front.quote(office, 1000)},
        line("hold", b, shop, "3.00"),
    ]  # fmt: skip
    found = front.run(*asked)
    assert {one["status"] for one in found} == {"done"}, found
    assert [set(item) for item in found[15]["items"]] == [
        {"operation_id"}, {"operation_id", "failure"}, {"operation_id"}]  # fmt: skip
    front.admin.execute(
        "update book.hold set expires_at = clock_timestamp() where id = %s", (found[18]["hold_id"],)
    )
    due = front.db(front.intake).call("due_run")
    assert (due["cashback"], due["holds"]) == (3, 1)
    front.run({"do": "refund", "of": paid, "amount": "5.00"})  # of cashback that was paid


def _requests(front: Banking) -> None:
    """Redeem requests by cash and by bank, each as far as a request can come."""
    client, decider = front.rich("2000.00"), front.office()
    desk, cashier = front.till()
    day = front.start(cashier, desk)
    line = {"do": "cash_redeem", "from": client.serials["EUR"], "amount": "20.00"}
    _, waits, pays, ends, late, back = (int(one["redeem_id"]) for one in front.run(*[line] * 6))
    redeem.approve(decider, Approve(uuid4(), (waits, pays)))
    redeem.pay(front.db(cashier), Pay(uuid4(), day, pays, "passport AB12", {2000: 1}))
    redeem.decline(decider, End(uuid4(), ends, "Not before Monday"))
    front.admin.execute("update book.redeem_request set expires_at = now() where id = %s", (late,))
    assert front.rule(f"redeem_due({SYSTEM}, clock_timestamp())") == 1
    held = front.one(
        "select h.operation_id from book.hold h join book.redeem_request r on r.hold_id = h.id where r.id = %s",
        back,
    )
    assert front.run({"do": "redeem_cancel", "of": held})[0]["status"] == "done"
    _, approved, wrong, *at_bank = (
        front.request(client, f"{amount}.00") for amount in (30, 31, 29, 32, 33, 34, 35)
    )
    sent, settled, came_back, of_less = at_bank
    redeem.approve(decider, Approve(uuid4(), (approved, wrong, *at_bank)))
    redeem.cancel(decider, End(uuid4(), wrong, "The wrong one"))
    bank.make_payment_file(decider, uuid4(), front.account, [sent, settled])
    bank.make_payment_file(decider, uuid4(), front.account, [came_back, of_less])
    ends = [f"BOCLI-{number}" for number in at_bank]
    taken = front.take(
        decider, debit(33_00, end_to_end_id=ends[1]), debit(34_00, end_to_end_id=ends[2]),
        debit(35_00, end_to_end_id=ends[3]), credit(34_00, end_to_end_id=ends[2], reason="AC04"),
        credit(33_50, end_to_end_id=ends[3]), debit(1_50, text="fee"), credit(77_00, text="whose?"),
        credit(78_00, text="theirs"),
    )  # fmt: skip
    assert taken.states == (
        "settled", "settled", "settled", "recredited", "differs", "unmatched", "unallocated", "unallocated",
    )  # fmt: skip
    bank.decide_line(decider, uuid4(), front.line(taken, 5)["id"], yes=True, reason="their bank kept its fee")
    bank.match_receipt(decider, uuid4(), front.line(taken, 8)["id"], client.serials["EUR"])
    found = front.admin.execute("select kind, state from book.redeem_request order by kind, state").fetchall()
    assert found == [
        ("bank", "approved"), ("bank", "cancelled"), ("bank", "pending"), ("bank", "recredited"),
        ("bank", "recredited"), ("bank", "settled"), ("bank", "submitted"), ("cash", "approved"), ("cash", "cancelled"),
        ("cash", "declined"), ("cash", "expired"), ("cash", "paid"), ("cash", "pending"),
    ]  # fmt: skip


def _applications(front: Banking) -> None:
    """Applications of front ends, of a desk and of the bank's money, each as far as one can come."""
    version = front.contract("Limited")
    for kind in ("transfer", "bank_top_up", "cash_top_up", "cash_withdrawal"):
        front.term(version, kind, "EUR", payer="out_of" if kind == "bank_top_up" else "on_top", percent="1")
        front.limit(version, kind, "EUR", "operation", amount=10_000)
    poor, gone, taker = front.client(), front.client(), front.client()
    front.fund(poor, "5000.00")
    front.assign_contract(poor, version)
    withdrawn = line("transfer", poor, taker, "200.00", key=str(uuid4()))
    lines = [line("transfer", poor, other, "200.00") for other in (taker, taker, taker, gone, taker, taker)]
    _, held, done, fails, rejected, late = (int(one["application_id"]) for one in front.run(*lines))
    back = front.run(withdrawn, {"do": "application_withdraw", "of": withdrawn["key"]})
    assert [one["status"] for one in back] == ["limited", "done"]
    front.admin.execute("update book.client set blocked = true where id = %s", (gone.id,))
    specialist = front.db(front.world.make_staff("anti_fraud"))
    wallet = Wallet(poor.id, poor.coins["EUR"], "EUR")
    desk, cashier = front.till(eur=20_000_00)
    day = front.start(cashier, desk)
    at_desk = [Books.take(front, cashier, day, wallet, 20_000).application_id for _ in range(2)]
    front.limited(cashier, day, wallet, 20_000)
    receipts = front.take(front.office(), credit(201_00), credit(202_00))
    matched = [
        bank.match_receipt(front.office(), uuid4(), front.line(receipts, at)["id"], poor.serials["EUR"])
        for at in (1, 2)
    ]
    for number in (held, done, fails, rejected, *at_desk, matched[0].application_id):
        assert number is not None
        anti_fraud.take(specialist, uuid4(), number)
    for number, state in ((done, "processed"), (fails, "failed"), (matched[0].application_id, "processed")):
        assert anti_fraud.approve(specialist, uuid4(), number or 0, WHY, Uplift()).state == state
    for number in at_desk:
        assert anti_fraud.approve(specialist, uuid4(), number, WHY, Uplift()).state == "approved"
    assert isinstance(Books.take(front, cashier, day, wallet, 20_000), cash_desk.Receipt)
    anti_fraud.reject(specialist, uuid4(), rejected, WHY)
    front.admin.execute("update book.application set expires_at = now() where id = %s", (late,))
    assert front.rule(f"anti_fraud_due({SYSTEM}, clock_timestamp(), 10)") == 1
    found = front.admin.execute("select kind, state from book.application order by kind, state").fetchall()
    assert found == [
        ("bank_top_up", "limited"), ("bank_top_up", "processed"), ("cash_top_up", "limited"),
        ("cash_withdrawal", "approved"), ("cash_withdrawal", "processed"), ("transfer", "expired"),
        ("transfer", "failed"), ("transfer", "limited"), ("transfer", "processed"), ("transfer", "rejected"),
        ("transfer", "taken"), ("transfer", "withdrawn"),
    ]  # fmt: skip


PAYMENT = "(select min(id) from vault.operation where kind = 'payment')"
REFUND = "(select min(id) from vault.operation where kind = 'refund')"
TRANSFER = "(select min(id) from vault.operation where kind = 'transfer')"
MOST = 2**63 - 1
BONUS = "(select min(id) from vault.operation where kind = 'bonus_issue')"
BATCH = "(select batch_id from vault.operation where kind = 'mass_payment')"
ACTIVE = "(select min(id) from book.hold where state = 'active' and purpose = 'payment')"
FROM_NOTHING = (
    "select vault.post(row(o.actor_id, null, 'x', 'intake', null)::auth.actor, clock_timestamp(), 'system', {kind}, "
    "o.booked_on, o.issuer_id, 5000::bigint, 0::bigint, null, null::bigint, o.client_id, o.coin_id, null::bigint, "
    "'{{}}'::jsonb, array[{debit}], array[{credit}], array[5000::bigint]) from vault.operation o "
    "join book.coin c on c.id = o.coin_id where o.kind = 'transfer' order by o.id limit 1"
)


# The thief has the database's own function; only their search path is another.
DIGESTS = (
    "set local search_path = pg_catalog, vault, pg_temp; update vault.log l set after = after || "
    "jsonb_build_object('digest', vault.batch_digest(l.entity_id::bigint, (l.after ->> 'first')::bigint, "
    "(l.after ->> 'last')::bigint)) where entity = 'batch'"
)


def account(kind: str) -> str:
    return f"(select min(a.id) from vault.account a where a.kind = '{kind}' and a.issuer_id = o.issuer_id)"


#: What is done → the kinds of findings of which each must come up.
FOUND: dict[str, tuple[Callable[[Admin], None], set[str]]] = {
    "a posting's amount in a batch": (
        bend(f"update vault.posting set amount = amount + 1 where operation_id = {TRANSFER}", "vault.posting"),
        {"batch_changed", "balance_wrong"},
    ),
    "a balance after, in a batch": (
        bend(
            f"update vault.posting set credit_after = credit_after + 1 where operation_id = {TRANSFER} and line = 1",
            "vault.posting",
        ),
        {"batch_changed", "balance_after_wrong"},
    ),
    "a note in a batch": (
        bend(
            f"update vault.operation set details = '{{\"note\": \"other\"}}' where id = {TRANSFER}",
            "vault.operation",
        ),
        {"batch_changed"},
    ),
    "who is paid, in a batch": (
        bend(
            f"update vault.operation set counter_client_id = client_id where id = {TRANSFER}", "vault.operation"
        ),
        {"batch_changed"},
    ),
    "who did it, in a batch": (
        bend(f"update vault.operation set actor_id = null where id = {TRANSFER}", "vault.operation"),
        {"batch_changed", "key_wrong"},
    ),
    "a batch moved in time": (
        bend(
            f"update vault.operation set at = at + interval '1 microsecond' where batch_id = {BATCH}",
            "vault.operation",
        ),
        {"batch_changed"},
    ),
    "an operation taken out of a batch, with its postings": (
        bend(
            f"create temp table gone as select {TRANSFER} as id; "
            "delete from vault.posting p using gone g where p.operation_id = g.id; "
            "delete from vault.operation o using gone g where o.id = g.id; drop table gone",
            *TABLES,
        ),
        {"batch_changed", "balance_wrong", "roll_up_wrong", "limit_wrong", "key_wrong"},
    ),
    "an operation put into a batch": (
        bend(
            "insert into vault.operation (kind, at, booked_on, issuer_id, amount, actor_id, client_id, coin_id, "
            "counter_client_id, counter_coin_id, batch_id, version_id) select kind, at, booked_on, issuer_id, amount, "
            "actor_id, client_id, coin_id, counter_client_id, counter_coin_id, batch_id, version_id "
            f"from vault.operation where id = {TRANSFER}; insert into vault.posting select "
            "(select max(id) from vault.operation), line, debit_account_id, credit_account_id, issuer_id, amount, "
            f"debit_after, credit_after, booked_on from vault.posting where operation_id = {TRANSFER}",
            *TABLES,
        ),
        {"operation_unlogged", "operation_unasked", "roll_up_wrong"},
    ),
    "an operation said to be of another batch": (
        bend(f"update vault.operation set batch_id = 1 where id = {BONUS}", "vault.operation"),
        {"batch_changed", "operation_unlogged"},
    ),
    "an operation said to be of no batch": (
        bend(f"update vault.operation set batch_id = null where id = {BONUS}", "vault.operation"),
        {"batch_changed", "operation_unlogged"},
    ),
    "a whole batch gone": (
        bend(
            f"create temp table gone as select id from vault.operation where batch_id = {BATCH}; "
            "delete from vault.posting p using gone g where p.operation_id = g.id; "
            "delete from vault.operation o using gone g where o.id = g.id; drop table gone",
            *TABLES,
        ),
        {"batch_missing"},
    ),
    "a batch's line made to say what was bent": (
        bend(f"update vault.operation set amount = amount + 1 where id = {TRANSFER}; {DIGESTS}", "vault.log", *TABLES),
        {"line_changed", "roll_up_wrong", "limit_wrong"},
    ),
    "an amount everywhere but in what sums it up, all hashes rewritten": (
        rewrite(f"update vault.operation set amount = amount + 1 where id = {TRANSFER}; {DIGESTS}", *TABLES),
        {"roll_up_wrong", "limit_wrong"},
    ),
    "a batch's line that is no batch's": (
        bend(
            "update vault.log set after = '{\"first\": \"x\", \"last\": []}' where entity = 'batch'", "vault.log"
        ),
        {"line_changed", "batch_changed", "operation_unlogged"},
    ),
    "a batch's line that counts what there is not": (
        bend(
            "update vault.log set after = after || '{\"first\": 99999999999999999999, \"operations\": 1e30}' "
            "where entity = 'batch'",
            "vault.log",
        ),
        {"line_changed", "batch_changed"},
    ),
    "the roll-up": (
        bend("update vault.operation_total set amount = amount - 1 where operation_kind = 'payment'",
             "vault.operation_total"),
        {"roll_up_wrong"},
    ),
    "the roll-up of a day that never was": (
        bend(
            "insert into vault.operation_total values ('2020-01-01', 'payment', 1, 0, 1, 100, 0)",
            "vault.operation_total",
        ),
        {"roll_up_wrong"},
    ),
    "a hold said to be released": (
        bend(
            "update book.hold set state = 'released', ended_at = now() where id = " + ACTIVE, "book.hold"
        ),
        {"hold_wrong", "held_wrong"},
    ),
    "a hold said to be released by another's release": (
        bend(
            "update book.hold set state = 'released', ended_at = now(), ended_operation_id = (select min(id) from "
            f"vault.operation where kind = 'release') where id = {ACTIVE}",
            "book.hold",
        ),
        {"hold_wrong", "held_wrong"},
    ),
    "a hold of less": (
        bend(f"update book.hold set amount = amount - 1 where id = {ACTIVE}", "book.hold"),
        {"hold_wrong", "held_wrong"},
    ),
    "sums beyond what a number of the table holds": (
        bend(
            f"update book.hold set amount = {MOST}, commission = {MOST}, on_top = {MOST}; "
            f"update book.redeem_request set amount = {MOST}, commission = 0, on_top = {MOST}; "
            f"update book.cashback_due set amount = {MOST}; update vault.operation set amount = {MOST}; "
            f"update book.refund_total set amount = {MOST}; update book.payment_file set total = {MOST}; "
            f"update book.statement_line set amount = {MOST}; update vault.posting set amount = {MOST}",
            "book.hold", "book.redeem_request", "book.cashback_due", "book.refund_total", "book.payment_file",
            "book.statement_line", *TABLES,
        ),
        {"held_wrong", "waiting_wrong", "payment_file_wrong", "refund_wrong", "cashback_wrong", "roll_up_wrong"},
    ),
    "a captured hold that stands again": (
        bend(
            "update book.hold set state = 'active', ended_at = null, ended_operation_id = null where state = 'used' "
            "and purpose = 'payment'",
            "book.hold",
        ),
        {"hold_wrong", "held_wrong"},
    ),
    "a hold on another's coin": (
        bend(
            f"update book.hold set coin_id = (select min(id) from book.coin) where id = {ACTIVE}", "book.hold"
        ),
        {"hold_wrong", "held_wrong"},
    ),
    "a hold gone": (
        bend(f"delete from book.hold where id = {ACTIVE}", "book.hold"),
        {"hold_missing", "held_wrong", "limit_wrong"},
    ),
    "a refund forgotten": (
        bend(f"update book.refund_total set amount = amount - 1 where operation_id = {PAYMENT}", "book.refund_total"),
        {"refund_wrong"},
    ),
    "all refunds forgotten": (bend("delete from book.refund_total", "book.refund_total"), {"refund_wrong"}),
    "a refund of more than was paid": (
        bend(
            f"update vault.operation set amount = 20000 where id = {REFUND}; "
            f"update book.refund_total set amount = amount + 18000 where operation_id = {PAYMENT}",
            "vault.operation",
            "book.refund_total",
        ),
        {"refund_wrong", "batch_changed"},
    ),
    "cashback promised higher": (
        bend(
            "update book.cashback_due set amount = amount + 100 where paid_at is null", "book.cashback_due"
        ),
        {"cashback_wrong", "waiting_wrong", "budget_wrong"},
    ),
    "cashback to somebody else": (
        bend(
            "update book.cashback_due set coin_id = merchant_coin_id where paid_at is null", "book.cashback_due"
        ),
        {"cashback_wrong"},
    ),
    "what was taken back of cashback": (
        bend(
            f"update book.cashback_due set taken_back = 0 where operation_id = {PAYMENT}", "book.cashback_due"
        ),
        {"cashback_wrong"},
    ),
    "cashback that was paid is due again": (
        bend(
            "update book.cashback_due set paid_at = null, paid_operation_id = null where paid_at is not null",
            "book.cashback_due",
        ),
        {"cashback_wrong", "waiting_wrong"},
    ),
    "cashback said to be paid": (
        bend("update book.cashback_due set paid_at = now() where paid_at is null", "book.cashback_due"),
        {"cashback_wrong", "waiting_wrong"},
    ),
    "a budget drawn on less": (
        bend("update book.cashback_used set amount = amount - 1", "book.cashback_used"),
        {"budget_wrong"},
    ),
    "a budget overdrawn": (
        bend("update book.cashback_version set budget = 1 where budget is not null", "book.cashback_version"),
        {"budget_wrong"},
    ),
    "a request said to be paid": (
        bend("update book.redeem_request set state = 'paid' where kind = 'cash'", "book.redeem_request"),
        {"redeem_wrong"},
    ),
    "a request said to wait again": (
        bend(
            "update book.redeem_request set state = 'pending', operation_id = null where state = 'approved'",
            "book.redeem_request",
        ),
        {"redeem_wrong", "waiting_wrong"},
    ),
    "a request said to be settled": (
        bend("update book.redeem_request set state = 'settled' where state = 'approved'", "book.redeem_request"),
        {"redeem_wrong", "waiting_wrong"},
    ),
    "a request of more": (
        bend("update book.redeem_request set amount = amount + 1 where kind = 'bank'", "book.redeem_request"),
        {"redeem_wrong", "waiting_wrong"},
    ),
    "a request gone": (
        bend("delete from book.redeem_request where kind = 'cash'", "book.redeem_request"),
        {"redeem_missing"},
    ),
    "an application said to be done": (
        bend("update book.application set state = 'processed'", "book.application"),
        {"application_wrong"},
    ),
    "an application said to be done by another's operation": (
        bend(
            f"update book.application set state = 'processed', operation_id = {TRANSFER}", "book.application"
        ),
        {"application_wrong"},
    ),
    "an application cut off its hold": (
        bend("update book.application set hold_id = null", "book.application"),
        {"application_wrong"},
    ),
    "a counter that forgot everything": (
        bend("delete from book.limit_used where operation_kind = 'payment'", "book.limit_used"),
        {"limit_wrong"},
    ),
    "an item of a mass payment to the sender's batch twice": (
        bend(
            "update vault.posting p set amount = p.amount + 1 from vault.operation o where o.id = p.operation_id "
            "and o.kind = 'mass_payment_item' and p.line = 1",
            "vault.posting",
        ),
        {"mass_wrong", "batch_changed"},
    ),
    "money left in a batch's account": (
        bend(
            "update vault.account set balance = 5 where kind = 'BATCH' and balance = 0", "vault.account"
        ),
        {"batch_left", "balance_wrong"},
    ),
    "a reversal of less": (
        bend(
            "update vault.posting p set amount = p.amount - 1 from vault.operation o where o.id = p.operation_id "
            "and o.kind = 'reversal' and p.line = 1",
            "vault.posting",
        ),
        {"reversal_wrong", "batch_changed"},
    ),
    "a reversal of nothing": (
        bend("update vault.operation set reverses_id = null where kind = 'reversal'", "vault.operation"),
        {"reversal_wrong", "batch_changed", "limit_wrong"},
    ),
    "a key forgotten": (
        bend(
            "delete from vault.request_key where what = 'operation' "
            f"and result -> 'operation_id' = to_jsonb({TRANSFER})",
            "vault.request_key",
        ),
        {"operation_unasked"},
    ),
    "a key that answers with another's operation": (
        bend(
            f"update vault.request_key set result = result || jsonb_build_object('operation_id', {TRANSFER}) "
            "where what = 'operation' and result ->> 'status' = 'done'",
            "vault.request_key",
        ),
        {"operation_unasked", "key_wrong"},
    ),
    "a key that answers with nothing of ours": (
        bend(
            "update vault.request_key set result = '{\"status\": \"done\", \"operation_id\": \"x\"}' "
            "where what = 'operation'",
            "vault.request_key",
        ),
        {"operation_unasked", "key_wrong"},
    ),
    "money from nothing, to a client, by the ledger's own door": (
        plain(
            FROM_NOTHING.format(kind="'bank_top_up'", debit=account("UNALLOCATED"), credit="c.wallet_account_id")
        ),
        {"operation_unasked", "waiting_wrong"},
    ),
    "a receipt that no bank wrote of": (
        plain(
            FROM_NOTHING.format(
                kind="'bank_receipt'", debit=account("BANK_SAFEGUARDED"), credit=account("UNALLOCATED")
            )
        ),
        {"operation_unasked", "waiting_wrong"},
    ),
    "a transfer that nobody asked for": (
        plain(
            FROM_NOTHING.format(
                kind="'transfer'", credit="c.wallet_account_id",
                debit="(select wallet_account_id from book.coin where id = o.counter_coin_id)",
            ).replace("5000", "5")
        ),
        {"operation_unasked"},
    ),
    "cashback that was not promised": (
        plain(
            FROM_NOTHING.format(
                kind="'cashback_payout'", debit=account("CASHBACK_DUE"), credit="c.wallet_account_id"
            )
        ),
        {"cashback_wrong", "waiting_wrong"},
    ),
    "money of nobody that is gone": (
        bend(
            "update book.statement_line set state = 'matched' where state = 'unallocated'", "book.statement_line"
        ),
        {"statement_wrong", "waiting_wrong"},
    ),
    "a statement's line of more": (
        bend("update book.statement_line set amount = amount + 1", "book.statement_line"),
        {"statement_wrong"},
    ),
    "a batch's line removed": (
        bend(f"delete from vault.log where entity = 'batch' and entity_id = {BATCH}::text", "vault.log"),
        {"chain_gap", "operation_unlogged"},
    ),
    "a batch's line removed, the rest numbered anew, all hashes rewritten": (
        rewrite(
            f"create temp table gone as select id, stream, seq from vault.log where entity = 'batch' "
            f"and entity_id = {BATCH}::text; delete from vault.log l using gone g where l.id = g.id; "
            "update vault.log l set seq = -l.seq + 1 from gone g where l.stream = g.stream and l.seq > g.seq; "
            "update vault.log set seq = -seq where seq < 0; drop table gone"
        ),
        {"operation_unlogged"},
    ),
    "a commission, everywhere but in what was posted, all hashes rewritten": (
        rewrite(
            f"update vault.operation set commission = commission + 1 where id = {PAYMENT}; {DIGESTS}; "
            "update vault.operation_total t set commission = t.commission + 1 from vault.operation o "
            f"where o.id = {PAYMENT} and (t.booked_on, t.operation_kind, t.issuer_id) = "
            "(o.booked_on, o.kind, o.issuer_id); update vault.request_key k set result = k.result || "
            "jsonb_build_object('commission', (k.result ->> 'commission')::int + 1) "
            f"where k.what = 'operation' and k.result -> 'operation_id' = to_jsonb({PAYMENT})",
            *TABLES, "vault.operation_total",
        ),
        {"amount_wrong"},
    ),
    "an amount that its lines do not have": (
        bend(f"update vault.operation set amount = amount + 1 where id = {BONUS}", "vault.operation"),
        {"amount_wrong", "batch_changed", "roll_up_wrong"},
    ),
    "the roll-up's commission": (
        bend(
            "update vault.operation_total set commission = commission + 1 where operation_kind = 'capture'",
            "vault.operation_total",
        ),
        {"roll_up_wrong"},
    ),
    "money set aside for nobody": (
        bend(
            "insert into vault.account (kind, issuer_id, owner_id, debit_sign, striped, floor, balance) "
            "select kind, issuer_id, 99999, debit_sign, striped, floor, 5 from vault.account where kind = 'HOLD' "
            "limit 1",
            "vault.account",
        ),
        {"held_wrong", "balance_wrong"},
    ),
    "a hold that nobody released before its time": (
        bend(
            "update book.hold set expires_at = expires_at + interval '1 day' where purpose = 'payment' and "
            "ended_operation_id in (select id from vault.operation where kind = 'release' and batch_id is null)",
            "book.hold",
        ),
        {"hold_wrong"},
    ),
    "a hold that ended at another moment": (
        bend("update book.hold set ended_at = ended_at - interval '1 hour' where state = 'used'", "book.hold"),
        {"hold_wrong"},
    ),
    "a captured hold said to be released": (
        bend("update book.hold set state = 'released' where state = 'used' and purpose = 'payment'", "book.hold"),
        {"hold_wrong"},
    ),
    "a captured hold said to be another's": (
        bend(
            "update book.hold set counter_coin_id = coin_id where state = 'used' and purpose = 'payment'", "book.hold"
        ),
        {"hold_wrong"},
    ),
    "a hold captured twice": (
        bend(
            f"update vault.operation set of_id = (select operation_id from book.hold where id = {ACTIVE}) "
            "where kind = 'capture'",
            "vault.operation",
        ),
        {"hold_wrong", "hold_missing", "batch_changed"},
    ),
    "a refund that says it gave back more commission": (
        bend(
            "update vault.operation set details = details || '{\"commission_back\": 41}' "
            f"where id = {REFUND}; update book.refund_total set commission = commission + 1 "
            f"where operation_id = {PAYMENT}",
            "vault.operation",
            "book.refund_total",
        ),
        {"refund_posted_wrong", "batch_changed"},
    ),
    "a refund to somebody else": (
        bend(f"update vault.operation set coin_id = counter_coin_id where id = {REFUND}", "vault.operation"),
        {"refund_posted_wrong", "batch_changed"},
    ),
    "a refund of less, in what was posted": (
        bend(
            f"update vault.posting set amount = amount - 1 where operation_id = {REFUND} and amount = "
            f"(select amount from vault.operation where id = {REFUND})",
            "vault.posting",
        ),
        {"refund_posted_wrong", "batch_changed", "balance_wrong"},
    ),
    "a refund of another payment": (
        bend(
            f"update vault.operation set of_id = (select max(id) from vault.operation where kind = 'payment') "
            f"where id = {REFUND}",
            "vault.operation",
        ),
        {"refund_wrong", "refund_posted_wrong", "cashback_wrong", "batch_changed"},
    ),
    "cashback paid at another moment": (
        bend("update book.cashback_due set paid_at = paid_at - interval '1 day'", "book.cashback_due"),
        {"cashback_wrong"},
    ),
    "a promise of cashback gone": (
        bend("delete from book.cashback_due where paid_at is null", "book.cashback_due"),
        {"cashback_wrong", "waiting_wrong", "budget_wrong"},
    ),
    "cashback of a reversed payment is due again": (
        bend(
            "update book.cashback_due set taken_back = 0, paid_at = null where operation_id in "
            "(select reverses_id from vault.operation)",
            "book.cashback_due",
        ),
        {"cashback_wrong", "waiting_wrong"},
    ),
    "an item of a mass payment to nobody's": (
        bend("update vault.operation set of_id = null where kind = 'mass_payment_item'", "vault.operation"),
        {"mass_wrong", "operation_unasked", "batch_changed"},
    ),
    "what went back of a mass payment is less": (
        bend(
            "update vault.posting p set amount = p.amount - 1 from vault.operation o where o.id = p.operation_id "
            "and o.kind = 'mass_payment_return'",
            "vault.posting",
        ),
        {"mass_wrong", "amount_wrong", "batch_changed"},
    ),
    "an operation reversed that was refunded": (
        bend(
            f"update vault.operation set reverses_id = {PAYMENT} where id = (select max(id) from vault.operation "
            "where kind = 'reversal')",
            "vault.operation",
        ),
        {"reversal_wrong", "batch_changed"},
    ),
    "an offer of more": (
        bend("update book.quote set amount_to = amount_to + 1", "book.quote"),
        {"exchange_wrong"},
    ),
    "an offer that nobody took": (
        bend("update book.quote set taken_at = null", "book.quote"),
        {"exchange_wrong"},
    ),
    "an offer taken for nothing": (
        bend(
            "insert into book.quote (id, office_id, rate_id, from_issuer_id, to_issuer_id, amount_from, amount_to, "
            "made_at, expires_at, taken_at) select gen_random_uuid(), office_id, rate_id, from_issuer_id, "
            "to_issuer_id, amount_from, amount_to, made_at, expires_at, taken_at from book.quote",
            "book.quote",
        ),
        {"exchange_wrong"},
    ),
    "what the client got of an exchange": (
        bend(
            "update vault.posting p set amount = p.amount + 1 from vault.operation o where o.id = p.operation_id "
            "and o.kind = 'exchange' and p.issuer_id <> o.issuer_id",
            "vault.posting",
        ),
        {"exchange_wrong", "batch_changed", "balance_wrong"},
    ),
    "a cash request that was paid waits again": (
        bend("update book.redeem_request set state = 'approved' where state = 'paid'", "book.redeem_request"),
        {"redeem_wrong"},
    ),
    "a request that was cancelled waits again": (
        bend(
            "update book.redeem_request set state = 'pending' where state = 'cancelled' and kind = 'cash'",
            "book.redeem_request",
        ),
        {"redeem_wrong"},
    ),
    "a payment that was taken back goes out again": (
        bend(
            "update book.redeem_request set state = 'approved' where state = 'cancelled' and kind = 'bank'",
            "book.redeem_request",
        ),
        {"redeem_wrong", "redeem_missing", "waiting_wrong"},
    ),
    "a payment said to be taken back": (
        bend(
            "update book.redeem_request set state = 'cancelled' where state = 'approved' and kind = 'bank'",
            "book.redeem_request",
        ),
        {"redeem_wrong", "waiting_wrong"},
    ),
    "a request that was declined is paid": (
        bend("update book.redeem_request set state = 'paid' where state = 'declined'", "book.redeem_request"),
        {"redeem_wrong"},
    ),
    "a request that expired is approved": (
        bend("update book.redeem_request set state = 'approved' where state = 'expired'", "book.redeem_request"),
        {"redeem_wrong"},
    ),
    "a request paid at another desk": (
        bend("update book.redeem_request set day_id = day_id + 1 where state = 'paid'", "book.redeem_request"),
        {"redeem_wrong"},
    ),
    "a request that is at the bank goes out again": (
        bend("update book.redeem_request set state = 'approved' where state = 'submitted'", "book.redeem_request"),
        {"redeem_wrong"},
    ),
    "a settled request goes out again": (
        bend(
            "update book.redeem_request set state = 'submitted', settled_operation_id = null where state = 'settled'",
            "book.redeem_request",
        ),
        {"redeem_missing", "statement_wrong", "waiting_wrong"},
    ),
    "a return that was not credited": (
        bend(
            "update book.redeem_request set state = 'returned', recredited_operation_id = null "
            "where state = 'recredited'",
            "book.redeem_request",
        ),
        {"redeem_missing", "statement_wrong", "waiting_wrong"},
    ),
    "a return credited for another": (
        bend(
            "update book.redeem_request set recredited_operation_id = settled_operation_id where state = 'recredited'",
            "book.redeem_request",
        ),
        {"redeem_wrong", "redeem_missing", "statement_wrong"},
    ),
    "a request that pays somebody else": (
        bend("update book.redeem_request set payee = 'Other Name' where state = 'pending'", "book.redeem_request"),
        {"redeem_wrong"},
    ),
    "a request that pays to another account": (
        bend(
            "update book.redeem_request set iban = 'GB29NWBK60161331926819' where kind = 'bank' and state = 'approved'",
            "book.redeem_request",
        ),
        {"redeem_wrong"},
    ),
    "a request that pays to another account, and what the ledger kept of it": (
        bend(
            "update vault.operation o set details = o.details || '{\"iban\": \"GB29NWBK60161331926819\"}' "
            "from book.hold h, book.redeem_request r where h.operation_id = o.id and r.hold_id = h.id "
            "and r.kind = 'bank'; update book.redeem_request set iban = 'GB29NWBK60161331926819' where kind = 'bank'",
            "vault.operation", "book.redeem_request",
        ),
        {"batch_changed"},
    ),
    "a payment file that pays to another account": (
        bend(
            "update book.payment_file f set content = c.other, sha256 = sha256(c.other) from (select id, "
            "convert_to(replace(convert_from(content, 'UTF8'), 'DE89370400440532013000', 'GB29NWBK60161331926819'), "
            "'UTF8') as other from book.payment_file) as c where c.id = f.id",
            "book.payment_file",
        ),
        {"payment_file_wrong"},
    ),
    "payment files that changed places": (
        bend(
            "update book.payment_file_item set file_id = (select min(id) + max(id) from book.payment_file) - file_id",
            "book.payment_file_item",
        ),
        {"payment_file_wrong"},
    ),
    "a bank account of the company with another number": (
        bend("update book.bank_account set iban = 'FR1420041010050500013M02606' where id = 1", "book.bank_account"),
        {"bank_account_wrong"},
    ),
    "a bank account switched off past the program": (
        bend("update book.bank_account set active = not active", "book.bank_account"),
        {"bank_account_wrong"},
    ),
    "a bank account that lets more pass": (
        bend("update book.bank_account set tolerance = tolerance + 1000000", "book.bank_account"),
        {"bank_account_wrong"},
    ),
    "an application for another taker": (
        bend(
            "update book.application set payload = payload || jsonb_build_object('to', payload -> 'from') "
            "where state = 'limited' and kind = 'transfer'",
            "book.application",
        ),
        {"application_wrong"},
    ),
    "a payment file of more": (
        bend("update book.payment_file set total = total + 1", "book.payment_file"),
        {"payment_file_wrong"},
    ),
    "a payment file that lost a request": (
        bend(
            "delete from book.payment_file_item where request_id = (select min(i.request_id) "
            "from book.payment_file_item i)",
            "book.payment_file_item",
        ),
        {"payment_file_wrong", "redeem_wrong"},
    ),
    "a request put into a payment file afterwards": (
        bend(
            "insert into book.payment_file_item select (select id from book.redeem_request where kind = 'bank' and "
            "state = 'approved'), min(id) from book.payment_file",
            "book.payment_file_item",
        ),
        {"payment_file_wrong", "redeem_wrong"},
    ),
    "an application that was rejected waits again": (
        bend("update book.application set state = 'limited' where state = 'rejected'", "book.application"),
        {"application_wrong"},
    ),
    "an application that was withdrawn waits again": (
        bend("update book.application set state = 'limited' where state = 'withdrawn'", "book.application"),
        {"application_wrong"},
    ),
    "an application that expired is done": (
        bend("update book.application set state = 'processed' where state = 'expired'", "book.application"),
        {"application_wrong"},
    ),
    "an application that failed did not fail": (
        bend("update book.application set failure = null where state = 'failed'", "book.application"),
        {"application_wrong"},
    ),
    "an application taken and given up without its money": (
        bend("update book.application set state = 'rejected' where state = 'taken'", "book.application"),
        {"application_wrong"},
    ),
    "an application of a front end that stays approved": (
        bend("update book.application set state = 'approved' where state = 'taken'", "book.application"),
        {"application_wrong"},
    ),
    "an application at a desk that is done": (
        bend(
            "update book.application set state = 'processed' where state = 'approved'", "book.application"
        ),
        {"application_wrong"},
    ),
    "an application done by what another did": (
        bend(
            "update book.application a set state = 'processed', operation_id = b.operation_id from book.application b "
            "where a.state = 'approved' and b.kind = a.kind and b.state = 'processed'",
            "book.application",
        ),
        {"application_wrong"},
    ),
    "an application of more": (
        bend("update book.application set amount = amount + 1 where state = 'limited'", "book.application"),
        {"application_wrong", "statement_wrong"},
    ),
    "an application for money without a hold": (
        bend("update book.application set kind = 'transfer' where kind = 'cash_top_up'", "book.application"),
        {"application_wrong"},
    ),
    "an application that nobody asked for": (
        bend(
            "delete from vault.request_key where result ->> 'status' = 'limited'", "vault.request_key"
        ),
        {"application_unasked"},
    ),
    "an application under another key": (
        bend("update book.application set request_key = gen_random_uuid()", "book.application"),
        {"application_unasked", "key_wrong"},
    ),
    "a key at another commission": (
        bend(
            "update vault.request_key set result = result || '{\"commission\": 1}' where what = 'operation' "
            f"and result -> 'operation_id' = to_jsonb({PAYMENT})",
            "vault.request_key",
        ),
        {"key_wrong"},
    ),
    "a key at another commission of a mass payment": (
        bend(
            "update vault.request_key set result = result || '{\"commission\": 1}' where what = 'operation' "
            "and result ? 'items'",
            "vault.request_key",
        ),
        {"key_wrong"},
    ),
    "a key that leads to another's hold": (
        bend(
            "update vault.request_key set result = result || '{\"hold_id\": 1}' where what = 'operation' "
            "and result ? 'redeem_id'",
            "vault.request_key",
        ),
        {"key_wrong"},
    ),
    "a key of somebody else": (
        bend("update vault.request_key set actor_id = null where what = 'operation'", "vault.request_key"),
        {"key_wrong"},
    ),
    "a key that was done and limited": (
        bend(
            "update vault.request_key set result = result || '{\"status\": \"limited\"}' where what = 'operation'",
            "vault.request_key",
        ),
        {"key_wrong"},
    ),
    "a key of a desk that answers with nonsense": (
        bend(
            "update vault.request_key set result = '{\"operation_id\": \"x\", \"amount\": []}' "
            "where what = 'cash_withdrawal'",
            "vault.request_key",
        ),
        {"key_wrong", "operation_unasked"},
    ),
    "a payment to a bank that nobody approved": (
        bend("delete from vault.request_key where what like 'redeem.approve%'", "vault.request_key"),
        {"operation_unasked"},
    ),
    "a release that nobody asked for": (
        bend(
            "delete from vault.request_key where what = 'operation' and result -> 'operation_id' in (select "
            "to_jsonb(id) from vault.operation where kind = 'release')",
            "vault.request_key",
        ),
        {"operation_unasked"},
    ),
    "a bank's line that was booked twice": (
        bend(
            "insert into book.statement_line (statement_id, account_id, line, booked_on, side, amount, state, "
            "operation_id) select statement_id, account_id, 900 + line, booked_on, side, amount, state, operation_id "
            "from book.statement_line where state = 'unallocated' limit 1",
            "book.statement_line",
        ),
        {"statement_wrong", "waiting_wrong"},
    ),
    "a bank's line gone": (
        bend("delete from book.statement_line where state = 'unallocated'", "book.statement_line"),
        {"operation_unasked", "waiting_wrong"},
    ),
    "a bank's line given to another's coin": (
        bend("update book.statement_line set coin_id = 1 where state = 'matched'", "book.statement_line"),
        {"statement_wrong"},
    ),
    "a bank's line cut off its application": (
        bend(
            "update book.statement_line set application_id = null where application_id is not null",
            "book.statement_line",
        ),
        {"operation_unasked", "waiting_wrong"},
    ),
    "a bank's line of the other side": (
        bend("update book.statement_line set side = 'debit' where state = 'recredited'", "book.statement_line"),
        {"statement_wrong"},
    ),
    "a debit nobody asked for that is settled": (
        bend("update book.statement_line set state = 'settled' where state = 'unmatched'", "book.statement_line"),
        {"statement_wrong"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FOUND)
def test_found(house: House, what: str) -> None:
    tamper, kinds = FOUND[what]
    with house.bent() as connection:
        tamper(connection)
        for found in (audit.verify(connection), audit.verify(connection, house.checkpoint)):
            assert found.kinds >= kinds, found.by_kind
            assert audit.verification_text(found)


def test_the_books_that_nobody_touched_are_right(house: House) -> None:
    with house.bent() as connection:
        found = audit.verify(connection, house.checkpoint)
        assert found.findings == ()
        assert found.operations > 30


def test_what_agrees_with_itself_is_found_by_the_checkpoint(house: House) -> None:
    change = rewrite(
        "update vault.operation set details = '{\"note\": \"other\"}' where kind = 'transfer'; " + DIGESTS,
        *TABLES,
    )
    with house.bent() as connection:
        change(connection)
        assert audit.verify(connection).findings == ()
        assert "history_rewritten" in audit.verify(connection, house.checkpoint).kinds


def test_every_kind_of_finding_about_operations_comes_up(house: House) -> None:
    from core.audit.operations import OPERATIONS
    from core.audit.waiting import WAITING

    kinds = set().union(*(kinds for _, kinds in FOUND.values()))
    assert {rule.kind for rule in (*OPERATIONS, *WAITING)} <= kinds


def test_no_false_alarm_while_lines_come_in(front: Banking, house: House) -> None:
    people = [front.client() for _ in range(6)]
    shop = front.merchant("3")
    for each in people:
        front.fund(each, "500.00")
    desks = [front.db(front.world.make_staff("intake", enrolled=False)) for _ in range(4)]
    stop = threading.Event()
    done: list[int] = []

    def work(at: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            held, paid, cash = (str(uuid4()) for _ in range(3))
            giver, taker = people[(at + turn) % 6], people[(at + turn + 1) % 6]
            asked = [
                line("payment", giver, shop, "1.00", key=paid), line("hold", taker, shop, "2.00", key=held),
                line("transfer", giver, taker, "0.10", key=str(uuid4())),
                {"key": str(uuid4()), "do": "capture" if turn % 2 else "release", "of": held},
                {"key": str(uuid4()), "do": "refund", "of": paid, "amount": "0.50"},
                {"key": cash, "do": "cash_redeem", "from": giver.serials["EUR"], "amount": "0.20"},
                {"key": str(uuid4()), "do": "redeem_cancel", "of": cash},
            ]  # fmt: skip
            try:
                found = desks[at].call("intake_take", lines=asked)["value"]
                if turn % 3 == at % 3:
                    desks[at].call("due_run")
            except Busy:
                continue
            assert {one["status"] for one in found} <= {"done", "refused"}, found
            done.extend(one["operation_id"] for one in found if one["status"] == "done")

    threads = [threading.Thread(target=work, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    try:
        sizes = set()
        for _ in range(8):
            found = audit.verify(front.admin, house.checkpoint)
            assert found.findings == ()
            sizes.add(found.operations)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len(sizes) > 4, "nobody worked while the audit looked"
    assert len(set(done)) == len(done)
    front.assert_right(house.checkpoint)
