"""Calls of one to five lines at random, of every kind, against `tests.plain_ledger`; the audit has the last word.

Each answer must be the one that the plain ledger gives, and so must every balance after each step. Between the calls
anti-fraud, accountants, a cashier and the bank do what they do with what waits, coins are shut and opened, and time
passes.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
import xmlschema
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core import anti_fraud, bank, coins, redeem
from core.anti_fraud import NewBlock, Uplift
from core.db import Database
from core.errors import BocliError
from core.redeem import Approve, End, Pay
from tests import by_model, statements
from tests.banking import PAYEE_IBAN, Banking
from tests.company import Client, count
from tests.front import Front, Office
from tests.plain_ledger import (
    REDEEMS,
    Account,
    Answer,
    Application,
    Done,
    Ledger,
    Line,
    Refused,
    Shop,
    wallet,
)
from tests.world import World

#: By the ledger's numbers: who is limited, other people, one who is blocked, merchants, the office.
LIMITED, PEOPLE, SHUT, SHOPS, OFFICE = 1, (1, 2, 3), 4, (5, 6, 7, 8), 9
#: Of one operation, of all there ever are: amount and pieces.
LIMITS: dict[str, tuple[int | None, int | None, int | None]] = {
    "transfer": (None, 30_00, 2),
    "payment": (30_00, None, 4),
    "mass_payment": (None, 8_00, None),
    "bank_redeem": (None, None, 1),
    "cash_withdrawal": (None, 30_00, None),
    "exchange": (None, 20_00, None),
    "bank_top_up": (20_00, None, 4),
}
HOUSE = ("COMMISSION", "CASHBACK_DUE", "CASHBACK", "PAYOUT", "UNALLOCATED", "UNBACKED", "BATCH", "BANK_SAFEGUARDED",
         "CASH")  # fmt: skip
HELD = ("hold", *REDEEMS)
UNITS = ("EUR", "USD", "BONUS")
#: What a line may go on with; some of it will not do.
FITS = {
    "refund": ("payment", "capture", "transfer"), "capture": ("hold", "hold", "bank_redeem"),
    "release": ("hold", "cash_redeem"), "reversal": ("transfer", "payment", "exchange", "bonus_issue", "hold"),
    "redeem_cancel": (*REDEEMS, "hold"), "application_withdraw": ("transfer", "payment", "hold"),
}  # fmt: skip

people = st.sampled_from((LIMITED, *PEOPLE))
givers = st.sampled_from((LIMITED, LIMITED, LIMITED, *PEOPLE, *SHOPS))
anybody = st.sampled_from((*PEOPLE[::-1], *PEOPLE, SHUT))
shops = st.sampled_from(SHOPS)
amounts = st.one_of(st.integers(1, 40_00), st.sampled_from([1, 49, 50, 51, 60_01, 100_00, 600_00]))
#: Of a wallet's; 0 is all that is in it.
spent = st.one_of(amounts, amounts, amounts, st.just(0))
places = st.one_of(st.integers(0, 3), st.integers(0, 50))
parts = st.sampled_from([1, 10, 33, 50, 100, 101, 110])
items = st.lists(st.tuples(anybody, st.integers(1, 20_00)), min_size=1, max_size=3)
follows = st.one_of(
    st.tuples(st.sampled_from(["refund", "refund", "capture"]), places, st.booleans(), parts),
    st.tuples(
        st.sampled_from(["reversal", "reversal", "release", "redeem_cancel", "application_withdraw"]), places
    ),
)
again = st.tuples(st.just("again"), places, st.booleans())
shopping = st.tuples(st.sampled_from(["payment", "hold"]), people, shops, amounts)
lines_of = st.one_of(
    st.tuples(st.just("transfer"), givers, anybody, spent),
    st.tuples(st.just("transfer"), givers, anybody, spent),
    shopping, shopping,
    st.tuples(st.sampled_from(REDEEMS), people, st.just(0), spent),
    st.tuples(st.sampled_from(REDEEMS), people, st.just(0), spent),
    st.tuples(st.just("bonus_issue"), st.just(0), people, st.integers(1, 500)),
    st.tuples(st.just("mass_payment"), givers, items),
    st.tuples(st.just("exchange"), people, st.integers(2, 40_00), st.sampled_from(["new", "new", "used", "late"])),
    again,
    follows,
)  # fmt: skip
#: Half of it goes on with what was done.
next_ones = st.sampled_from([follows, follows, again, lines_of]).flatmap(lambda one: one)
to_shops = st.one_of(
    shopping,
    shopping,
    st.tuples(st.sampled_from(["refund", "capture"]), places, st.booleans(), parts),
    st.tuples(st.just("reversal"), places),
    # A merchant takes out all there is.
    st.tuples(st.just("transfer"), shops, people, st.just(0)),
)


@dataclass(eq=False)
class Receipt:
    """Money that came to the bank, and whose application waits for it, if any does."""

    line_id: int
    amount: int
    matched: bool = False
    application: Application | None = None


class Traffic(RuleBasedStateMachine):
    """What the front ends send and what people and time do, in the database and in the plain ledger."""

    front: ClassVar[Banking]
    office: ClassVar[Office]
    fraud: ClassVar[Database]
    accountant: ClassVar[Database]
    cashier: ClassVar[Database]
    intake: ClassVar[Database]
    day: ClassVar[int]
    limited: ClassVar[int]
    keeping: ClassVar[int]
    acts: ClassVar[Counter[str]]

    @initialize()
    def open(self) -> None:
        front = self.front
        while any(self.intake.call("due_run").values()):
            pass  # what an earlier run has promised
        self.clients: list[Client] = [
            self.office.client, *(front.client() for _ in (*PEOPLE, SHUT)),
            front.merchant(), front.merchant("3"),
            front.merchant("2.5", paid_by="company", cap=90, budget=250),
            front.merchant("1.5", clawback=False, hold_days=9),
            self.office.client,
        ]  # fmt: skip
        self.ledger = Ledger(
            shops={5: Shop(), 6: Shop(30), 7: Shop(25, company=True, cap=90, left=250),
                   8: Shop(15, clawback=False, at_once=False, shared=True, keeps=True)},
            limits=LIMITS, limited=LIMITED, office=OFFICE, shut={SHUT}, acts=self.acts,
        )  # fmt: skip
        front.assign_contract(self.clients[8], self.keeping)
        for who in PEOPLE:
            front.fund(self.clients[who], "100.00")
            front.fund(self.clients[who], "50.00", "USD")
        front.assign_contract(self.clients[LIMITED], self.limited)
        self.ledger.count(LIMITED, "bank_top_up", 100_00, 1)
        front.admin.execute("update book.client set blocked = true where id = %s", (self.clients[SHUT].id,))
        for who in (*PEOPLE, OFFICE):
            for unit in UNITS:
                self.ledger.has[wallet(who, unit)] = front.has(self.clients[who], unit)
        self.switch_all_open()
        self.sent: list[Line] = []
        self.receipts: list[Receipt] = []
        self.before = self.house()

    def switch_all_open(self) -> None:
        """The office is the same in all runs."""
        self.front.admin.execute(
            "update book.coin set incoming = true, outgoing = true, in_blocked_until = null, out_blocked_until = null "
            "where client_id = %s", (self.office.client.id,),
        )  # fmt: skip

    # Lines.

    @rule(asked=st.lists(lines_of, min_size=1, max_size=5))
    def call(self, asked: list[tuple[Any, ...]]) -> None:
        """One call, with lines that name each other and what was done before."""
        self.send(asked)

    @precondition(lambda self: self.ledger.operations)
    @rule(asked=st.lists(next_ones, min_size=1, max_size=4))
    def go_on(self, asked: list[tuple[Any, ...]]) -> None:
        """One call that mostly goes on with what was done."""
        self.send(asked)

    @rule(asked=st.lists(to_shops, min_size=1, max_size=5))
    def shop(self, asked: list[tuple[Any, ...]]) -> None:
        """One call of merchants and what they give back."""
        self.send(asked)

    def send(self, asked: list[tuple[Any, ...]]) -> None:
        call: list[Line] = []
        for spec in asked:
            line = self.line(spec, call)
            if line is not None:
                call.append(line)
        expected = self.ledger.call(call)
        found = self.front.run(*[self.wire(line) for line in call]) if call else []
        for line, answer, one in zip(call, expected, found, strict=True):
            assert (one["status"], one.get("key", "")) == (answer.status, answer.key), (line, one, answer)
            if answer.status == "done" and answer.done is not None:
                answer.done.number = one["operation_id"]
                answer.done.redeem_id = one.get("redeem_id", 0)
                assert one["commission"] == answer.done.fee, (line, one)
            elif answer.status == "limited" and answer.application is not None:
                answer.application.number = one["application_id"]
        for answer, one in zip(expected, found, strict=True):
            if answer.status == "repeated":
                made = answer.application.number if answer.application else answer.done and answer.done.number
                assert one.get("application_id", one.get("operation_id")) == made
        self.sent += [line for line in call if line not in self.sent]

    def line(self, spec: tuple[Any, ...], call: list[Line]) -> Line | None:
        """A line as the ledger reads it, or None when there is nothing yet that it could go on with."""
        act, key = spec[0], str(uuid4())
        if act in FITS:
            return self.following(act, key, spec, call)
        if act == "again":
            # Mostly one that was done.
            known = [one for one in self.sent if spec[1] % 10 == 9 or one["key"] in self.ledger.keys] + call
            if not known:
                return None
            line = known[-1 - spec[1] % len(known)]
            return line | {"note": "other"} if spec[2] else line
        if act == "mass_payment":
            return {"key": key, "do": act, "giver": spec[1], "all": spec[2]}
        if act == "exchange":
            offers = [line for line in (*self.sent, *call) if line["do"] == "exchange"]
            if offers and spec[3] == "used":
                return offers[-1] | {"key": key}
            quote = self.quote(spec[2], spec[3])
            return {"key": key, "do": act, "giver": spec[1], "minor": spec[2], "quote": quote}
        minor = spec[3] or self.ledger.has[wallet(spec[1])] * 100 // 102 or 1
        return {"key": key, "do": act, "giver": spec[1], "taker": spec[2], "minor": minor}

    def quote(self, amount: int, kind: str) -> str:
        """An office's offer; a late one is over already."""
        made = self.front.quote(self.office, amount, valid_s=0 if kind == "late" else 600)
        if kind == "late":
            self.ledger.late_quotes.add(made)
        return made

    def following(self, act: str, key: str, spec: tuple[Any, ...], call: list[Line]) -> Line | None:
        """A line that goes on with an operation: by its number, or by the key of a line, of this call too."""
        fits, place = FITS[act], spec[1]
        if act == "reversal" and place % 5 > 2:
            fits = ("payment",)
        done = [one for one in self.ledger.operations if one.kind in fits]
        # Mostly one that still can be gone on with, now and then a blocked one.
        if act == "reversal" and place % 5 == 1:
            # What was got is spent.
            there = [
                one
                for one in done
                if one.kind in ("transfer", "payment")
                and self.ledger.has[wallet(one.taker)] < one.amount - one.fee
                and not (one.reversed or one.refunded or one.blocked)
            ]
        elif act == "reversal" and place % 5 == 2:
            # Its cashback is through.
            there = [one for one in done if one.cashback and one.paid and not (one.reversed or one.refunded)]
        elif place % 4 == 3:
            there = [one for one in done if one.blocked]
        else:
            there = [one for one in done if one.active or one.kind not in HELD]
        found: list[tuple[str, int]] = [
            (one.key if place % 2 and one.key else str(one.number), one.amount)
            for one in (there if there and place % 4 else done)
        ]  # fmt: skip
        if act == "application_withdraw" and place % 4:
            found = [(one.line["key"], 0) for one in self.ledger.applications if "key" in one.line]
        # One in this call, or, now and then, one that came to nothing.
        found += [
            (line["key"], line.get("minor", 100))
            for line in (*call, *(self.sent if place % 10 == 9 else ())) if line["do"] in fits
        ]  # fmt: skip
        if not found:
            return None
        of, amount = found[-1 - place % len(found)]
        line = {"key": key, "do": act, "of": of}
        if len(spec) > 2 and spec[2]:
            line["minor"] = max(amount * spec[3] // 100, 1)
        return line

    def wire(self, line: Line) -> Line:
        """The same line as a front end writes it."""
        act = line["do"]
        sent = {name: line[name] for name in ("key", "do", "of", "note", "quote") if name in line}
        unit = "USD" if act == "exchange" else "BONUS" if act == "bonus_issue" else "EUR"
        if line.get("giver"):
            sent["from"] = self.clients[line["giver"]].serials[unit]
        if act == "exchange":
            sent["to"] = self.clients[line["giver"]].serials["EUR"]
        elif line.get("taker"):
            sent["to"] = self.clients[line["taker"]].serials[unit]
        if act == "mass_payment":
            sent["items"] = [
                {"to": self.clients[who].serials["EUR"], "amount": whole(amount)}
                for who, amount in line["all"]
            ]
        if act == "bank_redeem":
            sent |= {"iban": PAYEE_IBAN, "payee": "Own Name"}
        if "minor" in line and act != "exchange":
            sent["amount"] = str(line["minor"]) if unit == "BONUS" else whole(line["minor"])
        return sent

    # What people do.

    def ask(self, act: str, model: Callable[[], Any], call: Callable[[], Any]) -> Any:
        """Ask of a person's session what the ledger did or would not do; what was answered, or None when refused."""
        why = ""
        try:
            model()
        except Refused as refused:
            why = str(refused)
        self.acts[f"{act} {why or 'done'}"] += 1
        if not why:
            return call()
        with pytest.raises(BocliError) as found:
            call()
        assert found.value.key == why, (act, found.value)
        return None

    def pick(self, among: list[Any], fits: Callable[[Any], bool], at: int) -> Any:
        """Three times in four one that fits, if any does."""
        good = [one for one in among if fits(one)]
        chosen = good if good and at % 4 else among
        return chosen[-1 - at // 4 % len(chosen)]

    @precondition(lambda self: self.waiting())
    @rule(asked=st.lists(st.tuples(places, st.sampled_from(["approve", "reject", "shut", "too late"])),
                         min_size=1, max_size=2))  # fmt: skip
    def decide_applications(self, asked: list[tuple[int, str]]) -> None:
        for at, how in asked:
            waiting = self.waiting()
            if not waiting:
                return
            one = waiting[at % len(waiting)]
            if how == "too late":
                self.its_time_is_over(one)
            elif how == "shut":
                # It is approved, and fails.
                self.set_coin(one.giver, "EUR", incoming=False, outgoing=False)
            self.decide(one, approve=how != "reject")

    def decide(self, one: Application, *, approve: bool) -> None:
        answers: list[Answer | None] = []
        if one.state == "limited":
            self.ask(
                "take",
                lambda: self.ledger.take(one),
                lambda: anti_fraud.take(self.fraud, uuid4(), one.number),
            )
        if one.state != "taken":
            return

        def call() -> Any:
            if approve:
                return anti_fraud.approve(
                    self.fraud, uuid4(), one.number, "Seen the contract of sale", Uplift()
                )
            return anti_fraud.reject(self.fraud, uuid4(), one.number, "The client says it was not them")

        found = self.ask("decide", lambda: answers.append(self.ledger.decide(one, approve=approve)), call)
        if answers:
            self.acts[f"application {one.state}"] += 1
        if found is None:
            return
        (answer,) = answers
        assert answer is not None
        assert (found.state, found.error.key if found.error else "") == (one.state, answer.key), (one, found)
        if answer.done is not None:
            answer.done.number = found.operation_id
            answer.done.redeem_id = self.front.one(
                "select coalesce(min(r.id), 0) from book.redeem_request r join book.hold h on h.id = r.hold_id "
                "where h.operation_id = %s", found.operation_id,
            )  # fmt: skip

    @precondition(lambda self: self.requests())
    @rule(asked=st.lists(st.tuples(places, st.sampled_from(
        ["approve", "approve", "approve", "pay", "pay", "file", "file", "debit", "credit", "both", "decline", "cancel"]
    )), min_size=1, max_size=4))  # fmt: skip
    def go_on_with_redeems(self, asked: list[tuple[int, str]]) -> None:
        """An accountant approves, declines, cancels, or sends to the bank, which pays or gives back; a cashier pays."""
        for at, how in asked:
            if how in ("debit", "credit", "both"):
                self.statement(at, how)
            else:
                self.go_on_with_a_redeem(at, how)

    def go_on_with_a_redeem(self, at: int, how: str) -> None:
        either = (REDEEMS[at % 2], "pending")
        open_one = (REDEEMS[at % 2], ("pending", "approved")[at // 2 % 2])
        fits = {"approve": either, "decline": either, "cancel": open_one, "pay": ("cash_redeem", "approved"),
                "file": ("bank_redeem", "approved")}[how]  # fmt: skip
        among = self.requests("bank_redeem") if how == "file" else self.requests()
        if not among:
            return
        one = self.pick(among, lambda each: (each.kind, each.redeem) == fits, at)
        number, key = one.redeem_id, uuid4()
        if how == "approve":
            self.ask(
                f"{one.kind} approve", lambda: self.ledger.approve_redeem(one),
                lambda: redeem.approve_one(self.accountant, Approve(key, (number,))),
            )  # fmt: skip
        elif how == "pay":
            pieces = {each: pieces for each, pieces in count(eur=one.amount)["EUR"].items() if pieces}
            self.ask(
                "redeem pay", lambda: self.ledger.pay_redeem(one),
                lambda: redeem.pay(self.cashier, Pay(key, self.day, number, "passport", pieces)),
            )  # fmt: skip
        elif how == "file":
            self.ask(
                "payment file", lambda: self.ledger.submit(one),
                lambda: bank.make_payment_file(self.accountant, key, self.front.account, [number]),
            )  # fmt: skip
        else:
            way = redeem.decline if how == "decline" else redeem.cancel
            self.ask(
                f"{one.kind} {how}", lambda: self.ledger.end_redeem(one, how),
                lambda: way(self.accountant, End(key, number, "because")),
            )  # fmt: skip

    def statement(self, at: int, side: str, other: int | None = None) -> None:
        """The bank says what it paid out, what came back, and what came of somebody."""
        at_bank = [
            one
            for one in self.requests("bank_redeem")
            if one.redeem in ("submitted", "settled", "recredited")
        ]
        lines: list[tuple[Done | None, str, int]] = []
        if at_bank:
            one = at_bank[-1 - at % len(at_bank)]
            lines += [(one, way, one.amount) for way in ("credit", "debit") if side in (way, "both")]
        if other is not None:
            lines.append((None, "credit", other))
        if not lines:
            return
        # What was paid out may come back in the same statement, wherever it stands.
        states = {
            line: self.ledger.statement(*line) for line in sorted(lines, key=lambda line: line[1] == "credit")
        }
        taken = self.front.take(self.accountant, *[
            (statements.debit if side == "debit" else statements.credit)(
                amount, end_to_end_id=f"BOCLI-{one.redeem_id}" if one else "")
            for one, side, amount in lines
        ])  # fmt: skip
        assert taken.states == tuple(states[line] for line in lines)
        for n, line in enumerate(lines, 1):
            self.acts[f"statement {states[line]}"] += 1
            if states[line] == "unallocated":
                self.receipts.append(Receipt(self.front.line(taken, n)["id"], line[2]))

    @rule(asked=st.lists(st.tuples(st.sampled_from(["comes", "match", "match"]), anybody, amounts, places),
                         min_size=1, max_size=3))  # fmt: skip
    def money_comes(self, asked: list[tuple[str, int, int, int]]) -> None:
        """Money comes to the bank, and an accountant gives it to a coin."""
        for what, who, amount, at in asked:
            if what == "comes" or not self.receipts:
                self.statement(at, "", amount)
            else:
                self.match(at, who)

    def match(self, at: int, who: int) -> None:
        """The accountant's part of it."""
        one = self.pick(self.receipts, lambda each: not each.matched and each.application is None, at)
        answers: list[Answer] = []

        def model() -> None:
            if one.matched:
                raise Refused("statement_line.wrong_state")
            if one.application is not None and one.application.state in ("limited", "taken", "processed"):
                raise Refused("receipt.waits")
            line = {"do": "bank_top_up", "taker": who, "minor": one.amount}
            answer = self.ledger.answer(line, keyed=False)
            if answer.status == "refused":
                raise Refused(answer.key)
            answers.append(answer)

        serial = self.clients[who].serials["EUR"]
        found = self.ask(
            "match", model, lambda: bank.match_receipt(self.accountant, uuid4(), one.line_id, serial)
        )
        if found is None:
            return
        (answer,) = answers
        one.matched = answer.status == "done"
        one.application = answer.application
        if answer.done is not None:
            assert (found.application_id, found.commission) == (None, answer.done.fee)
            answer.done.number = found.operation_id
        elif answer.application is not None:
            assert found.operation_id is None
            answer.application.number = found.application_id
            self.acts["match limited"] += 1

    @rule(who=st.sampled_from((*PEOPLE, *SHOPS, OFFICE)), unit=st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
          incoming=st.booleans(), outgoing=st.booleans())  # fmt: skip
    def switch(self, who: int, unit: str, incoming: bool, outgoing: bool) -> None:
        """A coin's directions are shut or opened; of several that are shut one is opened."""
        shut = sorted(self.ledger.switched)
        if len(shut) > 2:
            self.set_coin(shut[0][0], shut[0][1], incoming=True, outgoing=True)
        else:
            self.set_coin(who, unit, incoming=incoming, outgoing=outgoing)

    def set_coin(self, who: int, unit: str, *, incoming: bool, outgoing: bool) -> None:
        shut = self.ledger.switched
        was = {each for each in shut if each[:2] == (who, unit)}
        wanted = {(who, unit, out) for out, there in ((False, incoming), (True, outgoing)) if not there}

        def model() -> None:
            if wanted == was:
                raise Refused("coin.as_it_is")
            self.ledger.switched = shut - was | wanted

        coin = self.clients[who].coins[unit]
        self.ask("switch", model, lambda: coins.switch(
            self.fraud, uuid4(), coin, incoming=incoming, outgoing=outgoing, reason="asked for it"))  # fmt: skip

    @precondition(lambda self: self.ledger.operations)
    @rule(
        who=st.sampled_from((*PEOPLE, *SHOPS)),
        what=st.sampled_from(["in", "out", "out", "operation"]),
        at=places,
    )
    def block(self, who: int, what: str, at: int) -> None:
        """Anti-fraud blocks a coin until a moment, or, one in two, an operation for good."""
        if what == "operation":
            among = [
                each
                for each in self.ledger.operations
                if each.kind in ("transfer", "payment", "capture", "hold")
            ]
            one = among[-1 - at % len(among)] if among else None
            if one is not None and one.number % 2 == 0:
                block = NewBlock("suspicion", "Looks odd", operation_id=one.number)
                anti_fraud.make_block(self.fraud, uuid4(), block)
                one.blocked = True
        elif len(self.ledger.blocks) < 2:
            block = NewBlock(
                "suspicion", "Looks odd", coin_id=self.clients[who].coins["EUR"], direction=what,
                expires_at=datetime.now(UTC) + timedelta(days=1),
            )  # fmt: skip
            number = anti_fraud.make_block(self.fraud, uuid4(), block)
            self.ledger.blocks[number] = (who, "EUR", what == "out")
            self.acts["coin blocked"] += 1

    # What time does.

    @rule(asked=st.lists(st.one_of(st.none(), places), min_size=1, max_size=3))
    def time_passes(self, asked: list[int | None]) -> None:
        for at in asked:
            if at is None:
                self.do_what_is_due()
            else:
                self.run_out(at)

    def run_out(self, at: int) -> None:
        """The time of one of those that have one: a hold, a cash request, an application, a promise, a block."""
        waiting: list[Any] = [
            one for one in self.ledger.operations
            if (one.active and not one.late and one.kind in ("hold", "cash_redeem"))
            or (one.cashback and one.kind in ("payment", "capture") and not one.due)
        ]  # fmt: skip
        waiting += [one for one in self.waiting() if not one.late]
        waiting += self.ledger.blocks
        if waiting:
            self.its_time_is_over(waiting[-1 - at % len(waiting)])

    def its_time_is_over(self, one: Any) -> None:
        earlier = "clock_timestamp() - interval '1 second'"
        if isinstance(one, int):
            self.late("block", f"expires_at = {earlier}", one)
            (who, _, out), self.ran_out = self.ledger.blocks.pop(one), self.ran_out + 1
            side = "out" if out else "in"
            if (who, "EUR", out) not in self.ledger.blocks.values():
                self.front.admin.execute(
                    f"update book.coin set {side}_blocked_until = {earlier} where id = %s".encode(),
                    (self.clients[who].coins["EUR"],),
                )
        elif isinstance(one, Application):
            one.late = True
            self.late("application", f"expires_at = {earlier}", one.number)
        elif one.cashback:
            one.due = True
            self.late("cashback_due", "due_on = current_date - 1", one.number, "operation_id")
        elif one.kind == "hold":
            one.late = True
            self.late("hold", f"expires_at = {earlier}", one.number, "operation_id")
        else:
            one.late = True
            self.late("redeem_request", f"expires_at = {earlier}", one.redeem_id)

    #: Blocks whose time is over and that nothing has ended yet.
    ran_out = 0

    def late(self, table: str, change: str, number: int, column: str = "id") -> None:
        self.front.admin.execute(f"update book.{table} set {change} where {column} = %s".encode(), (number,))

    def do_what_is_due(self) -> None:
        expected = self.ledger.due_run()
        expected["anti_fraud"] += self.ran_out
        self.ran_out = 0
        assert self.intake.call("due_run") == expected
        for what, pieces in expected.items():
            self.acts[f"{what} due"] += pieces > 0

    def waiting(self) -> list[Application]:
        return [one for one in self.ledger.applications if one.state in ("limited", "taken")]

    def requests(self, *kinds: str) -> list[Done]:
        return [one for one in self.ledger.operations if one.kind in (kinds or REDEEMS)]

    # What must be so after each step.

    def house(self) -> dict[Account, int]:
        """The accounts of the house as a credit raises them, whatever their side."""
        rows = self.front.admin.execute(
            "select a.kind, i.code, sum(-a.debit_sign * (a.balance + coalesce((select sum(s.balance) "
            "from vault.stripe s where s.account_id = a.id), 0)))::bigint from vault.account a "
            "join book.issuer i on i.id = a.issuer_id where a.kind = any (%s) group by 1, 2", (list(HOUSE),),
        ).fetchall()  # fmt: skip
        found: dict[Account, int] = {(kind, 0, unit): 0 for kind in HOUSE for unit in UNITS}
        return found | {(kind, 0, unit): amount for kind, unit, amount in rows}

    @invariant()
    def balances_agree(self) -> None:
        if not hasattr(self, "before"):
            return
        coins = {
            coin: (who, unit)
            for who, each in enumerate(self.clients) if who
            for unit, coin in each.coins.items()
        }  # fmt: skip
        rows = self.front.admin.execute(
            "select kind, owner_id, balance from vault.account where kind in ('WALLET', 'HOLD', 'BATCH') "
            "and owner_id = any (%s)", (list(coins),),
        ).fetchall()  # fmt: skip
        found = {(kind, *coins[coin]): balance for kind, coin, balance in rows}
        wrong = {
            account: (balance, self.ledger.has[account])
            for account, balance in found.items() if balance != self.ledger.has[account]
        }  # fmt: skip
        assert not wrong, f"in the database, in the ledger: {wrong}"
        house = self.house()
        moved = {account: house[account] - self.before[account] for account in house}
        assert moved == {account: self.ledger.has[account] for account in house}
        assert self.ledger.used_up() == self.used()

    def used(self) -> dict[str, list[int]]:
        """What the limited client has used of the limits in all."""
        rows = self.front.admin.execute(
            "select u.operation_kind, u.amounts[6], u.pieces[6] from book.limit_used u "
            "join book.issuer i on i.id = u.issuer_id where u.client_id = %s and u.pieces[6] > 0 "
            "and i.code = case u.operation_kind when 'exchange' then 'USD' else 'EUR' end",
            (self.clients[LIMITED].id,),
        ).fetchall()  # fmt: skip
        return {kind: [amount, pieces] for kind, amount, pieces in rows}

    def teardown(self) -> None:
        if hasattr(self, "before"):
            self.front.assert_right()


def whole(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


@pytest.fixture(scope="module")
def house(world: World) -> Iterator[type[Traffic]]:
    front = Banking(world)
    limited, keeping = front.contract("Limited"), front.contract("Keeping")
    for kind in ("transfer", "payment", "exchange", "mass_payment", "bank_top_up", "bank_redeem"):
        for unit in ("EUR", "USD"):
            payer = "out_of" if kind in ("payment", "bank_top_up") else "on_top"
            front.term(limited, kind, unit, payer=payer, percent="2")
    front.term(limited, "cash_withdrawal", "EUR", percent="1", minimum=10)
    for kind, (one, amount, pieces) in LIMITS.items():
        unit = "USD" if kind == "exchange" else "EUR"
        if one is not None:
            front.limit(limited, kind, unit, "operation", amount=one)
        if amount is not None or pieces is not None:
            front.limit(limited, kind, unit, "life", amount=amount, pieces=pieces)
    front.term(keeping, "transfer", "EUR", percent="2")
    front.term(keeping, "mass_payment", "EUR", percent="2")
    front.admin.execute(
        "insert into book.contract_term (version_id, operation_kind, issuer_id, payer, commission, percent, refund) "
        "select %s, 'payment', id, 'shared', 'percent', 2, 'keep' from book.issuer where code = 'EUR'", (keeping,),
    )  # fmt: skip
    desk, cashier = front.till(eur=1_000_000_00)
    words: dict[str, Any] = {
        "front": front, "limited": limited, "keeping": keeping, "office": Front.office(front), "acts": Counter(),
        "fraud": front.db(world.make_staff("anti_fraud")), "accountant": front.db(front.accountant()),
        "cashier": front.db(cashier), "day": front.start(cashier, desk), "intake": front.db(front.intake),
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        # A schema is read again for each file of payments: that takes longer than all else in a step.
        patch.setattr(xmlschema, "XMLSchema", functools.cache(xmlschema.XMLSchema))
        yield type("House", (Traffic,), words)


MET = {
    *(f"{act} done" for act in (
        "transfer", "payment", "hold", "refund", "capture", "release", "reversal", "cash_redeem", "bank_redeem",
        "redeem_cancel", "mass_payment", "exchange", "bonus_issue", "match", "switch", "redeem pay",
        "payment file", "cash_redeem approve", "bank_redeem approve", "cash_redeem decline", "bank_redeem decline",
        "cash_redeem cancel")),
    *(f"{act} funds.not_enough" for act in (
        "transfer", "payment", "hold", "refund", "bank_redeem", "cash_redeem", "reversal", "mass_payment")),
    *(f"{act} limited" for act in (
        "transfer", "payment", "hold", "mass_payment", "bank_redeem", "cash_redeem", "match")),
    *(f"{act} client.blocked" for act in ("transfer", "match")),
    *(f"{act} coin.blocked" for act in (
        "transfer", "payment", "hold", "refund", "reversal", "cash_redeem", "bank_redeem", "mass_payment",
        "match", "exchange")),
    *(f"{act} operation.blocked" for act in ("refund", "reversal")),
    "exchange limit.exceeded", "exchange quote.taken", "exchange quote.expired", "transfer coin.same",
    "mass_payment coin.same", "mass_payment item returned",
    "refund refund.above", "refund refund.wrong_kind", "refund operation.not_found", "refund operation.reversed",
    "capture hold.wrong_state", "capture hold.not_found", "capture hold.expired", "capture capture.above",
    "release hold.not_found", "reversal operation.reversed",
    "reversal reversal.refunded", "reversal reversal.cashback_paid", "reversal reversal.wrong_kind",
    "redeem_cancel redeem.wrong_state", "redeem_cancel redeem.not_found", "transfer repeated", "transfer key.reused",
    "mass_payment repeated", "match receipt.waits", "match statement_line.wrong_state",
    "application_withdraw done", "application_withdraw application.not_found",
    "application_withdraw application.wrong_state",
    "application processed", "application failed", "application rejected", "take application.too_late", "take done",
    "redeem pay redeem.not_approved", "redeem pay redeem.not_cash", "redeem pay redeem.wrong_state",
    "cash_redeem approve redeem.wrong_state", "bank_redeem approve redeem.wrong_state",
    "payment file payment_file.request_state", "switch coin.as_it_is", "coin blocked",
    *(f"statement {state}" for state in ("settled", "recredited", "unmatched", "unallocated")),
    *(f"{what} due" for what in ("cashback", "holds", "redeems", "anti_fraud")),
}  # fmt: skip


def test_operations_at_random(house: type[Traffic]) -> None:
    # In so few steps chance passes some by; the long form meets every one.
    by_model.act(house, house.acts, MET, 12, 50, rare=6)


@pytest.mark.proof
def test_many_operations_at_random(house: type[Traffic]) -> None:
    by_model.act(house, house.acts, MET, 120, 80)
