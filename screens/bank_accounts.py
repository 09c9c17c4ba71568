"""The company's own bank accounts: added, changed, switched off and on by the chief financial officer."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from bocli.widgets.amount_field import AmountField
from bocli.widgets.confirm import Confirm
from bocli.widgets.fields import Choice, Field, Fixed
from bocli.widgets.form import Form
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.section import Section
from core.bank import AccountFacts, NewAccount, accounts_select, add_account, change_account, switch_account
from core.db.keyset import Keyset
from core.export import decimal
from core.issuers import issuers_select
from core.texts import date, n, t
from screens.parts.changes import show_changes
from screens.parts.columns import Column
from screens.parts.listing import Listing
from screens.parts.request import Request, done
from screens.parts.words import in_fours, issuer, money

SCALE = 2
STATES = ((True, "bank_accounts.state.on"), (False, "bank_accounts.state.off"))
FIELDS = {
    "bank.account_iban": "iban",
    "bank.account_taken": "iban",
    "bank.account_bic": "bic",
    "bank.account_name": "name",
    "bank.account_currency": "currency",
    "bank.account_tolerance": "tolerance",
}


def state(row: Any) -> str:
    """Whether it is on, as a word."""
    return t("bank_accounts.state.on" if row.active else "bank_accounts.state.off")


class BankAccounts(Listing):
    """n adds one, Enter changes one, F7 switches one off or on."""

    SECTION = "bank_accounts"
    LIST = "bank_accounts"
    EMPTY = "bank_accounts.empty"
    SELECT = staticmethod(accounts_select)
    NEWEST_FIRST = False
    PLAIN = ("iban", "bic", "name")
    COLUMNS = (
        Column("number", "bank_accounts.number", 5, lambda r: str(r.id), kind="number", field="id", right=True,
               sort=("id",), chosen=False),
        Column("iban", "bank_accounts.iban", 0, lambda r: in_fours(r.iban), field="iban"),
        Column("bic", "bank_accounts.bic", 11, lambda r: r.bic, field="bic", from_width=100),
        Column("holder", "bank_accounts.name", 24, lambda r: r.name, field="name", from_width=130),
        Column("currency", "money.currency", 9, lambda r: r.issuer, field="issuer", chosen=False),
        Column("tolerance", "bank_accounts.tolerance", 12, lambda r: money(r.tolerance, r.issuer, r.scale),
               kind="money", field="tolerance", right=True, from_width=110),
        Column("state", "bank_accounts.state", 8, state, kind="choice", field="active", options=STATES, cell=state),
        Column("waiting", "bank_accounts.waiting", 9, lambda r: str(r.waiting or ""), kind="number", field="waiting",
               right=True, chosen=False),
        Column("until", "bank.ends", 10, lambda r: date(r.ends_on) if r.ends_on else "", kind="day", field="ends_on"),
        Column("closing", "bank.closing", 18, lambda r: money(r.closing, r.issuer, r.scale), kind="money",
               field="closing", right=True),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()

    def blocked(self, action_id: str) -> str | None:
        return "blocked.no_row" if action_id == "bank_accounts.switch" and self.row is None else None

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        if "bank:account" in self.person.permissions:
            self.app.push_screen(BankAccountForm(event.item.thing), self.took)
        else:
            self.note(t("blocked.not_yours"))

    def act_new(self) -> None:
        self.app.push_screen(BankAccountForm(None), self.took)

    def act_switch(self) -> None:
        self.work(self._switch(self.row))

    async def _switch(self, row: Any) -> None:
        iban = in_fours(row.iban)
        key = "bank_accounts.switch_off" if row.active else "bank_accounts.switch_on"
        words = t(f"{key}.words", name=row.name)
        if row.active and row.waiting:
            words = f"{words} {n('bank_accounts.at_the_bank', row.waiting)}"
        if not await self.app.push_screen_wait(Confirm(t(key, iban=iban), words)):
            return
        active = not row.active
        act = done(lambda db: switch_account(db, self.request.key, row.id, active=active))
        if await self.call(act, writes=self.request):
            self.act_refresh()
            self.say(t("bank_accounts.switched_on" if active else "bank_accounts.switched_off", iban=iban))


class BankAccountForm(Section[str]):
    """A new account, or what may change of one. Gives what to say when it was done."""

    SECTION = "bank_account_form"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row

    def body(self) -> ComposeResult:
        yield Vertical(id="place")

    def on_mount(self) -> None:
        self.work(self._load())

    async def _load(self) -> None:
        """Currencies are asked for only where one is chosen: an account keeps its own."""
        codes = [self.row.issuer] if self.row else await self.call(currencies)
        if codes is None:
            return
        if not codes:
            self.show_error(t("bank_accounts.no_currency"))
            return
        form = Form(*self._fields(codes))
        await self.query_one("#place", Vertical).mount(form)
        form.focus_first()

    def _fields(self, codes: list[str]) -> list[tuple[str, str, Any]]:
        row = self.row
        iban: Any = Fixed(in_fours(row.iban)) if row else Field(limit=50)
        currency: Any = Fixed(row.issuer) if row else Choice([(code, code) for code in codes])
        tolerance = decimal(row.tolerance, SCALE) if row else ""
        return [
            ("iban", t("bank_accounts.iban"), iban),
            ("bic", t("bank_accounts.bic"), Field(row.bic if row else "", limit=20, classes="-middle")),
            ("name", t("bank_accounts.name"), Field(row.name if row else "", limit=70)),
            ("currency", t("money.currency"), currency),
            (
                "tolerance",
                t("bank_accounts.tolerance"),
                AmountField(issuer(codes[0], SCALE), tolerance, required=False, zero_allowed=True),
            ),
        ]

    def on_choice_changed(self, event: Choice.Changed) -> None:
        self.query_one(AmountField).set_issuer(issuer(event.choice.result(), SCALE))

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._save(event.form, event.values))

    async def _save(self, form: Form, values: dict[str, Any]) -> None:
        row = self.row
        facts = AccountFacts(values["name"], values["bic"], values["tolerance"] or 0)
        if row is None:
            new = NewAccount(form.key, values["iban"], values["currency"], facts)
            rows = rows_of(new.iban, new.issuer, facts)
            if not await show_changes(self, t("bank_accounts.new"), [], rows):
                return
            if await self.call(done(lambda db: add_account(db, new)), writes=form, fields=FIELDS):
                self.finish(t("bank_accounts.made", iban=in_fours(plain(new.iban))))
            return
        before = rows_of(row.iban, row.issuer, AccountFacts(row.name, row.bic, row.tolerance))
        after = rows_of(row.iban, row.issuer, facts)
        if not await show_changes(self, t("bank_accounts.change"), before, after):
            return
        if await self.call(
            done(lambda db: change_account(db, form.key, row.id, facts)), writes=form, fields=FIELDS
        ):
            self.finish(t("bank_accounts.changed", iban=in_fours(row.iban)))


def currencies(db: Any) -> list[str]:
    """Codes of the real currencies with two digits that are on, in their order."""
    units = Keyset(issuers_select, ("position", "id"), newest_first=False).where("active", "=", True)
    return [each.code for each in units.page(db, None, 500) if (each.kind, each.scale) == ("real", SCALE)]


def plain(code: str) -> str:
    """An IBAN or a BIC as it is kept: capital letters without blanks."""
    return "".join(code.split()).upper()


def rows_of(iban: str, code: str, facts: AccountFacts) -> list[tuple[str, str]]:
    """An account in words."""
    return [
        (t("bank_accounts.iban"), in_fours(plain(iban))),
        (t("bank_accounts.bic"), plain(facts.bic)),
        (t("bank_accounts.name"), " ".join(facts.name.split())),
        (t("money.currency"), code),
        (t("bank_accounts.tolerance"), money(facts.tolerance, code, SCALE)),
    ]
