"""Who may do what: the one table of it.

A permission is ``scope:action``. The installer copies this table into ``auth.permission`` and grants
each database function and view to the roles of the permission in its header; the program reads the
same table to know what to show. The database is the one that refuses.
"""

from __future__ import annotations

ADMINISTRATOR = "administrator"
CFO = "cfo"
FINANCIAL_SPECIALIST = "financial_specialist"
CASHIER = "cashier"
ACCOUNTANT = "accountant"
COMPLIANCE = "compliance"
ANTI_FRAUD = "anti_fraud"
SUPPORT_MANAGER = "support_manager"
SUPPORT_AGENT = "support_agent"
#: No person: the login by which payment front ends hand in their lines. It has no second factor, and these rights
#: alone.
INTAKE = "intake"

ROLES: tuple[str, ...] = (
    ADMINISTRATOR,
    CFO,
    FINANCIAL_SPECIALIST,
    CASHIER,
    ACCOUNTANT,
    COMPLIANCE,
    ANTI_FRAUD,
    SUPPORT_MANAGER,
    SUPPORT_AGENT,
    INTAKE,
)

#: Roles of programs: they log in by a password alone, which is kept in a file that only they can read.
SERVICE_ROLES: tuple[str, ...] = (INTAKE,)

#: A header may name this instead of a permission: every member of staff with a live session.
EVERYONE = "staff"
#: … or this: nobody, the function is called by other functions only.
NOBODY = "none"

#: permission → roles, in alphabetical order.
PERMISSIONS: dict[str, tuple[str, ...]] = {
    "application:decide": (ANTI_FRAUD,),
    "application:decide_escalated": (ANTI_FRAUD, CFO),
    "application:list": (ANTI_FRAUD, CFO),
    "audit:read": (ADMINISTRATOR, CFO),
    "bank:account": (CFO,),
    "bank:file": (ACCOUNTANT,),
    "bank:list": (ACCOUNTANT, CFO),
    "bank:match": (ACCOUNTANT,),
    "bank:statement": (ACCOUNTANT,),
    "block:decide": (ANTI_FRAUD, CFO),
    "block:list": (ANTI_FRAUD, CFO),
    "block:make": (ANTI_FRAUD,),
    "cash:preview": (CASHIER,),
    "cash:top_up": (CASHIER,),
    "cash:withdraw": (CASHIER,),
    "cash_day:abandon": (ACCOUNTANT, CASHIER),
    "cash_day:close": (ACCOUNTANT,),
    "cash_day:force_close": (ACCOUNTANT,),
    "cash_day:list": (ACCOUNTANT, CASHIER, CFO),
    "cash_day:reconcile": (ACCOUNTANT,),
    "cash_day:review": (ACCOUNTANT, CFO),
    "cash_day:run": (CASHIER,),
    "cash_operation:all": (ACCOUNTANT, CFO),
    "cash_operation:list": (ACCOUNTANT, CASHIER, CFO),
    "cashback:alone": (CFO,),
    "cashback:change": (CFO, FINANCIAL_SPECIALIST),
    "cashback:decide": (CFO,),
    "change:alone": (CFO, FINANCIAL_SPECIALIST),
    "change:decide": (ANTI_FRAUD, CFO),
    "change:list": (ANTI_FRAUD, CFO, FINANCIAL_SPECIALIST),
    "change:make": (ANTI_FRAUD, CFO, FINANCIAL_SPECIALIST),
    "client:create": (ADMINISTRATOR, CFO),
    "client:edit": (ADMINISTRATOR, CFO),
    "client:find": (
        ACCOUNTANT,
        ADMINISTRATOR,
        ANTI_FRAUD,
        CASHIER,
        CFO,
        COMPLIANCE,
        SUPPORT_AGENT,
        SUPPORT_MANAGER,
    ),
    "client:list": (ADMINISTRATOR, ANTI_FRAUD, CFO, COMPLIANCE, FINANCIAL_SPECIALIST),
    "client:read": (ADMINISTRATOR, ANTI_FRAUD, CFO, COMPLIANCE),
    "client:switch": (ADMINISTRATOR, CFO),
    "coin:list": (ADMINISTRATOR, ANTI_FRAUD, CFO),
    "coin:open": (ADMINISTRATOR, CFO),
    "coin:switch": (ADMINISTRATOR, ANTI_FRAUD),
    "contract:alone": (CFO,),
    "contract:change": (CFO, FINANCIAL_SPECIALIST),
    "contract:decide": (CFO,),
    "contract:list": (CFO, FINANCIAL_SPECIALIST),
    "desk:assign": (ACCOUNTANT, ADMINISTRATOR),
    "desk:list": (ACCOUNTANT, CASHIER, CFO),
    "difference:list": (ACCOUNTANT, CFO),
    "difference:resolve": (ACCOUNTANT,),
    "intake:take": (INTAKE,),
    "issuer:edit": (ADMINISTRATOR,),
    "issuer:list": (ADMINISTRATOR, CFO),
    "office:edit": (CFO,),
    "operation:list": (ANTI_FRAUD, CFO),
    "organization:edit": (ADMINISTRATOR,),
    "organization:list": (ADMINISTRATOR, CFO),
    "product:edit": (ADMINISTRATOR,),
    "product:list": (ADMINISTRATOR, CFO),
    "rate:alone": (CFO,),
    "rate:band": (CFO,),
    "rate:change": (CFO, FINANCIAL_SPECIALIST),
    "rate:decide": (CFO,),
    "rate:list": (CFO, FINANCIAL_SPECIALIST),
    "rate:quote": (CFO, FINANCIAL_SPECIALIST, INTAKE),
    "receipt:read": (ACCOUNTANT, CASHIER),
    "redeem:decide": (ACCOUNTANT,),
    "redeem:list": (ACCOUNTANT, CFO),
    "redeem:pay": (CASHIER,),
    "staff:create": (ADMINISTRATOR, CFO, COMPLIANCE, SUPPORT_MANAGER),
    "staff:delegate": (ADMINISTRATOR, CFO, COMPLIANCE, SUPPORT_MANAGER),
    "staff:list": (ADMINISTRATOR, CFO, COMPLIANCE, SUPPORT_MANAGER),
    "staff:reset": (ADMINISTRATOR, CFO, COMPLIANCE, SUPPORT_MANAGER),
    "staff:sessions": (ADMINISTRATOR, CFO, COMPLIANCE, SUPPORT_MANAGER),
    "staff:set_role": (ADMINISTRATOR, CFO, COMPLIANCE, SUPPORT_MANAGER),
    "staff:switch": (ADMINISTRATOR, CFO, COMPLIANCE, SUPPORT_MANAGER),
    "z_report:read": (ACCOUNTANT, CASHIER, CFO),
}

#: Who may create, switch off and change whom: role → the roles it looks after.
MANAGES: dict[str, tuple[str, ...]] = {
    ADMINISTRATOR: ROLES,
    CFO: tuple(role for role in ROLES if role not in (ADMINISTRATOR, CFO)),
    COMPLIANCE: (SUPPORT_MANAGER, ANTI_FRAUD),
    SUPPORT_MANAGER: (SUPPORT_AGENT,),
}

#: Roles that one person should not have together, by a second account or by delegation: who makes and who checks.
CONFLICTS: tuple[tuple[str, str], ...] = (
    (ACCOUNTANT, INTAKE),
    (ADMINISTRATOR, CFO),
    (ADMINISTRATOR, COMPLIANCE),
    (ANTI_FRAUD, CASHIER),
    (ANTI_FRAUD, INTAKE),
    (CASHIER, ACCOUNTANT),
    (CFO, ACCOUNTANT),
    (CFO, CASHIER),
    (CFO, FINANCIAL_SPECIALIST),
    (COMPLIANCE, ANTI_FRAUD),
    (COMPLIANCE, CASHIER),
    (SUPPORT_MANAGER, CASHIER),
)


def roles_with(permission: str) -> tuple[str, ...]:
    """The roles that have a permission; `EVERYONE` is all of them, `NOBODY` none.

    Raises KeyError when the permission is not in the table.
    """
    if permission == EVERYONE:
        return ROLES
    if permission == NOBODY:
        return ()
    return PERMISSIONS[permission]


def permissions_of(role: str) -> frozenset[str]:
    """All permissions of a role."""
    return frozenset(name for name, roles in PERMISSIONS.items() if role in roles)
