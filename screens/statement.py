"""One statement's lines: what became of each, and what an accountant has to say to those that wait."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.lines import Lines, Row
from bocli.widgets.shown import paragraph
from core.bank import decide_line, lines_select, mark_line
from core.db.keyset import Keyset
from core.texts import date, date_time, t
from screens.parts.columns import ZONE, Column
from screens.parts.facts import fact_rows
from screens.parts.listing import Listing
from screens.parts.request import Request, done
from screens.parts.words import money, signed

STATES = (
    "settled", "recredited", "unallocated", "waiting", "matched", "differs", "unmatched", "duplicate", "own", "ignored",
)  # fmt: skip
WANTED = {
    "statement.decide": ("differs", "blocked.line_differs"),
    "statement.mark": ("unmatched", "blocked.line_unmatched"),
}


def state(row: Any) -> str:
    """What became of a line."""
    return t(f"statement_line.{row.state}")


def _sum(row: Any) -> str:
    return signed(row.signed, row.issuer, row.scale)


def _difference(row: Any) -> str:
    return signed(row.difference, row.issuer, row.scale) if row.difference else ""


class StatementScreen(Listing):
    """Enter shows a line whole, F6 decides one that differs, F7 says what a debit is that nobody asked for."""

    SECTION = "statement"
    LIST = "statement_lines"
    EMPTY = "statement.empty"
    KEY = ("line",)
    NEWEST_FIRST = False
    PLAIN = ("counterparty", "remittance")
    COLUMNS = (
        Column("line", "statement.line", 6, lambda r: str(r.line), kind="number", field="line", right=True,
               sort=("line",)),
        Column("booked", "statement.booked", 10, lambda r: date(r.booked_on), kind="moment", field="booked_on",
               from_width=100),
        Column("party", "statement.party", 0, lambda r: r.counterparty, field="counterparty"),
        Column("text", "statement.text", 32, lambda r: r.remittance, field="remittance", from_width=130),
        Column("amount", "money.amount", 18, _sum, kind="money", field="signed", right=True),
        Column("difference", "statement.difference", 12, _difference, kind="money", field="difference", right=True,
               chosen=False),
        Column("state", "statement.state", 14, state, kind="choice", field="state",
               options=tuple((each, f"statement_line.{each}") for each in STATES)),
        Column("request", "statement.request", 8, lambda r: str(r.request_id or ""), kind="number",
               field="request_id", right=True),
        Column("end_to_end", "statement.end_to_end", 20, lambda r: r.end_to_end_id, field="end_to_end_id",
               chosen=False),
        Column("reference", "statement.reference", 20, lambda r: r.servicer_ref or "", field="servicer_ref",
               chosen=False),
    )  # fmt: skip

    def __init__(self, statement: Any) -> None:
        super().__init__()
        self.statement = statement
        self.request = Request()

    def base(self) -> Keyset:
        return Keyset(lambda: lines_select(self.statement.id))

    def crumb(self) -> str:
        return str(self.statement.statement)

    def above(self) -> ComposeResult:
        yield Lines(*statement_rows(self.statement, self.app.size.width - 2), id="facts")

    def blocked(self, action_id: str) -> str | None:
        wanted, why = WANTED.get(action_id, ("", ""))
        fits = not wanted or (self.row is not None and self.row.state == wanted)
        return None if fits else why

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        self.app.push_screen(LineFacts(event.item.thing))

    def act_decide(self) -> None:
        self.work(self._decide(self.row))

    async def _decide(self, row: Any) -> None:
        words = t(
            "statement.decide.words", amount=money(row.amount, row.issuer, row.scale),
            asked=money(row.amount - row.difference, row.issuer, row.scale), request=row.request_id,
        )  # fmt: skip
        ways = [(True, t(f"statement.decide.yes_{row.side}")), (False, t(f"statement.decide.no_{row.side}"))]
        said: Any = await self.app.push_screen_wait(Say(t("statement.decide"), words, ways))
        if said is None:
            return
        act = done(
            lambda db: decide_line(db, self.request.key, row.id, yes=said["way"], reason=said["reason"])
        )
        await self._answered(act)

    def act_mark(self) -> None:
        self.work(self._mark(self.row))

    async def _mark(self, row: Any) -> None:
        words = t("statement.mark.words", amount=money(row.amount, row.issuer, row.scale))
        ways = [(each, t(f"statement_line.{each}")) for each in ("own", "ignored")]
        said: Any = await self.app.push_screen_wait(Say(t("statement.mark"), words, ways))
        if said is None:
            return
        await self._answered(
            done(lambda db: mark_line(db, self.request.key, row.id, said["way"], said["reason"]))
        )

    async def _answered(self, act: Any) -> None:
        if await self.call(act, writes=self.request):
            self.act_refresh()
            self.say(t("statement.answered"))


def statement_rows(row: Any, width: int) -> list[Row | str]:
    """Whose statement, of when, from what to what; what lacks before it."""
    unit = (row.issuer, row.scale)
    days = (
        date(row.ends_on) if row.starts_on == row.ends_on else f"{date(row.starts_on)} - {date(row.ends_on)}"
    )
    rows: list[Row | str] = [[("head", row.iban), ("", f"  {days}")]]
    rows += fact_rows(
        [
            (t("bank.opening"), money(row.opening, *unit)),
            (t("bank.closing"), money(row.closing, *unit)),
        ]
    )
    if row.gap:
        said = t("statement.gap", gap=signed(row.gap, *unit))
        rows += [[("warn", line)] for line in paragraph(said, width)]
    return [*rows, ""]


class LineFacts(Dialog[None]):
    """A line with all that the bank said, and what was done with it."""

    DO = None

    def __init__(self, row: Any) -> None:
        super().__init__(t("statement.line_title", line=row.line))
        self.row = row

    def body(self) -> ComposeResult:
        row = self.row
        facts = [
            (t("money.amount"), _sum(row)),
            (t("statement.state"), state(row)),
            (t("statement.booked"), date(row.booked_on)),
            (t("statement.party"), row.counterparty),
            (t("statement.party_iban"), row.counterparty_iban),
            (t("statement.text"), row.remittance),
            (t("statement.end_to_end"), row.end_to_end_id),
            (t("statement.reference"), row.servicer_ref or ""),
            (t("statement.returned"), row.return_reason or ""),
            (t("statement.request"), str(row.request_id or "")),
            (t("statement.difference"), _difference(row)),
            (t("statement.operations"), " · ".join(str(x) for x in (row.operation_id, row.last_operation_id) if x)),
            (t("statement.application"), str(row.application_id or "")),
            (t("statement.client"), " · ".join(filter(None, (row.client, row.serial)))),
            (t("statement.decided"), f"{row.decided_by} · {date_time(row.decided_at, ZONE)}" if row.decided_by else ""),
            (t("reason.label"), row.reason or ""),
        ]  # fmt: skip
        yield Lines(*fact_rows([(label, value) for label, value in facts if value]))


class Say(Dialog[dict[str, Any]]):
    """One of two ways, and why."""

    DO = "changes.do"

    def __init__(self, title: str, words: str, ways: list[tuple[Any, str]]) -> None:
        super().__init__(title)
        self.words, self.ways = words, ways

    def body(self) -> ComposeResult:
        yield Words(self.words)
        yield Form(
            ("way", t("statement.way"), Choice(self.ways)),
            ("reason", t("reason.label"), Field(limit=500)),
        )

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def act_do(self) -> None:
        """So it is."""
        values = self.query_one(Form).values()
        if values is not None:
            self.dismiss(values)
