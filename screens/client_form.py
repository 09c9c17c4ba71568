"""A client's facts: signing one up, and changing them; what will change is shown before it is done."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.section import Section
from core.clients import KINDS, ChangedClient, ClientDetail, ClientFacts, NewClient, change, create
from core.errors import Invalid
from core.texts import LANGUAGES, t
from screens.parts.changes import show_changes
from screens.parts.request import done

FIELDS = {
    "client.name_invalid": "name",
    "client.email_invalid": "email",
    "client.email_taken": "email",
    "client.phone_invalid": "phone",
    "client.phone_taken": "phone",
    "client.time_zone_unknown": "time_zone",
    "issuer": "issuers",
}


def time_zone(text: str) -> str:
    """A zone of the IANA database; raises Invalid("client.time_zone_unknown")."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("client.time_zone_unknown") from error


def issuers(text: str) -> tuple[str, ...]:
    """Codes of issuers, by blanks or commas."""
    return tuple(dict.fromkeys(text.upper().replace(",", " ").split()))


def fact_fields(facts: ClientFacts) -> list[tuple[str, str, Any]]:
    """The fields that a new and a changed client have in common."""
    languages = [(None, "-"), *LANGUAGES.items()]
    return [
        ("name", t("clients.name"), Field(facts.name, limit=200)),
        ("email", t("clients.email"), Field(facts.email or "", required=False, limit=254)),
        ("phone", t("clients.phone"), Field(facts.phone or "", required=False, limit=30)),
        ("time_zone", t("clients.time_zone"), Field(facts.time_zone, check=time_zone, limit=60)),
        ("language", t("clients.language"), Choice(languages, facts.language)),
    ]


def facts_of(values: dict[str, Any]) -> ClientFacts:
    """The facts as the form has them."""
    return ClientFacts(
        values["name"],
        values["email"] or None,
        values["phone"] or None,
        values["time_zone"],
        values["language"],
    )


def rows_of(facts: ClientFacts) -> list[tuple[str, str]]:
    """The facts in words."""
    return [
        (t("clients.name"), facts.name),
        (t("clients.email"), facts.email or "-"),
        (t("clients.phone"), facts.phone or "-"),
        (t("clients.time_zone"), facts.time_zone),
        (t("clients.language"), LANGUAGES.get(facts.language or "", "-")),
    ]


class ClientNew(Section[int]):
    """Gives the number of the new client."""

    SECTION = "client_new"

    def body(self) -> ComposeResult:
        kinds = [(each, t(f"clients.kind.{each}")) for each in KINDS]
        yield Form(
            ("kind", t("clients.kind"), Choice(kinds)),
            *fact_fields(ClientFacts("", None, None, "Europe/Berlin", None)),
            ("issuers", t("client_new.issuers"), Field(check=issuers, required=False, limit=80)),
        )

    def on_mount(self) -> None:
        self.query_one(Form).field("name").focus()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._make(event.form, event.values))

    async def _make(self, form: Form, values: dict[str, Any]) -> None:
        facts = facts_of(values)
        rows = [(t("clients.kind"), t(f"clients.kind.{values['kind']}")), *rows_of(facts)]
        coins = ", ".join(values["issuers"] or ()) or "-"
        if not await show_changes(self, t("client_new.title"), [], [*rows, (t("client_new.issuers"), coins)]):
            return
        new = NewClient(form.key, values["kind"], facts, values["issuers"] or ())
        made = await self.call(lambda db: create(db, new), writes=form, fields=FIELDS)
        if made is not None:
            self.finish(made)


class ClientEdit(Section[bool]):
    """True when something was changed."""

    SECTION = "client_edit"

    def __init__(self, found: ClientDetail) -> None:
        super().__init__()
        self.found = found
        self.seen = ClientFacts(found.name, found.email, found.phone, found.time_zone, found.language)

    def body(self) -> ComposeResult:
        yield Form(*fact_fields(self.seen))

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._change(event.form, facts_of(event.values)))

    async def _change(self, form: Form, facts: ClientFacts) -> None:
        if not await show_changes(self, t("client_edit.title"), rows_of(self.seen), rows_of(facts)):
            return
        asked = ChangedClient(form.key, self.found.client_id, facts, self.seen)
        if await self.call(done(lambda db: change(db, asked)), writes=form, fields=FIELDS):
            self.finish(True)
