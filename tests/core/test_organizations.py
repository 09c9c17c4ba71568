"""Organizations: their members, contract and states; what a suspended or closed one means at the till."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core import cash_desk, clients, coins, organizations
from core.db import Database
from core.db.keyset import Keyset
from core.errors import BocliError, Invalid, KeyReused, NotAllowed, NotEligible, NotFound, WrongState
from core.organizations import OrganizationFacts
from tests.books import Books, Wallet, asked
from tests.core.test_races import at_once
from tests.world import Person

PLAIN = OrganizationFacts("Example Shops", "HRB 1", "1 Main Street", None)


@pytest.fixture(scope="module")
def db(books: Books) -> Database:
    return books.db(books.world.make_staff("administrator"))


@pytest.fixture(scope="module")
def till(books: Books) -> tuple[Person, int]:
    desk, cashier = books.till(eur=10_000_00)
    return cashier, books.start(cashier, desk)


def make(db: Database, **facts: Any) -> int:
    given: dict[str, Any] = {"name": f"Shops {uuid4()}", **facts}
    return organizations.create(db, uuid4(), "merchant", replace(PLAIN, **given))


def member(books: Books, db: Database, organization: int) -> Wallet:
    wallet = books.wallet()
    organizations.set_member(db, uuid4(), organization, wallet.client_id, member=True)
    return wallet


def last_logged(books: Books, what: str) -> tuple[Any, Any]:
    row = books.admin.execute(
        "select before, after from vault.log where what = %s and not refused order by id desc limit 1",
        (what,),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def test_an_organization_is_added_listed_and_shown(books: Books, db: Database) -> None:
    key = uuid4()
    contract = books.one("select id from book.contract where is_default")
    facts = replace(PLAIN, name="  Example   Shops ", contract_id=contract)
    made = organizations.create(db, key, "merchant", facts)
    assert organizations.create(db, key, "merchant", facts) == made
    with pytest.raises(KeyReused):
        organizations.create(db, key, "own", facts)
    found = organizations.detail(db, made)
    assert (found.name, found.kind, found.state) == ("Example Shops", "merchant", "active")
    assert (found.registration, found.address, found.contract) == ("HRB 1", "1 Main Street", "Standard")
    assert found.moves == ("closed", "suspended")
    assert (found.member_count, found.members, found.coins, found.sums) == (0, (), (), ())
    row = Keyset(organizations.organizations_select).where("id", "=", made).page(db, None, 2)[0]
    assert (row.name, row.contract, row.members, row.state) == ("Example Shops", "Standard", 0, "active")
    assert (contract, "Standard") in organizations.contracts(db)


BAD: dict[str, tuple[dict[str, Any], type[BocliError], str]] = {
    "no name": ({"name": " "}, Invalid, "organization.name_invalid"),
    "an endless name": ({"name": "x" * 201}, Invalid, "organization.name_invalid"),
    "an escape in the name": ({"name": "a\x1b]0;b"}, Invalid, "organization.name_invalid"),
    "zero width in the name": ({"name": "Ex\u200bample"}, Invalid, "organization.name_invalid"),
    "a name that is there": ({"name": "Taken Shops"}, Invalid, "organization.name_taken"),
    "a name that is there in capitals": ({"name": "TAKEN  SHOPS"}, Invalid, "organization.name_taken"),
    "a name that is there in wide letters": (
        {"name": "Ｔａｋｅｎ Shops"},
        Invalid,
        "organization.name_taken",
    ),
    "an endless registration": ({"registration": "x" * 61}, Invalid, "organization.facts_too_long"),
    "an endless address": ({"address": "x" * 301}, Invalid, "organization.facts_too_long"),
    "a contract that is not there": ({"contract_id": 99999}, NotFound, "contract.not_found"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_fact_is_refused_when_adding_and_when_changing(books: Books, db: Database, name: str) -> None:
    if books.one("select count(*) from book.organization where name = 'Taken Shops'") == 0:
        make(db, name="Taken Shops")
    wrong, kind, key = BAD[name]
    other = make(db)
    seen = organizations.detail(db, other)
    for act in (
        lambda: make(db, **wrong),
        lambda: organizations.change(db, uuid4(), other, replace(PLAIN, **{"name": seen.name, **wrong})),
    ):
        with pytest.raises(kind) as refused:
            act()
        assert refused.value.key == key
    assert organizations.detail(db, other) == seen
    with pytest.raises(Invalid, match=r"organization\.kind_unknown"):
        organizations.create(db, uuid4(), "bank", replace(PLAIN, name="Another"))


def test_two_at_once_with_one_name_make_one(db: Database) -> None:
    for turn in range(15):
        answers = at_once(*[lambda: make(db, name=f"Twin Shops {turn}")] * 2)  # noqa: B023
        assert {each.key for each in answers if isinstance(each, BocliError)} == {"organization.name_taken"}
        assert sum(isinstance(each, int) for each in answers) == 1


def test_a_change_is_logged_with_both_sides(books: Books, db: Database) -> None:
    made = make(db)
    wanted = OrganizationFacts("Renamed Shops", "HRB 2", "2 Side Street", None)
    organizations.change(db, uuid4(), made, wanted)
    before, after = last_logged(books, "organization.change")
    assert (before["registration"], after["registration"], after["name"]) == (
        "HRB 1",
        "HRB 2",
        "Renamed Shops",
    )
    with pytest.raises(NotFound, match=r"organization\.not_found"):
        organizations.change(db, uuid4(), 99999, wanted)


# --- members and contract ------------------------------------------------------------------------------


def test_a_client_is_a_member_of_one_at_most(books: Books, db: Database) -> None:
    one, other = make(db), make(db)
    wallet = member(books, db, one)
    for organization in (one, other):
        with pytest.raises(WrongState, match=r"organization\.member_of_other"):
            organizations.set_member(db, uuid4(), organization, wallet.client_id, member=True)
    with pytest.raises(WrongState, match=r"organization\.no_member"):
        organizations.set_member(db, uuid4(), other, wallet.client_id, member=False)
    with pytest.raises(NotFound, match=r"client\.not_found"):
        organizations.set_member(db, uuid4(), one, 10**9, member=True)
    found = organizations.detail(db, one)
    assert [(each.client_id, each.coins) for each in found.members] == [(wallet.client_id, 3)]
    assert clients.detail(db, wallet.client_id).organization == found.name
    organizations.set_member(db, uuid4(), one, wallet.client_id, member=False)
    organizations.set_member(db, uuid4(), other, wallet.client_id, member=True)
    assert last_logged(books, "organization.member") == ({"organization": None}, {"organization": other})
    assert organizations.detail(db, one).member_count == 0


def test_the_contract_of_an_organization_prices_members_without_their_own(
    books: Books, db: Database, till: tuple[Person, int]
) -> None:
    cashier, day = till
    cheap, own = books.contract(f"Cheap {uuid4()}"), books.contract(f"Own {uuid4()}")
    books.term(cheap, "cash_top_up", "EUR", percent="0.5")
    books.term(own, "cash_top_up", "EUR", percent="3")
    contract = books.one("select contract_id from book.contract_version where id = %s", cheap)

    def price(wallet: Wallet) -> int:
        return cash_desk.preview(
            books.db(cashier), "cash_top_up", day, wallet.coin_id, "EUR", 100_00
        ).commission

    organization = make(db)
    client = books.client()
    wallet = Wallet(client.id, client.coins["EUR"], "EUR")
    assert price(wallet) == 1_00, "the default contract"
    organizations.set_member(db, uuid4(), organization, client.id, member=True)
    assert price(wallet) == 1_00, "an organization without a contract changes nothing"
    facts = replace(PLAIN, name=f"Shops {uuid4()}", contract_id=contract)
    organizations.change(db, uuid4(), organization, facts)
    assert price(wallet) == 50, "the organization's"
    assert clients.detail(db, client.id).contract.startswith("Cheap")
    books.assign_contract(client, own)
    assert price(wallet) == 3_00, "the client's own goes first"
    assert clients.detail(db, client.id).contract.startswith("Own")
    other = member(books, db, organization)
    receipt = cash_desk.top_up(
        books.db(cashier), cash_desk.CashOperation(uuid4(), day, other.coin_id, "EUR", 100_00, 50)
    )
    assert receipt.commission == 50
    assert books.one("select version_id from vault.operation where id = %s", receipt.operation_id) == cheap
    organizations.set_member(db, uuid4(), organization, other.client_id, member=False)
    assert price(other) == 1_00
    books.assert_right()


# --- states --------------------------------------------------------------------------------------------


def test_members_of_a_suspended_organization_make_no_operations(
    books: Books, db: Database, till: tuple[Person, int]
) -> None:
    cashier, day = till
    organization = make(db)
    wallet = member(books, db, organization)
    books.put(cashier, day, wallet, 50_00)
    organizations.move(db, uuid4(), organization, "suspended", "under review")
    for act in (
        lambda: books.put(cashier, day, wallet, 10_00),
        lambda: books.take(cashier, day, wallet, 10_00),
        lambda: cash_desk.preview(books.db(cashier), "cash_top_up", day, wallet.coin_id, "EUR", 10_00),
    ):
        with pytest.raises(NotEligible, match=r"organization\.suspended"):
            act()
    with pytest.raises(WrongState, match=r"organization\.not_active"):
        member(books, db, organization)
    organizations.move(db, uuid4(), organization, "active", "review done")
    books.put(cashier, day, wallet, 10_00)
    before, after = last_logged(books, "organization.move")
    assert (before, after) == ({"state": "suspended"}, {"state": "active", "reason": "review done"})


def test_an_organization_closes_when_its_members_hold_nothing(
    books: Books, db: Database, till: tuple[Person, int]
) -> None:
    cashier, day = till
    organization = make(db)
    wallet = member(books, db, organization)
    books.put(cashier, day, wallet, 10_10)
    with pytest.raises(WrongState, match=r"organization\.holds_money"):
        organizations.move(db, uuid4(), organization, "closed", "the end")
    found = organizations.detail(db, organization)
    assert [(each.issuer, each.balance) for each in found.sums] == [("EUR", 10_10), ("USD", 0), ("BONUS", 0)]
    assert {each.balance for each in found.coins} == {10_10, 0}
    books.take(cashier, day, wallet, 10_00)
    organizations.move(db, uuid4(), organization, "closed", "the end")
    assert organizations.detail(db, organization).moves == ()
    with pytest.raises(NotEligible, match=r"organization\.closed"):
        books.put(cashier, day, wallet, 10_00)
    with pytest.raises(WrongState, match=r"organization\.closed"):
        organizations.change(db, uuid4(), organization, PLAIN)
    for state in ("active", "suspended", "closed", "opened"):
        with pytest.raises(WrongState, match=r"organization\.wrong_state"):
            organizations.move(db, uuid4(), organization, state, "back again")
    organizations.set_member(db, uuid4(), organization, wallet.client_id, member=False)
    books.put(cashier, day, wallet, 10_00)


def test_a_move_wants_a_reason(db: Database) -> None:
    with pytest.raises(Invalid, match=r"reason\.missing"):
        organizations.move(db, uuid4(), make(db), "suspended", "")


def test_not_even_the_owner_of_the_table_moves_it_otherwise(books: Books, db: Database) -> None:
    made = make(db)
    organizations.move(db, uuid4(), made, "closed", "the end")
    for state in ("active", "suspended"):
        with pytest.raises(psycopg.DatabaseError) as refused:
            books.admin.execute("update book.organization set state = %s where id = %s", (state, made))
        assert refused.value.sqlstate == "BO021"
    books.admin.execute("update book.organization set address = 'elsewhere' where id = %s", (made,))


def test_a_close_against_a_top_up_and_a_new_coin(
    books: Books, db: Database, till: tuple[Person, int]
) -> None:
    """Sixty times: either the money was first and it stays open, or the close was and the top-up is refused."""
    cashier, day = till
    second = books.db(books.world.make_staff("administrator"))
    first = {"close": 0, "top-up": 0}
    for turn in range(60):
        organization = make(db)
        made = books.rule("client_add({system}, now(), 'individual', %s, null, null, 'UTC')", f"Racer {turn}")
        organizations.set_member(db, uuid4(), organization, made, member=True)

        def pay(made: int = made) -> Any:
            coin = coins.open_coin(second, uuid4(), made, "EUR")
            return cash_desk.top_up(books.db(cashier), asked(day, Wallet(made, coin, "EUR"), 10_00))

        def close(organization: int = organization) -> Any:
            return organizations.move(db, uuid4(), organization, "closed", "the end")

        if turn % 2:
            coin = coins.open_coin(second, uuid4(), made, "USD")
            wallet = Wallet(made, coin, "USD")
            answers = at_once(close, lambda: cash_desk.top_up(books.db(cashier), asked(day, wallet, 10_00)))  # noqa: B023
        else:
            answers = at_once(close, pay)
        refused = [each for each in answers if isinstance(each, BocliError)]
        assert len(refused) == 1, (turn, answers)
        state = organizations.detail(db, organization).state
        held = sum(each.balance for each in organizations.detail(db, organization).sums)
        if refused[0].key == "organization.holds_money":
            assert (state, held) == ("active", 10_00)
            first["top-up"] += 1
        else:
            assert refused[0].key == "organization.closed"
            assert (state, held) == ("closed", 0)
            first["close"] += 1
    assert min(first.values()) >= 1, first
    books.assert_right()


@pytest.mark.parametrize("role", ["cfo", "cashier", "accountant", "compliance"])
def test_others_change_no_organizations(books: Books, db: Database, role: str) -> None:
    made = make(db)
    other = books.db(books.world.make_staff(role))
    for act in (
        lambda: make(other),
        lambda: organizations.change(other, uuid4(), made, PLAIN),
        lambda: organizations.move(other, uuid4(), made, "closed", "because"),
        lambda: organizations.set_member(other, uuid4(), made, 1, member=True),
    ):
        with pytest.raises(NotAllowed):
            act()
