"""Changes that need two: made, tried, handed in, decided by another person for what was shown, and applied by date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import approvals, contracts
from core.approvals import Item
from core.contracts import ContractDraft, Limit, Term
from core.db import Database
from core.db.keyset import Keyset
from core.errors import (
    BocliError,
    Changed,
    Invalid,
    KeyReused,
    NotAllowed,
    NotFound,
    StepUpNeeded,
    WrongState,
)
from tests.books import Books
from tests.core.test_races import at_once
from tests.world import Person

TERMS = (
    Term("cash_top_up", "EUR", "percent", percent="2", minimum=20),
    Term("cash_withdrawal", "EUR", "fixed", fixed=100, needs_identification=True),
)
LIMITS = (Limit("cash_top_up", "EUR", "day", 500_000, 20), Limit("cash_withdrawal", "EUR", "month", 900_000))


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def maker(books: Books) -> Person:
    return books.world.make_staff("financial_specialist")


@pytest.fixture(scope="module")
def specialist(books: Books, maker: Person) -> Database:
    return books.db(maker)


@pytest.fixture(scope="module")
def chief(books: Books) -> Person:
    person = books.world.make_staff("cfo")
    books.step_up(person)
    return person


@pytest.fixture(scope="module")
def cfo(books: Books, chief: Person) -> Database:
    return books.db(chief)


def a_draft(**more: Any) -> ContractDraft:
    plain = ContractDraft(None, f"Contract {uuid4()}", None, None, TERMS, LIMITS)
    return replace(plain, **more)


def made(specialist: Database, draft: ContractDraft) -> int:
    """A request that was handed in."""
    saved = approvals.save(specialist, uuid4(), "contract", draft.payload())
    assert saved.error is None
    approvals.submit(specialist, uuid4(), saved.request_id, saved.revision)
    return saved.request_id


def approve(cfo: Database, *requests: int, key: Any = None) -> tuple[approvals.Decided, ...]:
    items = [approvals.detail(cfo, each).item for each in requests]
    return approvals.decide(cfo, key or uuid4(), items, approve=True)


def deciding(cfo: Database, items: list[Item], *, ok: bool = True) -> Any:
    """A decision to be made later, perhaps beside another."""
    return lambda: approvals.decide(cfo, uuid4(), items, approve=ok, reason="because")


def state_of(books: Books, request: int) -> str:
    return str(books.one("select state from book.change_request where id = %s", request))


def versions(books: Books, contract: int) -> int:
    return int(books.one("select count(*) from book.contract_version where contract_id = %s", contract))


def test_a_new_contract_from_draft_to_force(books: Books, specialist: Database, cfo: Database) -> None:
    draft = a_draft()
    saved = approvals.save(specialist, uuid4(), "contract", draft.payload())
    assert saved.error is None
    assert saved.outcome is not None
    assert books.one("select count(*) from book.contract where name = %s", draft.name) == 0, (
        "it was only tried"
    )
    with pytest.raises(NotFound):
        approvals.detail(cfo, saved.request_id)  # a draft is its maker's alone
    approvals.comment(specialist, uuid4(), saved.request_id, "first idea")
    approvals.submit(specialist, uuid4(), saved.request_id, saved.revision)
    shown = approvals.detail(cfo, saved.request_id)
    assert (shown.state, shown.may_decide, shown.mine, shown.base) == ("submitted", True, False, {})
    assert contracts.read_draft(shown.payload) == draft
    approvals.comment(cfo, uuid4(), saved.request_id, "why two percent?")
    (done,) = approvals.decide(cfo, uuid4(), [shown.item], approve=True, reason="agreed")
    assert done == approvals.Decided(saved.request_id, "approved", None)
    after = approvals.detail(specialist, saved.request_id)
    assert (after.state, after.decided_by is not None, after.reason) == ("applied", True, "agreed")
    assert [each.what for each in after.events] == ["made", "commented", "submitted", "commented", "approved"]
    row = next(
        row for row in Keyset(contracts.contracts_select).page(cfo, None, 99) if row.name == draft.name
    )
    found = contracts.detail(cfo, row.id)
    assert (found.terms, found.limits) == (TERMS, LIMITS)
    assert found.versions[0].request_id == saved.request_id
    books.assert_right()


def test_it_is_scheduled_until_its_start(books: Books, specialist: Database, cfo: Database) -> None:
    starts = now() + timedelta(hours=1)
    request = made(specialist, a_draft(valid_from=starts))
    assert [each.state for each in approve(cfo, request)] == ["approved"]
    found = approvals.detail(specialist, request)
    assert (found.state, found.takes_effect_at) == ("scheduled", starts)
    row = next(row for row in Keyset(approvals.requests_select).page(cfo, None, 99) if row.id == request)
    assert row.state == "scheduled"
    for moment, state in (
        ("now() + interval '1 second'", "scheduled"),
        ("now() - interval '1 second'", "applied"),
    ):
        assert books.rule(f"change_state('approved', {moment})") == state


def test_a_draft_may_be_wrong_and_is_not_taken_in(specialist: Database) -> None:
    wrong = a_draft(terms=(replace(TERMS[0], percent="101"),))
    saved = approvals.save(specialist, uuid4(), "contract", wrong.payload())
    assert saved.error is not None
    assert saved.error.key == "term.percent_range"
    with pytest.raises(Invalid) as refusal:
        approvals.submit(specialist, uuid4(), saved.request_id, saved.revision)
    assert refusal.value.key == "term.percent_range"
    right = replace(wrong, terms=TERMS)
    again = approvals.save(
        specialist, uuid4(), "contract", right.payload(), request_id=saved.request_id, revision=saved.revision
    )
    assert (again.request_id, again.revision, again.error) == (saved.request_id, 2, None)
    with pytest.raises(Changed):  # an older window of the same maker
        approvals.save(
            specialist, uuid4(), "contract", right.payload(), request_id=saved.request_id, revision=1
        )
    approvals.submit(specialist, uuid4(), saved.request_id, 2)
    with pytest.raises(WrongState):
        approvals.save(
            specialist, uuid4(), "contract", right.payload(), request_id=saved.request_id, revision=2
        )


def test_withdrawn_and_rejected(books: Books, specialist: Database, cfo: Database) -> None:
    request = made(specialist, a_draft())
    shown = approvals.detail(cfo, request)
    approvals.withdraw(specialist, uuid4(), request)
    (late,) = approvals.decide(cfo, uuid4(), [shown.item], approve=True)
    assert isinstance(late.error, WrongState)
    with pytest.raises(WrongState):
        approvals.withdraw(specialist, uuid4(), request)
    second = made(specialist, a_draft())
    with pytest.raises(Invalid) as refusal:
        approvals.decide(cfo, uuid4(), [approvals.detail(cfo, second).item], approve=False)
    assert refusal.value.key == "reason.missing"
    (done,) = approvals.decide(
        cfo, uuid4(), [approvals.detail(cfo, second).item], approve=False, reason="too dear"
    )
    assert done.state == "rejected"
    assert books.one("select count(*) from book.contract_version where request_id = %s", second) == 0
    assert approvals.detail(specialist, second).events[-1].note == "too dear"


def test_several_at_once_each_for_itself(books: Books, specialist: Database, cfo: Database) -> None:
    first, second, third = (made(specialist, a_draft()) for _ in range(3))
    items = [approvals.detail(cfo, each).item for each in (third, first, second)]
    approvals.withdraw(specialist, uuid4(), second)
    key = uuid4()
    answers = approvals.decide(cfo, key, items, approve=True)
    assert [(each.request_id, each.state) for each in answers] == [
        (first, "approved"),
        (second, None),
        (third, "approved"),
    ]
    again = approvals.decide(cfo, key, items, approve=True)
    assert [each.state for each in again] == ["approved", None, "approved"]
    assert (
        books.one("select count(*) from book.contract_version where request_id in (%s, %s)", first, third)
        == 2
    )
    with pytest.raises(KeyReused):
        approvals.decide(cfo, key, items[:1], approve=True)


def test_a_base_that_changed_is_a_conflict(books: Books, specialist: Database, cfo: Database) -> None:
    request = made(specialist, a_draft())
    approve(cfo, request)
    contract = books.one("select contract_id from book.contract_version where request_id = %s", request)
    name = books.one("select name from book.contract where id = %s", contract)
    one, other = (
        made(specialist, a_draft(contract_id=contract, name=name, terms=(replace(TERMS[0], percent=each),)))
        for each in ("3", "4")
    )
    assert [each.state for each in approve(cfo, one)] == ["approved"]
    seen = approvals.detail(cfo, other)
    assert seen.base_changed
    assert [each.state for each in approve(cfo, other)] == ["conflicted"]
    assert state_of(books, other) == "conflicted"
    assert versions(books, contract) == 2
    found = contracts.detail(cfo, contract)
    assert [each.percent for each in found.terms] == ["3"]


def test_a_draft_whose_base_changed_is_saved_again_first(
    books: Books, specialist: Database, cfo: Database
) -> None:
    request = made(specialist, a_draft())
    approve(cfo, request)
    contract = books.one("select contract_id from book.contract_version where request_id = %s", request)
    name = books.one("select name from book.contract where id = %s", contract)
    draft = a_draft(contract_id=contract, name=name)
    saved = approvals.save(specialist, uuid4(), "contract", draft.payload())
    approve(cfo, made(specialist, draft))
    with pytest.raises(Changed) as refusal:
        approvals.submit(specialist, uuid4(), saved.request_id, saved.revision)
    assert refusal.value.key == "change.base_changed"


def test_one_who_may_does_it_alone_and_it_is_written_down(
    books: Books, specialist: Database, cfo: Database
) -> None:
    draft = a_draft()
    base = approvals.base_now(cfo, "contract", draft.payload())
    key = uuid4()
    done = approvals.alone(cfo, key, "contract", draft.payload(), base)
    assert approvals.alone(cfo, key, "contract", draft.payload(), base) == done
    shown = approvals.detail(specialist, done["request_id"])
    assert (shown.state, shown.alone, [each.what for each in shown.events]) == (
        "applied",
        True,
        ["made", "approved"],
    )
    later = a_draft(contract_id=done["contract_id"], name=draft.name)
    with pytest.raises(Changed):  # what was shown is not what is there
        approvals.alone(cfo, uuid4(), "contract", later.payload(), {"version_id": 0})
    with pytest.raises(NotAllowed):
        approvals.alone(specialist, uuid4(), "contract", a_draft().payload(), {})
    assert versions(books, done["contract_id"]) == 1


def test_a_fresh_second_factor_is_asked_for(books: Books, specialist: Database) -> None:
    request = made(specialist, a_draft())
    other = books.db(books.world.make_staff("cfo"))
    item = approvals.detail(other, request).item
    with pytest.raises(StepUpNeeded):
        approvals.decide(other, uuid4(), [item], approve=True)
    with pytest.raises(StepUpNeeded):
        approvals.alone(other, uuid4(), "contract", a_draft().payload(), {})
    assert state_of(books, request) == "submitted"


# Attacks.


def raw(connection: psycopg.Connection[Any], statement: str, *values: Any) -> str:
    """The SQLSTATE, raised or answered; "" when it was done."""
    try:
        row = connection.execute(statement.encode(), values).fetchone()
    except psycopg.Error as error:
        connection.rollback()
        return str(error.sqlstate)
    answer = row[0] if row else None
    return answer["refused"]["state"] if isinstance(answer, dict) and "refused" in answer else ""


def test_the_same_person_through_two_accounts(books: Books, maker: Person, specialist: Database) -> None:
    twin = books.world.make_staff("cfo", person=maker)
    books.step_up(twin)
    request = made(specialist, a_draft())
    db = books.db(twin)
    shown = approvals.detail(db, request)
    assert not shown.may_decide
    for ok in (True, False):
        (answer,) = approvals.decide(db, uuid4(), [shown.item], approve=ok, reason="because")
        assert isinstance(answer.error, NotAllowed)
        assert answer.error.key == "change.own"
    with books.world.raw(twin) as attacker:
        for statement in (
            "update book.change_request set state = 'approved'",
            "insert into book.contract_version (contract_id, valid_from) values (1, now())",
            "insert into book.contract_term select * from book.contract_term",
            "delete from book.change_event",
            "update auth.change_kind set decide = 'staff'",
            "select rule.change_decided(null, 1, '', true, '', now())",
            "select rule.contract_apply('{}', now(), null)",
            "select rule.change_apply('contract', '{}', now(), null)",
        ):
            assert raw(attacker, statement) == "42501"
    assert state_of(books, request) == "submitted"


def test_a_chief_does_not_decide_an_own_request(books: Books, cfo: Database) -> None:
    request = made(cfo, a_draft())
    (answer,) = approve(cfo, request)
    assert isinstance(answer.error, NotAllowed)


def test_a_payload_swapped_after_it_was_shown(books: Books, specialist: Database, cfo: Database) -> None:
    request = made(specialist, a_draft())
    shown = approvals.detail(cfo, request)
    with books.admin.transaction(force_rollback=True):
        with pytest.raises(psycopg.DatabaseError) as refusal:
            books.admin.execute("update book.change_request set payload = '{}' where id = %s", (request,))
        assert refusal.value.sqlstate == "BO040", "not even the superuser, by the table's own trigger"
    try:
        books.admin.execute("alter table book.change_request disable trigger allowed_moves")
        books.admin.execute(
            "update book.change_request set payload = jsonb_set(payload, '{terms,0,percent}', '\"0\"') where id = %s",
            (request,),
        )
    finally:
        books.admin.execute("alter table book.change_request enable always trigger allowed_moves")
    (answer,) = approvals.decide(cfo, uuid4(), [shown.item], approve=True)
    assert isinstance(answer.error, Changed)
    assert answer.error.key == "change.not_as_shown"


@pytest.mark.parametrize(
    "items",
    [
        [], [{}], [{"request_id": 1}], [{"request_id": "1", "hash": ""}], [{"request_id": 1.5, "hash": ""}],
        [{"request_id": -1, "hash": "x"}], {}, [1], None, [{"request_id": 10**30, "hash": "x"}],
    ],
)  # fmt: skip
def test_items_of_a_wrong_shape(cfo: Database, items: Any) -> None:
    with pytest.raises(Invalid):
        cfo.call("change_decide", key=uuid4(), items=items, approve=True, reason="")


def test_a_decision_is_not_replayed(books: Books, specialist: Database, cfo: Database, chief: Person) -> None:
    request = made(specialist, a_draft())
    item = approvals.detail(cfo, request).item
    key = uuid4()
    approvals.decide(cfo, key, [item], approve=True)
    other = books.world.make_staff("cfo")
    books.step_up(other)
    with pytest.raises(KeyReused):
        approvals.decide(books.db(other), key, [item], approve=True)
    (again,) = approvals.decide(books.db(other), uuid4(), [item], approve=False, reason="no")
    assert isinstance(again.error, WrongState)
    assert state_of(books, request) == "approved"


def test_another_hash_and_another_request(books: Books, specialist: Database, cfo: Database) -> None:
    first, second = made(specialist, a_draft()), made(specialist, a_draft())
    swapped = Item(second, approvals.detail(cfo, first).hash)
    unknown = Item(10**12, swapped.hash)
    answers = approvals.decide(cfo, uuid4(), [swapped, unknown], approve=True)
    assert [type(each.error) for each in answers] == [Changed, NotFound]
    assert state_of(books, second) == "submitted"


def test_anothers_draft_is_not_touched(books: Books, specialist: Database) -> None:
    saved = approvals.save(specialist, uuid4(), "contract", a_draft().payload())
    other = books.db(books.world.make_staff("financial_specialist"))
    acts: list[Any] = [
        lambda: approvals.submit(other, uuid4(), saved.request_id, saved.revision),
        lambda: approvals.withdraw(other, uuid4(), saved.request_id),
        lambda: approvals.comment(other, uuid4(), saved.request_id, "x"),
        lambda: approvals.detail(other, saved.request_id),
        lambda: approvals.save(
            other, uuid4(), "contract", a_draft().payload(), request_id=saved.request_id, revision=1
        ),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()
    assert saved.request_id not in {
        row.id for row in Keyset(approvals.requests_select).page(other, None, 500)
    }


@pytest.mark.parametrize("kind", ["", "contracts", "redeem", None])
def test_a_kind_that_is_none(specialist: Database, kind: Any) -> None:
    with pytest.raises(BocliError) as refusal:
        approvals.save(specialist, uuid4(), kind, {})
    assert refusal.value.key == "change.kind_unknown"


@pytest.mark.parametrize("payload", [[], "x", 5, None])
def test_a_payload_that_is_none(specialist: Database, payload: Any) -> None:
    with pytest.raises(Invalid):
        specialist.call(
            "change_save", key=uuid4(), request_id=None, revision=None, kind="contract",
            payload=[payload] if not isinstance(payload, list) else payload,
        )  # fmt: skip


ROUNDS = 40


def test_decided_twice_at_once(books: Books, specialist: Database, cfo: Database) -> None:
    other = books.world.make_staff("cfo")
    books.step_up(other)
    second = books.db(other)
    for _ in range(ROUNDS):
        request = made(specialist, a_draft())
        item = approvals.detail(cfo, request).item
        answers = at_once(
            deciding(cfo, [item]),
            deciding(second, [item], ok=False),
        )
        assert sorted(str(each.state) for (each,) in answers) in (["None", "approved"], ["None", "rejected"])
        assert books.one("select count(*) from book.change_event where request_id = %s and what in "
                         "('approved', 'rejected')", request) == 1  # fmt: skip


def test_two_of_one_contract_at_once_make_one_version_and_one_conflict(
    books: Books, specialist: Database, cfo: Database
) -> None:
    other = books.world.make_staff("cfo")
    books.step_up(other)
    second = books.db(other)
    base = made(specialist, a_draft())
    approve(cfo, base)
    contract = books.one("select contract_id from book.contract_version where request_id = %s", base)
    name = books.one("select name from book.contract where id = %s", contract)
    for turn in range(ROUNDS):
        requests = [made(specialist, a_draft(contract_id=contract, name=name)) for _ in range(2)]
        items = [approvals.detail(cfo, each).item for each in requests]
        answers = at_once(
            deciding(cfo, items),
            deciding(second, items[::-1]),
        )
        assert not [each for each in answers if isinstance(each, BocliError)], answers
        states = sorted(state_of(books, each) for each in requests)
        assert states == ["approved", "conflicted"]
        assert versions(books, contract) == turn + 2


def test_handed_in_and_withdrawn_at_once(
    books: Books, specialist: Database, maker: Person, cfo: Database
) -> None:
    for _ in range(ROUNDS):
        request = made(specialist, a_draft())
        item = approvals.detail(cfo, request).item
        answers = at_once(
            partial(approvals.withdraw, specialist, uuid4(), request),
            deciding(cfo, [item]),
        )
        done = books.one("select count(*) from book.contract_version where request_id = %s", request)
        assert done == (state_of(books, request) == "approved")
        assert isinstance(answers[0], WrongState) == bool(done)
