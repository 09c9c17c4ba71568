"""A specialist changes a fee, the CFO sees what it would do and approves it for tomorrow, and a cashier takes money
before and after midnight: each top-up is priced by the version in force at its moment.

The clock of the program and of its server is libfaketime's: it begins a few minutes before midnight (UTC) and is put
forward once. Nothing else is pretended.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import libfaketime

from bocli import embedded
from bocli.demo.people import Person
from tests.e2e.cash_day_steps import (
    BOCLI,
    Script,
    audit,
    minor,
    opening,
    prepare,
    section,
    server_of_this_run,
)
from tests.e2e.steps import Steps, log_in, main, take_away
from tests.e2e.tmux import Terminal, Terminals

LIBRARY = Path(libfaketime.__file__).parent / "vendor/libfaketime/src/libfaketime.so.1"
EFFECT = ("The last 30 days", "Together")
BEFORE = timedelta(minutes=8)
CACHED_S = 1


class Clock:
    """How far the program's clock is ahead of this script's; kept in a file that every process looks at."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        # The server's own user may not look into our folders.
        self.library = folder / "libfaketime.so.1"
        shutil.copy(LIBRARY, self.library)
        self.library.chmod(0o755)
        self.ahead = timedelta(0)
        midnight = self.tomorrow()
        self.put(midnight - BEFORE - datetime.now(UTC))

    def put(self, ahead: timedelta) -> None:
        """Set it. The file is replaced whole, so that nobody reads half of it."""
        self.ahead = ahead
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{ahead.total_seconds():+.3f}\n", "ascii")
        fresh.chmod(0o644)
        fresh.replace(self.file)

    def now(self) -> datetime:
        """What the program takes for now."""
        return datetime.now(UTC) + self.ahead

    def tomorrow(self) -> datetime:
        """The next midnight."""
        return (self.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)

    def past(self, moment: datetime) -> None:
        """Put the clock forward to a few seconds after that moment, and wait until every process has seen it."""
        self.put(moment - datetime.now(UTC) + timedelta(seconds=3))
        time.sleep(CACHED_S + 1)

    def environment(self) -> dict[str, str]:
        """What a process needs to see it."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            # Reading the file for every question of the time would make the program ten times as slow.
            "FAKETIME_CACHE_DURATION": str(CACHED_S),
            "DONT_FAKE_MONOTONIC": "1",
            # Else a timed wait for a lock ends at once, and Python's threads hand the interpreter to and fro for
            # nothing: a log-in then took 6 seconds of CPU, not a half.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "FAKETIME_DONT_RESET": "1",
        }


class Late(Script):
    """The script of a cash day by the other clock."""

    def __init__(self, steps: Steps, terminals: Terminals, clock: Clock) -> None:
        super().__init__(steps, terminals)
        self.clock = clock
        self.used: dict[str, int] = {}

    def person(self, role: str) -> Person:
        return next(each for each in self.people.people if each.role == role)

    def code_of(self, person: Person) -> str:
        """A code that this person did not use yet."""
        while (half := int(self.clock.now().timestamp()) // 30) <= self.used.get(person.email, 0):
            time.sleep(0.5)
        self.used[person.email] = half
        return person.code(self.clock.now().timestamp())

    def enter(self, role: str) -> Terminal:
        person = self.person(role)
        words = " ".join(f"{name}={value}" for name, value in self.clock.environment().items())
        terminal = self.terminals.open(role, f"env {words} {BOCLI} demo")
        log_in(terminal, person.email, person.password, lambda: self.code_of(person), person.name)
        return terminal


def proposing(it: Late, specialist: Terminal, starts: datetime) -> None:
    with it.steps.step(
        "the specialist opens the standard contract's next version and makes a top-up cost 2 percent"
    ):
        specialist.press(section(specialist, "Contracts")).wait("Standard", "Business")
        specialist.press("Down", "Enter").wait("Cash top-up EUR", "1%")
        specialist.press("F2").wait("Operation", "Percent", "Period")
        specialist.press("Right", "Right", "Right").type("2")
    with it.steps.step("the check names what has no limit; nothing is wrong"):
        specialist.press("F8").wait("has no limit at all")
        assert "! " not in specialist.screen(), specialist.screen()
    with it.steps.step("it shall begin tomorrow; the fields before and after; handed in"):
        specialist.press("F2").wait("Name and start")
        specialist.press("Tab", "Tab").type(starts.strftime("%Y-%m-%d")).press("F10")
        specialist.wait("Hand in a request", "-> 2%")
        specialist.press("F10").wait("waits to be decided")
    with it.steps.step("the specialist cannot decide it"):
        specialist.press("Escape", "Escape").wait("Hello")
        specialist.press(section(specialist, "Change requests")).wait("Standard", "waiting")
        specialist.press("Enter").wait("What changes", "[waiting]")
        assert "Approve" not in specialist.screen(), specialist.screen()


def approving(it: Late, cfo: Terminal) -> None:
    with it.steps.step("the CFO finds it waiting and compares it, field by field"):
        cfo.press(section(cfo, "Change requests")).wait("Standard", "waiting")
        cfo.press("Enter").wait("Cash top-up EUR", "-> 2%", "[waiting]")
    with it.steps.step("its effect on the last 30 days: commission then and now"):
        screen = cfo.press("F8").wait(*EFFECT)
        assert "+" in screen, screen
        print(screen)
        cfo.press("Escape").wait("What changes")
    with it.steps.step("approved with a fresh code: scheduled"):
        cfo.press("F6").wait("Approve 1 request", "-> 2%")
        cfo.press("F10").wait("code")
        cfo.type(it.code_of(it.person("cfo"))).press("Enter")
        cfo.wait("[scheduled]")


def taking(it: Late, cashier: Terminal, commission: str) -> None:
    """A top-up of 100 EUR, whose commission is this."""
    phone = str(
        it.ask("select phone from book.client where name like 'Client%%' and not blocked order by id")[0][0]
    )
    cashier.press("2").wait("Top up wallet", "Amount")
    cashier.type(phone).press("Tab").wait("Client 0")
    if "<" in next(line for line in cashier.screen().splitlines() if "Wallet" in line and ">" in line):
        cashier.press("Enter")
    screen = cashier.type("100").press("F2").wait("what will be posted", "Cash to take")
    it.put("EUR", minor(screen, "Cash to take"))
    cashier.press("F10").wait("Receipt", commission)
    cashier.press("Escape", "Escape").wait("Hello")


def script(steps: Steps, environment: dict[str, str]) -> None:
    prepare(steps)
    clock = Clock(Path(environment["BOCLI_DATA_DIR"]).parent)
    starts = clock.tomorrow()
    with server_by(clock):
        night(steps, environment, clock, starts)
    if len(sys.argv) < 2:
        take_away(server_of_this_run())


@contextmanager
def server_by(clock: Clock) -> Iterator[None]:
    """The run's server by that clock, until it is left."""
    plain = subprocess.run

    def by_clock(*words: Any, env: dict[str, str] | None = None, **options: Any) -> Any:
        return plain(*words, env=(env or {}) | clock.environment(), **options)

    with ExitStack() as stack:
        with patch.object(embedded.subprocess, "run", by_clock):
            stack.enter_context(embedded.running(server_of_this_run()))
        yield


def night(steps: Steps, environment: dict[str, str], clock: Clock, starts: datetime) -> None:
    """The evening, and the first minutes of the next day."""
    terminals = Terminals(environment)
    try:
        it = Late(steps, terminals, clock)
        with steps.step("a specialist, the CFO and a cashier log in, minutes before midnight"):
            specialist, cfo, it.cashier = (
                it.enter(role) for role in ("financial_specialist", "cfo", "cashier")
            )
        proposing(it, specialist, starts)
        approving(it, cfo)
        opening(it)
        with steps.step("before midnight a top-up of 100 EUR costs 1 EUR"):
            it.cashier.press("Escape").wait("Hello")
            taking(it, it.cashier, "1.00")
        with steps.step("after midnight it costs 2 EUR, without anybody doing anything"):
            clock.past(starts)
            taking(it, it.cashier, "2.00")
        with steps.step("each operation keeps the version it was priced by"):
            found = it.ask(
                "select o.commission, o.at < %s, v.valid_from >= %s, v.request_id is not null "
                "from vault.operation o join book.contract_version v on v.id = o.version_id order by o.id desc limit 2",
                starts, starts,
            )  # fmt: skip
            assert found == [(200, False, True, True), (100, True, False, False)], found
        audit(it)
    finally:
        terminals.close()


if __name__ == "__main__":
    main(script)
