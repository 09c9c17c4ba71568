"""Rates as they are listed, their history, what is odd in them, and an office's offers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.contracts.drafts import moment_text
from core.db.views import view

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select

    from core.db import Database


@dataclass(frozen=True, slots=True)
class RateDraft:
    """A rate to be: units of quote for one of base, as decimal texts; office_id None: the system's; valid_from None:
    at once."""

    base: str
    quote: str
    buy: str
    sell: str
    office_id: int | None = None
    valid_from: datetime | None = None

    @property
    def kind(self) -> str:
        """The kind of change that it is."""
        return "system_rate" if self.office_id is None else "office_rate"

    def payload(self) -> dict[str, Any]:
        """As a request carries it."""
        plain = {**asdict(self), "valid_from": moment_text(self.valid_from)}
        if self.office_id is not None:
            return plain
        del plain["office_id"]
        return {"source": "manual", "rates": [plain]}


@dataclass(frozen=True, slots=True)
class Point:
    """A rate from that moment on."""

    at: datetime
    buy: Decimal
    sell: Decimal


@dataclass(frozen=True, slots=True)
class Triangle:
    """Three rates by which somebody comes back with `gain` percent more; office None: the system's rates."""

    office: str | None
    way: str
    gain: Decimal


@dataclass(frozen=True, slots=True)
class Office:
    """A place where clients exchange."""

    id: int
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """An offer that serves once until expires_at; amounts in minor units."""

    quote_id: str
    amount_from: int
    amount_to: int
    expires_at: datetime


def history(db: Database, office_id: int | None, base: str, quote: str, since: datetime) -> tuple[Point, ...]:
    """A pair's rates since a moment, oldest first, the newest 2,000."""
    found = db.call("rate_history", office_id=office_id, base=base, quote=quote, p_from=since)["points"]
    return tuple(Point(datetime.fromisoformat(at), Decimal(buy), Decimal(sell)) for at, buy, sell in found)


def triangles(db: Database) -> tuple[Triangle, ...]:
    """Rounds of three rates that gain, the largest gain first."""
    found = db.call("rate_triangles")["found"]
    return tuple(Triangle(each["office"], each["way"], Decimal(each["gain"])) for each in found)


def offices(db: Database) -> tuple[Office, ...]:
    """All exchange offices by name."""
    from sqlalchemy import column

    found = db.rows(view("offices", "id name active").order_by(column("name")))
    return tuple(Office(row.id, row.name, row.active) for row in found)


def save_office(
    db: Database, key: UUID, office_id: int | None, name: str, *, active: bool, client: str = ""
) -> int:
    """Add an office (None) or change one; its number. client: e-mail of who owns the wallets it exchanges with.
    Raises Invalid: office.name, office.name_taken, office.client_taken; NotFound: office.not_found, client.not_found.
    """
    found = db.call("office_save", key=key, office_id=office_id, name=name, active=active, client=client)
    return int(found["office_id"])


def set_pair(db: Database, key: UUID, base: str, quote: str, band_percent: Decimal, stale_hours: int) -> None:
    """Set a pair's band and age. Raises Invalid: rate.band, rate.same_unit; StepUpNeeded."""
    db.call(
        "rate_pair_set", key=key, base=base, quote=quote, band_percent=band_percent, stale_hours=stale_hours
    )


def make_quote(db: Database, key: UUID, office_id: int, sells: str, buys: str, amount: int) -> Quote:
    """What an office gives for an amount (minor units of `sells`), for a minute. Raises NotFound: rate.missing."""
    row = db.call("quote_make", key=key, office_id=office_id, p_from=sells, to=buys, amount=amount)
    return Quote(
        row["quote_id"], row["amount_from"], row["amount_to"], datetime.fromisoformat(row["expires_at"])
    )


def rates_select() -> Select[Any]:
    """Every rate in force or planned; keyed by key. office None: the system's."""
    names = "id key office_id office base quote buy sell middle margin source valid_from request_id state stale off"
    return view("rates", names)
