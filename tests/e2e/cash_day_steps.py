"""A cash desk's day as its people do it: a cashier in one terminal, an accountant in another, the real program.

The drawer is what the last close left in it; the script counts it as a person would, puts in and takes out what the
screens say, and once counts wrongly. It ends with the audit of the whole database and the trial balance.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bocli import embedded
from bocli.demo import DATABASE
from bocli.demo.people import People, read
from core.db import Settings
from tests.e2e.steps import Steps, log_in, main, take_away, wait_until
from tests.e2e.tmux import Terminal, Terminals

BOCLI = f"{sys.executable} -m bocli"
Drawer = dict[str, dict[int, int]]


class Script:
    """What the steps share: people, terminals, the drawer of the cashier's desk."""

    def __init__(self, steps: Steps, terminals: Terminals) -> None:
        self.steps, self.terminals = steps, terminals
        self.server = embedded.server_in(embedded.home())
        self.people: People = read(self.server.folder / "people.json")
        self.drawer: Drawer = {}
        self.cashier: Terminal
        self.accountant: Terminal

    @property
    def settings(self) -> Settings:
        """Where the demo's database is."""
        made = json.loads((self.server.folder / "demo.json").read_text("utf-8"))
        return Settings(
            hosts=(str(self.server.socket),), port=self.server.port, dbname=DATABASE,
            installation=made["installation"], sslmode="disable",
        )  # fmt: skip

    def ask(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the books say, asked past the program by the owner of the server."""
        with psycopg.connect(self.server.dba(DATABASE), autocommit=True) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def log_in(self, name: str, email: str) -> Terminal:
        person = next(each for each in self.people.people if each.email == email)
        terminal = self.terminals.open(name, f"{BOCLI} demo")
        log_in(terminal, email, person.password, person.code, person.name)
        return terminal

    def fresh_code(self, email: str) -> str:
        """A code that was not used yet: the next half minute's, if need be."""
        person = next(each for each in self.people.people if each.email == email)
        time.sleep(30 - time.time() % 30 + 0.5)
        return person.code()

    def read_drawer(self, desk: str) -> None:
        """What lies in the drawer: what was counted at the desk's last close."""
        rows = self.ask(
            "select i.code, l.denomination, l.pieces from book.cash_count_line l "
            "join book.issuer i on i.id = l.issuer_id "
            "where l.count_id = (select max(c.id) from book.cash_count c join book.desk_day d on d.id = c.day_id "
            "join book.desk k on k.id = d.desk_id where k.name = %s and c.kind = 'closing') "
            "order by i.position, l.denomination desc",
            desk,
        )
        for issuer, denomination, pieces in rows:
            self.drawer.setdefault(str(issuer), {})[int(str(denomination))] = int(str(pieces))

    def put(self, issuer: str, minor: int) -> None:
        """Put cash into the drawer (or take it out, when negative) in single cents: any pieces will do."""
        lines = self.drawer[issuer]
        total = sum(each * pieces for each, pieces in lines.items()) + minor
        for each in lines:
            lines[each], total = divmod(total, each)

    def count(self, terminal: Terminal) -> None:
        """Type the pieces of every denomination, one after the other."""
        for lines in self.drawer.values():
            for pieces in lines.values():
                terminal.type(str(pieces)).press("Enter")
        terminal.press("F2")


def opening(script: Script) -> None:
    step, cashier = script.steps.step, script.cashier
    with step("the cashier starts the day at the desk"):
        cashier.press("1").wait("Choose your desk", "North 1")
        cashier.press("Enter").wait("Start your day at North 1")
        cashier.press("F10").wait("Opening count at North 1", "EUR: total")
    with step("a count with rows left empty is not taken"):
        cashier.press("F2").wait("rows were left empty")
        cashier.press("Escape").wait_gone("rows were left empty")
    with step("the opening count agrees with the last close, and the day is open"):
        script.read_drawer("North 1")
        script.count(cashier)
        cashier.wait("The day is open")


def at_the_counter(script: Script) -> None:
    step, cashier = script.steps.step, script.cashier
    phone = str(
        script.ask("select phone from book.client where name like 'Client%%' and not blocked order by id")[0][
            0
        ]
    )
    with step("an amount with three digits after the point is refused under its field"):
        cashier.press("Escape").wait("Hello")
        cashier.press("2").wait("Top up wallet", "Amount")
        cashier.type(phone).press("Tab").wait("Client 0")
        if "<" in next(line for line in cashier.screen().splitlines() if "Wallet" in line and ">" in line):
            cashier.press("Enter")
        cashier.type("100.005").press("F2").wait("digits")
    with step("a top-up: the exact postings, then F10, then the receipt"):
        cashier.press("C-u").type("250").press("F2")
        screen = cashier.wait("what will be posted", "Cash to take")
        script.put("EUR", minor(screen, "Cash to take"))
        cashier.press("F10").wait("Receipt", "250.00")
    with step("the receipt goes into a file"):
        screen = cashier.press("F6").wait("Kept as")
        kept = re.search(r"Kept as (\S+)", screen.replace("\n", " "))
        assert kept is not None
        cashier.press("Escape")
    with step("a withdrawal beyond the wallet is refused, and nothing moves"):
        cashier.press("Escape").wait("Hello")
        cashier.press("3").wait("Withdraw cash", "Amount")
        cashier.type(phone).press("Tab").wait("Client 0")
        if "<" in next(line for line in cashier.screen().splitlines() if "Wallet" in line and ">" in line):
            cashier.press("Enter")
        cashier.type("2900").press("Tab", "Tab").type("AB 1234567").press("F2")
        cashier.wait("The wallet has", "is needed")
    with step("a withdrawal within it: identity seen, notes suggested, paid"):
        cashier.press("C-u").type("100").press("F2")
        screen = cashier.wait("what will be posted", "Cash to give")
        script.put("EUR", -minor(screen, "Cash to give"))
        cashier.press("F10").wait("Receipt", "100.00")
        cashier.press("Escape")
    with step("the X report says what was turned over, and not what should be in the drawer"):
        cashier.press("Escape").wait("Hello")
        cashier.press("1").wait("North 1", "F3")
        cashier.press("F3").wait("X report", "250.00", "100.00")
        cashier.press("Escape")


def minor(screen: str, label: str) -> int:
    """The amount beside a label, in minor units."""
    found = re.search(re.escape(label) + r"\D*([\d,.]+)", screen)
    assert found is not None, screen
    return int(re.sub(r"\D", "", found[1]))


def closing(script: Script) -> None:
    step, cashier, accountant = script.steps.step, script.cashier, script.accountant
    with step("closing begins when the desk's name is typed; a blind count is handed over, 10 EUR short"):
        cashier.wait("North 1", "F8")
        cashier.press("F8").wait("North 1", "F10")
        cashier.type("North 1").press("F10").wait("EUR: total")
        script.put("EUR", -1000)
        script.count(cashier)
        cashier.wait("F10").count("EUR")
        screen = cashier.press("F10").wait("Count")
        assert "short" not in screen.lower(), screen
        script.put("EUR", 1000)
    with step("nothing can be posted while the day waits"):
        cashier.press("Escape", "Escape").wait("Hello")
        cashier.press("2").wait("Top up wallet")
        cashier.wait("Your cash day is not open")
        cashier.press("Escape").wait("Hello")
    with step("the accountant sees the difference and sends the count back with a reason"):
        accountant.press("1").wait("North 1")
        open_request(accountant, "North 1")
        accountant.wait("-10.00", "Short") if "Short" in accountant.screen() else accountant.wait(
            "10.00", "hort"
        )
        accountant.press("F7").wait("F10")
        accountant.type("Please count the tens again").press("F10")
        accountant.wait("Done") if "Done" in accountant.screen() else accountant.wait("[")
        accountant.press("Escape")
    with step("the cashier reads why, counts again, 1 EUR over, and hands over"):
        cashier.press("1").wait("Please count the tens again")
        cashier.press("F2").wait("EUR: total")
        script.put("EUR", 100)
        script.count(cashier)
        cashier.wait("F10")
        cashier.press("F10").wait("Count")
    with step("the accountant closes with the desk's name typed; the Z report is numbered"):
        accountant.press("Escape").wait("Hello")
        accountant.press("1").wait("North 1")
        open_request(accountant, "North 1")
        accountant.press("F8").wait("F10")
        accountant.type("North 1").press("F10").wait("F10")
        accountant.type("counted twice").press("F10")
        accountant.wait("Z report")
        accountant.press("Escape")


def open_request(accountant: Terminal, desk: str) -> None:
    """Open the request of this desk: go down the list until the review shows it."""
    for _ in range(6):
        accountant.press("Enter").wait("Cashier", "Opening")
        if f"] {desk}" in accountant.screen():
            return
        accountant.press("Escape").wait("Waits")
        accountant.press("Down")
    raise AssertionError(f"no close request of {desk}")


def afterwards(script: Script) -> None:
    step, cashier, accountant = script.steps.step, script.cashier, script.accountant
    with step("the surplus becomes the company's gain: amount typed again, fresh code"):
        accountant.press("Escape", "Escape").wait("Hello")
        accountant.press(section(accountant, "Surpluses and shortages")).wait("North 1")
        accountant.press("Enter").wait("North 1", "F2")
        accountant.press("Tab").type("found in the drawer").press("F2").wait("F10")
        accountant.type("1.00").press("F10").wait("code")
        accountant.type(script.fresh_code("accountant@demo.example")).press("F10", "Enter")
        accountant.wait("North")
        rows = script.ask(
            "select a.balance from vault.account a join book.desk_day d on d.id = a.owner_id join book.desk k "
            "on k.id = d.desk_id where a.kind = 'OVER' and k.name = 'North 1' order by d.id desc, a.issuer_id limit 1"
        )
        wait_until(
            lambda: script.ask("select 1 from vault.operation where kind = 'over_gain' and amount = 100")
        )
        assert rows, "no account of what was over"
    with step("the cashier reads the Z report"):
        cashier.press("Escape", "Escape").wait("Hello")
        cashier.press("1").wait("Last closed", "North 1")
        cashier.press("F4").wait("Z report", "COPY")
    with step("the books agree to the cent"):
        state, number = script.ask("select state, z_number from book.desk_day order by id desc limit 1")[0]
        assert (state, number is not None) == ("closed", True), (state, number)
        kinds = script.ask(
            "select kind, amount from vault.operation where day_id = (select max(id) from book.desk_day) order by id"
        )
        assert [str(kind) for kind, _ in kinds] == ["cash_top_up", "cash_withdrawal", "count_over"], kinds


def server_of_this_run() -> embedded.Server:
    return embedded.server_in(embedded.home())


def section(terminal: Terminal, title: str) -> str:
    """The number key of a section on the home screen."""
    found = re.search(rf"(\d)\s+{re.escape(title)}", terminal.screen())
    assert found is not None, terminal.screen()
    return found[1]


def audit(script: Script) -> None:
    for words in (["audit", "verify", "--demo"], ["audit", "balance", "--demo"]):
        with script.steps.step(f"bocli {' '.join(words)}"):
            done = subprocess.run(
                [sys.executable, "-m", "bocli", *words], capture_output=True, text=True, check=False
            )
            print(done.stdout)
            assert done.returncode == 0, done.stdout + done.stderr


def prepare(steps: Steps) -> None:
    """The company of the demo: made, or copied from the folder BOCLI_E2E_COMPANY, where the first script leaves one."""
    data, kept = embedded.home().parent, os.environ.get("BOCLI_E2E_COMPANY")
    if kept and (Path(kept) / data.name).exists():
        with steps.step("the company that `bocli demo --prepare-only` made for the first script, as it was"):
            copy(Path(kept) / data.name, data)
        return
    with steps.step("bocli demo --prepare-only makes a company of three months"):
        done = subprocess.run(
            [sys.executable, "-m", "bocli", "demo", "--prepare-only"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    if kept:
        copy(data, Path(kept) / data.name)


def copy(folder: Path, to: Path) -> None:
    """A stopped server's folder, with its owners."""
    wait_until(lambda: not embedded.is_running(embedded.server_in(folder / embedded.home().name)))
    subprocess.run(["cp", "-a", str(folder), str(to)], check=True)


@contextmanager
def at_the_demo(steps: Steps, environment: dict[str, str]) -> Iterator[Terminals]:
    """The demo's company with terminals; in the end they close, and its server goes unless a folder was named."""
    prepare(steps)
    terminals = Terminals(environment)
    try:
        yield terminals
    finally:
        terminals.close()
        if len(sys.argv) < 2:
            take_away(server_of_this_run())


def script(steps: Steps, environment: dict[str, str]) -> None:
    with at_the_demo(steps, environment) as terminals:
        it = Script(steps, terminals)
        with steps.step("the cashier logs in"):
            it.cashier = it.log_in("cashier", "cashier@demo.example")
        with steps.step("the accountant logs in at another terminal"):
            it.accountant = it.log_in("accountant", "accountant@demo.example")
        opening(it)
        at_the_counter(it)
        closing(it)
        afterwards(it)
        audit(it)


if __name__ == "__main__":
    main(script)
