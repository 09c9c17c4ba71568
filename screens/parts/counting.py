"""Counting cash by denomination: at the opening against the last close, at the close blind, or by the accountant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.ask import Reason
from bocli.widgets.confirm import Confirm
from bocli.widgets.count_grid import CountGrid, Drawer
from bocli.widgets.dialog import Words
from bocli.widgets.section import Section
from core.cash_desk import (
    ClosingCount,
    DeskDay,
    ForceClose,
    OpeningCount,
    closing_count,
    force_close,
    opening_count,
)
from core.cash_desk.commands import Pieces
from core.errors import Changed
from core.texts import amount, n, t
from screens.parts.request import Request
from screens.parts.words import issuer, money, signed


class Counting(Section[Any]):
    """The grid of a desk's currencies; F2 goes on with what was counted. Nothing typed is lost by an error."""

    SECTION = "counting"
    WORDS = ""

    def __init__(self, day: DeskDay) -> None:
        super().__init__()
        self.day = day
        self.request = Request()

    def body(self) -> ComposeResult:
        yield Words(t(self.WORDS, desk=self.day.desk))
        yield CountGrid(
            [Drawer(issuer(x.code, x.scale, x.symbol), x.denominations) for x in self.day.currencies]
        )

    @property
    def grid(self) -> CountGrid:
        """The one grid of this screen."""
        return self.query_one(CountGrid)

    def on_mount(self) -> None:
        self.grid.focus()

    def pieces(self) -> Pieces:
        """What was counted; None in a cell left empty."""
        return {
            each.code: {piece: self.grid.pieces[each.code, piece] for piece in each.denominations}
            for each in self.day.currencies
        }

    def totals(self) -> str:
        """What was counted, a total for each currency."""
        units = [issuer(x.code, x.scale, x.symbol) for x in self.day.currencies]
        return "\n".join(amount(self.grid.total(unit.code), unit) for unit in units)

    def act_send(self) -> None:
        """F2: go on, if every row was filled in."""
        empty = self.grid.left_empty()
        if empty:
            self.grid.focus_empty()
            self.show_error(n("counting.left_empty", len(empty)))
            return
        self.work(self.send())

    def act_zeros(self) -> None:
        """The rows left empty become zeros: the person says so by this key."""
        for code, piece in self.grid.left_empty():
            self.grid.set_pieces(code, piece, 0)

    async def send(self) -> None:
        """What is done with the count."""

    def leave(self) -> None:
        if any(pieces for pieces in self.grid.pieces.values()):
            self.work(self._ask_leave())
        else:
            super().leave()

    async def _ask_leave(self) -> None:
        if await self.app.push_screen_wait(Confirm(t("counting.leave"), t("counting.leave_words"))):
            self.finish(None)


class OpeningCounting(Counting):
    """Against the last close: a difference is shown, and counted again or confirmed with a reason."""

    WORDS = "counting.opening"

    async def send(self) -> None:
        confirm, reason = False, ""
        while True:
            request = OpeningCount(self.request.key, self.day.day_id, self.pieces(), confirm, reason)
            found = await self.call(_or_difference(request), writes=self.request)
            if found is None:
                return
            if isinstance(found, DeskDay):
                self.finish(found)
                return
            words = (
                f"{t('counting.differs')}\n{differences_in_words(found.params)}\n{t('counting.differs_ways')}"
            )
            given = await self.app.push_screen_wait(Reason(t("counting.differs_title"), words=words))
            if not given:
                self.grid.focus()
                return
            confirm, reason = True, given


def _or_difference(request: OpeningCount) -> Callable[[Any], DeskDay | Changed]:
    """The question that takes a difference for an answer: it is one, not a fault."""

    def question(db: Any) -> DeskDay | Changed:
        try:
            return opening_count(db, request)
        except Changed as difference:
            if difference.key != "difference.confirm":
                raise
            return difference

    return question


def differences_in_words(params: Any) -> str:
    """A line for each currency that differs: counted, expected, by how much."""
    return "\n".join(
        t(
            "counting.line",
            counted=money(each["counted"], each["issuer"], each["scale"]),
            expected=money(each["expected"], each["issuer"], each["scale"]),
            difference=signed(each["difference"], each["issuer"], each["scale"]),
        )
        for each in params["differences"]
        if each["difference"]
    )


class ClosingCounting(Counting):
    """Blind: nothing says what the books expect."""

    WORDS = "counting.closing"

    async def send(self) -> None:
        words = f"{t('counting.send_words')}\n{self.totals()}"
        if not await self.app.push_screen_wait(Confirm(t("counting.send_title"), words)):
            return
        request = ClosingCount(self.request.key, self.day.day_id, self.pieces())
        found = await self.call(lambda db: closing_count(db, request), writes=self.request)
        if found is not None:
            self.finish(found)


class ForcedCounting(Counting):
    """The accountant's own count of a day whose cashier cannot close it."""

    WORDS = "counting.forced"

    async def send(self) -> None:
        words = f"{t('counting.forced_words')}\n{self.totals()}"
        reason = await self.app.push_screen_wait(
            Reason(t("counting.forced_title", desk=self.day.desk), words=words)
        )
        if not reason:
            return
        request = ForceClose(self.request.key, self.day.day_id, self.pieces(), reason)
        report = await self.call(lambda db: force_close(db, request), writes=self.request)
        if report is not None:
            self.finish(report)
