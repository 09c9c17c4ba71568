"""Organizations: the company's own, merchants, service providers; their members, contract and states."""

from __future__ import annotations

from core.organizations.commands import (
    KINDS,
    OrganizationFacts,
    change,
    create,
    move,
    set_member,
)
from core.organizations.queries import (
    Holding,
    Member,
    OrganizationDetail,
    Sum,
    contracts,
    detail,
    organizations_select,
)

__all__ = [
    "KINDS",
    "Holding",
    "Member",
    "OrganizationDetail",
    "OrganizationFacts",
    "Sum",
    "change",
    "contracts",
    "create",
    "detail",
    "move",
    "organizations_select",
    "set_member",
]
