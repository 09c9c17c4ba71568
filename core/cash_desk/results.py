"""What the cash desk answers: frozen, in whole minor units, times with their zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


def moment(text: str | None) -> datetime | None:
    """A timestamp as PostgreSQL writes it into JSON (ISO 8601 with offset)."""
    return None if text is None else datetime.fromisoformat(text)


def sure_moment(text: str) -> datetime:
    """A timestamp that is there."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Currency:
    """A unit of which a desk holds cash; denominations in minor units, largest first."""

    code: str
    name: str
    symbol: str
    scale: int
    kind: str
    denominations: tuple[int, ...]

    @classmethod
    def read(cls, row: dict[str, Any]) -> Currency:
        return cls(**{**row, "denominations": tuple(row["denominations"])})


@dataclass(frozen=True, slots=True)
class DeskDay:
    """A day at a desk. `differences` is filled by the opening count only: (issuer, counted, expected)."""

    day_id: int
    state: str
    cash_date: date
    desk_id: int
    desk: str
    branch: str
    time_zone: str
    cashier_id: int
    cashier: str
    started_at: datetime
    opened_at: datetime | None
    requested_at: datetime | None
    closed_at: datetime | None
    z_number: int | None
    reconciled: bool
    sent_back_reason: str | None
    forced_reason: str | None
    currencies: tuple[Currency, ...]

    @classmethod
    def read(cls, row: dict[str, Any]) -> DeskDay:
        return cls(
            day_id=row["day_id"],
            state=row["state"],
            cash_date=date.fromisoformat(row["cash_date"]),
            desk_id=row["desk_id"],
            desk=row["desk"],
            branch=row["branch"],
            time_zone=row["time_zone"],
            cashier_id=row["cashier_id"],
            cashier=row["cashier"],
            started_at=sure_moment(row["started_at"]),
            opened_at=moment(row["opened_at"]),
            requested_at=moment(row["requested_at"]),
            closed_at=moment(row["closed_at"]),
            z_number=row["z_number"],
            reconciled=row["reconciled"],
            sent_back_reason=row["sent_back_reason"],
            forced_reason=row["forced_reason"],
            currencies=tuple(map(Currency.read, row["currencies"] or ())),
        )


@dataclass(frozen=True, slots=True)
class CountTotal:
    """One currency of a count; `expected` is None where the count is blind."""

    issuer: str
    scale: int
    counted: int
    expected: int | None = None

    @property
    def difference(self) -> int | None:
        return None if self.expected is None else self.counted - self.expected

    @classmethod
    def read(cls, row: dict[str, Any]) -> CountTotal:
        return cls(row["issuer"], row["scale"], row["counted"], row.get("expected"))


@dataclass(frozen=True, slots=True)
class Count:
    """A count by denomination: lines of (issuer, denomination in minor units, pieces)."""

    count_id: int
    kind: str
    at: datetime
    by: str
    note: str
    totals: tuple[CountTotal, ...]
    lines: tuple[tuple[str, int, int], ...]

    @classmethod
    def read(cls, row: dict[str, Any]) -> Count:
        return cls(
            row["count_id"],
            row["kind"],
            sure_moment(row["at"]),
            row["by"],
            row["note"],
            tuple(map(CountTotal.read, row["totals"] or ())),
            tuple((issuer, denomination, pieces) for issuer, denomination, pieces in row["lines"] or ()),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One posting for people: kind of account and whose it is on both sides."""

    debit_kind: str
    debit_of: str | None
    credit_kind: str
    credit_of: str | None
    amount: int

    @classmethod
    def read(cls, row: dict[str, Any]) -> Line:
        debit, credit = row["debit"], row["credit"]
        return cls(debit["kind"], debit["of"], credit["kind"], credit["of"], row["amount"])


@dataclass(frozen=True, slots=True)
class LimitLeft:
    """A limit of the contract and what is left of it after the operation; None where it does not bind."""

    period: str
    amount: int | None
    amount_left: int | None
    pieces: int | None
    pieces_left: int | None


@dataclass(frozen=True, slots=True)
class Broken:
    """The limit that an operation would break: `measure` says whether amount (minor units) or pieces."""

    period: str
    measure: str
    limit: int
    used: int
    excess: int

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be posted. `cash` is what changes hands at the counter. `broken`: the operation would become an
    application and no cash would move; `uplifted`: anti-fraud lets it pass all limits once.
    """

    kind: str
    issuer: str
    amount: int
    commission: int
    payer: str
    cash: int
    balance_before: int
    balance_after: int
    lines: tuple[Line, ...]
    limits: tuple[LimitLeft, ...]
    broken: Broken | None = None
    uplifted: bool = False

    @classmethod
    def read(cls, row: dict[str, Any]) -> Preview:
        return cls(
            **{
                **row,
                "lines": tuple(map(Line.read, row["lines"])),
                "limits": tuple(LimitLeft(**limit) for limit in row["limits"]),
                "broken": Broken(**row["broken"]) if row.get("broken") else None,
            }
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """A cash operation as its receipt shows it; `copy` marks a reprint; `redeem_id`: the request that was paid."""

    operation_id: int
    kind: str
    at: datetime
    booked_on: date
    issuer: str
    scale: int
    amount: int
    commission: int
    cash: int
    balance: int
    day_id: int
    desk: str
    branch: str
    time_zone: str
    cashier: str
    client: str
    serial: str
    document: str | None
    head: str
    lines: tuple[Line, ...]
    copy: bool = False
    redeem_id: int | None = None

    @classmethod
    def read(cls, row: dict[str, Any]) -> Receipt:
        return cls(
            **{
                **row,
                "at": sure_moment(row["at"]),
                "booked_on": date.fromisoformat(row["booked_on"]),
                "lines": tuple(map(Line.read, row["lines"])),
            }
        )


@dataclass(frozen=True, slots=True)
class Limited:
    """A cash operation that broke a limit: it waits as an application, and no cash moved. `held` of the wallet (minor
    units; None of a top-up) stays set aside while it waits.
    """

    application_id: int
    kind: str
    at: datetime
    expires_at: datetime
    issuer: str
    scale: int
    amount: int
    commission: int
    held: int | None
    client: str
    serial: str
    broken: Broken

    @classmethod
    def read(cls, row: dict[str, Any]) -> Limited:
        limit = {name: row[name] for name in ("period", "measure", "limit", "used", "excess")}
        rest = {name: value for name, value in row.items() if name not in limit}
        return cls(
            **{
                **rest,
                "at": sure_moment(row["at"]),
                "expires_at": sure_moment(row["expires_at"]),
                "broken": Broken(**limit),
            }
        )


@dataclass(frozen=True, slots=True)
class Turnover:
    """Operations of one kind in one currency of a day."""

    kind: str
    issuer: str
    scale: int
    pieces: int
    amount: int
    commission: int


@dataclass(frozen=True, slots=True)
class Sum:
    """One currency of a day: opening count, cash that came in and went out, books at the closing count,
    count, difference, and what of the difference is still unresolved (`left`: over positive, short
    negative).
    """

    issuer: str
    scale: int
    opening: int | None
    expected: int | None
    counted: int | None
    difference: int | None
    left: int
    cash_in: int | None = None
    cash_out: int | None = None


@dataclass(frozen=True, slots=True)
class CashReport:
    """An X report (`z_number`, `sums`, `head` empty) or a Z report."""

    day: DeskDay
    turnover: tuple[Turnover, ...]
    at: datetime
    sums: tuple[Sum, ...] = ()
    closed_by: str | None = None
    note: str | None = None
    head: str | None = None

    @classmethod
    def read(cls, row: dict[str, Any]) -> CashReport:
        return cls(
            day=DeskDay.read(row),
            turnover=tuple(Turnover(**line) for line in row["turnover"]),
            at=sure_moment(row.get("at") or row["closed_at"]),
            sums=tuple(Sum(**line) for line in row.get("sums") or ()),
            closed_by=row.get("closed_by"),
            note=row.get("note"),
            head=row.get("head"),
        )


@dataclass(frozen=True, slots=True)
class CloseRequested:
    """The day after its blind closing count: what was counted, and nothing of what the books expect."""

    day: DeskDay
    counted: tuple[CountTotal, ...]

    @classmethod
    def read(cls, row: dict[str, Any]) -> CloseRequested:
        return cls(DeskDay.read(row), tuple(map(CountTotal.read, row["counted"] or ())))


@dataclass(frozen=True, slots=True)
class Review:
    """All that an accountant compares; `own` when the accountant was this day's cashier and so may not
    decide.
    """

    day: DeskDay
    sums: tuple[Sum, ...]
    turnover: tuple[Turnover, ...]
    counts: tuple[Count, ...]
    count_seen: int | None
    own: bool

    @classmethod
    def read(cls, row: dict[str, Any]) -> Review:
        return cls(
            DeskDay.read(row),
            tuple(Sum(**line) for line in row["sums"] or ()),
            tuple(Turnover(**line) for line in row["turnover"]),
            tuple(map(Count.read, row["counts"])),
            row["count_seen"],
            row["own"],
        )


@dataclass(frozen=True, slots=True)
class Resolved:
    """A difference resolved by one operation."""

    operation_id: int
    day_id: int
    issuer: str
    scale: int
    amount: int
    way: str


@dataclass(frozen=True, slots=True)
class Home:
    """The first screen's facts; `waiting` maps a section's id to how much waits there."""

    now: datetime
    database: str
    role: str
    day: DeskDay | None
    waiting: dict[str, int]

    @classmethod
    def read(cls, row: dict[str, Any]) -> Home:
        return cls(
            sure_moment(row["now"]),
            row["database"],
            row["role"],
            DeskDay.read(row["day"]) if row["day"] else None,
            {section: count for section, count in row["waiting"].items() if count is not None},
        )
