"""Pay a redeem request (CSH-2): by its number or its client; document and pieces; what will be posted; the receipt."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult

from bocli.keys import bindings
from bocli.widgets.count_grid import CountGrid, Drawer
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.preview import Facts, PostingLine, PreviewDialog
from bocli.widgets.section import Section
from core import redeem
from core.cash_desk import DeskDay, home
from core.errors import Invalid
from core.redeem import AtDesk, Pay
from core.texts import amount, date_time, t
from screens.parts.cash_counter import notes_in_words
from screens.parts.facts import fact_rows
from screens.parts.paper import paper_of_receipt
from screens.parts.redeem_finding import request_of_client
from screens.parts.status import show_words
from screens.parts.words import account, issuer, money, signed, state
from screens.withdraw import KINDS, document_number

#: Longer numbers are phones and wallets; a request's number may also be written after a #.
NUMBER = re.compile(r"#\d{1,15}|\d{1,8}")
FIELDS = {
    "redeem": "number", "client": "number", "coin": "number", "operation": "number", "issuer": "number",
    "organization": "number", "cash": "number", "document": "document",
}  # fmt: skip
"""Which refusal stands under which field."""


class Pieces(CountGrid):
    """What is counted out; F2 goes on from here as from the form."""

    SCOPES: ClassVar[tuple[str, ...]] = ("pieces", "count")
    BINDINGS = bindings("pieces", "count")

    def act_go_on(self) -> None:
        screen: Any = self.screen
        screen.form.act_go_on()


class RedeemPay(Section[None]):
    """One request after another. Nothing moves before the preview was seen and F10 pressed there."""

    SECTION = "redeem_pay"
    DEFAULT_CSS = "RedeemPay Form { max-height: 8; } RedeemPay CountGrid { min-height: 4; }"
    day: DeskDay | None = None
    found: AtDesk | None = None
    _looked_up = ""

    def __init__(self, number: int | None = None) -> None:
        super().__init__()
        self.first = number

    def body(self) -> ComposeResult:
        yield Lines(id="day")
        yield Form(
            ("number", t("redeem_pay.number"), Field(check=self._check, limit=100)),
            ("document_kind", t("withdraw.document_kind"), Choice([(x, t(f"document.{x}")) for x in KINDS])),
            ("document", t("withdraw.document_number"), Field(check=document_number, limit=40, classes="-middle")),
        )  # fmt: skip
        yield Lines(id="request")

    @property
    def form(self) -> Form:
        """The one form of this screen."""
        return self.query_one(Form)

    def on_mount(self) -> None:
        self.form.focus_first()
        self.work(self._begin())

    async def _begin(self) -> None:
        found = await self.call(home)
        if found is None:
            return
        self.day = found.day
        style, said = "warn", t("counter.no_day")
        if self.day is not None and self.day.state == "open":
            style, said = "dim", t("redeem_pay.day", desk=self.day.desk)
        elif self.day is not None:
            said = t("counter.day_not_open", state=state(self.day.state))
        show_words(self.query_one("#day", Lines), said, style)
        if self.first is not None:
            number, self.first = f"#{self.first}", None
            self.form.field("number").value = number
            await self._find(number)

    def refresh_section(self) -> None:
        self.work(self._begin())

    # Which request.

    def _check(self, text: str) -> str:
        if self.found is None or text != self._looked_up:
            raise Invalid("redeem.look_up")
        return text

    def on_form_left(self, event: Form.Left) -> None:
        if event.name == "number":
            self._look_up()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if event.widget is self.form.field("number"):
            self._look_up()

    def _look_up(self) -> None:
        text = self.form.field("number").value.strip()
        if text and text != self._looked_up:
            self.work(self._find(text))

    async def _find(self, text: str) -> None:
        day = self.day
        if day is None:
            self.show_error(t("counter.no_day"))
            return
        await self._take(None, "")
        number = (
            int(text.lstrip("#")) if NUMBER.fullmatch(text) else await request_of_client(self, text, FIELDS)
        )
        if number is None:
            self.form.field("number").focus()
            return
        found = await self.call(
            lambda db: redeem.at_desk(db, day.day_id, number), form=self.form, fields=FIELDS
        )
        if found is not None:
            await self._take(found, text)
            self.form.show_errors({})
            self.form.field("document_kind").focus()

    async def _take(self, found: AtDesk | None, text: str) -> None:
        """Show a request and a grid for its pieces; None: nobody is at the counter."""
        self.found, self._looked_up = found, text
        await self.query(CountGrid).remove()
        if found is not None:
            unit = issuer(found.issuer, found.scale)
            await self.mount(Pieces([Drawer(unit, found.denominations)]), after=self.query_one("#request"))
            self.act_suggest()
        self._show()
        self.refresh_bindings()

    def _show(self) -> None:
        found, lines = self.found, self.query_one("#request", Lines)
        if found is None:
            lines.show()
            return
        zone = self.day.time_zone if self.day else "UTC"
        cash = money(found.cash, found.issuer, found.scale)
        given = self.query_one(CountGrid).total(found.issuer)
        left = found.cash - given
        approved = f"{date_time(found.approved_at, zone)} · {found.approved_by}"
        lines.show(
            "",
            [("head", f"{found.request_id} · {found.client} · {found.serial}")],
            *fact_rows([(t("counter.cash_out"), cash), (t("redeem_pay.approved"), approved)]),
            [("good", t("redeem_pay.exact"))]
            if not left
            else [("warn", t("redeem_pay.left", left=signed(left, found.issuer, found.scale)))],
        )

    def on_count_grid_changed(self, event: CountGrid.Changed) -> None:
        self._show()

    def blocked(self, action_id: str) -> str | None:
        return (
            "blocked.no_request_found" if action_id.startswith("redeem_pay.") and self.found is None else None
        )

    def act_suggest(self) -> None:
        """The largest pieces first; where they cannot make up the cash, every row is left empty."""
        found = self.found
        if found is not None:
            pieces = found.suggested() or dict.fromkeys(found.denominations)
            for each in found.denominations:
                self.query_one(CountGrid).set_pieces(found.issuer, each, pieces[each])
            self._show()

    # Paying it.

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._go_on(event.values))

    async def _go_on(self, values: dict[str, Any]) -> None:
        found, day = self.found, self.day
        if found is None or day is None:
            return
        grid = self.query_one(CountGrid)
        pieces = {each: count for (_, each), count in grid.pieces.items() if count}
        if grid.total(found.issuer) != found.cash:
            grid.focus()
            self.show_error(t("redeem_pay.not_exact", cash=money(found.cash, found.issuer, found.scale)))
            return
        if not await self.app.push_screen_wait(
            PreviewDialog(t("redeem_pay.preview"), self._facts(found, pieces))
        ):
            return
        document = f"{values['document_kind']} {values['document']}"
        asked = Pay(self.form.key, day.day_id, found.request_id, document, pieces)
        done = await self.call(lambda db: redeem.pay(db, asked), writes=self.form, fields=FIELDS)
        if done is not None:
            await self._take(None, "")
            self.form.clear()
            self.app.push_screen(paper_of_receipt(done))

    def _facts(self, found: AtDesk, pieces: dict[int, int]) -> Facts:
        unit = issuer(found.issuer, found.scale)
        return Facts(
            rows=[
                (t("redeem_request.title"), str(found.request_id)),
                (t("counter.client"), f"{found.client} · {found.serial}"),
            ],
            postings=[
                PostingLine(account(x.debit_kind, x.debit_of), account(x.credit_kind, x.credit_of), x.amount, unit)
                for x in found.lines
            ],
            after=[
                (t("money.commission"), amount(found.commission, unit)),
                (t("counter.balance_after"), amount(found.balance, unit)),
                (t("counter.cash_out"), amount(found.cash, unit)),
                *_counted_out(pieces, unit),
            ],
        )  # fmt: skip


def _counted_out(pieces: dict[int, int], unit: Any) -> list[tuple[str, str]]:
    """The pieces, a few to a line, so that none is cut."""
    found = sorted(pieces.items(), reverse=True)
    lines = [notes_in_words(found[at : at + 3], unit) for at in range(0, len(found), 3)]
    return [(t("withdraw.notes") if at == 0 else "", each) for at, each in enumerate(lines)]
