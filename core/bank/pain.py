"""Payments for a bank: ISO 20022 pain.001.001.09 (SEPA credit transfers), written by sepaxml and validated against the
schema of that version, which sepaxml brings (from https://www.iso20022.org/catalogue-messages).

Texts are written in the letters that every SEPA bank takes (EPC217-08, Requirements for an Extended Character Set):
Latin letters, digits and / - ? : ( ) . , ' + and blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = "pain.001.001.09"
_NOT_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")


@dataclass(frozen=True, slots=True)
class Payment:
    """number: of the redeem request; amount: minor units of a currency with two digits."""

    number: int
    end_to_end_id: str
    payee: str
    iban: str
    amount: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """The account that pays, and its holder."""

    name: str
    iban: str
    bic: str
    issuer: str


def sepa_text(text: str, limit: int) -> str:
    """A text in SEPA's letters: others as they sound, what has none as a blank; no slash at an end, no two of them."""
    from text_unidecode import unidecode

    plain = " ".join(_NOT_SEPA.sub(" ", unidecode(text)).split())
    plain = re.sub("/(?: ?/)+", "/", plain)[:limit]
    return plain.strip("/ ").strip()


def write(message_id: str, at: datetime, payer: Payer, payments: Sequence[Payment]) -> str:
    """The file, valid by its schema. at: an aware moment, whose UTC day is the day of execution.

    Raises Invalid: payment_file.payee when nothing of a payee's name can be written, payment_file.schema.
    """
    from sepaxml.validation import ValidationError

    made = _file(message_id, at, payer)
    for each in payments:
        payee = sepa_text(each.payee, 70)
        if not re.search("[A-Za-z0-9]", payee):
            raise Invalid("payment_file.payee", {"request_id": each.number})
        made.add_payment(
            {
                "name": payee,
                "IBAN": each.iban,
                "amount": each.amount,
                "execution_date": at.date(),
                "description": sepa_text(each.note, 140) or each.end_to_end_id,
                "endtoend_id": each.end_to_end_id,
            }
        )
    try:
        content: bytes = made.export(validate=True)
    except ValidationError as error:
        raise Invalid("payment_file.schema", {"why": str(error.__cause__)[:200]}) from error
    return content.decode("ascii")


def _file(message_id: str, at: datetime, payer: Payer) -> Any:
    from sepaxml import SepaTransfer

    class Transfers(SepaTransfer):  # type: ignore[misc]
        """Names and times are ours, so that the same file is the same to the byte; each payment is booked by itself,
        since a statement that shows one sum for them all settles none."""

        def _create_header(self) -> None:
            self.msg_id = message_id
            super()._create_header()
            self._xml.find("CstmrCdtTrfInitn/GrpHdr/CreDtTm").text = f"{at:%Y-%m-%dT%H:%M:%S}"

        def _finalize_batch(self) -> None:
            super()._finalize_batch()
            for each in self._xml.iter("PmtInf"):
                each.find("PmtInfId").text = message_id
                each.find("BtchBookg").text = "false"

    config = {
        "name": sepa_text(payer.name, 70),
        "IBAN": payer.iban,
        "BIC": payer.bic,
        "batch": True,
        "currency": payer.issuer,
        # Only the euro is paid by SEPA's own scheme.
        "domestic": payer.issuer != "EUR",
    }
    return Transfers(config, schema=SCHEMA, clean=False)
