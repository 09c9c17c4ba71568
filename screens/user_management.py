"""User management (ADM-1, CFO-1, CMP-2, CSM-2): the accounts that one looks after; n makes another."""

from __future__ import annotations

from typing import Any

from bocli.widgets.keyset_table import KeysetTable
from core.permissions import ROLES, SUPPORT_MANAGER
from core.staff import staff_select
from core.texts import date_time, t
from screens.parts.listing import Column, Listing
from screens.parts.log_text import ZONE
from screens.parts.staff_words import status_of


def _seen(row: Any) -> str:
    return date_time(row.last_seen, ZONE) if row.last_seen else t("staff.never")


def _role(row: Any) -> str:
    return t(f"staff.role.{row.role}") + (" +" if row.lent_role else "")


def _lent(row: Any) -> str:
    return t(f"staff.role.{row.lent_role}") if row.lent_role else ""


class UserManagement(Listing):
    """Enter shows one; for a support manager it is the list of the agents."""

    SECTION = "user_management"
    LIST = "staff"
    EMPTY = "user_management.empty"
    SELECT = staticmethod(staff_select)
    KEY = ("id",)
    NEWEST_FIRST = True
    PLAIN = ("name", "email", "phone")
    COLUMNS = (
        Column("number", "staff.number", 7, lambda row: str(row.id), kind="number", field="id", right=True,
               sort=("id",), from_width=110),
        Column("name", "staff.name", 0, lambda row: row.name, field="name", sort=("name", "id")),
        Column("email", "staff.email", 27, lambda row: row.email, field="email", sort=("email", "id")),
        Column("phone", "staff.phone", 16, lambda row: row.phone or "", field="phone", chosen=False),
        Column("role", "staff.role", 18, _role, kind="choice", field="role", sort=("role", "id"),
               options=tuple((role, f"role.{role}") for role in ROLES)),
        Column("status", "staff.status", 14, lambda row: t(f"staff.status.{status_of(row)}"), cell=status_of),
        Column("active", "staff.active", 8, lambda row: t("common.yes") if row.active else t("common.no"),
               kind="yes_no", field="active", chosen=False),
        Column("lent", "staff.lent", 24, _lent, kind="choice", field="lent_role",
               options=tuple((role, f"role.{role}") for role in ROLES), from_width=150),
        Column("seen", "staff.last_seen", 16, _seen, kind="moment", field="last_seen", from_width=110),
        Column("sessions", "staff.sessions", 8, lambda row: str(row.open_sessions or ""), kind="number",
               field="open_sessions", right=True, from_width=110),
    )  # fmt: skip

    def crumb(self) -> str:
        if self.person.staff.role == SUPPORT_MANAGER:
            return t("scc_management.title")
        return t("user_management.title")

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open("screens.staff_member:StaffMember", event.item.thing.id, then=lambda _: self.act_refresh())

    def act_new(self) -> None:
        """Another account."""
        self.open("screens.staff_new:NewMember", then=self._made)

    def _made(self, staff_id: int | None) -> None:
        if staff_id is not None:
            self.act_refresh()
            self.say(t("user_management.made"))
