"""Issuers (ADM-2): the units of value, what circulates of each beside what stands behind it."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.confirm import Confirm
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.section import Section
from core.errors import Invalid
from core.issuers import KINDS, IssuerFacts, NewIssuer, change, create, issuers_select, switch
from core.texts import date_time, t
from screens.parts.changes import show_changes
from screens.parts.columns import ZONE, Column
from screens.parts.listing import Listing
from screens.parts.request import Request, done
from screens.parts.words import money

FIELDS = {
    "issuer.code_invalid": "code",
    "issuer.code_taken": "code",
    "issuer.name_invalid": "name",
    "issuer.symbol_invalid": "symbol",
    "issuer.scale_invalid": "scale",
    "issuer.backing_invalid": "backing",
    "issuer.denominations_invalid": "denominations",
}


class Issuers(Listing):
    """n adds one, Enter changes one, F7 switches one off or on."""

    SECTION = "issuers"
    LIST = "issuers"
    EMPTY = "issuers.empty"
    SELECT = staticmethod(issuers_select)
    KEY = ("position", "id")
    NEWEST_FIRST = False
    PLAIN = ("code", "name", "symbol")
    COLUMNS = (
        Column("code", "issuers.code", 12, lambda r: r.code, field="code"),
        Column("name", "issuers.name", 0, lambda r: r.name, field="name"),
        Column("symbol", "issuers.symbol", 7, lambda r: r.symbol, field="symbol", from_width=100),
        Column("scale", "issuers.scale", 7, lambda r: str(r.scale), kind="number", field="scale", right=True,
               from_width=100),
        Column("kind", "issuers.kind", 10, lambda r: t(f"issuer_kind.{r.kind}"), kind="choice", field="kind",
               options=tuple((each, f"issuer_kind.{each}") for each in KINDS)),
        Column("circulation", "issuers.circulation", 19, lambda r: money(r.circulation, r.code, r.scale), kind="money",
               field="circulation", right=True),
        Column("backed", "issuers.backed", 19, lambda r: money(r.backed, r.code, r.scale), kind="money",
               field="backed", right=True, from_width=100),
        Column("active", "issuers.active", 7, lambda r: t("common.yes") if r.active else t("common.no"),
               kind="yes_no", field="active"),
        Column("order", "issuers.order", 7, lambda r: str(r.position), kind="number", field="position", right=True,
               sort=("position", "id"), chosen=False),
        Column("backing", "issuers.backing", 24, lambda r: r.backing, field="backing", from_width=130),
        Column("since", "issuers.since", 16, lambda r: date_time(r.created_at, ZONE), kind="moment",
               field="created_at", chosen=False),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()

    def blocked(self, action_id: str) -> str | None:
        return "blocked.no_row" if action_id == "issuers.switch" and self.row is None else None

    def on_keyset_table_opened(self, event: KeysetTable.Opened) -> None:
        if "issuer:edit" in self.person.permissions:
            self.app.push_screen(IssuerForm(event.item.thing), self.took)
        else:
            self.note(t("blocked.not_yours"))

    def act_new(self) -> None:
        self.app.push_screen(IssuerForm(None), self.took)

    def act_switch(self) -> None:
        self.work(self._switch(self.row))

    async def _switch(self, row: Any) -> None:
        key = "issuers.switch_off" if row.active else "issuers.switch_on"
        if not await self.app.push_screen_wait(
            Confirm(t(key, code=row.code), t(f"{key}.words", name=row.name))
        ):
            return
        act = done(lambda db: switch(db, self.request.key, row.id, active=not row.active))
        if await self.call(act, writes=self.request):
            self.act_refresh()
            self.say(t("issuers.switched_off" if row.active else "issuers.switched_on", code=row.code))


def whole_number(text: str) -> int:
    """Raises Invalid("issuer.not_number")."""
    if not text.isdecimal() or len(text) > 4:
        raise Invalid("issuer.not_number")
    return int(text)


def denominations(text: str) -> tuple[int, ...]:
    """Notes and pieces in minor units, by blanks or commas. Raises Invalid("issuer.denominations_invalid")."""
    parts = text.replace(",", " ").split()
    if any(not part.isdecimal() or len(part) > 15 or int(part) < 1 for part in parts):
        raise Invalid("issuer.denominations_invalid")
    return tuple(sorted({int(part) for part in parts}, reverse=True))


class IssuerForm(Section[str]):
    """A new unit, or what may change of one. Gives what to say when it was done."""

    SECTION = "issuer_form"

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row

    def body(self) -> ComposeResult:
        row = self.row
        own: list[tuple[str, str, Any]] = []
        if row is None:
            kinds = [(each, t(f"issuer_kind.{each}")) for each in KINDS]
            own = [
                ("code", t("issuers.code"), Field(limit=12, classes="-short")),
                ("scale", t("issuers.scale"), Field("2", check=whole_number, limit=1, classes="-short")),
                ("kind", t("issuers.kind"), Choice(kinds)),
            ]
        notes = " ".join(map(str, row.denominations)) if row else ""
        yield Form(
            *own,
            ("name", t("issuers.name"), Field(row.name if row else "", limit=100)),
            ("symbol", t("issuers.symbol"), Field(row.symbol if row else "", limit=8, classes="-short")),
            ("backing", t("issuers.backing"), Field(row.backing if row else "", required=False, limit=200)),
            (
                "position",
                t("issuers.order"),
                Field(str(row.position) if row else "0", check=whole_number, limit=4, classes="-short"),
            ),
            (
                "denominations",
                t("issuers.denominations"),
                Field(notes, check=denominations, required=False, limit=300),
            ),
        )

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._save(event.form, event.values))

    async def _save(self, form: Form, values: dict[str, Any]) -> None:
        facts = IssuerFacts(
            values["name"],
            values["symbol"],
            values["backing"] or "",
            values["position"],
            values["denominations"] or (),
        )
        row = self.row
        if row is None:
            new = NewIssuer(form.key, values["code"].upper(), values["scale"], values["kind"], facts)
            rows = [
                (t("issuers.code"), new.code),
                (t("issuers.scale"), str(new.scale)),
                (t("issuers.kind"), t(f"issuer_kind.{new.kind}")),
            ]
            if not await show_changes(self, t("issuers.new"), [], [*rows, *rows_of(facts)]):
                return
            if await self.call(done(lambda db: create(db, new)), writes=form, fields=FIELDS):
                self.finish(t("issuers.made", code=new.code))
            return
        before = IssuerFacts(row.name, row.symbol, row.backing, row.position, tuple(row.denominations))
        if not await show_changes(self, t("issuers.change", code=row.code), rows_of(before), rows_of(facts)):
            return
        act = done(lambda db: change(db, form.key, row.id, facts))
        if await self.call(act, writes=form, fields=FIELDS):
            self.finish(t("issuers.changed", code=row.code))


def rows_of(facts: IssuerFacts) -> list[tuple[str, str]]:
    """What may change, in words."""
    return [
        (t("issuers.name"), facts.name),
        (t("issuers.symbol"), facts.symbol),
        (t("issuers.backing"), facts.backing or "-"),
        (t("issuers.order"), str(facts.position)),
        (t("issuers.denominations"), " ".join(map(str, facts.denominations)) or "-"),
    ]
