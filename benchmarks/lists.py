"""P5: a page of the real list of all operations on a pty, key to last byte, many operations against few, by turns.

`python -m benchmarks.lists [many] [few]`; the books are those of `benchmarks.books`, made when they are not there.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

from benchmarks import books
from tests import server as servers
from tests.pty.terminal import END, ENTER, HOME, PAGE_DOWN, Terminal

GOAL_MS, GOAL_RATIO, TURNS = 60.0, 1.2, 60
QUIET_S = 0.25
SLASH, ERASE = b"/", b"\x15"
FILTERS = (
    "kind:payment",
    "kind:bonus_issue currency:bonus",
    "10.00",
    "boris conti 1",
    "kind:refund booked:-200..-190",
)


def spent(term: Terminal, keys: bytes) -> float:
    """Milliseconds from these keys to the last byte that they bring."""
    term.quiet(0.1)
    began = last = time.perf_counter()
    term.send(keys)
    while term.read(QUIET_S):
        last = time.perf_counter()
    return (last - began) * 1000


class Reader:
    """The list of one database, open on a pty at 132 by 40."""

    def __init__(self, server: servers.Server, operations: int) -> None:
        self.world = books.there(server, operations)
        person = books.person_of(self.world)
        self.world.forget_code(person)
        asked = {
            "hosts": [str(server.folder)],
            "dbname": self.world.database,
            "installation": self.world.settings.installation,
            "port": servers.PORT,
            "email": person.email,
            "code": person.code(),
        }
        self.term = Terminal(
            "-m",
            "benchmarks.lists",
            "--at-a-terminal",
            columns=132,
            rows=40,
            env={"BOCLI_BOOKS_ASK": json.dumps(asked)},
        )
        self.term.until("Sums of all that fits", 60)
        self.term.quiet(1)

    def page_down(self) -> float:
        """One page further; what is fetched ahead meanwhile is part of it."""
        return spent(self.term, PAGE_DOWN)

    def end(self) -> float:
        """The eldest operations, and back."""
        took = spent(self.term, END)
        spent(self.term, HOME)
        return took

    def jump(self, dice: random.Random) -> float:
        """Some day of the year, typed as a filter: the list, and its sums."""
        day = (datetime.now(UTC) - timedelta(days=dice.randint(20, 350))).date()
        return self.ask(f"booked:{day}..{day + timedelta(3)}")

    def ask(self, text: str) -> float:
        """What a filter brings, from Enter on."""
        self.term.send(SLASH)
        self.term.quiet(0.15)
        self.term.send(ERASE + text.encode())
        self.term.quiet(0.15)
        return spent(self.term, ENTER)

    def close(self) -> None:
        """Leave."""
        self.term.close()
        self.world.close()
        self.world.admin.close()


def main(many: int = 10_000_000, few: int = 100_000, turns: int = TURNS) -> int:
    """Measure by turns and print; the exit code says whether the goals were reached."""
    missed = 0
    with books.running(books.folder_of_benchmarks()) as server:
        both = (Reader(server, many), Reader(server, few))
        print(
            f"the list of all operations on a pty, {many:,} against {few:,} in the books, by turns of {turns}:"
        )
        one, other = random.Random(1), random.Random(1)
        dice = {id(both[0]): one, id(both[1]): other}
        acts: list[tuple[str, Callable[[Reader], float], int]] = [
            ("Page down", Reader.page_down, turns),
            ("End", Reader.end, turns // 3),
            ("jump to a date", lambda reader: reader.jump(dice[id(reader)]), turns // 3),
        ]
        for name, act, count in acts:
            found = [[act(reader) for reader in both] for _ in range(count)]
            missed += _told(name, [each[0] for each in found], [each[1] for each in found])
        print("  filters, Enter to the sums under the list, median of 5 (no goal):")
        for text in FILTERS:
            took = [[reader.ask(text) for reader in both] for _ in range(5)]
            large, small = (median(each[at] for each in took) for at in (0, 1))
            print(f"    {text:32} {large:6.0f} ms against {small:.0f} ms")
        for reader in both:
            reader.close()
    return 1 if missed else 0


def _told(name: str, large: list[float], small: list[float]) -> int:
    p95 = quantiles(large, n=20)[-1]
    ratio = median(large) / median(small)
    print(
        f"P5 {name}: p95 {p95:.0f} ms (goal {GOAL_MS:.0f}), median {median(large):.1f} ms, "
        f"{ratio:.2f} x that of few (goal {GOAL_RATIO})"
    )
    return p95 > GOAL_MS or ratio > GOAL_RATIO


def at_a_terminal() -> None:
    """The program itself, logged in as the books' anti-fraud specialist, its list open."""
    from bocli.__main__ import close_debugging_doors

    close_debugging_doors()
    from core import staff
    from core.db import Settings
    from screens.transactions import TransactionsList
    from tests.screens.app import OneScreen
    from tests.world import CHEAP

    asked = json.loads(os.environ["BOCLI_BOOKS_ASK"])
    settings = Settings(
        hosts=tuple(asked["hosts"]), port=asked["port"], dbname=asked["dbname"], installation=asked["installation"],
        sslmode="disable", application_name="bocli-bench", kdf=(CHEAP,),
    )  # fmt: skip
    session = staff.log_in(settings, asked["email"], "correct horse battery", asked["code"])
    OneScreen(TransactionsList, session, language="en").run(mouse=False)


if __name__ == "__main__":
    if sys.argv[1:] == ["--at-a-terminal"]:
        at_a_terminal()
    else:
        sys.exit(main(*map(int, sys.argv[1:])))
