"""What is done to organizations."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from core.db import Database

KINDS = ("merchant", "provider", "own")


@dataclass(frozen=True)
class OrganizationFacts:
    """registration: its number in a public register; contract_id: prices the members that have none of their own."""

    name: str
    registration: str
    address: str
    contract_id: int | None


def create(db: Database, key: UUID, kind: str, facts: OrganizationFacts) -> int:
    """Add an organization; its number. Raises Invalid: organization.name_invalid, name_taken, kind_unknown."""
    return int(db.call("organization_create", key=key, kind=kind, **asdict(facts))["organization_id"])


def change(db: Database, key: UUID, organization_id: int, facts: OrganizationFacts) -> None:
    """Change an organization's facts. Raises as `create`; NotFound; WrongState when it is closed."""
    db.call("organization_change", key=key, organization_id=organization_id, **asdict(facts))


def move(db: Database, key: UUID, organization_id: int, state: str, reason: str) -> None:
    """Suspend, open again or close. Raises WrongState: organization.wrong_state, organization.holds_money."""
    db.call("organization_move", key=key, organization_id=organization_id, state=state, reason=reason)


def set_member(db: Database, key: UUID, organization_id: int, client_id: int, *, member: bool) -> None:
    """Make a client a member, or no longer one. Raises WrongState: organization.member_of_other, no_member."""
    db.call(
        "organization_member", key=key, organization_id=organization_id, client_id=client_id, member=member
    )
