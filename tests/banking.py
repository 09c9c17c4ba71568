"""A company with an account at a bank: requests on their way out, statements that come in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from core import bank
from core.bank import camt
from core.db import Database
from tests import statements
from tests.company import Client
from tests.front import Front
from tests.world import World

SCALES = {"EUR": 2, "USD": 2, "BONUS": 0}
PAYEE_IBAN = "PL61109010140000071219812874"


class Banking(Front):
    """Its account in EUR takes differences of up to 2.00 for what an accountant may confirm."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.account = self.open_account(statements.IBAN, "EUR", tolerance=200)

    def open_account(self, iban: str, issuer: str, *, tolerance: int = 0) -> int:
        """Another account of the company's own."""
        call = "bank_account_add({system}, clock_timestamp(), %s, 'COBADEFFXXX', 'Money Ltd', %s, %s::bigint)"
        return int(self.rule(call, iban, issuer, tolerance))

    def office(self) -> Database:  # type: ignore[override]
        """An accountant's session."""
        return self.db(self.accountant())

    def rich(self, amount: str = "1000.00", **more: Any) -> Client:
        """A client with money: so much less 2 percent."""
        client = self.client(**more)
        self.fund(client, amount)
        return client

    def request(
        self, client: Client, amount: str = "100.00", *, payee: str = "Own Name", note: str = ""
    ) -> int:
        """A redeem request by bank, as a front end hands it in."""
        line = {"do": "bank_redeem", "from": client.serials["EUR"], "amount": amount, "iban": PAYEE_IBAN,
                "payee": payee, "note": note}  # fmt: skip
        found = self.run(line)[0]
        assert found["status"] == "done", found
        return int(found["redeem_id"])

    def approve(self, number: int) -> None:
        """Approve it: HOLD to PAYOUT, HOLD to COMMISSION."""
        self.rule(
            "post({system}, clock_timestamp(), 'request:' || r.id, 'bank_redeem', current_date, r.issuer_id, r.amount, "
            "r.commission, r.version_id, null, r.client_id, r.coin_id, null, '{}', "
            "array[c.hold_account_id, c.hold_account_id], array[account_for('PAYOUT', r.issuer_id, null), "
            "account_for('COMMISSION', r.issuer_id, (select k.id::bigint from operation_kind k "
            "where k.kind = 'bank_redeem'))], array[r.amount - (r.commission - r.on_top), r.commission], null, null, "
            "h.operation_id) from book.redeem_request r join book.coin c on c.id = r.coin_id "
            "join book.hold h on h.id = r.hold_id where r.id = %s",
            number,
        )
        self.admin.execute(
            "update book.hold h set state = 'used', ended_at = o.at, ended_operation_id = o.id "
            "from book.redeem_request r, vault.operation o where r.id = %s and h.id = r.hold_id "
            "and o.of_id = h.operation_id",
            (number,),
        )
        self.admin.execute(
            "update book.redeem_request r set state = 'approved', decided_at = clock_timestamp(), "
            "operation_id = h.ended_operation_id from book.hold h where r.id = %s and h.id = r.hold_id",
            (number,),
        )
        self.admin.execute(
            "insert into vault.request_key (key, what, request_hash, result) select gen_random_uuid(), "
            "'redeem.approve', '', jsonb_build_object('operation_id', r.operation_id) "
            "from book.redeem_request r where r.id = %s",
            (number,),
        )

    def approved(self, client: Client | None = None, amount: str = "100.00", **more: Any) -> int:
        """A request that waits for its file."""
        number = self.request(client or self.rich(), amount, **more)
        self.approve(number)
        return number

    def submitted(self, db: Database, client: Client | None = None, amount: str = "100.00") -> int:
        """A request that is at the bank."""
        number = self.approved(client, amount)
        bank.make_payment_file(db, uuid4(), self.account, [number])
        return number

    def closing(self, iban: str = statements.IBAN) -> int:
        """What the account's last statement ends with."""
        row = self.admin.execute(
            "select s.closing from book.bank_statement s join book.bank_account a on a.id = s.account_id "
            "where a.iban = %s order by s.ends_on desc, s.id desc limit 1", (iban,),
        ).fetchone()  # fmt: skip
        return int(row[0]) if row else 0

    def take(self, db: Database, *entries: statements.Entry, **more: Any) -> bank.Taken:
        """Import a statement that goes on from the last one."""
        raw = statements.camt(
            *entries, **{"opening": self.closing(more.get("iban", statements.IBAN)), **more}
        )
        (taken,) = self.take_raw(db, raw, iban=more.get("iban", statements.IBAN))
        return taken

    def take_raw(
        self, db: Database, raw: bytes, *, iban: str = statements.IBAN, dry_run: bool = False
    ) -> tuple[bank.Taken, ...]:
        """Import a file as it is."""
        return bank.import_statements(db, uuid4(), iban, camt.parse(raw, SCALES), dry_run=dry_run)

    def line(self, taken: bank.Taken, number: int = 1) -> Any:
        """A line of a statement as the table has it."""
        return self.one(
            "select to_jsonb(l) from book.statement_line l where statement_id = %s and line = %s",
            taken.statement_id,
            number,
        )

    def state(self, number: int) -> str:
        """A redeem request's state."""
        return str(self.one("select state from book.redeem_request where id = %s", number))

    def operations(self, number: int) -> list[str]:
        """The kinds of the operations that a request went through, in its columns' order."""
        row = self.one(
            "select array(select o.kind from unnest(array[r.operation_id, r.settled_operation_id, "
            "r.returned_operation_id, r.recredited_operation_id]) with ordinality as u (id, i) "
            "join vault.operation o on o.id = u.id order by u.i) from book.redeem_request r where r.id = %s",
            number,
        )
        return list(row)


def iban_of(number: int, country: str = "DE") -> str:
    """An IBAN that is right, of an account that nobody has: its check digits by ISO/IEC 7064 MOD 97-10."""
    inner = f"37040044{number:010d}"
    digits = "".join(str(int(letter, 36)) for letter in f"{inner}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{inner}"
