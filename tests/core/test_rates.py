"""Rates: at once or by two, off their band, old, going round in triangles; the ECB's file; offers that expire."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import approvals, rates
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
from core.rates import RateDraft, ecb
from tests.books import Books
from tests.core.test_races import at_once

DAILY = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject>
<Cube>%s</Cube></gesmes:Envelope>"""
DAY = "<Cube time='%s'><Cube currency='USD' rate='%s'/><Cube currency='JPY' rate='180.85'/></Cube>"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def specialist(books: Books) -> Database:
    books.rule(
        "issuer_add({system}, now(), 'GBP', 'Pound', '£', 2::smallint, 'real', '{}'::bigint[], 9::smallint)"
    )
    return books.db(books.world.make_staff("financial_specialist"))


@pytest.fixture(scope="module")
def cfo(books: Books) -> Database:
    person = books.world.make_staff("cfo")
    books.step_up(person)
    return books.db(person)


def alone(db: Database, draft: RateDraft) -> dict[str, Any]:
    payload = draft.payload()
    return approvals.alone(db, uuid4(), draft.kind, payload, approvals.base_now(db, draft.kind, payload))


def by_two(specialist: Database, cfo: Database, draft: RateDraft) -> str | None:
    saved = approvals.save(specialist, uuid4(), draft.kind, draft.payload())
    approvals.submit(specialist, uuid4(), saved.request_id, saved.revision)
    item = approvals.detail(cfo, saved.request_id).item
    return approvals.decide(cfo, uuid4(), [item], approve=True)[0].state


def listed(db: Database, **where: Any) -> list[Any]:
    keyset = Keyset(rates.rates_select, ("key",))
    for name, value in where.items():
        keyset = keyset.where(name, "=", value)
    return list(keyset.page(db, None, 99))


@pytest.fixture
def office(cfo: Database) -> int:
    return rates.save_office(cfo, uuid4(), None, f"Office {uuid4()}", active=True)


def test_system_rates_at_once_and_off_the_band_by_two(specialist: Database, cfo: Database) -> None:
    first = RateDraft("EUR", "USD", "1.08", "1.10")
    assert alone(specialist, first)["off_band"] == []
    assert alone(specialist, replace(first, buy="1.09", sell="1.11"))["written"] == 1
    far = replace(first, buy="1.30", sell="1.32")
    with pytest.raises(NotAllowed) as refusal:
        alone(specialist, far)
    assert (refusal.value.key, refusal.value.params["base"]) == ("rate.off_band", "EUR")
    with pytest.raises(NotAllowed):
        alone(cfo, far)
    (row,) = listed(cfo, base="EUR", quote="USD", source="manual")
    assert (row.buy, row.sell, row.middle, row.office, row.state, row.stale, row.off) == (
        Decimal("1.09"), Decimal("1.11"), Decimal("1.10"), None, "in_force", False, None,
    )  # fmt: skip
    assert by_two(specialist, cfo, far) == "approved"
    (row,) = listed(cfo, base="EUR", quote="USD", source="manual")
    assert (row.buy, row.off) == (Decimal("1.30"), Decimal("19.091"))
    points = rates.history(cfo, None, "EUR", "USD", now() - timedelta(days=1))
    assert [point.buy for point in points] == [Decimal("1.08"), Decimal("1.09"), Decimal("1.30")]


def test_a_wider_band_and_an_old_rate(books: Books, specialist: Database, cfo: Database) -> None:
    rates.set_pair(cfo, uuid4(), "EUR", "BONUS", Decimal(50), 1)
    alone(specialist, RateDraft("EUR", "BONUS", "100", "100"))
    alone(specialist, RateDraft("EUR", "BONUS", "140", "140"))
    rates.set_pair(cfo, uuid4(), "EUR", "BONUS", Decimal("0.5"), 1)
    with pytest.raises(NotAllowed):
        alone(specialist, RateDraft("EUR", "BONUS", "141", "141"))
    books.admin.execute("insert into book.system_rate (base_id, quote_id, buy, sell, source, valid_from) "
                        "values (2, 3, 90, 91, 'manual', now() - interval '27 hours')")  # fmt: skip
    (row,) = listed(cfo, base="USD", quote="BONUS")
    assert row.stale
    with pytest.raises(StepUpNeeded):
        rates.set_pair(books.db(books.world.make_staff("cfo")), uuid4(), "EUR", "USD", Decimal(1), 5)
    for band, hours in ((Decimal(-1), 5), (Decimal(101), 5), (Decimal(1), 0), (Decimal(1), 9999)):
        with pytest.raises(Invalid):
            rates.set_pair(cfo, uuid4(), "EUR", "USD", band, hours)
    with pytest.raises(Invalid):
        rates.set_pair(cfo, uuid4(), "EUR", "EUR", Decimal(1), 5)


def test_office_rates_go_by_two_or_by_the_chief(specialist: Database, cfo: Database, office: int) -> None:
    draft = RateDraft("GBP", "USD", "1.25", "1.29", office)
    with pytest.raises(NotAllowed):
        alone(specialist, draft)
    assert by_two(specialist, cfo, draft) == "approved"
    alone(cfo, replace(draft, buy="1.26"))
    with pytest.raises(NotAllowed) as refusal:
        alone(cfo, replace(draft, buy="1.9", sell="2"))
    assert refusal.value.key == "rate.off_band"
    starts = now() + timedelta(hours=2)
    assert by_two(specialist, cfo, replace(draft, buy="1.9", sell="2", valid_from=starts)) == "approved"
    assert [(row.state, row.buy) for row in listed(cfo, office_id=office)] == [
        ("planned", Decimal("1.9")),
        ("in_force", Decimal("1.26")),
    ]
    with pytest.raises(WrongState):
        alone(cfo, draft)
    with pytest.raises(Invalid) as other:
        alone(cfo, RateDraft("USD", "GBP", "0.7", "0.8", office))
    assert other.value.key == "rate.other_way_round"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"buy": "0"}, "rate.number"), ({"buy": "0.00000"}, "rate.number"), ({"sell": "-1"}, "rate.number"),
        ({"buy": "1e3"}, "rate.number"), ({"buy": "NaN"}, "rate.number"), ({"buy": ""}, "rate.number"),
        ({"buy": "1" * 11}, "rate.number"), ({"buy": "1.12345678901"}, "rate.number"),
        ({"sell": "1"}, "rate.buy_above_sell"),
        ({"quote": "EUR"}, "rate.same_unit"), ({"base": "XXX"}, "term.issuer_unknown"),
        ({"valid_from": now() - timedelta(days=1)}, "change.in_the_past"),
        ({"office_id": 10**8}, "office.not_found"),
    ],
)  # fmt: skip
def test_a_faulty_rate_is_named(specialist: Database, office: int, change: dict[str, Any], key: str) -> None:
    draft = replace(RateDraft("EUR", "USD", "1.05", "1.07", office), **change)
    saved = approvals.save(specialist, uuid4(), draft.kind, draft.payload())
    assert saved.error is not None
    assert saved.error.key == key


@pytest.mark.parametrize("payload", [
    {}, {"rates": []}, {"rates": {}}, {"rates": [5], "source": "manual"}, {"rates": [{}] * 20_001},
    {"rates": [{"base": "EUR", "quote": "USD", "buy": "1", "sell": "1"}], "source": "rumour"},
    {"rates": [{"base": "EUR", "quote": "USD", "buy": 1, "sell": 1}], "source": "manual"},
])  # fmt: skip
def test_no_list_of_rates(specialist: Database, payload: dict[str, Any]) -> None:
    saved = approvals.save(specialist, uuid4(), "system_rate", payload)
    assert isinstance(saved.error, Invalid)


def test_offices(cfo: Database, specialist: Database, office: int) -> None:
    name = f"Station {uuid4()}"
    key = uuid4()
    made = rates.save_office(cfo, key, None, name, active=True)
    assert rates.save_office(cfo, key, None, name, active=True) == made
    with pytest.raises(KeyReused):
        rates.save_office(cfo, key, None, "Other", active=True)
    for wrong in ("", "x", "x" * 101, f"  {name.upper()} "):
        with pytest.raises(Invalid):
            rates.save_office(cfo, uuid4(), None, wrong, active=True)
    with pytest.raises(NotFound):
        rates.save_office(cfo, uuid4(), 10**8, "Nowhere", active=True)
    with pytest.raises(NotAllowed):
        rates.save_office(specialist, uuid4(), None, "Mine", active=True)
    rates.save_office(cfo, uuid4(), made, name, active=False)
    assert {each.id: each.active for each in rates.offices(specialist)}[made] is False
    saved = approvals.save(
        specialist, uuid4(), "office_rate", RateDraft("EUR", "USD", "1", "1", made).payload()
    )
    assert saved.error is not None
    assert saved.error.key == "office.not_found"


def test_an_office_exchanges_with_one_clients_wallets_and_no_other_does(books: Books, cfo: Database) -> None:
    owner = books.client()
    made = rates.save_office(cfo, uuid4(), None, f"Office {uuid4()}", active=True, client=owner.email.upper())
    assert books.one("select client_id from book.exchange_office where id = %s", made) == owner.id
    with pytest.raises(Invalid, match=r"office\.client_taken"):
        rates.save_office(cfo, uuid4(), None, f"Office {uuid4()}", active=True, client=owner.email)
    with pytest.raises(NotFound, match=r"client\.not_found"):
        rates.save_office(cfo, uuid4(), None, f"Office {uuid4()}", active=True, client="nobody@test.example")


def test_a_round_of_three_that_gains_is_found(specialist: Database, cfo: Database, office: int) -> None:
    for draft in (
        RateDraft("EUR", "USD", "1.10", "1.12", office),
        RateDraft("GBP", "USD", "1.25", "1.27", office),
        RateDraft("EUR", "GBP", "0.86", "0.88", office),
    ):
        by_two(specialist, cfo, draft)
    name = next(each.name for each in rates.offices(cfo) if each.id == office)
    assert not [each for each in rates.triangles(cfo) if each.office == name]
    by_two(specialist, cfo, RateDraft("EUR", "GBP", "0.90", "0.92", office))
    (found,) = [each for each in rates.triangles(cfo) if each.office == name]
    # 1 EUR → 0.90 GBP → 1.125 USD → 1.125 / 1.12 EUR
    assert (found.way, found.gain) == ("EUR → GBP → USD → EUR", Decimal("0.4464"))


# The European Central Bank's file.


def days_file(folder: Path, *days: tuple[str, str]) -> Path:
    path = folder / "eurofxref.xml"
    path.write_text(DAILY % "".join(DAY % each for each in days), "utf-8")
    return path


def test_the_xml_the_csv_and_the_zip_say_the_same(tmp_path: Path) -> None:
    xml = ecb.read(days_file(tmp_path, ("2026-11-20", "1.0512"), ("2026-11-23", "1.0498")))
    text = "Date,USD,JPY,BGN,\n2026-11-23,1.0498,180.85,N/A,\n2026-11-20,1.0512,180.85,N/A,\n"
    plain = tmp_path / "hist.csv"
    plain.write_text(text, "utf-8")
    packed = tmp_path / "hist.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("eurofxref-hist.csv", text)
    assert xml == ecb.read(plain) == ecb.read(packed)
    assert [(each.day, each.currency, each.rate) for each in xml.references][1] == (
        date(2026, 11, 20), "USD", Decimal("1.0512"),
    )  # fmt: skip
    daily = tmp_path / "daily.csv"
    daily.write_text("Date, USD, JPY, \n23 November 2026, 1.0498, 180.85, \n", "utf-8")
    assert len(ecb.read(daily).references) == 2
    assert ecb.moment(date(2026, 11, 23)) == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert ecb.moment(date(2026, 7, 1)) == datetime(2026, 7, 1, 14, tzinfo=UTC)


def test_missing_days_are_named_but_holidays_are_none(tmp_path: Path) -> None:
    # Good Friday and Easter Monday of 2026 are 3 and 6 April; the 8th is not there.
    found = ecb.read(days_file(tmp_path, *((f"2026-04-{day:02}", "1.05") for day in (1, 2, 7, 9))))
    assert found.missing == (date(2026, 4, 8),)
    assert not ecb.read(days_file(tmp_path, ("2025-12-24", "1"), ("2025-12-29", "1"))).missing


def test_easter() -> None:
    known = {
        2019: (4, 21),
        2024: (3, 31),
        2025: (4, 20),
        2026: (4, 5),
        2027: (3, 28),
        2038: (4, 25),
        2285: (3, 22),
    }
    for year, (month, day) in known.items():
        assert ecb._easter(year) == date(year, month, day), year


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Cube time='2026-11-23'><Cube currency='USD' rate='&c;'/></Cube>"""


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (BOMB, "rate.ecb_doctype"),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "rate.ecb_doctype"),
        ("", "rate.ecb_file"), ("<a>", "rate.ecb_file"), ("<a/>", "rate.ecb_file"),
        ("PK\x03\x04rubbish", "rate.ecb_file"),
        (DAILY % DAY % ("2026-11-23", "0"), "rate.ecb_file"), (DAILY % DAY % ("2026-11-23", "-1"), "rate.ecb_file"),
        (DAILY % DAY % ("2026-11-23", "1e5"), "rate.ecb_file"), (DAILY % DAY % ("2026-11-31", "1"), "rate.ecb_file"),
        (DAILY % DAY % ("2026-11-23", "x"), "rate.ecb_file"),
        (DAILY % (DAY % ("2026-11-23", "1") * 2), "rate.ecb_file"),
        (DAILY % "<Cube currency='USD' rate='1'/>", "rate.ecb_file"),
        (DAILY % "<Cube time='2026-11-23'><Cube currency='US$' rate='1'/></Cube>", "rate.ecb_file"),
        (DAILY[:200], "rate.ecb_file"), ("Date,USD\n", "rate.ecb_file"), ("Day,USD\n2026-11-23,1\n", "rate.ecb_file"),
        ("Date,USD\n2026-11-23,1,2,3\n", "rate.ecb_file"), ("Date,USD\n2026-11-23,x\n", "rate.ecb_file"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(tmp_path: Path, content: str, key: str) -> None:
    path = tmp_path / "bad"
    path.write_text(content, "utf-8")
    with pytest.raises(Invalid) as refusal:
        ecb.read(path)
    assert refusal.value.key == key


def test_files_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path, tmp_path / "nothing", Path("/dev/zero"), Path("a\0b")):
        with pytest.raises(Invalid) as refusal:
            ecb.read(path)
        assert refusal.value.key == "file.unreadable"
    bomb = tmp_path / "bomb.zip"
    monkeypatch.setattr(ecb, "LARGEST", 10_000)
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "0" * 1_000_000)
    bomb.write_bytes(raw.getvalue())
    with pytest.raises(Invalid) as refusal:
        ecb.read(bomb)
    assert refusal.value.key == "file.large"
    bomb.write_bytes(b"x" * 10_001)
    with pytest.raises(Invalid):
        ecb.read(bomb)


@pytest.mark.parametrize("encoding", ["aTF-8", "utf-7", "idna", "big5", "hex", "x", "UTF-16"])
def test_an_encoding_that_is_not_read_is_refused(tmp_path: Path, encoding: str) -> None:
    path = days_file(tmp_path, ("2026-11-20", "1.05"))
    path.write_bytes(path.read_bytes().replace(b"UTF-8", encoding.encode()))
    with pytest.raises(Invalid) as refusal:
        ecb.read(path)
    assert refusal.value.key == "rate.ecb_file"


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 900), flip=st.integers(0, 900), byte=st.integers(0, 255))
def test_a_broken_file_is_read_or_refused(tmp_path: Path, cut: int, flip: int, byte: int) -> None:
    path = days_file(tmp_path, ("2026-11-20", "1.05"), ("2026-11-23", "1.04"))
    raw = bytearray(path.read_bytes())
    raw[flip % len(raw)] = byte
    path.write_bytes(raw[: max(1, len(raw) - cut)])
    try:
        assert ecb.read(path).references
    except Invalid:
        return


def test_the_file_is_imported_once(tmp_path: Path, books: Books, specialist: Database, cfo: Database) -> None:
    read = ecb.read(
        days_file(tmp_path, ("2026-11-19", "1.31"), ("2026-11-20", "1.32"), ("2026-11-23", "1.33"))
    )
    payload = read.payload({"EUR", "USD"})
    assert len(payload["rates"]) == 3
    done = approvals.alone(
        specialist, uuid4(), "system_rate", payload, approvals.base_now(specialist, "system_rate", payload)
    )
    assert done["written"] == 3
    again = approvals.alone(
        specialist, uuid4(), "system_rate", payload, approvals.base_now(specialist, "system_rate", payload)
    )
    assert again["written"] == 0
    changed = ecb.read(days_file(tmp_path, ("2026-11-20", "1.34"))).payload({"USD"})
    saved = approvals.save(specialist, uuid4(), "system_rate", changed)
    assert saved.error is not None
    assert saved.error.key == "rate.other_there"
    ahead = ecb.read(days_file(tmp_path, ("2099-11-20", "1.34"))).payload({"USD"})
    assert approvals.save(specialist, uuid4(), "system_rate", ahead).error is not None
    with pytest.raises(Invalid):
        read.payload({"EUR"})


# Offers.


def test_an_offer_is_rounded_for_the_house_and_serves_once(
    books: Books, specialist: Database, cfo: Database, office: int
) -> None:
    by_two(specialist, cfo, RateDraft("EUR", "USD", "1.3001", "1.3203", office))
    by_two(specialist, cfo, RateDraft("USD", "BONUS", "7", "8", office))
    for sells, buys, amount, gives in (
        ("EUR", "USD", 10_001, 13_002), ("USD", "EUR", 10_000, 7_574), ("USD", "BONUS", 1_00, 7),
        ("BONUS", "USD", 100, 12_50),
        ("BONUS", "USD", 1, 12),
    ):  # fmt: skip
        key = uuid4()
        offer = rates.make_quote(cfo, key, office, sells, buys, amount)
        assert (offer.amount_from, offer.amount_to) == (amount, gives)
        assert rates.make_quote(cfo, key, office, sells, buys, amount) == offer
        assert timedelta(seconds=50) < offer.expires_at - now() <= timedelta(seconds=60)
    assert books.rule("(quote_take(%s, now())).amount_to", key) == 12
    for act in ("now()", "now() + interval '2 minutes'"):
        with pytest.raises(psycopg.DatabaseError) as refusal:
            books.rule(f"quote_take(%s, {act})", key)
        assert "quote.taken" in str(refusal.value)
    late = uuid4()
    rates.make_quote(cfo, late, office, "EUR", "USD", 100)
    with pytest.raises(psycopg.DatabaseError) as expired:
        books.rule("quote_take(%s, now() + interval '60 seconds')", late)
    assert expired.value.sqlstate == "BO025"
    for wrong in ((office, "EUR", "GBP", 5), (10**8, "EUR", "USD", 5)):
        with pytest.raises(NotFound):
            rates.make_quote(cfo, uuid4(), *wrong)
    for amount in (0, -1, 10**15 + 1):
        with pytest.raises(Invalid):
            rates.make_quote(cfo, uuid4(), office, "EUR", "USD", amount)
    with pytest.raises(Invalid):  # a cent is not one whole bonus
        rates.make_quote(cfo, uuid4(), office, "USD", "BONUS", 1)


def test_two_set_one_rate_at_once(specialist: Database, cfo: Database, books: Books) -> None:
    """Both saw the same rate; one is first, the other is told that it changed."""
    for turn in range(20):
        drafts = [RateDraft("GBP", "BONUS", str(100 + turn), str(120 + turn + more)) for more in (0, 1)]
        base = approvals.base_now(cfo, "system_rate", drafts[0].payload())

        def act(db: Database, draft: RateDraft, base: dict[str, Any] = base) -> Any:
            return lambda: approvals.alone(db, uuid4(), "system_rate", draft.payload(), base)

        answers = at_once(act(specialist, drafts[0]), act(cfo, drafts[1]))
        refused = [each for each in answers if isinstance(each, BocliError)]
        assert [type(each) for each in refused] == [Changed], answers
