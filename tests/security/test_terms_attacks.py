"""Contracts, rates and change requests by raw SQL: every role with its own credentials tries what is not theirs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import approvals
from core.contracts import ContractDraft, Term
from tests.books import Books
from tests.security.test_office_attacks import state_of
from tests.world import World

KEY = "gen_random_uuid()"


@pytest.fixture(scope="module")
def books(world: World) -> Books:
    return Books(world)


@pytest.mark.parametrize("kind", ["contract", "assignment", "cashback", "office_rate"])
def test_a_specialist_does_nothing_alone(
    books: Books, attackers: dict[str, psycopg.Connection[Any]], kind: str
) -> None:
    """Not with a fresh second factor either: what lacks is the second person."""
    person = books.world.make_staff("financial_specialist")
    books.step_up(person)
    with books.world.raw(person) as connection:
        assert state_of(connection, f"select api.change_alone({KEY}, '{kind}', '{{}}', '{{}}')") == "BO012"


def test_forty_ways_of_one_person_with_two_accounts(books: Books) -> None:
    """Whatever account of a maker decides, and however: refused, and the request waits as it did."""
    maker = books.world.make_staff("financial_specialist")
    twin = books.world.make_staff("cfo", person=maker)
    books.step_up(twin)
    draft = ContractDraft(None, f"Two {uuid4()}", None, None, (Term("transfer", "EUR", "fixed", fixed=5),))
    saved = approvals.save(books.db(maker), uuid4(), "contract", draft.payload())
    approvals.submit(books.db(maker), uuid4(), saved.request_id, saved.revision)
    item = approvals.detail(books.db(twin), saved.request_id).item
    with books.world.raw(twin) as connection:
        for approve in (True, False):
            for reason in ("", "because", "x" * 500, "approved by another", None):
                for many in (1, 2, 3, 4):
                    one = f'{{"request_id": {item.request_id}, "hash": "{item.hash}"}}'
                    listed = f"[{', '.join([one] * many)}]"
                    row = connection.execute(
                        "select api.change_decide(gen_random_uuid(), %s::jsonb, %s, %s)",
                        (listed, approve, reason),
                    ).fetchone()
                    assert row is not None
                    answer = row[0]
                    results = answer.get("results", [answer])
                    assert all("refused" in each and "state" not in each for each in results), answer
    assert books.one("select state from book.change_request where id = %s", saved.request_id) == "submitted"
    assert (
        books.one("select count(*) from book.contract_version where request_id = %s", saved.request_id) == 0
    )
