"""Exchange offices: added, renamed, switched on and off."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog
from bocli.widgets.fields import Field, Tick
from bocli.widgets.form import Form
from bocli.widgets.keyset_table import KeysetTable
from core.db.views import view
from core.rates import save_office
from core.texts import t
from screens.parts.columns import Column
from screens.parts.listing import Listing
from screens.parts.request import Request, done


class Offices(Listing):
    """n adds one, Enter changes one."""

    SECTION = "offices"
    LIST = "offices"
    EMPTY = "offices.empty"
    SELECT = staticmethod(lambda: view("offices", "id name client active created_at"))
    PLAIN = ("name",)
    COLUMNS = (
        Column("number", "offices.number", 6, lambda r: str(r.id), kind="number", field="id", right=True,
               sort=("id",)),
        Column("name", "offices.name", 0, lambda r: r.name, field="name"),
        Column("client", "offices.client", 28, lambda r: r.client or "", field="client"),
        Column("active", "offices.active", 10, lambda r: t("common.yes" if r.active else "common.no"), kind="yes_no",
               field="active"),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        if "office:edit" in self.person.permissions:
            self.work(self._edit(event.item.thing))

    def act_new(self) -> None:
        self.work(self._edit(None))

    async def _edit(self, row: Any) -> None:
        answer: Any = await self.app.push_screen_wait(OfficeForm(row))
        if answer is None:
            return
        name, client, active = answer
        number = None if row is None else row.id
        act = done(lambda db: save_office(db, self.request.key, number, name, active=active, client=client))
        if await self.call(act, writes=self.request):
            self.act_refresh()
            self.say(t("offices.saved"))


class OfficeForm(Dialog[tuple[str, str, bool]]):
    """Name, the client whose wallets it exchanges with, and whether it is on."""

    DO = "dialog.take.label"

    def __init__(self, row: Any) -> None:
        super().__init__(t("offices.form"))
        self.row = row

    def body(self) -> ComposeResult:
        row = self.row
        yield Form(
            ("name", t("offices.name"), Field(row.name if row else "", limit=100)),
            ("client", t("offices.client"), Field((row.client or "") if row else "", limit=254)),
            ("active", t("offices.active"), Tick(t("offices.is_on"), row.active if row else True)),
        )

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def on_form_go_on(self) -> None:
        self.act_do()

    def act_do(self) -> None:
        """Take it, when it is well."""
        values = self.query_one(Form).values()
        if values is not None:
            self.dismiss((values["name"], values["client"], values["active"]))
