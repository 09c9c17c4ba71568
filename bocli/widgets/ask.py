"""Dialogs that ask for one line: a filter, a reason, a one-time code."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from bocli.keys import bindings
from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.fields import Field
from bocli.widgets.form import Labelled
from core.errors import Invalid
from core.texts import explain, t


class Ask(Dialog[str]):
    """Asks for a line and gives it back; None when left. Here Enter takes the line, since nothing is moved
    by it."""

    SCOPES: ClassVar[tuple[str, ...]] = ("ask", "dialog")
    BINDINGS = bindings("ask")
    DO = "dialog.take.label"
    required = False

    def __init__(self, title: str, label: str, value: str = "", *, words: str = "") -> None:
        super().__init__(title)
        self.label, self.words = label, words
        self.field = self._field(value)

    def _field(self, value: str) -> Field:
        return Field(value, required=self.required)

    def body(self) -> ComposeResult:
        if self.words:
            yield Words(self.words)
        yield Labelled("line", self.label, self.field)

    def on_mount(self) -> None:
        self.field.focus()

    def act_take(self) -> None:
        """Take the line, if it is acceptable."""
        try:
            value = self.field.result()
        except Invalid as error:
            self.query_one(Labelled).tell(explain(error))
            self.field.focus()
            return
        self.dismiss(value or "")

    act_do = act_take


class Reason(Ask):
    """Asks why. Empty or too short is refused."""

    required = True
    SHORTEST = 5

    def __init__(self, title: str, *, words: str = "") -> None:
        super().__init__(title, t("reason.label"), words=words)

    def _field(self, value: str) -> Field:
        return Field(value, check=self._check, limit=500)

    def _check(self, text: str) -> str:
        if len(text) < self.SHORTEST:
            raise Invalid("reason.too_short", {"letters": self.SHORTEST})
        return text


class CodePrompt(Ask):
    """Asks for the six digits of the second factor, for an act that is grave."""

    required = True

    def __init__(self, *, words: str = "") -> None:
        super().__init__(t("step_up.title"), t("step_up.label"), words=words or t("step_up.words"))

    def _field(self, value: str) -> Field:
        return Field(check=one_time_code, limit=12, classes="-short")


def one_time_code(text: str) -> str:
    """Six digits, blanks allowed between them; raises Invalid("code.not_six_digits")."""
    digits = "".join(str(int(char)) for char in text if char.isdecimal())
    if len(digits) != 6 or any(not (char.isdecimal() or char.isspace()) for char in text):
        raise Invalid("code.not_six_digits")
    return digits
