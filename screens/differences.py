"""What closed days are over or short (ACC-2): each is resolved once, by a loss, a debt, a gain or a client's money."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.confirm import ConfirmAmount
from bocli.widgets.dialog import Words
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from core.cash_desk import ResolveDifference, differences, resolve_difference
from core.clients import Coin
from core.db.keyset import Keyset
from core.errors import Invalid
from core.texts import date, t
from screens.parts.finds_client import FIELDS, FindsClient
from screens.parts.rows import Column, Rows
from screens.parts.words import issuer, money

WAYS = {"SHORT": ("loss", "debt"), "OVER": ("gain", "wallet")}
WITH_CLIENT = ("debt", "wallet")
COLUMNS = (
    Column("desk.cash_date", 10, lambda row: date(row.cash_date)),
    Column("desk.name", 0, lambda row: row.desk),
    Column("desk.cashier", 24, lambda row: row.cashier, from_width=110),
    Column("desk.z", 6, lambda row: str(row.z_number or ""), right=True),
    Column("differences.kind", 12, lambda row: t(f"difference.{row.kind.lower()}")),
    Column("money.amount", 16, lambda row: money(row.amount, row.issuer, row.scale), right=True),
)


class Differences(Section[None]):
    """Enter resolves one."""

    SECTION = "differences"

    def body(self) -> ComposeResult:
        yield KeysetTable(
            Rows(lambda: self.db, Keyset(differences), COLUMNS, width=self.app.size.width),
            empty="differences.empty",
        )

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        if "difference:resolve" in self.person.permissions:
            self.app.push_screen(Resolve(event.item.thing), self._resolved)
        else:
            self.note(t("blocked.not_yours"))

    def _resolved(self, done: bool | None) -> None:
        if done:
            self.say(t("differences.done"))
            self.query_one(KeysetTable).reload()


class Asked(Form):
    """A field that is not shown is not asked for."""

    def values(self) -> dict[str, Any] | None:
        every = self.labelled
        self.labelled = {name: each for name, each in every.items() if each.display}
        try:
            return super().values()
        finally:
            self.labelled = every


class Resolve(FindsClient[bool]):
    """How, to whom, and why; then the amount is typed again and a fresh code asked for."""

    SECTION = "resolve"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row

    def body(self) -> ComposeResult:
        row = self.row
        said = t(
            f"resolve.{row.kind.lower()}",
            amount=money(row.amount, row.issuer, row.scale),
            desk=row.desk,
            date=date(row.cash_date),
            cashier=row.cashier,
        )
        yield Words(said)
        ways = [(way, t(f"resolve.way.{way}")) for way in WAYS[row.kind]]
        yield Asked(
            ("way", t("resolve.way"), Choice(ways)),
            *self.client_fields(),
            ("reason", t("reason.label"), Field(check=_reason, limit=500)),
        )
        yield Lines(id="client")

    def on_mount(self) -> None:
        self._way()
        self.form.focus_first()

    def usable(self, coin: Coin) -> bool:
        return coin.issuer == self.row.issuer and not coin.closed

    def after_client(self, one_wallet: bool) -> str:
        return "reason" if one_wallet else "wallet"

    def on_choice_changed(self, event: Choice.Changed) -> None:
        super().on_choice_changed(event)
        self._way()

    def _way(self) -> None:
        """Only a debt and a client's money need a client."""
        needed = self.form.field("way").value in WITH_CLIENT
        for name in ("client", "wallet"):
            self.form.labelled[name].display = needed
            field = self.form.field(name)
            field.can_focus = needed and (name == "client" or len(field.options) > 1)

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._resolve(event.values))

    async def _resolve(self, values: dict[str, Any]) -> None:
        row, coin = self.row, values.get("wallet")
        words = t(f"resolve.sure.{values['way']}", client=self.client.name if self.client and coin else "")
        unit = issuer(row.issuer, row.scale)
        if not await self.app.push_screen_wait(ConfirmAmount(t("resolve.title"), words, row.amount, unit)):
            return
        request = ResolveDifference(
            self.form.key,
            row.day_id,
            row.issuer,
            values["way"],
            values["reason"],
            coin.coin_id if coin else None,
        )
        fields = {**FIELDS, "reason": "reason", "difference": "way"}
        if (
            await self.call(lambda db: resolve_difference(db, request), writes=self.form, fields=fields)
            is not None
        ):
            self.finish(True)


def _reason(text: str) -> str:
    if len(text) < 5:
        raise Invalid("reason.too_short", {"letters": 5})
    return text
