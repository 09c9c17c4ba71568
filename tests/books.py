"""A company whose people work: whole days at the till, and the audit that says if the books are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from core import audit, cash_desk, staff
from core.cash_desk.commands import Pieces
from core.db import Database
from tests import company
from tests.world import Person, World


@dataclass(frozen=True)
class Wallet:
    """A client's coin with what a till needs to name it."""

    client_id: int
    coin_id: int
    issuer: str


class Books(company.Company):
    """A company in one database. Its contract takes 1 percent, at least 10 minor units, on top."""

    def __init__(self, world: World) -> None:
        super().__init__(world, world.admin)

    def one(self, query: str, *values: Any) -> Any:
        """The first column of the first row."""
        row = self.admin.execute(query.encode(), values).fetchone()
        assert row is not None
        return row[0]

    def till(self, *, eur: int = 1_000_00, usd: int = 500_00) -> tuple[int, Person]:
        """A desk with a float, and its cashier."""
        cashier = self.world.make_staff("cashier")
        return self.desk(cashier, eur=eur, usd=usd), cashier

    def accountant(self, *, stepped_up: bool = False) -> Person:
        person = self.world.make_staff("accountant")
        if stepped_up:
            self.step_up(person)
        return person

    def step_up(self, person: Person) -> None:
        """A fresh second factor in the person's session."""
        db = self.db(person)
        self.world.forget_code(person)
        staff.step_up(db, person.code())

    def wallet(self, issuer: str = "EUR", *, identified: bool = True, zone: str = "Europe/Berlin") -> Wallet:
        """A coin of a new client."""
        made = self.client(identified=identified, time_zone=zone)
        return Wallet(made.id, made.coins[issuer], issuer)

    def db(self, person: Person) -> Database:
        """That person's live session."""
        return self.world.as_staff(person)

    def cash(self, desk: int) -> dict[str, int]:
        """Cash in a desk by the books."""
        return dict(
            self.admin.execute(
                "select i.code, a.balance from book.desk_currency c join book.issuer i on i.id = c.issuer_id "
                "join vault.account a on a.id = c.cash_account_id where c.desk_id = %s",
                (desk,),
            ).fetchall()
        )

    def balance(self, wallet: Wallet) -> int:
        """What a client has, by the books."""
        found = self.one(
            "select a.balance from vault.account a join book.coin c on c.wallet_account_id = a.id "
            "where c.id = %s",
            wallet.coin_id,
        )
        return int(found)

    def counts(self, desk: int, **more: int) -> Pieces:
        """A count of a desk that agrees with the books, or has so much more (less) of an issuer."""
        cash = self.cash(desk)
        return company.count(cash["EUR"] + more.get("EUR", 0), cash["USD"] + more.get("USD", 0))

    def start(self, cashier: Person, desk: int) -> int:
        """A day at the desk, opened by a count that agrees with the books."""
        db = self.db(cashier)
        day = cash_desk.start_day(db, cash_desk.StartDay(uuid4(), desk)).day_id
        cash_desk.opening_count(db, cash_desk.OpeningCount(uuid4(), day, self.counts(desk)))
        return day

    def put(self, cashier: Person, day: int, wallet: Wallet, amount: int, key: UUID | None = None) -> Any:
        """A top-up."""
        return cash_desk.top_up(self.db(cashier), asked(day, wallet, amount, key))

    def limited(self, cashier: Person, day: int, wallet: Wallet, amount: int) -> cash_desk.Limited:
        """A top-up that breaks a limit."""
        answer = self.put(cashier, day, wallet, amount)
        assert isinstance(answer, cash_desk.Limited), answer
        return answer

    def take(self, cashier: Person, day: int, wallet: Wallet, amount: int, key: UUID | None = None) -> Any:
        """A withdrawal."""
        return cash_desk.withdraw(self.db(cashier), asked(day, wallet, amount, key, document="passport AB12"))

    def request_close(self, cashier: Person, day: int, desk: int, **more: int) -> None:
        """Count blind, finding so much more (less) than the books say, and ask for the close."""
        db = self.db(cashier)
        cash_desk.start_counting(db, cash_desk.StartCounting(uuid4(), day))
        cash_desk.closing_count(db, cash_desk.ClosingCount(uuid4(), day, self.counts(desk, **more)))

    def close(self, accountant: Person, day: int) -> cash_desk.CashReport:
        """Compare and close."""
        db = self.db(accountant)
        seen = cash_desk.review(db, day).count_seen
        assert seen is not None
        return cash_desk.close_day(db, cash_desk.CloseDay(uuid4(), day, seen))

    def assert_right(self, checkpoint: Any = None) -> audit.Verification:
        """The books are right, as the audit sees them."""
        found = audit.verify(self.admin, checkpoint)
        assert found.ok, found.findings[:10]
        return found


def asked(
    day: int, wallet: Wallet, amount: int, key: UUID | None = None, *, document: str | None = None
) -> cash_desk.CashOperation:
    """A request at the standard contract's price."""
    return cash_desk.CashOperation(
        key or uuid4(), day, wallet.coin_id, wallet.issuer, amount, commission_of(amount), document
    )


def commission_of(amount: int) -> int:
    """What the standard contract takes: 1 percent, halves up, at least 10 minor units."""
    return max((amount + 50) // 100, 10)
