"""The cashier's day at a desk (CSH-1): start, opening count, X report, blind closing count, close request, Z report."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.confirm import Confirm, ConfirmPhrase
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from bocli.widgets.shown import paragraph
from core.cash_desk import (
    AbandonDay,
    CloseRequested,
    DeskDay,
    StartCounting,
    StartDay,
    abandon_day,
    desk_days,
    desks,
    home,
    start_counting,
    start_day,
    x_report,
    z_report,
)
from core.db.keyset import Keyset
from core.texts import date, date_time, t
from screens.parts.counting import ClosingCounting, OpeningCounting
from screens.parts.paper import paper_of_count, paper_of_report
from screens.parts.request import Request
from screens.parts.rows import Column, Rows
from screens.parts.status import show_day
from screens.parts.words import TONES, state

DESKS = (
    Column("desk.name", 0, lambda row: row.name),
    Column("desk.branch", 20, lambda row: row.branch),
    Column("desk.state", 19, lambda row: state(row.state) if row.state else t("desk.free")),
    Column("desk.cashier", 24, lambda row: row.cashier or "", from_width=110),
)


class CashRegisterDay(Section[None]):
    """The state is a word, what comes next is a sentence, and the key that does it stands beside it."""

    SECTION = "cash_day"
    day: DeskDay | None = None
    last: Any = None
    known = False

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()

    def body(self) -> ComposeResult:
        yield Lines(id="state")
        keyset = Keyset(desks, ("name", "id"), newest_first=False).where("active", "=", True)
        table = KeysetTable(
            Rows(lambda: self.db, keyset, DESKS, width=self.app.size.width), empty="cash_day.no_desks"
        )
        table.display = False
        yield table

    def on_mount(self) -> None:
        self.refresh_section()

    def on_screen_resume(self) -> None:
        if self.known:
            self.refresh_section()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(lambda db: (home(db).day, _last_closed(db)))
        if found is not None:
            self.last = found[1]
            self._take(found[0])

    def _take(self, day: DeskDay | None) -> None:
        first, self.day, self.known = not self.known, day, True
        show_day(self, day)
        table = self.query_one(KeysetTable)
        table.display = day is None
        if day is None and not first:
            table.reload()
        self.set_focus(table if day is None else None)
        self.query_one("#state", Lines).show(*self._rows())
        self.refresh_bindings()

    def _rows(self) -> list[Row]:
        width = max(40, self.size.width - 2)
        day = self.day
        if day is None:
            rows: list[Row] = [[("", "")], [("head", t("cash_day.choose"))]]
            if self.last is not None:
                said = t(
                    "cash_day.last",
                    number=self.last.z_number,
                    desk=self.last.desk,
                    date=date(self.last.cash_date),
                )
                rows.append([("dim", said)])
            return [*rows, [("", "")]]
        rows = [
            [("", "")],
            [
                (TONES.get(day.state, ""), f"[{state(day.state)}] "),
                ("head", day.desk),
                ("", f" · {day.branch}"),
            ],
            [("dim", t("cash_day.date")), ("", f" {date(day.cash_date)}")],
        ]
        if day.opened_at is not None:
            rows.append([("dim", t("cash_day.opened")), ("", f" {date_time(day.opened_at, day.time_zone)}")])
        rows.append([("", "")])
        if day.state == "counting" and day.sent_back_reason:
            rows += [
                [("warn", line)]
                for line in paragraph(t("cash_day.sent_back", reason=day.sent_back_reason), width)
            ]
        return rows + [[("", line)] for line in paragraph(t(f"cash_day.next.{day.state}"), width)]

    # What can be done now.

    def blocked(self, action_id: str) -> str | None:
        now = self.day.state if self.day is not None else None
        wanted = {
            "cash_day.count": ("opening_count", "counting"),
            "cash_day.x_report": ("open",),
            "cash_day.close": ("open",),
            "cash_day.abandon": ("opening_count",),
        }.get(action_id)
        if action_id == "cash_day.z_report":
            return None if self.last is not None else "blocked.no_z_report"
        if wanted is None or now in wanted:
            return None
        return "blocked.no_day" if now is None else f"blocked.day_{now}"

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.work(self._start(event.item.thing))

    async def _start(self, desk: Any) -> None:
        if not await self.app.push_screen_wait(
            Confirm(t("cash_day.start"), t("cash_day.start_words", desk=desk.name))
        ):
            return
        request = StartDay(self.request.key, desk.id)
        day = await self.call(lambda db: start_day(db, request), writes=self.request)
        if day is not None:
            self._take(day)
            self.act_count()

    def act_count(self) -> None:
        """The opening or the closing count, whichever it is time for."""
        if self.day is not None:
            screen = OpeningCounting if self.day.state == "opening_count" else ClosingCounting
            self.app.push_screen(screen(self.day), self._counted)

    def _counted(self, found: DeskDay | CloseRequested | None) -> None:
        if found is not None:
            day = found if isinstance(found, DeskDay) else found.day
            self._take(day)
            self.say(t(f"cash_day.done.{day.state}"))
            if isinstance(found, CloseRequested):
                self.app.push_screen(paper_of_count(found))

    def act_x_report(self) -> None:
        self.work(self._report(x_report, self.day.day_id if self.day else 0))

    def act_z_report(self) -> None:
        self.work(self._report(z_report, self.last.id, copy=True))

    async def _report(self, ask: Any, day_id: int, *, copy: bool = False) -> None:
        report = await self.call(lambda db: ask(db, day_id))
        if report is not None:
            self.app.push_screen(paper_of_report(report, copy=copy))

    def act_close(self) -> None:
        """Begin to close: from here on nothing can be posted, so the desk's name is typed."""
        self.work(self._close())

    async def _close(self) -> None:
        day = self.day
        if day is None:
            return
        words = t("cash_day.close_words", desk=day.desk)
        if not await self.app.push_screen_wait(ConfirmPhrase(t("cash_day.close_title"), words, day.desk)):
            return
        request = StartCounting(self.request.key, day.day_id)
        counting = await self.call(lambda db: start_counting(db, request), writes=self.request)
        if counting is not None:
            self._take(counting)
            self.act_count()

    def act_abandon(self) -> None:
        self.work(self._abandon())

    async def _abandon(self) -> None:
        day = self.day
        if day is None or not await self.app.push_screen_wait(
            Confirm(t("cash_day.abandon_title"), t("cash_day.abandon_words", desk=day.desk))
        ):
            return
        request = AbandonDay(self.request.key, day.day_id)
        if await self.call(lambda db: abandon_day(db, request), writes=self.request) is not None:
            self._take(None)


def _last_closed(db: Any) -> Any:
    """The cashier's last closed day, or None."""
    rows = Keyset(desk_days).where("state", "=", "closed").page(db, None, 1)
    return rows[0] if rows else None
