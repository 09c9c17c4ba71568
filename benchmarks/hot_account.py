"""Cash operations whose commission all goes to one income account, against the same with eight of them, by turns (P3).

    python -m benchmarks.hot_account [rounds] [seconds]

Eight cashiers at once: all in euros, or each in a unit of their own. What else they share differs as well: the day's
roll-up of a kind and unit.
"""

from __future__ import annotations

import sys

from benchmarks.cash_operation import CLIENTS, Counters, by_turns, ratios, serving

GOAL = 0.9


def main(rounds: int, seconds: int) -> int:
    """Prints the medians and the ratio; the exit code says whether the goal was reached."""
    with serving() as server:
        counters = Counters(server, seconds, others=CLIENTS - 1)
        one, eight = counters.commands("one"), counters.commands("own", own=True)
        found = by_turns(server, rounds, {"one income account": one, "eight": eight})
        with server.admin("bocli") as admin:
            row = admin.execute(
                "select count(*) from vault.account where kind = 'COMMISSION' and id in "
                "(select credit_account_id from vault.posting)"
            ).fetchone()
    assert row == (CLIENTS,), row
    speed, cost = ratios(found["one income account"], found["eight"])
    print(f"P3 with one hot income account: {speed:.2f} of its transactions a second (goal >= {GOAL})")
    print(f"  server CPU: {cost:.2f}")
    return 0 if speed >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in [*sys.argv[1:], "7", "5"][:2])))
