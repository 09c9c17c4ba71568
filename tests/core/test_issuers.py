"""Issuers: added, changed, switched off only when nothing circulates; what circulates beside what backs it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from core import cash_desk, coins, issuers
from core.db import Database
from core.db.keyset import Keyset
from core.errors import BocliError, Invalid, KeyReused, NotAllowed, NotEligible, NotFound, WrongState
from core.issuers import IssuerFacts, NewIssuer
from tests.books import Books, Wallet, asked
from tests.core.test_races import at_once
from tests.world import Person

PLAIN = IssuerFacts("Coffee coin", "☕", "beans in the store", 9, (100, 1000))


@pytest.fixture(scope="module")
def db(books: Books) -> Database:
    return books.db(books.world.make_staff("administrator"))


def new(code: str, *, scale: int = 2, kind: str = "pegged", **facts: Any) -> NewIssuer:
    return NewIssuer(uuid4(), code, scale, kind, replace(PLAIN, **facts))


def row_of(db: Database, code: str) -> Any:
    return Keyset(issuers.issuers_select).where("code", "=", code).page(db, None, 2)[0]


def test_an_issuer_is_added_and_listed(books: Books, db: Database) -> None:
    asked_for = new("COFFEE")
    made = issuers.create(db, asked_for)
    assert issuers.create(db, asked_for) == made
    with pytest.raises(KeyReused):
        issuers.create(db, replace(asked_for, scale=3))
    row = row_of(db, "COFFEE")
    assert (row.name, row.symbol, row.scale, row.kind, row.position) == ("Coffee coin", "☕", 2, "pegged", 9)
    assert (row.backing, row.active, row.circulation, row.backed) == ("beans in the store", True, 0, 0)
    assert row.denominations == [1000, 100], "largest first"
    assert (
        books.one("select count(*) from vault.log where what = 'issuer.add' and entity_id = %s", str(made))
        == 1
    )


BAD: dict[str, tuple[NewIssuer, str]] = {
    "small letters": (new("coffee"), "issuer.code_invalid"),
    "one letter": (new("C"), "issuer.code_invalid"),
    "thirteen letters": (new("ABCDEFGHIJKLM"), "issuer.code_invalid"),
    "a digit first": (new("1COIN"), "issuer.code_invalid"),
    "a letter that looks like one": (new("СOIN"), "issuer.code_invalid"),
    "a code that is there": (new("EUR"), "issuer.code_taken"),
    "no name": (new("NEW", name=" "), "issuer.name_invalid"),
    "an escape in the name": (new("NEW", name="x\x1b[2J"), "issuer.name_invalid"),
    "an endless name": (new("NEW", name="x" * 101), "issuer.name_invalid"),
    "no symbol": (new("NEW", symbol=""), "issuer.symbol_invalid"),
    "a long symbol": (new("NEW", symbol="123456789"), "issuer.symbol_invalid"),
    "an invisible symbol": (new("NEW", symbol="\u200b"), "issuer.symbol_invalid"),
    "nine digits": (new("NEW", scale=9), "issuer.scale_invalid"),
    "less than none": (new("NEW", scale=-1), "issuer.scale_invalid"),
    "another kind": (new("NEW", kind="gold"), "issuer.kind_unknown"),
    "an endless backing": (new("NEW", backing="x" * 201), "issuer.backing_invalid"),
    "a place far away": (new("NEW", position=1000), "issuer.position_invalid"),
    "a place before all": (new("NEW", position=-1), "issuer.position_invalid"),
    "a note of nothing": (new("NEW", denominations=(0,)), "issuer.denominations_invalid"),
    "a note below nothing": (new("NEW", denominations=(-5,)), "issuer.denominations_invalid"),
    "a huge note": (new("NEW", denominations=(10**15,)), "issuer.denominations_invalid"),
    "too many notes": (new("NEW", denominations=tuple(range(1, 32))), "issuer.denominations_invalid"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_issuer_is_refused(books: Books, db: Database, name: str) -> None:
    wrong, key = BAD[name]
    before = books.one("select count(*) from book.issuer")
    with pytest.raises(Invalid) as refused:
        issuers.create(db, wrong)
    assert refused.value.key == key
    assert books.one("select count(*) from book.issuer") == before


def test_two_at_once_with_one_code_make_one(books: Books, db: Database) -> None:
    for turn in range(15):
        answers = at_once(*[lambda: issuers.create(db, new(f"TWIN{turn}"))] * 2)  # noqa: B023
        assert sorted(type(each).__name__ for each in answers) == ["Invalid", "int"]
        assert {each.key for each in answers if isinstance(each, BocliError)} == {"issuer.code_taken"}


def test_what_may_change_changes_and_is_logged(books: Books, db: Database) -> None:
    made = issuers.create(db, new("TEA"))
    issuers.change(db, uuid4(), made, replace(PLAIN, name="Tea coin", position=4, denominations=()))
    row = row_of(db, "TEA")
    assert (row.name, row.position, row.denominations, row.scale) == ("Tea coin", 4, [], 2)
    before, after = books.admin.execute(
        "select before, after from vault.log where what = 'issuer.change' and entity_id = %s", (str(made),)
    ).fetchone() or ({"name": ""}, {"name": ""})
    assert (before["name"], after["name"]) == ("Coffee coin", "Tea coin")
    with pytest.raises(Invalid, match=r"issuer\.name_invalid"):
        issuers.change(db, uuid4(), made, replace(PLAIN, name=""))
    with pytest.raises(NotFound, match=r"issuer\.not_found"):
        issuers.change(db, uuid4(), 9999, PLAIN)


def test_a_desk_can_always_count_what_it_holds(books: Books, db: Database) -> None:
    books.till()
    euro = row_of(db, "EUR")
    with pytest.raises(WrongState, match=r"issuer\.denominations_in_desks"):
        issuers.change(db, uuid4(), euro.id, replace(PLAIN, name="Euro", symbol="€", denominations=()))


# --- what circulates -----------------------------------------------------------------------------------


def slowly(books: Books, code: str) -> tuple[int, int]:
    """What clients are owed, by their own accounts one by one, and what backs it."""
    owed = books.one(
        "select coalesce(sum(coalesce(s.balance, a.balance)), 0)::bigint from vault.account a "
        "join vault.account_kind k using (kind) join book.issuer i on i.id = a.issuer_id left join "
        "(select account_id, sum(balance) as balance from vault.stripe group by 1) s on s.account_id = a.id "
        "where k.client_money and i.code = %s", code
    )  # fmt: skip
    backed = books.one(
        "select coalesce(sum(coalesce(s.balance, a.balance)), 0)::bigint from vault.account a "
        "join book.issuer i on i.id = a.issuer_id left join "
        "(select account_id, sum(balance) as balance from vault.stripe group by 1) s on s.account_id = a.id "
        "where i.code = %s and a.kind = any(case i.kind when 'bonus' then array['UNBACKED'] "
        "else array['BANK_SAFEGUARDED', 'CASH', 'VAULT', 'TRANSIT'] end)", code
    )  # fmt: skip
    return int(owed), int(backed)


def test_circulation_is_what_the_slow_sum_says_after_a_day_of_everything(books: Books, db: Database) -> None:
    desk, cashier = books.till()
    accountant = books.accountant(stepped_up=True)
    wallets = [books.wallet("EUR"), books.wallet("EUR"), books.wallet("USD")]
    for over in (-3_00, 4_00, 0):
        day = start(books, cashier, desk)
        for each in wallets:
            books.put(cashier, day, each, 200_00)
            books.take(cashier, day, each, 55_55)
            for code in ("EUR", "USD", "BONUS"):
                row = row_of(db, code)
                assert (row.circulation, row.backed) == slowly(books, code)
        close(books, cashier, day, desk, EUR=over)
        if over:
            way = cash_desk.ResolveDifference(uuid4(), day, "EUR", "loss" if over < 0 else "gain", "seen")
            cash_desk.resolve_difference(books.db(accountant), way)
        row = row_of(db, "EUR")
        assert (row.circulation, row.backed) == slowly(books, "EUR")
    assert row_of(db, "EUR").circulation == sum(map(books.balance, wallets[:2])) > 0


def test_the_kinds_that_are_left_out_are_those_of_client_money(books: Books) -> None:
    """The rule names them for the index; the table of kinds is the truth."""
    text = books.one("select prosrc from pg_proc where oid = 'rule.circulation_of'::regproc")
    kinds = books.one("select array_agg(kind order by kind) from vault.account_kind where client_money")
    named = sorted(part for part in text.split("'") if part.isupper() and part.replace("_", "").isalpha())
    assert named == kinds
    door = books.one("select prosrc from pg_proc where oid = 'vault.post'::regproc")
    for kind in kinds:
        assert f"'{kind}'" in door


def test_the_sum_walks_the_index_without_wallets(books: Books) -> None:
    with books.admin.transaction(force_rollback=True):
        books.admin.execute("set local session_replication_role = replica")
        books.admin.execute(
            "insert into vault.account (kind, issuer_id, owner_id, debit_sign, striped) "
            "select k, 1, 1000000 + n, -1, false from generate_series(1, 50000) n, unnest('{WALLET,HOLD}'::text[]) k"
        )
        books.admin.execute("analyze vault.account")
        text = "\n".join(
            row[0]
            for row in books.admin.execute(
                "explain select sum(a.debit_sign * a.balance) from vault.account a where a.issuer_id = 1 "
                "and a.kind not in ('WALLET', 'HOLD', 'BATCH') "
                "and a.kind not in ('PAYOUT', 'CASHBACK_DUE', 'UNALLOCATED')"
            )
        )
        assert "account_not_clients" in text, text
        books.admin.execute("set local search_path = pg_catalog, auth, vault, book, rule, pg_temp")
        read = (
            "select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_xact_all_tables "
            "where relid = 'vault.account'::regclass"
        )
        before = books.one(read)
        books.one("select circulation_of(1::smallint)")
        assert books.one(read) - before < 500, "accounts read of 100,000"


# --- switching off -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def till(books: Books) -> tuple[Person, int, int]:
    desk, cashier = books.till(eur=10_000_00)
    return cashier, start(books, cashier, desk), desk


def test_nothing_is_switched_off_while_units_circulate(
    books: Books, db: Database, till: tuple[Person, int, int]
) -> None:
    cashier, day, _ = till
    wallet = books.wallet("USD")
    books.put(cashier, day, wallet, 10_00)
    dollar = row_of(db, "USD")
    with pytest.raises(WrongState) as refused:
        issuers.switch(db, uuid4(), dollar.id, active=False)
    assert refused.value.key == "issuer.circulates"
    assert refused.value.params == {"amount": dollar.circulation, "scale": 2, "issuer": "USD"}
    assert row_of(db, "USD").active


def own_issuer(books: Books, code: str) -> tuple[int, Wallet, int, Person, int]:
    """An issuer of its own with a term, a client with nothing in it, a desk with cash of it, and its open day."""
    issuer = books.rule(
        "issuer_add({system}, now(), %s, %s, 'o', 2::smallint, 'real', array[1, 100]::bigint[], 8::smallint)",
        code,
        code,
    )
    for kind in ("cash_top_up", "cash_withdrawal"):
        books.term(books.version, kind, code, percent="1", minimum=10)
    desk, cashier = books.till()
    books.rule("float_put({system}, now(), %s, %s, 10000)", desk, code)
    client = books.client()
    wallet = Wallet(client.id, books.rule("coin_open({system}, now(), %s, %s)", client.id, code), code)
    return issuer, wallet, desk, cashier, start(books, cashier, desk)


def counted(books: Books, desk: int, **more: int) -> dict[str, dict[int, int | None]]:
    """A count of everything that the desk keeps, as the books say, or so much more of an issuer."""
    counts: dict[str, dict[int, int | None]] = {}
    for code, notes, balance in books.admin.execute(
        "select i.code, i.denominations, a.balance from book.desk_currency c join book.issuer i on i.id = c.issuer_id "
        "join vault.account a on a.id = c.cash_account_id where c.desk_id = %s", (desk,)
    ):  # fmt: skip
        left = balance + more.get(code, 0)
        counts[code] = {}
        for note in notes:
            counts[code][note], left = divmod(left, note)
    return counts


def start(books: Books, cashier: Person, desk: int) -> int:
    """A day at a desk, opened by a count that agrees with the books."""
    db = books.db(cashier)
    day = cash_desk.start_day(db, cash_desk.StartDay(uuid4(), desk)).day_id
    cash_desk.opening_count(db, cash_desk.OpeningCount(uuid4(), day, counted(books, desk)))
    return day


def close(books: Books, cashier: Person, day: int, desk: int, **more: int) -> cash_desk.CashReport:
    """Count, with so much more (less) of an issuer, and close."""
    db = books.db(cashier)
    cash_desk.start_counting(db, cash_desk.StartCounting(uuid4(), day))
    cash_desk.closing_count(db, cash_desk.ClosingCount(uuid4(), day, counted(books, desk, **more)))
    return books.close(books.accountant(), day)


def test_what_is_off_takes_no_clients_money_and_says_so_in_the_preview(books: Books, db: Database) -> None:
    issuer, wallet, desk, cashier, day = own_issuer(books, "OWNA")
    issuers.switch(db, uuid4(), issuer, active=False)
    assert not row_of(db, "OWNA").active
    with pytest.raises(NotEligible, match=r"issuer\.off"):
        cash_desk.preview(books.db(cashier), "cash_top_up", day, wallet.coin_id, "OWNA", 10_00)
    with pytest.raises(NotEligible, match=r"issuer\.off"):
        books.put(cashier, day, wallet, 10_00)
    with pytest.raises(WrongState, match=r"issuer\.already_off"):
        issuers.switch(db, uuid4(), issuer, active=False)
    with pytest.raises(NotFound, match=r"issuer\.not_found"):
        coins.open_coin(db, uuid4(), books.client().id, "OWNA")
    # The desk still closes its day, with a difference in that very issuer.
    report = close(books, cashier, day, desk, OWNA=50)
    assert {one.issuer: one.difference for one in report.sums}["OWNA"] == 50
    issuers.switch(db, uuid4(), issuer, active=True)
    with pytest.raises(WrongState, match=r"issuer\.already_on"):
        issuers.switch(db, uuid4(), issuer, active=True)
    books.assert_right()


def test_a_switch_off_against_a_top_up(books: Books, db: Database) -> None:
    """A hundred times: either the top-up was first and the switch is refused, or the switch was and the top-up is.

    Never both, and never units in an issuer that is off.
    """
    issuer, wallet, _, cashier, day = own_issuer(books, "OWNB")
    first = {"top-up": 0, "switch": 0}
    for turn in range(100):
        answers = at_once(
            lambda: issuers.switch(db, uuid4(), issuer, active=False),
            lambda: cash_desk.top_up(books.db(cashier), asked(day, wallet, 10_00)),
        )
        refused = [each for each in answers if isinstance(each, BocliError)]
        assert len(refused) == 1, (turn, answers)
        if isinstance(answers[0], WrongState):
            assert answers[0].key == "issuer.circulates"
            assert slowly(books, "OWNB")[0] == 10_00
            first["top-up"] += 1
            books.take(cashier, day, wallet, 9_90)
        else:
            assert isinstance(answers[1], NotEligible)
            assert answers[1].key == "issuer.off"
            assert slowly(books, "OWNB")[0] == 0
            first["switch"] += 1
            issuers.switch(db, uuid4(), issuer, active=True)
        assert books.balance(wallet) == 0
        assert row_of(db, "OWNB").active
    assert min(first.values()) >= 3, first
    books.assert_right()


def test_a_top_up_that_is_under_way_is_waited_for(books: Books, db: Database) -> None:
    """Step by step: written but not committed when the switch begins, the switch waits and then sees it."""
    issuer, wallet, _, cashier, day = own_issuer(books, "OWNC")
    answers: list[Any] = []

    def switch() -> None:
        try:
            issuers.switch(db, uuid4(), issuer, active=False)
            answers.append(None)
        except BocliError as refused:
            answers.append(refused)

    with books.world.raw(cashier) as raw:
        with raw.transaction():
            raw.execute(
                "select api.cash_top_up(gen_random_uuid(), %s, %s, 'OWNC', 1000, 10)", (day, wallet.coin_id)
            )
            thread = threading.Thread(target=switch)
            thread.start()
            thread.join(0.5)
            assert thread.is_alive()
        thread.join(10)
    assert [getattr(each, "key", None) for each in answers] == ["issuer.circulates"]
    assert books.balance(wallet) == 10_00


@pytest.mark.parametrize("role", ["cfo", "cashier", "accountant", "compliance"])
def test_others_change_no_issuers(books: Books, role: str) -> None:
    db = books.db(books.world.make_staff(role))
    for act in (
        lambda: issuers.create(db, new("NOPE")),
        lambda: issuers.change(db, uuid4(), 1, PLAIN),
        lambda: issuers.switch(db, uuid4(), 1, active=False),
    ):
        with pytest.raises(NotAllowed):
            act()
