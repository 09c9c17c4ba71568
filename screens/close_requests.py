"""Close requests (ACC-2): the days that wait for an accountant, the oldest request first."""

from __future__ import annotations

from textual.app import ComposeResult

from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.section import Section
from core.cash_desk import desk_days
from core.db.keyset import Keyset
from core.texts import age, date, t
from screens.parts.day_review import DayReview
from screens.parts.rows import Column, Rows

COLUMNS = (
    Column("desk.name", 0, lambda row: row.desk),
    Column("desk.branch", 18, lambda row: row.branch, from_width=110),
    Column("desk.cashier", 20, lambda row: row.cashier),
    Column("desk.cash_date", 10, lambda row: date(row.cash_date)),
    Column(
        "close_requests.recount", 12, lambda row: t("close_requests.again") if row.sent_back_reason else ""
    ),
    Column("close_requests.age", 9, lambda row: age(row.requested_at), right=True),
)


class CloseRequests(Section[None]):
    """Enter opens the comparison."""

    SECTION = "close_requests"

    def body(self) -> ComposeResult:
        keyset = Keyset(desk_days, ("requested_at", "id"), newest_first=False).where(
            "state", "=", "close_requested"
        )
        yield KeysetTable(
            Rows(lambda: self.db, keyset, COLUMNS, width=self.app.size.width), empty="close_requests.empty"
        )

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.app.push_screen(DayReview(event.item.thing.id), lambda _: self.act_refresh())
