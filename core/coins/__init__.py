"""Coins: wallets of clients, their statements, their balance at any moment, their directions."""

from __future__ import annotations

from core.coins.commands import open_coin, switch
from core.coins.queries import BalanceAt, CoinDetail, balance_at, coins_select, detail, lines_select

__all__ = [
    "BalanceAt",
    "CoinDetail",
    "balance_at",
    "coins_select",
    "detail",
    "lines_select",
    "open_coin",
    "switch",
]
