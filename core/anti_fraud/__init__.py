"""Anti-fraud: applications for operations that broke a limit, and blocks of clients, coins and operations."""

from __future__ import annotations

from core.anti_fraud.commands import (
    Approved,
    NewBlock,
    Uplift,
    approve,
    escalate,
    give_back,
    make_block,
    reject,
    snooze,
    take,
)
from core.anti_fraud.queries import (
    APPLICATION_STATES,
    BLOCK_KINDS,
    BLOCK_STATES,
    DIRECTIONS,
    PRICED_KINDS,
    Application,
    applications_select,
    blocks_select,
    detail,
    named,
)

__all__ = [
    "APPLICATION_STATES",
    "BLOCK_KINDS",
    "BLOCK_STATES",
    "DIRECTIONS",
    "PRICED_KINDS",
    "Application",
    "Approved",
    "NewBlock",
    "Uplift",
    "applications_select",
    "approve",
    "blocks_select",
    "detail",
    "escalate",
    "give_back",
    "make_block",
    "named",
    "reject",
    "snooze",
    "take",
]
