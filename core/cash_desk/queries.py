"""What the cash desk can be asked.

Lists are SELECTs over views, for a keyset table to page through; the rest are functions that answer one
frozen result.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from core.cash_desk.results import CashReport, Home, Preview, Receipt, Review

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.db import Database

DESK_DAYS = (
    "id desk_id desk branch time_zone cashier_id cashier cash_date state started_at opened_at requested_at "
    "closed_at closed_by z_number reconciled sent_back_reason forced_reason"
).split()
CASH_OPERATIONS = (
    "id at booked_on kind issuer scale amount commission day_id desk_id desk time_zone cashier_id cashier "
    "client_id client serial version_id reverses_id"
).split()
DIFFERENCES = "id day_id desk cashier cash_date z_number issuer scale kind amount".split()
DESKS = "id name branch time_zone active z_last day_id state cashier_id cashier cash_date".split()
DESK_BALANCES = "desk_id issuer scale balance".split()
DESK_CASHIERS = "desk_id desk staff_id cashier email assigned".split()


@cache
def _view(name: str, columns: tuple[str, ...]) -> Any:
    from sqlalchemy import column, select, table

    return select(table(name, *map(column, columns), schema="api"))


def desk_days() -> Select[Any]:
    """Days, one row each, columns `DESK_DAYS`; newest have the highest id."""
    return _view("desk_days", tuple(DESK_DAYS))  # type: ignore[no-any-return]


def cash_operations() -> Select[Any]:
    """Top-ups and withdrawals, columns `CASH_OPERATIONS`; amounts in minor units of their issuer's scale."""
    return _view("cash_operations", tuple(CASH_OPERATIONS))  # type: ignore[no-any-return]


def differences() -> Select[Any]:
    """What closed days are still over or short, columns `DIFFERENCES`."""
    return _view("differences", tuple(DIFFERENCES))  # type: ignore[no-any-return]


def desks() -> Select[Any]:
    """Desks with who is at them, columns `DESKS`; a cashier's are those that they are assigned to."""
    return _view("desks", tuple(DESKS))  # type: ignore[no-any-return]


def desk_balances() -> Select[Any]:
    """Cash by desk and currency by the books, columns `DESK_BALANCES`; for accounting only."""
    return _view("desk_balances", tuple(DESK_BALANCES))  # type: ignore[no-any-return]


def desk_cashiers() -> Select[Any]:
    """Every active cashier at every desk, columns `DESK_CASHIERS`; `assigned` says who may work there."""
    return _view("desk_cashiers", tuple(DESK_CASHIERS))  # type: ignore[no-any-return]


def home(db: Database) -> Home:
    """Time, database, own desk and day, and how much waits where; one round trip."""
    return Home.read(db.call("home"))


def preview(db: Database, kind: str, day_id: int, coin_id: int, issuer: str, amount: int) -> Preview:
    """What a `cash_top_up` or `cash_withdrawal` would post. Raises the refusal that it would meet."""
    return Preview.read(
        db.call("cash_preview", kind=kind, day_id=day_id, coin_id=coin_id, issuer=issuer, amount=amount)
    )


def receipt(db: Database, operation_id: int) -> Receipt:
    """The receipt of an operation again, marked as a copy. Raises NotFound for another cashier's."""
    return Receipt.read(db.call("cash_receipt", operation_id=operation_id))


def x_report(db: Database, day_id: int) -> CashReport:
    """The turnover of the own open day so far. Raises WrongState while the day is counted."""
    return CashReport.read(db.call("desk_day_x_report", day_id=day_id))


def z_report(db: Database, day_id: int) -> CashReport:
    """The numbered report of a closed day. Raises NotFound, and NotAllowed for another cashier's day."""
    return CashReport.read(db.call("desk_day_z_report", day_id=day_id))


def review(db: Database, day_id: int) -> Review:
    """All that an accountant compares before closing the day."""
    return Review.read(db.call("desk_day_review", day_id=day_id))
