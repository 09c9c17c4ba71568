"""Which role sees which section: the one table of it. Each row names its screen as "module:Class", so that a screen
is imported when it is first opened and not before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from core.permissions import EVERYONE, SUPPORT_MANAGER


@dataclass(frozen=True, slots=True)
class SectionRow:
    """id: as in the texts and in bocli/keys.py; permission: without it the section is not shown ("staff": it is
    everybody's); target: "module:Class" of a bocli.widgets.section.Section; title: key of its name in the catalogue;
    titles: other names of it, by role."""

    id: str
    permission: str
    target: str
    title: str
    titles: dict[str, str] = field(default_factory=dict)


LOG_IN = "screens.log_in:LogIn"
"""Dismissed with a core.staff.Session, or None to end the program."""
HOME = "screens.home:Home"

SECTIONS: tuple[SectionRow, ...] = (
    SectionRow("applications", "application:list", "screens.applications:Applications", "applications.title"),
    SectionRow("blocks", "block:list", "screens.blocks:Blocks", "blocks.title"),
    SectionRow("cash_day", "cash_day:run", "screens.cash_register_day:CashRegisterDay", "cash_day.title"),
    SectionRow("top_up", "cash:top_up", "screens.top_up:TopUp", "top_up.title"),
    SectionRow("withdraw", "cash:withdraw", "screens.withdraw:Withdraw", "withdraw.title"),
    SectionRow("redeem_pay", "redeem:pay", "screens.redeem_pay:RedeemPay", "redeem_pay.title"),
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
    SectionRow("bank", "bank:list", "screens.bank:Bank", "bank.title"),
    SectionRow("unallocated", "bank:list", "screens.unallocated:Unallocated", "unallocated.title"),
    SectionRow(
        "redeem_requests", "redeem:list", "screens.redeem_requests:RedeemRequests", "redeem_requests.title"
    ),
    SectionRow(
        "change_requests", "change:list", "screens.change_requests:ChangeRequests", "change_requests.title"
    ),
    SectionRow("contracts", "contract:list", "screens.contracts:Contracts", "contracts.title"),
    SectionRow("rates", "rate:list", "screens.rates:Rates", "rates.title"),
    SectionRow("cashback", "contract:list", "screens.cashback:Cashback", "cashback.title"),
    SectionRow(
        "user_management",
        "staff:list",
        "screens.user_management:UserManagement",
        "user_management.title",
        {SUPPORT_MANAGER: "scc_management.title"},
    ),
    SectionRow("clients", "client:list", "screens.clients:Clients", "clients.title"),
    SectionRow(
        "organizations", "organization:list", "screens.organizations:Organizations", "organizations.title"
    ),
    SectionRow("coins", "coin:list", "screens.coins:Coins", "coins.title"),
    SectionRow("issuers", "issuer:list", "screens.issuers:Issuers", "issuers.title"),
    SectionRow("products", "product:list", "screens.products:Products", "products.title"),
    SectionRow(
        "transactions", "operation:list", "screens.transactions:TransactionsList", "transactions.title"
    ),
    SectionRow("user_actions", "audit:read", "screens.user_actions:UserActions", "user_actions.title"),
    SectionRow("my_account", EVERYONE, "screens.my_account:MyAccount", "my_account.title"),
)
"""In the order of their number keys; a person sees those that their role has the permission for."""

THINGS = {
    "application": "screens.application:ApplicationScreen",
    "change_request": "screens.change_request:ChangeRequestScreen",
    "client": "screens.client:ClientScreen",
    "coin": "screens.coin:CoinScreen",
    "contract": "screens.contract:ContractScreen",
    "operation": "screens.cash_operations:OperationByNumber",
    "organization": "screens.organization:OrganizationScreen",
    "redeem_pay": "screens.redeem_pay:RedeemPay",
    "redeem_request": "screens.redeem_request:RedeemRequestScreen",
    "staff": "screens.staff_member:StaffMember",
    "transaction": "screens.operation:OperationScreen",
}
"""Kind of thing that the palette finds → the screen that shows one by its number."""


def sections_of(session: Any) -> tuple[SectionRow, ...]:
    """The rows that the person of this core.staff.Session may see, named as their role calls them."""
    return tuple(
        replace(row, title=row.titles.get(session.staff.role, row.title))
        for row in SECTIONS
        if row.permission == EVERYONE or row.permission in session.permissions
    )
