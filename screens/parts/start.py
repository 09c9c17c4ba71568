"""When a version of a contract begins, and what it is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from core.contracts import ContractDraft
from core.errors import Invalid
from core.texts import t

SHAPES = ("%Y-%m-%d %H:%M", "%Y-%m-%d", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y")


def moment(text: str) -> datetime:
    """A day (its first moment) or a day and a time, in UTC. Raises Invalid: change.valid_from."""
    for shape in SHAPES:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise Invalid("change.valid_from")


def start_field(value: datetime | None = None) -> Field:
    """A field for a start; empty is at once."""
    shown = "" if value is None else value.astimezone(UTC).strftime(SHAPES[0])
    return Field(shown, check=moment, required=False, limit=20, classes="-middle")


class Start(Dialog[ContractDraft]):
    """Name, for whom, from when. Gives the draft with them."""

    DO = "dialog.take.label"

    def __init__(self, draft: ContractDraft) -> None:
        super().__init__(t("start.title"))
        self.draft = draft

    def body(self) -> ComposeResult:
        kinds = [(None, t("contract.for_all"))]
        kinds += [(each, t(f"clients.kind.{each}")) for each in ("individual", "business")]  # type: ignore[misc]
        yield Words(t("start.words"))
        yield Form(
            ("name", t("contract.name"), Field(self.draft.name, limit=100)),
            ("kind", t("contract.for"), Choice(kinds, self.draft.client_kind)),
            ("start", t("terms.starts_utc"), start_field(self.draft.valid_from)),
        )

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def on_form_go_on(self) -> None:
        self.act_do()

    def act_do(self) -> None:
        """Take them, when they are well."""
        values = self.query_one(Form).values()
        if values is not None:
            self.dismiss(
                replace(
                    self.draft, name=values["name"], client_kind=values["kind"], valid_from=values["start"]
                )
            )
