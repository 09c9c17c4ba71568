"""Finding clients at the counter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
