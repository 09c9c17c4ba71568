"""Blocks (AFR-2): of clients, wallets and operations; made here, and lifted by two."""

from __future__ import annotations

from typing import Any

from bocli.widgets.ask import Reason
from bocli.widgets.keyset_table import KeysetTable
from core.anti_fraud import BLOCK_KINDS, BLOCK_STATES, blocks_select, named
from core.db.keyset import Keyset
from core.texts import date_time, t
from screens.parts.block_words import target_text, until_text
from screens.parts.blocking import BlockForm, send_block
from screens.parts.columns import ZONE, Column
from screens.parts.hand_in import hand_in
from screens.parts.listing import Listing
from screens.parts.request import Request

TARGETS = ("client", "coin", "operation")


def _target(row: Any) -> str:
    return target_text(row.client, row.serial, row.operation_id, row.direction)


class Blocks(Listing):
    """Enter shows the client with all their actions; F6 asks to lift a block, F7 shows the request that waits."""

    SECTION = "blocks"
    LIST = "blocks"
    EMPTY = "blocks.empty"
    SELECT = staticmethod(blocks_select)
    COLUMNS = (
        Column("number", "blocks.number", 6, lambda r: str(r.id), kind="number", field="id", right=True, sort=("id",)),
        Column("of", "blocks.of", 0, _target),
        Column("target", "blocks.target", 10, lambda r: t(f"blocks.target.{r.target}"), kind="choice", field="target",
               options=tuple((each, f"blocks.target.{each}") for each in TARGETS), chosen=False),
        Column("client", "applications.client", 20, lambda r: r.client or "", field="client", from_width=150),
        Column("email", "coins.email", 26, lambda r: r.email or "", field="email", chosen=False),
        Column("serial", "coins.serial", 12, lambda r: r.serial or "", field="serial", chosen=False),
        Column("operation", "coin.operation", 9, lambda r: str(r.operation_id or ""), kind="number",
               field="operation_id", right=True, chosen=False),
        Column("kind", "blocks.kind", 17, lambda r: t(f"blocks.kind.{r.kind}"), kind="choice", field="kind",
               options=tuple((each, f"blocks.kind.{each}") for each in BLOCK_KINDS), from_width=100),
        Column("reason", "blocks.reason", 24, lambda r: r.reason, field="reason", chosen=False),
        Column("made", "blocks.made_at", 16, lambda r: date_time(r.made_at, ZONE), kind="moment", field="made_at",
               from_width=100),
        Column("made_by", "blocks.made_by", 20, lambda r: r.made_by, field="made_by", chosen=False),
        Column("until", "blocks.until", 16, lambda r: until_text(r.expires_at), kind="moment", field="expires_at"),
        Column("state", "blocks.state", 16, lambda r: t(f"blocks.state.{r.state}"), kind="choice", field="state",
               options=tuple((each, f"blocks.state.{each}") for each in BLOCK_STATES)),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()

    def plain(self, keyset: Keyset, text: str) -> Keyset:
        if text.isascii() and text.isdigit() and len(text) < 19:
            found = keyset.where("id operation_id", "=", int(text))
            return keyset.where("serial", "=", text) if len(text) == 12 else found
        return keyset.where("client_key email reason", "contains", text)

    def blocked(self, action_id: str) -> str | None:
        verb, row = action_id.removeprefix("blocks."), self.row
        if verb not in ("lift", "request"):
            return None
        if row is None:
            return "blocked.no_row"
        if verb == "lift" and row.state != "blocked":
            return "blocked.not_blocked"
        return "blocked.no_lift_request" if verb == "request" and row.request_id is None else None

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        row = event.item.thing
        if row.client_id is not None and "client:read" in self.person.permissions:
            self.open("screens.client:ClientScreen", row.client_id, then=lambda _: self.act_refresh())

    def act_request(self) -> None:
        self.open(
            "screens.change_request:ChangeRequestScreen",
            self.row.request_id,
            then=lambda _: self.act_refresh(),
        )

    def act_lift(self) -> None:
        self.work(self._lift(self.row))

    async def _lift(self, row: Any) -> None:
        reason: Any = await self.app.push_screen_wait(Reason(t("blocks.lift"), words=t("blocks.lift.words")))
        if reason is not None:
            payload = {"block_id": row.id, "reason": reason}
            said = await hand_in(self, "unblock", payload, {}, self.request)
            if said:
                self.act_refresh()
                self.say(said)

    def act_new(self) -> None:
        self.work(self._new())

    async def _new(self) -> None:
        form = BlockForm(t("blocks.new.words"), directions=True, named=True)
        values: Any = await self.app.push_screen_wait(form)
        if values is None:
            return
        target = await self.call(lambda db: named(db, values["named"]))
        if target is not None and await send_block(self, self.request, values, target):
            self.act_refresh()
