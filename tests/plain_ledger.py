"""Client operations once more in plain Python: what each line of a call must be answered, and what everybody has then.

Written from what is said of operations (the table of postings, limits, passes), not from the rules: an account is a
number that a credit raises and a debit lowers, amounts are minor units. The terms are those of `tests.front`: 2 percent
of everything, halves up, the payer on top, of payments and what comes from the bank out of it; cash takes 1 percent, 10
at least.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

Account = tuple[str, int, str]
"""A kind, whose it is (a client's number; 0: the house), in what unit."""
Move = tuple[Account, Account, int]
"""From what is debited to what is credited, so much."""
Line = dict[str, Any]

#: By which terms and limits an act goes, where it is not its own name.
PRICED = {"cash_redeem": "cash_withdrawal", "hold": "payment"}
PLAIN = ("transfer", "payment", "hold", "bonus_issue", "bank_top_up", "cash_redeem", "bank_redeem")
REDEEMS = ("cash_redeem", "bank_redeem")
PAID_FOR = ("payment", "capture")
NEVER_BELOW_ZERO = ("WALLET", "HOLD", "BATCH")


def house(kind: str, unit: str = "EUR") -> Account:
    """An account of the house."""
    return (kind, 0, unit)


def wallet(who: int, unit: str = "EUR") -> Account:
    return ("WALLET", who, unit)


def hold_of(who: int) -> Account:
    return ("HOLD", who, "EUR")


def fee_of(kind: str, amount: int) -> int:
    """What the company takes of an operation."""
    if kind == "bonus_issue":
        return 0
    return max((amount + 50) // 100, 10) if kind == "cash_withdrawal" else (amount * 2 + 50) // 100


def part_of(whole: int, amount: int, before: int, now: int) -> int:
    """Of what belongs to an amount the part that belongs to so much more of it."""
    return whole * (before + now) // amount - whole * before // amount


@dataclass
class Shop:
    """How much a merchant's payers get back, in tenths of a percent, who pays it, and on what terms it is paid."""

    tenths: int = 0
    company: bool = False
    cap: int | None = None
    left: int | None = None
    at_once: bool = True
    clawback: bool = True
    # The payer bears the greater half of the commission, and the company keeps it when the payment is given back.
    shared: bool = False
    keeps: bool = False

    def on_top(self, fee: int) -> int:
        """What of a commission the payer bears."""
        return (fee + 1) // 2 if self.shared else 0

    def cashback(self, amount: int, below: int) -> int:
        """What is promised of a payment that the merchant pays so much of the commission of."""
        most = [amount * self.tenths // 1000]
        most += [self.cap] if self.cap is not None else []
        most += [self.left] if self.left is not None else []
        return min(most if self.company else [*most, amount - below])


@dataclass(eq=False)
class Done:
    """An operation that later ones may go on with."""

    kind: str
    giver: int
    taker: int
    amount: int
    fee: int = 0
    on_top: int = 0
    moves: list[Move] = field(default_factory=list)
    counts: str | None = None
    # What was promised, what of it was taken back, whether its day has come, whether it is through.
    cashback: int = 0
    back: int = 0
    due: bool = True
    paid: bool = False
    refunded: int = 0
    reversed: bool = False
    blocked: bool = False
    # Of what was set aside: how much, whether it still is, whether its time is over.
    held: int = 0
    active: bool = False
    late: bool = False
    redeem: str = ""
    # How it is named: by the key of its line, by its number.
    key: str = ""
    number: int = 0
    redeem_id: int = 0


@dataclass(eq=False)
class Application:
    """A line that broke a limit, and what is set aside for it."""

    line: Line
    giver: int
    held: int
    state: str = "limited"
    late: bool = False
    done: Done | None = None
    number: int = 0


@dataclass
class Answer:
    """What a line must be answered: a status, a refusal's key, what it made."""

    status: str
    key: str = ""
    done: Done | None = None
    application: Application | None = None


class Refused(Exception):
    """Why something is not done."""


@dataclass
class Plan:
    """What a line would do: its moves, and those that come after them; by which limit; what would be set aside."""

    done: Done
    moves: list[Move]
    limit: str | None = None
    held: int = 0
    gives_back: bool = False
    after: list[Move] = field(default_factory=list)


@dataclass
class Ledger:
    """Balances, what is used of limits, operations, waiting applications."""

    shops: dict[int, Shop]
    #: Of one operation, of all: amount and pieces. One client has them.
    limits: dict[str, tuple[int | None, int | None, int | None]]
    limited: int
    office: int
    shut: set[int]
    #: Directions of coins that are shut by a switch: whose, the unit, whether money out of it.
    switched: set[tuple[int, str, bool]] = field(default_factory=set)
    #: The same by anti-fraud's blocks, with the block's number.
    blocks: dict[int, tuple[int, str, bool]] = field(default_factory=dict)
    has: dict[Account, int] = field(default_factory=lambda: defaultdict(int))
    used: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    keys: dict[str, Answer] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    operations: list[Done] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    taken_quotes: set[str] = field(default_factory=set)
    late_quotes: set[str] = field(default_factory=set)
    acts: Counter[str] = field(default_factory=Counter)

    # A call: the lines of it, pass by pass.

    def call(self, lines: list[Line]) -> list[Answer]:
        """The answers of one call in the order of its lines."""
        answers: list[Answer | None] = [None] * len(lines)
        while None in answers:
            left = [n for n, answer in enumerate(answers) if answer is None]
            first: dict[str, int] = {}
            for n in left:
                first.setdefault(lines[n]["key"], n)
            # A line waits for those before it that have its key, or that it names.
            ready = [
                n for n in left
                if first[lines[n]["key"]] == n and first.get(str(lines[n].get("of")), n) >= n
            ]  # fmt: skip
            named = {n: self.named(lines[n]) for n in ready}
            met: set[object] = set()
            for n in ready:
                if lines[n]["key"] in self.keys:
                    answers[n] = self.again(lines[n])
                    continue
                # Of those that go on with the same one the first; the others wait for the next pass.
                turn: object = named[n] or lines[n].get("quote") or n
                if turn not in met:
                    met.add(turn)
                    answers[n] = self.answer(lines[n], named[n])
        for line, answer in zip(lines, answers, strict=True):
            assert answer is not None
            self.acts[f"{line['do']} {answer.key or answer.status}"] += 1
        return [answer for answer in answers if answer is not None]

    def named(self, line: Line) -> Done | Application | None:
        """What a line goes on with: an operation by its number or by the key of the line that made it, or what waits by
        that key."""
        of = str(line.get("of"))
        known = self.keys.get(of)
        if line["do"] == "application_withdraw":
            return known.application if known else None
        if known is not None:
            return known.application.done if known.application else known.done
        return next((one for one in self.operations if str(one.number) == of), None)

    def again(self, line: Line) -> Answer:
        """A key that was answered before."""
        if self.lines[line["key"]] != line:
            return Answer("refused", "key.reused")
        first = self.keys[line["key"]]
        return Answer("repeated", done=first.done, application=first.application)

    def answer(
        self, line: Line, of: Done | Application | None = None, *, limited: bool = True, keyed: bool = True
    ) -> Answer:
        """Do a line, make an application of it, or refuse it."""
        try:
            plan = self.plan(line, of)
            broken = limited and not plan.gives_back and self.breaks(plan)
            answer = self.wait(line, plan) if broken else self.do(line, plan, of)
        except Refused as refused:
            return Answer("refused", str(refused))
        if keyed:
            self.keys[line["key"]], self.lines[line["key"]] = answer, line
            if answer.done is not None:
                answer.done.key = line["key"]
        return answer

    # Limits.

    def breaks(self, plan: Plan) -> bool:
        """Whether one more would break a limit of the only client who has any: of one operation, or of all his."""
        if plan.done.giver != self.limited or plan.limit not in self.limits:
            return False
        one, amount, pieces = self.limits[plan.limit]
        used = self.used[plan.limit]
        return (
            (one is not None and plan.done.amount > one)
            or (amount is not None and used[0] + plan.done.amount > amount)
            or (pieces is not None and used[1] + 1 > pieces)
        )  # fmt: skip

    def count(self, giver: int, kind: str | None, amount: int, pieces: int) -> None:
        if giver == self.limited and kind is not None:
            self.used[kind][0] += amount
            self.used[kind][1] += pieces

    def used_up(self) -> dict[str, list[int]]:
        """What is used of the limits, without what was given back whole."""
        return {kind: used for kind, used in self.used.items() if used[1]}

    # Doing.

    def post(self, moves: list[Move]) -> None:
        """Move all or nothing: what may not go below zero does not, when all is moved."""
        touched: dict[Account, int] = defaultdict(int)
        for debit, credit, amount in moves:
            touched[debit] -= amount
            touched[credit] += amount
        for account, change in touched.items():
            if account[0] in NEVER_BELOW_ZERO and self.has[account] + change < 0:
                raise Refused("funds.not_enough")
        for account, change in touched.items():
            self.has[account] += change

    def wait(self, line: Line, plan: Plan) -> Answer:
        """What breaks a limit is set aside and counts nothing; what comes in is not there to be set aside."""
        giver = plan.done.giver
        if plan.done.kind == "exchange":
            # Its offer would be gone before anybody has looked.
            raise Refused("limit.exceeded")
        self.post([(wallet(giver), hold_of(giver), plan.held)])
        made = Application(line, giver, plan.held)
        self.applications.append(made)
        return Answer("limited", application=made)

    def do(self, line: Line, plan: Plan, of: Done | Application | None) -> Answer:
        """Post it, and keep what later lines will ask about."""
        done = plan.done
        self.post(plan.moves)
        self.post(plan.after)
        done.moves = plan.moves
        done.counts = plan.limit
        if isinstance(of, Application):
            of.state = "withdrawn"
        elif of is not None:
            self.end(line["do"], done, of)
        if plan.gives_back and isinstance(of, Done):
            self.count(of.giver, plan.limit, -of.amount, -1)
        else:
            self.count(done.giver, plan.limit, done.amount, 1)
        if done.kind in PAID_FOR:
            shop = self.shops[done.taker]
            done.due = shop.at_once
            if shop.left is not None:
                shop.left -= done.cashback
        if done.kind == "exchange":
            self.taken_quotes.add(line["quote"])
        self.operations.append(done)
        return Answer("done", done=done)

    def end(self, act: str, done: Done, of: Done) -> None:
        """What a line did to the operation that it goes on with."""
        if act == "refund":
            of.refunded += done.amount
            of.back += done.cashback
        elif act == "reversal":
            of.reversed = True
            of.back = of.cashback
        else:
            of.active = False
            of.redeem = "cancelled" if act == "redeem_cancel" else of.redeem

    # Who may not.

    def side(self, who: int, out: bool, unit: str = "EUR") -> str:
        """Why money cannot go out of a client's coin, or come in; empty when it can."""
        if who in self.shut:
            return "client.blocked"
        coin = (who, unit, out)
        return "coin.blocked" if coin in self.switched or coin in self.blocks.values() else ""

    def sides(self, *asked: tuple[int, bool, str]) -> None:
        """Raise the first that cannot."""
        for who, out, unit in asked:
            why = self.side(who, out, unit)
            if why:
                raise Refused(why)

    # Plans.

    def plan(self, line: Line, of: Done | Application | None) -> Plan:
        """What a line would do; raises Refused for what is asked before limits and money."""
        act = line["do"]
        if act in PLAIN:
            return self.plain(act, line)
        if act == "mass_payment":
            return self.mass(line)
        if act == "exchange":
            return self.exchange(line)
        if act == "application_withdraw":
            return self.withdraw(of)
        if not isinstance(of, Done):
            raise Refused("operation.not_found")
        if of.blocked:
            raise Refused("operation.blocked")
        if of.reversed:
            raise Refused("operation.reversed")
        if act == "refund":
            return self.refund(line, of)
        if act == "reversal":
            return self.reversal(of)
        return self.capture(line, of) if act == "capture" else self.release(act, of)

    def plain(self, act: str, line: Line) -> Plan:
        giver, taker, amount = line.get("giver", 0), line.get("taker", 0), line["minor"]
        unit = "BONUS" if act == "bonus_issue" else "EUR"
        if giver == taker:
            raise Refused("coin.same")
        if giver:
            self.sides((giver, True, unit))
        if taker:
            self.sides((taker, False, unit))
        kind = PRICED.get(act, act)
        fee = fee_of(kind, amount)
        payer, payee, income = wallet(giver), wallet(taker, unit), house("COMMISSION")
        if act == "bonus_issue":
            return Plan(Done(act, taker, taker, amount), [(house("UNBACKED", unit), payee, amount)])
        if act == "bank_top_up":
            moves = [(house("UNALLOCATED"), payee, amount), (payee, income, fee)]
            return Plan(Done(act, taker, taker, amount, fee), moves, kind)
        if act in ("hold", *REDEEMS):
            on_top = self.shops[taker].on_top(fee) if act == "hold" else fee
            done = Done(act, giver, taker, amount, fee, on_top, held=amount + on_top, active=True)
            done.redeem = "" if act == "hold" else "pending"
            return Plan(done, [(payer, hold_of(giver), done.held)], kind, done.held)
        if act == "payment":
            return self.payment(Done(act, giver, taker, amount, fee), payer)
        moves = [(payer, payee, amount), (payer, income, fee)]
        return Plan(Done(act, giver, taker, amount, fee, fee), moves, kind, amount + fee)

    def payment(self, done: Done, source: Account) -> Plan:
        """A merchant paid out of a wallet, or out of what was set aside in it."""
        shop, payee, income = self.shops[done.taker], wallet(done.taker), house("COMMISSION")
        done.on_top = shop.on_top(done.fee)
        below = done.fee - done.on_top
        done.cashback = shop.cashback(done.amount, below)
        moves = [
            (source, payee, done.amount), (source, income, done.on_top), (payee, income, below),
            (house("CASHBACK") if shop.company else payee, house("CASHBACK_DUE"), done.cashback),
        ]  # fmt: skip
        return Plan(done, moves, "payment", done.amount + done.on_top)

    def mass(self, line: Line) -> Plan:
        giver = line["giver"]
        self.sides((giver, True, "EUR"))
        sender, batch = wallet(giver), ("BATCH", giver, "EUR")
        done, whole, after = Done("mass_payment", giver, 0, 0), 0, []
        for taker, amount in line["all"]:
            if taker == giver:
                raise Refused("coin.same")
            fee = fee_of("mass_payment", amount)
            done.amount += amount
            whole += amount + fee
            if self.side(taker, False):
                self.acts["mass_payment item returned"] += 1
                after.append((batch, sender, amount + fee))
            else:
                done.fee += fee
                after += [(batch, wallet(taker), amount), (batch, house("COMMISSION"), fee)]
        return Plan(done, [(sender, batch, whole)], "mass_payment", whole, after=after)

    def exchange(self, line: Line) -> Plan:
        giver, amount, office = line["giver"], line["minor"], self.office
        if line["quote"] in self.taken_quotes:
            raise Refused("quote.taken")
        if line["quote"] in self.late_quotes:
            raise Refused("quote.expired")
        self.sides((giver, True, "USD"), (giver, False, "EUR"), (office, False, "USD"), (office, True, "EUR"))
        fee = fee_of("exchange", amount)
        moves = [
            (wallet(giver, "USD"), wallet(office, "USD"), amount),
            (wallet(giver, "USD"), house("COMMISSION", "USD"), fee),
            (wallet(office), wallet(giver), amount * 9 // 10),
        ]
        return Plan(Done("exchange", giver, office, amount, fee, fee), moves, "exchange")

    def refund(self, line: Line, of: Done) -> Plan:
        if of.kind not in PAID_FOR:
            raise Refused("refund.wrong_kind")
        left = of.amount - of.refunded
        asked = line.get("minor", left)
        if left == 0 or asked > left:
            raise Refused("refund.above")
        self.sides((of.taker, True, "EUR"), (of.giver, False, "EUR"))
        shop, income = self.shops[of.taker], house("COMMISSION")
        payer, payee = wallet(of.giver), wallet(of.taker)

        def part(whole: int, given: bool) -> int:
            return part_of(whole, of.amount, of.refunded, asked) if given else 0

        done = Done("refund", of.giver, of.taker, asked, cashback=part(of.cashback, shop.clawback))
        moves = [
            (income, payee, part(of.fee - of.on_top, not shop.keeps)),
            (income, payer, part(of.on_top, not shop.keeps)),
            (payer if of.paid else house("CASHBACK_DUE"), house("CASHBACK") if shop.company else payee,
             done.cashback),
            (payee, payer, asked),
        ]  # fmt: skip
        return Plan(done, moves)

    def reversal(self, of: Done) -> Plan:
        if of.kind not in ("transfer", "payment", "exchange", "bonus_issue"):
            raise Refused("reversal.wrong_kind")
        if of.refunded:
            raise Refused("reversal.refunded")
        if of.cashback and of.paid:
            raise Refused("reversal.cashback_paid")
        # Whoever got something gives it back, and the other way round.
        got: dict[tuple[int, str], int] = defaultdict(int)
        for debit, credit, amount in of.moves:
            got[debit[1:]] -= amount
            got[credit[1:]] += amount
        why = [self.side(who, amount > 0, unit) for (who, unit), amount in got.items() if who]
        if any(why):
            raise Refused(min(each for each in why if each))
        moves = [(credit, debit, amount) for debit, credit, amount in of.moves]
        return Plan(Done("reversal", of.giver, of.taker, of.amount), moves, of.counts, gives_back=True)

    def capture(self, line: Line, of: Done) -> Plan:
        if of.kind != "hold":
            raise Refused("hold.not_found")
        if not of.active:
            raise Refused("hold.wrong_state")
        if of.late:
            raise Refused("hold.expired")
        amount = line.get("minor", of.amount)
        if amount > of.amount:
            raise Refused("capture.above")
        self.sides((of.giver, True, "EUR"), (of.taker, False, "EUR"))
        fee = fee_of("payment", amount)
        plan = self.payment(Done("capture", of.giver, of.taker, amount, fee), hold_of(of.giver))
        # It was counted when it was set aside.
        plan.limit = None
        plan.moves.append((hold_of(of.giver), wallet(of.giver), of.held - amount - plan.done.on_top))
        return plan

    def release(self, act: str, of: Done) -> Plan:
        if of.kind not in (("hold",) if act == "release" else REDEEMS):
            raise Refused("hold.not_found" if act == "release" else "redeem.not_found")
        if of.redeem and not self.may_be_cancelled(of):
            raise Refused("redeem.wrong_state")
        if not of.active:
            raise Refused("hold.wrong_state")
        move = (hold_of(of.giver), wallet(of.giver), of.held)
        return Plan(Done("release", of.giver, of.taker, of.amount), [move], of.counts, gives_back=True)

    def withdraw(self, of: Done | Application | None) -> Plan:
        """A client takes back what waits at anti-fraud."""
        if not isinstance(of, Application):
            raise Refused("application.not_found")
        if of.state not in ("limited", "taken"):
            raise Refused("application.wrong_state")
        move = (hold_of(of.giver), wallet(of.giver), of.held)
        return Plan(Done("release", of.giver, 0, of.held), [move], gives_back=True)

    # What people do besides.

    def give_back(self, giver: int, held: int) -> None:
        self.post([(hold_of(giver), wallet(giver), held)])

    def give_up(self, one: Done) -> None:
        """What was set aside for an operation goes back, with what it used of the limits."""
        self.give_back(one.giver, one.held)
        self.count(one.giver, one.counts, -one.amount, -1)
        one.active = False

    def take_back(self, one: Done) -> None:
        """What went on its way to the bank comes back before it was sent."""
        to = wallet(one.giver)
        self.post([(house("PAYOUT"), to, one.amount), (house("COMMISSION"), to, one.fee)])
        self.count(one.giver, one.counts, -one.amount, -1)

    def take(self, application: Application) -> None:
        """A specialist takes it."""
        if application.late:
            raise Refused("application.too_late")
        application.state = "taken"

    def decide(self, application: Application, *, approve: bool) -> Answer | None:
        """Anti-fraud decides; what is approved is done at once, without asking limits."""
        if application.late:
            raise Refused("application.too_late")
        self.give_back(application.giver, application.held)
        if not approve:
            application.state = "rejected"
            return None
        answer = self.answer(application.line, limited=False, keyed=False)
        application.state = "processed" if answer.status == "done" else "failed"
        application.done = answer.done
        return answer

    def may_be_cancelled(self, one: Done) -> bool:
        """By its own client."""
        return one.redeem == "pending" or (one.kind, one.redeem) == ("cash_redeem", "approved")

    def may_go_on(self, one: Done) -> None:
        """Whether a request that waits can be approved or paid."""
        if one.late:
            raise Refused("redeem.expired")
        self.sides((one.giver, True, "EUR"))
        if one.blocked:
            raise Refused("operation.blocked")

    def approve_redeem(self, one: Done) -> None:
        """By bank the money goes on its way, by cash it waits for a desk."""
        if one.redeem != "pending":
            raise Refused("redeem.wrong_state")
        self.may_go_on(one)
        one.redeem = "approved"
        if one.kind == "bank_redeem":
            self.spend(one, house("PAYOUT"))

    def end_redeem(self, one: Done, how: str) -> None:
        """An accountant declines it, or cancels it."""
        if one.redeem not in (["pending"] if how == "decline" else ["pending", "approved"]):
            raise Refused("redeem.wrong_state")
        if one.blocked:
            raise Refused("operation.blocked")
        if (one.kind, one.redeem) == ("bank_redeem", "approved"):
            self.take_back(one)
        else:
            self.give_up(one)
        one.redeem = "declined" if how == "decline" else "cancelled"

    def pay_redeem(self, one: Done) -> None:
        """A cashier pays it at a desk."""
        if one.kind != "cash_redeem":
            raise Refused("redeem.not_cash")
        if one.redeem != "approved":
            raise Refused("redeem.not_approved" if one.redeem == "pending" else "redeem.wrong_state")
        self.may_go_on(one)
        self.spend(one, house("CASH"))
        one.redeem = "paid"

    def spend(self, one: Done, to: Account) -> None:
        held = hold_of(one.giver)
        self.post([(held, to, one.amount), (held, house("COMMISSION"), one.fee)])
        one.active = False

    def submit(self, one: Done) -> None:
        """It goes into a file for the bank."""
        if one.redeem != "approved":
            raise Refused("payment_file.request_state")
        one.redeem = "submitted"

    def statement(self, one: Done | None, side: str, amount: int) -> str:
        """What becomes of a line of a bank's statement: of a payment that it names, or of nobody yet."""
        if one is not None and (side, one.redeem) == ("debit", "submitted"):
            self.post([(house("PAYOUT"), house("BANK_SAFEGUARDED"), amount)])
            one.redeem = "settled"
            return "settled"
        if one is not None and (side, one.redeem) == ("credit", "settled"):
            self.post([(house("BANK_SAFEGUARDED"), house("PAYOUT"), amount)])
            self.post([(house("PAYOUT"), wallet(one.giver), amount)])
            one.redeem = "recredited"
            return "recredited"
        if side == "debit":
            return "unmatched"
        self.post([(house("BANK_SAFEGUARDED"), house("UNALLOCATED"), amount)])
        return "unallocated"

    # What time does.

    def due_run(self) -> dict[str, int]:
        """What is due is done: cashback paid, what is late given back; how many of each."""
        found = {"cashback": self.pay_cashback(), "holds": 0, "redeems": 0, "anti_fraud": 0}
        for one in self.operations:
            if one.late and one.active and not one.blocked:
                found["redeems" if one.redeem else "holds"] += 1
                self.give_up(one)
                one.redeem = "expired" if one.redeem else ""
        for each in self.applications:
            if each.late and each.state in ("limited", "taken"):
                found["anti_fraud"] += 1
                self.give_back(each.giver, each.held)
                each.state = "expired"
        return found

    def pay_cashback(self) -> int:
        """How many promises were paid: none to who can take nothing now."""
        paid = 0
        for one in self.operations:
            if not one.cashback or one.paid or not one.due or one.kind not in PAID_FOR:
                continue
            if one.back == one.cashback:
                one.paid = True
            elif not self.side(one.giver, False):
                one.paid = True
                paid += 1
                self.post([(house("CASHBACK_DUE"), wallet(one.giver), one.cashback - one.back)])
        return paid
