"""What the demo's clients did today through the company's payment front end, and what of it waits for its staff.

The front end's own login hands it in, and people do their part by the calls that the screens make: so each role finds
something in its lists and queues. Money that came by bank first: some of it was given to its owner, who moved it on at
once in amounts that break a limit.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg

from bocli.demo.bank import Receipt, decimal, statement
from bocli.demo.people import People
from bocli.demo.sessions import session
from core import anti_fraud, approvals, bank, intake, rates, redeem
from core.bank import camt
from core.clock import now
from core.db import Database, Settings
from core.db.keyset import Keyset

Line = dict[str, Any]

#: The registry's own examples (SWIFT, IBAN Registry).
IBANS = (
    "PL61109010140000071219812874", "UA213223130000026007233566001", "FR1420041010050500013M02606",
    "NL91ABNA0417164300", "ES9121000418450200051332", "AT611904300234573201", "BE68539007547034",
)  # fmt: skip
COINS = """select c.id, c.email, c.name, i.code, a.balance, n.kind
  from book.coin n
  join book.client c on c.id = n.client_id
  join book.issuer i on i.id = n.issuer_id
  join vault.account a on a.id = n.wallet_account_id
  left join book.organization o on o.id = c.organization_id
 where c.active and not c.blocked and n.incoming and n.outgoing and c.identification = 'approved'
   and o.state is distinct from 'suspended'
 order by n.id"""
RICH = (4_000_00, 2_500_00)
ABOVE = 1_200


@dataclass
class Coin:
    """Where a client keeps money of one unit; has: minor units."""

    client: int
    email: str
    name: str
    issuer: str
    has: int
    kind: str

    @property
    def ref(self) -> str:
        """As a line names it."""
        return f"{self.email}/{self.issuer}"


def pass_a_day(
    settings: Settings, dba: str, people: People, progress: Callable[[str, int, int], None]
) -> None:
    """The day in a company that was built and furnished. dba: the superuser's, to see who has what."""
    progress("demo.step.front", 0, 1)
    with psycopg.connect(dba) as connection:
        coins = [Coin(*row) for row in connection.execute(COINS)]
    clients = Clients(coins)
    with session(settings, people.all("accountant")[-1]) as accountant:
        _receipts(accountant, clients)
        lines = clients.day()
        with session(settings, people.first("intake")) as front:
            results = list(intake.take(front, lines))
        cash = [
            result.facts["redeem_id"]
            for line, result in zip(lines, results, strict=True)
            if line["do"] == "cash_redeem" and result.status == "done"
        ]
        # Of those by bank none: they could not be taken back, and to send them is for who tries it.
        redeem.approve(accountant, redeem.Approve(uuid4(), tuple(cash[:2])))
    waiting = [each.facts["application_id"] for each in results if each.status == "limited"]
    with session(settings, people.first("anti_fraud")) as fraud:
        _look(fraud, waiting, clients)
    with session(settings, people.first("financial_specialist")) as specialist:
        _ask(specialist)


class Clients:
    """Who can pay whom, and how much they have left. The same day each time: chance is seeded."""

    def __init__(self, coins: list[Coin]) -> None:
        self._dice = random.Random(20)
        self.wallets = [coin for coin in coins if coin.kind == "wallet" and coin.issuer == "EUR"]
        self.dollars = [coin for coin in coins if coin.kind == "wallet" and coin.issuer == "USD"]
        self._bonus = [coin for coin in coins if coin.issuer == "BONUS"]
        self._shops = [coin for coin in coins if coin.kind == "merchant" and coin.issuer == "EUR"]

    def day(self) -> list[Line]:
        """Its lines, in the order in which they came."""
        some = max(len(self.wallets) // 8, 4)
        paid = [self._payment("payment") for _ in range(some)]
        held = [self._payment("hold") for _ in range(max(some // 10, 3))]
        lines = [each for each in paid + held if each]
        lines += [each for _ in range(some // 2) if (each := self._transfer())]
        lines += [
            _line("bonus_issue", to=self._dice.choice(self._bonus).ref, amount=str(self._dice.randint(5, 50)))
            for _ in range(some // 4)
        ]
        self._dice.shuffle(lines)
        lines += [_line("refund", of=each["key"]) for each in paid[::12] if each]
        lines += [_line("refund", of=each["key"], amount="1.00") for each in paid[5::12] if each]
        lines += [_line("capture", of=each["key"]) for each in held[::2] if each]
        lines += [_line("release", of=each["key"]) for each in held[1::4] if each]
        lines += list(self._moved_on())
        lines += [each for at in range(6) if (each := self._redeem("cash_redeem", at))]
        lines += [each for at in range(len(IBANS)) if (each := self._redeem("bank_redeem", at))]
        return lines

    def _payment(self, do: str) -> Line | None:
        payer, amount = self._payer(30_00)
        if payer is None:
            return None
        shop = self._dice.choice(self._shops)
        return _line(do, payer, to=shop.ref, amount=decimal(amount), device=f"phone-{payer.client}")

    def _transfer(self) -> Line | None:
        payer, amount = self._payer(50_00)
        if payer is None:
            return None
        taker = self._dice.choice([coin for coin in self.wallets if coin is not payer])
        return _line("transfer", payer, to=taker.ref, amount=decimal(amount), device=f"phone-{payer.client}")

    def _moved_on(self) -> Iterator[Line]:
        """Money that came by bank this morning goes on from a device that nobody saw before, above the limits."""
        for at, payer in enumerate(self.dollars[: len(RICH)]):
            for step in range(RICH[at] // (ABOVE * 100) - at):
                taker = self.dollars[len(RICH) + step % (len(self.dollars) - len(RICH))]
                yield _line(
                    "transfer", payer, to=taker.ref, amount=f"{ABOVE + 50 * step}.00", device="browser-7f3a",
                    note="Invoice",
                )  # fmt: skip

    def _redeem(self, do: str, at: int) -> Line | None:
        payer, amount = self._payer(60_00, least=30_00)
        if payer is None:
            return None
        more = {"iban": IBANS[at], "payee": payer.name} if do == "bank_redeem" else {}
        return _line(do, payer, amount=f"{amount // 5_00 * 5}.00", **more)

    def _payer(self, most: int, least: int = 1_00) -> tuple[Coin | None, int]:
        """Somebody who has twice that, for what it costs; None when chance finds nobody."""
        amount = self._dice.randint(least, most)
        able = [coin for coin in self.wallets if coin.has > 2 * amount + 10_00]
        if not able:
            return None, amount
        payer = self._dice.choice(able)
        payer.has -= 2 * amount
        return payer, amount


def _line(do: str, payer: Coin | None = None, **fields: Any) -> Line:
    of_payer = {"from": payer.ref} if payer else {}
    return {"key": str(uuid4()), "do": do, **of_payer, **fields}


def _receipts(accountant: Database, clients: Clients) -> None:
    """The bank's statement of this morning. Two are given to who they are for, two wait: one names its owner."""
    account = next(each for each in bank.accounts(accountant) if each.issuer == "USD")
    owners = clients.dollars[: len(RICH)]
    later = clients.dollars[-1]
    receipts = [Receipt(amount, owner.name, owner.email) for amount, owner in zip(RICH, owners, strict=True)]
    receipts += [
        Receipt(320_00, later.name, f"for {later.email}"),
        Receipt(75_00, "A. N. Sender", "as agreed"),
    ]
    content = statement(account.iban, "USD", now().date(), receipts)
    bank.import_statements(accountant, uuid4(), account.iban, camt.parse(content, {"USD": 2}), dry_run=False)
    waiting = Keyset(bank.unallocated_select).page(accountant, None, 100)
    for row in waiting:
        for owner in owners:
            if row.remittance == owner.email:
                bank.match_receipt(accountant, uuid4(), row.id, owner.ref)


def _look(fraud: Database, waiting: list[int], clients: Clients) -> None:
    """Of what broke a limit one is being looked at, one put off till tomorrow; the rest waits."""
    for application in waiting[:1]:
        anti_fraud.take(fraud, uuid4(), application)
    for application in waiting[1:2]:
        anti_fraud.snooze(fraud, uuid4(), application, now() + timedelta(days=1))
    lost, suspected = clients.wallets[-1], clients.wallets[-2]
    for coin, kind, reason in (
        (lost, "lost_access", "Lost the phone, asked by telephone"),
        (suspected, "suspicion", "Paid from four countries within a day"),
    ):
        anti_fraud.make_block(
            fraud,
            uuid4(),
            anti_fraud.NewBlock(kind, reason, now() + timedelta(days=30), client_id=coin.client),
        )


def _ask(specialist: Database) -> None:
    """A rate of the exchange office that somebody else is to decide."""
    office = rates.offices(specialist)[0]
    draft = rates.RateDraft("EUR", "USD", "1.0700", "1.0900", office.id)
    saved = approvals.save(specialist, uuid4(), draft.kind, draft.payload())
    approvals.submit(specialist, uuid4(), saved.request_id, saved.revision)
