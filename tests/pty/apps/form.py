"""A form with a client, an amount and a note; what it was filled with is shown by F2."""

from __future__ import annotations

from textual.app import ComposeResult

from bocli.widgets.amount_field import AmountField
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.section import Section
from tests.pty.apps.world import EUR, run


class Filling(Section[None]):
    SECTION = "filling"

    def body(self) -> ComposeResult:
        yield Form(
            ("client", "Client", Field()),
            ("amount", "Amount", AmountField(EUR)),
            ("way", "Way", Choice([("a", "Cash"), ("b", "Bank")])),
            ("note", "Note", Field(required=False)),
        )

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.say("TOOK " + ";".join(f"{name}={value}" for name, value in event.values.items()) + " END")


def main() -> None:
    """Run it."""
    run("tests.pty.apps.form:Filling")
