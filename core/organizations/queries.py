"""Organizations as they are listed and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.db.views import view

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.db import Database


@dataclass(frozen=True, slots=True)
class Member:
    """A client of an organization, with how many coins they have."""

    client_id: int
    name: str
    email: str | None
    phone: str | None
    coins: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A member's coin; balance in minor units."""

    coin_id: int
    serial: str
    client: str
    issuer: str
    scale: int
    balance: int


@dataclass(frozen=True, slots=True)
class Sum:
    """What all members hold of an issuer's unit, in minor units."""

    issuer: str
    scale: int
    balance: int


@dataclass(frozen=True, slots=True)
class OrganizationDetail:
    """moves: the states it may go to; members and coins: the first 200 of each."""

    id: int
    name: str
    kind: str
    state: str
    registration: str
    address: str
    contract_id: int | None
    contract: str | None
    created_at: datetime
    moves: tuple[str, ...]
    member_count: int
    members: tuple[Member, ...]
    coins: tuple[Holding, ...]
    sums: tuple[Sum, ...]


def detail(db: Database, organization_id: int) -> OrganizationDetail:
    """All about an organization; leaves a trace. Raises NotFound."""
    row = db.call("organization_detail", organization_id=organization_id)
    parts = {
        "created_at": datetime.fromisoformat(row["created_at"]),
        "moves": tuple(row["moves"]),
        "members": tuple(Member(**each) for each in row["members"]),
        "coins": tuple(Holding(**each) for each in row["coins"]),
        "sums": tuple(Sum(each["issuer"], each["scale"], each["balance"]) for each in row["sums"]),
    }
    return OrganizationDetail(**{**row, **parts})


def contracts(db: Database) -> tuple[tuple[int, str], ...]:
    """The contracts by number and name."""
    from sqlalchemy import column

    found = db.rows(view("contract_names", "id name").order_by(column("name")))
    return tuple((row.id, row.name) for row in found)


def organizations_select() -> Select[Any]:
    """All organizations; keyed by id."""
    return view("organizations", "id name kind state contract registration created_at members")
