"""A company with payment front ends: terms for all kinds of operation, merchants with cashback, an exchange office, and
the intake login that hands their lines in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.books import Books, Wallet
from tests.company import BANK_ACCOUNTS_LOGGED, Client
from tests.world import World

Answer = dict[str, Any]


@dataclass(frozen=True)
class Office:
    """An exchange office and the client whose coins it exchanges with."""

    id: int
    client: Client


class Front(Books):
    """The standard contract takes 2 percent of everything, the payer on top; of payments from the merchant."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        for kind in ("transfer", "payment", "exchange", "mass_payment", "bank_top_up", "bank_redeem"):
            for issuer in ("EUR", "USD", "BONUS"):
                payer = "out_of" if kind in ("payment", "bank_top_up") else "on_top"
                self.term(self.version, kind, issuer, payer=payer, percent="2")
        self.intake = world.make_staff("intake", enrolled=False)

    def run(
        self, *lines: Answer, keyed: bool = True, limited: bool = True, at: str = "clock_timestamp()"
    ) -> list[Answer]:
        """Do lines as the intake login; each gets a key when it has none. The answers in their order."""
        full = [line if "key" in line or not keyed else {"key": str(uuid4()), **line} for line in lines]
        found: list[Answer] = self.rule(
            "operations_run((select row(s.id, s.person_id, s.login, s.role, null)::auth.actor from book.staff s "
            f"where s.id = %s), {at}, 'intake', %s::jsonb[], %s, %s)",
            self.intake.id, list(map(json.dumps, full)), keyed, limited,
        )  # fmt: skip
        return found

    def fund(self, client: Client, amount: str, issuer: str = "EUR") -> None:
        """Money on a client's coin, as from the bank."""
        self.match(client.serials[issuer], amount, issuer)

    def match(self, coin: str, amount: str, issuer: str = "EUR") -> None:
        """Money that came in and is given to a coin (a serial, or e-mail/ISSUER), without asking limits."""
        line = self.receive(amount, issuer)
        found = self.run({"do": "bank_top_up", "to": coin, "amount": amount}, keyed=False, limited=False)[0]
        assert found["status"] == "done", found
        self.admin.execute(
            "update book.statement_line l set state = 'matched', last_operation_id = o.id, coin_id = o.coin_id "
            "from vault.operation o where l.id = %s and o.id = %s",
            (line, found["operation_id"]),
        )

    def receive(self, amount: str, issuer: str = "EUR") -> int:
        """Money that came in to an account that only tests know, unallocated; the number of its statement line."""
        self.admin.execute(
            "with a as (insert into book.bank_account (iban, bic, name, issuer_id, active) "
            "select 'XX00FUNDING' || lpad(id::text, 5, '0'), 'COBADEFFXXX', 'Funding', id, false "
            "from book.issuer where code = %(issuer)s on conflict do nothing returning id) "
            "insert into book.bank_statement (account_id, statement, starts_on, ends_on, opening, closing, pieces, "
            "sha256, imported_at, imported_by_id) select a.id, 'Funding', '2020-01-01', '2020-01-01', 0, 0, 0, "
            "sha256(''), now(), %(staff)s from a",
            {"issuer": issuer, "staff": self.intake.id},
        )
        self.rule(BANK_ACCOUNTS_LOGGED)
        received = self.rule(
            "(post({system}, clock_timestamp(), 'bank:funding', 'bank_receipt', current_date, i.id, x.amount, "
            "0::bigint, null, null, null, null, null, '{}', array[account_for('BANK_SAFEGUARDED', i.id, null)], "
            "array[account_for('UNALLOCATED', i.id, null)], array[x.amount])).operation_id from book.issuer i "
            "cross join lateral (select (%s::numeric * 10 ^ i.scale)::bigint as amount) as x where i.code = %s",
            amount,
            issuer,
        )
        return int(
            self.one(
                "insert into book.statement_line (statement_id, account_id, line, booked_on, side, amount, state, "
                "operation_id) select s.id, s.account_id, o.id, current_date, 'credit', o.amount, 'unallocated', o.id "
                "from vault.operation o join book.bank_account a on a.issuer_id = o.issuer_id and a.name = 'Funding' "
                "join book.bank_statement s on s.account_id = a.id where o.id = %s returning id",
                received,
            )
        )

    def receive_late(self) -> None:
        """Bank lines for the top-ups, and applications for one, that were made from inside with nothing received."""
        for operation, application, amount, issuer in self.admin.execute(
            "select o.id, a.id, coalesce(o.amount, a.amount) / 10::numeric ^ i.scale, i.code "
            "from (select x.id, x.issuer_id, x.amount from vault.operation x where x.kind = 'bank_top_up') o "
            "full join (select x.id, x.issuer_id, x.amount, x.operation_id from book.application x "
            "where x.kind = 'bank_top_up' and x.state in ('limited', 'taken', 'processed')) a on a.operation_id = o.id "
            "join book.issuer i on i.id = coalesce(o.issuer_id, a.issuer_id) "
            "where not exists (select from book.statement_line l where l.last_operation_id = o.id) "
            "and not exists (select from book.statement_line l where l.application_id = a.id)"
        ).fetchall():
            self.admin.execute(
                "update book.statement_line l set application_id = %s, last_operation_id = o.id, coin_id = o.coin_id, "
                "state = case when o.id is null then l.state else 'matched' end "
                "from (select 1) as x left join vault.operation o on o.id = %s and %s::bigint is null where l.id = %s",
                (application, operation, application, self.receive(str(amount), issuer)),
            )

    def merchant(self, percent: str | None = None, **cashback: Any) -> Client:
        """A business with merchant coins; its payers get so many percent back."""
        made = self.client()
        self.admin.execute("update book.client set kind = 'business' where id = %s", (made.id,))
        self.admin.execute("update book.coin set kind = 'merchant' where client_id = %s", (made.id,))
        if percent is not None:
            shop = self.one(
                "insert into book.organization (name, kind) values (%s, 'merchant') returning id", made.email
            )
            self.admin.execute("update book.client set organization_id = %s where id = %s", (shop, made.id))
            profile = self.one(
                "insert into book.cashback_profile (organization_id, name) values (%s, %s) returning id",
                shop,
                made.email,
            )
            words = {
                "hold_days": 0,
                "cap": None,
                "budget": None,
                "clawback": True,
                "paid_by": "merchant",
            } | cashback
            self.admin.execute(
                "insert into book.cashback_version (profile_id, valid_from, issuer_id, percent, cap, hold_days, "
                "budget, clawback, paid_by) select %s, '2020-01-01', id, %s, %s, %s, %s, %s, %s from book.issuer",
                (profile, percent, *(words[w] for w in ("cap", "hold_days", "budget", "clawback", "paid_by"))),
            )  # fmt: skip
        return made

    def office(self, rate: str = "0.9") -> Office:
        """An exchange office that gives so many EUR for a USD, with plenty of both."""
        client = self.client()
        made = self.one(
            "insert into book.exchange_office (name, client_id) values (%s, %s) returning id",
            client.email,
            client.id,
        )
        self.admin.execute(
            "insert into book.office_rate (office_id, base_id, quote_id, buy, sell, valid_from) "
            "select %s, u.id, e.id, %s, %s, '2020-01-01' from book.issuer u, book.issuer e "
            "where u.code = 'USD' and e.code = 'EUR'",
            (made, rate, rate),
        )
        self.fund(client, "100000.00")
        self.fund(client, "100000.00", "USD")
        return Office(made, client)

    def quote(self, office: Office, amount: int, valid_s: int = 60) -> str:
        """An offer of USD for EUR, amount in minor units of USD."""
        key = str(uuid4())
        self.admin.execute(
            "insert into book.quote (id, office_id, rate_id, from_issuer_id, to_issuer_id, amount_from, amount_to, "
            "made_at, expires_at) select %s, r.office_id, r.id, r.base_id, r.quote_id, %s, "
            "floor(%s * r.buy)::bigint, clock_timestamp(), clock_timestamp() + make_interval(secs => %s) "
            "from book.office_rate r where r.office_id = %s",
            (key, amount, amount, valid_s, office.id),
        )
        return key

    def has(self, client: Client, issuer: str = "EUR") -> int:
        """The balance of a client's coin, minor units."""
        return self.balance(Wallet(client.id, client.coins[issuer], issuer))

    def held(self, client: Client, issuer: str = "EUR") -> int:
        """What is set aside on a client's coin, minor units."""
        return int(
            self.one(
                "select a.balance from vault.account a join book.coin c on c.hold_account_id = a.id where c.id = %s",
                client.coins[issuer],
            )
        )

    def lines(self, operation: int) -> list[tuple[str, str, int]]:
        """An operation's postings as money.md writes them: kind debited, kind credited, amount."""
        return self.admin.execute(
            "select d.kind, c.kind, p.amount from vault.posting p join vault.account d on d.id = p.debit_account_id "
            "join vault.account c on c.id = p.credit_account_id where p.operation_id = %s order by p.line",
            (operation,),
        ).fetchall()

    def of_kind(self, kind: str, issuer: str = "EUR") -> int:
        """The sum of the balances of all accounts of a kind, minor units."""
        return int(
            self.one(
                "select coalesce(sum(a.balance), 0) + coalesce(sum((select sum(s.balance) from vault.stripe s "
                "where s.account_id = a.id)), 0) from vault.account a join book.issuer i on i.id = a.issuer_id "
                "where a.kind = %s and i.code = %s", kind, issuer,
            )
        )  # fmt: skip
