"""A small company for tests: a branch with desks, two cash currencies and a bonus unit, clients with coins, a
default contract. Everything is made by the same rules that the program uses."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg

from core import cash_desk
from core.db import Database
from tests.world import Person, World

EUR = (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
USD = (10000, 5000, 2000, 1000, 500, 100, 25, 10, 5, 1)
SYSTEM = "row(null, null, 'system', 'system', null)::auth.actor"
#: The log's line of bank accounts that were put there past the rules.
BANK_ACCOUNTS_LOGGED = (
    "count(log_write('system', {system}, 'bank.account_add', 'bank_account', k.id::text, null, bank_account_facts(k), "
    "false, clock_timestamp())) from bank_account k where not exists (select from log l "
    "where l.entity = 'bank_account' and l.entity_id = k.id::text and l.what = 'bank.account_add')"
)
RULES = "set search_path = pg_catalog, auth, vault, book, rule, pg_temp"

_numbers = itertools.count(1)


def count(eur: int = 0, usd: int = 0) -> cash_desk.commands.Pieces:
    """A full count that makes these sums (minor units) out of the largest pieces first."""
    return {"EUR": _pieces(EUR, eur), "USD": _pieces(USD, usd)}


def _pieces(denominations: tuple[int, ...], total: int) -> dict[int, int | None]:
    lines: dict[int, int | None] = {}
    for denomination in denominations:
        lines[denomination], total = divmod(total, denomination)
    return lines


@dataclass
class Client:
    """A client with one coin an issuer."""

    id: int
    phone: str
    email: str
    coins: dict[str, int] = field(default_factory=dict)
    serials: dict[str, str] = field(default_factory=dict)


class Company:
    """What a cash desk needs, in one test database. `admin` is the superuser's connection."""

    def __init__(self, world: World, admin: psycopg.Connection[Any]) -> None:
        self.world = world
        self.admin = admin
        self.branch = 0
        self.version = 0
        self._set_up()

    def rule(self, call: str, *values: object) -> Any:
        """Call a rule as the superuser; `{system}` in the text stands for the system as actor."""
        with self.admin.transaction():
            self.admin.execute(RULES.replace("set ", "set local ", 1))
            row = self.admin.execute(f"select {call.replace('{system}', SYSTEM)}", values).fetchone()
        assert row is not None
        return row[0]

    def _set_up(self) -> None:
        add = "issuer_add({system}, now(), %s, %s, %s, %s::smallint, %s, %s::bigint[], %s::smallint)"
        self.rule(add, "EUR", "Euro", "€", 2, "real", list(EUR), 1)
        self.rule(add, "USD", "US dollar", "$", 2, "real", list(USD), 2)
        self.rule(add, "BONUS", "Bonus", "B", 0, "bonus", [], 3)
        self.branch = self.rule("branch_add({system}, now(), %s, %s)", "Main branch", "Europe/Berlin")
        self.version = self.contract("Standard", default=True)
        for issuer in ("EUR", "USD"):
            self.term(self.version, "cash_top_up", issuer, payer="on_top", percent="1", minimum=10)
            self.term(
                self.version,
                "cash_withdrawal",
                issuer,
                payer="on_top",
                percent="1",
                minimum=10,
                identified=True,
            )
            for kind in ("cash_top_up", "cash_withdrawal"):
                self.limit(self.version, kind, issuer, "operation", amount=1_000_000)
                self.limit(self.version, kind, issuer, "day", amount=2_000_000, pieces=1000)

    def contract(self, name: str, *, default: bool = False) -> int:
        """A new contract with one version in force since 2020; returns the version's id."""
        row = self.admin.execute(
            "insert into book.contract (name, is_default) values (%s, %s) returning id", (name, default)
        ).fetchone()
        assert row is not None
        row = self.admin.execute(
            "insert into book.contract_version (contract_id, valid_from) values (%s, '2020-01-01') returning id",
            row,
        ).fetchone()
        assert row is not None
        return int(row[0])

    def term(
        self,
        version: int,
        kind: str,
        issuer: str,
        *,
        payer: str = "on_top",
        commission: str = "percent",
        percent: str = "0",
        minimum: int | None = None,
        identified: bool = False,
    ) -> None:
        """One term of a contract version."""
        self.admin.execute(
            "insert into book.contract_term (version_id, operation_kind, issuer_id, payer, commission, percent, "
            "minimum, needs_identification) select %s, %s, id, %s, %s, %s, %s, %s from book.issuer where code = %s",
            (version, kind, payer, commission, percent, minimum, identified, issuer),
        )

    def limit(
        self,
        version: int,
        kind: str,
        issuer: str,
        period: str,
        *,
        amount: int | None = None,
        pieces: int | None = None,
    ) -> None:
        """One limit of a contract version; amount in minor units."""
        self.admin.execute(
            "insert into book.contract_limit (version_id, operation_kind, issuer_id, period, amount, pieces) "
            "select %s, %s, id, %s, %s, %s from book.issuer where code = %s",
            (version, kind, period, amount, pieces, issuer),
        )

    def assign_contract(self, client: Client, version: int) -> None:
        """Gives a client the contract of this version, from long ago."""
        self.admin.execute(
            "insert into book.client_contract (client_id, contract_id, valid_from) "
            "select %s, contract_id, '2020-01-01' from book.contract_version where id = %s",
            (client.id, version),
        )

    def desk(
        self, cashier: Person | None = None, *, eur: int = 0, usd: int = 0, name: str | None = None
    ) -> int:
        """A new desk with a float (minor units), and a cashier who may work at it."""
        desk = int(
            self.rule("desk_add({system}, now(), %s, %s)", self.branch, name or f"Desk {next(_numbers)}")
        )
        for issuer, amount in (("EUR", eur), ("USD", usd)):
            if amount:
                self.rule("float_put({system}, now(), %s, %s, %s)", desk, issuer, amount)
        if cashier is not None:
            self.assign(desk, cashier)
        return desk

    def assign(self, desk: int, cashier: Person) -> None:
        """Lets a cashier work at a desk."""
        self.admin.execute(
            "insert into book.desk_assignment (desk_id, staff_id) values (%s, %s)", (desk, cashier.id)
        )

    def client(
        self, *, identified: bool = True, name: str | None = None, time_zone: str = "Europe/Berlin"
    ) -> Client:
        """A new client with a coin in each issuer."""
        number = next(_numbers)
        made = Client(0, f"+4930{number:07d}", f"client{number}@test.example")
        made.id = self.rule(
            "client_add({system}, now(), 'individual', %s, %s, %s, %s, %s)",
            name or f"Client {number:04d}",
            made.email,
            made.phone,
            time_zone,
            "approved" if identified else "none",
        )
        for issuer in ("EUR", "USD", "BONUS"):
            made.coins[issuer] = self.rule("coin_open({system}, now(), %s, %s)", made.id, issuer)
            row = self.admin.execute(
                "select serial from book.coin where id = %s", (made.coins[issuer],)
            ).fetchone()
            assert row is not None
            made.serials[issuer] = row[0]
        return made

    def open_day(
        self, *, eur: int = 100_000, usd: int = 0, cashier: Person | None = None
    ) -> tuple[Database, cash_desk.DeskDay, Person]:
        """A cashier with an open day at a new desk whose float was counted right."""
        cashier = cashier or self.world.make_staff("cashier")
        desk = self.desk(cashier, eur=eur, usd=usd)
        db = self.world.as_staff(cashier)
        day = cash_desk.start_day(db, cash_desk.StartDay(uuid4(), desk))
        day = cash_desk.opening_count(db, cash_desk.OpeningCount(uuid4(), day.day_id, count(eur, usd)))
        return db, day, cashier

    def top_up(
        self, db: Database, day_id: int, client: Client, amount: int, issuer: str = "EUR"
    ) -> cash_desk.Receipt:
        """A top-up as a cashier makes it: preview, then post."""
        shown = cash_desk.preview(db, "cash_top_up", day_id, client.coins[issuer], issuer, amount)
        return cash_desk.top_up(
            db,
            cash_desk.CashOperation(uuid4(), day_id, client.coins[issuer], issuer, amount, shown.commission),
        )
