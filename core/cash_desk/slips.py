"""Receipts, reports and slips as lines of text: for the screen, a file and a narrow printer.

Every line has at most `width` cells. A row has its label at one edge and its value at the other (Arabic: the
other way round); a value that does not fit stands below its label. Times are the branch's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from core import text as letters
from core import texts
from core.cash_desk.results import CashReport, CloseRequested, DeskDay, Receipt, Sum, Turnover
from core.money import Issuer
from core.texts import amount, date, date_time, n, t

WIDTH = 42


def receipt_text(receipt: Receipt, language: str | None = None, width: int = WIDTH) -> str:
    """The receipt of a top-up or a withdrawal, in the program's language or in `language`."""
    paid = receipt.kind == "cash_withdrawal"
    with _spoken(language):
        slip = _Slip(width)
        slip.centre(receipt.branch)
        slip.centre(t("slip.title.cash_withdrawal") if paid else t("slip.title.cash_top_up"))
        if receipt.copy:
            slip.copy_mark()
        slip.rule()
        slip.row(t("slip.number"), str(receipt.operation_id))
        slip.row(t("slip.time"), date_time(receipt.at, receipt.time_zone))
        slip.row(t("slip.desk"), receipt.desk)
        slip.row(t("slip.cashier"), receipt.cashier)
        slip.row(t("slip.client"), receipt.client)
        slip.row(t("slip.wallet"), in_fours(receipt.serial))
        if receipt.document:
            slip.row(t("slip.document"), receipt.document)
        if receipt.redeem_id is not None:
            slip.row(t("slip.redeem"), str(receipt.redeem_id))
        slip.rule()
        issuer = _issuer(receipt.issuer, receipt.scale)
        slip.row(t("slip.amount"), amount(receipt.amount, issuer))
        slip.row(t("slip.commission"), amount(receipt.commission, issuer))
        slip.row(t("slip.cash_paid") if paid else t("slip.cash_received"), amount(receipt.cash, issuer))
        slip.row(t("slip.balance"), amount(receipt.balance, issuer))
        slip.rule()
        if paid:
            slip.blank()
            slip.row(t("slip.signature"), "_" * 20)
            slip.blank()
        slip.chain(receipt.head)
        return slip.text()


def x_report_text(report: CashReport, language: str | None = None, width: int = WIDTH) -> str:
    """The X report: the turnover so far, and nothing of what cash there should be."""
    with _spoken(language):
        slip = _Slip(width)
        slip.centre(report.day.branch)
        slip.centre(t("slip.title.x"))
        slip.rule()
        slip.day(report.day)
        slip.row(t("slip.printed"), date_time(report.at, report.day.time_zone))
        slip.turnover(report.turnover)
        return slip.text()


def z_report_text(
    report: CashReport, language: str | None = None, width: int = WIDTH, *, copy: bool = False
) -> str:
    """The close slip: the numbered Z report with the head of the day's chain, for two people to compare.

    `copy` marks a reprint.
    """
    day = report.day
    with _spoken(language):
        slip = _Slip(width)
        slip.centre(day.branch)
        slip.centre(t("slip.title.z", number=day.z_number or 0))
        if copy:
            slip.copy_mark()
        slip.rule()
        slip.day(day)
        slip.time(t("slip.requested"), day.requested_at, day)
        slip.time(t("slip.closed"), day.closed_at, day)
        slip.row(t("slip.closed_by"), report.closed_by or "")
        for one in report.sums:
            slip.sums(one)
        slip.turnover(report.turnover)
        if day.forced_reason:
            slip.rule()
            slip.row(t("slip.forced"), day.forced_reason)
        if report.note:
            slip.rule()
            slip.row(t("slip.note"), report.note)
        slip.rule()
        slip.chain(report.head or "")
        return slip.text()


def count_slip_text(requested: CloseRequested, language: str | None = None, width: int = WIDTH) -> str:
    """What a cashier counted blind and handed over; it says nothing of what the books expect."""
    with _spoken(language):
        slip = _Slip(width)
        slip.centre(requested.day.branch)
        slip.centre(t("slip.title.count"))
        slip.rule()
        slip.day(requested.day)
        slip.time(t("slip.requested"), requested.day.requested_at, requested.day)
        slip.rule()
        for one in requested.counted:
            slip.row(t("slip.counted"), amount(one.counted, _issuer(one.issuer, one.scale)))
        slip.rule()
        slip.paragraph(t("slip.waits"))
        slip.blank()
        slip.row(t("slip.signature"), "_" * 20)
        return slip.text()


def in_fours(digits: str) -> str:
    """A number or hash as people read it out: in groups of four."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _issuer(code: str, scale: int) -> Issuer:
    return Issuer(code, code, "", scale, "real")


@contextmanager
def _spoken(language: str | None) -> Iterator[None]:
    """Say it in another language than the program's, for a client who reads that one."""
    before = texts.language()
    if language is None or language == before:
        yield
        return
    texts.set_language(language)
    try:
        yield
    finally:
        texts.set_language(before)


class _Slip:
    """Lines of one width, in the language of the moment."""

    def __init__(self, width: int) -> None:
        if width < 24:
            raise ValueError("a slip has at least 24 cells")
        self.width = width
        self.language = texts.language()
        self.from_right = self.language in letters.RTL_LANGUAGES
        self.lines: list[str] = []

    def text(self) -> str:
        return "\n".join(line.rstrip(" ") for line in self.lines) + "\n"

    def rule(self) -> None:
        self.lines.append("-" * self.width)

    def blank(self) -> None:
        self.lines.append("")

    def centre(self, said: str) -> None:
        for line in letters.wrap(letters.clean(said), self.width):
            shown = self._visual(line)
            self.lines.append(" " * ((self.width - letters.cells(shown)) // 2) + shown)

    def copy_mark(self) -> None:
        self.centre(f"*** {t('slip.copy')} ***")

    def paragraph(self, said: str) -> None:
        self.lines += letters.visual_lines(letters.clean(said), self.width, self.language)

    def row(self, label: str, value: str) -> None:
        """A label and its value, at the two edges of one line, or the value on lines of its own."""
        label, value = letters.clean(label), letters.clean(value)
        if letters.cells(label) + 1 + letters.cells(value) <= self.width:
            near, far = self._visual(label), self._visual(value)
            gap = " " * (self.width - letters.cells(near) - letters.cells(far))
            self.lines.append(far + gap + near if self.from_right else near + gap + far)
            return
        self._at_edge([label], start=True)
        self._at_edge(letters.wrap(value, self.width - 2), start=False)

    def time(self, label: str, moment: datetime | None, day: DeskDay) -> None:
        if moment is not None:
            self.row(label, date_time(moment, day.time_zone))

    def day(self, day: DeskDay) -> None:
        self.row(t("slip.desk"), day.desk)
        self.row(t("slip.cashier"), day.cashier)
        self.row(t("slip.cash_date"), date(day.cash_date))
        self.time(t("slip.opened"), day.opened_at, day)

    def sums(self, one: Sum) -> None:
        issuer = _issuer(one.issuer, one.scale)
        self.rule()
        self.centre(one.issuer)
        for key, minor in (
            ("slip.opening", one.opening),
            ("slip.in", one.cash_in),
            ("slip.out", None if one.cash_out is None else -one.cash_out),
            ("slip.expected", one.expected),
            ("slip.counted", one.counted),
        ):
            if minor is not None:
                self.row(t(key), amount(minor, issuer))
        if one.difference is not None:
            # A plus sign, so that a surplus is not read as a sum of cash.
            shown = amount(one.difference, issuer)
            self.row(t("slip.difference"), f"+{shown}" if one.difference > 0 else shown)

    def turnover(self, lines: Iterable[Turnover]) -> None:
        self.rule()
        self.centre(t("slip.turnover"))
        empty = True
        for line in lines:
            empty = False
            issuer = _issuer(line.issuer, line.scale)
            self.row(t(f"operation.{line.kind}"), n("slip.operations", line.pieces))
            self.row("  " + t("slip.amount"), amount(line.amount, issuer))
            if line.commission:
                self.row("  " + t("slip.commission"), amount(line.commission, issuer))
        if empty:
            self.paragraph(t("slip.no_turnover"))

    def chain(self, head: str) -> None:
        """The head of the chain in groups of four, as many to a line as fit."""
        self._at_edge([letters.clean(t("slip.chain"))], start=True)
        groups = [head[at : at + 4] for at in range(0, len(head), 4)]
        in_line = max((self.width + 1) // 5 // 4 * 4, 4)
        self.lines += [" ".join(groups[at : at + in_line]) for at in range(0, len(groups), in_line)]

    def _at_edge(self, lines: list[str], *, start: bool) -> None:
        for line in lines:
            for part in letters.wrap(line, self.width):
                shown = self._visual(part)
                gap = " " * (self.width - letters.cells(shown))
                self.lines.append(gap + shown if start == self.from_right else shown + gap)

    def _visual(self, said: str) -> str:
        return letters.visual(said, self.language)
