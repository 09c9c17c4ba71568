"""Requests (CFO-4, FIN-1): what waits to be decided, and what became of the rest."""

from __future__ import annotations

from typing import Any

from bocli.widgets.keyset_table import KeysetTable
from core.approvals import KINDS, STATES, requests_select
from core.texts import age, date_time, t
from screens.parts.columns import ZONE, Column
from screens.parts.deciding import decide, details, scales_known
from screens.parts.listing import Listing, ListTable
from screens.parts.request import Request


def _moment(value: Any) -> str:
    return date_time(value, ZONE) if value else ""


class ChangeRequests(Listing):
    """Enter shows one; Space marks several, F6 and F7 decide them. Whoever decides sees first what waits."""

    SECTION = "change_requests"
    LIST = "change_requests"
    EMPTY = "change_requests.empty"
    SELECT = staticmethod(requests_select)
    MARKS = True
    PLAIN = ("title", "maker")
    COLUMNS = (
        Column("number", "change_requests.number", 6, lambda r: str(r.id), kind="number", field="id", right=True,
               sort=("id",)),
        Column("kind", "change_requests.kind", 14, lambda r: t(f"change.kind.{r.kind}"), kind="choice", field="kind",
               options=tuple((each.kind, f"change.kind.{each.kind}") for each in KINDS)),
        Column("title", "change_requests.of", 0, lambda r: r.title, field="title"),
        Column("maker", "change_requests.maker", 22, lambda r: r.maker, field="maker"),
        Column("age", "change_requests.age", 7, lambda r: age(r.submitted_at) if r.submitted_at else "", right=True),
        Column("state", "change_requests.state", 13, lambda r: t(f"change.state.{r.state}"), kind="choice",
               field="state", options=tuple((each, f"change.state.{each}") for each in STATES)),
        Column("starts", "change_requests.starts", 16, lambda r: _moment(r.takes_effect_at), kind="moment",
               field="takes_effect_at", from_width=110),
        Column("decided", "change_requests.decided_by", 18, lambda r: r.decided_by or "", field="decided_by",
               from_width=130),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()

    def on_mount(self) -> None:
        if "change:decide" in self.person.permissions:
            word = t("change.state.submitted")
            self.filter = f'state:"{word}"' if " " in word else f"state:{word}"
            self.apply()
        super().on_mount()

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.open(
            "screens.change_request:ChangeRequestScreen",
            event.item.thing.id,
            then=lambda _: self.act_refresh(),
        )

    def blocked(self, action_id: str) -> str | None:
        table = self.query(ListTable)
        if action_id.startswith("change_requests.") and table and table.first().item is None:
            return "blocked.no_row"
        return None

    def act_approve(self) -> None:
        self.work(self._decide(approve=True))

    def act_reject(self) -> None:
        self.work(self._decide(approve=False))

    async def _decide(self, *, approve: bool) -> None:
        table = self.query_one(ListTable)
        items = list(table.marked.values()) or ([table.item] if table.item else [])
        found = await details(self, [each.thing.id for each in items])
        known = await self.call(lambda db: scales_known(self, db)) if found else None
        if found and known is not None and await decide(self, found, known, self.request, approve=approve):
            table.act_unmark()
            self.act_refresh()
