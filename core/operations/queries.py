"""What was ever posted: lists that walk one index whatever is asked, sums of a selection, one operation whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from core.clock import now
from core.db.keyset import Condition, Either, Keyset, clause
from core.db.views import view

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row, Select

    from core.db import Database

TRANSACTIONS = (
    "id at booked_on kind issuer_id issuer scale amount commission client_id client email phone coin_id serial "
    "counter_client_id other counter_coin_id other_serial actor_id actor day_id desk of_id reverses_id version_id"
)
#: A list that no index carries looks so many days back unless it is told a period.
LOOK_BACK_DAYS = 7
#: So many operations are summed one by one; more only where the roll-up answers.
MOST_SUMMED = 10_000
#: A name may begin those of so many clients; their operations are walked side by side.
MOST_CLIENTS = 50
#: The ledger books an operation within so many days of its moment.
NEAR_DAYS = 3
_ALONE = ("id", "day_id", "of_id", "reverses_id")
_SERIAL = re.compile(r"[0-9]{12}")


def transactions_select() -> Select[Any]:
    """Every operation, columns `TRANSACTIONS`; amounts in minor units of each row's scale."""
    return view("transactions", TRANSACTIONS)


@dataclass(frozen=True)
class Transactions(Keyset):
    """The list of all operations, newest first, keyed by their number.

    party: whose operations, on either side: an e-mail, a phone (+…), a wallet's serial, or the beginning of a name.
    A page starts at one or more places of an index (each client, each amount, each kind in each issuer), takes what it
    needs from each, and then looks at these rows: so it costs the same on page one and page 30,000.
    """

    party: str = ""
    _spans: dict[tuple[date | None, date | None], tuple[int | None, int | None]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def of(self, party: str) -> Transactions:
        """Only those of a client or wallet."""
        return replace(self, party=party)

    def page(
        self, db: Database, edge: tuple[Any, ...] | None, limit: int, *, backwards: bool = False
    ) -> Sequence[Row[Any]]:
        """As a keyset's; the first page of a period asks once more, where the period lies."""
        from sqlalchemy import Column, asc, column, desc

        down = self.newest_first != backwards
        turn = desc if down else asc
        ids = self.ids(db, edge, limit, down=down)
        number: Column[Any] = column("id")  # type: ignore[assignment]
        return db.rows(self.select().where(_any_of(number, ids)).order_by(turn(number)))

    def newer(self, db: Database, edge: tuple[Any, ...], most: int = 999) -> int:
        """How many rows stand before the key `edge`; counted to `most` only."""
        from sqlalchemy import func, select

        ids = self.ids(db, edge, most, down=not self.newest_first).subquery()
        return int(db.rows(select(func.count()).select_from(ids))[0][0])

    # What is asked.

    @property
    def period(self) -> tuple[date | None, date | None]:
        """The booking days asked for, both included; None is open."""
        since, until = None, None
        for each in self._sure():
            days = _days(each)
            if days is not None:
                since = max(filter(None, (since, days[0])), default=None)
                until = min(filter(None, (until, days[1])), default=None)
        return since, until

    @property
    def looks_back(self) -> bool:
        """No index carries what is asked, and no period was given: only the last days are looked through."""
        walked = {name for each in self.conditions for name in _columns(each)}
        return (
            bool(walked - {"kind", "issuer", "booked_on", "at", *_ALONE})
            and not self.party
            and self.period[0] is None
            and not any(_exact(each) or _alone(each) or _named(each) for each in self._sure())
        )

    @property
    def rolled_up(self) -> bool:
        """The roll-up knows the sums of this selection."""
        columns = {name for each in self.conditions for name in _columns(each)}
        plain = all(_days(each) is not None for each in self._sure() if "booked_on" in each.columns)
        days = sum("booked_on" in _columns(each) for each in self.conditions)
        sure = sum("booked_on" in each.columns for each in self._sure())
        return not self.party and columns <= {"kind", "issuer", "booked_on"} and plain and days <= sure

    def _sure(self) -> Iterator[Condition]:
        """The conditions that every row meets for certain: not those among alternatives, not the negated."""
        for each in self.conditions:
            yield from _flat(each)

    # Where the rows are.

    def ids(self, db: Database, edge: tuple[Any, ...] | None, limit: int, *, down: bool) -> Select[Any]:
        """The numbers of at most `limit` rows beyond the edge."""
        from sqlalchemy import and_, asc, column, desc, false, func, select, true

        turn = desc if down else asc
        start, on, left = self._start()
        name = "transactions_by_client" if "party_id" in on else "transactions"
        walk = _only(name, column("id"))
        asked = (*left, *self._bounds(db))
        dated = [each for each in asked if _columns(each) & {"booked_on", "at"}]
        for each in asked:
            if each not in dated:
                walk = walk.where(clause(each))
        if dated:
            # The numbers bound the period already. To the planner day and number are independent, so it would think
            # that hardly a row is left, and rather sort them all: so it is not shown what is asked of the day.
            walk = walk.where(func.coalesce(and_(*map(clause, dated)), false()))
        if edge is not None:
            walk = walk.where(column("id") < edge[0] if down else column("id") > edge[0])
        walk = walk.order_by(turn(column("id"))).limit(limit)
        if start is None:
            return walk
        starts = start.subquery("s")
        for mine in on:
            walk = walk.where(column(mine) == starts.c[f"start_{mine}"])
        walked = walk.correlate(starts).lateral("w")
        found = select(walked.c.id).select_from(starts).join(walked, true()).distinct()
        return found.order_by(turn(walked.c.id)).limit(limit)

    def _bounds(self, db: Database) -> Iterator[Condition]:
        period = self.period
        if self.looks_back:
            period = (now().date() - timedelta(LOOK_BACK_DAYS), None)
            yield Condition(("booked_on",), ">=", period[0])
        if period == (None, None):
            return
        if period not in self._spans:
            asked: dict[str, Any] = {"from": period[0], "to": period[1]}
            found = db.call("operation_span", **asked)
            self._spans[period] = (found["first"], found["last"])
        first, last = self._spans[period]
        if first is not None:
            yield Condition(("id",), ">=", first)
        if last is not None:
            yield Condition(("id",), "<=", last)

    def _start(self) -> tuple[Select[Any] | None, tuple[str, ...], tuple[Condition | Either, ...]]:
        """The places to start at, the columns by which they are met, and the conditions that are left to the walk."""
        if self.party:
            return _parties(self.party), ("party_id",), (*self.conditions, *_serial(self.party))
        named = next((each.value for each in self._sure() if _named(each)), None)
        if named is not None:
            return _parties(named), ("party_id",), self.conditions
        exact = next((each for each in self._sure() if _exact(each)), None)
        if exact is not None:
            left = tuple(x for x in self.conditions if tuple(_flat(x)) != (exact,))
            return _amounts(exact), ("issuer_id", "amount"), left
        if any(_alone(each) for each in self._sure()):
            return None, (), self.conditions
        placed = tuple(each for each in self.conditions if _columns(each) <= {"kind", "issuer"})
        if not placed:
            return None, (), self.conditions
        return _kinds(placed), ("issuer_id", "kind"), tuple(x for x in self.conditions if x not in placed)


def _only(name: str, *columns: Any) -> Select[Any]:
    """These expressions over a view."""
    from sqlalchemy import select, table

    return select(*columns).select_from(table(name, schema="api"))


def _any_of(number: Any, ids: Select[Any]) -> ColumnElement[bool]:
    from sqlalchemy import ARRAY, BigInteger, func

    return number == func.any(func.array(ids.scalar_subquery(), type_=ARRAY(BigInteger)))  # type: ignore[no-any-return]


def _columns(asked: Condition | Either) -> set[str]:
    if isinstance(asked, Condition):
        return set(asked.columns)
    return set().union(*map(_columns, asked.conditions))


def _flat(asked: Condition | Either) -> Iterator[Condition]:
    if isinstance(asked, Condition):
        yield asked
    elif not asked.negated and (asked.every or len(asked.conditions) == 1):
        for each in asked.conditions:
            yield from _flat(each)


def _exact(asked: Condition) -> bool:
    return asked.columns == ("amount",) and asked.operator == "=" and bool(asked.scale)


def _alone(asked: Condition) -> bool:
    return len(asked.columns) == 1 and asked.columns[0] in _ALONE and asked.operator == "="


def _named(asked: Condition) -> bool:
    """A column of one side holds exactly this: its client is known beforehand."""
    if asked.columns in (("serial",), ("other_serial",)):
        return asked.operator in ("=", "contains") and _SERIAL.fullmatch(str(asked.value)) is not None
    if asked.columns == ("email",):
        return asked.operator == "=" and "@" in str(asked.value)
    return asked.columns == ("phone",) and asked.operator == "=" and str(asked.value).startswith("+")


def _days(asked: Condition) -> tuple[date | None, date | None] | None:
    """The booking days that a condition leaves, or None when it says nothing of them."""
    if asked.columns == ("booked_on",) and isinstance(asked.value, date):
        day, slack, beyond = asked.value, timedelta(), timedelta(1)
    elif asked.columns == ("at",) and isinstance(asked.value, datetime):
        day, slack, beyond = asked.value.date(), timedelta(NEAR_DAYS), timedelta()
    else:
        return None
    ends: dict[str, tuple[date | None, date | None]] = {
        "=": (day - slack, day + slack),
        ">=": (day - slack, None),
        ">": (day - slack + beyond, None),
        "<=": (None, day + slack),
        "<": (None, day + slack - beyond),
    }
    return ends.get(asked.operator)


def _parties(party: str) -> Select[Any]:
    """The clients that a word names."""
    from sqlalchemy import column

    if _SERIAL.fullmatch(party):
        return _only("coins", column("client_id").label("start_party_id")).where(column("serial") == party)
    found = _only("clients", column("id").label("start_party_id"))
    if "@" in party:
        return found.where(column("email_key") == _folded(party))
    if party.startswith("+"):
        return found.where(column("phone") == "+" + re.sub(r"[^0-9]", "", party))
    name: Any = column("name_key")
    begins = name.startswith(_folded(party), autoescape=True)
    return found.where(begins).order_by(name, column("id")).limit(MOST_CLIENTS)


def _folded(text: str) -> str:
    """As names and e-mails are compared; the database's `folded`."""
    return " ".join(normalize("NFKC", text).lower().split())


def _serial(party: str) -> tuple[Condition, ...]:
    """A wallet's serial means that wallet, not all of its client's."""
    return (Condition(("serial", "other_serial"), "=", party),) if _SERIAL.fullmatch(party) else ()


def _amounts(asked: Condition) -> Select[Any]:
    from sqlalchemy import BigInteger, Numeric, cast, column, func, literal

    scale: Any = column("scale")
    minor = literal(asked.value, Numeric) * func.power(cast(literal(10), Numeric), scale)
    places: Any = column("issuer_id").label("start_issuer_id"), cast(minor, BigInteger).label("start_amount")
    return _only("operation_kinds", *places).where(minor == func.trunc(minor)).distinct()


def _kinds(placed: tuple[Condition | Either, ...]) -> Select[Any]:
    from sqlalchemy import column

    places: Any = column("issuer_id").label("start_issuer_id"), column("kind").label("start_kind")
    found = _only("operation_kinds", *places)
    for each in placed:
        found = found.where(clause(each))
    return found


@dataclass(frozen=True, slots=True)
class Turnover:
    """Sums of one kind in one issuer, or of one issuer (kind ""); amounts in minor units. period: 0 is the last."""

    issuer: str
    scale: int
    kind: str
    pieces: int
    amount: int
    commission: int
    period: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a selection by issuer. exact: all of it; else of its newest `MOST_SUMMED` operations, and there are
    more. kinds: by issuer and kind, where the roll-up answered."""

    lines: tuple[Turnover, ...]
    exact: bool
    kinds: tuple[Turnover, ...] = ()


def turnover(
    db: Database, since: date | None = None, until: date | None = None, kind: str | None = None,
    issuer: str | None = None, days: int | None = None,
) -> tuple[Turnover, ...]:  # fmt: skip
    """What was posted on these booking days, both included, by issuer and kind; from the roll-up, exact. days: by
    periods of so many days too, counted back from `until`."""
    asked: dict[str, Any] = {"from": since, "to": until, "kind": kind, "issuer": issuer, "days": days}
    return tuple(Turnover(**line) for line in db.call("turnover", **asked)["lines"])


def totals(db: Database, asked: Transactions) -> Totals:
    """The sums of a selection. From the roll-up when it knows them, however much that is; else one by one, and of more
    than `MOST_SUMMED` only the newest."""
    if not asked.rolled_up:
        return _summed(db, asked)
    found = turnover(db, *asked.period)
    placed = tuple(each for each in asked.conditions if _columns(each) <= {"kind", "issuer"})
    if placed:
        from sqlalchemy import column

        wanted = _only("operation_kinds", column("issuer"), column("kind"))
        for each in placed:
            wanted = wanted.where(clause(each))
        pairs = {(row.issuer, row.kind) for row in db.rows(wanted)}
        found = tuple(each for each in found if (each.issuer, each.kind) in pairs)
    return Totals(_by_issuer(found), True, found)


def _by_issuer(lines: Sequence[Turnover]) -> tuple[Turnover, ...]:
    sums: dict[str, Turnover] = {}
    for each in lines:
        was = sums.get(each.issuer, replace(each, kind="", pieces=0, amount=0, commission=0))
        sums[each.issuer] = replace(
            was,
            pieces=was.pieces + each.pieces,
            amount=was.amount + each.amount,
            commission=was.commission + each.commission,
        )
    return tuple(sums.values())


def _summed(db: Database, asked: Transactions) -> Totals:
    from sqlalchemy import column, func

    ids = asked.ids(db, None, MOST_SUMMED, down=True)
    issuer: Any = column("issuer")
    scale: Any = column("scale")
    sums = _only(
        "transactions",
        issuer,
        scale,
        func.count().label("pieces"),
        func.sum(column("amount")).label("amount"),
        func.sum(column("commission")).label("commission"),
    )
    rows = db.rows(sums.where(_any_of(column("id"), ids)).group_by(issuer, scale).order_by(issuer))
    lines = tuple(
        Turnover(row.issuer, row.scale, "", row.pieces, int(row.amount), int(row.commission)) for row in rows
    )
    pieces = sum(line.pieces for line in lines)
    return Totals(lines, pieces < MOST_SUMMED or _count(db, asked, MOST_SUMMED + 1) <= pieces)


def _count(db: Database, asked: Transactions, most: int) -> int:
    from sqlalchemy import func, select

    return int(
        db.rows(select(func.count()).select_from(asked.ids(db, None, most, down=True).subquery()))[0][0]
    )


@dataclass(frozen=True, slots=True)
class Side:
    """A client on a side of an operation, and the wallet; other: who is paid, or of a refund who gives back."""

    client_id: int
    client: str
    email: str | None
    phone: str | None
    coin_id: int | None
    serial: str | None
    other: bool


@dataclass(frozen=True, slots=True)
class Link:
    """Another operation that belongs to this one. way: of (this one goes on with it), followed_by, reverses,
    reversed_by."""

    operation_id: int
    kind: str
    way: str
    at: datetime
    amount: int
    issuer: str
    scale: int


@dataclass(frozen=True, slots=True)
class PostedLine:
    """One posting: the kinds of both accounts, and whose they are."""

    debit_kind: str
    debit_of: str | None
    credit_kind: str
    credit_of: str | None
    amount: int


@dataclass(frozen=True, slots=True)
class OperationDetail:
    """One operation whole; amounts in minor units. refunded: what was given back of it so far, or None; blocks: those
    put on it, newest first; terms: the contract's version by which it was priced, or None."""

    operation_id: int
    kind: str
    at: datetime
    booked_on: date
    issuer: str
    scale: int
    amount: int
    commission: int
    details: dict[str, Any]
    batch_id: int | None
    day_id: int | None
    desk: str | None
    actor: str | None
    of_id: int | None
    reverses_id: int | None
    refunded: int | None
    sides: tuple[Side, ...]
    lines: tuple[PostedLine, ...]
    links: tuple[Link, ...]
    blocks: tuple[dict[str, Any], ...]
    terms: dict[str, Any] | None


def operation(db: Database, number: int) -> OperationDetail:
    """An operation by its number. Raises NotFound operation.not_found. Leaves a trace."""
    row = db.call("operation_detail", operation_id=number)
    return OperationDetail(
        **{
            **row,
            "at": datetime.fromisoformat(row["at"]),
            "booked_on": date.fromisoformat(row["booked_on"]),
            "sides": tuple(Side(**each) for each in row["sides"]),
            "lines": tuple(map(_line, row["lines"])),
            "links": tuple(Link(**{**x, "at": datetime.fromisoformat(x["at"])}) for x in row["links"]),
            "blocks": tuple(row["blocks"]),
        }
    )


def _line(row: dict[str, Any]) -> PostedLine:
    debit, credit = row["debit"], row["credit"]
    return PostedLine(debit["kind"], debit["of"], credit["kind"], credit["of"], row["amount"])


def amount_of(text: str) -> Decimal | None:
    """An amount as people write it in a search, 12.50 or 12,50; None when it is none."""
    plain = text.replace(",", ".", 1) if "." not in text else text
    return Decimal(plain) if re.fullmatch(r"[0-9]{1,15}\.[0-9]{1,8}", plain) else None
