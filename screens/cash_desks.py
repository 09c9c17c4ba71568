"""Cash desks (ACC-2): balances, state and cashier of each; its days; who may work at it."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Words
from bocli.widgets.keyset_table import Item, KeysetTable
from bocli.widgets.section import Section
from core.cash_desk import AssignDesk, assign_desk, desk_balances, desk_cashiers, desk_days, desks
from core.db.keyset import Keyset
from core.texts import date, t
from screens.parts.day_review import DayReview
from screens.parts.request import Request
from screens.parts.rows import Column, Rows
from screens.parts.words import money, state

DESKS = (
    Column("desk.name", 0, lambda row: row.name),
    Column("desk.branch", 20, lambda row: row.branch, from_width=110),
    Column("desk.state", 19, lambda row: state(row.state) if row.state else t("desk.free")),
    Column("desk.cashier", 20, lambda row: row.cashier or "", from_width=110),
)
DAYS = (
    Column("desk.cash_date", 10, lambda row: date(row.cash_date)),
    Column("desk.cashier", 0, lambda row: row.cashier),
    Column("desk.state", 24, lambda row: state(row.state)),
    Column("desk.z", 6, lambda row: str(row.z_number or ""), right=True),
    Column("desk.reconciled", 11, lambda row: t("common.yes") if row.reconciled else ""),
)
CASHIERS = (
    Column("desk.cashier", 0, lambda row: row.cashier),
    Column("desk.email", 30, lambda row: row.email),
    Column("desk.assigned", 12, lambda row: t("common.yes") if row.assigned else t("common.no")),
)


class DeskRows(Rows):
    """Desks with what is in them: two lists, put together here, since a desk has several currencies."""

    MONEY = 32

    def __init__(self, db: Any, width: int) -> None:
        super().__init__(db, Keyset(desks, ("name", "id"), newest_first=False), DESKS, width=width)
        self.headers = [*self.headers, t("money.balance")]
        self.widths = [*self.widths, self.MONEY]
        self.right = frozenset({len(self.widths) - 1})
        self.balances: dict[int, list[str]] = {}

    def fetch(self, edge: Hashable | None, limit: int, backwards: bool) -> list[Item]:
        found: dict[int, list[str]] = {}
        for row in Keyset(desk_balances, ("desk_id", "issuer"), newest_first=False).page(
            self.db(), None, 2000
        ):
            found.setdefault(row.desk_id, []).append(money(row.balance, row.issuer, row.scale))
        self.balances = found
        return super().fetch(edge, limit, backwards)

    def item(self, row: Any) -> Item:
        plain = super().item(row)
        return Item(plain.key, (*plain.cells, " ".join(self.balances.get(row.id, ()))), row)


class CashDesks(Section[None]):
    """Enter shows a desk's days."""

    SECTION = "cash_desks"

    def body(self) -> ComposeResult:
        yield KeysetTable(DeskRows(lambda: self.db, self.app.size.width), empty="cash_desks.empty")

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.app.push_screen(DeskDays(event.item.thing), lambda _: self.act_refresh())

    @property
    def item(self) -> Item | None:
        """The desk under the cursor, when the list is there."""
        return next((table.item for table in self.query(KeysetTable)), None)

    def blocked(self, action_id: str) -> str | None:
        item = self.item
        if action_id in ("cash_desks.assign", "cash_desks.review") and item is None:
            return "blocked.no_row"
        if action_id == "cash_desks.review" and item is not None and item.thing.day_id is None:
            return "blocked.desk_free"
        return None

    def act_assign(self) -> None:
        """Who may work at this desk."""
        item = self.item
        if item is not None:
            self.app.push_screen(DeskCashiers(item.thing))

    def act_review(self) -> None:
        """The day that is under way at this desk."""
        item = self.item
        if item is not None:
            self.app.push_screen(DayReview(item.thing.day_id), lambda _: self.act_refresh())


class DeskDays(Section[None]):
    """The days of one desk, newest first; Enter shows one."""

    SECTION = "desk_days"

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self.desk = desk

    def crumb(self) -> str:
        return str(self.desk.name)

    def body(self) -> ComposeResult:
        keyset = Keyset(desk_days).where("desk_id", "=", self.desk.id)
        yield KeysetTable(
            Rows(lambda: self.db, keyset, DAYS, width=self.app.size.width), empty="desk_days.empty"
        )

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.app.push_screen(DayReview(event.item.thing.id), lambda _: self.act_refresh())


class DeskCashiers(Section[None]):
    """The cashiers, and which of them may work at the desk; Space changes it."""

    SECTION = "desk_cashiers"

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self.desk = desk
        self.request = Request()

    def crumb(self) -> str:
        return t("desk_cashiers.of", desk=self.desk.name)

    def body(self) -> ComposeResult:
        yield Words(t("desk_cashiers.words", desk=self.desk.name))
        keyset = Keyset(desk_cashiers, ("cashier", "staff_id"), newest_first=False)
        keyset = keyset.where("desk_id", "=", self.desk.id)
        yield KeysetTable(Rows(lambda: self.db, keyset, CASHIERS), empty="desk_cashiers.empty")

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.work(self._turn(event.item.thing))

    async def _turn(self, row: Any) -> None:
        request = AssignDesk(self.request.key, self.desk.id, row.staff_id, not row.assigned)

        def question(db: Any) -> bool:
            assign_desk(db, request)
            return True

        if await self.call(partial(question), writes=self.request):
            word = "desk_cashiers.given" if request.assigned else "desk_cashiers.taken"
            self.say(t(word, cashier=row.cashier, desk=self.desk.name))
            self.query_one(KeysetTable).reload()
