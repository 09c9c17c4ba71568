"""One desk day before an accountant: sums, turnover, every count; close, send back, mark as reconciled."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from bocli.widgets.ask import Ask, Reason
from bocli.widgets.confirm import Confirm, ConfirmPhrase
from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from bocli.widgets.shown import fitted, paragraph
from core.cash_desk import (
    CloseDay,
    Count,
    Reconcile,
    Review,
    SendBack,
    close_day,
    reconcile,
    review,
    send_back,
    z_report,
)
from core.text import cells
from core.texts import date, date_time, n, t
from screens.parts.counting import ForcedCounting
from screens.parts.paper import Sheet, paper_of_report
from screens.parts.request import Request
from screens.parts.words import TONES, money, signed, state


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


# What it shows.


def rows_of(found: Review, width: int) -> list[Row]:
    """The whole review as rows of text."""
    day = found.day
    rows: list[Row] = [
        [
            (TONES.get(day.state, ""), f"[{state(day.state)}] "),
            ("head", day.desk),
            ("", f" · {date(day.cash_date)}"),
        ],
        [("dim", t("day_review.cashier")), ("", f" {day.cashier}")],
    ]
    if found.own:
        rows.append([("warn", t("blocked.own_day"))])
    if day.reconciled:
        rows.append([("good", t("day_review.reconciled"))])
    for key, said in (("sent_back", day.sent_back_reason), ("forced", day.forced_reason)):
        if said:
            rows += [[("", line)] for line in paragraph(t(f"day_review.{key}", reason=said), width)]
    rows += [[("", "")], *_sums(found, width)]
    if found.turnover:
        rows += [[("", "")], *_turnover(found, width)]
    for count in reversed(found.counts):
        rows += [[("", "")], *_count(found, count, width)]
    return rows


def _table(heads: Sequence[str], body: Sequence[Sequence[str]], width: int) -> list[Row]:
    """Columns as wide as they need to be; the first stands left, the others right."""
    wide = [max(cells(line[at]) for line in (heads, *body)) for at in range(len(heads))]
    gap = 2 if sum(wide) + 2 * len(wide) <= width else 1

    def line(texts: Sequence[str], style: str) -> Row:
        row: Row = [(style, fitted(texts[0], wide[0]))]
        for text, room in zip(texts[1:], wide[1:], strict=True):
            row += [("", " " * gap), (style, fitted(text, room, right=True))]
        return row

    return [line(heads, "head"), *(line(each, "") for each in body)]


def _sums(found: Review, width: int) -> list[Row]:
    """A column for each currency, three beside each other."""
    rows: list[Row] = []
    for at in range(0, len(found.sums), 3):
        sums = found.sums[at : at + 3]
        body = [
            [t(f"day_review.{name}"), *(_bare(getattr(x, field), x.issuer, x.scale) for x in sums)]
            for name, field in (
                ("opening", "opening"),
                ("in", "cash_in"),
                ("out", "cash_out"),
                ("books", "expected"),
                ("counted", "counted"),
            )
        ]
        last = [signed(x.difference, x.issuer, x.scale).removesuffix(f" {x.issuer}") for x in sums]
        rows += _table(["", *(x.issuer for x in sums)], [*body, [t("day_review.difference"), *last]], width)
        for x in sums:
            if x.difference is not None:
                word = "short" if x.difference < 0 else "over" if x.difference else "exact"
                tone = "good" if word == "exact" else "warn"
                rows.append([(tone, f"{x.issuer}: "), (tone, t(f"difference.{word}"))])
    return rows


def _bare(minor: int | None, code: str, scale: int) -> str:
    return money(minor, code, scale).removesuffix(f" {code}")


def _turnover(found: Review, width: int) -> list[Row]:
    heads = [t("day_review.turnover"), t("day_review.pieces"), t("money.amount"), t("money.commission")]
    body = [
        [
            t(f"operation.{each.kind}"),
            str(each.pieces),
            money(each.amount, each.issuer, each.scale),
            money(each.commission, each.issuer, each.scale),
        ]
        for each in found.turnover
    ]
    return _table(heads, body, width)


def _count(found: Review, count: Count, width: int) -> list[Row]:
    """A count: what, who and when; totals; the denominations in one paragraph for each currency."""
    what = t(f"count.kind.{count.kind}", by=count.by, at=date_time(count.at, found.day.time_zone))
    rows: list[Row] = [[("head", what)]]
    if count.note:
        rows += [[("", line)] for line in paragraph(t("count.note", note=count.note), width)]
    for total in count.totals:
        lines = [
            n("counter.pieces", pieces, each=_bare(piece, code, total.scale))
            for code, piece, pieces in count.lines
            if code == total.issuer and pieces
        ]
        rows.append([("", money(total.counted, total.issuer, total.scale))])
        rows += [[("dim", "  "), ("dim", line)] for line in paragraph(", ".join(lines), width - 2) if lines]
    return rows
