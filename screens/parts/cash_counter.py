"""The counter: a client, a wallet, an amount; what would be posted; the receipt. Top-up and withdrawal are this."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult

from bocli.widgets.amount_field import AmountField
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.preview import Facts, PostingLine, PreviewDialog
from core.cash_desk import CashOperation, DeskDay, Limited, Preview, Receipt, home, preview
from core.clients import Client, Coin
from core.texts import amount, n, t
from screens.parts.cash_limit import application_made, would_break
from screens.parts.client import unit_of
from screens.parts.finds_client import FIELDS as CLIENT_FIELDS
from screens.parts.finds_client import FindsClient
from screens.parts.paper import paper_of_receipt
from screens.parts.status import show_words
from screens.parts.words import account, limit_left, state

FIELDS = {
    **CLIENT_FIELDS,
    "amount": "amount",
    "limit": "amount",
    "funds": "amount",
    "cash": "amount",
    "commission": "amount",
    "document": "document",
}
"""Which refusal stands under which field."""


class CashCounter(FindsClient[None]):
    """One cash operation after another. Nothing moves before the preview was seen and F10 pressed there."""

    KIND: ClassVar[str]
    day: DeskDay | None = None

    def more_fields(self) -> list[tuple[str, str, Any]]:
        """Fields below the amount."""
        return []

    def more_rows(self, planned: Preview) -> list[tuple[str, str]]:
        """What the preview shows beside what both kinds show."""
        return []

    def document(self, values: dict[str, Any]) -> str | None:
        """The identity document that was seen."""
        return None

    def ask(self, db: Any, request: CashOperation) -> Receipt | Limited:
        """The use case."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        yield Lines(id="day")
        yield Form(
            *self.client_fields(),
            ("amount", t("money.amount"), AmountField(None)),
            *self.more_fields(),
        )
        yield Lines(id="client")

    def on_mount(self) -> None:
        self.form.focus_first()
        self.work(self._begin())

    async def _begin(self) -> None:
        found = await self.call(home)
        if found is not None:
            self.day = found.day
            self._show_day()

    def _show_day(self) -> None:
        style, said = "warn", t("counter.no_day")
        if self.day is not None and self.day.state == "open":
            style, said = "dim", t("counter.day", desk=self.day.desk)
        elif self.day is not None:
            said = t("counter.day_not_open", state=state(self.day.state))
        show_words(self.query_one("#day", Lines), said, style)

    def refresh_section(self) -> None:
        self.work(self._begin())

    # The operation.

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._go_on(event.values))

    async def _go_on(self, values: dict[str, Any]) -> None:
        coin, sum_minor, day = values["wallet"], values["amount"], self.day
        if day is None or self.client is None:
            self.show_error(t("counter.no_day"))
            return
        plan = partial(
            preview,
            kind=self.KIND,
            day_id=day.day_id,
            coin_id=coin.coin_id,
            issuer=coin.issuer,
            amount=sum_minor,
        )
        planned = await self.call(plan, form=self.form, fields=FIELDS)
        if planned is None:
            return
        if not await self.app.push_screen_wait(self._shown(self.client, coin, planned)):
            return
        request = CashOperation(
            self.form.key,
            day.day_id,
            coin.coin_id,
            coin.issuer,
            sum_minor,
            planned.commission,
            self.document(values),
        )
        done = await self.call(lambda db: self.ask(db, request), writes=self.form, fields=FIELDS)
        if done is not None:
            self.forget_client()
            self.form.clear()
            if isinstance(done, Limited):
                self.app.push_screen(application_made(done, day.time_zone))
            else:
                self.app.push_screen(paper_of_receipt(done))

    def _shown(self, client: Client, coin: Coin, planned: Preview) -> PreviewDialog:
        """What would be posted; or, where a limit would break, which one, and that an application is made."""
        unit = unit_of(coin)
        rows = [
            (t("counter.client"), f"{client.name} · {coin.serial}"),
            (t("money.amount"), amount(planned.amount, unit)),
        ]
        if planned.broken is not None:
            return would_break(rows, planned.broken, unit, self.KIND)
        return PreviewDialog(t(f"{self.SECTION}.preview"), self._facts(rows, planned, unit))

    def _facts(self, rows: list[tuple[str, str]], planned: Preview, unit: Any) -> Facts:
        cash = "counter.cash_in" if self.KIND == "cash_top_up" else "counter.cash_out"
        return Facts(
            rows=rows,
            postings=[
                PostingLine(
                    account(x.debit_kind, x.debit_of), account(x.credit_kind, x.credit_of), x.amount, unit
                )
                for x in planned.lines
            ],
            after=[
                (
                    t("money.commission"),
                    f"{amount(planned.commission, unit)} · {t(f'payer.{planned.payer}')}",
                ),
                (t("counter.balance_after"), amount(planned.balance_after, unit)),
                *(limit_left(each, unit) for each in planned.limits),
                (t(cash), amount(planned.cash, unit)),
                *self.more_rows(planned),
            ],
        )


def notes_out(cash: int, denominations: tuple[int, ...]) -> list[tuple[int, int]] | None:
    """(denomination, pieces) from the largest down that make up the cash; None when they cannot."""
    found = []
    for each in denominations:
        pieces, cash = divmod(cash, each)
        if pieces:
            found.append((each, pieces))
    return None if cash else found


def notes_in_words(found: list[tuple[int, int]], unit: Any) -> str:
    """Notes and pieces as they are put on the counter."""
    return ", ".join(n("counter.pieces", pieces, each=amount(each, unit, "none")) for each, pieces in found)
