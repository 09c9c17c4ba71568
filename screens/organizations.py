"""Organizations (ADM-4): the company's own, merchants, service providers."""

from __future__ import annotations

from bocli.widgets.keyset_table import KeysetTable
from core.organizations import KINDS, organizations_select
from core.texts import date_time, t
from screens.parts.columns import ZONE, Column
from screens.parts.listing import Listing

STATES = ("active", "suspended", "closed")


class Organizations(Listing):
    """n adds one, Enter shows one."""

    SECTION = "organizations"
    LIST = "organizations"
    EMPTY = "organizations.empty"
    SELECT = staticmethod(organizations_select)
    PLAIN = ("name", "registration")
    COLUMNS = (
        Column("number", "organizations.number", 6, lambda r: str(r.id), kind="number", field="id", right=True,
               sort=("id",)),
        Column("name", "organizations.name", 0, lambda r: r.name, field="name"),
        Column("kind", "organizations.kind", 18, lambda r: t(f"organizations.kind.{r.kind}"), kind="choice",
               field="kind", options=tuple((each, f"organizations.kind.{each}") for each in KINDS)),
        Column("state", "organizations.state", 12, lambda r: t(f"organizations.state.{r.state}"), kind="choice",
               field="state", options=tuple((each, f"organizations.state.{each}") for each in STATES)),
        Column("members", "organizations.members", 10, lambda r: str(r.members), kind="number", field="members",
               right=True),
        Column("contract", "organizations.contract", 18, lambda r: r.contract or "-", field="contract", from_width=100),
        Column("registration", "organizations.registration", 16, lambda r: r.registration, field="registration",
               from_width=120),
        Column("since", "organizations.since", 16, lambda r: date_time(r.created_at, ZONE), kind="moment",
               field="created_at", chosen=False),
    )  # fmt: skip

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open(
            "screens.organization:OrganizationScreen",
            event.item.thing.id,
            then=lambda _: self.act_refresh(),
        )

    def act_new(self) -> None:
        self.open("screens.organization_form:OrganizationForm", None, then=self._made)

    def _made(self, organization_id: int | None) -> None:
        if organization_id is not None:
            self.act_refresh()
            self.say(t("organizations.made"))
