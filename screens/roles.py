"""Which role sees which section: the one table of it. Each row names its screen as "module:Class", so that a screen
is imported when it is first opened and not before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SectionRow:
    """id: as in the texts and in bocli/keys.py; permission: without it the section is not shown; target:
    "module:Class" of a bocli.widgets.section.Section; title: key of its name in the catalogue."""

    id: str
    permission: str
    target: str
    title: str


LOG_IN = "screens.log_in:LogIn"
"""Dismissed with a core.staff.Session, or None to end the program."""
HOME = "screens.home:Home"

SECTIONS: tuple[SectionRow, ...] = (
    SectionRow("cash_day", "cash_day:run", "screens.cash_register_day:CashRegisterDay", "cash_day.title"),
    SectionRow("top_up", "cash:top_up", "screens.top_up:TopUp", "top_up.title"),
    SectionRow("withdraw", "cash:withdraw", "screens.withdraw:Withdraw", "withdraw.title"),
    SectionRow(
        "close_requests", "cash_day:close", "screens.close_requests:CloseRequests", "close_requests.title"
    ),
    SectionRow("cash_desks", "cash_day:review", "screens.cash_desks:CashDesks", "cash_desks.title"),
    SectionRow("differences", "difference:list", "screens.differences:Differences", "differences.title"),
    SectionRow(
        "cash_operations",
        "cash_operation:list",
        "screens.cash_operations:CashOperations",
        "cash_operations.title",
    ),
    SectionRow("user_actions", "audit:read", "screens.user_actions:UserActions", "user_actions.title"),
)
"""In the order of their number keys; a person sees those that their role has the permission for."""
