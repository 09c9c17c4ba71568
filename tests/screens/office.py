"""The administrator's desk in the states that matter, on a canned company: what the goldens show of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from screens.client import ClientScreen
from screens.client_form import ClientNew
from screens.clients import Clients
from screens.coin import CoinScreen
from screens.coins import Coins
from screens.issuers import IssuerForm, Issuers
from screens.my_account import MyAccount
from screens.organization import OrganizationScreen
from screens.organization_form import OrganizationForm
from screens.organizations import Organizations
from screens.product import ProductForm
from screens.product_import import ProductImport
from screens.products import Products
from screens.staff_member import StaffMember
from screens.staff_new import NewMember
from screens.user_actions import UserActions
from screens.user_management import UserManagement
from tests.screens import canned
from tests.screens.canned import AT, CASHIER, at, row

WHO = "Małgorzata Wiśniewska"
MAIL = "malgorzata@mail.example"
WHEN = datetime(2026, 11, 23, 7, 15, tzinfo=UTC)


def member(number: int, name: str, role: str, **more: Any) -> Any:
    """A line of the list of staff."""
    return row(
        **{
            "id": number, "person_id": number, "name": name, "email": f"{role[:9]}@demo.example", "role": role,
            "active": True, "made_at": WHEN, "phone": "+380441234567", "last_seen": at(6, 30), "open_sessions": 1,
            "second_factor": True, "must_change_password": False, "locked_out_s": 0, "lent_role": None,
            "lent_until": None,
        }
        | more
    )  # fmt: skip


STAFF = [
    member(14, "ليلى حداد", "financial_specialist", lent_role="cfo", lent_until=at(9, 0, 30)),
    member(13, "Jürgen Müller", "accountant", open_sessions=0),
    member(12, CASHIER, "cashier", must_change_password=True, last_seen=None, open_sessions=0),
    member(11, "Jan Kowalski", "support_agent", active=False, open_sessions=0),
]
DETAIL = {
    "id": 14, "person_id": 14, "name": "ليلى حداد", "email": "layla@demo.example", "phone": "+380441234567",
    "role": "financial_specialist", "active": True, "made_at": AT, "idle_minutes": None, "last_seen": AT,
    "second_factor": True, "must_change_password": False, "locked_out_s": 90, "own": False,
    "other_accounts": [
        {"id": 15, "name": "ليلى حداد", "email": "l.haddad@demo.example", "role": "cashier", "active": True}],
    "sessions": [
        {"id": 9, "opened_at": AT, "last_seen": AT, "from": "10.20.30.40", "locked": False, "current": False,
         "ended_at": None, "reason": None},
        {"id": 8, "opened_at": AT, "last_seen": AT, "from": None, "locked": False, "current": False, "ended_at": AT,
         "reason": "role_changed"}],
    "delegations": [
        {"id": 3, "role": "cfo", "starts_at": AT, "ends_at": AT, "reason": "holidays of the CFO",
         "made_by": "Åsa Öberg", "ended_at": None, "active": True}],
    "conflicts": [{"code": "maker_checker:15:cashier", "kind": "maker_checker", "staff_id": 15, "name": "ليلى حداد",
                   "role": "cashier"}],
}  # fmt: skip
CLIENT = canned.client() | {
    "time_zone": "Europe/Warsaw", "language": "pl", "active": True, "identification": "approved",
    "identified_until": "2030-01-31", "organization_id": 2, "organization": "Rynek Coffee", "contract": "Standard",
    "created_at": AT, "coins": [canned.coin(1234, "EUR", 125_050), canned.coin(5678, "USD", 0)],
    "operations": [
        {"id": 50_123, "at": AT, "kind": "cash_withdrawal", "issuer": "EUR", "scale": 2, "amount": 50_000,
         "commission": 500, "serial": "400000001234"},
        {"id": 50_122, "at": AT, "kind": "cash_top_up", "issuer": "EUR", "scale": 2, "amount": 123_456_700,
         "commission": 1_234_567, "serial": "400000001234"}],
}  # fmt: skip
COIN = {
    "coin_id": 1234, "serial": "400000001234", "client_id": 5, "client": WHO, "email": MAIL,
    "organization": "Rynek Coffee", "issuer": "EUR", "issuer_name": "Euro", "scale": 2, "kind": "wallet",
    "balance": 125_050, "held": 5_050, "available": 120_000, "incoming": True, "outgoing": False, "closed": False,
    "created_at": AT, "time_zone": "Europe/Warsaw",
}  # fmt: skip
ORGANIZATION = {
    "id": 2, "name": "Rynek Coffee", "kind": "merchant", "state": "active", "registration": "KRS 0000123456",
    "address": "Rynek Główny 1, Kraków", "contract_id": 1, "contract": "Standard", "created_at": AT,
    "moves": ["closed", "suspended"], "member_count": 1,
    "members": [{"client_id": 5, "name": WHO, "email": MAIL, "phone": "+48601234567", "coins": 2}],
    "coins": [{"coin_id": 1234, "serial": "400000001234", "client": WHO, "issuer": "EUR", "scale": 2,
               "balance": 125_050}],
    "sums": [{"issuer": "EUR", "scale": 2, "balance": 125_050}],
}  # fmt: skip


def client(number: int, name: str, **more: Any) -> Any:
    """A line of the list of clients."""
    return row(
        **{
            "id": number, "kind": "individual", "name": name, "name_key": name.lower(), "email": MAIL,
            "email_key": MAIL, "phone": "+48601234567", "active": True, "blocked": False,
            "identification": "approved", "identified": True, "organization_id": 2, "organization": "Rynek Coffee",
            "created_at": WHEN, "coins": 2,
        }
        | more
    )  # fmt: skip


def coin(number: int, who: str, balance: int, code: str = "EUR") -> Any:
    """A line of the list of coins."""
    return row(
        id=number, serial=f"40000000{number:04d}", client_id=5, client=who, client_key=who.lower(), email=MAIL,
        organization_id=2, organization="Rynek Coffee", issuer=code, scale=2, kind="wallet", balance=balance,
        held=500, available=balance - 500, incoming=True, outgoing=True, closed=False, created_at=WHEN,
    )  # fmt: skip


def issuer(number: int, code: str, name: str, kind: str, circulation: int, scale: int = 2) -> Any:
    """A line of the list of issuers."""
    return row(
        id=number, code=code, name=name, symbol=code[0], scale=scale, kind=kind, position=number, active=number < 3,
        backing="safeguarded at the bank" if kind == "real" else "", denominations=[500, 200] if scale else [],
        circulation=circulation, backed=circulation, created_at=WHEN,
    )  # fmt: skip


def product(number: int, name: str, price: int | None) -> Any:
    """A line of the list of products."""
    return row(
        id=number, provider_id=3, provider="Telekom Plus", code=f"TOP-{number}", name=name, issuer="EUR", scale=2,
        price=price, price_from=None if price else 500, price_to=None if price else 10_000, percent=Decimal("1.5"),
        fixed=10, active=True, changed_at=WHEN,
    )  # fmt: skip


ROWS: dict[str, list[Any]] = {
    "audit_streams": [],
    "audit_chain": [],
    "views": [row(name="Mine", filter="state:open", columns=["number"], sort="", opens=False)],
    "staff_list": STAFF,
    "staff_actions": [],
    "my_actions": [],
    "clients": [client(6, "ليلى حداد", blocked=True), client(5, WHO), client(4, "Old Client", active=False)],
    "coins": [coin(1235, "ليلى حداد", 1_234_567_89), coin(1234, WHO, 125_050)],
    "coin_lines": [
        row(coin_id=1234, operation_id=50_123, line=1, at=WHEN, kind="cash_withdrawal", amount_in=0,
            amount_out=50_500, balance=125_050, other="HOLD", issuer="EUR", scale=2),
        row(coin_id=1234, operation_id=50_122, line=1, at=WHEN, kind="cash_top_up", amount_in=12_345_670,
            amount_out=0, balance=12_396_170, other="CASH", issuer="EUR", scale=2)],
    "issuers": [issuer(1, "EUR", "Euro", "real", 123_456_789), issuer(2, "USD", "US dollar", "real", 50_000),
                issuer(3, "BONUS", "Bonus point", "bonus", 120, 0)],
    "organizations": [
        row(id=2, name="Rynek Coffee", kind="merchant", state="active", contract="Standard",
            registration="KRS 0000123456", created_at=WHEN, members=1),
        row(id=3, name="Telekom Plus", kind="provider", state="suspended", contract=None, registration="",
            created_at=WHEN, members=0)],
    "contract_names": [row(id=1, name="Standard")],
    "products": [product(1, "Prepaid 10", 1_000), product(2, "Prepaid, any amount", None)],
    "product_providers": [row(id=3, name="Telekom Plus")],
}  # fmt: skip

ANSWERS = {
    "staff_detail": DETAIL,
    "staff_conflicts": {"conflicts": DETAIL["conflicts"]},
    "client_detail": CLIENT,
    "coin_detail": COIN,
    "organization_detail": ORGANIZATION,
    "things": {"things": [{"kind": "coin", "id": 1234, "title": "400000001234", "note": WHO}]},
}

#: name, what makes the screen, what is pressed then.
SCREENS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("staff", UserManagement, ()),
    ("staff_member", lambda: StaffMember(14), ()),
    ("staff_new", NewMember, ()),
    ("my_account", MyAccount, ()),
    ("clients", Clients, ()),
    ("clients_filter", Clients, ("slash", *"nothing:5", "enter")),
    ("clients_columns", Clients, ("f4",)),
    ("clients_sort", Clients, ("s",)),
    ("clients_views", Clients, ("f3",)),
    ("clients_file", Clients, ("f8",)),
    ("client", lambda: ClientScreen(5), ()),
    ("client_switch", lambda: ClientScreen(5), ("f7",)),
    ("client_new", ClientNew, ()),
    ("coins", Coins, ()),
    ("coin", lambda: CoinScreen(1234), ()),
    ("coin_moment", lambda: CoinScreen(1234), ("f6",)),
    ("coin_directions", lambda: CoinScreen(1234), ("f7",)),
    ("issuers", Issuers, ()),
    ("issuer_form", lambda: IssuerForm(None), ()),
    ("organizations", Organizations, ()),
    ("organization", lambda: OrganizationScreen(2), ()),
    ("organization_state", lambda: OrganizationScreen(2), ("f7",)),
    ("organization_form", lambda: OrganizationForm(None), ()),
    ("products", Products, ()),
    ("product_form", lambda: ProductForm(None), ()),
    ("product_import", ProductImport, ()),
    ("log_check", UserActions, ("f7",)),
)
