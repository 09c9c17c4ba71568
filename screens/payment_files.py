"""Files of payments for the bank (ACC-1): those that were made, written again as they were, and a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.fields import Choice
from bocli.widgets.form import Form
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines
from core.bank import (
    Account,
    PaymentFile,
    accounts,
    files_select,
    make_payment_file,
    payables_select,
    payment_file,
    write_payment_file,
)
from core.texts import age, date_time, n, t
from screens.parts.columns import ZONE, Column
from screens.parts.facts import fact_rows
from screens.parts.list_files import export_folder, short
from screens.parts.listing import Listing, ListTable
from screens.parts.request import Request
from screens.parts.words import money

SHOWN, MOST = 50, 5000


class PaymentFiles(Listing):
    """n makes a new one, F6 or Enter writes one into the own folder again, the same to the byte."""

    SECTION = "payment_files"
    LIST = "payment_files"
    EMPTY = "payment_files.empty"
    SELECT = staticmethod(files_select)
    PLAIN = ("message_id", "made_by")
    COLUMNS = (
        Column("number", "payment_files.number", 6, lambda r: str(r.id), kind="number", field="id", right=True,
               sort=("id",)),
        Column("made", "payment_files.made", 16, lambda r: date_time(r.made_at, ZONE), kind="moment", field="made_at"),
        Column("by", "payment_files.by", 0, lambda r: r.made_by, field="made_by"),
        Column("account", "bank.account", 23, lambda r: r.iban, field="iban", from_width=110),
        Column("pieces", "payment_files.pieces", 9, lambda r: str(r.pieces), kind="number", field="pieces", right=True),
        Column("total", "payment_files.total", 18, lambda r: money(r.total, r.issuer, r.scale), kind="money",
               field="total", right=True),
        Column("open", "payment_files.open", 8, lambda r: str(r.open or ""), kind="number", field="open", right=True),
        Column("message", "payment_files.message", 35, lambda r: r.message_id, field="message_id", chosen=False),
        Column("hash", "payment_files.hash", 64, lambda r: r.sha256, field="sha256", chosen=False),
    )  # fmt: skip

    def blocked(self, action_id: str) -> str | None:
        return "blocked.no_row" if action_id == "payment_files.write" and self.row is None else None

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        if "bank:file" in self.person.permissions:
            self.work(write_again(self, event.item.thing.id))
        else:
            self.note(t("blocked.not_yours"))

    def act_write(self) -> None:
        self.work(write_again(self, self.row.id))

    def act_new(self) -> None:
        self.open("screens.payment_files:PaymentMake", then=lambda _: self.act_refresh())


async def write_again(screen: Any, file_id: int) -> None:
    """A file into the own folder, and where it lies."""

    def write(db: Any) -> tuple[PaymentFile, Any]:
        made = payment_file(db, file_id)
        return made, write_payment_file(made, export_folder())

    found = await screen.call(write)
    if found is not None:
        await screen.app.push_screen_wait(Written(*found))


class PaymentMake(Listing):
    """Approved requests that are in no file yet. Space marks, a marks all, F6 makes the file of those marked."""

    SECTION = "payment_make"
    LIST = "bank_payables"
    EMPTY = "payment_make.empty"
    SELECT = staticmethod(payables_select)
    NEWEST_FIRST = False
    MARKS = True
    PLAIN = ("payee", "client", "iban")
    COLUMNS = (
        Column("number", "payment_make.number", 7, lambda r: str(r.id), kind="number", field="id", right=True,
               sort=("id",)),
        Column("payee", "payment_make.payee", 0, lambda r: r.payee, field="payee"),
        Column("iban", "payment_make.iban", 29, lambda r: r.iban, field="iban"),
        Column("client", "payment_make.client", 24, lambda r: r.client, field="client", from_width=120),
        Column("amount", "money.amount", 18, lambda r: money(r.amount, r.issuer, r.scale), kind="money",
               field="amount", right=True),
        Column("age", "payment_make.age", 7, lambda r: age(r.decided_at) if r.decided_at else "", right=True,
               from_width=100),
        Column("currency", "money.currency", 9, lambda r: r.issuer, field="issuer", chosen=False),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()

    def blocked(self, action_id: str) -> str | None:
        table = self.query(ListTable)
        empty = not table or table.first().item is None
        return "blocked.no_row" if action_id.startswith("payment_make.") and empty else None

    def act_all(self) -> None:
        self.work(self._all())

    async def _all(self) -> None:
        rows = await self.call(lambda db: self.keyset().page(db, None, MOST))
        table = self.query_one(ListTable)
        if rows is not None:
            source: Any = table.source
            table.marked = {item.key: item for item in map(source.item, rows)}
            table.refresh()

    def act_make(self) -> None:
        self.work(self._make())

    async def _make(self) -> None:
        table = self.query_one(ListTable)
        items = list(table.marked.values()) or ([table.item] if table.item else [])
        rows = [each.thing for each in items]
        if len({row.issuer for row in rows}) > 1:
            self.show_error(t("payment_make.one_currency"))
            return
        known = await self.call(accounts)
        if known is None:
            return
        payers = [each for each in known if each.active and each.issuer == rows[0].issuer]
        if not payers:
            self.show_error(t("payment_make.no_account", issuer=rows[0].issuer))
            return
        payer: Any = await self.app.push_screen_wait(Payments(rows, payers))
        if payer is None:
            return
        ids = [row.id for row in rows]

        def make(db: Any) -> tuple[PaymentFile, Any]:
            made = make_payment_file(db, self.request.key, payer.id, ids)
            return made, write_payment_file(made, export_folder())

        made = await self.call(make, writes=self.request)
        if made is not None:
            table.act_unmark()
            self.act_refresh()
            await self.app.push_screen_wait(Written(*made))


class Payments(Dialog[Account]):
    """Exactly what the file will pay, and from which account. F10 gives the account."""

    DO = "payment_make.do"

    def __init__(self, rows: Sequence[Any], payers: Sequence[Account]) -> None:
        super().__init__(n("payment_make.title_of", len(rows)))
        self.chosen, self.payers = rows, payers

    def body(self) -> ComposeResult:
        unit = (self.chosen[0].issuer, self.chosen[0].scale)
        total = money(sum(row.amount for row in self.chosen), *unit)
        options = [(each, f"{each.iban} · {each.name}") for each in self.payers]
        yield Form(("account", t("payment_make.from"), Choice(options)))
        yield Lines("", *fact_rows([(t("payment_files.total"), total)]), "")
        lines: list[Any] = []
        for row in self.chosen[:SHOWN]:
            lines.append([("", row.payee[:70])])
            lines.append([("dim", f"  {row.iban}  "), ("", money(row.amount, *unit))])
        if len(self.chosen) > SHOWN:
            lines.append([("dim", n("payment_make.more", len(self.chosen) - SHOWN))])
        yield Lines(*lines)

    def act_do(self) -> None:
        """They were seen: make it."""
        values = self.query_one(Form).values()
        if values is not None:
            self.dismiss(values["account"])


class Written(Dialog[None]):
    """Where the file lies, and by what to know it at the bank."""

    DO = None

    def __init__(self, made: PaymentFile, path: Any) -> None:
        super().__init__(t("payment_files.written"))
        self.made, self.path = made, path

    def body(self) -> ComposeResult:
        yield Words(t("payment_files.written.words"))
        yield Lines(
            *fact_rows(
                [
                    (t("payment_files.path"), short(self.path)),
                    (t("payment_files.pieces"), str(self.made.pieces)),
                    (t("payment_files.message"), self.made.message_id),
                    (t("payment_files.hash"), self.made.sha256),
                ]
            )
        )
