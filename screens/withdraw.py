"""Pay cash out of a wallet (CSH-2), to a client whose identity document was seen."""

from __future__ import annotations

from typing import Any

from bocli.widgets.fields import Choice, Field
from core.cash_desk import CashOperation, Limited, Preview, Receipt, withdraw
from core.errors import Invalid
from core.texts import t
from screens.parts.cash_counter import CashCounter, notes_in_words, notes_out
from screens.parts.words import issuer

KINDS = ("passport", "identity_card", "driving_licence", "residence_permit", "other")


class Withdraw(CashCounter):
    """As a top-up, and besides: the document that was seen, and which notes to pay out."""

    SECTION = "withdraw"
    KIND = "cash_withdrawal"

    def more_fields(self) -> list[tuple[str, str, Any]]:
        kinds = [(kind, t(f"document.{kind}")) for kind in KINDS]
        return [
            ("document_kind", t("withdraw.document_kind"), Choice(kinds)),
            (
                "document",
                t("withdraw.document_number"),
                Field(check=document_number, limit=40, classes="-middle"),
            ),
        ]

    def ask(self, db: Any, request: CashOperation) -> Receipt | Limited:
        return withdraw(db, request)

    def act_request(self) -> None:
        """The client has asked before: by the number of the request."""
        self.open("screens.redeem_pay:RedeemPay")

    def document(self, values: dict[str, Any]) -> str | None:
        return f"{values['document_kind']} {values['document']}"

    def more_rows(self, planned: Preview) -> list[tuple[str, str]]:
        held = (
            next((each for each in self.day.currencies if each.code == planned.issuer), None)
            if self.day
            else None
        )
        if held is None:
            return []
        notes = notes_out(planned.cash, held.denominations)
        said = (
            notes_in_words(notes, issuer(held.code, held.scale))
            if notes is not None
            else t("counter.no_notes")
        )
        return [(t("withdraw.notes"), said)]


def document_number(text: str) -> str:
    """At least four letters or digits. Raises Invalid("document.too_short")."""
    if sum(map(str.isalnum, text)) < 4:
        raise Invalid("document.too_short", {"letters": 4})
    return text
