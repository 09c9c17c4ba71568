"""What a contract may say: every fault named, what it leaves open told, priced by date, and what it would have cost."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import approvals, cash_desk, contracts
from core.cashback import CashbackDraft, profiles_select
from core.contracts import ContractDraft, Limit, Term, Tier
from core.db import Database
from core.db.keyset import Keyset
from core.errors import BocliError, Invalid, NotAllowed, NotFound, WrongState
from tests.books import Books, Wallet
from tests.core.test_contracts import fee_of, rounded, terms
from tests.core.test_races import at_once
from tests.world import Person

TOP_UP = Term("cash_top_up", "EUR", "percent", percent="1")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def cfo(books: Books) -> Database:
    person = books.world.make_staff("cfo")
    books.step_up(person)
    return books.db(person)


@pytest.fixture(scope="module")
def till(books: Books) -> tuple[Person, int]:
    desk, cashier = books.till(eur=10_000_00)
    return cashier, books.start(cashier, desk)


def draft(**more: Any) -> ContractDraft:
    return replace(ContractDraft(None, f"Contract {uuid4()}", None, None, (TOP_UP,)), **more)


def do(cfo: Database, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Alone, which is the same road without the waiting."""
    base = approvals.base_now(cfo, kind, payload)
    return approvals.alone(cfo, uuid4(), kind, payload, base)


def fault(cfo: Database, kind: str, payload: dict[str, Any]) -> str:
    """Why a draft could not be handed in; "" when it could."""
    saved = approvals.save(cfo, uuid4(), kind, payload)
    return saved.error.key if saved.error else ""


TIERS = (Tier(0, "1"), Tier(10_000, "0.5", 50), Tier(50_000, "0.2", 200))


@pytest.mark.parametrize(
    ("term", "key"),
    [
        (replace(TOP_UP, percent="101"), "term.percent_range"),
        (replace(TOP_UP, percent="100.000001"), "term.percent_range"),
        (replace(TOP_UP, percent="-1"), "term.percent_range"),
        (replace(TOP_UP, percent="1e1"), "term.percent_range"),
        (replace(TOP_UP, percent="NaN"), "term.percent_range"),
        (replace(TOP_UP, percent="0.1234567"), "term.percent_range"),
        (replace(TOP_UP, percent=""), "term.percent_range"),
        (replace(TOP_UP, percent="100"), ""),
        (replace(TOP_UP, fixed=-1), "term.fixed_number"),
        (replace(TOP_UP, fixed=10**15 + 1), "term.fixed_number"),
        (replace(TOP_UP, minimum=-5), "term.minimum_number"),
        (replace(TOP_UP, maximum=-5), "term.maximum_number"),
        (replace(TOP_UP, minimum=6, maximum=5), "term.minimum_above_maximum"),
        (replace(TOP_UP, issuer="DOGE"), "term.issuer_unknown"),
        (replace(TOP_UP, issuer=""), "term.issuer_unknown"),
        (replace(TOP_UP, operation_kind="count_over"), "term.kind_unknown"),
        (replace(TOP_UP, commission="free"), "term.commission_unknown"),
        (replace(TOP_UP, payer="nobody"), "term.payer_unknown"),
        (replace(TOP_UP, rounding="random"), "term.rounding_unknown"),
        (replace(TOP_UP, commission="tiers"), "term.tiers_missing"),
        (replace(TOP_UP, commission="tiers", tiers=TIERS), ""),
        (replace(TOP_UP, commission="tiers", tiers=TIERS[1:]), "term.tiers_gap"),
        (replace(TOP_UP, commission="tiers", tiers=(*TIERS, TIERS[-1])), "term.tiers_overlap"),
        (replace(TOP_UP, commission="tiers", tiers=TIERS[::-1]), "term.tiers_gap"),
        (replace(TOP_UP, commission="tiers", tiers=(TIERS[0], Tier(5, "200"))), "term.tier_percent"),
        (replace(TOP_UP, commission="tiers", tiers=(TIERS[0], Tier(5, "2", -3))), "term.tier_number"),
        (replace(TOP_UP, commission="tiers", tiers=tuple(Tier(n) for n in range(51))), "term.tiers_many"),
        (replace(TOP_UP, commission="tiers", tiers=(Tier(0, "9"), Tier(100, "1"))), ""),
        (
            replace(TOP_UP, commission="tiers", tiers=(Tier(0, "9"), Tier(100, "1")), monotone=True),
            "term.tiers_fall",
        ),
    ],
)
def test_a_faulty_term_is_named(cfo: Database, term: Term, key: str) -> None:
    assert fault(cfo, "contract", draft(terms=(term,)).payload()) == key
    errors = [each for each in contracts.check(cfo, [term], []) if each.severity == "error"]
    assert key in ({each.key for each in errors} if errors else {""})
    if key:
        assert (errors[0].part, errors[0].row) == ("terms", 0)


@pytest.mark.parametrize(
    ("limit", "key"),
    [
        (Limit("cash_top_up", "EUR", "day", 1000), ""),
        (Limit("cash_top_up", "EUR", "day", None, 5), ""),
        (Limit("cash_top_up", "EUR", "day"), "limit.nothing"),
        (Limit("cash_top_up", "EUR", "hour", 5), "limit.period_unknown"),
        (Limit("cash_top_up", "EUR", "day", -1), "limit.amount_number"),
        (Limit("cash_top_up", "EUR", "day", None, -1), "limit.pieces_number"),
        (Limit("cash_top_up", "EUR", "day", None, 10**10), "limit.pieces_number"),
        (Limit("cash_top_up", "EUR", "operation", 5, 5), "limit.pieces_of_one"),
        (Limit("cash_top_up", "XXX", "day", 5), "term.issuer_unknown"),
        (Limit("short_loss", "EUR", "day", 5), "term.kind_unknown"),
    ],
)
def test_a_faulty_limit_is_named(cfo: Database, limit: Limit, key: str) -> None:
    assert fault(cfo, "contract", draft(limits=(limit,)).payload()) == key


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"name": " "}, "contract.name"), ({"name": "x" * 101}, "contract.name"), ({"name": None}, "contract.name"),
        ({"name": "standard"}, "contract.name_taken"), ({"client_kind": "robot"}, "contract.client_kind"),
        ({"contract_id": 10**8}, "contract.not_found"), ({"contract_id": "1"}, "contract.not_found"),
        ({"contract_id": 10**40}, "contract.not_found"), ({"contract_id": []}, "contract.not_found"),
        ({"terms": []}, "contract.no_terms"), ({"terms": None}, "term.no_term"), ({"terms": [5]}, "term.no_term"),
        ({"terms": [{}]}, "term.kind_unknown"), ({"limits": {}}, "term.no_term"), ({"limits": [[]]}, "limit.no_limit"),
        ({"terms": [{}] * 501}, "term.no_term"),
        ({"valid_from": "2020-01-01T00:00:00Z"}, "change.in_the_past"),
        ({"valid_from": "2999-01-01T00:00:00Z"}, "change.too_far"), ({"valid_from": "tomorrow"}, "change.valid_from"),
        ({"valid_from": "2030-01-01T00:00:00"}, "change.valid_from"), ({"valid_from": 5}, "change.valid_from"),
        ({"valid_from": "2027-02-31T00:00:00Z"}, "change.valid_from"), ({"valid_from": []}, "change.valid_from"),
        ({"valid_from": "infinity"}, "change.valid_from"),
    ],
)  # fmt: skip
def test_a_faulty_contract_is_named(cfo: Database, change: dict[str, Any], key: str) -> None:
    assert fault(cfo, "contract", {**draft().payload(), **change}) == key


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    .filter(lambda text: "\0" not in text and not any(0xD800 <= ord(c) < 0xE000 for c in text)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["from", "percent", "fixed", "issuer", "operation_kind", "tiers"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(sorted(TOP_UP.__dataclass_fields__)), value=junk, tiers=st.booleans())
def test_no_junk_is_a_fault_of_the_database(cfo: Database, field: str, value: Any, tiers: bool) -> None:
    term: dict[str, Any] = draft().payload()["terms"][0]
    if tiers:
        term |= {"commission": "tiers", "tiers": [{"from": 0, "percent": "1", "fixed": 0}]}
    saved = approvals.save(cfo, uuid4(), "contract", {**draft().payload(), "terms": [{**term, field: value}]})
    assert saved.error is None or isinstance(saved.error, Invalid)


def test_what_is_there_twice_and_what_is_left_open(cfo: Database) -> None:
    found = contracts.check(cfo, [TOP_UP, TOP_UP], [Limit("cash_top_up", "EUR", "day", 5)] * 2)
    assert {(each.key, each.part, each.row) for each in found} == {
        ("term.twice", "terms", 1),
        ("limit.twice", "limits", 1),
    }
    odd = contracts.check(
        cfo,
        [TOP_UP, replace(TOP_UP, operation_kind="payment")],
        [
            Limit("cash_top_up", "EUR", "day", 900),
            Limit("cash_top_up", "EUR", "month", 500),
            Limit("transfer", "EUR", "day", 5),
        ],
    )
    assert {each.severity for each in odd} == {"warning"}
    told = {(each.key, each.params.get("kind"), each.params.get("issuers")) for each in odd}
    assert ("gap.term", "cash_top_up", "USD") in told
    assert ("gap.term", "bank_redeem", "EUR, USD") in told
    assert ("gap.limit", "payment", None) in told
    assert ("gap.limit_without_term", "transfer", None) in told
    assert ("limit.never_reached", None, None) in told


def test_monotone_as_declared_is_so(books: Books, cfo: Database) -> None:
    """Tiers that pass the check as monotone never cost less for more."""
    rng = random.Random(7)
    kept = 0
    for _ in range(150):
        starts = [0, *sorted(rng.sample(range(1, 3000), 3))]
        tiers = tuple(Tier(start, str(rng.randint(0, 5)), rng.randint(0, 80)) for start in starts)
        term = replace(TOP_UP, commission="tiers", tiers=tiers, monotone=True)
        if contracts.check(cfo, [term], [])[0].severity == "error":
            continue
        kept += 1
        payload = draft(terms=(term,)).payload()["terms"][0]
        fees = books.rule(
            "array_agg(commission_of(t, a) order by a) from term_of(%s::jsonb) t, generate_series(1, 4000) a",
            json.dumps(payload),
        )
        assert fees == sorted(fees)
    assert kept >= 3


def priced(books: Books, client: int, amount: int) -> dict[str, Any] | None:
    """What a transfer costs that client; None when the commission would take all of it."""
    try:
        with books.admin.transaction():
            call = (
                "row_to_json(p) from version_at(%s, now()) v join contract_term t on t.version_id = v.version_id "
                "and t.operation_kind = 'transfer' and t.issuer_id = 1, price(t, 'transfer', %s) p"
            )
            return dict(books.rule(call, client, amount))
    except psycopg.DatabaseError as error:
        if error.sqlstate != "BO030":
            raise
        return None


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(term=terms(), payer=st.sampled_from(["on_top", "out_of", "shared"]), many=st.lists(
    st.integers(1, 10**12), min_size=5, max_size=15))  # fmt: skip
def test_parts_add_up_and_nothing_eats_the_amount(
    books: Books, term: dict[str, Any], payer: str, many: list[int]
) -> None:
    with books.admin.transaction(force_rollback=True):
        version = books.contract(f"Parts {uuid4()}")
        books.admin.execute(
            "insert into book.contract_term (version_id, operation_kind, issuer_id, payer, commission, percent, fixed, "
            "tiers, minimum, maximum, rounding) select %s, 'transfer', 1, %s, t.commission, t.percent, t.fixed, "
            "t.tiers, t.minimum, t.maximum, t.rounding "
            "from jsonb_populate_record(null::book.contract_term, %s::jsonb) t",
            (version, payer, json.dumps(term)),
        )
        made = books.client()
        books.assign_contract(made, version)
        for amount in many:
            fee = fee_of(term, amount)
            on_top = {"on_top": fee, "out_of": 0, "shared": (fee + 1) // 2}[payer]
            found = priced(books, made.id, amount)
            if found is None:
                assert fee - on_top >= amount
                continue
            assert (found["commission"], found["on_top"]) == (fee, on_top)
            assert amount > fee - on_top, "something is left of what it is taken out of"
            if term["minimum"] is not None and term["maximum"] is not None:
                assert term["minimum"] <= fee <= term["maximum"]


def test_a_hundred_thousand_random_cases_are_the_models(books: Books) -> None:
    rng = random.Random(20)
    for _ in range(100):
        starts = [0, *sorted(rng.sample(range(1, 10**7), rng.randint(0, 5)))]
        bounds = sorted(rng.sample(range(10**6), 2))
        term = {
            "commission": rng.choice(contracts.COMMISSIONS),
            "percent": str(Decimal(rng.randint(0, 10**8)).scaleb(-6)),
            "fixed": rng.randint(0, 5000),
            "tiers": [
                {
                    "from": start,
                    "fixed": rng.randint(0, 900),
                    "percent": str(Decimal(rng.randint(0, 10**7)).scaleb(-6)),
                }
                for start in starts
            ],
            "minimum": rng.choice([None, bounds[0]]),
            "maximum": rng.choice([None, bounds[1]]),
            "rounding": rng.choice(contracts.ROUNDINGS),
        }
        many = [rng.randint(1, 10 ** rng.randint(1, 15)) for _ in range(1000)]
        found = books.rule(
            "array_agg(commission_of(t, a) order by i) from jsonb_populate_record(null::contract_term, %s::jsonb) t, "
            "unnest(%s::bigint[]) with ordinality as u (a, i)",
            json.dumps(term), many,
        )  # fmt: skip
        assert found == [fee_of(term, amount) for amount in many]


def test_before_and_after_the_start(books: Books, cfo: Database, till: tuple[Person, int]) -> None:
    cashier, day = till
    first = do(cfo, "contract", draft().payload())
    wallet = books.wallet()
    do(
        cfo,
        "assignment",
        {"contract_id": first["contract_id"], "clients": [wallet.client_id], "valid_from": None},
    )
    midnight = (now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    name = books.one("select name from book.contract where id = %s", first["contract_id"])
    later = do(
        cfo,
        "contract",
        draft(contract_id=first["contract_id"], name=name, valid_from=midnight,
              terms=(replace(TOP_UP, percent="3"),)).payload(),
    )  # fmt: skip
    for at, version, fee in (
        (midnight - timedelta(microseconds=1), first["version_id"], 100),
        (midnight, later["version_id"], 300),
    ):
        done = books.rule(
            "cash_operation((select row(s.id, s.person_id, s.login, s.role, null)::actor from staff s "
            "where s.id = %s), %s, 'cash_top_up', %s, %s, %s, 'EUR', 10000, %s, null)",
            cashier.id, at, uuid4(), day, wallet.coin_id, fee,
        )  # fmt: skip
        kept = books.one("select version_id from vault.operation where id = %s", done["operation_id"])
        assert kept == version
    with pytest.raises(WrongState) as refusal:  # another one before what is planned
        do(cfo, "contract", draft(contract_id=first["contract_id"], name=name).payload())
    assert refusal.value.key == "contract.later_version"
    found = contracts.detail(cfo, first["contract_id"])
    assert (found.version_id, found.clients) == (first["version_id"], 1)
    assert [each.id for each in found.versions] == [later["version_id"], first["version_id"]]
    assert contracts.detail(cfo, first["contract_id"], later["version_id"]).terms[0].percent == "3"
    with pytest.raises(NotFound):
        contracts.detail(cfo, first["contract_id"], 1)
    books.assert_right()


def test_assigned_to_many_by_a_list(books: Books, cfo: Database) -> None:
    made = [books.client() for _ in range(4)]
    lines = [
        made[0].email.upper(),
        made[1].phone,
        made[2].serials["EUR"],
        str(made[3].id),
        made[0].phone,
        "nobody",
        "",
    ]
    found = contracts.match_clients(cfo, lines)
    assert found.client_ids == tuple(each.id for each in made)
    assert (found.unknown_count, found.unknown) == (2, (6, 7))
    contract = do(cfo, "contract", draft(client_kind="individual").payload())["contract_id"]
    payload = {"contract_id": contract, "clients": list(found.client_ids), "valid_from": None}
    assert approvals.base_now(cfo, "assignment", payload)["before"] == [{"contract": None, "clients": 4}]
    assert do(cfo, "assignment", payload)["clients"] == 4
    assert contracts.detail(cfo, contract).clients == 4
    books.admin.execute("update book.client set kind = 'business' where id = %s", (made[0].id,))
    assert fault(cfo, "assignment", payload) == "assignment.other_kind"


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        ({"clients": []}, "assignment.clients"), ({"clients": None}, "assignment.clients"),
        ({"clients": ["1"]}, "assignment.clients"), ({"clients": [1.5]}, "assignment.clients"),
        ({"clients": [-1]}, "assignment.clients"), ({"clients": [10**30]}, "assignment.clients"),
        ({"clients": [10**15]}, "assignment.unknown_clients"), ({"contract_id": None}, "contract.not_found"),
        ({"clients": list(range(1, 100_002))}, "assignment.too_many"),
        ({"valid_from": "2001-01-01T00:00Z"}, "change.in_the_past"),
    ],
)  # fmt: skip
def test_a_faulty_assignment_is_named(books: Books, cfo: Database, payload: dict[str, Any], key: str) -> None:
    contract = books.one("select id from book.contract where is_default")
    plain = {"contract_id": contract, "clients": [books.client().id], "valid_from": None}
    assert fault(cfo, "assignment", {**plain, **payload}) == key


def test_a_contract_that_only_begins_later_is_not_given_before(books: Books, cfo: Database) -> None:
    starts = now() + timedelta(days=2)
    contract = do(cfo, "contract", draft(valid_from=starts).payload())["contract_id"]
    payload = {"contract_id": contract, "clients": [books.client().id], "valid_from": None}
    assert fault(cfo, "assignment", payload) == "assignment.no_version"
    assert fault(cfo, "assignment", {**payload, "valid_from": starts.isoformat()}) == ""


def test_fifty_thousand_unknown_clients(cfo: Database) -> None:
    found = contracts.match_clients(cfo, [f"nobody{n}@example.org" for n in range(50_000)])
    assert (found.client_ids, found.unknown_count, len(found.unknown)) == ((), 50_000, 1000)
    with pytest.raises(Invalid):
        contracts.match_clients(cfo, ["1"] * 100_001)


def test_cashback(books: Books, cfo: Database) -> None:
    shop = books.one(
        "insert into book.organization (name, kind) values (%s, 'merchant') returning id", f"S {uuid4()}"
    )
    plain = CashbackDraft(None, f"Back {uuid4()}", shop, "EUR", "3.5", 500, 14, 100_000, clawback=True)
    made = do(cfo, "cashback", plain.payload())
    later = replace(plain, profile_id=made["profile_id"], percent="0", valid_from=now() + timedelta(days=3))
    do(cfo, "cashback", later.payload())
    rows = Keyset(profiles_select).where("profile_id", "=", made["profile_id"]).page(cfo, None, 9)
    assert [(row.state, str(row.percent.normalize())) for row in rows] == [
        ("planned", "0"),
        ("in_force", "3.5"),
    ]
    for change, key in (
        ({"percent": "101"}, "term.percent_range"), ({"cap": 0}, "cashback.cap"), ({"cap": -1}, "cashback.cap"),
        ({"budget": 1.5}, "cashback.budget"), ({"hold_days": 366}, "cashback.hold_days"),
        ({"hold_days": "x"}, "cashback.hold_days"), ({"issuer": "X"}, "term.issuer_unknown"),
        ({"name": ""}, "cashback.name"),
        ({"name": plain.name.upper()}, "cashback.name_taken"), ({"organization_id": None}, "cashback.organization"),
        ({"organization_id": 10**8}, "cashback.organization"), ({"clawback": "yes"}, "change.payload"),
        ({"paid_by": "us"}, "change.payload"), ({"profile_id": 10**8}, "cashback.not_found"),
    ):  # fmt: skip
        assert fault(cfo, "cashback", {**plain.payload(), "name": "Other", **change}) == key


# What if.


def test_the_past_priced_by_a_draft(books: Books, cfo: Database, till: tuple[Person, int]) -> None:
    """Every sum is what a model in Python makes of the same operations."""
    cashier, day = till
    contract = do(cfo, "contract", draft().payload())["contract_id"]
    wallets = [books.wallet() for _ in range(3)]
    do(
        cfo,
        "assignment",
        {"contract_id": contract, "clients": [each.client_id for each in wallets], "valid_from": None},
    )
    rng = random.Random(3)
    amounts: list[tuple[int, int]] = []
    began = now() - timedelta(seconds=1)
    for _ in range(60):
        at, amount = rng.randrange(3), rng.choice([50, 777, 1000, 12_345, 60_000])
        wanted = cash_desk.CashOperation(
            uuid4(), day, wallets[at].coin_id, "EUR", amount, rounded_percent(amount)
        )
        cash_desk.top_up(books.db(cashier), wanted)
        amounts.append((at, amount))
    span = (began, now() + timedelta(seconds=1))
    tiers = (Tier(0, "2", 100), Tier(1000, "1.5", 10), Tier(50_000, "0.25"))
    for term in (
        replace(TOP_UP, percent="2.5"),
        replace(TOP_UP, commission="fixed", fixed=60, payer="out_of"),
        replace(TOP_UP, commission="greater_of", fixed=30, percent="3", rounding="half_even"),
        replace(TOP_UP, commission="lesser_of", fixed=30, percent="3", rounding="up", minimum=5),
        replace(TOP_UP, commission="tiers", tiers=tiers, rounding="down", maximum=150, payer="shared"),
        replace(TOP_UP, commission="none"),
    ):
        limits = [
            Limit("cash_top_up", "EUR", "operation", 50_000),
            Limit("cash_top_up", "EUR", "day", None, 15),
        ]
        answer = contracts.what_if(cfo, [term], limits, contract, span, step_s=0.001)
        assert answer is not None
        ((row,), refused) = answer
        model = {**draft(terms=(term,)).payload()["terms"][0]}
        fees = [fee_of(model, amount) for _, amount in amounts]
        share = {"on_top": 0, "out_of": 2, "shared": 1}[term.payer]
        dear = [fee * share // 2 >= amount for fee, (_, amount) in zip(fees, amounts, strict=True)]
        above = [amount > 50_000 and not eaten for eaten, (_, amount) in zip(dear, amounts, strict=True)]
        kept = [fee for fee, x, y in zip(fees, dear, above, strict=True) if not (x or y)]
        assert (row.pieces, row.amount) == (60, sum(amount for _, amount in amounts))
        assert row.before == sum(rounded_percent(amount) for _, amount in amounts)
        assert (row.after, row.too_dear, row.above_limit, row.unpriced) == (
            sum(kept),
            sum(dear),
            sum(above),
            0,
        )
        many = [sum(1 for at, _ in amounts if at == each) for each in range(3)]
        assert [(each.period, each.refused) for each in refused] == [
            ("day", sum(max(0, n - 15) for n in many))
        ]
    ((row,), _) = contracts.what_if(cfo, [replace(TOP_UP, issuer="USD")], [], contract, span) or ((), ())
    assert (row.unpriced, row.after) == (60, 0)
    told: list[int] = []

    def twice(done: int, of: int) -> bool:
        told.append(done)
        return done < of and len(told) < 2

    assert contracts.what_if(cfo, [TOP_UP], [], contract, span, twice, step_s=0.001) is None
    assert len(told) == 2
    assert contracts.what_if(
        cfo, [TOP_UP], [], contract, span, lambda done, _of: bool(told.append(done)) or True
    )
    assert told[2:] == sorted(told[2:])
    assert told[-1] == 100
    with pytest.raises(Invalid):
        contracts.what_if(cfo, [replace(TOP_UP, percent="x")], [], contract, span)


def rounded_percent(amount: int) -> int:
    from fractions import Fraction

    return rounded(Fraction(amount, 100), "half_up")


# Limits in force.


def test_given_back_when_it_did_not_happen(books: Books) -> None:
    with books.admin.transaction(force_rollback=True):
        _give_back(books, books.wallet())


def _give_back(books: Books, wallet: Wallet) -> None:
    used = "select amounts, pieces from book.limit_used where client_id = %s"
    today = now().date()
    books.rule("limits_lock(%s, 'cash_top_up', 1::smallint)", wallet.client_id)
    for on, amount in ((today, 500), (today, 300)):
        books.rule("limits_use(%s, 'cash_top_up', 1::smallint, %s, %s)", wallet.client_id, on, amount)
    books.rule("limits_give_back(%s, 'cash_top_up', 1::smallint, %s, %s)", wallet.client_id, today, 500)
    assert books.admin.execute(used, (wallet.client_id,)).fetchone() == ([300] * 6, [1] * 6)
    # What was counted a year and a day ago is in none of today's counters but that of a life.
    old = today - timedelta(days=366)
    books.rule("limits_give_back(%s, 'cash_top_up', 1::smallint, %s, %s)", wallet.client_id, old, 100)
    assert books.admin.execute(used, (wallet.client_id,)).fetchone() == ([300] * 5 + [200], [1] * 5 + [0])


def test_a_limit_by_sixteen_at_once_is_never_passed(books: Books, cfo: Database) -> None:
    contract = do(cfo, "contract", draft(limits=(Limit("cash_top_up", "EUR", "day", 10_000, 12),)).payload())
    tills = []
    for _ in range(16):
        desk, cashier = books.till()
        tills.append((books.db(cashier), books.start(cashier, desk)))
    for amount, most in ((1000, 10), (500, 12)):
        wallet = books.wallet()
        do(
            cfo,
            "assignment",
            {"contract_id": contract["contract_id"], "clients": [wallet.client_id], "valid_from": None},
        )

        def put(db: Database, day: int, wallet: Wallet = wallet, amount: int = amount) -> Any:
            wanted = cash_desk.CashOperation(
                uuid4(), day, wallet.coin_id, "EUR", amount, rounded_percent(amount)
            )
            return cash_desk.top_up(db, wanted)

        answers = at_once(*(lambda db=db, day=day: put(db, day) for db, day in tills))
        assert not [each for each in answers if isinstance(each, BocliError)]
        assert sum(isinstance(each, cash_desk.Receipt) for each in answers) == most
        assert books.balance(wallet) == most * amount
    books.assert_right()


@pytest.mark.parametrize("role", ["administrator", "accountant", "cashier", "compliance", "support_manager"])
def test_others_do_not_touch_terms(books: Books, role: str) -> None:
    db = books.db(books.world.make_staff(role))
    payload = draft().payload()
    acts: list[Any] = [
        lambda: approvals.save(db, uuid4(), "contract", payload),
        lambda: approvals.alone(db, uuid4(), "contract", payload, {}),
        lambda: approvals.decide(db, uuid4(), [approvals.Item(1, "")], approve=True),
        lambda: contracts.detail(db, 1),
        lambda: contracts.check(db, [], []),
        lambda: contracts.match_clients(db, ["1"]),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
