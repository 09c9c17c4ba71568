"""Every bad input has its own refusal, in words of every language, and it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from core import cash_desk, clients, texts
from core.errors import (
    BocliError,
    Changed,
    Invalid,
    KeyReused,
    NotAllowed,
    NotEligible,
    NotEnough,
    NotFound,
    StepUpNeeded,
    WrongState,
)
from tests import company
from tests.books import Books, Wallet, asked
from tests.world import Person


@dataclass
class Scene:
    """A till with an open day, a client with 200.00, and everybody who could get something wrong."""

    books: Books
    desk: int
    day: int
    cashier: Person
    accountant: Person
    wallet: Wallet
    dollars: Wallet
    other_desk: int
    other_day: int
    other_cashier: Person

    def put(self, amount: Any, **changed: Any) -> None:
        request = replace(asked(self.day, self.wallet, 1000), amount=amount, **changed)
        cash_desk.top_up(self.books.db(self.cashier), request)

    def take(self, amount: int, **changed: Any) -> None:
        request = replace(asked(self.day, self.wallet, amount, document="passport"), **changed)
        cash_desk.withdraw(self.books.db(self.cashier), request)


@pytest.fixture(scope="module")
def scene(books: Books) -> Scene:
    desk, cashier = books.till()
    other_desk, other_cashier = books.till()
    client = books.client()
    wallet, dollars = (Wallet(client.id, client.coins[issuer], issuer) for issuer in ("EUR", "USD"))
    day, other_day = books.start(cashier, desk), books.start(other_cashier, other_desk)
    books.put(cashier, day, wallet, 200_00)
    books.put(cashier, day, dollars, 1000_00)
    accountant = books.accountant()
    return Scene(books, desk, day, cashier, accountant, wallet, dollars, other_desk, other_day, other_cashier)


def snapshot(books: Books) -> Any:
    """All that a refused request must not change."""
    return books.one(
        "select jsonb_build_array((select jsonb_agg(a order by id) from vault.account a), "
        "(select jsonb_agg(s order by s.account_id, s.stripe) from vault.stripe s), "
        "(select count(*) from vault.operation), (select jsonb_agg(d order by id) from book.desk_day d), "
        "(select count(*) from book.cash_count), (select jsonb_agg(u order by u.client_id, u.operation_kind, "
        "u.issuer_id) from book.limit_used u), (select count(*) from vault.request_key))"
    )


def assert_refused(books: Books, act: Callable[[], Any], kind: type[BocliError], key: str) -> BocliError:
    """It is refused as that, nothing changed, the log has it, and people are told in words."""
    before = snapshot(books)
    logged = books.one("select count(*) from vault.log where refused")
    with pytest.raises(kind) as refusal:
        act()
    assert type(refusal.value) is kind
    assert refusal.value.key == key
    assert snapshot(books) == before
    if not key.startswith(("db.", "input.")):
        assert books.one("select count(*) from vault.log where refused") == logged + 1
    for language in texts.LANGUAGES:
        texts.set_language(language)
        try:
            said = texts.explain(refusal.value)
        finally:
            texts.set_language("en")
        assert said
        assert not said.startswith("error."), said
        assert "{" not in said, said
    return refusal.value


Act = Callable[[Scene], Any]
CASH: dict[str, tuple[Act, type[BocliError], str]] = {
    "an empty amount": (lambda s: s.put(None), Invalid, "amount.empty"),
    "nothing": (lambda s: s.put(0), Invalid, "amount.zero"),
    "less than nothing": (lambda s: s.put(-1), Invalid, "amount.negative"),
    "more than there is": (lambda s: s.put(10**15 + 1), Invalid, "amount.too_large"),
    "another issuer's amount": (lambda s: s.put(1000, issuer="USD"), Invalid, "issuer.mismatch"),
    "an issuer that is none": (lambda s: s.put(1000, issuer="XXX"), Invalid, "issuer.mismatch"),
    "no issuer": (lambda s: s.put(1000, issuer=None), Invalid, "issuer.mismatch"),
    "a coin that is none": (lambda s: s.put(1000, coin_id=999999), NotFound, "coin.not_found"),
    "no coin": (lambda s: s.put(1000, coin_id=None), NotFound, "coin.not_found"),
    "a day that is none": (lambda s: s.put(1000, day_id=999999), NotFound, "day.not_found"),
    "no day": (lambda s: s.put(1000, day_id=None), NotFound, "day.not_found"),
    "a day that is not mine": (lambda s: s.put(1000, day_id=s.other_day), NotAllowed, "day.not_yours"),
    "another price than was shown": (
        lambda s: s.put(1000, commission_seen=11),
        Changed,
        "commission.changed",
    ),
    "no price": (lambda s: s.put(1000, commission_seen=None), Changed, "commission.changed"),
    "no key": (lambda s: s.put(1000, key=None), Invalid, "key.missing"),
    "no document": (lambda s: s.take(1000, document=None), Invalid, "document.missing"),
    "a blank document": (lambda s: s.take(1000, document="   "), Invalid, "document.missing"),
    "a document without end": (lambda s: s.take(1000, document="x" * 101), Invalid, "document.too_long"),
    "more than the client has": (lambda s: s.take(200_00), NotEnough, "funds.not_enough"),
}


@pytest.mark.parametrize("what", CASH)
def test_at_the_till(scene: Scene, what: str) -> None:
    act, kind, key = CASH[what]
    assert_refused(scene.books, lambda: act(scene), kind, key)
    scene.books.assert_right()


def test_too_little_cash_in_the_desk(scene: Scene, books: Books) -> None:
    rich = books.wallet()
    books.put(scene.other_cashier, scene.other_day, rich, 9_000_00)
    error = assert_refused(
        books, lambda: books.take(scene.cashier, scene.day, rich, 8_000_00), NotEnough, "cash.not_enough"
    )
    # How much there is the cashier is not told: the count is blind.
    assert error.params == {"needed": 8_000_00, "issuer": "EUR"}
    books.assert_right()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("update book.client set blocked = true where id = %(client)s", "client.blocked"),
        ("update book.coin set closed = true where id = %(coin)s", "coin.closed"),
        ("update book.coin set incoming = false where id = %(coin)s", "coin.blocked"),
    ],
)
def test_a_client_who_may_not(scene: Scene, books: Books, change: str, key: str) -> None:
    wallet = books.wallet()
    books.admin.execute(change.encode(), {"client": wallet.client_id, "coin": wallet.coin_id})
    assert_refused(books, lambda: books.put(scene.cashier, scene.day, wallet, 1000), NotEligible, key)


@pytest.mark.parametrize(
    "change",
    [
        "identification = 'none'",
        "identification = 'expired'",
        "identified_until = current_date - 2",
    ],
)
def test_a_client_who_is_not_identified_gets_no_cash(scene: Scene, books: Books, change: str) -> None:
    wallet = books.wallet()
    books.put(scene.cashier, scene.day, wallet, 100_00)
    books.admin.execute(f"update book.client set {change} where id = %s", (wallet.client_id,))
    assert_refused(
        books,
        lambda: books.take(scene.cashier, scene.day, wallet, 1000),
        NotEligible,
        "client.not_identified",
    )
    books.put(scene.cashier, scene.day, wallet, 1000)


def test_a_unit_of_which_there_is_no_cash(scene: Scene, books: Books) -> None:
    made = books.client()
    bonus = Wallet(made.id, made.coins["BONUS"], "BONUS")
    assert_refused(books, lambda: books.put(scene.cashier, scene.day, bonus, 10), Invalid, "issuer.not_cash")


def test_the_preview_refuses_as_the_posting_does(scene: Scene, books: Books) -> None:
    db = books.db(scene.cashier)
    for day, coin, issuer, amount, kind, key in (
        (scene.day, scene.wallet.coin_id, "EUR", 0, Invalid, "amount.zero"),
        (scene.day, scene.wallet.coin_id, "USD", 100, Invalid, "issuer.mismatch"),
        (scene.day, 999999, "EUR", 100, NotFound, "coin.not_found"),
        (scene.other_day, scene.wallet.coin_id, "EUR", 100, NotAllowed, "day.not_yours"),
        (999999, scene.wallet.coin_id, "EUR", 100, NotFound, "day.not_found"),
    ):
        before = snapshot(books)
        with pytest.raises(kind) as refusal:
            cash_desk.preview(db, "cash_top_up", day, coin, issuer, amount)
        assert refusal.value.key == key
        assert snapshot(books) == before
    with pytest.raises(Invalid):
        cash_desk.preview(db, "over_wallet", scene.day, scene.wallet.coin_id, "EUR", 100)


# Days.


def test_a_second_day_on_the_same_desk(scene: Scene, books: Books) -> None:
    second = books.world.make_staff("cashier")
    books.assign(scene.desk, second)
    db = books.db(second)
    assert_refused(
        books,
        lambda: cash_desk.start_day(db, cash_desk.StartDay(uuid4(), scene.desk)),
        WrongState,
        "day.desk_busy",
    )


def test_a_second_desk_for_the_same_cashier(scene: Scene, books: Books) -> None:
    desk = books.desk(scene.cashier)
    db = books.db(scene.cashier)
    assert_refused(
        books,
        lambda: cash_desk.start_day(db, cash_desk.StartDay(uuid4(), desk)),
        WrongState,
        "day.cashier_busy",
    )


def test_a_desk_that_is_not_mine_or_none(scene: Scene, books: Books) -> None:
    third = books.world.make_staff("cashier")
    db = books.db(third)
    for desk, kind, key in (
        (scene.desk, NotAllowed, "desk.not_assigned"),
        (999999, NotFound, "desk.not_found"),
    ):
        request = cash_desk.StartDay(uuid4(), desk)
        assert_refused(books, lambda request=request: cash_desk.start_day(db, request), kind, key)


def _actor(books: Books, person: Person, call: str, *values: Any) -> Any:
    """A rule as that person at another time."""
    who = "(select row(s.id, s.person_id, s.login, s.role, null)::actor from staff s where s.id = %s)"
    return books.rule(call.replace("{who}", who), person.id, *values)


def test_a_stale_day_from_yesterday_can_only_be_counted_and_closed(scene: Scene, books: Books) -> None:
    desk, cashier = books.till()
    yesterday = datetime.now(UTC) - timedelta(hours=32)
    day = _actor(books, cashier, "day_start({who}, %s, %s, %s) ->> 'day_id'", yesterday, uuid4(), desk)
    opening = cash_desk.commands.counts_json(books.counts(desk))
    _actor(
        books, cashier, "day_opening_count({who}, %s, %s, %s, %s::jsonb, false, null)",
        yesterday, uuid4(), int(day), _json(opening),
    )  # fmt: skip
    error = assert_refused(
        books, lambda: books.put(cashier, int(day), scene.wallet, 1000), WrongState, "day.stale"
    )
    assert error.params["date"]
    books.request_close(cashier, int(day), desk)
    assert books.close(scene.accountant, int(day)).day.state == "closed"
    books.assert_right()


def _json(value: Any) -> str:
    import json

    return json.dumps(value)


COUNTS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a cell left empty": (lambda c: c["EUR"].update({500: None}), "count.empty"),
    "a currency left out": (lambda c: c.pop("USD"), "count.issuer_missing"),
    "a denomination left out": (lambda c: c["EUR"].pop(500), "count.empty"),
    "fewer than none": (lambda c: c["EUR"].update({500: -1}), "count.negative"),
    "half a note": (lambda c: c["EUR"].update({500: 0.5}), "count.negative"),
    "a million notes and one": (lambda c: c["EUR"].update({500: 1_000_001}), "count.too_large"),
    "a note that does not exist": (lambda c: c["EUR"].update({300: 1}), "count.denomination_unknown"),
    "a currency that the desk does not have": (lambda c: c.update({"BONUS": {}}), "count.malformed"),
    "words for a number": (lambda c: c["EUR"].update({500: "two"}), "count.empty"),
    "nothing at all": (lambda c: c.clear(), "count.issuer_missing"),
}


@pytest.mark.parametrize("what", COUNTS)
def test_a_count_that_is_none(books: Books, what: str) -> None:
    desk, cashier = books.till()
    db = books.db(cashier)
    day = cash_desk.start_day(db, cash_desk.StartDay(uuid4(), desk)).day_id
    change, key = COUNTS[what]
    counts: Any = books.counts(desk)
    change(counts)
    request = cash_desk.OpeningCount(uuid4(), day, counts)
    assert_refused(books, lambda: cash_desk.opening_count(db, request), Invalid, key)
    books.assert_right()
    db.close()


@pytest.mark.parametrize(
    "raw",
    [
        "null", "{}", "[]", "[1]", '[{"issuer": "EUR"}]', '[{"issuer": "EUR", "lines": 5}]',
        '[{"issuer": "EUR", "lines": [[]]}, {"issuer": "USD", "lines": []}]',
        '[{"issuer": "EUR", "lines": [["500", 1]]}, {"issuer": "USD", "lines": []}]',
        '[{"issuer": "EUR", "lines": [[1e99, 1]]}, {"issuer": "USD", "lines": []}]',
        '[{"issuer": "EUR", "lines": []}, {"issuer": "EUR", "lines": []}, {"issuer": "USD", "lines": []}]',
    ],
)  # fmt: skip
def test_a_count_of_the_wrong_shape(books: Books, raw: str) -> None:
    import json

    desk, cashier = books.till()
    db = books.db(cashier)
    day = cash_desk.start_day(db, cash_desk.StartDay(uuid4(), desk)).day_id
    before = snapshot(books)
    with pytest.raises(Invalid):
        db.call(
            "desk_day_opening_count",
            key=uuid4(),
            day_id=day,
            counts=json.loads(raw) or (),
            confirm=False,
            reason=None,
        )
    assert snapshot(books) == before
    db.close()


def test_an_opening_count_that_differs_is_shown_first_and_posted_when_confirmed(books: Books) -> None:
    desk, cashier = books.till(eur=100_00, usd=0)
    db = books.db(cashier)
    day = cash_desk.start_day(db, cash_desk.StartDay(uuid4(), desk)).day_id
    counts = books.counts(desk, EUR=-7)

    def opened(confirm: bool, reason: str) -> Callable[[], cash_desk.DeskDay]:
        request = cash_desk.OpeningCount(uuid4(), day, counts, confirm, reason)
        return lambda: cash_desk.opening_count(db, request)

    error = assert_refused(books, opened(False, ""), Changed, "difference.confirm")
    differences: Any = error.params["differences"]
    assert [(one["issuer"], one["difference"]) for one in differences] == [("EUR", -7), ("USD", 0)]
    assert_refused(books, opened(True, "  "), Invalid, "reason.missing")
    assert_refused(books, opened(True, "x" * 501), Invalid, "reason.too_long")
    assert opened(True, "a torn note")().state == "open"
    assert books.cash(desk)["EUR"] == 100_00 - 7
    books.assert_right()


def test_states_are_held_in_every_direction(scene: Scene, books: Books) -> None:
    desk, cashier = books.till()
    db, office = books.db(cashier), books.db(scene.accountant)
    day = cash_desk.start_day(db, cash_desk.StartDay(uuid4(), desk)).day_id
    counts = books.counts(desk)

    def acts() -> dict[str, Callable[[], Any]]:
        return {
            "opening_count": lambda: cash_desk.opening_count(
                db, cash_desk.OpeningCount(uuid4(), day, counts)
            ),
            "abandon": lambda: cash_desk.abandon_day(db, cash_desk.AbandonDay(uuid4(), day)),
            "top_up": lambda: books.put(cashier, day, scene.wallet, 1000),
            "withdraw": lambda: books.take(cashier, day, scene.wallet, 1000),
            "counting": lambda: cash_desk.start_counting(db, cash_desk.StartCounting(uuid4(), day)),
            "closing_count": lambda: cash_desk.closing_count(
                db, cash_desk.ClosingCount(uuid4(), day, counts)
            ),
            "send_back": lambda: cash_desk.send_back(office, cash_desk.SendBack(uuid4(), day, "again")),
            "close": lambda: cash_desk.close_day(office, cash_desk.CloseDay(uuid4(), day, 1)),
            "x_report": lambda: cash_desk.x_report(db, day),
            "reconcile": lambda: cash_desk.reconcile(office, cash_desk.Reconcile(uuid4(), day, True)),
        }

    def only(state: str, *allowed: str) -> None:
        assert cash_desk.review(office, day).day.state == state
        for name, act in acts().items():
            if name in allowed:
                continue
            with pytest.raises(WrongState) as refusal:
                act()
            assert refusal.value.params["state"] == state
            with pytest.raises(NotFound):
                cash_desk.z_report(office, day)

    only("opening_count", "opening_count", "abandon")
    acts()["opening_count"]()
    only("open", "top_up", "withdraw", "counting", "x_report")
    acts()["counting"]()
    only("counting", "closing_count")
    acts()["closing_count"]()
    only("close_requested", "send_back", "close")
    acts()["send_back"]()
    only("counting", "closing_count")
    acts()["closing_count"]()
    seen = cash_desk.review(office, day).count_seen
    stale = cash_desk.CloseDay(uuid4(), day, (seen or 0) - 1)
    assert_refused(books, lambda: cash_desk.close_day(office, stale), Changed, "review.changed")
    books.close(scene.accountant, day)
    for name, act in acts().items():
        if name != "reconcile":
            with pytest.raises(WrongState):
                act()
    assert cash_desk.reconcile(office, cash_desk.Reconcile(uuid4(), day, True)).reconciled
    books.assert_right()


def test_a_day_given_up_before_it_was_opened(books: Books) -> None:
    desk, cashier = books.till()
    db = books.db(cashier)
    day = cash_desk.start_day(db, cash_desk.StartDay(uuid4(), desk)).day_id
    assert cash_desk.abandon_day(db, cash_desk.AbandonDay(uuid4(), day)).state == "abandoned"
    books.start(cashier, desk)
    books.assert_right()


def test_nobody_decides_about_their_own_day_under_another_account(scene: Scene, books: Books) -> None:
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    books.request_close(cashier, day, desk, EUR=-3)
    second = books.world.make_staff("accountant", person=cashier)
    books.step_up(second)
    db = books.db(second)
    seen = cash_desk.review(db, day)
    assert seen.own
    for act in (
        lambda: cash_desk.close_day(db, cash_desk.CloseDay(uuid4(), day, seen.count_seen or 0)),
        lambda: cash_desk.send_back(db, cash_desk.SendBack(uuid4(), day, "once more")),
    ):
        assert_refused(books, act, NotAllowed, "day.own")
    books.close(scene.accountant, day)
    lost = cash_desk.ResolveDifference(uuid4(), day, "EUR", "loss", "gone")
    assert_refused(books, lambda: cash_desk.resolve_difference(db, lost), NotAllowed, "day.own")
    marked = cash_desk.Reconcile(uuid4(), day, True)
    assert_refused(books, lambda: cash_desk.reconcile(db, marked), NotAllowed, "day.own")
    books.assert_right()


def test_grave_acts_want_a_fresh_second_factor_and_a_reason(scene: Scene, books: Books) -> None:
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    plain, stepped = books.accountant(), books.accountant(stepped_up=True)
    forced = cash_desk.ForceClose(uuid4(), day, books.counts(desk, USD=-2), "the cashier fell ill")
    assert_refused(
        books, lambda: cash_desk.force_close(books.db(plain), forced), StepUpNeeded, "step_up.needed"
    )
    no_reason = replace(forced, key=uuid4(), reason=" ")
    assert_refused(
        books, lambda: cash_desk.force_close(books.db(stepped), no_reason), Invalid, "reason.missing"
    )
    report = cash_desk.force_close(books.db(stepped), forced)
    assert (report.day.state, report.day.forced_reason) == ("closed", "the cashier fell ill")
    lost = cash_desk.ResolveDifference(uuid4(), day, "USD", "loss", "gone")
    assert_refused(
        books, lambda: cash_desk.resolve_difference(books.db(plain), lost), StepUpNeeded, "step_up.needed"
    )
    db = books.db(stepped)
    for change, kind, key in (
        ({"way": "gift"}, Invalid, "difference.wrong_way"),
        ({"way": "gain"}, WrongState, "difference.none"),
        ({"issuer": "EUR"}, WrongState, "difference.none"),
        ({"reason": ""}, Invalid, "reason.missing"),
        ({"way": "debt"}, NotFound, "coin.not_found"),
        ({"way": "debt", "coin_id": scene.wallet.coin_id}, Invalid, "issuer.mismatch"),
    ):
        wrong = replace(lost, key=uuid4(), **change)
        assert_refused(books, lambda wrong=wrong: cash_desk.resolve_difference(db, wrong), kind, key)
    assert cash_desk.resolve_difference(db, lost).amount == 2
    again = replace(lost, key=uuid4())
    assert_refused(books, lambda: cash_desk.resolve_difference(db, again), WrongState, "difference.none")
    books.assert_right()


@pytest.mark.parametrize("way", ["loss", "debt", "gain", "wallet"])
def test_a_difference_resolved_in_each_way(scene: Scene, books: Books, way: str) -> None:
    desk, cashier = books.till()
    day = books.start(cashier, desk)
    books.request_close(cashier, day, desk, EUR=-30 if way in ("loss", "debt") else 30)
    books.close(scene.accountant, day)
    accountant = books.accountant(stepped_up=True)
    wallet = books.wallet()
    coin = wallet.coin_id if way in ("debt", "wallet") else None
    request = cash_desk.ResolveDifference(uuid4(), day, "EUR", way, "found out", coin)
    assert cash_desk.resolve_difference(books.db(accountant), request).amount == 30
    assert books.balance(wallet) == (30 if way == "wallet" else 0)
    books.assert_right()


# Reading what is another's.


def test_another_cashiers_papers(scene: Scene, books: Books) -> None:
    done = books.put(scene.cashier, scene.day, scene.wallet, 1000)
    db = books.db(scene.other_cashier)
    with pytest.raises(NotFound):
        cash_desk.receipt(db, done.operation_id)
    again = cash_desk.receipt(books.db(scene.cashier), done.operation_id)
    assert again.copy
    assert replace(again, copy=False) == done
    for read in (cash_desk.x_report, cash_desk.z_report):
        with pytest.raises(NotAllowed):
            read(db, scene.day)
    with pytest.raises(NotFound):
        cash_desk.x_report(db, 999999)


@pytest.mark.parametrize("words", ["", "ab", "  a ", "\x00\x00\x00"])
def test_a_client_sought_by_too_little(scene: Scene, books: Books, words: str) -> None:
    with pytest.raises(Invalid):
        clients.find(books.db(scene.cashier), words)


def test_clients_are_found_by_all_that_they_have(scene: Scene, books: Books) -> None:
    made = books.client(name="Łucja O'Connor-%_\\ Żółć")
    db = books.db(scene.cashier)
    mine = [made.phone, made.phone.removeprefix("+"), made.email.upper(), made.serials["EUR"], "łucja o'c"]
    for words in (*mine, "Łucja O'Connor-%_\\ ż"):
        assert [one.client_id for one in clients.find(db, words)] == [made.id], words
    for words in ("nobody", "%%%", "___", "+000", "x@y", "' or true --"):
        assert clients.find(db, words) == ()


# Keys.


def test_the_same_key_answers_the_first_result(scene: Scene, books: Books) -> None:
    key, wallet = uuid4(), books.wallet()
    first = books.put(scene.cashier, scene.day, wallet, 1000, key)
    assert books.put(scene.cashier, scene.day, wallet, 1000, key) == first
    assert books.balance(wallet) == 1000
    before = snapshot(books)
    with pytest.raises(KeyReused) as refusal:
        books.put(scene.cashier, scene.day, wallet, 2000, key)
    assert refusal.value.key == "key.reused"
    with pytest.raises(KeyReused):
        books.take(scene.cashier, scene.day, wallet, 1000, key)
    with pytest.raises(KeyReused):
        cash_desk.start_counting(books.db(scene.cashier), cash_desk.StartCounting(key, scene.day))
    assert snapshot(books) == before


def test_another_persons_key_is_refused_and_their_result_not_told(scene: Scene, books: Books) -> None:
    key, wallet = uuid4(), books.wallet()
    books.put(scene.cashier, scene.day, wallet, 1000, key)
    with pytest.raises((KeyReused, NotAllowed)):
        books.put(scene.other_cashier, scene.day, wallet, 1000, key)
    with pytest.raises(NotAllowed):
        books.db(scene.other_cashier).call("outcome", key=key)


def test_a_refused_request_may_be_sent_again_with_its_key(scene: Scene, books: Books) -> None:
    key, wallet = uuid4(), books.wallet()
    with pytest.raises(Invalid):
        books.put(scene.cashier, scene.day, wallet, -5, key)
    assert books.put(scene.cashier, scene.day, wallet, 1000, key).amount == 1000


def test_outcome_is_final(scene: Scene, books: Books) -> None:
    key, wallet = uuid4(), books.wallet()
    db = books.db(scene.cashier)
    assert db.call("outcome", key=key) == {"void": True}
    assert db.call("outcome", key=key) == {"void": True}
    with pytest.raises(KeyReused) as refusal:
        books.put(scene.cashier, scene.day, wallet, 1000, key)
    assert refusal.value.key == "key.void"
    done = uuid4()
    first = books.put(scene.cashier, scene.day, wallet, 1000, done)
    answer = db.call("outcome", key=done)
    assert cash_desk.Receipt.read(answer["result"]) == first
    assert answer["what"] == "cash_top_up"
    with pytest.raises(Invalid):
        db.call("outcome", key=None)
    books.assert_right()


def test_every_step_of_a_day_answers_the_same_twice(books: Books) -> None:
    desk, cashier = books.till()
    accountant = books.accountant(stepped_up=True)
    db, office = books.db(cashier), books.db(accountant)

    def twice(call: Callable[[Any, Any], Any], where: Any, request: Any) -> Any:
        first = call(where, request)
        count = books.one("select count(*) from vault.log")
        assert call(where, request) == first
        assert books.one("select count(*) from vault.log") == count
        return first

    day = twice(cash_desk.start_day, db, cash_desk.StartDay(uuid4(), desk)).day_id
    twice(cash_desk.opening_count, db, cash_desk.OpeningCount(uuid4(), day, books.counts(desk)))
    wallet = books.wallet()
    twice(cash_desk.top_up, db, asked(day, wallet, 100_00))
    twice(cash_desk.withdraw, db, asked(day, wallet, 10_00, document="id"))
    twice(cash_desk.start_counting, db, cash_desk.StartCounting(uuid4(), day))
    twice(cash_desk.closing_count, db, cash_desk.ClosingCount(uuid4(), day, books.counts(desk)))
    twice(cash_desk.send_back, office, cash_desk.SendBack(uuid4(), day, "again"))
    short = cash_desk.ClosingCount(uuid4(), day, books.counts(desk, EUR=-1))
    asked_for = twice(cash_desk.closing_count, db, short)
    assert all(total.expected is None for total in asked_for.counted), "the count is blind"
    seen = cash_desk.review(office, day).count_seen or 0
    twice(cash_desk.close_day, office, cash_desk.CloseDay(uuid4(), day, seen))
    twice(cash_desk.resolve_difference, office, cash_desk.ResolveDifference(uuid4(), day, "EUR", "loss", "x"))
    twice(cash_desk.reconcile, office, cash_desk.Reconcile(uuid4(), day, True))
    twice(cash_desk.assign_desk, office, cash_desk.AssignDesk(uuid4(), desk, cashier.id, False))
    books.assert_right()


def test_a_company_can_be_counted_to_the_cent() -> None:
    counts = company.count(123_45, 6_78)
    assert sum(note * (many or 0) for note, many in counts["EUR"].items()) == 123_45
