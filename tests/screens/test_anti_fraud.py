"""Applications and blocks by keyboard: what is sent, and what is said when the recheck refuses."""

from __future__ import annotations

from typing import Any

import pytest

from core.texts import set_language
from screens.application import ApplicationScreen
from screens.blocks import Blocks
from tests.screens import canned, fraud
from tests.screens.app import OneScreen
from tests.screens.desk import WIDE, Terminal

FAILED = {
    "application": 42, "state": "failed", "operation_id": None, "uplift_id": None,
    "failure": {"state": "BO026", "key": "client.blocked", "params": {}},
}  # fmt: skip


async def pressed(first: Any, answers: dict[str, Any], *keys: str) -> tuple[list[Any], str]:
    """What was asked of the database, and the screen after these keys."""
    set_language("en")
    db = canned.Canned(fraud.ANSWERS | answers, fraud.ROWS)
    app = OneScreen(first, canned.session("anti_fraud", db, "en"), language="en")
    async with app.run_test(size=WIDE) as pilot:
        terminal = Terminal(pilot)
        await terminal.settle()
        await terminal.press(*keys)
        return db.calls, terminal.text()


async def test_a_refused_approval_says_why(strict: None) -> None:
    keys = ("f6", "enter", "enter", "enter", "enter", *"seen", "f10")
    calls, text = await pressed(lambda: ApplicationScreen(42), {"application_approve": FAILED}, *keys)
    sent = next(words for name, words in calls if name == "application_approve")
    assert (sent["application_id"], sent["uplift"], sent["amount"], sent["reason"]) == (
        42,
        "once",
        None,
        "seen",
    )
    assert "Not done, and the money is back with the client" in text


@pytest.mark.parametrize(("key", "function"), [("f7", "application_reject"), ("f8", "application_escalate")])
async def test_a_reason_is_asked_and_sent(strict: None, key: str, function: str) -> None:
    calls, _ = await pressed(lambda: ApplicationScreen(42), {function: {}}, key, *"because", "enter")
    assert [words.get("reason") or words.get("note") for name, words in calls if name == function] == [
        "because"
    ]


async def test_what_is_not_in_hand_is_not_decided(strict: None) -> None:
    waiting = fraud.DETAIL | {"state": "limited", "mine": False, "taken_by": None}
    answers = {"application_detail": waiting, "application_take": {}}
    calls, text = await pressed(lambda: ApplicationScreen(42), answers, "f6")
    assert "Take it first: F2." in text
    assert {name for name, _ in calls} <= {"application_detail", "session_close"}
    calls, _ = await pressed(lambda: ApplicationScreen(42), answers, "f2")
    assert "application_take" in [name for name, _ in calls]


async def test_a_block_is_made_from_the_list(strict: None) -> None:
    keys = ("n", *"50123", "enter", "enter", "enter", "enter", *"odd one", "f10")
    calls, _ = await pressed(Blocks, {"block_make": {"block_id": 10}}, *keys)
    sent = next(words for name, words in calls if name == "block_make")
    assert (sent["operation_id"], sent["client_id"], sent["direction"], sent["expires_at"]) == (
        50123,
        None,
        None,
        None,
    )
