"""Contracts (CFO-2, FIN-1): what is in force of each, what is planned, who has it."""

from __future__ import annotations

from datetime import datetime

from bocli.widgets.keyset_table import KeysetTable
from core.contracts import contracts_select
from core.texts import date_time, t
from screens.parts.columns import ZONE, Column
from screens.parts.listing import Listing


def for_whom(kind: str | None) -> str:
    """Whom a contract is for."""
    return t(f"clients.kind.{kind}") if kind else t("contract.for_all")


def moment(value: datetime | None) -> str:
    """A moment, or nothing."""
    return date_time(value, ZONE) if value else ""


class Contracts(Listing):
    """n begins a new one, Enter shows one."""

    SECTION = "contracts"
    LIST = "contracts"
    EMPTY = "contracts.empty"
    SELECT = staticmethod(contracts_select)
    PLAIN = ("name",)
    COLUMNS = (
        Column("number", "contracts.number", 6, lambda r: str(r.id), kind="number", field="id", right=True,
               sort=("id",)),
        Column("name", "contract.name", 0, lambda r: r.name, field="name"),
        Column("for", "contract.for", 12, lambda r: for_whom(r.client_kind), kind="choice", field="client_kind",
               options=(("individual", "clients.kind.individual"), ("business", "clients.kind.business"))),
        Column("default", "contracts.default", 12, lambda r: t("contracts.is_default") if r.is_default else "",
               kind="yes_no", field="is_default", from_width=100),
        Column("since", "contracts.in_force", 16, lambda r: moment(r.in_force_from) or "-", kind="moment",
               field="in_force_from"),
        Column("planned", "contracts.planned", 16, lambda r: moment(r.planned_from), kind="moment",
               field="planned_from"),
        Column("clients", "contracts.clients", 9, lambda r: str(r.clients), kind="number", field="clients", right=True),
        Column("versions", "contracts.versions", 8, lambda r: str(r.versions), kind="number", field="versions",
               right=True, from_width=110),
    )  # fmt: skip

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open("screens.contract:ContractScreen", event.item.thing.id, then=lambda _: self.act_refresh())

    def act_new(self) -> None:
        self.open("screens.contract_editor:ContractEditor", None, then=self._made)

    def _made(self, said: str | None) -> None:
        if said:
            self.act_refresh()
            self.say(said)
