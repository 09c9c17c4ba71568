"""A day's traffic of payment front ends, as lines for `bocli intake`: made up, mixed, and the same for the same seed.

    day = Traffic(seed=7, clients=200, merchants=10, office=3)
    write(path, day.sign_ups())              # first: everybody signs up
    for email, issuer, amount in day.funding():
        ...                                  # then the caller puts this money on the wallets: cash, or the bank's
    write(path, day.operations(5000))        # then the day; `day.expected` says what must become of each key

`sign_ups` gives a line for each client and merchant. `funding` gives e-mail, unit and amount (a decimal
in whole units) for who starts with money; intake itself makes bonus units only. `operations(count)`
gives about `count` lines: payments, transfers, bonus issues, refunds whole and in part, holds with
captures and releases, quotes with exchanges (when there is an `office`: its id; it gives EUR for USD and
must have coins with money), mass payments, redeems by cash and bank, documents, tickets, lines sent
twice, a few that are above the limits (`above`: an amount that breaks one, which the first client can
pay `rich` times) and a few that are wrong. Called again, it goes on where it was. `cash_identified`:
whether cash takes an identified client, as contracts usually say; nobody who just signed up is one.

It keeps account of what everybody has, commissions of at most `fee` percent reckoned in, so what it expects to be done
is done when every line is taken in the order of the lines. `expected`: key → done, limited, refused or repeated.
"""

from __future__ import annotations

import base64
import json
import random
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

Line = dict[str, Any]

FIRST = ("Anna", "Олена", "Jürgen", "Małgorzata", "ليلى", "Ivan", "Zoë", "Łukasz", "Mykola", "Sofía")
LAST = ("Example", "Приклад", "Beispiel", "Przykład", "مثال", "Sample", "Muster", "Wzór", "Зразок", "Ejemplo")
ZONES = ("Europe/Kyiv", "Europe/Berlin", "Europe/Warsaw", "Asia/Dubai", "America/New_York")
FILES = (
    ("passport", "passport.pdf", "application/pdf", b"%PDF-1.7\n"),
    ("identity_card", "card.jpg", "image/jpeg", b"\xff\xd8\xff\xe0"),
    ("proof_of_address", "bill.png", "image/png", b"\x89PNG\r\n\x1a\n"),
)
SUBJECTS = (
    "Where is my money?",
    "Я не впізнаю платіж",
    "Karte gesperrt",
    "Zwrot nie dotarł",
    "لم يصل التحويل",
)


def iban(country: str, account: str) -> str:
    """A valid IBAN of an account's number (ISO 13616, check digits by ISO/IEC 7064 MOD 97-10)."""
    digits = "".join(str(int(each, 36)) for each in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


def write(path: Path, lines: Iterable[Line | bytes]) -> int:
    """Write lines into a file, one a line; bytes as they are. How many."""
    count = 0
    with path.open("wb") as file:
        for line in lines:
            file.write(line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode())
            file.write(b"\n")
            count += 1
    return count


def decimal(minor: int) -> str:
    """Minor units of a unit of two digits as a decimal."""
    return f"{minor // 100}.{minor % 100:02d}"


class Traffic:
    """One day of one company; see the module."""

    def __init__(
        self, seed: int, clients: int, merchants: int, *, office: int | None = None, start: int = 500_00,
        above: int = 15_000_00, rich: int = 4, fee: int = 5, bad: float = 0.01,
        cash_identified: bool = True,
    ) -> None:  # fmt: skip
        self.expected: dict[str, str] = {}
        self._random = random.Random(seed)
        self._seed = seed
        self.clients = [f"client{n}@day{seed}.example" for n in range(1, clients + 1)]
        self.merchants = [f"shop{n}@day{seed}.example" for n in range(1, merchants + 1)]
        self._office = office
        self._start = start
        self._above = above
        self._rich = rich
        self._fee = fee
        self._bad = bad
        self._cash_refused = cash_identified
        self._has: dict[tuple[str, str], int] = {}
        self._payments: deque[tuple[str, str, str, int]] = deque(maxlen=200)
        self._holds: deque[tuple[str, str, int]] = deque(maxlen=50)
        self._redeems: deque[str] = deque(maxlen=50)
        self._sent: deque[Line] = deque(maxlen=100)
        self._above_left = rich

    # --- who there is --------------------------------------------------------------------------------

    def sign_ups(self) -> Iterator[Line]:
        """Everybody, each with their wallets."""
        for n, email in enumerate([*self.clients, *self.merchants], 1):
            merchant = email.startswith("shop")
            yield self._line(
                "client", name=f"{self._random.choice(FIRST)} {self._random.choice(LAST)} {n}", email=email,
                phone=f"+49{self._seed % 10000:04d}{n:07d}",
                language=self._random.choice(("uk", "de", "pl", "en", "ar")),
                time_zone=self._random.choice(ZONES), kind="merchant" if merchant else "individual",
                coins=["EUR"] if merchant else ["EUR", "USD", "BONUS"],
            )  # fmt: skip

    def funding(self) -> Iterator[tuple[str, str, str]]:
        """Who starts with what: e-mail, unit, decimal."""
        for n, email in enumerate(self.clients):
            amount = self._start + (2 * self._above * self._rich if n == 0 else 0)
            for issuer in ("EUR", "USD"):
                self._has[email, issuer] = amount
                yield email, issuer, decimal(amount)

    # --- what they do --------------------------------------------------------------------------------

    def operations(self, count: int) -> Iterator[Line]:
        """About so many lines of the day."""
        kinds = {
            self._payment: 36, self._transfer: 18, self._bonus: 12, self._refund: 6, self._hold: 4,
            self._end_of_hold: 4, self._exchange: 3, self._mass: 2, self._redeem: 4, self._cancel: 1,
            self._document: 3, self._ticket: 4, self._again: 1, self._too_much: 1,
        }  # fmt: skip
        made = 0
        while made < count:
            make = self._random.choices(list(kinds), list(kinds.values()))[0]
            if self._random.random() < self._bad:
                make = self._wrong
            for line in make():
                made += 1
                self._sent.append(line)
                yield line

    def _line(self, do: str, expected: str = "done", **fields: Any) -> Line:
        key = str(UUID(int=self._random.getrandbits(128), version=4))
        self.expected[key] = expected
        return {"key": key, "do": do, **fields}

    def _payer(self, issuer: str = "EUR") -> str:
        return self._random.choice(self.clients)

    def _spend(self, email: str, issuer: str = "EUR", most: int = 40_00) -> int:
        """An amount that a client can pay with its commission, now taken off; 0: there is too little."""
        amount = self._random.randint(1_00, most)
        whole = amount * (100 + self._fee) // 100 + 50
        if email == self.clients[0]:
            # The first client's money is for what is above the limits.
            whole += 2 * self._above * self._above_left
        if self._has.get((email, issuer), 0) < whole:
            return 0
        self._has[email, issuer] -= amount * (100 + self._fee) // 100 + 50
        return amount

    def _gets(self, email: str, amount: int, issuer: str = "EUR") -> None:
        self._has[email, issuer] = self._has.get((email, issuer), 0) + amount * (100 - self._fee) // 100

    def _more(self) -> Line:
        """A note and a device, on some."""
        more: Line = {}
        if self._random.random() < 0.3:
            more["device"] = f"phone-{self._random.randint(1, 3)}"
        if self._random.random() < 0.1:
            more["note"] = "Дякую · thank you"
        return more

    def _payment(self) -> Iterator[Line]:
        giver, shop = self._payer(), self._random.choice(self.merchants)
        if amount := self._spend(giver):
            line = self._line(
                "payment",
                **{"from": f"{giver}/EUR"},
                to=f"{shop}/EUR",
                amount=decimal(amount),
                **self._more(),
            )
            self._gets(shop, amount)
            self._payments.append((line["key"], giver, shop, amount))
            yield line

    def _transfer(self) -> Iterator[Line]:
        giver, taker = self._random.sample(self.clients, 2)
        if amount := self._spend(giver):
            self._gets(taker, amount)
            yield self._line(
                "transfer",
                **{"from": f"{giver}/EUR"},
                to=f"{taker}/EUR",
                amount=decimal(amount),
                **self._more(),
            )

    def _bonus(self) -> Iterator[Line]:
        yield self._line("bonus_issue", to=f"{self._payer()}/BONUS", amount=str(self._random.randint(1, 500)))

    def _refund(self) -> Iterator[Line]:
        """All of a payment, or two parts of it; what is more than was paid is refused."""
        if not self._payments:
            return
        key, giver, shop, amount = self._payments.popleft()
        if self._has[shop, "EUR"] < amount:
            return
        self._has[shop, "EUR"] -= amount
        self._gets(giver, amount)
        if self._random.random() < 0.5:
            yield self._line("refund", of=key)
            return
        part = amount // 2
        yield self._line("refund", of=key, amount=decimal(part))
        yield self._line("refund", of=key, amount=decimal(amount - part))
        yield self._line("refund", "refused", of=key, amount="1.00")

    def _hold(self) -> Iterator[Line]:
        giver, shop = self._payer(), self._random.choice(self.merchants)
        if amount := self._spend(giver):
            line = self._line("hold", **{"from": f"{giver}/EUR"}, to=f"{shop}/EUR", amount=decimal(amount))
            self._holds.append((line["key"], shop, amount))
            yield line

    def _end_of_hold(self) -> Iterator[Line]:
        if not self._holds:
            return
        key, shop, amount = self._holds.popleft()
        way = self._random.randint(1, 3)
        if way == 1:
            yield self._line("release", of=key)
            return
        part = amount if way == 2 else amount // 2
        self._gets(shop, part)
        yield self._line("capture", of=key, **({} if way == 2 else {"amount": decimal(part)}))

    def _exchange(self) -> Iterator[Line]:
        giver = self._payer()
        if self._office is None or not (amount := self._spend(giver, "USD")):
            return
        quote = self._line("quote", office=self._office, **{"from": "USD"}, to="EUR", amount=decimal(amount))
        yield quote
        yield self._line("exchange", **{"from": f"{giver}/USD"}, to=f"{giver}/EUR", quote=quote["key"])

    def _mass(self) -> Iterator[Line]:
        giver = self._payer()
        takers = self._random.sample(
            [each for each in self.clients if each != giver], min(5, len(self.clients) - 1)
        )
        items = []
        for taker in takers:
            if amount := self._spend(giver, most=5_00):
                self._gets(taker, amount)
                items.append({"to": f"{taker}/EUR", "amount": decimal(amount)})
        if items:
            yield self._line("mass_payment", **{"from": f"{giver}/EUR"}, items=items, **self._more())

    def _redeem(self) -> Iterator[Line]:
        giver = self._payer()
        if not (amount := self._spend(giver)):
            return
        if self._random.random() < 0.5:
            expected = "refused" if self._cash_refused else "done"
            line = self._line("cash_redeem", expected, **{"from": f"{giver}/EUR"}, amount=decimal(amount))
            if self._cash_refused:
                yield line
                return
        else:
            account = iban("DE", f"{self._random.randint(10**17, 10**18 - 1)}")
            line = self._line(
                "bank_redeem",
                **{"from": f"{giver}/EUR"},
                amount=decimal(amount),
                iban=account,
                payee="A Client",
            )
        self._redeems.append(line["key"])
        yield line

    def _cancel(self) -> Iterator[Line]:
        if self._redeems:
            yield self._line("redeem_cancel", of=self._redeems.popleft())

    def _document(self) -> Iterator[Line]:
        kind, name, media, begins = self._random.choice(FILES)
        content = begins + self._random.randbytes(self._random.randint(100, 5000))
        yield self._line(
            "document", client=self._payer(), kind=kind, number=f"{self._random.randint(10**6, 10**7)}",
            valid_until=f"20{self._random.randint(27, 36)}-0{self._random.randint(1, 9)}-15", file_name=name,
            media_type=media, content=base64.b64encode(content).decode(),
        )  # fmt: skip

    def _ticket(self) -> Iterator[Line]:
        more: Line = {}
        client = self._payer()
        if self._payments and self._random.random() < 0.6:
            more["operation"], client, _, _ = self._random.choice(self._payments)
        yield self._line(
            "ticket",
            client=client,
            subject=self._random.choice(SUBJECTS),
            text="It was there.\nNow it is not.",
            **more,
        )

    def _again(self) -> Iterator[Line]:
        """A front end that got no answer sends the same line again."""
        done = [each for each in self._sent if self.expected.get(each["key"]) == "done"]
        if done:
            yield self._random.choice(done)

    def _too_much(self) -> Iterator[Line]:
        if self._above_left and len(self.clients) > 1:
            self._above_left -= 1
            giver, taker = self.clients[0], self.clients[1]
            self._has[giver, "EUR"] -= 2 * self._above
            amount = decimal(self._above)
            yield self._line(
                "transfer", "limited", **{"from": f"{giver}/EUR"}, to=f"{taker}/EUR", amount=amount
            )

    def _wrong(self) -> Iterator[Line]:
        """A line that is refused, of one of many kinds."""
        giver, taker = self._random.sample(self.clients, 2)
        good: Line = {"from": f"{giver}/EUR", "to": f"{taker}/EUR", "amount": "1.00"}
        wrong: list[Line] = [
            good | {"amount": "1.001"}, good | {"amount": "0"}, good | {"amount": 1}, good | {"amount": "1" + "0" * 30},
            good | {"to": f"nobody@day{self._seed}.example/EUR"}, good | {"to": good["from"]},
            good | {"minor": 100}, {"from": good["from"], "amount": "1.00"}, good | {"note": "x" * 141},
            good | {"amount": "900000000.00"},
        ]  # fmt: skip
        yield self._line("transfer", "refused", **self._random.choice(wrong))
