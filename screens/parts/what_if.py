"""Last month's operations priced again by a draft, with progress; Esc ends it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog
from bocli.widgets.lines import Lines, Row
from bocli.widgets.progress import Progress
from bocli.widgets.shown import fitted
from core.clock import now
from core.contracts import Limit, PeriodRefusals, Term, WhatIf, what_if
from core.errors import BocliError
from core.text import cells
from core.texts import explain, number, t
from screens.parts.words import money, signed

SPAN = timedelta(days=30)


class WhatIfDialog(Dialog[None]):
    """By kind and unit: operations, commission then and now, and how many would be refused."""

    DO = None

    def __init__(
        self, db: Any, terms: Sequence[Term], limits: Sequence[Limit], contract_id: int | None
    ) -> None:
        super().__init__(t("what_if.title"))
        self.db, self.terms, self.limits, self.contract_id = db, terms, limits, contract_id
        self.ended = threading.Event()

    def body(self) -> ComposeResult:
        yield Progress()
        yield Effect()

    def on_mount(self) -> None:
        self.run_worker(self._reckon(), group="what_if")

    def on_unmount(self) -> None:
        self.ended.set()

    async def _reckon(self) -> None:
        until, bar = now(), self.query_one(Progress)
        span = (until - SPAN, until)

        def step(done: int, of: int) -> bool:
            self.app.call_from_thread(bar.step, done, of, t("what_if.reckoning"))
            return not self.ended.is_set()

        def question() -> Any:
            return what_if(self.db, self.terms, self.limits, self.contract_id, span, step)

        try:
            found = await asyncio.to_thread(question)
        except BocliError as error:
            self.query_one(Effect).show([("bad", explain(error))])
            return
        if found is not None and self.is_mounted:
            self.query_one(Effect).tell(*found)


class Effect(Lines):
    """A line for each kind and unit, and the sums by unit; the columns are as wide as what is in them."""

    found: Sequence[WhatIf] | None = None
    refused: Sequence[PeriodRefusals] = ()

    def tell(self, found: Sequence[WhatIf], refused: Sequence[PeriodRefusals]) -> None:
        """Show it."""
        self.found, self.refused = found, refused
        self.changed()

    def rows(self, width: int) -> list[Row]:
        if self.found is None:
            return super().rows(width)
        if not self.found:
            return [[], [("dim", t("what_if.nothing"))]]
        names = (t(f"what_if.{each}") for each in ("kind", "unit", "count", "then", "now", "change"))
        table: list[tuple[str, Sequence[str], str]] = [("key", tuple(names), "")]
        sums: dict[str, tuple[int, int, int]] = {}
        for each in self.found:
            table.append(("", _columns(t(f"operation.{each.kind}"), number(each.pieces), each), _odd(each)))
            before, after, _ = sums.get(each.issuer, (0, 0, 0))
            sums[each.issuer] = (before + each.before, after + each.after, each.scale)
        kinds = len(table)
        for code, (before, after, scale) in sums.items():
            together = WhatIf("", code, scale, 0, 0, before, after, 0, 0, 0)
            table.append(("head", _columns(t("what_if.sum"), "", together), ""))
        lines = _aligned([row for _, row, _ in table], width)
        rows: list[Row] = [[]]
        for place, ((style, _, odd), text) in enumerate(zip(table, lines, strict=True)):
            if place == kinds:
                rows.append([])
            rows += [[(style, cell) for cell in line] for line in text]
            if odd:
                rows.append([("warn", f"  {odd}")])
        return rows + [[("warn", _passed(each))] for each in self.refused]


def _columns(name: str, pieces: str, each: WhatIf) -> tuple[str, ...]:
    code, scale = each.issuer, each.scale
    before, after = (money(minor, code, scale, "none") for minor in (each.before, each.after))
    return name, code, pieces, before, after, signed(each.after - each.before, code, scale, "none")


def _aligned(table: Sequence[Sequence[str]], width: int) -> list[list[list[str]]]:
    """Each row in a line, or its name in one and the rest in the next where they have no room together."""
    unit, *figures = (max(map(cells, column)) for column in list(zip(*table, strict=True))[1:])
    name = width - unit - sum(figures) - len(figures) - 1
    apart = any(cells(row[0]) > name for row in table)
    lines = []
    for row in table:
        rest: list[str] = [fitted(row[1], unit)]
        for each, room in zip(row[2:], figures, strict=True):
            rest += [" ", fitted(each, room, right=True)]
        lines.append([[row[0]], ["  ", *rest]] if apart else [[fitted(row[0], name), " ", *rest]])
    return lines


def _odd(each: WhatIf) -> str:
    """How many would be refused, and why."""
    names = [name for name in ("unpriced", "too_dear", "above_limit") if getattr(each, name)]
    return ", ".join(t(f"what_if.{name}", count=number(getattr(each, name))) for name in names)


def _passed(each: PeriodRefusals) -> str:
    return t("what_if.by_limit", kind=t(f"operation.{each.kind}"), issuer=each.issuer,
             period=t(f"period.{each.period}"), count=number(each.refused))  # fmt: skip
