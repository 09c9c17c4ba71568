"""A desk's whole day through the functions that the program calls."""

from __future__ import annotations

from core import cash_desk
from tests.books import Books


def test_a_whole_day(books: Books) -> None:
    desk, cashier = books.till()
    accountant = books.accountant()
    wallet = books.wallet()
    day = books.start(cashier, desk)
    receipt = books.put(cashier, day, wallet, 100_00)
    assert (receipt.amount, receipt.commission, receipt.cash, receipt.balance) == (10000, 100, 10100, 10000)
    assert [(line.debit_kind, line.credit_kind, line.amount) for line in receipt.lines] == [
        ("CASH", "WALLET", 10100),
        ("WALLET", "COMMISSION", 100),
    ]
    paid = books.take(cashier, day, wallet, 40_00)
    assert (paid.cash, paid.commission, paid.balance) == (4000, 40, 10000 - 4040)
    assert [(line.debit_kind, line.credit_kind, line.amount) for line in paid.lines] == [
        ("WALLET", "HOLD", 4040),
        ("HOLD", "CASH", 4000),
        ("HOLD", "COMMISSION", 40),
    ]
    books.request_close(cashier, day, desk, EUR=-5, USD=7)
    report = books.close(accountant, day)
    assert report.day.z_number == 1
    assert {s.issuer: s.difference for s in report.sums} == {"EUR": -5, "USD": 7}
    assert books.cash(desk) == {"EUR": 1_000_00 + 10100 - 4000 - 5, "USD": 500_07}
    books.assert_right()
    again = cash_desk.z_report(books.db(accountant), day)
    assert again == report
