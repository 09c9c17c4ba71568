"""What is done to issuers, and how they are listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.db.views import view

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select

    from core.db import Database

KINDS = ("real", "pegged", "bonus")


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """What may change of an issuer. denominations: notes and pieces in minor units, empty when there is no cash."""

    name: str
    symbol: str
    backing: str
    position: int
    denominations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NewIssuer:
    """code: 2 to 12 capital letters and digits; scale: digits after the point, 0 to 8; neither changes later."""

    key: UUID
    code: str
    scale: int
    kind: str
    facts: IssuerFacts


def create(db: Database, new: NewIssuer) -> int:
    """Add a unit of value; its number.

    Raises Invalid: issuer.code_invalid, code_taken, name_invalid, symbol_invalid, scale_invalid, kind_unknown,
    backing_invalid, denominations_invalid.
    """
    facts = new.facts
    made = db.call(
        "issuer_create",
        key=new.key,
        code=new.code,
        name=facts.name,
        symbol=facts.symbol,
        scale=new.scale,
        kind=new.kind,
        backing=facts.backing,
        position=facts.position,
        denominations=list(facts.denominations),
    )
    return int(made["issuer_id"])


def change(db: Database, key: UUID, issuer_id: int, facts: IssuerFacts) -> None:
    """Change what may change. Raises as `create`, and NotFound."""
    db.call(
        "issuer_change",
        key=key,
        issuer_id=issuer_id,
        name=facts.name,
        symbol=facts.symbol,
        backing=facts.backing,
        position=facts.position,
        denominations=list(facts.denominations),
    )


def switch(db: Database, key: UUID, issuer_id: int, *, active: bool) -> None:
    """Switch off or on. Raises WrongState: issuer.circulates (with what circulates), already_on, already_off."""
    db.call("issuer_switch", key=key, issuer_id=issuer_id, active=active)


def issuers_select() -> Select[Any]:
    """All issuers, with circulation and backing in minor units; keyed by id."""
    return view(
        "issuers",
        "id code name symbol scale kind position active backing denominations circulation backed created_at",
    )
