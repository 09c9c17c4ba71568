"""Statements of a bank: ISO 20022 camt.053, versions .02 and .08.

A document type declaration is refused before anything of it is read, so an entity bomb has nothing to go off in. Only
booked entries count. An entry that a bank divides into payments, each with its own amount, gives a line for each.
Source: https://www.iso20022.org/catalogue-messages (Bank-to-Customer Cash Management); EPC "Credit Transfer" usage.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from core.errors import Invalid
from core.files import read_bytes
from core.text import clean

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 8 * 2**20
VERSIONS = ("02", "08")
DEEPEST = 60
_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)")
_AMOUNT = re.compile(r"(\d{1,15})(?:\.(\d{1,8}))?")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[TZ+-].*)?")


@dataclass(frozen=True, slots=True)
class Line:
    """What was booked. amount: minor units above zero; end_to_end_id: of a return that of the payment which comes
    back; servicer_ref: the bank's own number, "" where it gives none; reversal: the bank takes back one of its lines.
    """

    booked_on: str
    side: str
    amount: int
    end_to_end_id: str = ""
    servicer_ref: str = ""
    remittance: str = ""
    counterparty: str = ""
    counterparty_iban: str = ""
    return_reason: str = ""
    reversal: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; opening and closing in minor units, below zero when overdrawn."""

    id: str
    sequence: int | None
    starts_on: str
    ends_on: str
    opening: int
    closing: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A file: the statements of one account."""

    sha256: str
    iban: str
    issuer: str
    statements: tuple[Statement, ...]

    def payload(self) -> dict[str, Any]:
        """As api.statement_import takes it."""
        return asdict(self)


def read(path: Path, scales: Mapping[str, int]) -> Read:
    """Read a file; scales: digits after the point of each currency that the company has.

    Raises Invalid: those of `core.files`, camt.doctype, camt.broken, camt.other, camt.version, camt.part and more.
    """
    return parse(read_bytes(path, LARGEST), scales)


def parse(raw: bytes, scales: Mapping[str, int]) -> Read:
    """The content of a file. Raises Invalid as `read` does."""
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("file.not_utf8", {"place": error.start}) from error
    found = [_statement(each, scales) for each in _root(raw).findall("BkToCstmrStmt/Stmt")]
    if not found:
        raise Invalid("camt.empty")
    if len({(iban, issuer) for iban, issuer, _ in found}) > 1:
        raise Invalid("camt.several_accounts")
    iban, issuer, _ = found[0]
    return Read(hashlib.sha256(raw).hexdigest(), iban, issuer, tuple(each for *_, each in found))


def _root(raw: bytes) -> Element:
    """The tree, with names without their namespace."""
    builder, depth = TreeBuilder(), [0]

    def start(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if depth[0] == 0:
            _check_root(space, local)
        depth[0] += 1
        if depth[0] > DEEPEST:
            raise Invalid("camt.broken", {"line": parser.CurrentLineNumber})
        builder.start(local, attributes)

    def end(name: str) -> None:
        depth[0] -= 1
        builder.end(name.rpartition(" ")[2])

    def doctype(*_: object) -> None:
        raise Invalid("camt.doctype")

    # What the first line says of letters does not count: these bytes are UTF-8, that was looked at.
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.buffer_text = True
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise Invalid("camt.broken", {"line": error.lineno}) from error
    return builder.close()


def _check_root(space: str, local: str) -> None:
    version = _NAMESPACE.fullmatch(space)
    if local != "Document" or version is None:
        raise Invalid("camt.other")
    if version[1] not in VERSIONS:
        raise Invalid("camt.version", {"version": version[1], "versions": ", ".join(VERSIONS)})


def _text(element: Element, *paths: str, limit: int = 140) -> str:
    """The first of these that is there and says something, clean."""
    for path in paths:
        said = clean(element.findtext(path) or "").strip()
        if said:
            return said[:limit].strip()
    return ""


def _needed(element: Element, what: str, *paths: str) -> str:
    said = _text(element, *paths)
    if not said:
        raise Invalid("camt.part", {"part": what})
    return said


def _day(said: str) -> str:
    fits = _DAY.fullmatch(said)
    try:
        return date.fromisoformat(fits[1] if fits else "").isoformat()
    except ValueError as error:
        raise Invalid("camt.part", {"part": "Dt"}) from error


def _minor(element: Element, issuer: str, scale: int) -> int:
    """An amount of the account's currency in minor units."""
    if element.get("Ccy") != issuer:
        raise Invalid("camt.currency", {"issuer": issuer, "given": clean(element.get("Ccy") or "-")[:10]})
    fits = _AMOUNT.fullmatch((element.text or "").strip())
    digits = (fits[2] or "").rstrip("0") if fits else ""
    if fits is None or len(digits) > scale:
        raise Invalid("camt.part", {"part": "Amt"})
    return int(fits[1] + digits.ljust(scale, "0"))


def _side(element: Element) -> str:
    said = element.findtext("CdtDbtInd")
    if said not in ("CRDT", "DBIT"):
        raise Invalid("camt.part", {"part": "CdtDbtInd"})
    return "credit" if said == "CRDT" else "debit"


def _statement(element: Element, scales: Mapping[str, int]) -> tuple[str, str, Statement]:
    iban = _needed(element, "IBAN", "Acct/Id/IBAN").replace(" ", "").upper()
    balances = {each.findtext("Tp/CdOrPrtry/Cd"): each for each in element.findall("Bal")}
    first, last = balances.get("OPBD", balances.get("PRCD")), balances.get("CLBD")
    if first is None or last is None:
        raise Invalid("camt.part", {"part": "Bal OPBD, CLBD"})
    amount = last.find("Amt")
    issuer = (element.findtext("Acct/Ccy") or (amount.get("Ccy") if amount is not None else "") or "").strip()
    if issuer not in scales:
        raise Invalid(
            "camt.currency", {"issuer": ", ".join(sorted(scales)) or "-", "given": clean(issuer)[:10] or "-"}
        )
    scale = scales[issuer]
    lines = tuple(
        line
        for entry in element.findall("Ntry")
        if (entry.findtext("Sts/Cd") or entry.findtext("Sts") or "").strip() == "BOOK"
        for line in _lines(entry, issuer, scale)
    )
    sequence = _text(element, "ElctrncSeqNb", "LglSeqNb")
    closes_on = _text(last, "Dt/Dt", "Dt/DtTm")
    ends_on = _day(closes_on or _needed(element, "FrToDt", "FrToDt/ToDtTm", "CreDtTm"))
    starts = _text(element, "FrToDt/FrDtTm")
    made = Statement(
        _needed(element, "Stmt/Id", "Id"),
        int(sequence) if sequence.isascii() and sequence.isdecimal() and len(sequence) < 19 else None,
        min(_day(starts) if starts else ends_on, ends_on),
        ends_on,
        _balance(first, issuer, scale),
        _balance(last, issuer, scale),
        lines,
    )
    return iban, issuer, made


def _balance(element: Element, issuer: str, scale: int) -> int:
    amount = element.find("Amt")
    if amount is None:
        raise Invalid("camt.part", {"part": "Bal/Amt"})
    return _minor(amount, issuer, scale) * (1 if _side(element) == "credit" else -1)


def _lines(entry: Element, issuer: str, scale: int) -> Iterator[Line]:
    """An entry's payments when each has an amount and together they make the entry; else the entry as one."""
    amount, side = entry.find("Amt"), _side(entry)
    if amount is None:
        raise Invalid("camt.part", {"part": "Ntry/Amt"})
    whole = _minor(amount, issuer, scale)
    details = entry.findall("NtryDtls/TxDtls")
    parts = [_part(each, issuer, scale) for each in details]
    if len(details) > 1 and all(parts) and sum(part or 0 for part in parts) == whole:
        for at, (each, part) in enumerate(zip(details, parts, strict=True), 1):
            yield _line(entry, each, side, part or 0, f"/{at}")
    elif whole:
        yield _line(entry, details[0] if len(details) == 1 else Element("TxDtls"), side, whole, "")


def _part(details: Element, issuer: str, scale: int) -> int | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        amount = details.find(path)
        if amount is not None:
            return _minor(amount, issuer, scale) if amount.get("Ccy") == issuer else None
    return None


def _line(entry: Element, details: Element, side: str, amount: int, place: str) -> Line:
    """place: what tells apart the payments of one entry that share its number."""
    other = "Dbtr" if side == "credit" else "Cdtr"
    party = f"RltdPties/{other}"
    own_ref = _text(details, "Refs/AcctSvcrRef", limit=90)
    entry_ref = _text(entry, "AcctSvcrRef", limit=90)
    words = [*(each.text or "" for each in details.iterfind("RmtInf/Ustrd"))]
    words += [each.text or "" for each in details.iterfind("RmtInf/Strd/CdtrRefInf/Ref")]
    said = " ".join(" ".join(clean(each) for each in words).split())
    end_to_end = _text(details, "Refs/EndToEndId", limit=100)
    return Line(
        _day(_needed(entry, "BookgDt", "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")),
        side,
        amount,
        "" if end_to_end == "NOTPROVIDED" else end_to_end,
        own_ref or (entry_ref + place if entry_ref else ""),
        said[:1000] or _text(details, "AddtlTxInf", limit=1000) or _text(entry, "AddtlNtryInf", limit=1000),
        _text(details, f"{party}/Pty/Nm", f"{party}/Nm"),
        _text(details, f"RltdPties/{other}Acct/Id/IBAN", limit=40),
        _text(details, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/AddtlInf", limit=100)
        or _returned(entry, details),
        entry.findtext("RvslInd") == "true",
    )


def _returned(entry: Element, details: Element) -> str:
    """A return by the bank's code of the transaction alone (Domn/Fmly/SubFmlyCd RRTN)."""
    code = "BkTxCd/Domn/Fmly/SubFmlyCd"
    return "RRTN" if "RRTN" in (entry.findtext(code), details.findtext(code)) else ""
