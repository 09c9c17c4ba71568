"""Clients: signed up, found however they were typed, changed with before and after, switched off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from core import cash_desk, clients
from core.clients import ChangedClient, ClientDetail, ClientFacts, NewClient
from core.db import Database
from core.db.keyset import Keyset
from core.errors import BocliError, Changed, Invalid, KeyReused, NotAllowed, NotEligible, NotFound, WrongState
from tests.books import Books, Wallet
from tests.core.test_races import at_once

PLAIN = ClientFacts("Ada Example", "ada@clients.example", "+4930111222", "Europe/Berlin", "de")


@pytest.fixture(scope="module")
def db(books: Books) -> Database:
    return books.db(books.world.make_staff("administrator"))


@pytest.fixture(scope="module")
def ada(db: Database) -> int:
    return clients.create(db, NewClient(uuid4(), "individual", PLAIN, ("USD", "EUR", "EUR")))


def sign_up(db: Database, **facts: Any) -> int:
    number = uuid4().int % 10**9
    plain = ClientFacts("Bo Example", f"bo{number}@clients.example", f"+4930{number:09d}", "UTC", None)
    return clients.create(db, NewClient(uuid4(), "individual", replace(plain, **facts)))


def logged(books: Books, what: str, client_id: int) -> tuple[Any, Any]:
    """Before and after of the newest line of that kind."""
    row = books.admin.execute(
        "select before, after from vault.log where what = %s and entity = 'client' and entity_id = %s "
        "order by id desc limit 1",
        (what, str(client_id)),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def test_a_client_is_signed_up_with_coins_in_the_order_of_the_issuers(db: Database, ada: int) -> None:
    found = clients.detail(db, ada)
    assert (found.name, found.email, found.phone) == (PLAIN.name, PLAIN.email, PLAIN.phone)
    assert (found.time_zone, found.language, found.active, found.blocked) == (
        "Europe/Berlin",
        "de",
        True,
        False,
    )
    assert [coin.issuer for coin in found.coins] == ["EUR", "USD"], "one each, though EUR was asked for twice"
    assert found.contract == "Standard"
    assert found.operations == ()
    assert found.organization is None


def test_the_same_key_gives_the_same_client_and_with_other_content_none(db: Database) -> None:
    facts = replace(PLAIN, name="Key Example", email="key@clients.example", phone="+4930999888")
    new = NewClient(uuid4(), "individual", facts)
    assert clients.create(db, new) == clients.create(db, new)
    with pytest.raises(KeyReused):
        clients.create(db, replace(new, kind="business"))


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": ""}, "client.name_invalid"),
    "blanks for a name": ({"name": " \t\u00a0\u2003"}, "client.name_invalid"),
    "a name without end": ({"name": "x" * 201}, "client.name_invalid"),
    "an escape in the name": ({"name": "A\x1b[31mB"}, "client.name_invalid"),
    "a C1 control in the name": ({"name": "A\x9bB"}, "client.name_invalid"),
    "a turn of direction in the name": ({"name": "A\u202eB"}, "client.name_invalid"),
    "zero width in the name": ({"name": "A\u200bB"}, "client.name_invalid"),
    "no at sign": ({"email": "ada.example"}, "client.email_invalid"),
    "two at signs": ({"email": "a@b@c.example"}, "client.email_invalid"),
    "no place": ({"email": "a@"}, "client.email_invalid"),
    "no point": ({"email": "a@place"}, "client.email_invalid"),
    "blank in the address": ({"email": "a b@place.example"}, "client.email_invalid"),
    "zero width in the address": ({"email": "ada\u200b@clients.example"}, "client.email_invalid"),
    "a joiner in the address": ({"email": "ada\u200d@clients.example"}, "client.email_invalid"),
    "a soft hyphen in the address": ({"email": "a\u00adda@clients.example"}, "client.email_invalid"),
    "an endless address": ({"email": "a" * 250 + "@b.example"}, "client.email_invalid"),
    "the address of another": ({"email": PLAIN.email}, "client.email_taken"),
    "the address of another in capitals": ({"email": "ADA@Clients.EXAMPLE"}, "client.email_taken"),
    "the address of another in wide letters": (
        {"email": "ａｄａ＠clients.example"},
        "client.email_taken",
    ),
    "the address of another with blanks": ({"email": "  ada@clients.example "}, "client.email_taken"),
    "no country code": ({"phone": "030 111222"}, "client.phone_invalid"),
    "a country code of zero": ({"phone": "+049 30111222"}, "client.phone_invalid"),
    "too few digits": ({"phone": "+12345"}, "client.phone_invalid"),
    "too many digits": ({"phone": "+1234567890123456"}, "client.phone_invalid"),
    "letters in the phone": ({"phone": "+49 30 CALL ME"}, "client.phone_invalid"),
    "the phone of another": ({"phone": PLAIN.phone}, "client.phone_taken"),
    "the phone of another, as people write": ({"phone": "0049 (30) 111-222"}, "client.phone_taken"),
    "the phone of another in Arabic digits": ({"phone": "+٤٩٣٠١١١٢٢٢"}, "client.phone_taken"),
    "no time zone": ({"time_zone": ""}, "client.time_zone_unknown"),
    "an invented time zone": ({"time_zone": "Europe/Atlantis"}, "client.time_zone_unknown"),
    "an offset": ({"time_zone": "+02"}, "client.time_zone_unknown"),
    "a rule of POSIX": ({"time_zone": "ABC5DEF"}, "client.time_zone_unknown"),
    "no language": ({"language": "Klingon"}, "client.language_unknown"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_fact_is_refused_when_signing_up_and_when_changing(
    books: Books, db: Database, ada: int, name: str
) -> None:
    wrong, key = BAD[name]
    before = books.one("select count(*) from book.client")
    with pytest.raises(Invalid) as refused:
        sign_up(db, **wrong)
    assert refused.value.key == key
    assert books.one("select count(*) from book.client") == before
    other = sign_up(db)
    seen = facts_of(clients.detail(db, other))
    with pytest.raises(Invalid) as refused:
        clients.change(db, ChangedClient(uuid4(), other, replace(seen, **wrong), seen))
    assert refused.value.key == key
    assert facts_of(clients.detail(db, other)) == seen


def facts_of(found: ClientDetail) -> ClientFacts:
    return ClientFacts(found.name, found.email, found.phone, found.time_zone, found.language)


def test_an_unknown_kind_and_an_unknown_issuer_are_refused_and_leave_nobody(
    books: Books, db: Database
) -> None:
    before = books.one("select count(*) from book.client")
    with pytest.raises(Invalid, match=r"client\.kind_unknown"):
        clients.create(db, NewClient(uuid4(), "robot", replace(PLAIN, email=None, phone=None)))
    with pytest.raises(NotFound, match=r"issuer\.not_found"):
        clients.create(
            db, NewClient(uuid4(), "individual", replace(PLAIN, email=None, phone=None), ("EUR", "XXX"))
        )
    assert books.one("select count(*) from book.client") == before


KEPT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a name in pieces": ({"name": "Zoe\u0308  Example "}, {"name": "Zo\u00eb Example"}),
    "a phone as people write it": ({"phone": "00 380 (44) 123-45‑67"}, {"phone": "+380441234567"}),
    "a phone in wide digits": ({"phone": "＋４９ ３０ ７６５４３２１"}, {"phone": "+49307654321"}),
    "neither phone nor address": ({"phone": " ", "email": ""}, {"phone": None, "email": None}),
    "an address with blanks": ({"email": " Who@Place.example "}, {"email": "Who@Place.example"}),
    "a name with a joiner that its script needs": (
        {"name": "می\u200cخواهم"},
        {"name": "می\u200cخواهم"},
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_fact_is_kept_in_one_form(db: Database, name: str) -> None:
    given, kept = KEPT[name]
    found = clients.detail(db, sign_up(db, **given))
    assert {each: getattr(found, each) for each in kept} == kept


FOUND: dict[str, str] = {
    "the address": "ada@clients.example",
    "the address in capitals": "ADA@CLIENTS.EXAMPLE",
    "the address in wide letters": "ａｄａ＠ｃｌｉｅｎｔｓ．ｅｘａｍｐｌｅ",
    "the phone": "+4930111222",
    "the phone without its sign": "4930111222",
    "the phone with two zeros": "0049 30 111 222",
    "the phone with brackets": "+49 (30) 111-222",
    "the phone in Arabic digits": "٠٠٤٩٣٠١١١٢٢٢",
    "the beginning of the name": "ada ex",
    "the name with two blanks": "Ada  Example",
    "the name in wide letters": "Ａｄａ",
}


@pytest.mark.parametrize("name", FOUND)
def test_a_client_is_found_however_they_were_typed(db: Database, ada: int, name: str) -> None:
    assert [each.client_id for each in clients.find(db, FOUND[name])] == [ada]


def test_a_client_is_found_by_a_serial_written_in_groups(db: Database, ada: int) -> None:
    serial = clients.detail(db, ada).coins[0].serial
    in_groups = " ".join(serial[at : at + 4] for at in range(0, 12, 4))
    assert [each.client_id for each in clients.find(db, in_groups)] == [ada]


def test_what_the_demo_and_tests_add_is_kept_and_found_the_same_way(books: Books, db: Database) -> None:
    made = books.rule(
        "client_add({system}, now(), 'individual', %s, %s, %s, 'UTC')",
        " O\u0308de  Example",
        " Ｏｅｄｅ@Clients.example",
        "0049 30 55 66 77",
    )
    for text in ("oede@clients.example", "+4930556677", "\u00f6de exa"):
        assert [each.client_id for each in clients.find(db, text)] == [made]
    with pytest.raises(Invalid, match=r"client\.email_taken"):
        sign_up(db, email="OEDE@clients.example")


def test_a_change_is_logged_with_both_sides(books: Books, db: Database) -> None:
    one = sign_up(db)
    seen = facts_of(clients.detail(db, one))
    wanted = replace(seen, name="Cy Example", phone=None, time_zone="Europe/Kyiv", language="uk")
    key = uuid4()
    clients.change(db, ChangedClient(key, one, wanted, seen))
    clients.change(db, ChangedClient(key, one, wanted, seen))
    assert facts_of(clients.detail(db, one)) == wanted
    before, after = logged(books, "client.change", one)
    assert (before["name"], after["name"]) == (seen.name, "Cy Example")
    assert (before["phone"], after["phone"]) == (seen.phone, None)
    assert [each.client_id for each in clients.find(db, "cy exam")] == [one]


def test_who_changed_it_meanwhile_is_not_overwritten(db: Database) -> None:
    one = sign_up(db)
    seen = facts_of(clients.detail(db, one))
    clients.change(db, ChangedClient(uuid4(), one, replace(seen, name="First Example"), seen))
    with pytest.raises(Changed, match=r"client\.changed"):
        clients.change(db, ChangedClient(uuid4(), one, replace(seen, name="Second Example"), seen))
    assert clients.detail(db, one).name == "First Example"


def test_two_at_once_with_one_address_make_one_client(books: Books, db: Database) -> None:
    for turn in range(20):
        address = f"twin{turn}@clients.example"
        answers = at_once(*[lambda one=one: sign_up(db, email=one) for one in (address, address.upper())])
        refused = [each for each in answers if isinstance(each, BocliError)]
        assert [(type(each), each.key) for each in refused] == [(Invalid, "client.email_taken")]
        assert books.one("select count(*) from book.client where email_key = %s", address) == 1


def test_a_client_who_is_off_gets_no_operation(books: Books, db: Database) -> None:
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    wallet = books.wallet()
    books.put(cashier, day, wallet, 50_00)
    with pytest.raises(Invalid, match=r"reason\.missing"):
        clients.switch(db, uuid4(), wallet.client_id, active=False, reason="")
    clients.switch(db, uuid4(), wallet.client_id, active=False, reason="asked for it by letter")
    assert not clients.detail(db, wallet.client_id).active
    acts: list[Callable[[], Any]] = [
        lambda: books.put(cashier, day, wallet, 10_00),
        lambda: books.take(cashier, day, wallet, 10_00),
        lambda: cash_desk.preview(books.db(cashier), "cash_top_up", day, wallet.coin_id, "EUR", 10_00),
    ]
    for act in acts:
        with pytest.raises(NotEligible, match=r"client\.inactive"):
            act()
    assert books.balance(wallet) == 50_00
    with pytest.raises(WrongState, match=r"client\.already_off"):
        clients.switch(db, uuid4(), wallet.client_id, active=False, reason="once more")
    clients.switch(db, uuid4(), wallet.client_id, active=True, reason="came back")
    with pytest.raises(WrongState, match=r"client\.already_on"):
        clients.switch(db, uuid4(), wallet.client_id, active=True, reason="once more")
    books.put(cashier, day, wallet, 10_00)
    before, after = logged(books, "client.switch", wallet.client_id)
    assert (before, after) == ({"active": False}, {"active": True, "reason": "came back"})
    books.assert_right()


def test_switching_off_against_a_top_up(books: Books, db: Database) -> None:
    """Whoever is first: the top-up is in the books before the switch, or it is refused."""
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    wallet, kept = books.wallet(), 0
    for _ in range(30):
        answers = at_once(
            lambda: clients.switch(db, uuid4(), wallet.client_id, active=False, reason="for a test"),
            lambda: books.put(cashier, day, wallet, 10_00),
        )
        assert answers[0] is None
        taken = not isinstance(answers[1], BocliError)
        assert taken or type(answers[1]) is NotEligible
        kept += 10_00 * taken
        with pytest.raises(NotEligible):
            books.put(cashier, day, wallet, 10_00)
        clients.switch(db, uuid4(), wallet.client_id, active=True, reason="for a test")
    assert books.balance(wallet) == kept
    books.assert_right()


def test_details_show_the_newest_operations_first_and_leave_a_trace(books: Books, db: Database) -> None:
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    made = books.client()
    wallet = Wallet(made.id, made.coins["EUR"], "EUR")
    for amount in range(1, 54):
        books.put(cashier, day, wallet, amount * 100)
    traces = books.one("select count(*) from vault.log where what = 'client.read'")
    found = clients.detail(db, made.id)
    assert [each.amount for each in found.operations] == [amount * 100 for amount in range(53, 3, -1)]
    assert {each.serial for each in found.operations} == {made.serials["EUR"]}
    assert found.coins[0].available == sum(range(1, 54)) * 100
    assert books.one("select count(*) from vault.log where what = 'client.read'") == traces + 1
    with pytest.raises(NotFound, match=r"client\.not_found"):
        clients.detail(db, 10**9)


def test_the_list_pages_without_a_gap(books: Books, db: Database) -> None:
    keyset = Keyset(clients.clients_select)
    seen = [row.id for window in keyset.windows(db, 7) for row in window]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == books.one("select count(*) from book.client")
    named = keyset.where("name_key", "starts", "ada ex").page(db, None, 10)
    assert [(row.name, row.coins, row.identified) for row in named] == [("Ada Example", 2, False)]


@pytest.mark.parametrize("role", ["cashier", "accountant", "compliance", "anti_fraud", "support_manager"])
def test_others_change_no_clients(books: Books, ada: int, role: str) -> None:
    db = books.db(books.world.make_staff(role))
    for act in (
        lambda: sign_up(db),
        lambda: clients.change(db, ChangedClient(uuid4(), ada, PLAIN, PLAIN)),
        lambda: clients.switch(db, uuid4(), ada, active=False, reason="because"),
    ):
        with pytest.raises(NotAllowed):
            act()
