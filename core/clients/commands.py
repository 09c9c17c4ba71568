"""What is done to clients: signed up, changed, switched off and on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from core.db import Database

KINDS = ("individual", "business")


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What a form shows and changes of a client."""

    name: str
    email: str | None
    phone: str | None
    time_zone: str
    language: str | None


@dataclass(frozen=True, slots=True)
class NewClient:
    """Whom to sign up. kind: one of KINDS; issuers: codes of the units in which a coin is opened."""

    key: UUID
    kind: str
    facts: ClientFacts
    issuers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedClient:
    """What a client's facts become; `seen`: how the form found them, so that nobody's change is overwritten."""

    key: UUID
    client_id: int
    facts: ClientFacts
    seen: ClientFacts


def create(db: Database, new: NewClient) -> int:
    """Sign a client up; the number of the client.

    Raises Invalid: client.name_invalid, client.email_invalid, client.email_taken (in whatever case or Unicode form),
    client.phone_invalid, client.phone_taken, client.time_zone_unknown; NotFound issuer.not_found.
    """
    facts = new.facts
    made = db.call(
        "client_create",
        key=new.key,
        kind=new.kind,
        name=facts.name,
        email=facts.email,
        phone=facts.phone,
        time_zone=facts.time_zone,
        language=facts.language,
        issuers=list(new.issuers),
    )
    return int(made["client_id"])


def change(db: Database, changed: ChangedClient) -> None:
    """Change a client's facts. Raises as `create`, and Changed client.changed when somebody else did meanwhile."""
    facts, seen = changed.facts, changed.seen
    db.call(
        "client_change",
        key=changed.key,
        client_id=changed.client_id,
        name=facts.name,
        email=facts.email,
        phone=facts.phone,
        time_zone=facts.time_zone,
        language=facts.language,
        seen={
            "name": seen.name,
            "email": seen.email,
            "phone": seen.phone,
            "time_zone": seen.time_zone,
            "language": seen.language,
        },
    )


def switch(db: Database, key: UUID, client_id: int, *, active: bool, reason: str) -> None:
    """Switch a client off or on again. Raises WrongState when that is so already, Invalid reason.…, NotFound."""
    db.call("client_switch", key=key, client_id=client_id, active=active, reason=reason)
