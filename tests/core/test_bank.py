"""The bank: files of payments out, statements in, and money given to who it was meant for."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import pytest

from core import bank, redeem
from core.bank import camt, pain
from core.db import Database
from core.db.keyset import Keyset
from core.errors import (
    BocliError,
    Changed,
    Invalid,
    KeyReused,
    NotEligible,
    NotFound,
    WrongState,
)
from core.redeem import End
from tests.banking import PAYEE_IBAN, SCALES, Banking
from tests.core.test_races import at_once
from tests.hostile import TEXTS
from tests.statements import IBAN, credit, debit, decimal, document, statement_xml
from tests.statements import camt as file_of
from tests.world import World

USD_IBAN = "GB29NWBK60161331926819"


@pytest.fixture(scope="module")
def front(world: World) -> Banking:
    return Banking(world)


@pytest.fixture(scope="module")
def db(front: Banking) -> Database:
    return front.office()


def rows(db: Database, select: Any, **where: Any) -> list[Any]:
    keyset = Keyset(select)
    for name, value in where.items():
        keyset = keyset.where(name, "=", value)
    return [row for window in keyset.windows(db) for row in window]


def names(content: str) -> dict[str, list[str]]:
    """What a file says, by the names of its elements."""
    found: dict[str, list[str]] = {}
    for each in ET.fromstring(content).iter():  # noqa: S314 - our own file
        if each.text:
            found.setdefault(each.tag.rpartition("}")[2], []).append(each.text)
    return found


# --- payments out --------------------------------------------------------------------------------------


def test_approved_requests_go_into_one_file_and_are_submitted(front: Banking, db: Database) -> None:
    first, second = front.approved(amount="100.00"), front.approved(amount="7.07", note="thank you")
    waiting = {row.id: row for row in rows(db, bank.payables_select)}
    assert (waiting[first].amount, waiting[first].payee, waiting[first].iban) == (
        100_00,
        "Own Name",
        PAYEE_IBAN,
    )
    made = bank.make_payment_file(db, uuid4(), front.account, [second, first])
    assert [front.state(each) for each in (first, second)] == ["submitted", "submitted"]
    said = names(made.content)
    assert said["EndToEndId"] == [f"BOCLI-{first}", f"BOCLI-{second}"]
    assert said["InstdAmt"] == ["100.00", "7.07"]
    assert said["CtrlSum"] == ["107.07", "107.07"]
    assert said["NbOfTxs"] == ["2", "2"]
    assert said["IBAN"] == [IBAN, PAYEE_IBAN, PAYEE_IBAN]
    assert said["Ustrd"] == [f"BOCLI-{first}", "thank you"]
    assert (made.pieces, made.total) == (2, 107_07)
    assert hashlib.sha256(made.content.encode()).hexdigest() == made.sha256
    assert not {first, second} & {row.id for row in rows(db, bank.payables_select)}
    listed = {row.id: row for row in rows(db, bank.files_select)}[made.file_id]
    assert (listed.message_id, listed.pieces, listed.total, listed.open) == (made.message_id, 2, 107_07, 2)
    front.assert_right()


def test_the_same_key_gives_the_same_bytes(front: Banking, db: Database, tmp_path: Path) -> None:
    number, key = front.approved(), uuid4()
    made = bank.make_payment_file(db, key, front.account, [number])
    again = bank.make_payment_file(db, key, front.account, [number])
    assert (again, bank.payment_file(db, made.file_id)) == (made, made)
    with pytest.raises(KeyReused, match=r"key\.reused"):
        bank.make_payment_file(db, key, front.account, [front.approved()])
    path = bank.write_payment_file(made, tmp_path / "out")
    assert path.read_bytes() == made.content.encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert bank.write_payment_file(made, tmp_path / "out") == path
    path.write_text("other")
    with pytest.raises(Invalid, match=r"file\.unwritable"):
        bank.write_payment_file(made, tmp_path / "out")


def test_nothing_is_followed_when_a_file_is_written(front: Banking, db: Database, tmp_path: Path) -> None:
    made = bank.make_payment_file(db, uuid4(), front.account, [front.approved()])
    (tmp_path / made.name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Invalid, match=r"file\.unwritable"):
        bank.write_payment_file(made, tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_and_a_cancellation_of_one_request_at_the_same_time(front: Banking) -> None:
    """Thirty times: it is in the file or back in the wallet, never both, never neither."""
    first, second = front.office(), front.office()
    client = front.rich("5000.00")
    for _ in range(30):
        number = front.request(client)
        front.approve(number)
        before = front.has(client)
        found = at_once(
            lambda n=number: bank.make_payment_file(first, uuid4(), front.account, [n]),
            lambda n=number: redeem.cancel(second, End(uuid4(), n, "the wrong one")),
        )
        assert len([x for x in found if isinstance(x, BocliError)]) == 1, found
        now = front.one("select state from book.redeem_request where id = %s", number)
        assert (now, front.has(client) - before) in {("submitted", 0), ("cancelled", 10200)}
    front.assert_right()


def test_a_request_goes_out_once_whoever_asks_at_the_same_time(front: Banking) -> None:
    number = front.approved()
    people = [front.office() for _ in range(3)]
    found = at_once(
        *[lambda db=db: bank.make_payment_file(db, uuid4(), front.account, [number]) for db in people]
    )
    done = [each for each in found if isinstance(each, bank.PaymentFile)]
    assert len(done) == 1
    assert front.one("select count(*) from book.payment_file_item where request_id = %s", number) == 1


def test_what_cannot_go_is_refused_and_nothing_goes(front: Banking, db: Database) -> None:
    good, waiting = front.approved(), front.request(front.rich())
    other = front.open_account(USD_IBAN, "USD")
    cases: list[tuple[int, list[int], type[BocliError], str]] = [
        (front.account, [good, waiting], WrongState, "payment_file.request_state"),
        (front.account, [good, 999_999], NotFound, "redeem.not_found"),
        (other, [good], Invalid, "payment_file.other_kind"),
        (front.account, [], Invalid, "payment_file.size"),
        (99, [good], NotFound, "bank.account_not_found"),
    ]
    for account, ids, kind, key in cases:
        with pytest.raises(kind) as refused:
            bank.make_payment_file(db, uuid4(), account, ids)
        assert refused.value.key == key
    assert front.state(good) == "approved"
    assert front.one("select count(*) from book.payment_file_item where request_id = %s", good) == 0


def test_a_name_that_nothing_can_be_written_of_is_named(front: Banking, db: Database) -> None:
    number = front.approved(payee="★★★")
    with pytest.raises(Invalid) as refused:
        bank.make_payment_file(db, uuid4(), front.account, [number])
    assert (refused.value.key, refused.value.params["request_id"]) == ("payment_file.payee", number)
    assert front.state(number) == "approved"


LETTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")


@pytest.mark.parametrize(
    "text", [*(text for _, text in TEXTS), "Олена Бондаренко", "ليلى حداد", "a//b///", '<b>&amp;"', "ß" * 200]
)
def test_any_text_is_written_in_the_letters_of_sepa(text: str) -> None:
    said = pain.sepa_text(text, 70)
    assert set(said) <= LETTERS
    assert len(said) <= 70
    assert "//" not in said
    assert said == said.strip("/ ")


def test_names_are_written_as_they_sound() -> None:
    assert pain.sepa_text("Олена Бондаренко & Søn", 70) == "Olena Bondarenko Son"


def test_a_file_that_does_not_fit_its_schema_is_not_made(
    monkeypatch: pytest.MonkeyPatch, front: Banking, db: Database
) -> None:
    number = front.approved()
    monkeypatch.setattr(pain, "sepa_text", lambda *_: "x" * 200)
    with pytest.raises(Invalid, match=r"payment_file\.schema"):
        bank.make_payment_file(db, uuid4(), front.account, [number])
    assert front.state(number) == "approved"


def test_a_file_with_other_content_is_refused_by_the_database(front: Banking, db: Database) -> None:
    first, second = front.approved(), front.approved(amount="50.00")

    def content(key: UUID, change: Any) -> str:
        draft = db.call("payment_file_draft", key=key, account_id=front.account, request_ids=[first, second])
        payer = pain.Payer(draft["name"], draft["iban"], draft["bic"], draft["issuer"])
        from datetime import UTC, datetime

        whole = pain.write(
            f"BO{key.hex}", datetime.now(UTC), payer, [pain.Payment(**each) for each in draft["payments"]]
        )
        changed: str = change(whole)
        return changed

    one = f"<CdtTrfTxInf><PmtId><EndToEndId>BOCLI-{first}"
    for change in (
        lambda x: x.replace(PAYEE_IBAN, "DE02120300000000202051", 1),
        lambda x: x.replace(">100.00<", ">900.00<"),
        lambda x: x.replace('Ccy="EUR"', 'Ccy="USD"', 1),
        lambda x: x.replace(f"BOCLI-{first}<", "BOCLI-1<"),
        lambda x: x.replace(IBAN, "DE02120300000000202051"),
        lambda x: x.replace("<MsgId>BO", "<MsgId>BX"),
        lambda x: x.replace(one, f"<!-- {one}"),
        lambda x: x.replace("</PmtInf>", "<CdtTrfTxInf><PmtId/></CdtTrfTxInf></PmtInf>"),
        lambda x: x.replace("<IBAN>", "<x:IBAN>", 1),
        lambda x: x.replace("<CstmrCdtTrfInitn>", "<?x y?><CstmrCdtTrfInitn>"),
        lambda _: "",
    ):
        key = uuid4()
        with pytest.raises(Changed, match=r"payment_file\.other_content"):
            db.call(
                "payment_file_make",
                key=key,
                account_id=front.account,
                request_ids=[first, second],
                content=content(key, change),
            )
    assert [front.state(each) for each in (first, second)] == ["approved", "approved"]


# --- statements in -------------------------------------------------------------------------------------


def test_a_debit_settles_the_request_that_it_names(front: Banking, db: Database) -> None:
    number = front.submitted(db)
    payout, money = front.of_kind("PAYOUT"), front.of_kind("BANK_SAFEGUARDED")
    taken = front.take(db, debit(100_00, end_to_end_id=f"BOCLI-{number}", party="Own Name"))
    assert (taken.states, taken.operations, taken.warnings) == (("settled",), 1, ())
    assert front.state(number) == "settled"
    assert front.operations(number) == ["bank_redeem", "redeem_settled"]
    assert (front.of_kind("PAYOUT"), front.of_kind("BANK_SAFEGUARDED")) == (payout - 100_00, money - 100_00)
    operation = front.line(taken)["operation_id"]
    assert front.lines(operation) == [("PAYOUT", "BANK_SAFEGUARDED", 100_00)]
    front.assert_right()


def test_a_commission_out_of_the_amount_is_not_paid_out(front: Banking, db: Database) -> None:
    client = front.rich()
    version = front.contract(f"Out of {uuid4()}")
    front.term(version, "bank_redeem", "EUR", payer="out_of", percent="2")
    front.assign_contract(client, version)
    number = front.approved(client)
    assert {row.id: row.amount for row in rows(db, bank.payables_select)}[number] == 98_00
    made = bank.make_payment_file(db, uuid4(), front.account, [number])
    assert (names(made.content)["InstdAmt"], made.total) == (["98.00"], 98_00)
    assert front.take(db, debit(98_00, end_to_end_id=f"BOCLI-{number}")).states == ("settled",)
    before = front.has(client)
    front.take(db, credit(98_00, end_to_end_id=f"BOCLI-{number}", reason="AC04"))
    assert front.has(client) == before + 98_00
    front.assert_right()


@pytest.mark.parametrize("version", ["02", "08"])
def test_what_comes_back_goes_to_the_coin_again(front: Banking, db: Database, version: str) -> None:
    client = front.rich()
    before = front.has(client)
    number = front.submitted(db, client)
    front.take(db, debit(100_00, end_to_end_id=f"BOCLI-{number}"), version=version)
    taken = front.take(
        db, credit(100_00, end_to_end_id=f"BOCLI-{number}", reason="AC04", family="RRTN"), version=version
    )
    assert (taken.states, taken.operations) == (("recredited",), 2)
    assert front.state(number) == "recredited"
    assert front.operations(number) == [
        "bank_redeem", "redeem_settled", "redeem_returned", "redeem_recredited",
    ]  # fmt: skip
    assert front.has(client) == before - 2_00  # the commission stays
    line = front.line(taken)
    assert front.lines(line["operation_id"]) == [("BANK_SAFEGUARDED", "PAYOUT", 100_00)]
    assert front.lines(line["last_operation_id"]) == [("PAYOUT", "WALLET", 100_00)]
    assert line["return_reason"] == "AC04"
    front.assert_right()


def test_a_payment_may_go_and_come_back_in_one_statement_newest_first(front: Banking, db: Database) -> None:
    number = front.submitted(db)
    end = f"BOCLI-{number}"
    taken = front.take(db, credit(100_00, end_to_end_id=end, reason="AC01"), debit(100_00, end_to_end_id=end))
    assert taken.states == ("recredited", "settled")
    assert front.state(number) == "recredited"
    front.assert_right()


def test_other_credits_are_unallocated_and_other_debits_wait(front: Banking, db: Database) -> None:
    waiting, open_money = front.approved(), front.of_kind("UNALLOCATED")
    taken = front.take(
        db,
        credit(10_00, text="from a friend", party="Anna Beck", party_iban=PAYEE_IBAN),
        debit(1_50, text="fee of November"),
        debit(100_00, end_to_end_id=f"BOCLI-{waiting}"),
        debit(5_00, end_to_end_id="BOCLI-99999999"),
        credit(20_00, end_to_end_id="BOCLI-99999999", reason="AC04"),
    )
    assert taken.states == ("unallocated", "unmatched", "unmatched", "unmatched", "unallocated")
    assert front.of_kind("UNALLOCATED") == open_money + 30_00
    assert front.state(waiting) == "approved"
    line = front.line(taken)
    assert (line["remittance"], line["counterparty"], line["counterparty_iban"]) == (
        "from a friend", "Anna Beck", PAYEE_IBAN,
    )  # fmt: skip
    kind, amount, details = (
        front.admin.execute(
            "select kind, amount, details from vault.operation where id = %s", (line["operation_id"],)
        ).fetchone()
        or (None,) * 3
    )
    assert (kind, amount, details) == ("bank_receipt", 10_00, {"line": line["id"]})
    shown = {row.line: row for row in rows(db, lambda: bank.lines_select(taken.statement_id))}
    assert (shown[2].signed, shown[5].return_reason) == (-1_50, "AC04")
    front.assert_right()


def test_two_debits_for_one_request_settle_it_once(front: Banking, db: Database) -> None:
    number = front.submitted(db)
    end = f"BOCLI-{number}"
    taken = front.take(db, debit(100_00, end_to_end_id=end), debit(100_00, end_to_end_id=end))
    assert taken.states == ("settled", "unmatched")
    assert front.take(db, debit(100_00, end_to_end_id=end)).states == ("unmatched",)
    front.assert_right()


def test_two_credits_for_one_payment_return_it_once(front: Banking, db: Database) -> None:
    number = front.submitted(db)
    end = f"BOCLI-{number}"
    front.take(db, debit(100_00, end_to_end_id=end))
    taken = front.take(db, credit(100_00, end_to_end_id=end), credit(100_00, end_to_end_id=end))
    assert taken.states == ("recredited", "unallocated")
    assert front.take(db, credit(100_00, end_to_end_id=end)).states == ("unallocated",)
    front.assert_right()


def test_a_return_before_any_debit_is_money_that_came(front: Banking, db: Database) -> None:
    number = front.submitted(db)
    taken = front.take(db, credit(100_00, end_to_end_id=f"BOCLI-{number}", reason="AC04"))
    assert (taken.states, front.state(number)) == (("unallocated",), "submitted")


def test_a_payment_of_another_account_is_not_this_ones(front: Banking, db: Database) -> None:
    front.open_account("FR1420041010050500013M02606", "EUR")
    number = front.submitted(db)
    taken = front.take(
        db, debit(100_00, end_to_end_id=f"BOCLI-{number}"), opening=500_00, iban="FR1420041010050500013M02606"
    )
    assert (taken.states, front.state(number)) == (("unmatched",), "submitted")


def test_a_debit_that_the_bank_takes_back_settles_nothing(front: Banking, db: Database) -> None:
    number = front.submitted(db)
    taken = front.take(db, debit(100_00, end_to_end_id=f"BOCLI-{number}", reversal=True))
    assert (taken.states, front.state(number)) == (("unmatched",), "submitted")


# --- what differs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "state"), [(101_50, "differs"), (98_00, "differs"), (102_01, "unmatched")]
)
def test_an_amount_that_differs_is_never_booked_silently(
    front: Banking, db: Database, amount: int, state: str
) -> None:
    number, money = front.submitted(db), front.of_kind("BANK_SAFEGUARDED")
    taken = front.take(db, debit(amount, end_to_end_id=f"BOCLI-{number}"))
    assert (taken.states, taken.operations) == ((state,), 0)
    assert front.of_kind("BANK_SAFEGUARDED") == money
    assert front.state(number) == "submitted"
    if state == "differs":
        assert front.line(taken)["difference"] == amount - 100_00


def test_an_accountant_confirms_a_debit_that_differs(front: Banking, db: Database) -> None:
    number, money = front.submitted(db), front.of_kind("BANK_SAFEGUARDED")
    taken = front.take(db, debit(101_50, end_to_end_id=f"BOCLI-{number}"))
    line, key = front.line(taken)["id"], uuid4()
    with pytest.raises(Invalid, match=r"reason\.missing"):
        bank.decide_line(db, uuid4(), line, yes=True, reason=" ")
    for _ in range(2):
        assert bank.decide_line(db, key, line, yes=True, reason="the bank's fee") == "settled"
    assert front.state(number) == "settled"
    assert front.of_kind("BANK_SAFEGUARDED") == money - 100_00
    with pytest.raises(WrongState, match=r"statement_line\.wrong_state"):
        bank.decide_line(db, uuid4(), line, yes=True, reason="again")
    front.assert_right()


def test_an_accountant_says_no_and_a_later_debit_settles(front: Banking, db: Database) -> None:
    number = front.submitted(db)
    taken = front.take(db, debit(99_00, end_to_end_id=f"BOCLI-{number}"))
    assert front.take(db, debit(100_00, end_to_end_id=f"BOCLI-{number}")).states == ("unmatched",)
    assert (
        bank.decide_line(db, uuid4(), front.line(taken)["id"], yes=False, reason="another one") == "unmatched"
    )
    assert front.take(db, debit(100_00, end_to_end_id=f"BOCLI-{number}")).states == ("settled",)


def test_a_return_less_its_fee_is_confirmed_by_what_came(front: Banking, db: Database) -> None:
    client = front.rich()
    before = front.has(client)
    number = front.submitted(db, client)
    front.take(db, debit(100_00, end_to_end_id=f"BOCLI-{number}"))
    taken = front.take(db, credit(98_50, end_to_end_id=f"BOCLI-{number}", reason="AC04"))
    assert taken.states == ("differs",)
    assert bank.decide_line(db, uuid4(), front.line(taken)["id"], yes=True, reason="fee kept") == "recredited"
    assert (front.state(number), front.has(client)) == ("recredited", before - 102_00 + 98_50)
    front.assert_right()


def test_a_return_that_is_none_is_unallocated(front: Banking, db: Database) -> None:
    number = front.submitted(db)
    front.take(db, debit(100_00, end_to_end_id=f"BOCLI-{number}"))
    taken, open_money = (
        front.take(db, credit(99_00, end_to_end_id=f"BOCLI-{number}")),
        front.of_kind("UNALLOCATED"),
    )
    assert bank.decide_line(db, uuid4(), front.line(taken)["id"], yes=False, reason="a gift") == "unallocated"
    assert front.of_kind("UNALLOCATED") == open_money + 99_00
    assert front.state(number) == "settled"
    front.assert_right()


def test_a_debit_of_the_banks_own_is_marked_with_a_reason(front: Banking, db: Database) -> None:
    line = front.line(front.take(db, debit(3_00, text="fee")))["id"]
    with pytest.raises(Invalid, match=r"statement_line\.answer"):
        bank.mark_line(db, uuid4(), line, "settled", "because")
    with pytest.raises(Invalid, match=r"reason\.missing"):
        bank.mark_line(db, uuid4(), line, "own", "")
    bank.mark_line(db, uuid4(), line, "own", "monthly fee")
    with pytest.raises(WrongState, match=r"statement_line\.wrong_state"):
        bank.mark_line(db, uuid4(), line, "ignored", "again")
    with pytest.raises(NotFound, match=r"statement_line\.not_found"):
        bank.mark_line(db, uuid4(), 999_999, "own", "none such")


# --- the same again ------------------------------------------------------------------------------------


def test_a_statement_is_taken_once(front: Banking, db: Database) -> None:
    raw = file_of(credit(10_00), opening=front.closing(), name="ONCE-1")
    read, key = camt.parse(raw, SCALES), uuid4()
    first = bank.import_statements(db, key, IBAN, read, dry_run=False)
    assert bank.import_statements(db, key, IBAN, read, dry_run=False) == first
    lines = front.one("select count(*) from book.statement_line")
    with pytest.raises(WrongState) as refused:
        front.take_raw(db, raw)
    assert (refused.value.key, refused.value.params["statement"]) == ("statement.imported", "ONCE-1")
    with pytest.raises(WrongState, match=r"statement\.imported"):
        front.take_raw(db, file_of(credit(11_00), opening=front.closing(), name="ONCE-1"))
    with pytest.raises(WrongState, match=r"statement\.imported"):
        front.take_raw(db, raw.replace(b"ONCE-1", b"ONCE-2").replace(b"ONCE-2", b"ONCE-1"))
    assert front.one("select count(*) from book.statement_line") == lines


def test_a_file_under_another_statements_number_is_the_same_file(front: Banking, db: Database) -> None:
    raw = file_of(credit(10_00), opening=front.closing(), name="HASH-1")
    read = camt.parse(raw, SCALES)
    front.take_raw(db, raw)
    from dataclasses import replace

    renamed = replace(read, statements=(replace(read.statements[0], id="HASH-2"),))
    with pytest.raises(WrongState, match=r"statement\.imported"):
        bank.import_statements(db, uuid4(), IBAN, renamed, dry_run=False)


def test_lines_that_overlap_are_booked_once(front: Banking, db: Database) -> None:
    opening, one, two = front.closing(), credit(10_00), credit(20_00)
    front.take(db, one)
    open_money = front.of_kind("UNALLOCATED")
    taken = front.take(db, one, two, opening=opening)
    assert taken.states == ("duplicate", "unallocated")
    assert [each.key for each in taken.warnings] == ["gap"]
    assert front.of_kind("UNALLOCATED") == open_money + 20_00


def test_two_lines_of_one_number_in_one_statement_are_two(front: Banking, db: Database) -> None:
    one = credit(10_00)
    assert front.take(db, one, one).states == ("unallocated", "unallocated")


def test_two_people_take_the_same_file_at_once(front: Banking) -> None:
    raw = file_of(credit(7_00), credit(8_00), opening=front.closing())
    people = [front.office() for _ in range(3)]
    open_money = front.of_kind("UNALLOCATED")
    found = at_once(*[lambda db=db: front.take_raw(db, raw) for db in people])
    assert sum(1 for each in found if isinstance(each, tuple)) == 1
    assert front.of_kind("UNALLOCATED") == open_money + 15_00


def test_a_dry_run_shows_what_the_real_one_does_and_changes_nothing(front: Banking, db: Database) -> None:
    number = front.submitted(db)
    raw = file_of(
        debit(100_00, end_to_end_id=f"BOCLI-{number}"), credit(5_00), debit(1_00), opening=front.closing()
    )
    kept = front.one("select count(*) from book.bank_statement")
    (dry,) = front.take_raw(db, raw, dry_run=True)
    assert front.state(number) == "submitted"
    assert front.one("select count(*) from book.bank_statement") == kept
    (real,) = front.take_raw(db, raw)
    assert (
        (dry.states, dry.operations)
        == (real.states, real.operations)
        == (("settled", "unallocated", "unmatched"), 2)
    )


def test_a_gap_and_a_number_left_out_are_warned_of(front: Banking, db: Database) -> None:
    assert front.take(db, credit(1_00), sequence=7).warnings == ()
    assert front.take(db, credit(1_00), sequence=8).warnings == ()
    closing = front.closing()
    taken = front.take(db, credit(1_00), sequence=10, opening=closing + 5_00, name="GAP-1")
    assert [(each.key, each.params["before"]) for each in taken.warnings] == [
        ("gap", closing),
        ("sequence", 8),
    ]
    assert {row.statement: row.gap for row in rows(db, bank.statements_select)}["GAP-1"] == 5_00


def test_sums_that_are_wrong_are_refused(front: Banking, db: Database) -> None:
    kept = front.one("select count(*) from book.bank_statement")
    with pytest.raises(Invalid) as refused:
        front.take_raw(db, file_of(credit(10_00), opening=5_00, closing=15_01))
    assert refused.value.key == "statement.sums"
    assert (refused.value.params["amount"], refused.value.params["now"]) == (10_00, 15_01)
    assert front.one("select count(*) from book.bank_statement") == kept


def test_only_what_is_booked_counts(front: Banking, db: Database) -> None:
    taken = front.take(db, credit(1_00), credit(2_00, status="PDNG"), debit(3_00, status="INFO"))
    assert taken.states == ("unallocated",)


def test_an_entry_of_several_payments_is_several_lines(front: Banking, db: Database) -> None:
    one, two = front.submitted(db), front.submitted(db, amount="50.00")
    parts = (debit(100_00, end_to_end_id=f"BOCLI-{one}"), debit(50_00, end_to_end_id=f"BOCLI-{two}"))
    taken = front.take(db, debit(150_00, parts=parts))
    assert taken.states == ("settled", "settled")
    assert [front.state(each) for each in (one, two)] == ["settled", "settled"]


def test_several_statements_of_one_account_come_in_one_file(front: Banking, db: Database) -> None:
    opening = front.closing()
    words: dict[str, Any] = {"version": "08", "iban": IBAN, "closing": None, "currency": "EUR"}
    raw = document(
        statement_xml(
            [credit(1_00)], opening=opening, name="DAY-1", sequence=None, day="2026-11-26", **words
        ),
        statement_xml(
            [credit(2_00)], opening=opening + 1_00, name="DAY-2", sequence=None, day="2026-11-27", **words
        ),
    )
    assert [(each.statement, each.warnings) for each in front.take_raw(db, raw)] == [
        ("DAY-1", ()),
        ("DAY-2", ()),
    ]


def test_another_account_is_refused(front: Banking, db: Database) -> None:
    with pytest.raises(Invalid, match=r"statement\.other_account"):
        front.take_raw(db, file_of(credit(1_00), iban=PAYEE_IBAN))
    with pytest.raises(NotFound, match=r"bank\.account_not_found"):
        front.take_raw(db, file_of(credit(1_00), iban=PAYEE_IBAN), iban=PAYEE_IBAN)
    with pytest.raises(Invalid, match=r"issuer\.mismatch"):
        front.take_raw(
            db, file_of(credit(1_00, currency="USD"), currency="USD").replace(b"<Ccy>EUR", b"<Ccy>USD")
        )


# --- bad files -----------------------------------------------------------------------------------------

GOOD = file_of(credit(10_00, text="hello"))
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    b"<Document>&c;</Document>"
)
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document>&a;</Document>'
BAD: dict[str, tuple[bytes, str]] = {
    "another version": (GOOD.replace(b"053.001.08", b"053.001.12"), "camt.version"),
    "another message": (GOOD.replace(b"camt.053", b"camt.054"), "camt.other"),
    "no message of banks": (b"<html/>", "camt.other"),
    "an entity bomb": (BOMB, "camt.doctype"),
    "a file of this machine": (XXE, "camt.doctype"),
    "a declaration after a comment": (b"<!-- x -->" + XXE[21:], "camt.doctype"),
    "broken": (GOOD.replace(b"</Ntry>", b"</Nrty>"), "camt.broken"),
    "cut in the middle": (GOOD[: len(GOOD) // 2], "camt.broken"),
    "cut at the end": (GOOD[:-1], "camt.broken"),
    "nothing": (b"", "camt.broken"),
    "text": (b"hello", "camt.broken"),
    "an entity of its own": (GOOD.replace(b"hello", b"&hello;"), "camt.broken"),
    "nested without end": (GOOD.replace(b"hello", b"<a>" * 100 + b"</a>" * 100), "camt.broken"),
    "not UTF-8": (GOOD.replace(b"hello", b"hell\xf6"), "file.not_utf8"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "file.not_utf8"),
    "no statement": (document(), "camt.empty"),
    "two accounts": (
        GOOD.replace(b"</BkToCstmrStmt>", b"")[: -len(b"</Document>")]
        + file_of(iban=PAYEE_IBAN)[file_of(iban=PAYEE_IBAN).index(b"<Stmt>") :],
        "camt.several_accounts",
    ),
    "no number": (
        GOOD.replace(b"<Stmt><Id>", b"<Stmt><Xd>").replace(b"</Id><CreDtTm>", b"</Xd><CreDtTm>"), "camt.part"
    ),
    "no account": (GOOD.replace(b"<IBAN>", b"<Othr>").replace(b"</IBAN>", b"</Othr>"), "camt.part"),
    "no closing balance": (GOOD.replace(b"CLBD", b"ITBD"), "camt.part"),
    "an amount below zero": (
        GOOD.replace(b'<Ntry><Amt Ccy="EUR">', b'<Ntry><Amt Ccy="EUR">-'), "camt.part"
    ),
    "three digits": (GOOD.replace(b">10.00<", b">10.001<"), "camt.part"),
    "an endless amount": (GOOD.replace(b">10.00<", b">" + b"9" * 30 + b".00<"), "camt.part"),
    "no side": (GOOD.replace(b"CRDT", b"X"), "camt.part"),
    "no day": (GOOD.replace(b"<BookgDt><Dt>2026-11-26", b"<BookgDt><Dt>2026-13-26"), "camt.part"),
    "another currency within": (GOOD.replace(b'<Ntry><Amt Ccy="EUR">', b'<Ntry><Amt Ccy="USD">'), "camt.currency"),
    "a currency that the company has not": (file_of(credit(1_00, currency="XAU"), currency="XAU"), "camt.currency"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_before_anything_is_asked(tmp_path: Path, name: str) -> None:
    raw, key = BAD[name]
    path = tmp_path / "statement.xml"
    path.write_bytes(raw)
    with pytest.raises(Invalid) as refused:
        camt.read(path, SCALES)
    assert refused.value.key == key


def test_a_file_of_ten_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    path.write_bytes(GOOD + b" " * (10 * 2**20))
    with pytest.raises(Invalid) as refused:
        camt.read(path, SCALES)
    assert (refused.value.key, refused.value.params["megabytes"]) == ("file.large", 8)


def test_the_good_file_is_good() -> None:
    """Else the bad ones would prove nothing."""
    (found,) = camt.parse(GOOD, SCALES).statements
    assert (found.lines[0].amount, found.lines[0].remittance, found.closing) == (10_00, "hello", 10_00)


def test_hostile_words_of_a_bank_come_in_clean(front: Banking, db: Database) -> None:
    taken = front.take(db, credit(1_00, text="pay\u202eme\u200b now \u0085 x" * 90, party="Ann\u00ada " * 60))
    line = front.line(taken)
    assert "\u202e" not in line["remittance"]
    assert (len(line["remittance"]) <= 1000, len(line["counterparty"]) <= 140) == (True, True)


def test_a_thousand_lines_are_taken_at_once(front: Banking, db: Database) -> None:
    taken = front.take(db, *(credit(1_00 + each) for each in range(1000)))
    assert (taken.operations, set(taken.states)) == (1000, {"unallocated"})
    front.assert_right()


# --- money without an owner ----------------------------------------------------------------------------


def receipt(front: Banking, db: Database, amount: int = 100_00, **more: Any) -> int:
    return int(front.line(front.take(db, credit(amount, **more)))["id"])


def test_a_receipt_is_given_to_a_coin(front: Banking, db: Database) -> None:
    client, line = front.client(), receipt(front, db)
    open_money, key = front.of_kind("UNALLOCATED"), uuid4()
    for _ in range(2):
        done = bank.match_receipt(db, key, line, client.serials["EUR"])
    assert (done.commission, done.application_id) == (2_00, None)
    assert front.has(client) == 98_00
    assert front.of_kind("UNALLOCATED") == open_money - 100_00
    assert front.lines(done.operation_id or 0) == [
        ("UNALLOCATED", "WALLET", 100_00), ("WALLET", "COMMISSION", 2_00),
    ]  # fmt: skip
    assert line not in {row.id for row in rows(db, bank.unallocated_select)}
    with pytest.raises(WrongState, match=r"statement_line\.wrong_state"):
        bank.match_receipt(db, uuid4(), line, client.serials["EUR"])
    front.assert_right()


def test_a_preview_says_whose_it_is_and_leaves_nothing_but_a_trace(front: Banking, db: Database) -> None:
    client, line = front.client(), receipt(front, db)
    kept = front.one("select count(*) from vault.operation")
    seen = bank.preview_match(db, uuid4(), line, client.serials["EUR"])
    assert (seen.serial, seen.commission, seen.limited) == (client.serials["EUR"], 2_00, False)
    assert [(each.debit_kind, each.credit_kind, each.amount) for each in seen.postings] == [
        ("UNALLOCATED", "WALLET", 100_00), ("WALLET", "COMMISSION", 2_00),
    ]  # fmt: skip
    assert front.one("select count(*) from vault.operation") == kept
    assert front.has(client) == 0
    trace = front.one(
        "select after ->> 'coin' from vault.log where what = 'receipt.preview' and entity_id = %s", str(line)
    )
    assert trace == str(client.coins["EUR"])


def test_a_coin_may_be_named_by_its_owners_address(front: Banking, db: Database) -> None:
    client = front.client()
    bank.match_receipt(db, uuid4(), receipt(front, db), f"{client.email}/EUR")
    assert front.has(client) == 98_00


def test_what_fits_no_coin_is_refused_and_stays(front: Banking, db: Database) -> None:
    client, shut, line = front.client(), front.client(), receipt(front, db)
    front.admin.execute("update book.client set blocked = true where id = %s", (shut.id,))
    for coin, kind, key in (
        ("400000000000", NotFound, "coin.not_found"),
        ("", NotFound, "coin.not_found"),
        (client.serials["USD"], Invalid, "issuer.mismatch"),
        (shut.serials["EUR"], NotEligible, "client.blocked"),
    ):
        with pytest.raises(kind) as refused:
            bank.match_receipt(db, uuid4(), line, coin)
        assert refused.value.key == key
    assert line in {row.id for row in rows(db, bank.unallocated_select)}


def test_a_receipt_is_given_once_whoever_asks_at_the_same_time(front: Banking, db: Database) -> None:
    client, line = front.client(), receipt(front, db)
    people = [front.office() for _ in range(3)]
    found = at_once(
        *[lambda each=each: bank.match_receipt(each, uuid4(), line, client.serials["EUR"]) for each in people]
    )
    assert sum(1 for each in found if isinstance(each, bank.Matched)) == 1
    assert front.has(client) == 98_00


def test_a_receipt_that_breaks_a_limit_waits_for_anti_fraud(front: Banking, db: Database) -> None:
    client, line = front.client(), receipt(front, db)
    version = front.contract(f"Small {uuid4()}")
    front.term(version, "bank_top_up", "EUR", percent="0")
    front.limit(version, "bank_top_up", "EUR", "operation", amount=50_00)
    front.assign_contract(client, version)
    before = front.db(front.accountant()).call("home")["waiting"]["unallocated"]
    done = bank.match_receipt(db, uuid4(), line, client.serials["EUR"])
    assert (done.operation_id, front.has(client)) == (None, 0)
    assert done.application_id is not None
    (row,) = rows(db, bank.unallocated_select, id=line)
    assert (row.application_id, row.application_state) == (done.application_id, "limited")
    assert db.call("home")["waiting"]["unallocated"] == before - 1
    with pytest.raises(WrongState) as refused:
        bank.match_receipt(db, uuid4(), line, front.client().serials["EUR"])
    assert (refused.value.key, refused.value.params["application_id"]) == (
        "receipt.waits",
        done.application_id,
    )
    front.admin.execute(
        "update book.application set state = 'withdrawn' where id = %s", (done.application_id,)
    )
    other = front.client()
    assert bank.match_receipt(db, uuid4(), line, other.serials["EUR"]).operation_id is not None
    assert front.has(other) == 98_00


def test_what_anti_fraud_let_through_is_matched(front: Banking, db: Database) -> None:
    client, line = front.client(), receipt(front, db)
    version = front.contract(f"Smaller {uuid4()}")
    front.term(version, "bank_top_up", "EUR", percent="0")
    front.limit(version, "bank_top_up", "EUR", "operation", amount=50_00)
    front.assign_contract(client, version)
    done = bank.match_receipt(db, uuid4(), line, client.serials["EUR"])
    for state in ("taken", "approved", "processed"):
        front.admin.execute(
            "update book.application set state = %s where id = %s", (state, done.application_id)
        )
    assert line not in {row.id for row in rows(db, bank.unallocated_select)}
    with pytest.raises(WrongState, match=r"receipt\.waits"):
        bank.match_receipt(db, uuid4(), line, client.serials["EUR"])


@pytest.mark.parametrize(
    "way", ["serial", "serial in groups", "email", "phone", "phone by hand", "name", "nothing"]
)
def test_whose_it_may_be_is_found_in_its_words(front: Banking, db: Database, way: str) -> None:
    client = front.client(name=f"Żaneta Wójcik-{uuid4().hex[:6]}")
    serial, phone = client.serials["EUR"], client.phone
    text = {
        "serial": f"for wallet {serial}, thanks",
        "serial in groups": f"{serial[:4]} {serial[4:8]} {serial[8:]}",
        "email": f"Top-up:{client.email.upper()}.",
        "phone": f"tel {phone}",
        "phone by hand": f"tel 00{phone[1:3]} ({phone[3:5]}) {phone[5:8]}-{phone[8:]}",
        "name": "rent",
        "nothing": "rent 12",
    }[way]
    name = (
        front.one("select upper(name) from book.client where id = %s", client.id)
        if way == "name"
        else "Someone"
    )
    found = bank.candidates(db, receipt(front, db, text=text, party=name))
    if way == "nothing":
        assert found == ()
        return
    assert [(each.serial, each.client_id) for each in found] == [(serial, client.id)]
    assert found[0].why == way.split(" ", maxsplit=1)[0]


def test_home_counts_what_waits(front: Banking, db: Database) -> None:
    before = db.call("home")["waiting"]
    front.take(db, credit(1_00), debit(1_00))
    after = db.call("home")["waiting"]
    assert (after["unallocated"], after["bank"]) == (before["unallocated"] + 1, before["bank"] + 1)


def test_an_account_must_be_right(front: Banking) -> None:
    call = "bank_account_add({system}, clock_timestamp(), %s, %s, %s, %s)"
    for iban, issuer in (
        ("DE89370400440532013001", "EUR"),
        ("DE", "EUR"),
        (PAYEE_IBAN, "BONUS"),
        (PAYEE_IBAN, "XXX"),
    ):
        with pytest.raises(Exception, match=r"bank\.account_iban|bank\.account_currency"):
            front.rule(call, iban, "COBADEFFXXX", "Money Ltd", issuer)
    assert decimal(5) == "0.05"
