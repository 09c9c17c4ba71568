"""What is done to coins: opened, and their directions opened and shut."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from core.db import Database


def open_coin(db: Database, key: UUID, client_id: int, issuer: str) -> int:
    """Open a coin in an issuer's unit (its code) for a client; its number. Raises NotFound, WrongState."""
    return int(db.call("coin_create", key=key, client_id=client_id, issuer=issuer)["coin_id"])


def switch(db: Database, key: UUID, coin_id: int, *, incoming: bool, outgoing: bool, reason: str) -> None:
    """Open or shut what comes in and what goes out. Raises WrongState coin.as_it_is, Invalid, NotFound."""
    db.call("coin_switch", key=key, coin_id=coin_id, incoming=incoming, outgoing=outgoing, reason=reason)
