"""What the demo's administrator did: organizations with members, products of providers, what backs the issuers.

It is done by the same calls that the screens make, in a session of the second administrator.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from math import sin
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bocli.demo.people import People
from bocli.demo.sessions import session
from core import approvals, clients, coins, issuers, organizations, products, rates
from core.clock import now
from core.db import Database, Settings
from core.db.keyset import Keyset
from core.organizations import OrganizationFacts
from core.rates import ecb

if TYPE_CHECKING:
    from collections.abc import Callable

BACKING = {
    "EUR": "Safeguarded account and cash in desks",
    "USD": "Safeguarded account and cash in desks",
    "BONUS": "Given without backing",
}
WEEKEND = 5
MERCHANTS = ("Corner shops", "Market stalls", "Night kiosks")
#: Provider → prefix of the codes, what is sold, prices in whole units, and whether any amount may be paid.
PROVIDERS: dict[str, tuple[str, tuple[str, ...], tuple[int, ...], str]] = {
    "Mobile top-ups": ("tel", ("Prepaid", "Internet", "Television"), (5, 10, 15, 20, 30, 50), "Any amount"),
    "Light and heat": ("pow", ("Electricity", "Gas"), (10, 25, 50, 100), "Bill"),
}


def furnish(settings: Settings, people: People, progress: Callable[[str, int, int], None]) -> None:
    """Do an administrator's first day's work in a company that was just built."""
    progress("demo.step.office", 0, 1)
    with session(settings, people.all("administrator")[-1]) as db:
        for row in Keyset(issuers.issuers_select).page(db, None, 10):
            facts = issuers.IssuerFacts(
                row.name, row.symbol, BACKING[row.code], row.position, tuple(row.denominations)
            )
            issuers.change(db, uuid4(), row.id, facts)
        _organizations(db)
        for provider, (prefix, things, prices, any_amount) in PROVIDERS.items():
            facts_of_it = OrganizationFacts(provider, f"DEMO {prefix.upper()}", "", None)
            made = organizations.create(db, uuid4(), "provider", facts_of_it)
            rows = list(_list(prefix, things, prices, any_amount))
            products.import_list(db, uuid4(), made, rows, dry_run=False)
        _switches(db)
    with session(settings, people.all("cfo")[0]) as db:
        _rates(db)


def _organizations(db: Database) -> None:
    contract = {name: number for number, name in organizations.contracts(db)}["Business"]
    own = OrganizationFacts("Head office", "DEMO 1", "1 Harbour Road", None)
    organizations.create(db, uuid4(), "own", own)
    businesses = Keyset(clients.clients_select).where("kind", "=", "business").page(db, None, 24)
    for place, name in enumerate(MERCHANTS):
        facts = OrganizationFacts(name, f"DEMO {place + 2}", f"{place + 2} Market Square", contract)
        made = organizations.create(db, uuid4(), "merchant", facts)
        for row in businesses[place :: len(MERCHANTS)]:
            organizations.set_member(db, uuid4(), made, row.id, member=True)
    organizations.move(db, uuid4(), made, "suspended", "Papers of the register are out of date")


def _list(
    prefix: str, things: tuple[str, ...], prices: tuple[int, ...], any_amount: str
) -> Iterator[dict[str, Any]]:
    """A provider's list, as `core.products.read_list` reads it from a file."""
    plain: dict[str, Any] = {
        "issuer": "EUR",
        "price": None,
        "price_from": None,
        "price_to": None,
        "percent": "1.5",
        "fixed": 0,
        "active": True,
    }
    line = 1
    for thing in things:
        kind = f"{prefix}-{thing.lower()}"
        for price in prices:
            line += 1
            yield {
                **plain,
                "line": line,
                "code": f"{kind}-{price}",
                "name": f"{thing} {price} EUR",
                "price": price * 100,
            }
        line += 1
        yield {
            **plain,
            "line": line,
            "code": f"{kind}-any",
            "name": f"{thing}: {any_amount.lower()}",
            "price_from": 100,
            "price_to": 50_000,
            "percent": "0.8",
            "fixed": 10,
        }


def _switches(db: Database) -> None:
    """A client who is off and a wallet that takes nothing in, so that each state is in some list."""
    newest = Keyset(clients.clients_select).where("kind", "=", "individual").page(db, None, 2)
    clients.switch(db, uuid4(), newest[0].id, active=False, reason="Asked to be switched off")
    coin = Keyset(coins.coins_select).where("client_id", "=", newest[1].id).page(db, None, 1)[0]
    coins.switch(db, uuid4(), coin.id, incoming=False, outgoing=True, reason="Asked to take nothing in")


def _rates(db: Database) -> None:
    """Half a year of reference rates by business day, a wave and no more, and an exchange office around the last."""
    today = now().date()
    days = [day for at in range(180, 0, -1) if (day := today - timedelta(at)).weekday() < WEEKEND]
    middles = [
        Decimal(round(10_800 + 250 * sin(at / 17) + 60 * sin(at / 3))) / 10_000 for at in range(len(days))
    ]
    listed = [
        {
            "base": "EUR",
            "quote": "USD",
            "buy": str(rate),
            "sell": str(rate),
            "valid_from": ecb.moment(day).isoformat(),
        }
        for day, rate in zip(days, middles, strict=True)
    ]
    _alone(db, "system_rate", {"source": "ecb", "rates": listed})
    office = rates.save_office(db, uuid4(), None, "North exchange", active=True)
    half = Decimal("0.0075")
    draft = rates.RateDraft("EUR", "USD", str(middles[-1] - half), str(middles[-1] + half), office)
    _alone(db, draft.kind, draft.payload())


def _alone(db: Database, kind: str, payload: dict[str, Any]) -> None:
    approvals.alone(db, uuid4(), kind, payload, approvals.base_now(db, kind, payload))
