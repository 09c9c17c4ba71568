"""Issuers: the units of value that the system keeps, what circulates of them and what stands behind it."""

from __future__ import annotations

from core.issuers.commands import KINDS, IssuerFacts, NewIssuer, change, create, issuers_select, switch

__all__ = ["KINDS", "IssuerFacts", "NewIssuer", "change", "create", "issuers_select", "switch"]
