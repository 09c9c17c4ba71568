"""Finding a thing by what people know of it, whatever kind it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.db import Database

__all__ = ["Thing", "things"]


@dataclass(frozen=True, slots=True)
class Thing:
    """kind: client, coin, operation (of a cash desk), transaction (any operation, for those who may see all),
    change_request, redeem_request, redeem_pay, application, contract, staff, organization; title: what it is called;
    note: what tells it apart."""

    kind: str
    id: int
    title: str
    note: str


def things(db: Database, text: str) -> tuple[Thing, ...]:
    """At most ten things that fit: an e-mail, phone, serial or number whole, a name by its beginning.

    What the role may not see is not found. Raises Invalid client.search_short below three letters.
    """
    return tuple(Thing(**each) for each in db.call("things", text=text)["things"])
