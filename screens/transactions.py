"""Transactions (AFR-3): everything that was ever posted, for any period and any column, with the sums of what fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.fields import Field
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines
from core.db.keyset import Condition, Keyset
from core.errors import Invalid
from core.operations import LOOK_BACK_DAYS, Totals, Transactions, amount_of, totals, transactions_select
from core.texts import date, date_time, n, number, t
from screens.parts.columns import ZONE, Column
from screens.parts.filters import Filters, any_of, day_field, text_field
from screens.parts.listing import Listing
from screens.parts.transaction_words import KINDS, TransactionTotals, total_rows
from screens.parts.words import money


def _sum(name: str) -> Any:
    return lambda row: money(getattr(row, name), row.issuer, row.scale)


def _text(name: str) -> Any:
    return lambda row: "" if getattr(row, name) is None else str(getattr(row, name))


COLUMNS = (
    Column("number", "transactions.number", 9, lambda r: str(r.id), kind="number", field="id", right=True,
           sort=("id",)),
    Column("at", "transactions.at", 16, lambda r: date_time(r.at, ZONE), kind="moment", field="at"),
    Column("booked", "transactions.booked", 10, lambda r: date(r.booked_on), kind="day", field="booked_on",
           chosen=False),
    Column("kind", "transactions.kind", 24, lambda r: t(f"operation.{r.kind}"), kind="choice", field="kind",
           options=tuple((each, f"operation.{each}") for each in KINDS)),
    Column("client", "transactions.client", 0, _text("client"), field="client", from_width=100),
    Column("email", "transactions.email", 26, _text("email"), field="email", chosen=False),
    Column("phone", "transactions.phone", 15, _text("phone"), field="phone", chosen=False),
    Column("coin", "transactions.coin", 12, _text("serial"), field="serial", chosen=False),
    Column("other", "transactions.other", 24, _text("other"), field="other", from_width=120),
    Column("other_coin", "transactions.other_coin", 12, _text("other_serial"), field="other_serial", chosen=False),
    Column("currency", "money.currency", 8, lambda r: r.issuer, field="issuer", chosen=False),
    Column("amount", "money.amount", 18, _sum("amount"), kind="money", field="amount", right=True),
    Column("commission", "money.commission", 14, _sum("commission"), kind="money", field="commission", right=True,
           chosen=False),
    Column("actor", "transactions.actor", 18, _text("actor"), field="actor", chosen=False),
    Column("desk", "transactions.desk", 14, _text("desk"), field="desk", chosen=False),
    Column("day", "transactions.day", 9, _text("day_id"), kind="number", field="day_id", right=True, chosen=False),
    Column("of", "transactions.of", 9, _text("of_id"), kind="number", field="of_id", right=True, chosen=False),
    Column("reverses", "transactions.reverses", 9, _text("reverses_id"), kind="number", field="reverses_id", right=True,
           chosen=False),
)  # fmt: skip


def exact_amount(text: str) -> Condition:
    """An amount in the unit of each row. Raises Invalid transactions.not_amount."""
    value = amount_of(text if "." in text or "," in text else f"{text}.0")
    if value is None:
        raise Invalid("transactions.not_amount")
    return Condition(("amount",), "=", value, scale="scale")


def narrowed(asked: Transactions, word: str) -> Transactions:
    """By a word without a column: a number, an amount with its point, a serial, an e-mail, a phone, or of a name its
    beginning; words that are none of these belong to one name."""
    digits = word.isdecimal()
    if digits and len(word) < 12:
        return replace(asked, conditions=(*asked.conditions, Condition(("id",), "=", int(word))))
    if not digits and amount_of(word) is not None:
        return replace(asked, conditions=(*asked.conditions, exact_amount(word)))
    named = asked.party and not any(sign in asked.party for sign in "@+") and not asked.party.isdecimal()
    plain = not digits and "@" not in word and not word.startswith("+")
    return asked.of(f"{asked.party} {word}" if named and plain else word)


class TransactionsList(Listing):
    """F6 asks field by field, / in the list's language; the sums of what fits stand under the list."""

    SECTION = "transactions"
    LIST = "transactions"
    EMPTY = "transactions.empty"
    SELECT = staticmethod(transactions_select)
    COLUMNS = COLUMNS

    def __init__(self) -> None:
        super().__init__()
        self.chosen: dict[str, Any] = {}
        self.sums: Totals | None = None

    def body(self) -> ComposeResult:
        yield from super().body()
        yield Lines(id="sums")

    def on_mount(self) -> None:
        super().on_mount()
        self._sum_up()

    def base(self) -> Keyset:
        values, asked = self.chosen, Transactions(transactions_select)
        if values.get("party"):
            asked = asked.of(" ".join(values["party"].split()))
        added = []
        for name, operator, column in (
            ("from", ">=", "booked_on"),
            ("to", "<=", "booked_on"),
            ("kind", "=", "kind"),
            ("number", "=", "id"),
        ):
            if values.get(name) is not None:
                added.append(Condition((column,), operator, values[name]))  # type: ignore[arg-type]
        if values.get("issuer"):
            added.append(Condition(("issuer",), "=", values["issuer"].upper()))
        if values.get("amount") is not None:
            added.append(values["amount"])
        return replace(asked, conditions=tuple(added))

    def plain(self, keyset: Keyset, text: str) -> Keyset:
        assert isinstance(keyset, Transactions)
        return narrowed(keyset, text)

    def apply(self) -> None:
        super().apply()
        self._sum_up()

    def refresh_section(self) -> None:
        self._sum_up()

    def in_words(self) -> list[str]:
        parts = [] if not self.chosen else self._chosen_in_words()
        asked = self.keyset()
        assert isinstance(asked, Transactions)
        if asked.looks_back:
            parts.append(n("transactions.looks_back", LOOK_BACK_DAYS))
        return [" · ".join(filter(None, (*parts, *super().in_words()))), ""]

    def _chosen_in_words(self) -> list[str]:
        parts = []
        for name, value in self.chosen.items():
            if value is None or value == "":
                continue
            label = t(f"filter.{name}" if name in ("from", "to") else f"transactions.{name}")
            parts.append(f"{label}: {_in_words(name, value)}")
        return parts

    # Filtering.

    def act_choose(self) -> None:
        now = self.chosen
        amount, number_ = now.get("amount"), now.get("number")
        kinds = [(kind, t(f"operation.{kind}")) for kind in KINDS]
        amount_text = "" if amount is None else format(amount.value.normalize(), "f")
        amount_field = Field(amount_text, check=exact_amount, required=False, limit=30)
        number_text = "" if number_ is None else str(number_)
        number_field = Field(number_text, check=_number, required=False, limit=20)
        self.app.push_screen(
            Filters(
                ("from", t("filter.from"), day_field(now.get("from"))),
                ("to", t("filter.to"), day_field(now.get("to"))),
                ("kind", t("transactions.kind"), any_of(kinds, now.get("kind"))),
                ("issuer", t("transactions.issuer"), text_field(now.get("issuer"))),
                ("party", t("transactions.party"), text_field(now.get("party"))),
                ("amount", t("transactions.amount"), amount_field),
                ("number", t("transactions.number_is"), number_field),
            ),
            self._chosen,
        )

    def _chosen(self, values: dict[str, Any] | None) -> None:
        if values is not None:
            self.chosen = values
            self.apply()

    # Sums.

    def _sum_up(self) -> None:
        """Sums that are known soon come with the list; else the list is there first, and they follow. They keep their
        room meanwhile, so that nothing is laid out again."""
        lines = self.query_one("#sums", Lines)
        room = len(lines.rows(0))
        self.sums = None
        lines.show([("dim", t("transactions.summing"))], *[""] * (room - 1))
        self.run_worker(self._sums(self.hold_paint()), group="sums", exclusive=True)

    async def _sums(self, paint: Callable[[], None]) -> None:
        asked = self.keyset()
        assert isinstance(asked, Transactions)
        try:
            found = await self.call(lambda db: totals(db, asked))
        finally:
            paint()
        if self.is_mounted:
            self.sums = found
            rows = total_rows(found, max(40, self.app.size.width - 2)) if found is not None else []
            self.query_one("#sums", Lines).show(*rows)
            self.refresh_bindings()

    def blocked(self, action_id: str) -> str | None:
        return "blocked.not_loaded" if action_id == "transactions.totals" and self.sums is None else None

    def act_totals(self) -> None:
        if self.sums is not None:
            self.app.push_screen(TransactionTotals(self.sums, "".join(self.in_words())))

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open("screens.operation:OperationScreen", event.item.thing.id)


def _in_words(name: str, value: Any) -> str:
    """A chosen value as it stands over the list."""
    if name in ("from", "to"):
        return date(value)
    if name == "kind":
        return t(f"operation.{value}")
    return number(value.value) if name == "amount" else str(value)


def _number(text: str) -> int:
    """An operation's number. Raises Invalid transactions.not_number."""
    plain = text.strip().removeprefix("#")
    if not plain.isdecimal() or len(plain) > 18:
        raise Invalid("transactions.not_number")
    return int(plain)
