"""A client (ADM-1): facts, what stands in the way, coins, the newest operations."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.ask import Ask, Reason
from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from core.clients import ClientDetail, Coin, Operation, detail, switch
from core.coins import open_coin
from core.texts import LANGUAGES, date, date_time, n, t
from screens.parts.blocking import block
from screens.parts.client import Picks
from screens.parts.facts import fact_rows
from screens.parts.paper import Sheet
from screens.parts.request import Request, done
from screens.parts.words import money


class ClientScreen(Section[None]):
    """Up and Down choose a coin, Enter opens it."""

    SECTION = "client"
    found: Any = None

    def __init__(self, client_id: int) -> None:
        super().__init__()
        self.client_id = client_id
        self.request = Request()

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(id="facts")
            yield Picks([], most=8)
            yield Lines(id="operations")

    def crumb(self) -> str:
        return self.found.name if self.found else t("client.title")

    def on_mount(self) -> None:
        self.query_one(Picks).focus()
        self.refresh_section()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(lambda db: detail(db, self.client_id))
        if found is None or not self.is_mounted:
            return
        self.found = found
        self.query_one("#facts", Lines).show(*facts(found))
        picks = self.query_one(Picks)
        picks.lines = [_coin(each) for each in found.coins]
        picks.at = min(picks.at, max(0, len(picks.lines) - 1))
        picks.refresh(layout=True)
        picks.changed()
        self.query_one("#operations", Lines).show(*operations(found.operations))
        self.loaded()

    def take(self, at: int) -> None:
        """Enter on a coin."""
        if self.found is not None and self.found.coins and "coin:list" in self.person.permissions:
            self.open(
                "screens.coin:CoinScreen",
                self.found.coins[at].coin_id,
                then=lambda _: self.refresh_section(),
            )

    def blocked(self, action_id: str) -> str | None:
        if self.found is None and action_id.startswith("client."):
            return "blocked.not_loaded"
        return None

    def act_block(self) -> None:
        self.work(self._block())

    async def _block(self) -> None:
        what = t("blocks.of_client", name=self.found.name)
        if await block(self, self.request, what, client_id=self.client_id):
            await self._ask()

    def act_edit(self) -> None:
        self.open("screens.client_form:ClientEdit", self.found, then=self._done)

    def _done(self, changed: bool | None) -> None:
        if changed:
            self.say(t("client.changed"))
        self.refresh_section()

    def act_switch(self) -> None:
        self.work(self._switch())

    async def _switch(self) -> None:
        found = self.found
        if found is None:
            return
        key = "client.switch_off" if found.active else "client.switch_on"
        reason: Any = await self.app.push_screen_wait(
            Reason(t(key), words=t(f"{key}.words", name=found.name))
        )
        if reason is None:
            return
        act = done(
            lambda db: switch(db, self.request.key, found.client_id, active=not found.active, reason=reason)
        )
        if await self.call(act, writes=self.request):
            self.say(t("client.switched_off" if found.active else "client.switched_on"))
            await self._ask()

    def act_coin(self) -> None:
        self.work(self._open_coin())

    async def _open_coin(self) -> None:
        code = await self.app.push_screen_wait(Ask(t("client.open_coin"), t("money.currency")))
        if not code:
            return
        code = code.strip().upper()
        made = await self.call(
            lambda db: open_coin(db, self.request.key, self.client_id, code), writes=self.request
        )
        if made is not None:
            self.say(t("client.coin_opened", issuer=code))
            await self._ask()


def facts(found: ClientDetail) -> list[Row | str]:
    """The facts, what stands in the way first."""
    words: Row = [("head", found.name), *_standing(found)]
    rows = [
        (t("clients.number"), str(found.client_id)),
        (t("clients.kind"), t(f"clients.kind.{found.kind}")),
        (t("clients.email"), found.email or "-"),
        (t("clients.phone"), found.phone or "-"),
        (t("clients.organization"), found.organization or "-"),
        (t("clients.contract"), found.contract or "-"),
        (t("clients.identification"), _identification(found)),
        (t("clients.language"), LANGUAGES.get(found.language or "", "-")),
        (t("clients.time_zone"), found.time_zone),
        (t("clients.since"), date_time(found.created_at, found.time_zone)),
    ]
    return [words, "", *fact_rows(rows), "", [("head", n("client.coins", len(found.coins)))]]


def _standing(found: ClientDetail) -> list[tuple[str, str]]:
    said = [] if found.active else [("bad", t("clients.status.off"))]
    said += [("bad", t("clients.status.blocked"))] if found.blocked else []
    key = "clients.status.identified" if found.identified else "clients.status.not_identified"
    said.append(("good" if found.identified else "warn", t(key)))
    return [run for each in said for run in (("", "  "), each)]


def _identification(found: ClientDetail) -> str:
    said = t(f"identification.{found.identification}")
    until = found.identified_until
    return said if until is None else f"{said} · {t('client.until', day=date(until))}"


def _coin(coin: Coin) -> tuple[str, str]:
    words = [f"{coin.issuer} {coin.serial}"]
    words += [t("coins.closed")] if coin.closed else []
    words += [] if coin.incoming else [t("coins.no_incoming")]
    words += [] if coin.outgoing else [t("coins.no_outgoing")]
    held = f" ({t('coins.held_of', amount=money(coin.held, coin.issuer, coin.scale))})" if coin.held else ""
    return " · ".join(words), money(coin.available, coin.issuer, coin.scale) + held


def operations(found: tuple[Operation, ...]) -> list[Any]:
    """The newest operations, a line each."""
    rows: list[Any] = ["", [("head", n("client.operations", len(found)))]]
    for each in found:
        when, what = date_time(each.at, "UTC"), t(f"operation.{each.kind}")
        amounts = money(each.amount, each.issuer, each.scale)
        rows.append([("dim", f"{each.id:>8}  {when}  "), ("", f"{what}  "), ("", amounts)])
    return rows
