"""A secret that is shown once: recovery codes, the first password of somebody else's account."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.key_bar import KeyBar
from bocli.widgets.lines import Lines, Press
from bocli.widgets.notices import Toast
from core.texts import t


class ShownOnce(Dialog[bool]):
    """There is one way out, "it is written down", and it opens when there was time to read. Esc does not leave, and
    no key leads to another section: what is lost here must be made anew."""

    DO = "once.kept"
    PAUSE_S = 3.0
    DEFAULT_CSS = "ShownOnce #secret { margin: 1 2; }"

    def __init__(self, title: str, words: str, secrets: Sequence[str], after: str) -> None:
        """words: above the secrets; after: below them, what to do now. All are translated."""
        super().__init__(title)
        self.words, self.secrets, self.after = words, list(secrets), after
        self._since = time.monotonic()

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False):
            yield Lines([("head", self.heading)], "")
            yield Words(self.words)
            yield Lines(*([("head", line)] for line in self.secrets), id="secret")
            yield Words(self.after)
            with Horizontal(id="ways"):
                yield Press("dialog.do", t(self.DO))
        with Vertical(id="foot"):
            yield Toast()
            yield KeyBar()

    def blocked(self, action_id: str) -> str | None:
        if action_id == "dialog.cancel":
            return "blocked.shown_once"
        if action_id == "dialog.do" and time.monotonic() - self._since < self.PAUSE_S:
            return "blocked.read_first"
        return None

    def act_do(self) -> None:
        """It was written down."""
        self.dismiss(True)


def recovery_codes(codes: Sequence[str]) -> ShownOnce:
    """The dialog for recovery codes, two a line."""
    pairs = [f"{left}    {right}" for left, right in zip(codes[::2], codes[1::2], strict=True)]
    return ShownOnce(t("recovery.title"), t("recovery.words"), pairs, t("recovery.after"))


def first_password(name: str, password: str) -> ShownOnce:
    """The dialog for a password that is handed over to somebody."""
    return ShownOnce(
        t("first_password.title"), t("first_password.words", name=name), [password], t("first_password.after")
    )
