"""The bank by raw SQL: every role tries what is not theirs by its own credentials, accountants what nobody may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import bank
from core.db import Database
from tests.banking import Banking, iban_of
from tests.security.test_office_attacks import state_of
from tests.statements import IBAN, credit, debit
from tests.world import Person, World

KEY = "gen_random_uuid()"


# --- what an accountant may not ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def front(world: World) -> Banking:
    return Banking(world)


@pytest.fixture(scope="module")
def person(front: Banking) -> Person:
    return front.accountant()


@pytest.fixture(scope="module")
def db(front: Banking, person: Person) -> Database:
    return front.db(person)


@pytest.fixture(scope="module")
def raw(front: Banking, person: Person) -> Iterator[psycopg.Connection[Any]]:
    with front.world.raw(person) as connection:
        yield connection


GIVEN: dict[str, Any] = {
    "sha256": "0" * 64, "iban": IBAN, "issuer": "EUR", "statements": [
        {"id": "RAW", "sequence": None, "starts_on": "2026-11-26", "ends_on": "2026-11-26", "opening": 0,
         "closing": 10_00, "lines": [
             {"booked_on": "2026-11-26", "side": "credit", "amount": 10_00, "end_to_end_id": "", "servicer_ref": "",
              "remittance": "", "counterparty": "", "counterparty_iban": "", "return_reason": "",
              "reversal": False}]}],
}  # fmt: skip


def changed(**what: Any) -> Any:
    """The statement with its line changed."""
    given = json.loads(json.dumps(GIVEN))
    given["statements"][0]["id"] = f"RAW-{uuid4()}"
    given["sha256"] = uuid4().hex * 2
    given["statements"][0]["lines"][0] |= what.pop("line", {})
    given["statements"][0] |= what.pop("statement", {})
    return given | what


BENT: dict[str, Any] = {
    "an amount below zero": changed(line={"amount": -10_00}),
    "no amount": changed(line={"amount": None}),
    "an amount of nothing": changed(line={"amount": 0}, statement={"closing": 0}),
    "an amount in words": changed(line={"amount": "ten"}),
    "a broken amount": changed(line={"amount": 1000.5}),
    "an endless amount": changed(line={"amount": 10**30}, statement={"closing": 10**30}),
    "another side": changed(line={"side": "both"}),
    "no side": changed(line={"side": None}),
    "no day": changed(line={"booked_on": None}),
    "another account": changed(iban="PL61109010140000071219812874"),
    "another currency": changed(issuer="USD"),
    "no hash": changed(sha256=None),
    "a hash that is none": changed(sha256="x"),
    "no statement": changed(statements=[]),
    "statements that are none": changed(statements="x"),
    "lines that are none": changed(statement={"lines": {"a": 1}}),
    "no number": changed(statement={"id": None}),
    "an empty number": changed(statement={"id": ""}),
    "no balance": changed(statement={"opening": None}),
    "wrong sums": changed(statement={"closing": 11_00}),
    "days that run back": changed(statement={"starts_on": "2026-11-27"}),
    "a page of text": changed(line={"remittance": "x" * 1001}),
    "a long name": changed(line={"counterparty": "x" * 141}),
    "nothing": None,
    "a list": [],
    "a number": 5,
}


@pytest.mark.parametrize("name", BENT)
def test_a_bent_statement_leaves_nothing(front: Banking, raw: psycopg.Connection[Any], name: str) -> None:
    kept = front.one("select count(*) from vault.operation")
    row = json.dumps(BENT[name]).replace("'", "''")
    state = state_of(raw, f"select api.statement_import({KEY}, '{IBAN}', '{row}'::jsonb)")
    assert state[:2] in ("BO", "22", "23"), state
    assert front.one("select count(*) from vault.operation") == kept
    assert front.one("select count(*) from book.bank_statement") == 0


def test_the_statement_that_was_bent_is_good(raw: psycopg.Connection[Any]) -> None:
    """Else the bent ones would prove nothing."""
    assert (
        state_of(raw, f"select api.statement_import({KEY}, '{IBAN}', '{json.dumps(changed())}', true)") == ""
    )


def test_an_accountant_books_no_line_twice_by_any_door(
    front: Banking, db: Database, raw: psycopg.Connection[Any]
) -> None:
    number = front.submitted(db)
    taken = front.take(db, debit(100_00, end_to_end_id=f"BOCLI-{number}"), credit(10_00), debit(1_00))
    settled, receipt, fee = (front.line(taken, each)["id"] for each in (1, 2, 3))
    client = front.client()
    bank.match_receipt(db, uuid4(), receipt, client.serials["EUR"])
    kept = front.one("select count(*) from vault.operation")
    for call in (
        *(f"api.receipt_match({KEY}, {line}, '{client.serials['EUR']}')" for line in (settled, receipt, fee)),
        *(f"api.statement_line_decide({KEY}, {line}, true, 'because')" for line in (settled, receipt, fee)),
        *(f"api.statement_line_decide({KEY}, {line}, false, 'because')" for line in (settled, receipt, fee)),
        *(f"api.statement_line_mark({KEY}, {line}, 'own', 'because')" for line in (settled, receipt)),
        f"api.statement_line_mark({KEY}, {fee}, 'unallocated', 'because')",
        f"api.statement_line_mark({KEY}, {fee}, null, 'because')",
        f"api.payment_file_make({KEY}, {front.account}::smallint, '[{number}]', '<x/>')",
        f"api.payment_file_draft({KEY}, {front.account}::smallint, '[{number}]')",
        f"api.payment_file_draft({KEY}, {front.account}::smallint, '[\"1\"]')",
        f"api.payment_file_draft({KEY}, {front.account}::smallint, '{{}}')",
        f"api.payment_file_draft({KEY}, {front.account}::smallint, null)",
    ):
        assert state_of(raw, f"select {call}").startswith("BO0"), call
    assert front.one("select count(*) from vault.operation") == kept


def test_a_file_and_a_statement_stay_as_they_were(front: Banking, db: Database) -> None:
    """Not even the owner of the tables bends them by a slip of the hand."""
    front.submitted(db)
    front.take(db, credit(1_00))
    for table in ("payment_file", "payment_file_item", "bank_statement"):
        for statement in (f"delete from book.{table}", f"truncate book.{table} cascade"):
            with pytest.raises(psycopg.Error, match=r"append|change|refuse|never"):
                front.admin.execute(statement)
    with pytest.raises(psycopg.Error):
        front.admin.execute("update book.payment_file set content = 'x'")
    with pytest.raises(psycopg.Error):
        front.admin.execute("delete from book.statement_line")
    with pytest.raises(psycopg.Error, match=r"statement_line\.wrong_state"):
        front.admin.execute("update book.statement_line set state = 'own' where state = 'unallocated'")


# --- what a chief financial officer may not ------------------------------------------------------------


@pytest.fixture(scope="module")
def chief(front: Banking) -> Iterator[psycopg.Connection[Any]]:
    """By raw SQL, with a fresh second factor: nothing but the rules stands in the way."""
    person = front.world.make_staff("cfo")
    with front.world.raw(person) as connection:
        front.world.forget_code(person)
        assert connection.execute("select api.session_step_up(%s)", (person.code(),)).fetchone()
        yield connection


GOOD = "'FR1420041010050500013M02606', 'BNPAFRPP', 'Money Ltd', 'EUR', 0"
CHANGED = "{account}::smallint, 'Money Ltd', 'COBADEFFXXX'"
REFUSED = {
    "api.bank_account_create({key}, null, 'BNPAFRPP', 'x', 'EUR', 0)": "BO030",
    "api.bank_account_create({key}, 'FR1420041010050500013M02607', 'BNPAFRPP', 'x', 'EUR', 0)": "BO030",
    "api.bank_account_create({key}, 'FR1420041010050500013M02606', null, 'x', 'EUR', 0)": "BO030",
    "api.bank_account_create({key}, 'FR1420041010050500013M02606', E'BNPAFRPP\n;', 'x', 'EUR', 0)": "BO030",
    "api.bank_account_create({key}, 'FR1420041010050500013M02606', 'BNPAFRPP', null, 'EUR', 0)": "BO030",
    "api.bank_account_create({key}, 'FR1420041010050500013M02606', 'BNPAFRPP', 'x', null, 0)": "BO030",
    "api.bank_account_create({key}, 'FR1420041010050500013M02606', 'BNPAFRPP', 'x', 'EUR', null)": "BO030",
    "api.bank_account_create({key}, 'FR1420041010050500013M02606', 'BNPAFRPP', 'x', 'BONUS', 0)": "BO030",
    "api.bank_account_create({key}, '{iban}', 'BNPAFRPP', 'x', 'EUR', 0)": "BO030",
    "api.bank_account_create(null, " + GOOD + ")": "BO030",
    "api.bank_account_change({key}, " + CHANGED + ", null)": "BO030",
    "api.bank_account_change({key}, " + CHANGED + ", -1)": "BO030",
    "api.bank_account_change({key}, " + CHANGED + ", 9223372036854775807)": "BO030",
    "api.bank_account_change({key}, {account}::smallint, null, 'COBADEFFXXX', 0)": "BO030",
    "api.bank_account_change({key}, {account}::smallint, 'Money Ltd', null, 0)": "BO030",
    "api.bank_account_change({key}, null, 'Money Ltd', 'COBADEFFXXX', 0)": "BO022",
    "api.bank_account_change(null, " + CHANGED + ", 0)": "BO030",
    "api.bank_account_switch({key}, {account}::smallint, null)": "BO021",
    "api.bank_account_switch({key}, {account}::smallint, true)": "BO021",
    "api.bank_account_switch({key}, null, false)": "BO022",
    "api.bank_account_switch(null, {account}::smallint, false)": "BO030",
}


def all_accounts(front: Banking) -> Any:
    return front.one("select jsonb_agg(to_jsonb(a) order by a.id) from book.bank_account a")


@pytest.mark.parametrize("call", REFUSED)
def test_a_bent_account_is_refused_and_nothing_changes(
    front: Banking, chief: psycopg.Connection[Any], call: str
) -> None:
    kept = all_accounts(front)
    asked = call.format(key=KEY, account=front.account, iban=IBAN)
    assert state_of(chief, f"select {asked}") == REFUSED[call]
    assert all_accounts(front) == kept


def test_the_account_that_was_bent_is_good(chief: psycopg.Connection[Any]) -> None:
    """Else the bent ones would prove nothing."""
    assert state_of(chief, f"select api.bank_account_create({KEY}, {GOOD})") == ""


def test_neither_iban_nor_currency_can_be_changed_by_any_rule(front: Banking) -> None:
    """The owner of the rules has no right to it, so no fault in one of them redirects what comes in."""
    written = front.one(
        "select array_agg(column_name::text order by column_name) from information_schema.column_privileges "
        "where grantee = 'bocli_api' and table_schema = 'book' and table_name = 'bank_account' "
        "and privilege_type = 'UPDATE'"
    )
    assert written == ["active", "bic", "name", "tolerance"]
    with pytest.raises(psycopg.Error):
        front.admin.execute("delete from book.bank_account")


def test_an_accountant_pays_from_no_account_that_is_off(
    front: Banking, raw: psycopg.Connection[Any], chief: psycopg.Connection[Any]
) -> None:
    number = front.approved()
    off = front.open_account(iban_of(77), "EUR")
    assert chief.execute(f"select api.bank_account_switch({KEY}, %s::smallint, false)", (off,)).fetchone()
    for call in (
        f"api.payment_file_draft({KEY}, {off}::smallint, '[{number}]')",
        f"api.payment_file_make({KEY}, {off}::smallint, '[{number}]', '<x/>')",
    ):
        assert state_of(raw, f"select {call}") == "BO026"
    assert front.state(number) == "approved"
