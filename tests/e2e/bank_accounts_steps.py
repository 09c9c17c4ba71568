"""A new bank account of the company as its people come to it: the chief financial officer adds it by a one-time code,
an accountant imports its first statement, it goes off and on. It ends with the audit of the whole database."""

from __future__ import annotations

import os
from pathlib import Path

from tests import statements
from tests.banking import iban_of
from tests.e2e.cash_day_steps import Script, at_the_demo, audit
from tests.e2e.steps import Steps, main
from tests.e2e.tmux import Terminal

CHIEF = "cfo@demo.example"
IBAN = iban_of(4711)
FOURS = " ".join(IBAN[at : at + 4] for at in range(0, len(IBAN), 4))


def accounts(terminal: Terminal) -> Terminal:
    """From wherever one is to the list of accounts."""
    terminal.type(":").type("Bank").press("Enter").wait("F2 Accounts")
    terminal.press("F2").wait("DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19")
    return terminal


def adding(script: Script, chief: Terminal) -> None:
    step = script.steps.step
    with step("the chief looks at the accounts that there are"):
        accounts(chief).wait("open", "n New", "F7 Off/on")
    with step("a digit is wrong: the form says so under the field, and what was typed stays"):
        chief.type("n").wait("IBAN", "Tolerance", "< EUR >")
        wrong = FOURS[:-1] + ("0" if FOURS[-1] != "0" else "1")
        chief.type(wrong).press("Tab").type("cobadeff").press("Tab").type("Demo Money Ltd")
        chief.press("F2").wait("New bank account", "0.00 EUR")
        chief.press("F10").wait("This is not an IBAN", "cobadeff")
    with step("mended, it is shown whole, and F10 adds it by a one-time code"):
        chief.press("BSpace").type(FOURS[-1]).press("F2").wait("New bank account", FOURS, "COBADEFF")
        chief.press("F10").wait("One-time code")
        chief.type(script.fresh_code(CHIEF)).press("Enter").wait(f"{FOURS} was added")
        assert script.ask("select count(*) from book.bank_account where iban = %s", IBAN) == [(1,)]
    with step("the same IBAN again is refused"):
        chief.type("n").wait("< EUR >")
        chief.type(IBAN).press("Tab").type("COBADEFF").press("Tab").type("Demo Money Ltd").press("F2")
        chief.wait("New bank account")
        chief.press("F10").wait("is an account of the company already")
        chief.press("Escape").wait("Bank accounts", FOURS)


def first_statement(script: Script, accountant: Terminal) -> None:
    step = script.steps.step
    file = Path(os.environ["BOCLI_DATA_DIR"]).parent / "first.xml"
    entry = statements.credit(120_00, party="A. Beck", text="savings")
    file.write_bytes(statements.camt(entry, iban=IBAN, opening=500_00, name="FIRST"))
    with step("the accountant sees the accounts, and may not change them"):
        accounts(accountant).wait(FOURS)
        accountant.press("Enter").wait("your role may not do this")
        assert "F7 Off/on" not in accountant.screen()
    with step("its first statement comes in"):
        accountant.press("Escape").wait("F6 Import")
        accountant.press("F6").wait("File", statements.IBAN)
        accountant.press("Up", "Left").wait(IBAN)
        accountant.press("Down").type(str(file)).press("F2").wait("Book the statement?")
        accountant.press("F10").wait("1 operation booked", "FIRST")
    with step("and stands beside the account"):
        accountant.press("F2").wait(FOURS, "620.00 EUR")


def off_and_on(script: Script, chief: Terminal) -> None:
    step = script.steps.step
    with step("the chief switches it off: asked first, and not by Enter"):
        chief.press("F5").wait("620.00 EUR")
        chief.press("G").wait(FOURS)
        chief.press("F7").wait(f"Switch {FOURS} off", "No new file of payments")
        chief.press("Enter").wait_gone("No new file of payments")
        chief.press("F7").wait("No new file of payments")
        chief.press("F10").wait(f"{FOURS} is switched off", " off ")
    with step("and on again"):
        chief.press("G", "F7").wait(f"Switch {FOURS} on")
        chief.press("F10").wait(f"{FOURS} is switched on")
    with step("the log has it with before and after"):
        did = script.ask(
            "select what from vault.log where entity = 'bank_account' and not refused order by id"
        )
        assert [what for (what,) in did][-3:] == [
            "bank.account_add", "bank.account_switch", "bank.account_switch",
        ]  # fmt: skip


def script(steps: Steps, environment: dict[str, str]) -> None:
    with at_the_demo(steps, environment) as terminals:
        it = Script(steps, terminals)
        with steps.step("the chief financial officer logs in"):
            chief = it.log_in("chief", CHIEF)
        adding(it, chief)
        with steps.step("the accountant logs in at another terminal"):
            accountant = it.log_in("accountant", "accountant@demo.example")
        first_statement(it, accountant)
        off_and_on(it, chief)
        audit(it)


if __name__ == "__main__":
    main(script)
