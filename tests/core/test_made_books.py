"""The books that benchmarks measure agree with themselves, and their tables keep their guards."""

from __future__ import annotations

import pytest

from benchmarks import books as made
from tests.books import Books

MANY = 5_000


@pytest.fixture(scope="module")
def filled(books: Books) -> Books:
    before = books.admin.execute(made.TRIGGERS + " order by 1, 2").fetchall()
    indexes = books.admin.execute(made.SECONDARY + " order by 1").fetchall()
    made.fill(books.admin, MANY, books.version, books.world.make_staff("intake", enrolled=False).id)
    assert books.admin.execute(made.TRIGGERS + " order by 1, 2").fetchall() == before
    assert books.admin.execute(made.SECONDARY + " order by 1").fetchall() == indexes
    return books


def test_every_balance_is_the_sum_of_its_postings(filled: Books) -> None:
    wrong = filled.one(
        """select count(*) from vault.account a
             left join (select x.id, sum(x.change) as change
                          from (select debit_account_id as id, amount as change from vault.posting
                                union all select credit_account_id, -amount from vault.posting) as x
                         group by x.id) as p on p.id = a.id
             left join (select account_id, sum(balance) as balance from vault.stripe group by 1) as s
               on s.account_id = a.id
            where case when a.striped then coalesce(s.balance, 0) else a.balance end
                  <> a.debit_sign * coalesce(p.change, 0)"""
    )
    assert wrong == 0


def test_each_line_carries_the_balance_after_it(filled: Books) -> None:
    wrong = filled.one(
        """select count(*) from (
             select x.after - lag(x.after, 1, 0) over (partition by x.id order by x.operation_id, x.line) as change,
                    x.moved
               from (select debit_account_id as id, operation_id, line, debit_after as after, -amount as moved
                       from vault.posting
                     union all
                     select credit_account_id, operation_id, line, credit_after, amount from vault.posting) as x
               join vault.account a on a.id = x.id and not a.striped) as y
            where y.change is distinct from y.moved"""
    )
    assert wrong == 0


def test_the_roll_up_and_the_kinds_of_posting_are_those_of_the_operations(filled: Books) -> None:
    assert filled.one("select count(*) from vault.operation") == MANY
    differ = filled.one(
        """select count(*) from (
             select booked_on, kind, issuer_id, count(*) as pieces, sum(amount) as amount, sum(commission) as commission
               from vault.operation group by 1, 2, 3) as o
             full join (
             select booked_on, operation_kind as kind, issuer_id, sum(pieces) as pieces, sum(amount) as amount,
                    sum(commission) as commission
               from vault.operation_total group by 1, 2, 3) as t
             using (booked_on, kind, issuer_id, pieces, amount, commission)
            where o.pieces is null or t.pieces is null"""
    )
    assert differ == 0
    not_allowed = filled.one(
        """select count(*) from vault.posting p
             join vault.operation o on o.id = p.operation_id
             join vault.account d on d.id = p.debit_account_id
             join vault.account c on c.id = p.credit_account_id
            where not exists (select from vault.posting_kind k where k.operation_kind = o.kind
                                 and k.debit_kind = d.kind and k.credit_kind = c.kind)"""
    )
    assert not_allowed == 0
