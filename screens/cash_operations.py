"""Cash operations (CSH-5, ACC-4): the own day at hand, or all desks and days; filter, receipt, export."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines
from bocli.widgets.preview import Facts, PostingLine, Preview
from bocli.widgets.section import Section
from core.cash_desk import DeskDay, Receipt, cash_operations, home, receipt
from core.db.keyset import Keyset
from core.texts import amount, date, date_time, t
from screens.parts.columns import Column
from screens.parts.filters import Filters, any_of, day_field, text_field
from screens.parts.listing import Listing
from screens.parts.paper import Sheet, paper_of_receipt
from screens.parts.status import show_words
from screens.parts.words import account, issuer, money

KINDS = ("cash_top_up", "cash_withdrawal")
COLUMNS = (
    Column("number", "operations.number", 7, lambda row: str(row.id), kind="number", field="id",
           right=True, sort=("id",)),
    Column("at", "operations.at", 16, lambda row: date_time(row.at, row.time_zone), kind="moment", field="at"),
    Column("booked", "export.column.booked_on", 10, lambda row: date(row.booked_on), kind="day", field="booked_on",
           chosen=False),
    Column("kind", "operations.kind", 12, lambda row: t(f"operations.kind.{row.kind}"), kind="choice", field="kind",
           options=tuple((each, f"operation.{each}") for each in KINDS)),
    Column("client", "operations.client", 0, lambda row: row.client, field="client"),
    Column("serial", "operations.serial", 12, lambda row: row.serial, field="serial", from_width=120),
    Column("desk", "operations.desk", 14, lambda row: row.desk, field="desk", from_width=120),
    Column("cashier", "operations.cashier", 16, lambda row: row.cashier, field="cashier", from_width=130),
    Column("currency", "money.currency", 8, lambda row: row.issuer, field="issuer", chosen=False),
    Column("amount", "money.amount", 18, lambda row: money(row.amount, row.issuer, row.scale), kind="money",
           field="amount", right=True),
    Column("commission", "money.commission", 14, lambda row: money(row.commission, row.issuer, row.scale), kind="money",
           field="commission", right=True, chosen=False),
)  # fmt: skip


def search(keyset: Keyset, text: str) -> Keyset:
    """By number or serial when it is digits; else by the beginning of the client's name."""
    if text.isdecimal() and len(text) < 19:
        return keyset.where("id", "=", int(text)) if len(text) < 12 else keyset.where("serial", "=", text)
    return keyset.where("client", "starts", text)


class CashOperations(Listing):
    """A cashier sees the day at hand first; F6 asks for any other period."""

    SECTION = "cash_operations"
    LIST = "cash_operations"
    EMPTY = "cash_operations.empty"
    SELECT = staticmethod(cash_operations)
    COLUMNS = COLUMNS

    def __init__(self) -> None:
        super().__init__()
        self.chosen: dict[str, Any] = {}
        self.narrowed = Keyset(cash_operations)
        self.said = ""

    def base(self) -> Keyset:
        return self.narrowed

    def plain(self, keyset: Keyset, text: str) -> Keyset:
        return search(keyset, text)

    def in_words(self) -> list[str]:
        return [" · ".join(filter(None, (self.said, *super().in_words()))), ""]

    async def _open(self) -> None:
        if "cash_day:run" in self.person.permissions:
            await self._own_day()
        else:
            self._show(t("cash_operations.all"))
        await super()._open()

    async def _own_day(self) -> None:
        found = await self.call(home)
        if found is None:
            return
        if found.day is None:
            self._show(t("cash_operations.own"))
        else:
            self._filter(Keyset(cash_operations).where("day_id", "=", found.day.day_id), _of_day(found.day))

    def _show(self, said: str) -> None:
        self.said = said
        show_words(self.query_one("#what", Lines), said, "dim")

    def _filter(self, keyset: Keyset, said: str) -> None:
        self.narrowed, self.said = keyset, said
        self.apply()

    # Filtering.

    def act_choose(self) -> None:
        now = self.chosen
        fields = [
            ("from", t("filter.from"), day_field(now.get("from"))),
            ("to", t("filter.to"), day_field(now.get("to"))),
            (
                "kind",
                t("operations.kind"),
                any_of([(k, t(f"operation.{k}")) for k in KINDS], now.get("kind")),
            ),
            ("issuer", t("money.currency"), text_field(now.get("issuer"))),
            ("client", t("operations.client"), text_field(now.get("client"))),
        ]
        if "cash_operation:all" in self.person.permissions:
            fields += [
                (name, t(f"operations.{name}"), text_field(now.get(name))) for name in ("desk", "cashier")
            ]
        self.app.push_screen(Filters(*fields), self._chosen)

    def _chosen(self, values: dict[str, Any] | None) -> None:
        if values is None:
            return
        self.chosen = values
        keyset = Keyset(cash_operations)
        for name, operator, column in (
            ("from", ">=", "booked_on"),
            ("to", "<=", "booked_on"),
            ("kind", "=", "kind"),
        ):
            if values[name] is not None:
                keyset = keyset.where(column, operator, values[name])  # type: ignore[arg-type]
        if values["issuer"]:
            keyset = keyset.where("issuer", "=", values["issuer"].upper())
        for name in ("client", "desk", "cashier"):
            if values.get(name):
                keyset = keyset.where(name, "contains", values[name])
        self._filter(keyset, self._in_words(values))

    def _in_words(self, values: dict[str, Any]) -> str:
        parts = []
        for name, value in values.items():
            if value is not None and value != "":
                label = t(f"filter.{name}" if name in ("from", "to") else f"filtered.{name}")
                shown = (
                    date(value)
                    if name in ("from", "to")
                    else t(f"operation.{value}")
                    if name == "kind"
                    else value
                )
                parts.append(f"{label}: {shown}")
        return " · ".join(parts) or t("cash_operations.all")

    # One of them, and all of them.

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.work(self._open_one(event.item.thing.id))

    async def _open_one(self, number: int) -> None:
        found = await self.call(lambda db: receipt(db, number))
        if found is not None:
            self.app.push_screen(Operation(found))


def _of_day(day: DeskDay) -> str:
    """Desk, branch, and since when it is open: what a cashier's own list begins with."""
    parts = [day.desk, day.branch, day.cashier, date(day.cash_date)]
    if day.opened_at is not None:
        parts.append(t("cash_operations.since", at=date_time(day.opened_at, day.time_zone)))
    return " · ".join(parts)


class Operation(Section[None]):
    """One operation with its postings; F6 prints its receipt again, marked as a copy."""

    SECTION = "operation"

    def __init__(self, found: Receipt) -> None:
        super().__init__()
        self.found = found

    def crumb(self) -> str:
        return t("operation.number", number=self.found.operation_id)

    def body(self) -> ComposeResult:
        with Sheet():
            yield Preview(facts_of(self.found))

    def act_reprint(self) -> None:
        self.app.push_screen(paper_of_receipt(self.found))


class OperationByNumber(Section[None]):
    """An operation that the palette found: asked for, and shown as `Operation` shows it."""

    SECTION = "operation"

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def crumb(self) -> str:
        return t("operation.number", number=self.number)

    def on_mount(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(lambda db: receipt(db, self.number))
        if found is not None:
            self.app.switch_screen(Operation(found))

    def blocked(self, action_id: str) -> str | None:
        return "blocked.not_loaded" if action_id == "operation.reprint" else None

    def act_reprint(self) -> None:
        """Nothing to print before it is there."""


def facts_of(found: Receipt) -> Facts:
    """A receipt as facts: who, where, when, the postings, the sums."""
    unit = issuer(found.issuer, found.scale)
    cash = "counter.cash_in" if found.kind == "cash_top_up" else "counter.cash_out"
    rows = [
        (t("operations.kind"), t(f"operation.{found.kind}")),
        (t("operations.at"), date_time(found.at, found.time_zone)),
        (t("operations.desk"), f"{found.desk} · {found.branch}"),
        (t("operations.cashier"), found.cashier),
        (t("operations.client"), found.client),
        (t("operations.serial"), found.serial),
    ]
    if found.document:
        rows.append((t("operations.document"), found.document))
    return Facts(
        rows=rows,
        postings=[
            PostingLine(
                account(x.debit_kind, x.debit_of), account(x.credit_kind, x.credit_of), x.amount, unit
            )
            for x in found.lines
        ],
        after=[
            (t("money.amount"), amount(found.amount, unit)),
            (t("money.commission"), amount(found.commission, unit)),
            (t(cash), amount(found.cash, unit)),
            (t("counter.balance_after"), amount(found.balance, unit)),
        ],
    )
