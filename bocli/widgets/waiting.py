"""A box that says what is being waited for. Esc stops waiting; what was asked stays asked."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.progress import Progress
from core.texts import t


class Waiting(Dialog[None]):
    """`tries(n)` shows how often it was tried; `await left(seconds)` waits, and is True when the person
    left."""

    DO = None

    def __init__(self, title: str, words: str) -> None:
        super().__init__(title)
        self.words = words
        self._left = asyncio.Event()

    def body(self) -> ComposeResult:
        yield Words(self.words)
        yield Progress()

    def tries(self, count: int) -> None:
        """So many times it was tried."""
        if self.is_mounted:
            self.query_one(Progress).step(count, 0, t("waiting.tries"))

    async def left(self, seconds: float) -> bool:
        """Wait; True as soon as the person does not want to wait any more."""
        try:
            await asyncio.wait_for(self._left.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def act_cancel(self) -> None:
        self._left.set()

    async def close(self) -> None:
        """Take the box away."""
        if self.is_attached and self in self.app.screen_stack:
            await self.dismiss(None)
