"""Client operations: what was ever posted, its sums, and one operation whole."""

from __future__ import annotations

from core.operations.queries import (
    LOOK_BACK_DAYS,
    MOST_CLIENTS,
    MOST_SUMMED,
    Link,
    OperationDetail,
    PostedLine,
    Side,
    Totals,
    Transactions,
    Turnover,
    amount_of,
    operation,
    totals,
    transactions_select,
    turnover,
)

__all__ = [
    "LOOK_BACK_DAYS",
    "MOST_CLIENTS",
    "MOST_SUMMED",
    "Link",
    "OperationDetail",
    "PostedLine",
    "Side",
    "Totals",
    "Transactions",
    "Turnover",
    "amount_of",
    "operation",
    "totals",
    "transactions_select",
    "turnover",
]
