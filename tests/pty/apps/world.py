"""What the small apps share: a session without a database, and the app with screens of their own."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bocli.__main__ import say_fault
from bocli.app import BocliApp
from bocli.widgets.keyset_table import Item
from bocli.widgets.section import Section
from core.money import Issuer

EUR = Issuer("EUR", "Euro", "€", 2, "real")
USD = Issuer("USD", "US dollar", "$", 2, "real")


@dataclass
class NoDatabase:
    """Answers what the app itself asks."""

    spool: Any = None
    calls: list[str] = field(default_factory=list)

    def call(self, function: str, /, **_: Any) -> dict[str, Any]:
        self.calls.append(function)
        if function == "session_close" and (note := os.environ.get("CLOSED_NOTE")):
            Path(note).write_text("closed")
        return {}

    def close(self) -> None:
        return


def person(**changes: Any) -> Any:
    """A cashier, logged in."""
    staff = SimpleNamespace(
        id=1, name="Olha Коваль", email="cashier@demo.example", role="cashier",
        language=os.environ.get("APP_LANGUAGE", "en"), theme=os.environ.get("BOCLI_THEME", ""),
    )  # fmt: skip
    words: dict[str, Any] = {
        "db": NoDatabase(), "staff": staff, "permissions": frozenset({"cash_day:open"}), "idle_minutes": 10,
        "last_login_at": None, "must_change_password": False, "must_enrol": False,
    }  # fmt: skip
    return SimpleNamespace(**{**words, **changes})


class Numbers:
    """A list of `count` made-up rows."""

    headers = ("Ref", "When", "Account", "Name", "Amount", "Cur", "Status", "Note")
    widths = (9, 16, 10, 22, 14, 3, 9, 0)
    right = frozenset({4})

    def __init__(self, count: int) -> None:
        self.count = count

    def row(self, at: int) -> Item:
        return Item(
            at,
            (
                f"{at:09d}",
                f"2026-03-{at % 28 + 1:02d} 14:{at % 60:02d}",
                f"AC{at * 7919 % 10**8:08d}",
                f"Customer name {at * 31 % 9973}",
                f"{at * 137 % 1000000 / 100:,.2f}",
                ("MAD", "EUR", "USD")[at % 3],
                ("new", "held", "done", "rejected")[at % 4],
                f"note {at % 97}",
            ),
        )

    def estimate(self) -> int:
        return self.count

    def fetch(self, edge: Any, limit: int, backwards: bool) -> list[Item]:
        if backwards:
            high = self.count if edge is None else edge
            return [self.row(at) for at in range(high - 1, max(-1, high - 1 - limit), -1)]
        low = 0 if edge is None else edge + 1
        return [self.row(at) for at in range(low, min(self.count, low + limit))]


def run(screen: str, **options: Any) -> None:
    """Run the app with this "module:Class" where home would be."""
    import screens.roles

    screens.roles.HOME = screen  # type: ignore[misc]
    app = BocliApp(
        login="tests.pty.apps.world:Straight", language=os.environ.get("APP_LANGUAGE", "en"), **options
    )
    app.run(mouse=False)
    sys.exit(say_fault(app.fault) if app.fault else app.return_code or 0)


class Straight(Section[Any]):
    """A log-in that asks nothing."""

    def on_mount(self) -> None:
        self.call_after_refresh(self.finish, person())
