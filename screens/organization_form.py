"""An organization's facts: adding one, and changing them."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.section import Section
from core.organizations import KINDS, OrganizationDetail, OrganizationFacts, change, contracts, create
from core.texts import t
from screens.parts.changes import show_changes

FIELDS = {
    "organization.name_invalid": "name",
    "organization.name_taken": "name",
    "organization.facts_too_long": "address",
    "contract": "contract",
}


class OrganizationForm(Section[int]):
    """Gives the number of what was added or changed."""

    SECTION = "organization_form"

    def __init__(self, found: OrganizationDetail | None) -> None:
        super().__init__()
        self.found = found
        self.contracts: list[tuple[int | None, str]] = []

    def body(self) -> ComposeResult:
        yield Vertical(id="place")

    def on_mount(self) -> None:
        self.work(self._load())

    async def _load(self) -> None:
        found = await self.call(contracts)
        if found is None:
            return
        self.contracts = [(None, t("organizations.no_contract")), *found]
        form = Form(*self._fields())
        await self.query_one("#place", Vertical).mount(form)
        form.focus_first()

    def _fields(self) -> list[tuple[str, str, Any]]:
        found = self.found
        kinds = [(each, t(f"organizations.kind.{each}")) for each in KINDS]
        own = [] if found else [("kind", t("organizations.kind"), Choice(kinds))]
        return [
            ("name", t("organizations.name"), Field(found.name if found else "", limit=200)),
            *own,
            (
                "registration",
                t("organizations.registration"),
                Field(found.registration if found else "", required=False, limit=60),
            ),
            (
                "address",
                t("organizations.address"),
                Field(found.address if found else "", required=False, limit=300),
            ),
            (
                "contract",
                t("organizations.contract"),
                Choice(self.contracts, found.contract_id if found else None),
            ),
        ]

    def _rows(self, facts: OrganizationFacts) -> list[tuple[str, str]]:
        return [
            (t("organizations.name"), facts.name),
            (t("organizations.registration"), facts.registration or "-"),
            (t("organizations.address"), facts.address or "-"),
            (t("organizations.contract"), dict(self.contracts).get(facts.contract_id, "-")),
        ]

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._save(event.form, event.values))

    async def _save(self, form: Form, values: dict[str, Any]) -> None:
        facts = OrganizationFacts(
            values["name"], values["registration"] or "", values["address"] or "", values["contract"]
        )
        found = self.found
        if found is None:
            kind = values["kind"]
            rows = [(t("organizations.kind"), t(f"organizations.kind.{kind}")), *self._rows(facts)]
            if await show_changes(self, t("organizations.new"), [], rows):
                made = await self.call(
                    lambda db: create(db, form.key, kind, facts), writes=form, fields=FIELDS
                )
                if made is not None:
                    self.finish(made)
            return
        before = OrganizationFacts(found.name, found.registration, found.address, found.contract_id)
        if not await show_changes(self, t("organizations.change"), self._rows(before), self._rows(facts)):
            return

        def act(db: Any) -> int:
            change(db, form.key, found.id, facts)
            return found.id

        changed = await self.call(act, writes=form, fields=FIELDS)
        if changed is not None:
            self.finish(changed)
