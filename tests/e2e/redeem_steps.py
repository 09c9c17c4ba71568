"""Redeem requests as people do them: clients ask by their front end, the accountant approves, a desk pays, in the real
program; one waits for the bank, one of each kind is cancelled after it was approved. It ends with the audit of the
whole database."""

from __future__ import annotations

import json
from uuid import uuid4

import psycopg

from bocli.demo import DATABASE
from tests.e2e.cash_day_steps import Script, at_the_demo, audit, opening
from tests.e2e.steps import Steps, main
from tests.e2e.waiting import work_off

IBAN = "DE89370400440532013000"


def asked(script: Script) -> tuple[list[int], str]:
    """Two requests by cash and two by bank, as the front end hands them in; and the client's phone."""
    serial, phone = script.ask(
        "select n.serial, c.phone from book.coin n join book.client c on c.id = n.client_id "
        "join book.issuer i on i.id = n.issuer_id join vault.account w on w.id = n.wallet_account_id "
        "where i.code = 'EUR' and c.identification = 'approved' and not c.blocked and c.active and n.outgoing "
        "and coalesce(c.identified_until, 'infinity') > current_date + 2 and c.phone is not null "
        "order by w.balance desc limit 1"
    )[0]
    lines = [
        {"do": "cash_redeem", "amount": "120"},
        {"do": "cash_redeem", "amount": "30"},
        {"do": "bank_redeem", "amount": "75.50", "iban": IBAN, "payee": "Own Name"},
        {"do": "bank_redeem", "amount": "41.00", "iban": IBAN, "payee": "Own Name"},
    ]
    full = [{"key": str(uuid4()), "from": serial, **line} for line in lines]
    with psycopg.connect(script.server.dba(DATABASE)) as connection:
        connection.execute("set search_path = pg_catalog, auth, vault, book, rule, pg_temp")
        row = connection.execute(
            "select operations_run((select row(s.id, s.person_id, s.login, s.role, null)::actor from staff s "
            "where s.role = 'intake' order by s.id limit 1), clock_timestamp(), 'intake', %s::jsonb[])",
            (list(map(json.dumps, full)),),
        ).fetchone()
    assert row is not None
    assert all(each["status"] == "done" for each in row[0]), row
    return [int(each["redeem_id"]) for each in row[0]], str(phone)


def deciding(script: Script, numbers: list[int]) -> None:
    step, accountant = script.steps.step, script.accountant
    with step("what waits stands on the accountant's home"):
        accountant.press("F5").wait("4 redeem requests to be decided")
    with step("two by cash are marked and approved together, with their total"):
        accountant.type(":").type("Redeem").press("Enter").wait("[By cash]", str(numbers[1]))
        accountant.press("Space", "Space").type("a")
        accountant.wait("Approve 2 redeem requests", "150.00 EUR")
        accountant.press("F10").wait("2 requests approved")
    with step("one by bank is approved, and taken back before it is in a file"):
        accountant.press("F2").wait("[By bank]", "75.50 EUR", "41.00 EUR")
        accountant.press("Enter").wait(f"{numbers[3]}", "41.00 EUR", "[waiting]")
        accountant.type("a").wait("Approve 1 redeem request", "Debit")
        accountant.press("F10").wait("[approved]", "Bank payout")
        held = script.ask("select amount + on_top from book.redeem_request where id = %s", numbers[3])[0][0]
        accountant.type("x").wait(f"Cancel request {numbers[3]}", f"{int(str(held)) / 100:.2f} EUR goes back")
        accountant.type("approved the wrong one").press("F10").wait("[cancelled]", "Redeem: taken back")
        accountant.press("Escape").wait("[By bank]")
    with step("another by bank is seen whole, then approved"):
        accountant.press("Down", "Enter").wait("DE89 3704 0044 0532 0130 00", "Own Name")
        accountant.type("a").wait("Approve 1 redeem request", "Debit")
        accountant.press("F10").wait("[approved]", "Bank payout")
    with step("one by cash whose client never came is cancelled with a reason"):
        accountant.press("Escape").wait("[By bank]")
        accountant.press("C-p").wait("What can be done from here")
        # An operation has this number too, and stands before it.
        accountant.type(f"#{numbers[1]}").wait(f"redeem request: {numbers[1]}")
        accountant.press("Down", "Enter").wait("[approved]", "Set aside")
        accountant.type("x").wait(f"Cancel request {numbers[1]}")
        accountant.type("the client never came").press("F10").wait("[cancelled]")


def paying(script: Script, numbers: list[int], phone: str) -> None:
    step, cashier = script.steps.step, script.cashier
    with step("the cashier comes from the withdrawal to the request"):
        cashier.press("Escape").wait("Hello")
        cashier.press("3").wait("Withdraw cash", "By request")
        cashier.press("F3").wait("Pay a request", "Request or client")
    with step("what was cancelled is not paid"):
        cashier.type(str(numbers[1])).press("Enter").wait("already further")
    with step("the client is found without a number, and the pieces are suggested"):
        cashier.press("C-u").type(phone).press("Enter").wait("Cash to give", "120.00 EUR", "exactly")
    with step("nothing moves on Enter; what will be posted is seen, then F10 pays"):
        cashier.press("Enter").type("AB 1234567").press("Enter", "F2")
        cashier.wait("what will be posted", "Held for the client", "1 × 100.00, 1 × 20.00")
        assert state(script, numbers[0]) == "approved"
        cashier.press("F10").wait("Receipt", "120.00")
        assert state(script, numbers[0]) == "paid"
    with step("its receipt names the request"):
        assert any("Request" in line and str(numbers[0]) in line for line in cashier.screen().splitlines())
    assert [state(script, each) for each in numbers] == ["paid", "cancelled", "approved", "cancelled"]


def state(script: Script, number: int) -> str:
    return str(script.ask("select state from book.redeem_request where id = %s", number)[0][0])


def script(steps: Steps, environment: dict[str, str]) -> None:
    with at_the_demo(steps, environment) as terminals:
        it = Script(steps, terminals)
        with steps.step("the cashier logs in"):
            it.cashier = it.log_in("cashier", "cashier@demo.example")
        with steps.step("the accountant logs in at another terminal"):
            it.accountant = it.log_in("accountant", "accountant@demo.example")
        work_off(it)
        opening(it)
        numbers, phone = asked(it)
        deciding(it, numbers)
        paying(it, numbers, phone)
        audit(it)


if __name__ == "__main__":
    main(script)
