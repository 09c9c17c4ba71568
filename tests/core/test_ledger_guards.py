"""What the ledger's tables refuse by themselves, whoever writes to them; and its chains when two write at once."""

from __future__ import annotations

import itertools
import threading
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.books import Books
from tests.company import RULES, SYSTEM

OPERATION = (
    "insert into vault.operation (kind, at, booked_on, issuer_id, amount, commission) "
    "values ('count_over', now(), current_date, {issuer}, {amount}, {commission}) returning id"
)
POSTING = (
    "insert into vault.posting (operation_id, line, debit_account_id, credit_account_id, issuer_id, amount, booked_on) "
    "values (%s, 1, %s, %s, %s, %s, current_date)"
)


@pytest.fixture(scope="module")
def accounts(books: Books) -> tuple[int, int, int]:
    """Two accounts of one issuer, and one of another."""
    books.wallet()
    one, other = (
        row[0]
        for row in books.admin.execute(
            "select id from vault.account where issuer_id = 1 and not striped order by id limit 2"
        ).fetchall()
    )
    return one, other, int(books.one("select min(id) from vault.account where issuer_id = 2"))


def write(
    books: Books, debit: int, credit: int, *, amount: int = 5, issuer: int = 1, own: bool = True
) -> None:
    """An operation with a posting, past every function, and taken back."""
    with books.admin.transaction(force_rollback=True):
        operation = books.one(OPERATION.format(issuer=issuer, amount=5, commission=0))
        books.admin.execute(POSTING, (operation if own else operation + 1, debit, credit, issuer, amount))


def test_a_posting_of_two_accounts_of_its_issuer_is_taken(
    books: Books, accounts: tuple[int, int, int]
) -> None:
    write(books, accounts[0], accounts[1])


def test_a_posting_without_its_account_is_refused(books: Books, accounts: tuple[int, int, int]) -> None:
    one, other, foreign = accounts
    for debit, credit in ((one, 10**12), (10**12, one), (one, foreign), (foreign, other)):
        with pytest.raises(psycopg.errors.ForeignKeyViolation) as refused:
            write(books, debit, credit)
        assert refused.value.diag.message_primary == "vault.posting_account"
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        write(books, one, other, issuer=2)


def test_a_posting_without_its_operation_is_refused(books: Books, accounts: tuple[int, int, int]) -> None:
    with pytest.raises(psycopg.DatabaseError) as refused:
        write(books, accounts[0], accounts[1], own=False)
    assert refused.value.sqlstate == "BO043"


def test_amounts_and_sides_are_checked(books: Books, accounts: tuple[int, int, int]) -> None:
    one, other, _ = accounts
    for debit, credit, amount in ((one, other, 0), (one, other, -1), (one, one, 5)):
        with pytest.raises(psycopg.errors.CheckViolation):
            write(books, debit, credit, amount=amount)
    for amount, commission in ((0, 0), (-5, 0), (5, -1)):
        with pytest.raises(psycopg.errors.CheckViolation):
            books.admin.execute(OPERATION.format(issuer=1, amount=amount, commission=commission).encode())


@pytest.mark.parametrize(
    "statement",
    [
        "insert into vault.stripe values ({striped}, 16, 0)",
        "insert into vault.stripe values ({striped}, -1, 0)",
        "insert into vault.operation_total values (current_date, 'transfer', 1, 16, 1, 1, 0)",
        "insert into vault.account (kind, issuer_id, owner_id, debit_sign, striped) values ('DEBT', 1, 1, 2, false)",
        "update vault.account set balance = floor - 1 where floor is not null",
    ],
)
def test_signs_stripes_and_floors_are_checked(
    books: Books, accounts: tuple[int, int, int], statement: str
) -> None:
    assert accounts
    striped = books.one("select coalesce(min(id), 0) from vault.account where striped")
    with pytest.raises(psycopg.errors.CheckViolation), books.admin.transaction(force_rollback=True):
        books.admin.execute(statement.format(striped=striped).encode())


@pytest.mark.parametrize(
    "change",
    ["id = id", "kind = 'DEBT'", "issuer_id = 2", "owner_id = 7", "debit_sign = 1", "striped = true"],
)
def test_what_an_account_is_stays(books: Books, accounts: tuple[int, int, int], change: str) -> None:
    with pytest.raises(psycopg.DatabaseError) as refused:
        books.admin.execute(f"update vault.account set {change} where id = {accounts[0]}".encode())
    assert (
        refused.value.sqlstate == "BO040"
        or "identity" in str(refused.value)
        or "generated" in str(refused.value)
    )


def test_the_version_in_force_step_by_step_is_that_of_one_expression(books: Books) -> None:
    own, of_organization, by_default = (books.client() for _ in range(3))
    others = [books.contract(f"Other {uuid4()}") for _ in range(2)]
    books.assign_contract(own, others[0])
    shop = books.one(
        "insert into book.organization (name, kind, contract_id) select %s, 'merchant', contract_id "
        "from book.contract_version where id = %s returning id",
        f"Shop {uuid4()}",
        others[1],
    )
    books.admin.execute(
        "update book.client set organization_id = %s where id = %s", (shop, of_organization.id)
    )
    found = [
        [
            books.rule(call, client.id, at)
            for at in ("2019-06-01", "2020-06-01", "2100-01-01")
            for call in (
                "version_in_force(%s, %s)",
                "(select v.version_id from version_at(%s, %s) v)",
            )
        ]
        for client in (own, of_organization, by_default)
    ]
    assert all(row[n] == row[n + 1] for row in found for n in (0, 2, 4)), found
    assert [row[4] for row in found] == [*others, books.version]
    assert all(row[0] is None for row in found), "before 2020 there was none"


def test_two_who_write_to_one_stream_make_one_chain(books: Books) -> None:
    """The second waits for the first, and goes on from what that one left."""
    stream, lines = f"test:{uuid4()}", 12
    call = f"select log_write('{stream}', {SYSTEM}, 'note', 'test', '1', null, '{{}}')"

    def many() -> None:
        with books.world.server.admin(books.world.database) as connection:
            connection.execute(RULES.encode())
            for _ in range(lines):
                with connection.transaction():
                    connection.execute(call.encode())

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    rows: list[tuple[Any, ...]] = books.admin.execute(
        "select seq, prev, hash from vault.log where stream = %s order by seq", (stream,)
    ).fetchall()
    assert [row[0] for row in rows] == list(range(1, 4 * lines + 1))
    assert all(after[1] == before[2] for before, after in itertools.pairwise(rows))
    assert books.one("select head from vault.stream where stream = %s", stream) == rows[-1][2]
