"""Cashback profiles as a request carries them and as they are listed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.contracts.drafts import moment_text
from core.db.views import view

if TYPE_CHECKING:
    from sqlalchemy import Select

PAID_BY = ("merchant", "company")
STATES = ("in_force", "planned", "ended", "past")


@dataclass(frozen=True, slots=True)
class CashbackDraft:
    """A version of a profile to be. percent: decimal text, 0 ends it; cap (of one payment) and budget (of all of the
    version) in minor units, None without; hold_days: until it is paid out; clawback: taken back on a refund;
    paid_by: merchant or company; valid_from None: at once.
    """

    profile_id: int | None
    name: str
    organization_id: int
    issuer: str
    percent: str
    cap: int | None
    hold_days: int
    budget: int | None
    clawback: bool
    paid_by: str = "merchant"
    valid_from: datetime | None = None

    def payload(self) -> dict[str, Any]:
        """As a request carries it."""
        return {**asdict(self), "valid_from": moment_text(self.valid_from)}


def merchants_select() -> Select[Any]:
    """Merchants that a profile can be for, keyed by name and id."""
    return view("merchants", "id name")


def profiles_select() -> Select[Any]:
    """Versions of all profiles, keyed by id; state: one of STATES."""
    names = (
        "id profile_id name organization_id organization issuer scale valid_from percent cap hold_days budget"
    )
    return view("cashback_profiles", f"{names} clawback paid_by state")
