"""What will be done, line by line, before it is done: debit, credit, amount; commission, limits left,
balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.lines import Lines, Row
from bocli.widgets.shown import fitted
from core.texts import amount, t


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One posting: `amount_minor` from the account debited to the account credited. Names are shown as
    they are."""

    debit: str
    credit: str
    amount_minor: int
    issuer: Any


@dataclass(frozen=True, slots=True)
class Facts:
    """What a preview shows.

    rows: pairs of label and value above the postings (client, wallet, amount …), both translated;
    postings: exactly what will be posted; after: pairs below (commission, limits left, balance after);
    warnings: what to look at.
    """

    rows: Sequence[tuple[str, str]]
    postings: Sequence[PostingLine]
    after: Sequence[tuple[str, str]] = ()
    warnings: Sequence[str] = field(default=())


class Preview(Lines):
    """The facts as a widget, for screens that keep it beside a form."""

    LABEL = 26

    def __init__(self, facts: Facts, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.facts = facts

    def rows(self, width: int) -> list[Row]:
        rows: list[Row] = [self._pair(*each) for each in self.facts.rows]
        if self.facts.postings:
            rows.append([("", "")])
            rows += self._table(width)
        if self.facts.after:
            rows.append([("", "")])
            rows += [self._pair(*each) for each in self.facts.after]
        rows += [[("warn", t("preview.look") + " "), ("", each)] for each in self.facts.warnings]
        return rows

    def _pair(self, label: str, value: str) -> Row:
        return [("dim", fitted(label, self.LABEL)), ("", " "), ("", value)]

    def _table(self, width: int) -> list[Row]:
        money = [amount(each.amount_minor, each.issuer) for each in self.facts.postings]
        last = max(12, *(len(each) for each in money))
        side = max(8, (width - last - 2) // 2)
        head = (
            fitted(t("preview.debit"), side),
            fitted(t("preview.credit"), side),
            fitted(t("preview.amount"), last, True),
        )
        rows: list[Row] = [[("head", head[0]), ("", " "), ("head", head[1]), ("", " "), ("head", head[2])]]
        for each, sum_of_it in zip(self.facts.postings, money, strict=True):
            sides = [("", fitted(each.debit, side)), ("", " "), ("", fitted(each.credit, side)), ("", " ")]
            rows.append([*sides, ("", fitted(sum_of_it, last, right=True))])
        return rows


class PreviewDialog(Dialog[bool]):
    """The facts, and two ways: F10 does it, Esc goes back. Gives True or None."""

    DO: ClassVar[str | None] = "preview.do"

    def __init__(self, title: str, facts: Facts, *, words: str = "") -> None:
        super().__init__(title)
        self.facts, self.words = facts, words

    def body(self) -> ComposeResult:
        if self.words:
            yield Words(self.words)
        yield Preview(self.facts)

    def act_do(self) -> None:
        self.dismiss(True)
