"""Redeem requests: clients who want money out, over a cash desk or by bank; approved, declined, cancelled, paid."""

from __future__ import annotations

from core.redeem.commands import Approve, Decided, End, Pay, approve, approve_one, cancel, decline, pay
from core.redeem.queries import (
    KINDS,
    STATES,
    AtDesk,
    Payable,
    PayableRequest,
    Posted,
    Request,
    at_desk,
    detail,
    payable,
    requests_select,
)

__all__ = [
    "KINDS",
    "STATES",
    "Approve",
    "AtDesk",
    "Decided",
    "End",
    "Pay",
    "Payable",
    "PayableRequest",
    "Posted",
    "Request",
    "approve",
    "approve_one",
    "at_desk",
    "cancel",
    "decline",
    "detail",
    "pay",
    "payable",
    "requests_select",
]
