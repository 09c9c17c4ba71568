"""A receipt, slip or report as text: read on the screen, printed, kept as a file."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from bocli.widgets.shown import Shown
from core.cash_desk import CashReport, CloseRequested, Receipt
from core.errors import BocliError
from core.texts import language, t
from screens.parts.list_files import short

WIDTH = 42


def paper_of_receipt(receipt: Receipt) -> Paper:
    """The receipt of a cash operation."""
    from core.cash_desk.slips import receipt_text

    title = t("paper.copy" if receipt.copy else "paper.receipt", number=receipt.operation_id)
    return Paper(title, f"receipt-{receipt.operation_id}", receipt_text(receipt, language(), WIDTH))


def paper_of_count(requested: CloseRequested) -> Paper:
    """What a cashier counted blind and hands over."""
    from core.cash_desk.slips import count_slip_text

    text = count_slip_text(requested, language(), WIDTH)
    return Paper(t("paper.count"), f"count-{requested.day.day_id}", text)


def paper_of_report(report: CashReport, *, copy: bool = False) -> Paper:
    """The Z report of a closed day (`copy` marks one asked for again), or the X report of an open one."""
    from core.cash_desk.slips import x_report_text, z_report_text

    if report.day.z_number is None:
        return Paper(t("paper.x_report"), f"x-{report.day.day_id}", x_report_text(report, language(), WIDTH))
    number = report.day.z_number
    return Paper(
        t("paper.z_report", number=number), f"z-{number}", z_report_text(report, language(), WIDTH, copy=copy)
    )


class Sheet(VerticalScroll, can_focus=True):
    """Text that is longer than the screen; arrows and pages scroll it."""

    DEFAULT_CSS = "Sheet { height: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }"


class Paper(Section[None]):
    """Shows the text; F6 prints it and keeps it as a file."""

    SECTION = "paper"
    DEFAULT_CSS = "Paper Sheet > Lines { width: auto; min-width: 42; }"

    def __init__(self, title: str, name: str, text: str) -> None:
        """title: translated; name: of the file; text: its lines."""
        super().__init__()
        self.heading, self.file_name, self.text = title, name, text

    def crumb(self) -> str:
        return self.heading

    def body(self) -> ComposeResult:
        with Sheet():
            # A slip is laid out already, Arabic from right to left: it must not be turned round again.
            rows: list[Row] = [[("", Shown(line))] for line in self.text.splitlines()]
            yield Lines(*rows)

    def act_print(self) -> None:
        """To the printer, if there is one, and to a file in any case."""
        self.work(self._print())

    async def _print(self) -> None:
        from bocli.config import load
        from bocli.printing import print_out, write_text

        def work() -> tuple[Any, bool]:
            printer = getattr(self.app, "printer", None) or load().printer
            lines = self.text.splitlines()
            path = write_text(printer, self.file_name, lines)
            print_out(printer, self.file_name, lines)
            return path, printer.kind == "device"

        try:
            path, printed = await asyncio.to_thread(work)
        except BocliError as error:
            self.show_error(error)
            return
        self.say(t("paper.printed") if printed else t("paper.kept", path=short(path)))
