"""Finding a client at the counter, and choosing among those found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult

from bocli.keys import Acting, bindings
from bocli.widgets.dialog import Dialog
from bocli.widgets.lines import Lines, Row
from bocli.widgets.shown import fitted
from core.clients import Client, Coin
from core.money import Issuer
from core.text import cells
from core.texts import amount, t


def unit_of(coin: Coin) -> Issuer:
    """The unit of a wallet."""
    return Issuer(coin.issuer, coin.issuer_name, coin.symbol, coin.scale, coin.issuer_kind)  # type: ignore[arg-type]


def wallet_in_words(coin: Coin) -> str:
    """A wallet: unit, serial, what is available."""
    return f"{coin.issuer} {coin.serial} · {amount(coin.available, unit_of(coin), 'none')}"


def standing(client: Client) -> list[tuple[str, str]]:
    """What must be seen of a client before money moves, as (style, word)."""
    identified = (
        ("good", t("client.identified")) if client.identified else ("warn", t("client.not_identified"))
    )
    return [("bad", t("client.blocked")), identified] if client.blocked else [identified]


class Picks(Acting, Lines, can_focus=True):
    """A few lines, one of them chosen by the arrows; Enter takes it."""

    SCOPES: ClassVar[tuple[str, ...]] = ("pick",)
    BINDINGS: ClassVar[list[Any]] = bindings("pick")
    DEFAULT_CSS = "Picks { height: auto; }"

    def __init__(self, lines: Sequence[tuple[str, str]], most: int = 16) -> None:
        """lines: what stands at the left and at the right of each; most: how many are seen at a time."""
        super().__init__()
        self.lines, self.at, self.most = list(lines), 0, most

    def rows(self, width: int) -> list[Row]:
        # What stands at the right says who it is (phone, e-mail), so it gets what it needs.
        right_room = min(max((cells(right) for _, right in self.lines), default=0), width - 16)
        half = width - right_room - 1
        top = max(0, self.at - self.most + 1)
        return [
            [
                ("cursor" if at == self.at else "", fitted(left, half)),
                ("", " "),
                ("dim", fitted(right, right_room)),
            ]
            for at, (left, right) in enumerate(self.lines[top : top + self.most], top)
        ]

    def _move(self, by: int) -> None:
        self.at = max(0, min(self.at + by, len(self.lines) - 1))
        self.changed()

    def act_down(self) -> None:
        self._move(1)

    def act_up(self) -> None:
        self._move(-1)

    def act_take(self) -> None:
        screen: Any = self.screen
        screen.take(self.at)


class Choose(Dialog[int]):
    """One of several things, by its place; None when left."""

    DO = None

    def __init__(self, title: str, lines: Sequence[tuple[str, str]]) -> None:
        super().__init__(title)
        self.lines = lines

    def body(self) -> ComposeResult:
        yield Picks(self.lines)

    def take(self, at: int) -> None:
        """This one."""
        self.dismiss(at)


def choose_client(clients: Sequence[Client]) -> Choose:
    """The dialog in which one of several clients is chosen."""
    lines = [(each.name, " · ".join(filter(None, (each.phone, each.email)))) for each in clients]
    return Choose(t("client.choose"), lines)
