"""Clients (ADM-1): everybody who owns wallets; n signs one up, Enter shows one."""

from __future__ import annotations

from typing import Any

from bocli.widgets.keyset_table import KeysetTable
from core.clients import KINDS, clients_select
from core.db.keyset import Keyset
from core.texts import date_time, t
from screens.parts.columns import ZONE, Column
from screens.parts.listing import Listing

IDENTIFICATION = ("none", "pending", "approved", "declined", "revision", "review", "expired")


def status(row: Any) -> str:
    """What stands in the way of a client, in a word."""
    if not row.active:
        return t("clients.status.off")
    if row.blocked:
        return t("clients.status.blocked")
    return t("clients.status.identified" if row.identified else "clients.status.not_identified")


def _yes(value: bool) -> str:
    return t("common.yes") if value else t("common.no")


class Clients(Listing):
    """The list of clients."""

    SECTION = "clients"
    LIST = "clients"
    EMPTY = "clients.empty"
    SELECT = staticmethod(clients_select)
    COLUMNS = (
        Column("number", "clients.number", 7, lambda r: str(r.id), kind="number", field="id", right=True, sort=("id",)),
        Column("name", "clients.name", 0, lambda r: r.name, field="name", sort=("name_key", "id")),
        Column("email", "clients.email", 26, lambda r: r.email or "", field="email", from_width=100),
        Column("phone", "clients.phone", 16, lambda r: r.phone or "", field="phone"),
        Column("kind", "clients.kind", 10, lambda r: t(f"clients.kind.{r.kind}"), kind="choice", field="kind",
               options=tuple((each, f"clients.kind.{each}") for each in KINDS), from_width=110),
        Column("status", "clients.status", 16, status),
        Column("organization", "clients.organization", 18, lambda r: r.organization or "", field="organization",
               from_width=120),
        Column("active", "clients.active", 8, lambda r: _yes(r.active), kind="yes_no", field="active", chosen=False),
        Column("blocked", "clients.blocked", 10, lambda r: _yes(r.blocked), kind="yes_no", field="blocked",
               chosen=False),
        Column("identified", "clients.identified", 14, lambda r: _yes(r.identified), kind="yes_no", field="identified",
               chosen=False),
        Column("identification", "clients.identification", 14, lambda r: t(f"identification.{r.identification}"),
               kind="choice", field="identification",
               options=tuple((each, f"identification.{each}") for each in IDENTIFICATION), chosen=False),
        Column("coins", "clients.coins", 8, lambda r: str(r.coins), kind="number", field="coins", right=True,
               from_width=110),
        Column("since", "clients.since", 16, lambda r: date_time(r.created_at, ZONE), kind="moment", field="created_at",
               chosen=False),
    )  # fmt: skip

    def plain(self, keyset: Keyset, text: str) -> Keyset:
        """An e-mail and a phone whole, by their index; else a part of the name, the e-mail or the phone."""
        if "@" in text and "." in text:
            return keyset.where("email_key", "=", text.casefold())
        digits = "".join(char for char in text if char.isdecimal())
        if text.startswith("+") and len(digits) > 5:
            return keyset.where("phone", "=", f"+{digits}")
        return keyset.where("name_key email phone", "contains", text)

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open("screens.client:ClientScreen", event.item.thing.id, then=lambda _: self.act_refresh())

    def act_new(self) -> None:
        """Sign one up."""
        self.open("screens.client_form:ClientNew", then=self._made)

    def _made(self, client_id: int | None) -> None:
        if client_id is not None:
            self.act_refresh()
            self.open("screens.client:ClientScreen", client_id)
