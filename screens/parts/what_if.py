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
        yield Lines(id="result")

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
            self.query_one("#result", Lines).show([("bad", explain(error))])
            return
        if found is not None and self.is_mounted:
            self.query_one("#result", Lines).show(*effect_rows(*found))


def effect_rows(found: Sequence[WhatIf], refused: Sequence[PeriodRefusals]) -> list[Row | str]:
    """The effect, a line for each kind and unit, and the sums by unit."""
    if not found:
        return ["", [("dim", t("what_if.nothing"))]]
    rows: list[Row | str] = [
        "",
        [("key", _line(*(t(f"what_if.{each}") for each in ("kind", "count", "then", "now", "change"))))],
    ]
    sums: dict[str, tuple[int, int, int]] = {}
    for each in found:
        rows.append([("", _effect(f"{t(f'operation.{each.kind}')}", each.pieces, each))])
        before, after, _ = sums.get(each.issuer, (0, 0, 0))
        sums[each.issuer] = (before + each.before, after + each.after, each.scale)
        parts = [
            t(f"what_if.{name}", count=number(getattr(each, name)))
            for name in ("unpriced", "too_dear", "above_limit")
            if getattr(each, name)
        ]
        if parts:
            rows.append([("warn", "  " + ", ".join(parts))])
    rows.append("")
    for code, (before, after, scale) in sums.items():
        change = signed(after - before, code, scale)
        rows.append(
            [
                (
                    "head",
                    _line(
                        t("what_if.sum"), "", money(before, code, scale), money(after, code, scale), change
                    ),
                )
            ]
        )
    for one in refused:
        words = t("what_if.by_limit", kind=t(f"operation.{one.kind}"), issuer=one.issuer,
                  period=t(f"period.{one.period}"), count=number(one.refused))  # fmt: skip
        rows.append([("warn", words)])
    return rows


def _effect(kind: str, pieces: int, each: WhatIf) -> str:
    code, scale = each.issuer, each.scale
    change = signed(each.after - each.before, code, scale)
    return _line(
        kind, number(pieces), money(each.before, code, scale), money(each.after, code, scale), change
    )


def _line(kind: str, pieces: str, before: str, after: str, change: str) -> str:
    return f"{fitted(kind, 20)} {pieces:>6} {before:>13} {after:>13} {change:>13}"
