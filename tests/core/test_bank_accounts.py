"""The company's own bank accounts: added, changed, switched off and on by the chief financial officer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from core import bank
from core.bank import AccountFacts, NewAccount
from core.db import Database
from core.errors import (
    Invalid,
    KeyReused,
    NotAllowed,
    NotEligible,
    NotFound,
    StepUpNeeded,
    WrongState,
)
from tests.banking import Banking, iban_of
from tests.core.test_bank import rows
from tests.core.test_races import at_once
from tests.hostile import TEXTS
from tests.screens.desk import session_of
from tests.statements import IBAN, credit, debit
from tests.world import World

FACTS = AccountFacts("Money Ltd", "COBADEFFXXX", 200)
_numbers = count(1)


@pytest.fixture(scope="module")
def front(world: World) -> Banking:
    return Banking(world)


@pytest.fixture(scope="module")
def db(front: Banking) -> Database:
    """An accountant's session."""
    return front.office()


@pytest.fixture(scope="module")
def chief(front: Banking) -> Database:
    """The chief financial officer's, with a fresh second factor."""
    person = front.world.make_staff("cfo")
    front.step_up(person)
    return front.db(person)


def new(issuer: str = "EUR", iban: str | None = None, **facts: Any) -> NewAccount:
    """An account that is well, but for what is said."""
    return NewAccount(uuid4(), iban or iban_of(next(_numbers)), issuer, replace(FACTS, **facts))


def listed(db: Database, number: int) -> Any:
    """An account as the list shows it."""
    (found,) = [row for row in rows(db, bank.accounts_select) if row.id == number]
    return found


def facts_of(front: Banking, number: int) -> Any:
    """An account as the table has it."""
    return front.one("select to_jsonb(a) from book.bank_account a where id = %s", number)


def logged(front: Banking, number: int, what: str) -> list[Any]:
    """What the log says of it: before and after."""
    row = front.one(
        "select coalesce(jsonb_agg(jsonb_build_array(before, after) order by id), '[]') from vault.log "
        "where entity = 'bank_account' and entity_id = %s and what = %s", str(number), what,
    )  # fmt: skip
    return list(row)


# --- adding --------------------------------------------------------------------------------------------


def test_an_account_is_added_as_it_was_typed_from_the_banks_papers(front: Banking, chief: Database) -> None:
    iban = iban_of(next(_numbers))
    typed = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4)).lower()
    made = bank.add_account(chief, new(iban=f" {typed} ", bic=" coba de ff xxx", name="  Money \u00a0 Ltd "))
    row = listed(chief, made)
    assert (row.iban, row.bic, row.name, row.issuer, row.tolerance) == (
        iban, "COBADEFFXXX", "Money Ltd", "EUR", 200,
    )  # fmt: skip
    assert (row.active, row.closing, row.ends_on, row.waiting) == (True, None, None, 0)
    facts = {
        "iban": iban,
        "bic": "COBADEFFXXX",
        "name": "Money Ltd",
        "issuer": "EUR",
        "tolerance": 200,
        "active": True,
    }
    assert logged(front, made, "bank.account_add") == [[None, facts]]
    who = front.one(
        "select actor_id from vault.log where entity = 'bank_account' and entity_id = %s", str(made)
    )
    assert who == front.one("select max(id) from book.staff where role = 'cfo'")


@pytest.mark.parametrize("bic", ["COBADEFF", "NWBKGB2L", "bpkopl pw"])
@pytest.mark.parametrize("tolerance", [0, 1, 1000_00])
def test_what_is_just_right_is_taken(chief: Database, bic: str, tolerance: int) -> None:
    row = listed(chief, bank.add_account(chief, new(bic=bic, tolerance=tolerance, name="x" * 70)))
    assert (row.bic, row.tolerance) == (bic.replace(" ", "").upper(), tolerance)


@pytest.mark.parametrize("name", ["Фірма", "شركة", "Ó", "1st & Co."])
def test_a_holder_is_called_in_any_letters(chief: Database, name: str) -> None:
    assert listed(chief, bank.add_account(chief, new(name=name))).name == name


WRONG: dict[str, tuple[Callable[[], NewAccount], str]] = {
    "a digit off": (lambda: new(iban="DE89370400440532013001"), "iban"),
    "two digits changed about": (lambda: new(iban="DE89370400440532010300"), "iban"),
    "no IBAN": (lambda: new(iban=" "), "iban"),
    "a country only": (lambda: new(iban="DE"), "iban"),
    "an IBAN too long": (lambda: new(iban=IBAN + "0" * 20), "iban"),
    "signs in an IBAN": (lambda: new(iban="DE89-3704-0044-0532-0130-00"), "iban"),
    "letters that look alike": (lambda: new(iban="DЕ89370400440532013000"), "iban"),
    "no BIC": (lambda: new(bic=""), "bic"),
    "a BIC of seven": (lambda: new(bic="COBADEF"), "bic"),
    "a BIC of nine": (lambda: new(bic="COBADEFFX"), "bic"),
    "a BIC without a country": (lambda: new(bic="COBA12FF"), "bic"),
    "a BIC and more": (lambda: new(bic="COBADEFFXXX\n1"), "bic"),
    "no holder": (lambda: new(name=""), "name"),
    "a holder of blanks": (lambda: new(name=" \u00a0\t"), "name"),
    "a holder of 71": (lambda: new(name="x" * 71), "name"),
    "a holder of signs": (lambda: new(name="- . -"), "name"),
    "a holder nobody can see whole": (lambda: new(name="Money\u200b Ltd"), "name"),
    "points": (lambda: new("BONUS"), "currency"),
    "a unit that is none": (lambda: new("XXX"), "currency"),
    "small letters": (lambda: new("eur"), "currency"),
    "no unit": (lambda: new(""), "currency"),
    "below zero": (lambda: new(tolerance=-1), "tolerance"),
    "too much": (lambda: new(tolerance=1000_01), "tolerance"),
    "all there is": (lambda: new(tolerance=2**63 - 1), "tolerance"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused_and_nothing_is_kept(front: Banking, chief: Database, case: str) -> None:
    made, part = WRONG[case]
    before = front.one("select count(*) from book.bank_account")
    refused = front.one("select count(*) from vault.log where what = 'bank.account_add' and refused")
    with pytest.raises(Invalid, match=rf"bank\.account_{part}\b"):
        bank.add_account(chief, made())
    assert front.one("select count(*) from book.bank_account") == before
    assert (
        front.one("select count(*) from vault.log where what = 'bank.account_add' and refused") == refused + 1
    )


@pytest.mark.parametrize("scale", [0, 3])
def test_a_currency_with_other_digits_is_refused(front: Banking, chief: Database, scale: int) -> None:
    front.rule(
        "issuer_add({system}, clock_timestamp(), %s, 'Odd', 'o', %s::smallint, 'real', '{{1}}', 9::smallint)",
        f"OD{'ABCD'[scale]}", scale,
    )  # fmt: skip
    with pytest.raises(Invalid, match=r"bank\.account_currency"):
        bank.add_account(chief, new(f"OD{'ABCD'[scale]}"))


#: Halves of a letter never come so far: the driver refuses to send them, and a field takes none.
SENT = [text for _, text in TEXTS if not any("\ud800" <= letter <= "\udfff" for letter in text)]


@pytest.mark.parametrize("text", SENT)
def test_hostile_texts_are_refused_or_kept_as_people_see_them(
    front: Banking, chief: Database, text: str
) -> None:
    for made in (new(iban=text or " "), new(text)):
        with pytest.raises(Invalid):
            bank.add_account(chief, made)
    for made in (new(bic=text), new(name=text)):
        with contextlib.suppress(Invalid):
            row = listed(chief, bank.add_account(chief, made))
            assert row.bic.isascii()
            assert row.bic.isalnum()
            assert row.name == " ".join(made.facts.name.split())


def test_an_iban_is_there_once_on_or_off(chief: Database) -> None:
    one = new()
    made = bank.add_account(chief, one)
    with pytest.raises(Invalid, match=r"bank\.account_taken"):
        bank.add_account(chief, replace(one, key=uuid4(), issuer="USD"))
    bank.switch_account(chief, uuid4(), made, active=False)
    with pytest.raises(Invalid, match=r"bank\.account_taken"):
        bank.add_account(chief, replace(one, key=uuid4(), iban=one.iban.lower()))


def test_of_several_at_once_one_adds_it(front: Banking) -> None:
    people = [front.world.make_staff("cfo") for _ in range(3)]
    for each in people:
        front.step_up(each)
    iban = iban_of(next(_numbers))
    answers = at_once(*(lambda who=each: bank.add_account(front.db(who), new(iban=iban)) for each in people))
    assert sorted(type(each).__name__ for each in answers) == ["Invalid", "Invalid", "int"]
    assert front.one("select count(*) from book.bank_account where iban = %s", iban) == 1


# --- changing ------------------------------------------------------------------------------------------


def test_holder_bic_and_tolerance_change_and_the_log_says_from_what(front: Banking, chief: Database) -> None:
    made = bank.add_account(chief, new())
    before = facts_of(front, made)
    bank.change_account(chief, uuid4(), made, AccountFacts(" New  Name ", "nwbk gb 2l", 0))
    assert facts_of(front, made) == before | {"name": "New Name", "bic": "NWBKGB2L", "tolerance": 0}
    ((was, is_now),) = logged(front, made, "bank.account_change")
    assert {name: (was[name], is_now[name]) for name in was if was[name] != is_now[name]} == {
        "name": ("Money Ltd", "New Name"), "bic": ("COBADEFFXXX", "NWBKGB2L"), "tolerance": (200, 0),
    }  # fmt: skip
    assert is_now["iban"] == before["iban"]


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        ({"bic": "COBA"}, "bic"),
        ({"name": ""}, "name"),
        ({"name": "x" * 71}, "name"),
        ({"tolerance": -1}, "tolerance"),
        ({"tolerance": 1000_01}, "tolerance"),
    ],
)
def test_a_change_is_as_right_as_a_new_one(front: Banking, chief: Database, facts: Any, part: str) -> None:
    made = bank.add_account(chief, new())
    before = facts_of(front, made)
    with pytest.raises(Invalid, match=rf"bank\.account_{part}\b"):
        bank.change_account(chief, uuid4(), made, replace(FACTS, **facts))
    assert facts_of(front, made) == before
    assert logged(front, made, "bank.account_change") == []


def test_a_new_tolerance_holds_for_the_next_line(front: Banking, chief: Database, db: Database) -> None:
    made = bank.add_account(chief, new(tolerance=0))
    iban = facts_of(front, made)["iban"]
    number = front.approved()
    bank.make_payment_file(db, uuid4(), made, [number])
    first = front.take(db, debit(101_00, end_to_end_id=f"BOCLI-{number}"), iban=iban)
    assert first.states == ("unmatched",)
    bank.change_account(chief, uuid4(), made, replace(FACTS, tolerance=1_00))
    assert front.line(first)["state"] == "unmatched"
    again = front.take(db, debit(101_00, end_to_end_id=f"BOCLI-{number}"), iban=iban)
    assert again.states == ("differs",)


# --- off and on ----------------------------------------------------------------------------------------


def test_an_account_that_is_off_pays_nothing_and_its_statements_come_in(
    front: Banking, chief: Database, db: Database
) -> None:
    made = bank.add_account(chief, new())
    iban = facts_of(front, made)["iban"]
    sent, off_by_one, next_one = front.approved(), front.approved(), front.approved()
    key = uuid4()
    file = bank.make_payment_file(db, key, made, [sent, off_by_one])
    assert listed(db, made).waiting == 2
    assert bank.switch_account(chief, uuid4(), made, active=False) == 2
    assert (listed(db, made).active, listed(db, made).waiting) == (False, 2)
    ((was, is_now),) = logged(front, made, "bank.account_switch")
    assert (was, is_now) == ({"active": True}, {"iban": iban, "active": False, "at_the_bank": 2})
    with pytest.raises(NotEligible, match=r"bank\.account_off"):
        bank.make_payment_file(db, uuid4(), made, [next_one])
    assert front.state(next_one) == "approved"
    # What was sent is there: the same key has the same file, and its statement settles it.
    assert bank.make_payment_file(db, key, made, [sent, off_by_one]) == file
    taken = front.take(
        db,
        debit(100_00, end_to_end_id=f"BOCLI-{sent}"),
        debit(101_00, end_to_end_id=f"BOCLI-{off_by_one}"),
        debit(1_00),
        credit(5_00),
        iban=iban,
    )
    assert taken.states == ("settled", "differs", "unmatched", "unallocated")
    differs, fee, receipt = (front.line(taken, each)["id"] for each in (2, 3, 4))
    assert bank.decide_line(db, uuid4(), differs, yes=True, reason="their fee") == "settled"
    bank.mark_line(db, uuid4(), fee, "own", "monthly fee")
    assert bank.match_receipt(db, uuid4(), receipt, front.client().serials["EUR"]).operation_id
    assert [front.state(each) for each in (sent, off_by_one)] == ["settled", "settled"]
    assert listed(db, made).waiting == 0
    assert bank.switch_account(chief, uuid4(), made, active=True) == 0
    bank.make_payment_file(db, uuid4(), made, [next_one])
    assert front.state(next_one) == "submitted"


def test_a_file_made_while_its_account_goes_off_is_not_kept(front: Banking, chief: Database) -> None:
    """The draft was written before, the account went off in between: nothing is paid."""
    made = bank.add_account(chief, new())
    number = front.approved()
    office = front.office()
    key = uuid4()
    office.call("payment_file_draft", key=key, account_id=made, request_ids=[number])
    bank.switch_account(chief, uuid4(), made, active=False)
    with pytest.raises(NotEligible, match=r"bank\.account_off"):
        office.call("payment_file_make", key=key, account_id=made, request_ids=[number], content="<x/>")
    assert front.state(number) == "approved"


def test_those_that_are_on_come_first(chief: Database, front: Banking) -> None:
    made = bank.add_account(chief, new())
    bank.switch_account(chief, uuid4(), made, active=False)
    found = bank.accounts(chief)
    assert [each.active for each in found] == sorted((each.active for each in found), reverse=True)
    assert made in [each.id for each in found]
    assert found[0].id == front.account


def test_off_is_off_once(chief: Database) -> None:
    made = bank.add_account(chief, new())
    with pytest.raises(WrongState, match=r"bank\.account_on"):
        bank.switch_account(chief, uuid4(), made, active=True)
    bank.switch_account(chief, uuid4(), made, active=False)
    with pytest.raises(WrongState, match=r"bank\.account_is_off"):
        bank.switch_account(chief, uuid4(), made, active=False)


# --- of all three --------------------------------------------------------------------------------------


def test_an_account_that_is_not_there(chief: Database) -> None:
    for number in (0, -1, 32_767):
        with pytest.raises(NotFound, match=r"bank\.account_not_found"):
            bank.change_account(chief, uuid4(), number, FACTS)
        with pytest.raises(NotFound, match=r"bank\.account_not_found"):
            bank.switch_account(chief, uuid4(), number, active=False)


def test_the_same_key_does_it_once_and_says_the_same(front: Banking, chief: Database) -> None:
    one = new()
    made = bank.add_account(chief, one)
    assert bank.add_account(chief, one) == made
    change, off = uuid4(), uuid4()
    for _ in range(2):
        bank.change_account(chief, change, made, replace(FACTS, tolerance=7))
    assert [bank.switch_account(chief, off, made, active=False) for _ in range(2)] == [0, 0]
    assert front.one("select count(*) from book.bank_account where iban = %s", one.iban) == 1
    for what in ("add", "change", "switch"):
        assert len(logged(front, made, f"bank.account_{what}")) == 1


def test_a_key_with_other_words_is_refused(front: Banking, chief: Database) -> None:
    one = new()
    made = bank.add_account(chief, one)
    before = facts_of(front, made)
    for act in (
        lambda: bank.add_account(chief, replace(one, iban=iban_of(next(_numbers)))),
        lambda: bank.add_account(chief, replace(one, facts=replace(FACTS, tolerance=0))),
        lambda: bank.change_account(chief, one.key, made, FACTS),
        lambda: bank.switch_account(chief, one.key, made, active=False),
    ):
        with pytest.raises(KeyReused):
            act()
    assert facts_of(front, made) == before


def test_each_takes_a_fresh_second_factor(front: Banking, chief: Database) -> None:
    made = bank.add_account(chief, new())
    before = facts_of(front, made)
    stale = front.db(front.world.make_staff("cfo"))
    one = new()
    for act in (
        lambda: bank.add_account(stale, one),
        lambda: bank.change_account(stale, uuid4(), made, replace(FACTS, tolerance=0)),
        lambda: bank.switch_account(stale, uuid4(), made, active=False),
    ):
        with pytest.raises(StepUpNeeded):
            act()
    assert facts_of(front, made) == before
    assert front.one("select count(*) from book.bank_account where iban = %s", one.iban) == 0


def test_no_code_is_asked_for_what_is_refused_anyhow(front: Banking, chief: Database) -> None:
    one = new()
    made = bank.add_account(chief, one)
    stale = front.db(front.world.make_staff("cfo"))
    with pytest.raises(Invalid, match=r"bank\.account_iban"):
        bank.add_account(stale, new(iban="DE89370400440532013001"))
    with pytest.raises(Invalid, match=r"bank\.account_taken"):
        bank.add_account(stale, replace(one, key=uuid4()))
    with pytest.raises(Invalid, match=r"bank\.account_bic"):
        bank.change_account(stale, uuid4(), made, replace(FACTS, bic="x"))
    with pytest.raises(WrongState, match=r"bank\.account_on"):
        bank.switch_account(stale, uuid4(), made, active=True)


@pytest.mark.parametrize("role", ["accountant", "administrator", "financial_specialist"])
def test_nobody_else_may(front: Banking, role: str) -> None:
    other = session_of(front.world, front.world.make_staff(role)).db
    for act in (
        lambda: bank.add_account(other, new()),
        lambda: bank.change_account(other, uuid4(), front.account, FACTS),
        lambda: bank.switch_account(other, uuid4(), front.account, active=False),
    ):
        with pytest.raises(NotAllowed):
            act()
    other.close()
