"""Contracts as they are listed and shown, what is wrong with a draft, and what it would have cost last month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

from core.contracts.drafts import Limit, Term, limits_payload, read_limits, read_terms, terms_payload
from core.db.views import view

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.db import Database


@dataclass(frozen=True, slots=True)
class Version:
    """In force from valid_from until the next one's start (None: there is no next)."""

    id: int
    valid_from: datetime
    until: datetime | None
    request_id: int | None
    maker: str | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class ContractDetail:
    """version_id: whose terms and limits are shown; waiting: numbers of requests that wait to be decided."""

    id: int
    name: str
    client_kind: str | None
    is_default: bool
    clients: int
    organizations: int
    version_id: int | None
    terms: tuple[Term, ...]
    limits: tuple[Limit, ...]
    versions: tuple[Version, ...]
    waiting: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong (error) or odd (warning) in a draft: the text's key under `finding.` and its parameters; where:
    part (terms, limits) and row from 0, or None for the whole."""

    severity: str
    key: str
    params: dict[str, Any]
    part: str
    row: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be priced: kinds of operation in their order; issuers as code → digits after the point."""

    kinds: tuple[str, ...]
    scales: dict[str, int]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One kind and issuer priced again: pieces, amounts and commissions in minor units; refusals by their cause."""

    kind: str
    issuer: str
    scale: int
    pieces: int
    amount: int
    before: int
    after: int
    unpriced: int
    too_dear: int
    above_limit: int


@dataclass(frozen=True, slots=True)
class PeriodRefusals:
    """How many operations would have passed a limit of a period."""

    kind: str
    issuer: str
    period: str
    refused: int


def detail(db: Database, contract_id: int, version_id: int | None = None) -> ContractDetail:
    """A contract with the named version, or the one in force. Raises NotFound."""
    row = db.call("contract_detail", contract_id=contract_id, version_id=version_id)
    content = row["content"]
    versions = tuple(
        Version(
            **{
                **each,
                "valid_from": datetime.fromisoformat(each["valid_from"]),
                "until": datetime.fromisoformat(each["until"]) if each["until"] else None,
            }
        )
        for each in row["versions"]
    )
    parts = {
        "terms": read_terms(content["terms"]),
        "limits": read_limits(content["limits"]),
        "versions": versions,
        "waiting": tuple(row["waiting"]),
    }
    plain = {name: value for name, value in row.items() if name != "content"}
    return ContractDetail(**{**plain, **parts})


def choices(db: Database) -> Choices:
    """What can be priced."""
    row = db.call("contract_choices")
    return Choices(tuple(row["kinds"]), {each["code"]: each["scale"] for each in row["issuers"]})


def check(db: Database, terms: Sequence[Term], limits: Sequence[Limit]) -> tuple[Finding, ...]:
    """What is wrong or odd in a draft, errors alone as long as there are any."""
    found = db.call("contract_check", terms=terms_payload(terms), limits=limits_payload(limits))["findings"]
    return tuple(
        Finding(each["severity"], each["key"], each["params"], each.get("part", "terms"), each.get("row"))
        for each in found
    )


GoOn = Callable[[int, int], bool]
MOST_STEPS = 64
PRICED = 50
"""How much of 100 a reckoning has done when all is priced and the limits of periods are left."""


def _always(_done: int, _of: int) -> bool:
    return True


def what_if(
    db: Database,
    terms: Sequence[Term],
    limits: Sequence[Limit],
    contract_id: int | None,
    span: tuple[datetime, datetime],
    go_on: GoOn = _always,
    *,
    step_s: float = 2,
) -> tuple[tuple[WhatIf, ...], tuple[PeriodRefusals, ...]] | None:
    """Price the operations of a span of time by a draft: of that contract's clients, or of all (None).

    In steps of about `step_s` seconds, the first an eighth of the span: equal operations are priced once a step, so
    few steps cost least. The limits of periods come last, in one step. `go_on` is told after each how much of 100 is
    done, and None comes back when it says False. Raises Invalid: contract.faulty for a draft with errors.
    """
    found: dict[tuple[str, str], WhatIf] = {}
    begins, ends = span
    terms_now, limits_now = terms_payload(terms), limits_payload(limits)
    asked = {"limits": limits_now, "contract_id": contract_id}
    low, step = begins, (ends - begins) / 8
    while low < ends:
        high = min(low + step, ends)
        began = perf_counter()
        rows = db.call("contract_what_if", **asked, terms=terms_now, **_span(low, high), deadline_s=120)[
            "rows"
        ]
        step = max(step * min(8, step_s / (perf_counter() - began)), (ends - begins) / MOST_STEPS)
        for row in rows:
            one = WhatIf(**row)
            found[one.kind, one.issuer] = _sum(found.get((one.kind, one.issuer)), one)
        low = high
        if not go_on(round(PRICED * (low - begins) / (ends - begins)), 100):
            return None
    more = db.call("contract_what_if_limits", **asked, **_span(begins, ends), deadline_s=120)["rows"]
    go_on(100, 100)
    return tuple(found[each] for each in sorted(found)), tuple(PeriodRefusals(**each) for each in more)


def _span(low: datetime, high: datetime) -> dict[str, Any]:
    # `from` is a word of Python
    return {"from": low, "to": high}


def _sum(old: WhatIf | None, new: WhatIf) -> WhatIf:
    if old is None:
        return new
    numbers = ("pieces", "amount", "before", "after", "unpriced", "too_dear", "above_limit")
    added = {name: getattr(old, name) + getattr(new, name) for name in numbers}
    return WhatIf(old.kind, old.issuer, old.scale, **added)


@dataclass(frozen=True, slots=True)
class Matched:
    """Clients found by lines; unknown: the places (from 1) of at most 1,000 lines that are nobody's."""

    client_ids: tuple[int, ...]
    unknown_count: int
    unknown: tuple[int, ...]


def match_clients(db: Database, lines: Sequence[str]) -> Matched:
    """Clients by e-mail, phone, wallet's serial or number; at most 100,000. Raises Invalid: assignment.too_many."""
    row = db.call("clients_matched", lines=list(lines), deadline_s=120)
    return Matched(tuple(row["ids"]), row["unknown_count"], tuple(row["unknown"]))


def contracts_select() -> Select[Any]:
    """All contracts; keyed by id."""
    return view(
        "contracts",
        "id name client_kind is_default created_at version_id in_force_from planned_from versions clients",
    )
