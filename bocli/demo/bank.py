"""A bank's statement for the demo: camt.053.001.08 of one account, with money that came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>{name}</MsgId><CreDtTm>{day}T06:00:00Z</CreDtTm></GrpHdr>
    <Stmt>
      <Id>{name}</Id><CreDtTm>{day}T06:00:00Z</CreDtTm>
      <Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>
      {balances}
      {entries}
    </Stmt>
  </BkToCstmrStmt>
</Document>
"""
_BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
)
_ENTRY = (
    '<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd>"
    "<Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><RltdPties>"
    "<Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    "</NtryDtls></Ntry>"
)


@dataclass(frozen=True)
class Receipt:
    """Money that came: minor units of a currency of two digits, who sent it, and what they wrote."""

    amount: int
    payer: str
    text: str


def statement(iban: str, currency: str, day: date, receipts: Sequence[Receipt]) -> bytes:
    """The first statement of an account that was empty."""
    plain = {"currency": currency, "day": day.isoformat()}
    total = sum(each.amount for each in receipts)
    balances = [
        _BALANCE.format(kind=kind, amount=decimal(amount), **plain)
        for kind, amount in (("OPBD", 0), ("CLBD", total))
    ]
    entries = [
        _ENTRY.format(
            amount=decimal(each.amount), ref=f"DEMO{at}", payer=escape(each.payer), text=escape(each.text),
            **plain,
        )
        for at, each in enumerate(receipts, 1)
    ]  # fmt: skip
    return _DOCUMENT.format(
        name=f"DEMO-{currency}-{day:%Y%m%d}", iban=iban, balances="\n      ".join(balances),
        entries="\n      ".join(entries), **plain,
    ).encode()  # fmt: skip


def decimal(minor: int) -> str:
    """Minor units of two digits as banks and front ends write them."""
    return f"{minor // 100}.{minor % 100:02d}"
