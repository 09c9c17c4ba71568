"""Top up a wallet by cash (CSH-3)."""

from __future__ import annotations

from typing import Any

from core.cash_desk import CashOperation, Limited, Receipt, top_up
from screens.parts.cash_counter import CashCounter


class TopUp(CashCounter):
    """Client, wallet, amount; commission and postings are seen before cash is taken."""

    SECTION = "top_up"
    KIND = "cash_top_up"

    def ask(self, db: Any, request: CashOperation) -> Receipt | Limited:
        return top_up(db, request)
