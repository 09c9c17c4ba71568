"""A contract: its versions, and the terms and limits of one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from core.contracts import Choices, ContractDetail, ContractDraft, choices, detail
from core.texts import date_time, n, t
from screens.contracts import for_whom
from screens.parts.client import Choose
from screens.parts.columns import ZONE
from screens.parts.facts import fact_rows
from screens.parts.paper import Sheet
from screens.parts.term_words import content_facts


class ContractScreen(Section[None]):
    """The version in force, or the one chosen with F6."""

    SECTION = "contract"
    found: ContractDetail | None = None
    choices: Choices

    def __init__(self, contract_id: int) -> None:
        super().__init__()
        self.contract_id = contract_id
        self.version: int | None = None

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(id="facts")

    def crumb(self) -> str:
        return self.found.name if self.found else t("contract.title")

    def on_mount(self) -> None:
        self.refresh_section()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        both = await self.call(lambda db: (detail(db, self.contract_id, self.version), choices(db)))
        if both is not None and self.is_mounted:
            self.found, self.choices = both
            self.query_one("#facts", Lines).show(*rows(self.found, self.choices.scales))
            self.loaded()

    def blocked(self, action_id: str) -> str | None:
        return "blocked.not_loaded" if self.found is None and action_id.startswith("contract.") else None

    def _draft(self) -> ContractDraft:
        found = self.found
        assert found is not None
        return ContractDraft(found.id, found.name, found.client_kind, None, found.terms, found.limits)

    def act_edit(self) -> None:
        self.open("screens.contract_editor:ContractEditor", self._draft(), then=self._changed)

    def act_copy(self) -> None:
        copy = replace(self._draft(), contract_id=None, name="")
        self.open("screens.contract_editor:ContractEditor", copy, then=self._changed)

    def act_assign(self) -> None:
        self.open("screens.contract_assign:ContractAssign", self.found, then=self._changed)

    def _changed(self, said: str | None) -> None:
        self.refresh_section()
        if said:
            self.say(said)

    def act_version(self) -> None:
        self.work(self._version())

    async def _version(self) -> None:
        found = self.found
        assert found is not None
        lines = [
            (date_time(each.valid_from, ZONE), " · ".join(filter(None, (each.maker, each.decided_by))))
            for each in found.versions
        ]
        at: Any = await self.app.push_screen_wait(Choose(t("contract.versions"), lines))
        if at is not None:
            self.version = found.versions[at].id
            await self._ask()


def rows(found: ContractDetail, scales: dict[str, int]) -> list[Row | str]:
    """The contract as it is shown."""
    version = next((each for each in found.versions if each.id == found.version_id), None)
    facts = [
        (t("contract.for"), for_whom(found.client_kind)),
        (t("contract.clients"), f"{found.clients} · {n('contract.organizations', found.organizations)}"),
    ]
    if version is not None:
        facts.append((t("contract.version_from"), date_time(version.valid_from, ZONE)))
        if version.until is not None:
            facts.append((t("contract.version_until"), date_time(version.until, ZONE)))
        if version.maker:
            facts.append((t("contract.made_by"), f"{version.maker} · {version.decided_by or '-'}"))
    waiting = [[("warn", n("contract.waiting", len(found.waiting)))]] if found.waiting else []
    return [
        [("head", found.name), ("", "  "), ("good", t("contracts.is_default") if found.is_default else "")],
        *waiting,
        "",
        *fact_rows(facts),
        "",
        [("head", t("contract.terms"))],
        *fact_rows(content_facts(found.terms, (), scales)),
        "",
        [("head", t("contract.limits"))],
        *fact_rows(content_facts((), found.limits, scales)),
    ]
