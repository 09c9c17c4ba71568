"""Clients as they are found at the counter and shown in the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from core.db.views import view

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.db import Database


@dataclass(frozen=True, slots=True)
class Coin:
    """A wallet; `available` and `held` in minor units. `cash` tells whether cash of its issuer exists."""

    coin_id: int
    serial: str
    issuer: str
    issuer_name: str
    symbol: str
    scale: int
    issuer_kind: str
    cash: bool
    available: int
    held: int
    incoming: bool
    outgoing: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Client:
    """A client with their coins."""

    client_id: int
    kind: str
    name: str
    phone: str | None
    email: str | None
    blocked: bool
    identified: bool
    coins: tuple[Coin, ...]

    @classmethod
    def read(cls, row: dict[str, Any]) -> Client:
        return cls(**{**row, "coins": tuple(Coin(**coin) for coin in row["coins"])})


def find(db: Database, text: str) -> tuple[Client, ...]:
    """Clients by phone, e-mail, coin serial or the beginning of a name, at most 20; leaves a trace.

    Raises Invalid('client.search_short') below 3 characters.
    """
    return tuple(map(Client.read, db.call("client_find", text=text)["clients"]))


@dataclass(frozen=True, slots=True)
class Operation:
    """One of a client's newest operations; amounts in minor units."""

    id: int
    at: datetime
    kind: str
    issuer: str
    scale: int
    amount: int
    commission: int
    serial: str | None


@dataclass(frozen=True, slots=True)
class ClientDetail:
    """All about a client; `contract`: the one that prices now."""

    client_id: int
    kind: str
    name: str
    email: str | None
    phone: str | None
    time_zone: str
    language: str | None
    active: bool
    blocked: bool
    identified: bool
    identification: str
    identified_until: date | None
    organization_id: int | None
    organization: str | None
    contract: str
    created_at: datetime
    coins: tuple[Coin, ...]
    operations: tuple[Operation, ...]


def detail(db: Database, client_id: int) -> ClientDetail:
    """All about a client; leaves a trace. Raises NotFound."""
    row = db.call("client_detail", client_id=client_id)
    until = row["identified_until"]
    parts = {
        "identified_until": date.fromisoformat(until) if until else None,
        "created_at": datetime.fromisoformat(row["created_at"]),
        "coins": tuple(Coin(**each) for each in row["coins"]),
        "operations": tuple(
            Operation(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in row["operations"]
        ),
    }
    return ClientDetail(**{**row, **parts})


def clients_select() -> Select[Any]:
    """All clients; keyed by id."""
    return view(
        "clients",
        "id kind name name_key email email_key phone active blocked identification identified organization_id "
        "organization created_at coins",
    )
