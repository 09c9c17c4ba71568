"""The bank (FEED-2, ACC-1): statements as they were imported, and from here a new one, the files of payments, and the
company's accounts."""

from __future__ import annotations

from typing import Any

from bocli.widgets.keyset_table import KeysetTable
from core.bank import statements_select
from core.texts import date, date_time
from screens.parts.columns import ZONE, Column
from screens.parts.listing import Listing
from screens.parts.words import money, signed


def _gap(row: Any) -> str:
    return signed(row.gap, row.issuer, row.scale) if row.gap else ""


class Bank(Listing):
    """Enter shows a statement's lines, F2 shows the accounts, F6 imports a file, F7 shows the files of payments."""

    SECTION = "bank"
    LIST = "bank_statements"
    EMPTY = "bank.empty"
    SELECT = staticmethod(statements_select)
    PLAIN = ("statement", "iban")
    COLUMNS = (
        Column("number", "bank.number", 7, lambda r: str(r.id), kind="number", field="id", right=True, sort=("id",),
               chosen=False),
        Column("account", "bank.account", 23, lambda r: r.iban, field="iban", from_width=110),
        Column("statement", "bank.statement", 0, lambda r: r.statement, field="statement"),
        Column("ends", "bank.ends", 10, lambda r: date(r.ends_on), kind="moment", field="ends_on"),
        Column("opening", "bank.opening", 18, lambda r: money(r.opening, r.issuer, r.scale), kind="money",
               field="opening", right=True, chosen=False),
        Column("closing", "bank.closing", 18, lambda r: money(r.closing, r.issuer, r.scale), kind="money",
               field="closing", right=True),
        Column("gap", "bank.gap", 15, _gap, kind="money", field="gap", right=True, from_width=110),
        Column("lines", "bank.lines", 7, lambda r: str(r.pieces), kind="number", field="pieces", right=True),
        Column("waiting", "bank.waiting", 8, lambda r: str(r.waiting or ""), kind="number", field="waiting",
               right=True),
        Column("imported", "bank.imported", 16, lambda r: date_time(r.imported_at, ZONE), kind="moment",
               field="imported_at", from_width=130),
        Column("by", "bank.by", 18, lambda r: r.imported_by, field="imported_by", chosen=False),
        Column("currency", "money.currency", 9, lambda r: r.issuer, field="issuer", chosen=False),
    )  # fmt: skip

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open("screens.statement:StatementScreen", event.item.thing, then=lambda _: self.act_refresh())

    def act_import(self) -> None:
        self.open("screens.statement_import:StatementImport", then=self.took)

    def act_accounts(self) -> None:
        self.open("screens.bank_accounts:BankAccounts", then=lambda _: self.act_refresh())

    def act_files(self) -> None:
        self.open("screens.payment_files:PaymentFiles")
