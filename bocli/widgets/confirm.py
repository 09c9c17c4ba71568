"""Asking before something is done: plainly, or gravely, by an amount or a phrase that must be typed."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.amount_field import AmountField
from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.fields import Field
from bocli.widgets.form import Labelled
from core.errors import Invalid
from core.text import clean
from core.texts import explain, t


class Confirm(Dialog[bool]):
    """Yes by F10 or the button, never by Enter alone: the other button has the focus. Gives True or None."""

    DO = "confirm.yes"

    def __init__(self, title: str, words: str) -> None:
        super().__init__(title)
        self.words = words

    def body(self) -> ComposeResult:
        yield Words(self.words)

    def act_do(self) -> None:
        self.dismiss(True)


class ConfirmPhrase(Confirm):
    """The person types a phrase (a desk's name, a login) to show that it is meant."""

    def __init__(self, title: str, words: str, phrase: str) -> None:
        super().__init__(title, words)
        self.phrase = clean(phrase)
        self.field = Field(check=self._check)

    def body(self) -> ComposeResult:
        yield Words(self.words)
        yield Words(t("confirm.type", phrase=self.phrase))
        yield Labelled("phrase", "", self.field)

    def on_mount(self) -> None:
        self.field.focus()

    def _check(self, text: str) -> str:
        if text.casefold() != self.phrase.casefold():
            raise Invalid("confirm.other_phrase", {"phrase": self.phrase})
        return text

    def act_do(self) -> None:
        try:
            self.field.result()
        except Invalid as error:
            self.query_one(Labelled).tell(explain(error))
            self.field.focus()
        else:
            self.dismiss(True)


class ConfirmAmount(ConfirmPhrase):
    """The person types the amount again."""

    def __init__(self, title: str, words: str, amount_minor: int, issuer: Any) -> None:
        """amount_minor: whole minor units of `issuer`, a core.money.Issuer."""
        super().__init__(title, words, "")
        self.amount_minor = amount_minor
        self.field = AmountField(issuer)

    def body(self) -> ComposeResult:
        yield Words(self.words)
        yield Labelled("amount", t("confirm.amount"), self.field)

    def act_do(self) -> None:
        error: Invalid | None = None
        try:
            if self.field.result() != self.amount_minor:
                error = Invalid("confirm.other_amount")
        except Invalid as caught:
            error = caught
        if error is not None:
            self.query_one(Labelled).tell(explain(error))
            self.field.focus()
        else:
            self.dismiss(True)
