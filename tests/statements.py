"""Files of a bank, as banks write them: camt.053 of both versions, built line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from xml.sax.saxutils import escape

IBAN = "DE89370400440532013000"
_numbers = count(1)


@dataclass(frozen=True)
class Entry:
    """One entry. amount in minor units of two digits; parts: its payments, each with an amount of its own."""

    side: str
    amount: int
    end_to_end_id: str = ""
    ref: str | None = None
    text: str = ""
    party: str = ""
    party_iban: str = ""
    reason: str = ""
    family: str = ""
    status: str = "BOOK"
    day: str = "2026-11-26"
    reversal: bool = False
    parts: tuple[Entry, ...] = ()
    currency: str = "EUR"


def credit(amount: int, **more: object) -> Entry:
    """Money that came."""
    return replace(Entry("CRDT", amount, ref=f"BANK{next(_numbers)}"), **more)  # type: ignore[arg-type]


def debit(amount: int, **more: object) -> Entry:
    """Money that went."""
    return replace(Entry("DBIT", amount, ref=f"BANK{next(_numbers)}"), **more)  # type: ignore[arg-type]


def decimal(minor: int) -> str:
    """Minor units as a bank writes them."""
    return f"{abs(minor) // 100}.{abs(minor) % 100:02d}"


def _side(minor: int) -> str:
    return "CRDT" if minor >= 0 else "DBIT"


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _party(role: str, name: str, version: str) -> str:
    named = _tag("Nm", name)
    inside = f"<Pty>{named}</Pty>" if version == "08" else named
    return f"<{role}>{inside}</{role}>" if name else ""


def details(entry: Entry, version: str, *, amount: bool) -> str:
    """A payment within an entry."""
    role = "Dbtr" if entry.side == "CRDT" else "Cdtr"
    account = (
        f"<{role}Acct><Id>{_tag('IBAN', entry.party_iban)}</Id></{role}Acct>" if entry.party_iban else ""
    )
    parties = _party(role, entry.party, version) + account
    refs = _tag("EndToEndId", entry.end_to_end_id)
    return (
        "<TxDtls>"
        + (f"<Refs>{refs}</Refs>" if refs else "")
        + (f'<Amt Ccy="{entry.currency}">{decimal(entry.amount)}</Amt>' if amount else "")
        + (f"<RltdPties>{parties}</RltdPties>" if parties else "")
        + (f"<RmtInf>{_tag('Ustrd', entry.text)}</RmtInf>" if entry.text else "")
        + (f"<RtrInf><Rsn>{_tag('Cd', entry.reason)}</Rsn></RtrInf>" if entry.reason else "")
        + "</TxDtls>"
    )


def entry_xml(entry: Entry, version: str) -> str:
    """An entry of a statement."""
    status = f"<Sts><Cd>{entry.status}</Cd></Sts>" if version == "08" else f"<Sts>{entry.status}</Sts>"
    family = (
        f"<Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>{entry.family}</SubFmlyCd></Fmly></Domn>"
        if entry.family
        else ""
    )
    inside = "".join(details(each, version, amount=True) for each in entry.parts) or details(
        entry, version, amount=False
    )
    return (
        f'<Ntry><Amt Ccy="{entry.currency}">{decimal(entry.amount)}</Amt><CdtDbtInd>{entry.side}</CdtDbtInd>'
        + ("<RvslInd>true</RvslInd>" if entry.reversal else "")
        + f"{status}<BookgDt><Dt>{entry.day}</Dt></BookgDt>{_tag('AcctSvcrRef', entry.ref or '')}"
        + f"<BkTxCd>{family}</BkTxCd><NtryDtls>{inside}</NtryDtls></Ntry>"
    )


def statement_xml(
    entries: Sequence[Entry], *, opening: int, version: str, iban: str, name: str, sequence: int | None, day: str,
    closing: int | None, currency: str,
) -> str:  # fmt: skip
    """One Stmt."""
    moved = sum(
        each.amount if each.side == "CRDT" else -each.amount for each in entries if each.status == "BOOK"
    )
    end = opening + moved if closing is None else closing
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{decimal(sum_)}</Amt>'
        f"<CdtDbtInd>{_side(sum_)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        for code, sum_ in (("OPBD", opening), ("CLBD", end))
    )
    return (
        f"<Stmt><Id>{name}</Id>"
        + (f"<ElctrncSeqNb>{sequence}</ElctrncSeqNb>" if sequence is not None else "")
        + f"<CreDtTm>{day}T23:00:00+01:00</CreDtTm><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        + balances
        + "".join(entry_xml(each, version) for each in entries)
        + "</Stmt>"
    )


def camt(
    *entries: Entry, opening: int = 0, version: str = "08", iban: str = IBAN, name: str | None = None,
    sequence: int | None = None, day: str = "2026-11-26", closing: int | None = None, currency: str = "EUR",
) -> bytes:  # fmt: skip
    """A file of one statement; its closing balance is right unless another one is given."""
    one = statement_xml(
        entries, opening=opening, version=version, iban=iban, name=name or f"STMT-{next(_numbers)}",
        sequence=sequence, day=day, closing=closing, currency=currency,
    )  # fmt: skip
    return document(one, version=version)


def document(*statements: str, version: str = "08") -> bytes:
    """A file of several."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-26T23:00:00+01:00</CreDtTm></GrpHdr>"
        + "".join(statements)
        + "</BkToCstmrStmt></Document>"
    ).encode()
