"""A bank's statement out of a file: what each line will be is shown before anything is booked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from bocli.widgets.confirm import Confirm
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from bocli.widgets.shown import paragraph
from core.bank import Account, Taken, accounts, camt, import_statements
from core.errors import Changed
from core.texts import date, n, t
from screens.parts.words import money, signed

FIELDS = {"camt": "path", "file": "path", "statement": "path", "bank": "account", "issuer": "account"}
LOOK = ("differs", "unmatched")
SHOWN = 20


class StatementImport(Section[str]):
    """F2 reads the file and shows what would be done; F10 does it. Gives what to say at the end."""

    SECTION = "statement_import"
    known: tuple[Account, ...] = ()

    def body(self) -> ComposeResult:
        yield Vertical(id="place")
        yield Lines(id="report")

    def on_mount(self) -> None:
        self.work(self._load())

    async def _load(self) -> None:
        found = await self.call(accounts)
        if found is None:
            return
        self.known = found
        if not found:
            self.show_error(t("bank.no_account"))
            return
        form = Form(
            ("account", t("bank.account"), Choice([(each, account_in_words(each)) for each in found])),
            ("path", t("statement_import.path"), Field(limit=400)),
        )
        await self.query_one("#place", Vertical).mount(form)
        form.field("path").focus()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._try(event.form, event.values["account"], event.values["path"]))

    async def _try(self, form: Form, account: Account, path: str) -> None:
        scales = {each.issuer: each.scale for each in self.known}

        def read() -> camt.Read:
            return camt.read(Path(path).expanduser(), scales)

        def dry(db: Any) -> tuple[camt.Read, tuple[Taken, ...]]:
            found = read()
            return found, import_statements(db, form.key, account.iban, found, dry_run=True)

        self.query_one("#report", Lines).show()
        tried = await self.call(dry, form=form, fields=FIELDS)
        if tried is None:
            return
        file, taken = tried
        self.query_one("#report", Lines).show(*report_rows(file, taken, account, self.app.size.width - 4))
        lines = sum(len(each.states) for each in taken)
        if not await self.app.push_screen_wait(
            Confirm(t("statement_import.sure"), n("statement_import.take", lines))
        ):
            return

        def real(db: Any) -> tuple[Taken, ...]:
            again = read()
            if again.sha256 != file.sha256:
                raise Changed("statement.file_changed")
            return import_statements(db, form.key, account.iban, again, dry_run=False)

        booked = await self.call(real, writes=form, fields=FIELDS)
        if booked is not None:
            self.finish(n("statement_import.taken", sum(each.operations for each in booked)))


def account_in_words(account: Account) -> str:
    """An account by its number, currency, the day until which it is known, and that it is off."""
    until = f" · {date(account.ends_on)}" if account.ends_on else ""
    off = "" if account.active else f" · {t('bank_accounts.state.off')}"
    return f"{account.iban} · {account.issuer}{until}{off}"


def report_rows(file: camt.Read, taken: tuple[Taken, ...], account: Account, width: int) -> list[Any]:
    """Each statement: its balances, what to know of it, how many lines become what; those that must be looked at."""
    unit = (account.issuer, account.scale)
    rows: list[Any] = []
    for given, each in zip(file.statements, taken, strict=True):
        rows += ["", [("head", given.id), ("", f"  {date_of(given.starts_on)} - {date_of(given.ends_on)}")]]
        opening, closing = money(given.opening, *unit), money(given.closing, *unit)
        rows.append(t("statement_import.balances", opening=opening, closing=closing))
        for warned in each.warnings:
            words = {
                name: money(value, *unit) if warned.key == "gap" and isinstance(value, int) else value
                for name, value in warned.params.items()
            }
            said = t(f"statement_import.warn_{warned.key}", **words)
            rows += [[("warn", line)] for line in paragraph(said, width)]
        counts, sums = Counter(each.states), Counter[str]()
        for line, state in zip(given.lines, each.states, strict=True):
            sums[state] += line.amount if line.side == "credit" else -line.amount
        for state, count in counts.most_common():
            name = t(f"statement_line.{state}")
            rows.append(
                [
                    ("warn" if state in LOOK else "", f"{count:>6} {name}"),
                    ("", f"  {signed(sums[state], *unit)}"),
                ]
            )
        looked = [pair for pair in zip(given.lines, each.states, strict=True) if pair[1] in LOOK]
        for line, state in looked[:SHOWN]:
            sum_ = signed(line.amount if line.side == "credit" else -line.amount, *unit)
            rows.append(
                [
                    ("warn", f"  {t(f'statement_line.{state}')}"),
                    ("", f"  {sum_}  "),
                    ("dim", line.counterparty[:24]),
                ]
            )
    return rows


def date_of(text: str) -> str:
    """A day of the file, as people write it here."""
    return date(dt.date.fromisoformat(text))
