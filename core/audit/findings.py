"""What an audit found, and what it looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

KEPT = 1000
"""Findings kept one by one; beyond that they are only counted: a ruined log must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: `kind` (its text is `audit.finding.<kind>`) and where."""

    kind: str
    params: dict[str, str | int]

    def text(self) -> str:
        """The finding in the program's language."""
        from core.texts import t

        return t(f"audit.finding.{self.kind}", **self.params)


class Findings:
    """Findings as they come up: the first `KEPT` of them, and how many of each kind."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.counted: Counter[str] = Counter()

    def add(self, kind: str, /, **params: str | int) -> None:
        self.counted[kind] += 1
        if len(self.kept) < KEPT:
            self.kept.append(Finding(kind, params))


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of `core.audit.verify`.

    `root` is the SHA-256 (hex) over the heads of all streams: two people who read the same root out to each
    other hold the same log. `by_kind` counts all findings, also those beyond the kept ones.
    """

    findings: tuple[Finding, ...]
    by_kind: dict[str, int]
    streams: int
    lines: int
    operations: int
    postings: int
    root: str
    at: datetime
    seconds: float
    checkpoint_at: datetime | None = None
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.by_kind

    @property
    def rows(self) -> int:
        """Rows of log, operations and postings that were read."""
        return self.lines + self.operations + self.postings

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of all findings."""
        return frozenset(self.by_kind)
