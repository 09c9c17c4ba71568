"""Where an account is logged in: its last sessions, the open ones to be ended one by one or together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from textual.app import ComposeResult

from bocli.widgets.confirm import Confirm
from bocli.widgets.dialog import Words
from bocli.widgets.keyset_table import Item, KeysetTable
from bocli.widgets.section import Section
from core.staff import OwnSession
from core.texts import date_time, n, t
from screens.parts.log_text import ZONE
from screens.parts.request import Request, done


class Account(Protocol):
    """Whose sessions: how they are asked for, and how one is ended under a request's key."""

    title: str

    def ask(self, db: Any) -> Sequence[OwnSession]:
        """The last sessions, newest first."""
        ...

    def end(self, db: Any, key: UUID, session_id: int) -> None:
        """End one."""
        ...


class Few:
    """A list of what one call answers: twenty at most, so there is one window."""

    headers: Sequence[str]
    widths: Sequence[int] = (17, 17, 0, 18)
    right: frozenset[int] = frozenset()

    def __init__(self, ask: Callable[[], Sequence[OwnSession]]) -> None:
        self.ask = ask
        self.headers = [t("sessions.opened"), t("sessions.seen"), t("sessions.from"), t("sessions.state")]

    def estimate(self) -> int:
        """Nothing is counted."""
        return 0

    def fetch(self, edge: Hashable | None, limit: int, backwards: bool) -> list[Item]:
        """All of them, or nothing after that."""
        found = [] if edge is not None else list(self.ask())
        return [Item(each.id, _cells(each), each) for each in (reversed(found) if backwards else found)]


def state_of(session: OwnSession) -> str:
    """A session's state as a word."""
    if session.ended_at is not None:
        return t("sessions.ended")
    if session.current:
        return t("sessions.this")
    return t("sessions.locked") if session.locked else t("sessions.open")


def address_in_words(address: str | None) -> str:
    """Where a session came from; a connection by the server's own socket has no address."""
    return address or t("sessions.local")


def address_of(session: OwnSession) -> str:
    """The same, of a session."""
    return address_in_words(session.from_address)


def _cells(session: OwnSession) -> tuple[str, ...]:
    opened, seen = date_time(session.opened_at, ZONE), date_time(session.last_seen, ZONE)
    return opened, seen, address_of(session), state_of(session)


class Sessions(Section[None]):
    """Enter ends one, F8 all that are open but this one."""

    SECTION = "sessions"
    DEFAULT_CSS = "Sessions Words { padding: 0 1; }"

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account, self.request = account, Request()
        self.found: Sequence[OwnSession] = ()

    def crumb(self) -> str:
        return self.account.title

    def body(self) -> ComposeResult:
        yield Words(t("sessions.words"))
        yield KeysetTable(Few(self._ask), empty="sessions.empty")

    def _ask(self) -> Sequence[OwnSession]:
        self.found = self.account.ask(self.db)
        return self.found

    def _open(self) -> list[OwnSession]:
        return [each for each in self.found if each.ended_at is None and not each.current]

    def blocked(self, action_id: str) -> str | None:
        return "blocked.no_session" if action_id == "sessions.end_all" and not self._open() else None

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        session: OwnSession = event.item.thing
        if session.ended_at is not None:
            self.note(t("blocked.session_ended"))
        elif session.current:
            self.note(t("blocked.this_session"))
        else:
            words = t("sessions.end_sure", address=address_of(session), at=date_time(session.opened_at, ZONE))
            self.work(self._end([session], words))

    def act_end_all(self) -> None:
        """All that are open, except the one that is asking."""
        found = self._open()
        self.work(self._end(found, n("sessions.end_all_sure", len(found))))

    def _end_one(self, db: Any, session_id: int) -> None:
        self.account.end(db, self.request.key, session_id)

    async def _end(self, sessions: Sequence[OwnSession], words: str) -> None:
        if not await self.app.push_screen_wait(Confirm(t("sessions.end_title"), words)):
            return
        ended = 0
        for each in sessions:
            end = partial(self._end_one, session_id=each.id)
            if not await self.call(done(end), writes=self.request):
                break
            ended += 1
        if ended:
            self.say(n("sessions.done", ended))
        self.query_one(KeysetTable).reload()
