"""What payment front ends hand in: every kind of line, what refuses one, and that nothing is done twice."""

from __future__ import annotations

import base64
import io
import itertools
import json
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from core import errors, intake
from core.db import Database
from core.intake import Line, Result, read_lines
from core.intake.lines import LONGEST
from core.intake.order import Window, names_of
from tests.front import Front
from tests.traffic import Traffic
from tests.world import World

IBAN = "DE89370400440532013000"
PDF = base64.b64encode(b"%PDF-1.7 a passport").decode()
Body = dict[str, Any]


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def db(front: Front) -> Database:
    return front.world.as_staff(front.intake)


def key() -> str:
    return str(uuid4())


def email() -> str:
    return f"c{uuid4().hex[:12]}@front.example"


def sign_up(**more: Any) -> Body:
    phone = f"+380{random.randint(10**8, 10**9 - 1)}"
    return {
        "key": key(), "do": "client", "name": "Front Example", "email": email(), "phone": phone,
        "time_zone": "Europe/Kyiv", "kind": "individual", "coins": ["EUR", "USD", "BONUS"],
    } | more  # fmt: skip


def take(db: Database, *bodies: Any, **words: Any) -> list[Result]:
    return list(intake.take(db, bodies, **words))


def statuses(found: list[Result]) -> list[str]:
    return [each.status if each.reason is None else each.reason for each in found]


def done(found: Result) -> Body:
    """What the database answered of a line that was done."""
    assert found.status == "done", found
    return found.facts


# --- each kind -----------------------------------------------------------------------------------------


def test_a_client_signs_up_with_wallets_and_is_found_by_the_log(front: Front, db: Database) -> None:
    body = sign_up(language="uk", name="  Олена   Приклад ")
    (found,) = take(db, body)
    assert done(found)
    assert set(found.facts["coins"]) == {"EUR", "USD", "BONUS"}
    made = front.one(
        "select array[name, email, phone, time_zone, language, kind, identification] from book.client where id = %s",
        found.facts["client_id"],
    )
    assert made == ["Олена Приклад", body["email"], body["phone"], "Europe/Kyiv", "uk", "individual", "none"]
    logged = front.one(
        "select jsonb_build_object('stream', stream, 'after', after) from vault.log "
        "where what = 'client.add' and entity_id = %s",
        str(found.facts["client_id"]),
    )
    assert logged["stream"] == f"intake:{front.intake.id}"
    assert logged["after"]["email"] == body["email"]
    assert logged["after"]["coins"] == found.facts["coins"]


def test_a_merchant_belongs_to_an_organization_and_takes_payments(front: Front, db: Database) -> None:
    shop = f"Shop {uuid4()}"
    front.one(
        "insert into book.organization (name, kind) values (%s, 'merchant') returning id::text || kind", shop
    )
    (found,) = take(db, sign_up(kind="merchant", organization=shop))
    assert found.status == "done"
    assert front.one(
        "select array[m.kind, o.name, min(c.kind), max(c.kind)] from book.client m join book.organization o "
        "on o.id = m.organization_id join book.coin c on c.client_id = m.id where m.id = %s group by m.kind, o.name",
        found.facts["client_id"],
    ) == ["business", shop, "merchant", "merchant"]
    assert statuses(take(db, sign_up(organization="Nobody"))) == ["intake.organization_not_found"]
    front.admin.execute("update book.organization set state = 'suspended' where name = %s", (shop,))
    assert statuses(take(db, sign_up(organization=shop))) == ["intake.organization_not_active"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": "a\u202eb"}, "client.name_invalid"),
        ({"email": "nobody"}, "client.email_invalid"),
        ({"phone": "none"}, "client.phone_invalid"),
        ({"time_zone": "Europe/Nowhere"}, "client.time_zone_unknown"),
        ({"language": "UK"}, "client.language_unknown"),
        ({"coins": ["EUR", "XXX"]}, "issuer.not_found"),
    ],
)
def test_a_bad_sign_up_leaves_nothing_behind(front: Front, db: Database, wrong: Body, reason: str) -> None:
    good, bad, other = sign_up(), sign_up(**wrong), sign_up()
    assert statuses(take(db, good, bad, other)) == ["done", reason, "done"]
    assert front.one("select count(*) from book.client where email = %s", bad["email"]) == 0
    assert front.one("select count(*) from vault.request_key where key = %s", bad["key"]) == 0


def test_an_email_and_a_phone_serve_once(db: Database) -> None:
    first = sign_up()
    found = take(db, first, sign_up(email=first["email"].upper()), sign_up(phone=first["phone"]))
    assert statuses(found) == ["done", "client.email_taken", "client.phone_taken"]


def test_every_kind_of_operation_in_one_chunk(front: Front, db: Database) -> None:
    office = front.office("0.9")
    a, b, shop = (sign_up() for _ in range(3))
    shop |= {"kind": "merchant"}
    assert statuses(take(db, a, b, shop)) == ["done"] * 3
    for each in (a, b):
        for issuer in ("EUR", "USD"):
            coin = front.one(
                "select c.serial from book.coin c join book.client m on m.id = c.client_id join book.issuer i "
                "on i.id = c.issuer_id where m.email = %s and i.code = %s",
                each["email"],
                issuer,
            )
            front.match(coin, "1000.00", issuer)
    front.admin.execute("update book.client set identification = 'approved' where email = %s", (a["email"],))

    def coin(of: Body, issuer: str = "EUR") -> str:
        return f"{of['email']}/{issuer}"

    keys = {name: key() for name in ("pay", "hold", "hold 2", "quote", "redeem", "transfer")}
    lines: list[Body] = [
        {"key": keys["transfer"], "do": "transfer", "from": coin(a), "to": coin(b), "amount": "10.00"},
        {"key": keys["pay"], "do": "payment", "from": coin(a), "to": coin(shop), "amount": "20.00"},
        {"key": key(), "do": "bonus_issue", "to": coin(b, "BONUS"), "amount": "50"},
        {"key": keys["quote"], "do": "quote", "office": office.id, "from": "USD", "to": "EUR", "amount": "10"},
        {"key": key(), "do": "exchange", "from": coin(a, "USD"), "to": coin(a), "quote": keys["quote"]},
        {"key": key(), "do": "mass_payment", "from": coin(a), "items": [
            {"to": coin(b), "amount": "1.00"}, {"to": coin(shop), "amount": "2.00"}]},
        {"key": keys["hold"], "do": "hold", "from": coin(b), "to": coin(shop), "amount": "30.00"},
        {"key": key(), "do": "capture", "of": keys["hold"], "amount": "20.00"},
        {"key": keys["hold 2"], "do": "hold", "from": coin(b), "to": coin(shop), "amount": "5.00"},
        {"key": key(), "do": "release", "of": keys["hold 2"]},
        {"key": key(), "do": "refund", "of": keys["pay"], "amount": "5.00", "note": "one came back"},
        {"key": key(), "do": "reversal", "of": keys["transfer"]},
        {"key": keys["redeem"], "do": "cash_redeem", "from": coin(a), "amount": "40.00"},
        {"key": key(), "do": "redeem_cancel", "of": keys["redeem"]},
        {"key": key(), "do": "bank_redeem", "from": coin(a), "amount": "50.00", "iban": IBAN, "payee": "A B"},
    ]  # fmt: skip
    # What waits as an application has a test of its own.
    assert set(intake.OPERATIONS) - {"application_withdraw"} <= {line["do"] for line in lines}
    found = take(db, *lines)
    assert [(line["do"], each.status, each.reason) for line, each in zip(lines, found, strict=True)] == [
        (line["do"], "done", None) for line in lines
    ]
    assert take(db, *lines) == [
        Result(each.line, each.key, "repeated", {**each.facts, "first": "done"}) for each in found
    ]


def test_a_document_is_kept_as_it_came(front: Front, db: Database) -> None:
    client = front.client()
    body = {
        "key": key(), "do": "document", "client": client.email.upper(), "kind": "passport", "number": "AB 12",
        "valid_until": "2031-02-28", "file_name": "passport.pdf", "media_type": "application/pdf", "content": PDF,
    }  # fmt: skip
    found = take(db, body, body | {"key": key(), "kind": "other"})
    assert statuses(found) == ["done", "done"]
    row = front.admin.execute(
        "select client_id, kind, number, valid_until::text, file_name, content from book.document where id = %s",
        (found[0].facts["document_id"],),
    ).fetchone()
    assert row == (client.id, "passport", "AB 12", "2031-02-28", "passport.pdf", base64.b64decode(PDF))
    logged = front.one(
        "select after from vault.log where what = 'document.add' and entity_id = %s",
        str(found[0].facts["document_id"]),
    )
    assert logged["sha256"] == found[0].facts["sha256"]
    assert "content" not in logged


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"client": "nobody@front.example"}, "intake.client_not_found"),
        ({"content": "not base64!"}, "intake.not_base64"),
        ({"content": "===="}, "intake.not_base64"),
        ({"content": base64.b64encode(b"%PDF-" + b"x" * 5 * 2**20).decode()}, "intake.document_size"),
        ({"media_type": "image/png"}, "intake.not_media"),
        ({"media_type": "text/html"}, "intake.field_wrong"),
        ({"file_name": "../passport.pdf"}, "intake.file_name"),
        ({"file_name": "a\x1b[2Jb.pdf"}, "intake.file_name"),
        ({"valid_until": "2031-02-29"}, "intake.field_wrong"),
        ({"kind": "selfie"}, "intake.field_wrong"),
        ({"number": "1\u200b2"}, "intake.field_wrong"),
    ],
)
def test_what_refuses_a_document(front: Front, db: Database, wrong: Body, reason: str) -> None:
    body = {
        "key": key(), "do": "document", "client": front.client().email, "kind": "passport",
        "file_name": "passport.pdf", "media_type": "application/pdf", "content": PDF,
    }  # fmt: skip
    before = front.one("select count(*) from book.document")
    assert statuses(take(db, body | wrong)) == [reason]
    assert front.one("select count(*) from book.document") == before


def test_a_ticket_with_its_operation(front: Front, db: Database) -> None:
    a, b = front.client(), front.client()
    front.fund(a, "100.00")
    pay = {"key": key(), "do": "transfer", "from": a.serials["EUR"], "to": b.serials["EUR"], "amount": "1.00"}
    ticket = {
        "key": key(),
        "do": "ticket",
        "client": b.email,
        "subject": "Where is it?",
        "text": "One\n\tTwo\n",
    }
    found = take(db, pay, ticket | {"operation": pay["key"]}, ticket | {"key": key()})
    assert statuses(found) == ["done"] * 3
    number = found[0].facts["operation_id"]
    row = front.admin.execute(
        "select t.client_id, t.subject, t.state, t.operation_id, m.text, m.staff_id from book.ticket t "
        "join book.ticket_message m on m.ticket_id = t.id where t.id = %s",
        (found[1].facts["ticket_id"],),
    ).fetchone()
    assert row == (b.id, "Where is it?", "new", number, "One\n\tTwo", None)
    stranger = front.client()
    wrong = [
        ticket | {"key": key(), "client": stranger.email, "operation": number},
        ticket | {"key": key(), "operation": key()},
        ticket | {"key": key(), "operation": 999_999_999},
        ticket | {"key": key(), "subject": " \u00a0"},
        ticket | {"key": key(), "text": "a\u202eb"},
        ticket | {"key": key(), "client": "nobody@front.example"},
    ]
    assert statuses(take(db, *wrong)) == [
        *["intake.operation_not_found"] * 3,
        *["intake.field_wrong"] * 2,
        "intake.client_not_found",
    ]


def test_a_quote_is_an_offer_of_the_office(front: Front, db: Database) -> None:
    office = front.office("0.9")
    body = {"key": key(), "do": "quote", "office": office.id, "from": "USD", "to": "EUR", "amount": "100.01"}
    found = take(db, body, body | {"key": key(), "amount": "0"}, body | {"key": key(), "amount": "1.001"},
                 body | {"key": key(), "office": 999}, body | {"key": key(), "from": "XXX"},
                 body | {"key": key(), "to": "BONUS"})  # fmt: skip
    assert statuses(found) == [
        "done", "amount.zero", "amount.too_many_digits", "office.not_found", "term.issuer_unknown", "rate.missing",
    ]  # fmt: skip
    assert (found[0].facts["amount_from"], found[0].facts["amount_to"]) == (10001, 9000)
    assert found[0].facts["quote_id"] == body["key"]


def test_devices_are_counted_once_a_line(front: Front, db: Database) -> None:
    a, b = front.client(), front.client()
    front.fund(a, "100.00")
    line = {"do": "transfer", "from": a.serials["EUR"], "to": b.serials["EUR"], "device": "phone 1"}
    bodies = [line | {"key": key(), "amount": amount} for amount in ("1.00", "2.00", "9999.00")]
    other = line | {"key": key(), "amount": "1.00", "device": "phone 2"}
    take(db, *bodies, other)
    take(db, *bodies)
    rows = front.admin.execute(
        "select device, pieces from book.client_device where client_id = %s order by device", (a.id,)
    ).fetchall()
    assert rows == [("phone 1", 2), ("phone 2", 1)]


def test_what_breaks_a_limit_waits_as_an_application(front: Front, db: Database) -> None:
    version = front.contract(f"Tight {uuid4()}")
    front.term(version, "transfer", "EUR", percent="0")
    front.limit(version, "transfer", "EUR", "day", amount=1500)
    a, b = front.client(), front.client()
    front.fund(a, "100.00")
    front.assign_contract(a, version)
    line = {"do": "transfer", "from": a.serials["EUR"], "to": b.serials["EUR"], "amount": "10.00"}
    bodies = [line | {"key": key()} for _ in range(2)]
    found = take(db, *bodies)
    assert statuses(found) == ["done", "limited"]
    again = take(db, *bodies)
    assert statuses(again) == ["repeated", "repeated"]
    assert again[1].facts["application_id"] == found[1].facts["application_id"]


def test_what_waits_as_an_application_is_taken_back(front: Front, db: Database) -> None:
    version = front.contract(f"Tight {uuid4()}")
    front.term(version, "transfer", "EUR", percent="2")
    front.limit(version, "transfer", "EUR", "day", amount=1500)
    a, b = front.client(), front.client()
    front.fund(a, "100.00")
    front.assign_contract(a, version)
    line = {"do": "transfer", "from": a.serials["EUR"], "to": b.serials["EUR"], "amount": "10.00"}
    bodies = [line | {"key": key()} for _ in range(3)]
    # In the same chunk as what it takes back, too.
    back = [{"key": key(), "do": "application_withdraw", "of": each["key"]} for each in bodies]
    had = front.has(a)
    found = take(db, *bodies, *back[:2])
    assert statuses(found) == ["done", "limited", "limited", "application.not_found", "done"]
    assert (front.has(a), front.held(a)) == (had - 10_20 - 10_20, 10_20)
    later = take(db, back[2], back[1], back[1] | {"key": key()})
    assert statuses(later) == ["done", "repeated", "application.wrong_state"]
    assert (front.has(a), front.held(a)) == (had - 10_20, 0)
    states = front.one(
        "select array_agg(state) from book.application where request_key = any (%s)",
        [UUID(str(each["key"])) for each in bodies],
    )
    assert states == ["withdrawn", "withdrawn"]


# --- what a line must be -------------------------------------------------------------------------------

#: A right line of every kind, with every field that it may have. It need not be possible.
EXAMPLES: dict[str, Body] = {
    "client": sign_up(language="uk", organization="X"),
    "quote": {"key": key(), "do": "quote", "office": 7, "from": "USD", "to": "EUR", "amount": "10"},
    "document": {
        "key": key(), "do": "document", "client": "a@b.example", "kind": "passport", "number": "1",
        "valid_until": "2031-02-28", "file_name": "a.pdf", "media_type": "application/pdf", "content": PDF,
    },
    "ticket": {
        "key": key(), "do": "ticket", "client": "a@b.example", "subject": "s", "text": "t", "operation": 5,
    },
}  # fmt: skip
_VALUES: Body = {
    "from": "a@b.example/EUR", "to": "400000000556", "amount": "12.50", "of": key(), "quote": key(), "iban": IBAN,
    "payee": "A B", "items": [{"to": "a@b.example/EUR", "amount": "1"}], "note": "", "device": "d",
}  # fmt: skip
for _kind in intake.OPERATIONS:
    _fields = intake.SCHEMA["$defs"][_kind]["properties"]
    EXAMPLES[_kind] = {"key": key(), "do": _kind} | {
        name: value for name, value in _VALUES.items() if name in _fields
    }


def test_there_is_a_full_example_of_every_kind() -> None:
    assert set(EXAMPLES) == set(intake.KINDS)
    for kind, body in EXAMPLES.items():
        assert set(body) == set(intake.SCHEMA["$defs"][kind]["properties"])
        assert intake.check(body) is None, kind


def test_the_database_and_the_schema_have_the_same_fields(front: Front) -> None:
    rows = front.admin.execute(
        "select act, field, required, longest, type, choices from rule.intake_fields()"
    ).fetchall()
    assert len(rows) == len({(act, field) for act, field, *_ in rows})
    told = {(act, field): (required, longest) for act, field, required, longest, *_ in rows}
    assert {act for act, _ in told} == set(intake.KINDS)
    for kind in intake.KINDS:
        schema = intake.SCHEMA["$defs"][kind]
        assert {field for act, field in told if act == kind} == set(schema["properties"])
        assert {field for (act, field), (required, _) in told.items() if act == kind and required} == set(
            schema["required"]
        )
    parts = intake.SCHEMA["$defs"]
    for act, field, _required, longest, kind, choices in rows:
        schema = parts[act]["properties"][field]
        if "$ref" in schema:
            schema = parts[schema["$ref"].rpartition("/")[2]]
        if kind == "choice":
            assert schema == {"enum": choices}
        elif field != "do" and longest is not None:
            assert longest == schema.get("maxLength", schema.get("maxItems")), (act, field)


def mutations(body: Body) -> Iterator[Body]:
    """A right line made wrong, or other, in one place."""
    for name in body:
        if name != "do":
            yield {each: value for each, value in body.items() if each != name}
            for value in (
                "",
                None,
                True,
                0,
                1,
                -1,
                1.5,
                10**30,
                [],
                {},
                ["x"],
                {"x": 1},
                "x" * 9000,
                " ",
                "É\u0301",
            ):
                yield body | {name: value}
    yield body | {"minor": 100}
    yield body | {"\u202eamount": "1"}


def test_the_database_refuses_what_the_schema_refuses(front: Front, world: World) -> None:
    """Each line with one thing wrong, past the program: what of the schema the database itself says, and as it does."""
    lines = [changed for body in EXAMPLES.values() for changed in mutations(body)]
    lines += [{"do": kind} for kind in ("bank_top_up", "", None, 5, ["transfer"], "Transfer")] + [
        {},
        {"key": key()},
    ]
    found = front.rule(
        "(select jsonb_object_agg(f.n, f.refusal) from intake_faults(%s::jsonb[]) as f)",
        list(map(json.dumps, lines)),
    )
    # What the rule of a kind looks at, not the shape: the schema says more of these than `intake_faults`.
    later = {"from", "to", "amount", "items.0.to", "items.0.amount", "file_name", "language"}
    faults = [intake.check(line) for line in lines]
    assert sum(fault is not None for fault in faults) > 1000
    assert sum(fault is None for fault in faults) > 50
    for n, (line, fault) in enumerate(zip(lines, faults, strict=True), 1):
        said = found.get(str(n))
        if fault is None:
            assert said is None, (line, said)
        elif said is None:
            assert fault.params["field"] in later, (line, fault)
        else:
            assert (said["key"], said["params"]) == (fault.key, fault.params), line


def test_what_is_no_line_at_all_is_refused_past_the_program(front: Front) -> None:
    with front.world.raw(front.intake) as raw:
        answers = raw.execute(
            "select api.intake_take(%s::jsonb)", ('[1, null, "x", [], {}, {"do": 5}, {"do": "bank_top_up"}]',)
        ).fetchone()
        assert answers is not None
        assert [(each["status"], each["key"]) for each in answers[0]] == [
            *[("refused", "intake.not_object")] * 4,
            ("refused", "intake.field_missing"),
            *[("refused", "intake.kind_unknown")] * 2,
        ]
        for whole in ("null", "{}", "[]", '"x"', "5", json.dumps([{}] * 5001)):
            row = raw.execute("select api.intake_take(%s::jsonb)", (whole,)).fetchone()
            assert row is not None
            assert row[0]["refused"]["key"] == "intake.lines"
        assert raw.execute("select api.intake_take(null)").fetchone() is not None


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("0.001", "amount.too_many_digits"), ("0", "amount.zero"), ("0.00", "amount.zero"), ("-1", "amount.negative"),
        ("1e3", "amount.not_number"), ("1,5", "amount.not_number"), ("٣", "amount.not_number"),
        ("NaN", "amount.not_number"), ("1" + "0" * 30, "amount.too_large"), ("9999999999999999", "amount.too_large"),
        (10, "intake.field_wrong"), (10**30, "intake.field_wrong"), (1.5, "intake.field_wrong"),
        (None, "intake.field_wrong"), ("1" * 41, "intake.field_wrong"),
    ],
)  # fmt: skip
def test_an_amount_is_a_decimal_of_the_units_scale(
    front: Front, db: Database, amount: Any, reason: str
) -> None:
    a, b = front.client(), front.client()
    line = {"do": "transfer", "from": a.serials["EUR"], "to": b.serials["EUR"]}
    assert statuses(take(db, line | {"key": key(), "amount": amount})) == [reason]


def test_a_bad_line_stops_no_other(front: Front, db: Database) -> None:
    a, b = front.client(), front.client()
    front.fund(a, "100.00")
    good = {"do": "transfer", "from": a.serials["EUR"], "to": b.serials["EUR"], "amount": "1.00"}
    bad: list[Any] = [
        {}, good | {"amount": "0"}, good | {"do": "steal"}, good | {"to": "nobody"}, {"key": "x", **good},
        good | {"key": key(), "x": 1}, sign_up(email="none"), good | {"key": key(), "amount": float("nan")},
        good | {"key": key(), "note": "\0"}, good | {"key": key(), "note": "\ud800"},
    ]  # fmt: skip
    lines = [each for one in bad for each in (good | {"key": key()}, one)]
    found = take(db, *lines, chunk=7)
    assert [each.status for each in found] == ["done", "refused"] * len(bad)
    assert front.has(b) == 100 * len(bad)
    assert [each.line for each in found] == list(range(1, len(lines) + 1))


# --- keys ----------------------------------------------------------------------------------------------


def test_the_same_key_answers_the_first_result_and_other_content_is_refused(
    front: Front, db: Database
) -> None:
    office = front.office("0.9")
    client = front.client()
    front.fund(client, "10.00")
    lines: list[Body] = [
        sign_up(),
        {"key": key(), "do": "quote", "office": office.id, "from": "USD", "to": "EUR", "amount": "10"},
        {"key": key(), "do": "ticket", "client": client.email, "subject": "s", "text": "t"},
        {"key": key(), "do": "document", "client": client.email, "kind": "other", "file_name": "a.pdf",
         "media_type": "application/pdf", "content": PDF},
        {"key": key(), "do": "cash_redeem", "from": client.serials["EUR"], "amount": "1.00"},
    ]  # fmt: skip
    other = [
        {"name": "Other"}, {"amount": "11"}, {"text": "other"}, {"file_name": "b.pdf"}, {"amount": "2.00"},
    ]  # fmt: skip
    found = take(db, *lines)
    assert statuses(found) == ["done"] * len(lines)
    count = (
        "select array[(select count(*) from book.client), (select count(*) from book.quote), "
        "(select count(*) from book.ticket), (select count(*) from book.document), "
        "(select count(*) from vault.operation), (select count(*) from vault.log)]"
    )
    before = front.one(count)
    again = take(db, *lines)
    assert statuses(again) == ["repeated"] * len(lines)
    assert [each.facts | {"first": 0} for each in again] == [each.facts | {"first": 0} for each in found]
    assert front.one(count) == before, "what was taken before leaves no line in the log either"
    changed = [line | more for line, more in zip(lines, other, strict=True)]
    assert statuses(take(db, *changed)) == ["key.reused"] * len(lines)
    crossed = [line | {"key": lines[n - 1]["key"]} for n, line in enumerate(lines)]
    assert statuses(take(db, *crossed)) == ["key.reused"] * len(lines)
    assert front.one(count)[:5] == before[:5]


def test_the_same_key_twice_in_one_chunk(front: Front, db: Database) -> None:
    body = sign_up()
    assert statuses(take(db, body, body, body | {"name": "Other"})) == ["done", "repeated", "key.reused"]
    client = front.client()
    front.fund(client, "10.00")
    line = {"key": key(), "do": "cash_redeem", "from": client.serials["EUR"], "amount": "1.00"}
    assert statuses(take(db, line, line, line | {"amount": "2.00"})) == ["done", "repeated", "key.reused"]
    mixed = sign_up(), line | {"key": key()}
    mixed[1]["key"] = mixed[0]["key"]
    assert statuses(take(db, *mixed)) == ["done", "key.reused"]


def test_a_refused_line_may_come_again_when_its_cause_is_gone(front: Front, db: Database) -> None:
    client = front.client()
    line = {"key": key(), "do": "cash_redeem", "from": client.serials["EUR"], "amount": "1.00"}
    ticket = {
        "key": key(),
        "do": "ticket",
        "client": (new := sign_up())["email"],
        "subject": "s",
        "text": "t",
    }
    assert statuses(take(db, line, ticket)) == ["funds.not_enough", "intake.client_not_found"]
    front.fund(client, "10.00")
    assert statuses(take(db, new, line, ticket)) == ["done"] * 3


def test_the_key_of_another_login_is_refused(front: Front, db: Database, world: World) -> None:
    other = world.as_staff(world.make_staff("intake", enrolled=False))
    body = sign_up()
    assert statuses(take(db, body) + take(other, body)) == ["done", "key.reused"]


# --- from bytes to lines -------------------------------------------------------------------------------


class Trickle(io.BytesIO):
    """A stream whose pieces are cut anywhere."""

    def __init__(self, raw: bytes, seed: int) -> None:
        super().__init__(raw)
        self.random = random.Random(seed)

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(self.random.randint(1, 9))


def lines_of(raw: bytes, seed: int | None = None) -> list[tuple[int, str]]:
    source = io.BytesIO(raw) if seed is None else Trickle(raw, seed)
    return [(line.number, line.fault.key if line.fault else "") for line in read_lines(source)]


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_every_line_has_its_number_and_its_own_fault(seed: int | None) -> None:
    raw = (
        b'\xef\xbb\xbf{"a": 1}\n\n  \n'
        b'{"b": "\xff"}\r\n{"c": 1, "c": 2}\n[]\n{"d": NaN}\n{"e": 1e999}\n{"f": "\\u0000"}\n'
        b'{"g": "\\ud800"}\n{"h": "\\ud83d\\ude00 \\\\u0000"}\nnull\n{"i"\n' + b'{"j":' * 3000 + b"\n"
        b'{"k": ' + b"9" * 5000 + b'}\n{"l": 1}'
    )
    assert lines_of(raw, seed) == [
        (1, ""), (4, "intake.not_utf8"), (5, "intake.field_twice"), (6, "intake.not_object"), (7, "intake.not_json"),
        (8, "intake.not_json"), (9, "intake.no_character"), (10, "intake.no_character"), (11, ""),
        (12, "intake.not_object"), (13, "intake.not_json"), (14, "intake.not_json"), (15, "intake.not_json"), (16, ""),
    ]  # fmt: skip


@pytest.mark.parametrize("cut", range(2, 30))
def test_a_file_that_ends_in_its_middle(cut: int) -> None:
    whole = '{"a": "ї", "b": "їєґ"}\n'.encode()
    raw = whole + whole[: cut % len(whole)]
    last = lines_of(raw)[1:]
    if cut % len(whole) in (0, len(whole) - 1):
        assert last == ([] if cut % len(whole) == 0 else [(2, "")])
    else:
        assert last == [(2, "intake.line_cut")]


def test_a_line_of_ten_megabytes_is_passed_over_and_never_held() -> None:
    import tracemalloc

    class Endless:
        """A gigabyte without a line's end, then a line."""

        left = 1024

        def read1(self, _size: int = -1, /) -> bytes:
            self.left -= 1
            return b"x" * 2**20 if self.left > 0 else b'\n{"a": 1}\n' if self.left == 0 else b""

    tracemalloc.start()
    found = [(line.number, line.fault.key if line.fault else "") for line in read_lines(Endless())]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [(1, "intake.line_too_long"), (2, "")]
    assert most < 16 * 2**20
    edge = b'{"a": "' + b"x" * (LONGEST - 9) + b'"}'
    assert len(edge) == LONGEST
    assert lines_of(edge + b"\n" + edge + b" \n" + edge) == [(1, ""), (2, "intake.line_too_long"), (3, "")]


def test_the_number_of_a_line_is_its_place_in_the_file(db: Database) -> None:
    first, second = sign_up(), sign_up()
    raw = f"{json.dumps(first)}\n\nnonsense\n{json.dumps(second)}".encode()
    found = list(intake.take(db, read_lines(io.BytesIO(raw))))
    assert [(each.line, each.status) for each in found] == [(1, "done"), (3, "refused"), (4, "done")]


# --- side by side --------------------------------------------------------------------------------------


def line_of(number: int, **body: Any) -> Line:
    return Line(number, body, json.dumps(body), 1)


def picked(window: Window, most: int = 100) -> list[int]:
    lines = window.pick(most, 10**6)
    window.start(lines)
    return [line.number for line in lines]


def test_what_must_keep_its_order_waits() -> None:
    window = Window()
    lines = [
        line_of(1, key="k1", do="transfer", **{"from": "A@x/EUR", "to": "b@x/EUR"}),
        line_of(2, key="k2", do="transfer", **{"from": "c@x/EUR", "to": "m@x/EUR"}),
        line_of(3, key="k3", do="transfer", **{"from": "b@x/USD", "to": "d@x/EUR"}),  # b was paid by 1
        line_of(4, key="k4", do="transfer", **{"from": "e@x/EUR", "to": "m@x/EUR"}),  # m is only paid
        line_of(5, key="k5", do="refund", of="K2"),  # goes on with 2
        line_of(
            6, key="k6", do="transfer", **{"from": "d@x/EUR", "to": "f@x/EUR"}
        ),  # d is paid by 3, which waits
        line_of(7, key="k7", do="client", email="G@x"),
    ]
    for line in lines:
        window.add(line)
    first = picked(window, most=2)
    assert first == [1, 2]
    assert picked(window) == [4, 7]
    later = [
        line_of(8, key="k8", do="transfer", **{"from": "h@x/EUR", "to": "g@x/EUR"}),  # g signs up in 7
        line_of(9, key="k9", do="ticket", client="g@x"),
        line_of(10, key="k10", do="mass_payment", **{"from": "i@x/EUR", "items": [{"to": "g@x/EUR"}]}),
        line_of(11, key="k11", do="exchange", quote="k12", **{"from": "j@x/EUR", "to": "j@x/USD"}),
    ]
    for line in later:
        window.add(line)
    assert picked(window) == [11]
    window.end([lines[0]])
    assert picked(window) == [3, 6]
    window.end([lines[6], lines[1]])
    assert picked(window) == [5, 8, 9, 10]
    assert len(window) == 0


def test_a_window_is_bounded_by_pieces_and_bytes() -> None:
    window = Window()
    items = {"items": [{"to": f"{n}@x/EUR"} for n in range(50)]}
    for number in range(1, 5):
        window.add(line_of(number, do="mass_payment", **{"from": f"s{number}@x/EUR"}, **items))
    window.add(Line(5, {"do": "document", "client": "a@x"}, "", 900))
    assert picked(window, most=100) == [1, 2]
    assert picked(window, most=10) == [3], "one that is more than a chunk goes alone"
    assert [line.number for line in window.pick(100, 100)] == [4]


def test_names_of_malformed_lines_do_no_harm() -> None:
    values = [None, 5, "", [], {}, ["x"], {"to": 5}, True, "a/b/c"]
    for value in values:
        for name in ("from", "to", "of", "items", "quote", "key", "do", "client", "email", "operation"):
            names_of(line_of(1, do="transfer", **({name: value} if name != "do" else {})))
            names_of(line_of(1, **{"do": "client", name: value}))


@pytest.mark.parametrize("connections", [1, 2, 3])
def test_a_chain_of_payments_keeps_its_order_over_all_connections(
    front: Front, world: World, connections: int
) -> None:
    """Each pays on what it was just given: one out of its turn would lack the money."""
    db = world.log_in(front.intake)
    people = [sign_up(coins=["BONUS"]) for _ in range(40)]
    lines: list[Body] = list(people)
    lines.append(
        {"key": key(), "do": "bonus_issue", "to": f"{people[0]['email']}/BONUS", "amount": "1000000"}
    )
    left = 1_000_000
    for giver, taker in itertools.pairwise(people):
        left = left * 9 // 10
        lines.append(
            {"key": key(), "do": "transfer", "from": f"{giver['email']}/BONUS", "to": f"{taker['email']}/BONUS",
             "amount": str(left)}
        )  # fmt: skip
    found = list(intake.take(db, lines, chunk=5, connections=connections))
    db.close()
    assert Counter(statuses(found)) == {"done": len(lines)}
    assert [each.line for each in found] == list(range(1, len(lines) + 1))


def test_two_runs_of_one_file_at_once_double_nothing(front: Front, world: World) -> None:
    people = [sign_up() for _ in range(30)]
    lines: list[Body] = list(people)
    for person in people:
        lines.append({"key": key(), "do": "bonus_issue", "to": f"{person['email']}/BONUS", "amount": "10"})
        lines.append({"key": key(), "do": "ticket", "client": person["email"], "subject": "s", "text": "t"})
    found: list[list[Result]] = [[], []]
    gate = threading.Barrier(2, timeout=60)
    # A login of their own: it has four connections, and none that an earlier test left to close.
    person = world.make_staff("intake", enrolled=False)
    sessions = [world.log_in(person) for _ in range(2)]

    def run(turn: int) -> None:
        gate.wait()
        found[turn] = list(intake.take(sessions[turn], lines, chunk=13, connections=2))
        sessions[turn].close()

    threads = [threading.Thread(target=run, args=(turn,)) for turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(*found, strict=True):
        assert sorted((one.status, other.status)) == ["done", "repeated"], (one, other)
        assert one.facts | {"first": 0} == other.facts | {"first": 0}
    emails = [person["email"] for person in people]
    counts = front.one(
        "select array[count(distinct m.id), count(distinct t.id), sum(a.balance)] from book.client m "
        "join book.ticket t on t.client_id = m.id join book.coin c on c.client_id = m.id "
        "join vault.account a on a.id = c.wallet_account_id join book.issuer i on i.id = c.issuer_id "
        "where i.code = 'BONUS' and m.email = any (%s)",
        emails,
    )
    assert counts == [30, 30, 300]


def test_it_ends_after_the_chunk_under_way_and_goes_on(front: Front, world: World) -> None:
    db = world.log_in(front.intake)
    lines = [sign_up() for _ in range(40)]
    stop = threading.Event()
    found = []
    for each in intake.take(db, lines, chunk=4, connections=2, stop=stop):
        found.append(each)
        if each.line == 10:
            stop.set()
    assert 10 <= len(found) < 40
    assert statuses(found) == ["done"] * len(found)
    again = list(intake.take(db, lines, chunk=4))
    db.close()
    assert Counter(statuses(again)) == {"repeated": len(found), "done": 40 - len(found)}


def test_a_lost_connection_is_met_by_sending_again(front: Front, world: World) -> None:
    db = world.log_in(front.intake)
    lines = [sign_up() for _ in range(60)]
    found = []
    for each in intake.take(db, lines, chunk=5, connections=2):
        found.append(each)
        if len(found) % 10 == 0:
            front.admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s",
                (front.intake.login,),
            )
    db.close()
    assert len(found) == 60
    assert set(statuses(found)) <= {"done", "repeated"}
    assert (
        front.one(
            "select count(*) from book.client where email = any (%s)", [line["email"] for line in lines]
        )
        == 60
    )


def test_a_session_that_ended_is_renewed(front: Front, world: World) -> None:
    person = world.make_staff("intake", enrolled=False)
    db = world.log_in(person)
    lines = [sign_up() for _ in range(12)]
    front.admin.execute(
        "update auth.session set closed_at = clock_timestamp(), close_reason = %s "
        "where login = %s and closed_at is null",
        ("ended", person.login),
    )
    with pytest.raises(errors.SessionEnded):
        take(db, *lines)
    renewed: list[Database] = []

    def renew() -> Database:
        renewed.append(world.log_in(person))
        return renewed[-1]

    assert statuses(take(db, *lines, chunk=3, renew=renew)) == ["done"] * 12
    assert len(renewed) == 1
    for each in (db, *renewed):
        each.close()


def test_a_pause_between_lines_sends_what_is_there(front: Front, db: Database) -> None:
    lines = [sign_up(), sign_up()]
    came: list[str] = []

    def slow() -> Iterator[Body | None]:
        for line in lines:
            yield line
            while len(came) < 1 + lines.index(line):
                yield None

    for each in intake.take(db, slow()):
        came.append(each.status)
    assert came == ["done", "done"]


@pytest.mark.parametrize("words", [{"chunk": 0}, {"chunk": 5001}, {"connections": 0}, {"connections": 17}])
def test_a_chunk_has_bounds(db: Database, words: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="chunk"):
        take(db, **words)


def test_nobody_else_hands_in(front: Front, world: World) -> None:
    with pytest.raises(errors.NotAllowed):
        take(world.as_staff(world.make_staff("administrator")), sign_up())
    owes = world.make_staff("intake", enrolled=False, first_password=True)
    with pytest.raises(errors.DutyFirst):
        take(world.as_staff(owes), sign_up())


# --- the page about it ---------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_shows_the_whole_schema_and_right_examples_of_every_kind() -> None:
    (schema,) = blocks("json")
    assert json.loads(schema) == intake.SCHEMA
    examples, results = blocks("jsonl")
    lines = list(read_lines(io.BytesIO(examples.encode())))
    assert {line.body["do"] for line in lines} == set(intake.KINDS)
    for line in lines:
        assert line.fault is None
        assert intake.check(line.body) is None, line
    assert {json.loads(line)["status"] for line in results.splitlines()} == {"done", "refused"}


def test_the_pages_python_does_what_it_says(
    front: Front,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (code,) = blocks("python")
    (tmp_path / "day.jsonl").write_text(json.dumps(sign_up()) + "\nnonsense\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    person = world.make_staff("intake", enrolled=False)
    exec(code, {"settings": world.settings, "email": person.email, "password": person.password})  # noqa: S102
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("1 done {")
    assert said[1] == "2 refused intake.not_json"


def test_a_made_up_day_goes_as_expected(front: Front, world: World) -> None:
    for kind in ("transfer", "payment"):
        front.limit(front.version, kind, "EUR", "operation", amount=1_000_000)
    db = world.log_in(front.intake)
    day = Traffic(11, 60, 5, office=front.office().id)
    assert statuses(list(intake.take(db, day.sign_ups(), chunk=20))) == ["done"] * 65
    for mail, issuer, amount in day.funding():
        front.match(f"{mail}/{issuer}", amount, issuer)
    lines = list(day.operations(600))
    found = list(intake.take(db, lines, chunk=100, connections=2))
    db.close()
    seen: set[str] = set()
    for line, result in zip(lines, found, strict=True):
        expected = "repeated" if line["key"] in seen else day.expected[line["key"]]
        assert result.status == expected, (line, result)
        seen.add(line["key"])
    assert len({line["do"] for line in lines}) > 12


def test_the_same_seed_makes_the_same_day() -> None:
    def made() -> list[Body]:
        day = Traffic(3, 20, 2, office=1)
        everybody = list(day.sign_ups())
        money = [{"of": each} for each in day.funding()]
        return [*everybody, *money, *day.operations(200)]

    assert made() == made()


def test_the_books_and_the_log_are_right_after_all_that(front: Front) -> None:
    front.assert_right()
    assert front.one("select count(*) from vault.log where stream = %s and what = 'intake.take'",
                     f"intake:{front.intake.id}") > 10  # fmt: skip
