"""Coins as they are listed and shown; amounts in minor units of their issuer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.db.views import view

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.db import Database


@dataclass(frozen=True, slots=True)
class CoinDetail:
    """A coin; balance = available + held."""

    coin_id: int
    serial: str
    client_id: int
    client: str
    email: str | None
    organization: str | None
    issuer: str
    issuer_name: str
    scale: int
    kind: str
    balance: int
    held: int
    available: int
    incoming: bool
    outgoing: bool
    closed: bool
    created_at: datetime
    time_zone: str


@dataclass(frozen=True, slots=True)
class BalanceAt:
    """What a coin held at a past moment, and the last operation until then."""

    at: datetime
    balance: int
    held: int
    operation_id: int | None


def detail(db: Database, coin_id: int) -> CoinDetail:
    """A coin; leaves a trace. Raises NotFound coin.not_found."""
    row = db.call("coin_detail", coin_id=coin_id)
    return CoinDetail(**{**row, "created_at": datetime.fromisoformat(row["created_at"])})


def balance_at(db: Database, coin_id: int, at: datetime) -> BalanceAt:
    """What a coin held at a moment (aware). Raises Invalid coin.moment_ahead for one to come, NotFound."""
    row = db.call("coin_balance_at", coin_id=coin_id, at=at)
    return BalanceAt(**{**row, "at": datetime.fromisoformat(row["at"])})


def coins_select() -> Select[Any]:
    """All coins; keyed by id, found by serial."""
    return view(
        "coins",
        "id serial client_id client client_key email organization_id organization issuer scale kind balance held "
        "available incoming outgoing closed created_at",
    )


def lines_select(coin_id: int) -> Select[Any]:
    """The statement of a coin's wallet; keyed by (operation_id, line).

    other: the kind of the account on the other side; other_of: the desk or the wallet that it belongs to.
    """
    from sqlalchemy import column

    # The account, asked for apart, is one value to the planner: each page walks the index in its order.
    wallet = view("coins", "wallet_account_id").where(column("id") == coin_id).scalar_subquery()
    names = "operation_id line at kind amount_in amount_out balance other other_of issuer scale"
    return view("coin_lines", names).where(column("account_id") == wallet)
