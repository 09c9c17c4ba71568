"""One desk day before an accountant: sums, turnover, every count; close, send back, mark as reconciled."""

from __future__ import annotations

from textual.app import ComposeResult

from bocli.widgets.ask import Ask, Reason
from bocli.widgets.confirm import Confirm, ConfirmPhrase
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from core.cash_desk import (
    CloseDay,
    Reconcile,
    Review,
    SendBack,
    close_day,
    reconcile,
    review,
    send_back,
    z_report,
)
from core.texts import t
from screens.parts.counting import ForcedCounting
from screens.parts.paper import Sheet, paper_of_report
from screens.parts.request import Request
from screens.parts.review_text import rows_of
from screens.parts.words import signed


class DayReview(Section[bool]):
    """True when something was decided."""

    SECTION = "day_review"
    found: Review | None = None

    def __init__(self, day_id: int) -> None:
        super().__init__()
        self.day_id = day_id
        self.request = Request()

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines()

    def on_mount(self) -> None:
        self.query_one(Sheet).focus()
        self.refresh_section()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(lambda db: review(db, self.day_id))
        if found is not None:
            self.found = found
            width = max(60, self.query_one(Sheet).size.width - 5)
            self.query_one(Sheet).query_one(Lines).show(*rows_of(found, width))
            self.refresh_bindings()

    def blocked(self, action_id: str) -> str | None:
        found = self.found
        if found is None:
            return "blocked.wait"
        now = found.day.state
        if action_id in ("day_review.close", "day_review.send_back"):
            if now != "close_requested":
                return "blocked.no_request"
            return "blocked.own_day" if found.own else None
        if action_id == "day_review.force":
            if now not in ("open", "counting"):
                return "blocked.not_under_way"
            return "blocked.own_day" if found.own else None
        if action_id in ("day_review.reconcile", "day_review.z_report") and now != "closed":
            return "blocked.not_closed"
        return None

    # Deciding.

    def act_close(self) -> None:
        self.work(self._close())

    async def _close(self) -> None:
        found = self.found
        if found is None or found.count_seen is None:
            return
        differ = [each for each in found.sums if each.difference]
        title = t("day_review.close_title", desk=found.day.desk)
        if differ:
            lines = "\n".join(signed(each.difference, each.issuer, each.scale) for each in differ)
            words = f"{t('day_review.close_differs')}\n{lines}"
            sure = await self.app.push_screen_wait(ConfirmPhrase(title, words, found.day.desk))
        else:
            sure = await self.app.push_screen_wait(Confirm(title, t("day_review.close_words")))
        if not sure:
            return
        note: str | None = ""
        if differ:
            note = await self.app.push_screen_wait(Ask(title, t("day_review.note")))
        if note is None:
            return
        request = CloseDay(self.request.key, self.day_id, found.count_seen, note)
        report = await self.call(lambda db: close_day(db, request), writes=self.request)
        if report is not None:
            self._decided()
            self.app.push_screen(paper_of_report(report))

    def _decided(self) -> None:
        self.say(t("day_review.done"))
        self.run_worker(self._ask(), group="again")

    def act_send_back(self) -> None:
        self.work(self._send_back())

    async def _send_back(self) -> None:
        reason = await self.app.push_screen_wait(
            Reason(t("day_review.send_back_title"), words=t("day_review.send_back_words"))
        )
        if not reason:
            return
        request = SendBack(self.request.key, self.day_id, reason)
        if await self.call(lambda db: send_back(db, request), writes=self.request) is not None:
            self._decided()

    def act_reconcile(self) -> None:
        self.work(self._reconcile())

    async def _reconcile(self) -> None:
        if self.found is None:
            return
        request = Reconcile(self.request.key, self.day_id, not self.found.day.reconciled)
        if await self.call(lambda db: reconcile(db, request), writes=self.request) is not None:
            self._decided()

    def act_z_report(self) -> None:
        self.work(self._z_report())

    async def _z_report(self) -> None:
        report = await self.call(lambda db: z_report(db, self.day_id))
        if report is not None:
            self.app.push_screen(paper_of_report(report, copy=True))

    def act_force(self) -> None:
        if self.found is not None:
            self.app.push_screen(
                ForcedCounting(self.found.day), lambda report: self._decided() if report else None
            )
