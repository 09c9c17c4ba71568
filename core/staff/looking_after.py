"""What is done to the accounts of those one looks after. Each act wants a fresh second factor (StepUpNeeded)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from core import errors
from core.staff.secrets import derive, login_name, normalised_email, one_time_password, scram_verifier

if TYPE_CHECKING:
    from datetime import datetime

    from core.db import Database


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict of duty. kind: same_person (another account), looks_alike (may be the same person), maker_checker
    (roles that one person should not have together); code: what is accepted by; name, role: of the other account.
    """

    code: str
    kind: str
    staff_id: int
    name: str
    role: str


@dataclass(frozen=True)
class NewStaff:
    """Whom to create. `person_id` gives a second account to a person who has one; `accepted`: the codes of the
    conflicts that were shown; `password`: the one-time password, the same for every try of the same request.
    """

    key: UUID
    email: str
    name: str
    role: str
    person_id: int | None = None
    phone: str | None = None
    accepted: tuple[str, ...] = ()
    password: str = field(default_factory=one_time_password, repr=False)


@dataclass(frozen=True)
class NewDelegation:
    """A role lent to a member of staff until a moment, at most 92 days ahead."""

    key: UUID
    staff_id: int
    role: str
    ends_at: datetime
    reason: str
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirstPassword:
    """An account with its one-time password, which is shown once and kept nowhere."""

    staff_id: int
    password: str


def phone_number(text: str) -> str | None:
    """A phone as it is kept: + and digits (ITU-T E.164); None for nothing. Raises Invalid staff.phone_invalid."""
    plain = re.sub(r"[\s()./-]+", "", text)
    if not plain:
        return None
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    if not re.fullmatch(r"\+[0-9]{6,15}", plain) or not plain.isascii():
        raise errors.Invalid("staff.phone_invalid")
    return plain


def conflicts(
    db: Database,
    role: str,
    *,
    staff_id: int | None = None,
    person_id: int | None = None,
    email: str = "",
    name: str = "",
    phone: str | None = None,
    lent: bool = False,
) -> tuple[Conflict, ...]:
    """The conflicts of duty that this would make; `lent`: the role comes beside the account's own one.

    Raises NotAllowed when the role is not one that the caller may give, NotFound.
    """
    found = db.call(
        "staff_conflicts",
        staff_id=staff_id,
        person_id=person_id,
        email=normalised_email(email),
        name=name,
        phone=phone,
        role=role,
        lent=lent,
    )
    return tuple(Conflict(**each) for each in found["conflicts"])


def create_staff(db: Database, new: NewStaff) -> FirstPassword:
    """Create a member of staff with a one-time password, good for seven days. Raises NotAllowed, Invalid,
    StepUpNeeded, Changed staff.conflicts when there are conflicts of duty that were not accepted.
    """
    verifier, kdf = _verifier_for(db, new.email, new.password)
    made = db.call(
        "prov.staff_create",
        key=new.key,
        email=normalised_email(new.email),
        name=new.name,
        role=new.role,
        person_id=new.person_id,
        verifier=verifier,
        kdf=kdf,
        phone=new.phone,
        accepted=list(new.accepted),
    )
    return FirstPassword(made["staff_id"], new.password)


def _verifier_for(db: Database, email: str, password: str) -> tuple[str, str]:
    kdf = db.settings.kdf[0]
    login = login_name(db.settings.installation, email)
    return scram_verifier(derive(db.settings.installation, login, password, kdf)), str(kdf)


def switch_off(db: Database, key: UUID, staff_id: int, reason: str) -> None:
    """Switch a member of staff off; sessions and connections end at once."""
    db.call("prov.staff_disable", key=key, staff_id=staff_id, reason=reason)


def switch_on(db: Database, key: UUID, staff_id: int) -> None:
    """Switch a member of staff on again."""
    db.call("prov.staff_enable", key=key, staff_id=staff_id)


def set_role(db: Database, key: UUID, staff_id: int, role: str, accepted: tuple[str, ...] = ()) -> None:
    """Give a member of staff another role; sessions, connections and lent roles end at once."""
    db.call("prov.staff_set_role", key=key, staff_id=staff_id, role=role, accepted=list(accepted))


def delegate(db: Database, new: NewDelegation) -> int:
    """Lend a role; the delegation's number. Raises Invalid, WrongState, Changed staff.conflicts."""
    made = db.call(
        "prov.delegation_create",
        key=new.key,
        staff_id=new.staff_id,
        role=new.role,
        ends_at=new.ends_at,
        reason=new.reason,
        accepted=list(new.accepted),
    )
    return int(made["delegation_id"])


def end_delegation(db: Database, key: UUID, delegation_id: int) -> None:
    """End a lent role before its time. Raises NotFound, WrongState when it is over."""
    db.call("prov.delegation_end", key=key, delegation_id=delegation_id)


def end_staff_session(db: Database, key: UUID, staff_id: int, session_id: int) -> None:
    """End a session of somebody one looks after; with the last one the connections end too. Raises NotFound."""
    db.call("prov.staff_session_end", key=key, staff_id=staff_id, session_id=session_id)


def reset_password(
    db: Database, key: UUID, staff_id: int, email: str, password: str | None = None
) -> FirstPassword:
    """Give a member of staff (whose e-mail is needed for the salt) a new one-time password.

    Whoever may have to send the same request again, after an answer that was lost, gives `password` each time.
    """
    password = password or one_time_password()
    verifier, kdf = _verifier_for(db, email, password)
    db.call("prov.staff_reset_password", key=key, staff_id=staff_id, verifier=verifier, kdf=kdf)
    return FirstPassword(staff_id, password)


def reset_second_factor(db: Database, key: UUID, staff_id: int, reason: str) -> None:
    """Take away a second factor that was lost; it is enrolled anew at the next log-in."""
    db.call("prov.staff_reset_second_factor", key=key, staff_id=staff_id, reason=reason)
