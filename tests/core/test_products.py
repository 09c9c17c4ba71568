"""Products: added and changed by hand, and taken from a provider's list, all or nothing, with every bad line named."""

from __future__ import annotations

import json
import os
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from core import issuers, organizations, products, texts
from core.db import Database
from core.db.keyset import Keyset
from core.errors import BocliError, Invalid, KeyReused, NotAllowed, NotFound, WrongState
from core.organizations import OrganizationFacts
from core.products import ImportReport, LineError, Parsed, Product, import_list, read_list
from tests.books import Books
from tests.core.test_races import at_once

EMPTY: dict[str, Any] = {}
SCALES = {"EUR": 2, "USD": 2, "BONUS": 0, "FINE": 8}


@pytest.fixture(scope="module")
def db(books: Books) -> Database:
    return books.db(books.world.make_staff("administrator"))


@pytest.fixture
def provider(db: Database) -> int:
    return organization(db, "provider")


def organization(db: Database, kind: str) -> int:
    facts = OrganizationFacts(f"Provider {uuid4()}", "", "", None)
    return organizations.create(db, uuid4(), kind, facts)


def listed(db: Database, provider: int) -> dict[str, Any]:
    keyset = Keyset(products.products_select).where("provider_id", "=", provider)
    return {row.code: row for window in keyset.windows(db) for row in window}


def snapshot(books: Books, provider: int) -> Any:
    return books.one("select jsonb_agg(p order by id) from book.product p where provider_id = %s", provider)


# --- one by one ----------------------------------------------------------------------------------------

PLAIN = Product("tv-1", "Television, a month", "EUR", price=12_50, percent="1.5", fixed=10)


def test_a_product_is_added_changed_and_switched_off(books: Books, db: Database, provider: int) -> None:
    key = uuid4()
    made = products.save(db, key, provider, PLAIN, new=True)
    assert products.save(db, key, provider, PLAIN, new=True) == made
    with pytest.raises(KeyReused):
        products.save(db, key, provider, replace(PLAIN, price=1), new=True)
    with pytest.raises(Invalid, match=r"product\.code_taken"):
        products.save(db, uuid4(), provider, PLAIN, new=True)
    row = listed(db, provider)["tv-1"]
    assert (row.name, row.issuer, row.scale, row.price, row.percent, row.fixed, row.active) == (
        "Television, a month", "EUR", 2, 12_50, 1.5, 10, True,
    )  # fmt: skip
    wanted = Product("tv-1", "Any amount", "USD", price_from=1_00, price_to=500_00, active=False)
    assert products.save(db, uuid4(), provider, wanted, new=False) == made
    row = listed(db, provider)["tv-1"]
    assert (row.price, row.price_from, row.price_to, row.issuer, row.active) == (
        None,
        1_00,
        500_00,
        "USD",
        False,
    )
    before, after = books.admin.execute(
        "select before, after from vault.log where what = 'product.save' order by id desc limit 1"
    ).fetchone() or (EMPTY, EMPTY)
    assert (before["price"], after["price"], after["active"]) == (12_50, None, False)
    with pytest.raises(NotFound, match=r"product\.not_found"):
        products.save(db, uuid4(), provider, replace(PLAIN, code="other"), new=False)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no code": ({"code": ""}, "product.code_invalid"),
    "a code of blanks": ({"code": "a b"}, "product.code_invalid"),
    "a formula for a code": ({"code": "=1+1"}, "product.code_invalid"),
    "a code in other letters": ({"code": "тв"}, "product.code_invalid"),
    "an endless code": ({"code": "x" * 65}, "product.code_invalid"),
    "no name": ({"name": "  "}, "product.name_invalid"),
    "an endless name": ({"name": "x" * 201}, "product.name_invalid"),
    "an escape in the name": ({"name": "a\x1b[2Jb"}, "product.name_invalid"),
    "zero width in the name": ({"name": "a\u200bb"}, "product.name_invalid"),
    "another currency": ({"issuer": "XXX"}, "product.issuer_unknown"),
    "no price at all": ({"price": None}, "product.price_invalid"),
    "a price of nothing": ({"price": 0}, "product.price_invalid"),
    "a price below nothing": ({"price": -1}, "product.price_invalid"),
    "too high a price": ({"price": 10**15 + 1}, "product.price_invalid"),
    "a price of 10^30": ({"price": 10**30}, "product.price_invalid"),
    "a price and a range": ({"price_from": 1, "price_to": 2}, "product.price_invalid"),
    "half a range": ({"price": None, "price_from": 1}, "product.price_invalid"),
    "a range turned round": ({"price": None, "price_from": 2, "price_to": 1}, "product.price_invalid"),
    "a percentage below nothing": ({"percent": "-1"}, "product.percent_invalid"),
    "more than all": ({"percent": "100.000001"}, "product.percent_invalid"),
    "seven digits": ({"percent": "0.0000001"}, "product.percent_invalid"),
    "not a number": ({"percent": "NaN"}, "product.percent_invalid"),
    "a commission below nothing": ({"fixed": -1}, "product.fixed_invalid"),
    "a commission of 10^30": ({"fixed": 10**30}, "product.fixed_invalid"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_product_is_refused(books: Books, db: Database, provider: int, name: str) -> None:
    wrong, key = BAD[name]
    with pytest.raises(Invalid) as refused:
        products.save(db, uuid4(), provider, replace(PLAIN, **wrong), new=True)
    assert refused.value.key == key
    assert snapshot(books, provider) is None


def test_only_an_open_provider_has_products(db: Database, provider: int) -> None:
    for other in (organization(db, "merchant"), 99999):
        with pytest.raises(NotFound, match=r"product\.provider_not_found"):
            products.save(db, uuid4(), other, PLAIN, new=True)
    assert provider in [each[0] for each in products.providers(db)]
    organizations.move(db, uuid4(), provider, "closed", "the end")
    with pytest.raises(WrongState, match=r"organization\.closed"):
        products.save(db, uuid4(), provider, PLAIN, new=True)
    with pytest.raises(WrongState, match=r"organization\.closed"):
        import_list(db, uuid4(), provider, [row_of("a")], dry_run=True)


def test_a_product_in_a_unit_that_is_off_can_only_be_switched_off(db: Database, provider: int) -> None:
    facts = issuers.IssuerFacts("Off coin", "o", "", 5, ())
    unit = issuers.create(db, issuers.NewIssuer(uuid4(), "OFFCOIN", 2, "bonus", facts))
    product = replace(PLAIN, issuer="OFFCOIN")
    products.save(db, uuid4(), provider, product, new=True)
    issuers.switch(db, uuid4(), unit, active=False)
    with pytest.raises(Invalid, match=r"product\.issuer_unknown"):
        products.save(db, uuid4(), provider, replace(product, price=1), new=False)
    products.save(db, uuid4(), provider, replace(product, active=False), new=False)


# --- reading a file ------------------------------------------------------------------------------------


def read(folder: Path, content: str | bytes, name: str = "list.csv") -> Parsed:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_list(path, SCALES)


ROW = {
    "line": 2, "code": "tv-1", "name": "Television", "issuer": "EUR", "price": 12_50, "price_from": None,
    "price_to": None, "fixed": 0, "percent": "0", "active": True,
}  # fmt: skip
GOOD: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    "commas": ("code,name,currency,price\ntv-1,Television,EUR,12.50\n", {}),
    "semicolons": ("code;name;currency;price\ntv-1;Television;EUR;12.50\n", {}),
    "a mark of the byte order": (b"\xef\xbb\xbfcode,name,currency,price\ntv-1,Television,EUR,12.5\n", {}),
    "line ends of Windows": ("code,name,currency,price\r\ntv-1,Television,EUR,12.50\r\n", {}),
    "quotes and a comma": ('code,name,currency,price\ntv-1,"TV, all of it",EUR,12.50', {"name": "TV, all of it"}),
    "columns in capitals, another order": ("Price,CURRENCY,Name,Code\n12.50,eur,Television,tv-1\n", {}),
    "empty lines": ("code,name,currency,price\n\n\ntv-1,Television,EUR,12.50\n\n", {"line": 4}),
    "all columns": (
        "code,name,currency,price,price_from,price_to,percent,fixed,active\ntv-1,Television,EUR,,1,9.99,2.5,0.30,no\n",
        {"price": None, "price_from": 100, "price_to": 999, "percent": "2.5", "fixed": 30, "active": False},
    ),
    "no digits after the point": (
        "code,name,currency,price\ntv-1,Television,BONUS,12\n", {"issuer": "BONUS", "price": 12}
    ),
    "eight of them": (
        "code,name,currency,price\ntv-1,Television,FINE,0.00000001\n", {"issuer": "FINE", "price": 1}
    ),
    "zeros that say nothing": ("code,name,currency,price\ntv-1,Television,EUR,12.500000\n", {}),
    "the largest amount": (
        "code,name,currency,price\ntv-1,Television,EUR,10000000000000.00\n", {"price": 10**15}
    ),
    "more than a float can tell apart": (
        "code,name,currency,price\ntv-1,Television,EUR,9007199254740.93\n", {"price": 900719925474093}
    ),
    "a formula for a name, which exports make harmless": (
        "code,name,currency,price\ntv-1,=1+1,EUR,12.50\n", {"name": "=1+1"}
    ),
    "JSON": ('[{"code": "tv-1", "name": "Television", "currency": "EUR", "price": "12.50"}]', {"line": 1}),
    "JSON with a number": ('[{"code": "tv-1", "name": "Television", "currency": "EUR", "price": 12.5}]', {"line": 1}),
    "JSON with a long number": (
        '[{"code": "tv-1", "name": "Television", "currency": "EUR", "price": 9007199254740.93}]',
        {"line": 1, "price": 900719925474093},
    ),
    "JSON with null and false": (
        '[{"code": "tv-1", "name": "Television", "currency": "EUR", "price": 12.50, "fixed": null, "active": false}]',
        {"line": 1, "active": False},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_list_is_read(tmp_path: Path, name: str) -> None:
    content, different = GOOD[name]
    parsed = read(tmp_path, content)
    assert parsed.errors == ()
    assert parsed.rows == ({**ROW, **different},)
    assert all(not isinstance(value, float) for value in parsed.rows[0].values())


def fault(field: str, key: str, line: int = 2) -> tuple[LineError, ...]:
    return (LineError(line, field, f"product.{key}"),)


def csv_line(**cells: str) -> str:
    plain = {
        "code": "a",
        "name": "A",
        "currency": "EUR",
        "price": "1",
        "percent": "",
        "fixed": "",
        "active": "",
    }
    return ",".join(plain) + "\n" + ",".join((plain | cells).values()) + "\n"


LINES: dict[str, tuple[str | bytes, tuple[LineError, ...]]] = {
    "an amount of 10^30": (csv_line(price="1" + "0" * 30), fault("price", "amount_invalid")),
    "just above the largest": (csv_line(price="10000000000000.01"), fault("price", "amount_invalid")),
    "below nothing": (csv_line(price="-5"), fault("price", "amount_invalid")),
    "with an exponent": (csv_line(price="1e3"), fault("price", "amount_invalid")),
    "an enormous exponent": (csv_line(price="1e999999999"), fault("price", "amount_invalid")),
    "not a number": (csv_line(price="NaN"), fault("price", "amount_invalid")),
    "without end": (csv_line(price="Infinity"), fault("price", "amount_invalid")),
    "hexadecimal": (csv_line(price="0x10"), fault("price", "amount_invalid")),
    "with underscores": (csv_line(price="1_000"), fault("price", "amount_invalid")),
    "in Arabic digits": (csv_line(price="١٢"), fault("price", "amount_invalid")),
    "with a decimal comma": (csv_line(price='"12,50"'), fault("price", "amount_invalid")),
    "with a sign of the currency": (csv_line(price="€5"), fault("price", "amount_invalid")),
    "too many digits": (csv_line(price="1.005"), fault("price", "amount_digits")),
    "too many digits, far behind": (csv_line(price="1." + "0" * 15 + "1"), fault("price", "amount_digits")),
    "a formula for an amount": (csv_line(price="=2*3"), fault("price", "amount_invalid")),
    "an unknown currency": (csv_line(currency="XXX"), fault("currency", "issuer_unknown")),
    "no currency": (csv_line(currency=""), fault("currency", "issuer_unknown")),
    "a percentage above all": (csv_line(percent="101"), fault("percent", "percent_invalid")),
    "a percentage in an exponent": (csv_line(percent="1e1"), fault("percent", "percent_invalid")),
    "a percentage with its sign": (csv_line(percent="5%"), fault("percent", "percent_invalid")),
    "perhaps": (csv_line(active="perhaps"), fault("active", "active_invalid")),
    "an escape in a name": (csv_line(name="a\x1b[31mb"), fault("line", "field_unclean")),
    "a NUL in a name": (csv_line(name="a\0b"), fault("line", "field_unclean")),
    "an endless name": (csv_line(name="x" * 1001), fault("line", "field_long")),
    "a line of 10 MB": (csv_line(name="x" * 10_000_000), fault("line", "field_long")),
    "a quote that nobody closes": (
        'code,name,currency\na,"A,EUR\n' + "b,B,EUR\n" * 5000, fault("line", "line_columns")
    ),
    "too few cells": ("code,name,currency\na,A\n", fault("line", "line_columns")),
    "too many cells": ("code,name,currency\na,A,EUR,1,2\n", fault("line", "line_columns")),
    "a line over several, then a bad one": (
        'code,name,currency,price\na,"A\nB\nC",EUR,1\nb,B,EUR,x\n', fault("price", "amount_invalid", 5),
    ),
    "two faults in one line": (
        csv_line(price="x", fixed="y"), fault("price", "amount_invalid") + fault("fixed", "amount_invalid")
    ),
    "JSON: not an object": ("[1]", fault("line", "line_columns", 1)),
    "JSON: an unknown name": ('[{"code": "a", "cost": 1}]', fault("line", "line_columns", 1)),
    "JSON: a list within": ('[{"code": ["a"]}]', fault("line", "line_columns", 1)),
    "JSON: half a letter": (
        '[{"code": "a", "name": "\\ud800", "currency": "EUR"}]', fault("line", "field_unclean", 1)
    ),
    "JSON: not a number": (
        '[{"code": "a", "name": "A", "currency": "EUR", "price": NaN}]', fault("price", "amount_invalid", 1)
    ),
    "JSON: true for an amount": (
        '[{"code": "a", "name": "A", "currency": "EUR", "price": true}]', fault("price", "amount_invalid", 1)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_bad_line_is_named(tmp_path: Path, name: str) -> None:
    content, errors = LINES[name]
    parsed = read(tmp_path, content)
    assert parsed.errors == errors
    assert all(row["line"] not in {each.line for each in errors} for row in parsed.rows)
    for error in parsed.errors:
        assert texts.has(f"error.{error.key}")


FILES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "file_columns"),
    "not UTF-8": (b"code,name,currency\na,\xff\xfe,EUR\n", "file_not_utf8"),
    "UTF-16": ("code,name,currency\n".encode("utf-16"), "file_not_utf8"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "file_not_utf8"),
    "no code": (b"name,currency\nA,EUR\n", "file_columns"),
    "an unknown column": (b"code,name,currency,colour\na,A,EUR,red\n", "file_columns"),
    "one column twice": (b"code,name,currency,name\na,A,EUR,B\n", "file_columns"),
    "tabs": (b"code\tname\tcurrency\na\tA\tEUR\n", "file_columns"),
    "JSON cut off": (b'[{"code": "a"', "file_json"),
    "JSON that is one object": (b'{"code": "a", "name": "A", "currency": "EUR"}', "file_json"),
    "a bomb of JSON": (b"[" * 200_000, "file_json"),
    "a bomb of JSON objects": (b'{"a":' * 200_000, "file_json"),
    "more lines than may be": (b"code,name,currency\n" + b"a,A,EUR\n" * 200_001, "list_size"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, name: str) -> None:
    content, key = FILES[name]
    with pytest.raises(Invalid) as refused:
        read(tmp_path, content)
    assert refused.value.key == f"product.{key}"
    texts.explain(refused.value)


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "nothing", tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(Invalid, match=r"product\.file_unreadable"):
            read_list(path, SCALES)
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(Invalid, match=r"product\.file_large"):
        read_list(large, SCALES)


# --- taking a list -------------------------------------------------------------------------------------


def row_of(code: str, **different: Any) -> dict[str, Any]:
    return {**ROW, "code": code, "name": f"Product {code}", **different}


def numbered(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "line": line} for line, row in enumerate(rows, 2)]


def test_a_dry_run_reports_what_the_real_one_does_and_changes_nothing(
    books: Books, db: Database, provider: int
) -> None:
    first = numbered(row_of("a"), row_of("b"), row_of("c"), row_of("d", active=False))
    assert import_list(db, uuid4(), provider, first, dry_run=False) == ImportReport(4, 0, 0, 0, 0, ())
    second = numbered(row_of("a"), row_of("b", price=99), row_of("e"))
    before = snapshot(books, provider)
    logged = books.one("select count(*) from vault.log where what = 'products.import'")
    for missing, off in ((False, 0), (True, 1)):
        tried = import_list(db, uuid4(), provider, second, switch_off_missing=missing, dry_run=True)
        assert tried == ImportReport(1, 1, 1, off, 0, ())
        assert snapshot(books, provider) == before
    assert books.one("select count(*) from vault.log where what = 'products.import'") == logged
    key = uuid4()
    done = import_list(db, key, provider, second, dry_run=False)
    assert done == ImportReport(1, 1, 1, 0, 0, ())
    assert import_list(db, key, provider, second, dry_run=False) == done, "the same key does it once"
    rows = listed(db, provider)
    assert {code: (row.price, row.active) for code, row in rows.items()} == {
        "a": (12_50, True), "b": (99, True), "c": (12_50, True), "d": (12_50, False), "e": (12_50, True)
    }  # fmt: skip
    done = import_list(db, uuid4(), provider, second, switch_off_missing=True, dry_run=False)
    assert done == ImportReport(0, 0, 3, 1, 0, ())
    assert {code for code, row in listed(db, provider).items() if not row.active} == {"c", "d"}


def test_only_what_changed_is_written(books: Books, db: Database, provider: int) -> None:
    rows = numbered(row_of("a"), row_of("b"))
    import_list(db, uuid4(), provider, rows, dry_run=False)
    before = snapshot(books, provider)
    import_list(db, uuid4(), provider, rows, dry_run=False)
    assert snapshot(books, provider) == before


def test_any_fault_and_nothing_changes(books: Books, db: Database, provider: int) -> None:
    import_list(db, uuid4(), provider, numbered(row_of("a")), dry_run=False)
    before = snapshot(books, provider)
    bad = numbered(
        row_of("a", price=1),
        row_of("b"),
        row_of("c", price=0),
        row_of("b", price=5),
        row_of("x y"),
        row_of("d"),
    )
    faults = (
        LineError(3, "code", "product.code_twice", {"other": 5}),
        LineError(4, "price", "product.price_invalid"),
        LineError(5, "code", "product.code_twice", {"other": 3}),
        LineError(6, "code", "product.code_invalid"),
    )
    for dry_run in (True, False):
        found = import_list(db, uuid4(), provider, bad, switch_off_missing=True, dry_run=dry_run)
        assert found == ImportReport(0, 0, 0, 0, 4, faults)
        assert snapshot(books, provider) == before
    sizes: list[list[dict[str, Any]]] = [[], [{}] * 200_001]
    for size in sizes:
        with pytest.raises(Invalid, match=r"product\.list_size"):
            import_list(db, uuid4(), provider, size, dry_run=True)


def test_another_providers_products_are_left_alone(books: Books, db: Database, provider: int) -> None:
    other = organization(db, "provider")
    import_list(db, uuid4(), other, numbered(row_of("a"), row_of("z")), dry_run=False)
    before = snapshot(books, other)
    import_list(db, uuid4(), provider, numbered(row_of("a", price=3)), switch_off_missing=True, dry_run=False)
    assert snapshot(books, other) == before


def test_two_lists_at_once_leave_one_whole_list(books: Books, db: Database, provider: int) -> None:
    second = books.db(books.world.make_staff("administrator"))
    for turn in range(10):
        answers = at_once(
            *[
                lambda who=who, price=price: import_list(
                    who, uuid4(), provider, numbered(*[row_of(f"p{n}", price=price) for n in range(200)]), dry_run=False
                )
                for who, price in ((db, turn * 2 + 1), (second, turn * 2 + 2))
            ]
        )  # fmt: skip
        assert not [each for each in answers if isinstance(each, BocliError)]
        assert len({row.price for row in listed(db, provider).values()}) == 1


def test_a_hundred_thousand_lines_with_bad_ones_take_seconds(
    books: Books, db: Database, provider: int, tmp_path: Path
) -> None:
    """Measured: how long is printed with -s; what is asserted leaves room for a slow machine."""
    chance = random.Random(3)
    lines = [
        f"code-{n},Product number {n} of the provider,EUR,{n % 900 + 1}.{n % 100:02d},,,1.5,0.10,yes"
        for n in range(100_000)
    ]
    good = "code,name,currency,price,price_from,price_to,percent,fixed,active\n" + "\n".join(lines)
    bad = set(chance.sample(range(100_000), 300))
    worse = good.split("\n")
    for n in bad:
        worse[n + 1] = (
            worse[n + 1].replace(",EUR,", ",EUR,x", 1) if n % 2 else worse[n + 1].replace("code-", "code ", 1)
        )
    began = time.monotonic()
    parsed = read(tmp_path, "\n".join(worse))
    report = import_list(db, uuid4(), provider, parsed.rows, dry_run=True)
    told = time.monotonic() - began
    assert {each.line for each in (*parsed.errors, *report.errors)} == {n + 2 for n in bad}
    assert snapshot(books, provider) is None
    began = time.monotonic()
    parsed = read(tmp_path, good)
    assert import_list(db, uuid4(), provider, parsed.rows, dry_run=True).added == 100_000
    tried = time.monotonic() - began
    began = time.monotonic()
    assert import_list(db, uuid4(), provider, parsed.rows, dry_run=False) == ImportReport(
        100_000, 0, 0, 0, 0, ()
    )
    taken = time.monotonic() - began
    began = time.monotonic()
    assert import_list(db, uuid4(), provider, parsed.rows[1:], switch_off_missing=True, dry_run=False) == (
        ImportReport(0, 0, 99_999, 1, 0, ())
    )
    again = time.monotonic() - began
    print(f"\nbad lines told in {told:.1f} s, tried {tried:.1f} s, taken {taken:.1f} s, again {again:.1f} s")
    assert max(told, tried, taken, again) < 30


def test_a_list_is_json_to_the_last_letter(tmp_path: Path, db: Database, provider: int) -> None:
    """What CSV and JSON say of the same products is the same."""
    names = ["Ünïcode", "=1+1", 'quo"te', "semi;colon", "ar قناة", "日本"]
    objects = [
        {"code": f"c{n}", "name": name, "currency": "EUR", "price": f"{n + 1}.50"}
        for n, name in enumerate(names)
    ]
    import csv
    import io

    out = io.StringIO()
    writer = csv.DictWriter(out, ["code", "name", "currency", "price"])
    writer.writeheader()
    writer.writerows(objects)
    one = read(tmp_path, out.getvalue())
    other = read(tmp_path, json.dumps(objects), "list.json")
    assert [{**row, "line": 0} for row in one.rows] == [{**row, "line": 0} for row in other.rows]
    assert one.digest != other.digest
    import_list(db, uuid4(), provider, one.rows, dry_run=False)
    assert [row.name for _, row in sorted(listed(db, provider).items())] == names


@pytest.mark.parametrize("role", ["cfo", "cashier", "accountant", "compliance"])
def test_others_change_no_products(books: Books, provider: int, role: str) -> None:
    db = books.db(books.world.make_staff(role))
    for act in (
        lambda: products.save(db, uuid4(), provider, PLAIN, new=True),
        lambda: import_list(db, uuid4(), provider, [row_of("a")], dry_run=True),
    ):
        with pytest.raises(NotAllowed):
            act()
