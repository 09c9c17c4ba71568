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
from core.export import decimal
from core.texts import amount, date, date_time, t
from screens.parts.export import Export
from screens.parts.filters import Filters, any_of, day_field, text_field
from screens.parts.paper import Sheet, paper_of_receipt
from screens.parts.rows import Column, Rows
from screens.parts.status import show_words
from screens.parts.words import account, issuer, money

KINDS = ("cash_top_up", "cash_withdrawal")
COLUMNS = (
    Column("operations.number", 7, lambda row: str(row.id), right=True),
    Column("operations.at", 16, lambda row: date_time(row.at, row.time_zone)),
    Column("operations.kind", 12, lambda row: t(f"operations.kind.{row.kind}")),
    Column("operations.client", 0, lambda row: row.client),
    Column("operations.serial", 12, lambda row: row.serial, from_width=120),
    Column("operations.desk", 14, lambda row: row.desk, from_width=120),
    Column("operations.cashier", 16, lambda row: row.cashier, from_width=130),
    Column("money.amount", 18, lambda row: money(row.amount, row.issuer, row.scale), right=True),
)
EXPORTED = "id at booked_on kind issuer amount commission desk cashier client serial".split()


def search(keyset: Keyset, text: str) -> Keyset:
    """By number or serial when it is digits; else by the beginning of the client's name."""
    if text.isdecimal() and len(text) < 19:
        return keyset.where("id", "=", int(text)) if len(text) < 12 else keyset.where("serial", "=", text)
    return keyset.where("client", "starts", text)


def cells(row: Any) -> list[object]:
    """A row of the exported file, for programs to read."""
    values = {name: getattr(row, name) for name in EXPORTED}
    values |= {"at": row.at.isoformat(), "amount": decimal(row.amount, row.scale)}
    values["commission"] = decimal(row.commission, row.scale)
    return list(values.values())


class CashOperations(Section[None]):
    """A cashier sees the day at hand first; F6 asks for any other period."""

    SECTION = "cash_operations"

    def __init__(self) -> None:
        super().__init__()
        self.chosen: dict[str, Any] = {}
        self.keyset = Keyset(cash_operations)

    def body(self) -> ComposeResult:
        yield Lines(id="what")
        yield KeysetTable(self._rows(), empty="cash_operations.empty")

    def _rows(self) -> Rows:
        return Rows(lambda: self.db, self.keyset, COLUMNS, width=self.app.size.width, search=search)

    def on_mount(self) -> None:
        if "cash_day:run" in self.person.permissions:
            self.work(self._own_day())
        else:
            self._show(t("cash_operations.all"))

    async def _own_day(self) -> None:
        found = await self.call(home)
        if found is None:
            return
        if found.day is None:
            self._show(t("cash_operations.own"))
        else:
            self._filter(Keyset(cash_operations).where("day_id", "=", found.day.day_id), _of_day(found.day))

    def _show(self, said: str) -> None:
        show_words(self.query_one("#what", Lines), said, "dim")

    def _filter(self, keyset: Keyset, said: str) -> None:
        self.keyset = keyset
        self._show(said)
        self.query_one(KeysetTable).set_source(self._rows())

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
        self.work(self._open(event.item.thing.id))

    async def _open(self, number: int) -> None:
        found = await self.call(lambda db: receipt(db, number))
        if found is not None:
            self.app.push_screen(Operation(found))

    def act_export(self) -> None:
        """The list in sight as a CSV file."""
        shown: Any = self.query_one(KeysetTable).source
        heads = [t(f"export.column.{name}") for name in EXPORTED]
        self.app.push_screen(Export("cash-operations", self.db, shown.keyset, heads, cells), self._exported)

    def _exported(self, said: str | None) -> None:
        if said:
            self.say(said)
        else:
            self.note(t("export.left"))


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
