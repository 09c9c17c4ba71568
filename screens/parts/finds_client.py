"""A section whose form begins with a client and one of the client's wallets."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from textual import events

from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from core.clients import Client, Coin, find
from core.errors import Invalid
from core.texts import t
from screens.parts.client import choose_client, standing, unit_of, wallet_in_words

Result = TypeVar("Result")
FIELDS = {"client": "client", "coin": "wallet", "issuer": "wallet", "term": "wallet"}
"""Which refusal stands under which field."""


class FindsClient(Section[Result], Generic[Result]):
    """The client is looked up when the field is left; several found are chosen from. The body has a Form that
    begins with `client_fields()`, and Lines with the id "client", where the client's standing is shown."""

    client: Client | None = None
    _looked_up = ""

    def client_fields(self) -> list[tuple[str, str, Any]]:
        """The form's first two fields."""
        return [
            ("client", t("counter.client"), Field(check=self._found, limit=100)),
            ("wallet", t("counter.wallet"), Choice([])),
        ]

    def usable(self, coin: Coin) -> bool:
        """May this wallet be chosen here?"""
        return coin.cash and not coin.closed

    def after_client(self, one_wallet: bool) -> str:
        """The field that comes next, when the client is found."""
        return "amount" if one_wallet else "wallet"

    @property
    def form(self) -> Form:
        """The one form of this screen."""
        return self.query_one(Form)

    def _found(self, text: str) -> str:
        if self.client is None or text != self._looked_up:
            raise Invalid("client.look_up")
        return text

    def on_form_left(self, event: Form.Left) -> None:
        if event.name == "client":
            self._look_up()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if event.widget is self.form.field("client"):
            self._look_up()

    def _look_up(self) -> None:
        text = self.form.field("client").value.strip()
        if text and text != self._looked_up:
            self.work(self._find(text))

    async def _find(self, text: str) -> None:
        found = await self.call(lambda db: find(db, text), form=self.form, fields=FIELDS)
        if found is None:
            return
        if not found:
            self.forget_client()
            self.form.show_errors({"client": Invalid("client.none_found")})
            return
        at: int | None = 0
        if len(found) > 1:
            at = await self.app.push_screen_wait(choose_client(found))
        if at is not None:
            self._take(found[at], text)
        else:
            self.form.field("client").focus()

    def _take(self, client: Client, text: str) -> None:
        self.client, self._looked_up = client, text
        coins = [coin for coin in client.coins if self.usable(coin)]
        self._offer(coins)
        self.form.show_errors({})
        self.show_client()
        self.form.field(self.after_client(len(coins) < 2)).focus()

    def forget_client(self) -> None:
        """Nobody is at the counter."""
        self.client, self._looked_up = None, ""
        self._offer([])
        self.show_client()

    def _offer(self, coins: list[Coin]) -> None:
        choice: Choice = self.form.field("wallet")
        choice.set_options([(coin, wallet_in_words(coin)) for coin in coins])
        choice.can_focus = len(coins) > 1
        self.wallet_chosen()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        if event.choice is self.form.field("wallet"):
            self.wallet_chosen()

    def wallet_chosen(self) -> None:
        """The amount, if there is one, is in the wallet's unit."""
        coin: Coin | None = self.form.field("wallet").value
        if "amount" in self.form.labelled:
            self.form.field("amount").set_issuer(unit_of(coin) if coin else None)

    def show_client(self) -> None:
        """Who it is, and what must be seen before money moves."""
        client, lines = self.client, self.query_one("#client", Lines)
        if client is None:
            lines.show()
            return
        words = [run for each in standing(client) for run in (("", "  "), each)]
        reached = " · ".join(filter(None, (client.phone, client.email)))
        notes = [[("warn", t("counter.no_cash_wallet"))]] if self.form.field("wallet").value is None else []
        lines.show("", [("head", client.name), *words], [("dim", reached)], *notes)
