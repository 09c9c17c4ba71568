"""Asking the core where no form and no session stand behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID, uuid4

Answer = TypeVar("Answer")


class Request:
    """The key of something that is done without a form; it stays the same until the answer is known."""

    def __init__(self) -> None:
        self.key: UUID = uuid4()
        self.labelled: dict[str, Any] = {}

    def renew(self) -> None:
        """It is settled: what is sent next is another one."""
        self.key = uuid4()


async def in_thread(app: Any, question: Callable[[], Answer]) -> Answer:
    """Before somebody is logged in there is no gate: the answer, or the error, as it comes. Keys wait meanwhile."""
    app.call_started()
    try:
        return await asyncio.to_thread(question)
    finally:
        app.call_ended()


def done(act: Callable[[Any], object]) -> Callable[[Any], bool]:
    """A question for `call` out of an act that answers nothing: True when it was done."""

    def question(db: Any) -> bool:
        act(db)
        return True

    return question
