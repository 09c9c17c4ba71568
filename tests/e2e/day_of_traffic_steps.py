"""A day of payment front ends, by the real program: `bocli intake` takes sign-ups and a hundred thousand mixed lines,
anti-fraud works off what broke a limit, the accountant matches money that came in, approves redeem requests, sends a
file to the bank and imports its statement. It ends with the audit of the whole database and the trial balance.

    tests/e2e/day_of_traffic            a hundred thousand lines
    BOCLI_DAY_LINES=5000 tests/e2e/day_of_traffic

Money comes in as it does: by a bank's statement, whose lines wait as unallocated money; one is matched at the screen,
the others by the same use case in a session of the accountant's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

from core import bank, staff
from core.db.keyset import Keyset
from tests import statements
from tests.e2e.cash_day_steps import Script, at_the_demo, audit, section
from tests.e2e.steps import Steps, main
from tests.e2e.tmux import Terminal, Terminals
from tests.e2e.waiting import work_off
from tests.traffic import Traffic, write

LINES = int(os.environ.get("BOCLI_DAY_LINES", "100000"))
CLIENTS = max(40, LINES // 50)
BROKEN = 4


class Day(Script):
    """The script of a day of traffic: its files, and who sits where."""

    def __init__(self, steps: Steps, terminals: Terminals, folder: Path) -> None:
        super().__init__(steps, terminals)
        self.folder = folder
        self.anti_fraud: Terminal
        self.password = folder / "password"
        self.password.write_text("bocli-demo\n", encoding="utf-8")
        self.password.chmod(0o600)
        self.traffic = Traffic(7, CLIENTS, 20, start=2_000_00, above=1_500_00, rich=BROKEN, bad=0.01)

    def intake(self, name: str) -> Counter[str]:
        """Hand a file in as the front end does; how many lines became what."""
        results = self.folder / f"{name}.results"
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "bocli", "intake", "--demo", "--login", "intake@demo.example",
             "--password-file", str(self.password), "--results", str(results), str(self.folder / name)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stdout + done.stderr
        found = Counter(json.loads(line)["status"] for line in results.read_text("utf-8").splitlines())
        print(
            f"        {sum(found.values())} lines in {time.monotonic() - began:.1f} s: {dict(found)}",
            flush=True,
        )
        return found


def coming_in(it: Day) -> None:
    step, accountant = it.steps.step, it.accountant
    with step(f"bocli intake signs {CLIENTS} clients and 20 merchants up"):
        write(it.folder / "sign-ups.jsonl", it.traffic.sign_ups())
        assert it.intake("sign-ups.jsonl") == {"done": CLIENTS + 20}
    money = [(email, amount) for email, issuer, amount in it.traffic.funding() if issuer == "EUR"]
    receipts = [
        statements.credit(int(amount.replace(".", "")), text=f"for {email}", party=email.split("@")[0])
        for email, amount in money
    ]
    with step("the accountant imports the bank's statement, and its money waits for its owners"):
        file = it.folder / "morning.xml"
        file.write_bytes(statements.camt(*receipts, opening=0, name="DAY-1"))
        importing(accountant, file)
        accountant.wait("The statement was imported", timeout_s=120)
        assert it.ask("select count(*) from book.statement_line where state = 'unallocated'") == [
            (len(money),)
        ]
    with step("one is matched at the screen: its text names the wallet"):
        home(accountant)
        accountant.type(":").type("Unallocated").press("Enter").wait("Unallocated money", "2,000.00 EUR")
        accountant.press("Enter").wait("the e-mail stands in the text")
        accountant.press("F2").wait("EUR", "F10")
        accountant.press("F10").wait("has the money")
    with step("the others by the same use case"):
        person = next(p for p in it.people.people if p.email == "accountant2@demo.example")
        session = staff.log_in(it.settings, person.email, person.password, person.code())
        while rows := Keyset(bank.unallocated_select).page(session.db, None, 100):
            for row in rows:
                wallet = str(row.remittance).removeprefix("for ") + "/EUR"
                bank.match_receipt(session.db, uuid4(), row.id, wallet)
        session.db.close()
        assert it.ask("select count(*) from book.statement_line where state = 'unallocated'") == [(0,)]


def running(it: Day) -> None:
    step = it.steps.step
    with step(f"bocli intake takes the day: {LINES} lines"):
        write(it.folder / "day.jsonl", it.traffic.operations(LINES))
        found = it.intake("day.jsonl")
        assert found["done"] > LINES * 0.8, found
        assert found["limited"] >= BROKEN, found
    with step("the same file again: nothing is done twice"):
        operations = it.ask("select count(*) from vault.operation")
        again = it.intake("day.jsonl")
        assert again["done"] == again["limited"] == 0, again
        assert it.ask("select count(*) from vault.operation") == operations


def looking(it: Day) -> None:
    step, screen = it.steps.step, it.anti_fraud
    waiting = it.ask("select id from book.application where state = 'limited' order by id")
    with step(
        f"anti-fraud finds {len(waiting)} applications and works them off: one rejected, the others approved"
    ):
        for at, (number,) in enumerate(reversed(waiting)):
            home(screen)
            # The newest that waits is on top; the list is there when its filter is.
            screen.press(section(screen, "Applications")).wait("filter: waiting:Yes", f" {number} ")
            time.sleep(1)
            screen.press("Enter").wait(f"Application {number}", "[waiting]")
            screen.press("F2").wait("[taken]", "F6")
            if at == 0:
                screen.press("F7").wait("eason")
                screen.type("the client knows nothing of it").press("Enter").wait("[rejected]")
            else:
                screen.press("F6").wait("Approve 1,500.00 EUR")
                screen.press("Enter", "Enter", "Enter", "Enter").type("known to us")
                screen.press("F10").wait("[done]")
        states = dict(
            it.ask(
                "select state, count(*) from book.application where id = any(%s) group by state",
                [number for (number,) in waiting],
            )
        )
        assert states == {"rejected": 1, "processed": len(waiting) - 1}, states


def paying(it: Day) -> None:
    step, accountant = it.steps.step, it.accountant
    numbers = redeems(it)
    with step("the accountant approves the requests by bank"):
        home(accountant)
        accountant.press(section(accountant, "Redeem requests")).wait("[By cash]")
        accountant.press("F2").wait("[By bank]", "75.50 EUR")
        for _ in numbers:
            accountant.press("Space")
        accountant.type("a").wait(f"Approve {len(numbers)} redeem requests")
        accountant.press("F10").wait("requests approved")
    with step("they go into a file for the bank, which is valid by its schema"):
        home(accountant)
        accountant.press(section(accountant, "Bank")).wait("Bank")
        accountant.press("F7").wait("No file fits")
        accountant.type("n").wait("Own Name")
        accountant.type("a").press("F6").wait("3 payments for the bank")
        accountant.press("F10").wait("The file is written", "SHA-256")
        accountant.press("Escape")
    with step("its statement comes: two are settled, one comes back and is credited again"):
        out = [statements.debit(pays, end_to_end_id=f"BOCLI-{number}") for number, pays in numbers]
        back = statements.credit(numbers[2][1], end_to_end_id=f"BOCLI-{numbers[2][0]}", reason="AC04")
        opening = it.ask("select closing from book.bank_statement order by id desc limit 1")[0][0]
        file = it.folder / "evening.xml"
        file.write_bytes(statements.camt(*out, back, opening=int(str(opening)), name="DAY-2"))
        importing(accountant, file)
        accountant.wait("The statement was imported")
        states = it.ask(
            "select state from book.redeem_request where iban is not null and payee = 'Own Name' order by id"
        )
        assert states == [("settled",), ("settled",), ("recredited",)], states


def redeems(it: Day) -> list[tuple[int, int]]:
    """Three requests by bank of a client who is identified: their numbers, and what the bank pays."""
    with it.steps.step("an identified client asks for money by bank, three times"):
        serial = it.ask(
            "select n.serial from book.coin n join book.client c on c.id = n.client_id "
            "join book.issuer i on i.id = n.issuer_id join vault.account w on w.id = n.wallet_account_id "
            "where i.code = 'EUR' and c.identification = 'approved' and not c.blocked and c.active and n.outgoing "
            "order by w.balance desc limit 1"
        )[0][0]
        lines = [
            {"key": str(uuid4()), "do": "bank_redeem", "from": serial, "amount": amount,
             "iban": "DE89370400440532013000", "payee": "Own Name"}
            for amount in ("75.50", "20.00", "10.00")
        ]  # fmt: skip
        write(it.folder / "redeems.jsonl", lines)
        assert it.intake("redeems.jsonl") == {"done": 3}
        rows = it.ask(
            "select id, amount - (commission - on_top) from book.redeem_request where payee = 'Own Name' order by id"
        )
        return [(int(str(number)), int(str(pays))) for number, pays in rows]


def importing(accountant: Terminal, file: Path) -> None:
    """From anywhere: the bank's screen, the file by its path, what would be booked, then F10."""
    home(accountant)
    accountant.press(section(accountant, "Bank")).wait("Bank", "F6")
    accountant.press("F6").wait("DE89")
    accountant.type(str(file)).press("F2").wait("Book the statement?", timeout_s=60)
    accountant.press("F10")


def home(terminal: Terminal) -> None:
    """Back to the first screen, one screen at a time."""
    for _ in range(6):
        before = terminal.screen()
        if "Hello, " in before:
            break
        terminal.press("Escape")
        end = time.monotonic() + 5
        while terminal.screen() == before and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(0.5)
    terminal.wait("Hello, ")
    time.sleep(1)


def script(steps: Steps, environment: dict[str, str]) -> None:
    with at_the_demo(steps, environment) as terminals:
        folder = Path(environment["XDG_STATE_HOME"]).parent / "day"
        folder.mkdir(exist_ok=True)
        it = Day(steps, terminals, folder)
        with steps.step("the accountant logs in"):
            it.accountant = it.log_in("accountant", "accountant@demo.example")
        with steps.step("anti-fraud logs in at another terminal"):
            it.anti_fraud = it.log_in("anti_fraud", "anti_fraud@demo.example")
        work_off(it)
        coming_in(it)
        running(it)
        looking(it)
        paying(it)
        audit(it)


if __name__ == "__main__":
    main(script)
