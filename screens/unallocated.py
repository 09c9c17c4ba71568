"""Unallocated money (FEED-2): what came in from the bank and whose it is, looked at one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.fields import Field
from bocli.widgets.form import Form
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines, Row
from bocli.widgets.preview import Facts, PostingLine, PreviewDialog
from bocli.widgets.section import Section
from bocli.widgets.shown import paragraph
from core.bank import Candidate, MatchSeen, candidates, match_receipt, preview_match, unallocated_select
from core.texts import date, t
from screens.parts.columns import Column
from screens.parts.facts import fact_rows
from screens.parts.listing import Listing
from screens.parts.words import account, issuer, money

FIELDS = {
    "coin": "coin", "issuer": "coin", "client": "coin", "organization": "coin", "term": "coin", "commission": "coin",
    "receipt": "coin", "statement_line": "coin",
}  # fmt: skip
SURE = ("serial", "email", "phone")


def _application(row: Any) -> str:
    return t(f"unallocated.application.{row.application_state}") if row.application_state else ""


class Unallocated(Listing):
    """Enter looks whose a receipt is and gives it to a wallet."""

    SECTION = "unallocated"
    LIST = "unallocated"
    EMPTY = "unallocated.empty"
    SELECT = staticmethod(unallocated_select)
    PLAIN = ("counterparty", "remittance")
    COLUMNS = (
        Column("number", "unallocated.number", 7, lambda r: str(r.id), kind="number", field="id", right=True,
               sort=("id",)),
        Column("booked", "statement.booked", 10, lambda r: date(r.booked_on), kind="moment", field="booked_on"),
        Column("party", "statement.party", 0, lambda r: r.counterparty, field="counterparty"),
        Column("text", "statement.text", 36, lambda r: r.remittance, field="remittance", from_width=110),
        Column("amount", "money.amount", 18, lambda r: money(r.amount, r.issuer, r.scale), kind="money",
               field="amount", right=True),
        Column("application", "unallocated.application", 16, _application, field="application_state"),
        Column("returned", "statement.returned", 8, lambda r: r.return_reason or "", field="return_reason",
               chosen=False),
        Column("account", "bank.account", 23, lambda r: r.iban, field="iban", chosen=False),
        Column("currency", "money.currency", 9, lambda r: r.issuer, field="issuer", chosen=False),
    )  # fmt: skip

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        if "bank:match" not in self.person.permissions:
            self.note(t("blocked.not_yours"))
            return
        self.open("screens.unallocated:Match", event.item.thing, then=self._matched)

    def _matched(self, said: str | None) -> None:
        self.act_refresh()
        if said:
            self.say(said)


class Match(Section[str]):
    """What the bank said, whose it may be, and the wallet that gets it. Gives what to say at the end."""

    SECTION = "match"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row

    def body(self) -> ComposeResult:
        yield Lines(*receipt_rows(self.row), id="facts")
        yield Form(("coin", t("match.coin"), Field(limit=300)))
        yield Lines(id="candidates")

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()
        self.work(self._look())

    async def _look(self) -> None:
        found = await self.call(lambda db: candidates(db, self.row.id))
        if found is None or not self.is_mounted:
            return
        lines = self.query_one("#candidates", Lines)
        lines.show(*candidate_rows(found, lines.size.width))
        field: Field = self.query_one(Form).field("coin")
        # Only what the payer wrote themselves is sure enough to stand there already.
        if found and found[0].why in SURE and not field.value:
            field.value = found[0].serial

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._match(event.form, event.values["coin"]))

    async def _match(self, form: Form, coin: str) -> None:
        line = self.row.id
        seen = await self.call(lambda db: preview_match(db, form.key, line, coin), form=form, fields=FIELDS)
        if seen is None:
            return
        words = t("match.limited") if seen.limited else ""
        if not await self.app.push_screen_wait(
            PreviewDialog(t("match.title"), facts(self.row, seen), words=words)
        ):
            return
        done = await self.call(lambda db: match_receipt(db, form.key, line, coin), writes=form, fields=FIELDS)
        if done is None:
            return
        if done.application_id is not None:
            self.finish(t("match.waits", application=done.application_id))
        else:
            self.finish(t("match.done", client=seen.client, operation=done.operation_id))


def receipt_rows(row: Any) -> list[Row | str]:
    """What the bank said of a receipt."""
    said = [
        (t("money.amount"), money(row.amount, row.issuer, row.scale)),
        (t("statement.booked"), date(row.booked_on)),
        (t("statement.party"), row.counterparty),
        (t("statement.party_iban"), row.counterparty_iban),
        (t("statement.text"), row.remittance),
        (t("statement.end_to_end"), row.end_to_end_id),
        (t("statement.returned"), row.return_reason or ""),
    ]
    if row.application_state:
        said.append((t("unallocated.application"), f"{row.application_id} · {_application(row)}"))
    return [*fact_rows([(label, value) for label, value in said if value]), ""]


def candidate_rows(found: Sequence[Candidate], width: int) -> list[Row | str]:
    """Whose it may be, and why."""
    if not found:
        return ["", *([("dim", line)] for line in paragraph(t("match.nobody"), width))]
    rows: list[Row | str] = ["", [("head", t("match.candidates"))]]
    rows += [
        [("key", each.serial), ("", f"  {each.client[:36]}  "), ("dim", t(f"match.why.{each.why}"))]
        for each in found
    ]
    return rows


def facts(row: Any, seen: MatchSeen) -> Facts:
    """Exactly what will be posted."""
    unit = issuer(row.issuer, row.scale)
    return Facts(
        rows=[
            (t("counter.client"), f"{seen.client} · {seen.serial}"),
            (t("money.amount"), money(row.amount, row.issuer, row.scale)),
        ],
        postings=[
            PostingLine(
                account(each.debit_kind, each.debit_of),
                account(each.credit_kind, each.credit_of),
                each.amount,
                unit,
            )
            for each in seen.postings
        ],
        after=[(t("money.commission"), money(seen.commission, row.issuer, row.scale))]
        if not seen.limited
        else [],
    )
