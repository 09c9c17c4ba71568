"""The draft of a contract's version: terms and limits as the editor holds them and as a request carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

COMMISSIONS = ("none", "percent", "fixed", "fixed_plus_percent", "greater_of", "lesser_of", "tiers")
PAYERS = ("on_top", "out_of", "shared")
ROUNDINGS = ("half_up", "up", "down", "half_even")
REFUNDS = ("give_back", "keep")
PERIODS = ("operation", "day", "week", "month", "quarter", "year", "life")


@dataclass(frozen=True, slots=True)
class Tier:
    """From this amount on (minor units): percent, as a decimal text, plus fixed (minor units)."""

    from_: int
    percent: str = "0"
    fixed: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """What one kind of operation in one issuer's unit costs. percent: decimal text, 0 to 100; amounts in minor units;
    monotone: declared that a larger amount never costs less; refund: what becomes of the commission when the operation
    is refunded."""

    operation_kind: str
    issuer: str
    commission: str = "none"
    payer: str = "on_top"
    percent: str = "0"
    fixed: int = 0
    tiers: tuple[Tier, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    rounding: str = "half_up"
    needs_identification: bool = False
    monotone: bool = False
    refund: str = "give_back"


@dataclass(frozen=True, slots=True)
class Limit:
    """The most of a period: amount in minor units, pieces of operations; one of them may be None."""

    operation_kind: str
    issuer: str
    period: str
    amount: int | None = None
    pieces: int | None = None


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """A version to be. contract_id None: a new contract; client_kind None: for both; valid_from None: at once."""

    contract_id: int | None
    name: str
    client_kind: str | None = None
    valid_from: datetime | None = None
    terms: tuple[Term, ...] = field(default=())
    limits: tuple[Limit, ...] = field(default=())

    def payload(self) -> dict[str, Any]:
        """As a request carries it. Raises ValueError for a start without a zone."""
        return {
            "contract_id": self.contract_id,
            "name": self.name,
            "client_kind": self.client_kind,
            "valid_from": moment_text(self.valid_from),
            "terms": terms_payload(self.terms),
            "limits": limits_payload(self.limits),
        }


def moment_text(moment: datetime | None) -> str | None:
    """ISO 8601 with the zone's distance. Raises ValueError for a moment without a zone."""
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return None if moment is None else moment.isoformat()


def terms_payload(terms: Sequence[Term]) -> list[dict[str, Any]]:
    """The terms as the database takes them."""
    return [{**asdict(each), "tiers": [_tier(tier) for tier in each.tiers]} for each in terms]


def limits_payload(limits: Sequence[Limit]) -> list[dict[str, Any]]:
    """The limits as the database takes them."""
    return [asdict(each) for each in limits]


def _tier(tier: Tier) -> dict[str, Any]:
    return {"from": tier.from_, "percent": tier.percent, "fixed": tier.fixed}


def read_terms(found: Sequence[Mapping[str, Any]]) -> tuple[Term, ...]:
    """Terms out of a version's content or a payload."""
    return tuple(
        Term(
            **{
                **each,
                "percent": str(each["percent"]),
                "tiers": tuple(Tier(one["from"], str(one["percent"]), one["fixed"]) for one in each["tiers"]),
            }
        )
        for each in found
    )


def read_limits(found: Sequence[Mapping[str, Any]]) -> tuple[Limit, ...]:
    """Limits out of a version's content or a payload."""
    return tuple(Limit(**each) for each in found)


def read_draft(payload: Mapping[str, Any]) -> ContractDraft:
    """The draft that a request carries."""
    starts = payload["valid_from"]
    return ContractDraft(
        payload["contract_id"],
        payload["name"],
        payload["client_kind"],
        None if starts is None else datetime.fromisoformat(starts),
        read_terms(payload["terms"]),
        read_limits(payload["limits"]),
    )
