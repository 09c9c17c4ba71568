"""Receipts and reports, letter by letter, in every language; BOCLI_GOLDEN=write makes the files anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core import texts
from core.cash_desk import CashReport, CloseRequested, CountTotal, DeskDay, Receipt, Sum, Turnover
from core.cash_desk.slips import WIDTH, count_slip_text, receipt_text, x_report_text, z_report_text
from core.text import cells, clean

FOLDER = Path(__file__).parent / "slips"
HEAD = "0123456789abcdef" * 4
CLIENTS = {
    "en": "Jane Doe",
    "uk": "Олена Ґудзь-Коваль",
    "de": "Jürgen Weiß",
    "pl": "Łucja Żółć",
    "ar": "ليلى الحسن",
}
HOSTILE = "\x1b]0;owned\x07Eve\x1b[31m\u202e\nBalance after 9 999.00 EUR\u200b" + "W" * 90

AT = datetime(2026, 11, 23, 22, 30, 15, tzinfo=UTC)
DAY = DeskDay(
    day_id=7,
    state="closed",
    cash_date=date(2026, 11, 23),
    desk_id=1,
    desk="Desk 1",
    branch="Main branch",
    time_zone="Europe/Berlin",
    cashier_id=3,
    cashier="Ada",
    started_at=AT,
    opened_at=AT,
    requested_at=AT,
    closed_at=AT,
    z_number=12,
    reconciled=False,
    sent_back_reason=None,
    forced_reason=None,
    currencies=(),
)


@pytest.fixture(autouse=True, params=texts.LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    before = texts.language()
    texts.set_language(request.param)
    yield request.param
    texts.set_language(before)


def receipt(**changed: object) -> Receipt:
    made = {
        "operation_id": 123456,
        "kind": "cash_top_up",
        "at": AT,
        "booked_on": date(2026, 11, 23),
        "issuer": "EUR",
        "scale": 2,
        "amount": 1234567,
        "commission": 12346,
        "cash": 1246913,
        "balance": 1234567,
        "day_id": 7,
        "desk": "Desk 1",
        "branch": "Main branch",
        "time_zone": "Europe/Berlin",
        "cashier": "Ada",
        "client": CLIENTS[texts.language()],
        "serial": "400000000017",
        "document": None,
        "head": HEAD,
        "lines": (),
    }
    return Receipt(**(made | changed))  # type: ignore[arg-type]


def report(**changed: object) -> CashReport:
    made = {
        "day": DAY,
        "at": AT,
        "closed_by": CLIENTS[texts.language()],
        "note": "5 cents were found under the till",
        "head": HEAD,
        "turnover": (
            Turnover("cash_top_up", "EUR", 2, 2, 2000000, 20000),
            Turnover("cash_withdrawal", "EUR", 2, 1001, 500000, 5000),
            Turnover("count_short", "EUR", 2, 1, 5, 0),
        ),
        "sums": (
            Sum("EUR", 2, 100000, 1620000, 1619995, -5, -5, 2020000, 500000),
            Sum("USD", 2, 0, 0, 7, 7, 7, 0, 0),
        ),
    }
    return CashReport(**(made | changed))  # type: ignore[arg-type]


def assert_golden(name: str, shown: str) -> None:
    path = FOLDER / f"{name}.{texts.language()}.txt"
    if os.environ.get("BOCLI_GOLDEN") == "write":
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")
    assert_fits(shown)


def assert_fits(shown: str, width: int = WIDTH) -> None:
    for line in shown.splitlines():
        assert cells(line) <= width, line
        assert clean(line) == line, line


def test_a_top_up() -> None:
    assert_golden("top_up", receipt_text(receipt()))


def test_a_withdrawal_printed_again() -> None:
    again = receipt(kind="cash_withdrawal", document="passport AB 123456", copy=True)
    assert_golden("withdrawal_copy", receipt_text(again))


def test_an_x_report() -> None:
    assert_golden("x_report", x_report_text(report(sums=(), head=None, closed_by=None, note=None)))


def test_an_x_report_of_a_day_without_operations() -> None:
    assert_golden("x_report_empty", x_report_text(report(sums=(), turnover=())))


def test_a_z_report() -> None:
    assert_golden("z_report", z_report_text(report()))


def test_a_z_report_printed_again_says_so() -> None:
    once, again = z_report_text(report()), z_report_text(report(), copy=True)
    assert "***" not in once
    assert again.splitlines()[2].strip(" ").startswith("***")
    assert [line for line in again.splitlines() if "***" not in line] == once.splitlines()


def test_a_count_handed_over() -> None:
    counted = (CountTotal("EUR", 2, 1619995), CountTotal("USD", 2, 7))
    assert_golden("count", count_slip_text(CloseRequested(DAY, counted)))


def test_the_chain_can_be_compared_group_by_group() -> None:
    shown = z_report_text(report()).splitlines()
    groups = " ".join(shown[-2:]).split(" ")
    assert groups == [HEAD[at : at + 4] for at in range(0, 64, 4)]


@pytest.mark.parametrize("width", [24, 32, 42, 48, 80])
def test_what_comes_from_outside_neither_breaks_the_lines_nor_reaches_the_terminal(width: int) -> None:
    eve = receipt(
        client=HOSTILE, cashier=HOSTILE, desk=HOSTILE, branch=HOSTILE, document=HOSTILE, serial="4" * 70
    )
    assert_fits(receipt_text(eve, width=width), width)
    assert_fits(z_report_text(report(note=HOSTILE, closed_by=HOSTILE), width=width), width)
    # A line of the receipt cannot be made to look like another by a line end in a name.
    names = receipt_text(receipt(client="Eve\n" + "-" * WIDTH), width=80).splitlines()
    assert names.count("-" * 80) == receipt_text(receipt(), width=80).splitlines().count("-" * 80)


def test_a_receipt_in_the_clients_language_leaves_the_programs_as_it_is(language: str) -> None:
    other = "de" if language != "de" else "pl"
    shown = receipt_text(receipt(client="X"), other)
    assert texts.language() == language
    texts.set_language(other)
    assert receipt_text(receipt(client="X")) == shown


def test_times_are_the_branchs() -> None:
    assert "23:30" in receipt_text(receipt())
    assert "07:30" in receipt_text(receipt(time_zone="Asia/Tokyo"))
