"""The editor of a contract's next version: two grids, its faults and gaps, what it would have cost last month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from bocli.widgets.grid import Grid
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from bocli.widgets.shown import paragraph
from core import approvals
from core.contracts import (
    Choices,
    ContractDraft,
    Finding,
    Limit,
    Term,
    check,
    choices,
    contracts_select,
    detail,
)
from core.db.keyset import Keyset
from core.errors import BocliError, Invalid
from core.texts import explain, n, t
from screens.parts.client import Choose
from screens.parts.hand_in import hand_in
from screens.parts.request import Request
from screens.parts.start import Start
from screens.parts.term_grid import (
    limit_cells,
    limit_columns,
    read_limit,
    read_term,
    term_cells,
    term_columns,
)
from screens.parts.what_if import WhatIfDialog

SHOWN = 8


class ContractEditor(Section[str]):
    """F2 goes on to the start and to what will change. Gives what to say at the end."""

    SECTION = "contract_editor"
    choices: Choices | None = None

    def __init__(self, draft: ContractDraft | None, request: tuple[int, int] | None = None) -> None:
        """draft: what to begin from; request: number and revision of the own draft that is edited."""
        super().__init__()
        self.draft = draft or ContractDraft(None, "")
        self.kept = request
        self.request = Request()

    def body(self) -> ComposeResult:
        yield Vertical(id="place")
        yield Lines(id="findings")

    def crumb(self) -> str:
        # Of a contract that is there the crumb before says which.
        return t("contract_editor.title") if self.draft.contract_id else self.draft.name or t("contracts.new")

    def on_mount(self) -> None:
        self.work(self._load())

    async def _load(self) -> None:
        found = await self.call(choices)
        if found is None:
            return
        self.choices = found
        terms = Grid(term_columns(found), t("contract_editor.no_terms"), id="terms", most=6)
        limits = Grid(limit_columns(found), t("contract_editor.no_limits"), id="limits", most=6)
        place = self.query_one("#place", Vertical)
        await place.mount(
            Lines([("head", t("contract.terms"))]), terms, Lines("", [("head", t("contract.limits"))]), limits
        )
        self._fill(self.draft)
        terms.focus()
        self.refresh_bindings()

    def _fill(self, draft: ContractDraft) -> None:
        assert self.choices is not None
        known = self.choices
        self._grid("terms").put([term_cells(each, known) for each in draft.terms])
        self._grid("limits").put([limit_cells(each, known) for each in draft.limits])

    def _grid(self, name: str) -> Grid:
        return self.query_one(f"#{name}", Grid)

    def _here(self) -> Grid:
        limits = self._grid("limits")
        return limits if limits.has_focus else self._grid("terms")

    def blocked(self, action_id: str) -> str | None:
        if not action_id.startswith("contract_editor."):
            return None
        if self.choices is None:
            return "blocked.not_loaded"
        return "blocked.no_row" if action_id.endswith(".remove") and not self._here().cells else None

    # What was typed.

    def _read(self) -> tuple[tuple[Term, ...], tuple[Limit, ...]] | None:
        """Terms and limits; None when a cell is wrong, and then it is said which."""
        terms, limits = self._read_grid("terms", read_term), self._read_grid("limits", read_limit)
        return None if terms is None or limits is None else (terms, limits)

    def _read_grid(self, name: str, read: Any) -> tuple[Any, ...] | None:
        grid, found = self._grid(name), []
        for row, cells in enumerate(grid.cells):
            try:
                found.append(read(cells, self.choices))
            except Invalid as error:
                grid.bad = {row}
                grid.changed()
                self.show_error(t(f"contract_editor.row_of_{name}", row=row + 1, why=explain(error)))
                return None
        return tuple(found)

    def on_grid_changed(self) -> None:
        self.query_one("#findings", Lines).show()

    # Keys.

    def act_add(self) -> None:
        """A row like the one under the cursor, or the first one."""
        assert self.choices is not None
        grid = self._here()
        if grid.cells:
            grid.add(grid.cells[grid.row])
            return
        kind, code = self.choices.kinds[0], next(iter(self.choices.scales), "")
        if grid.id == "terms":
            grid.add(term_cells(Term(kind, code), self.choices))
        else:
            grid.add(limit_cells(Limit(kind, code, "day"), self.choices))

    def act_remove(self) -> None:
        self._here().take_away()

    def act_copy(self) -> None:
        self.work(self._copy())

    async def _copy(self) -> None:
        """All terms and limits of another contract, in place of these."""
        found = await self.call(
            lambda db: Keyset(contracts_select, ("name", "id"), newest_first=False).page(db, None, 200)
        )
        if not found:
            return
        at: Any = await self.app.push_screen_wait(
            Choose(t("contract_editor.copy"), [(row.name, "") for row in found])
        )
        if at is None:
            return
        other = await self.call(lambda db: detail(db, found[at].id))
        if other is not None:
            self._fill(replace(self.draft, terms=other.terms, limits=other.limits))

    def act_check(self) -> None:
        self.work(self._check())

    async def _check(self) -> bool:
        """Ask what is wrong or odd and show it; whether nothing is wrong."""
        read = self._read()
        if read is None:
            return False
        found = await self.call(lambda db: check(db, *read))
        if found is None:
            return False
        for name in ("terms", "limits"):
            grid = self._grid(name)
            grid.bad = {each.row for each in found if each.part == name and each.row is not None}
            grid.changed()
        self.query_one("#findings", Lines).show(*finding_rows(found, self.app.size.width - 6))
        return not any(each.severity == "error" for each in found)

    def act_what_if(self) -> None:
        read = self._read()
        if read is not None:
            self.app.push_screen(WhatIfDialog(self.db, *read, self.draft.contract_id))

    def act_keep(self) -> None:
        self.work(self._keep())

    async def _keep(self) -> None:
        """As a draft, faults and all; it is the maker's alone until it is handed in."""
        read = self._read()
        if read is None:
            return
        if not self.draft.name:
            answer: Any = await self.app.push_screen_wait(Start(self.draft))
            if answer is None:
                return
            self.draft = answer
        self.draft = replace(self.draft, terms=read[0], limits=read[1])
        number, revision = self.kept or (None, None)
        saved = await self.call(
            lambda db: approvals.save(
                db, self.request.key, "contract", self.draft.payload(), request_id=number, revision=revision
            ),
            writes=self.request,
        )
        if saved is not None:
            self.kept = (saved.request_id, saved.revision)
            self.say(t("contract_editor.kept", number=saved.request_id))

    def act_go_on(self) -> None:
        self.work(self._go_on())

    async def _go_on(self) -> None:
        read = self._read()
        if read is None or not await self._check():
            return
        answer: Any = await self.app.push_screen_wait(Start(self.draft))
        if answer is None:
            return
        self.draft = replace(answer, terms=read[0], limits=read[1])
        assert self.choices is not None
        said = await hand_in(
            self, "contract", self.draft.payload(), self.choices.scales, self.request, kept=self.kept
        )
        if said is not None:
            self.finish(said)


def finding_rows(found: Sequence[Finding], width: int) -> list[Any]:
    """Faults, then what is odd, the first few; how many there are in all."""
    if not found:
        return ["", [("good", t("contract_editor.all_well"))]]
    rows: list[Any] = [""]
    for each in found[:SHOWN]:
        style = "bad" if each.severity == "error" else "warn"
        where = "" if each.row is None else f"{t(f'contract_editor.at_{each.part}', row=each.row + 1)}: "
        words = paragraph(where + explain(BocliError(each.key, each.params)), width)
        for number, line in enumerate(words):
            sign = "  " if number else "! " if style == "bad" else "- "
            rows.append([(style, sign), ("", line)])
    if len(found) > SHOWN:
        rows.append([("dim", n("contract_editor.more", len(found) - SHOWN))])
    return rows
