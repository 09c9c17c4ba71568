"""What the demo's own clients asked for today, worked off by who may: a script then counts only what it brought."""

from __future__ import annotations

from uuid import uuid4

from bocli.demo.sessions import session
from core import anti_fraud, bank, redeem
from tests.e2e.cash_day_steps import Script

REASON = "worked off before the script begins"


def work_off(it: Script) -> None:
    """Applications are rejected, redeem requests declined or cancelled, money without an owner given to one."""
    with it.steps.step("what waits already is worked off"):
        forget_codes(it)
        with session(it.settings, it.people.first("anti_fraud")) as fraud:
            for number, state in it.ask(
                "select id, state from book.application where state in ('limited', 'taken')"
            ):
                if state == "limited":
                    anti_fraud.take(fraud, uuid4(), int(str(number)))
                anti_fraud.reject(fraud, uuid4(), int(str(number)), REASON)
        with session(it.settings, it.people.all("accountant")[-1]) as accountant:
            for number, state in it.ask(
                "select id, state from book.redeem_request where state in ('pending', 'approved')"
            ):
                end = redeem.decline if state == "pending" else redeem.cancel
                end(accountant, redeem.End(uuid4(), int(str(number)), REASON))
            for number, coin in it.ask(
                "select l.id, (select n.serial from book.coin n where n.issuer_id = a.issuer_id and n.kind = 'wallet' "
                "order by n.id limit 1) from book.statement_line l join book.bank_statement s on s.id = l.statement_id "
                "join book.bank_account a on a.id = s.account_id where l.state = 'unallocated'"
            ):
                bank.match_receipt(accountant, uuid4(), int(str(number)), str(coin))
        forget_codes(it)


def forget_codes(it: Script) -> None:
    """Let the codes of this half minute serve again."""
    it.ask("update auth.secret set last_step = 0 returning staff_id")
