"""An organization (ADM-4): facts, state, members and their coins."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.ask import Ask, Reason
from bocli.widgets.confirm import Confirm
from bocli.widgets.lines import Lines, Row
from bocli.widgets.section import Section
from core.clients import find
from core.organizations import Member, OrganizationDetail, detail, move, set_member
from core.texts import date_time, n, t
from screens.parts.client import Choose, Picks, choose_client
from screens.parts.facts import fact_rows
from screens.parts.paper import Sheet
from screens.parts.request import Request, done
from screens.parts.words import money


class OrganizationScreen(Section[None]):
    """Up and Down choose a member, Enter opens them."""

    SECTION = "organization"
    found: OrganizationDetail | None = None

    def __init__(self, organization_id: int) -> None:
        super().__init__()
        self.organization_id = organization_id
        self.request = Request()

    def body(self) -> ComposeResult:
        with Sheet():
            yield Lines(id="facts")
            yield Picks([], most=10)
            yield Lines(id="coins")

    def crumb(self) -> str:
        return self.found.name if self.found else t("organization.title")

    def on_mount(self) -> None:
        self.query_one(Picks).focus()
        self.refresh_section()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(lambda db: detail(db, self.organization_id))
        if found is None or not self.is_mounted:
            return
        self.found = found
        self.query_one("#facts", Lines).show(*facts(found))
        picks = self.query_one(Picks)
        picks.lines = [
            (each.name, " · ".join(filter(None, (each.phone, each.email)))) for each in found.members
        ]
        picks.at = min(picks.at, max(0, len(picks.lines) - 1))
        picks.refresh(layout=True)
        picks.changed()
        self.query_one("#coins", Lines).show(*coins(found))
        self.loaded()

    @property
    def member(self) -> Member | None:
        """The member under the cursor."""
        picks = self.query(Picks)
        found, at = self.found, picks.first().at if picks else 0
        return found.members[at] if found and at < len(found.members) else None

    def take(self, at: int) -> None:
        """Enter on a member."""
        if self.member is not None and "client:read" in self.person.permissions:
            self.open(
                "screens.client:ClientScreen", self.member.client_id, then=lambda _: self.refresh_section()
            )

    def blocked(self, action_id: str) -> str | None:
        if action_id.startswith("organization.") and self.found is None:
            return "blocked.not_loaded"
        if action_id == "organization.state" and self.found is not None and not self.found.moves:
            return "blocked.organization_closed"
        return "blocked.no_row" if action_id == "organization.remove" and self.member is None else None

    def act_edit(self) -> None:
        self.open("screens.organization_form:OrganizationForm", self.found, then=self._changed)

    def _changed(self, changed: int | None) -> None:
        if changed is not None:
            self.say(t("organization.changed"))
        self.refresh_section()

    def act_state(self) -> None:
        self.work(self._state())

    async def _state(self) -> None:
        found = self.found
        if found is None:
            return
        ways = [(t(f"organization.move.{each}"), t(f"organizations.state.{each}")) for each in found.moves]
        at: Any = await self.app.push_screen_wait(Choose(t("organization.state.title"), ways))
        if at is None:
            return
        state = found.moves[at]
        reason: Any = await self.app.push_screen_wait(
            Reason(t(f"organization.move.{state}"), words=t(f"organization.move.{state}.words"))
        )
        if reason is None:
            return
        act = done(lambda db: move(db, self.request.key, found.id, state, reason))
        await self._do(act, t("organization.moved", state=t(f"organizations.state.{state}")))

    async def _do(self, act: Any, said: str) -> None:
        if await self.call(act, writes=self.request):
            self.say(said)
            await self._ask()

    def act_add(self) -> None:
        self.work(self._add())

    async def _add(self) -> None:
        text = await self.app.push_screen_wait(
            Ask(t("organization.add.title"), t("counter.client"), words=t("organization.add.words"))
        )
        if not text:
            return
        clients = await self.call(lambda db: find(db, text))
        if clients is None:
            return
        if not clients:
            self.show_error(t("error.client.none_found"))
            return
        at = await self.app.push_screen_wait(choose_client(clients))
        if at is not None:
            client = clients[at]
            act = done(
                lambda db: set_member(
                    db, self.request.key, self.organization_id, client.client_id, member=True
                )
            )
            await self._do(act, t("organization.added", name=client.name))

    def act_remove(self) -> None:
        self.work(self._remove(self.member))

    async def _remove(self, member: Member | None) -> None:
        if member is None or not await self.app.push_screen_wait(
            Confirm(t("organization.remove.title"), t("organization.remove.words", name=member.name))
        ):
            return
        act = done(
            lambda db: set_member(db, self.request.key, self.organization_id, member.client_id, member=False)
        )
        await self._do(act, t("organization.removed", name=member.name))


def facts(found: OrganizationDetail) -> list[Row | str]:
    """The facts, and the heading of the members."""
    tone = {"active": "good", "suspended": "warn"}.get(found.state, "bad")
    rows = [
        (t("organizations.kind"), t(f"organizations.kind.{found.kind}")),
        (t("organizations.contract"), found.contract or t("organizations.no_contract")),
        (t("organizations.registration"), found.registration or "-"),
        (t("organizations.address"), found.address or "-"),
        (t("organizations.since"), date_time(found.created_at, "UTC")),
    ]
    head: Row = [("head", found.name), ("", "  "), (tone, f"[{t(f'organizations.state.{found.state}')}]")]
    sums = [
        (t("organization.held", issuer=each.issuer), money(each.balance, each.issuer, each.scale))
        for each in found.sums
    ]
    return [
        head,
        "",
        *fact_rows([*rows, *sums]),
        "",
        [("head", n("organization.members", found.member_count))],
    ]


def coins(found: OrganizationDetail) -> list[Any]:
    """The members' coins, a line each."""
    rows: list[Any] = ["", [("head", n("client.coins", len(found.coins)))]]
    for each in found.coins:
        amount = money(each.balance, each.issuer, each.scale)
        rows.append([("dim", f"{each.serial}  "), ("", f"{each.client}  "), ("", amount)])
    return rows
