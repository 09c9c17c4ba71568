"""A form: labelled fields, one below the other, each with its own error under it.

Enter and Down go to the next field, Up to the one before, F2 goes on. A form never moves money: going on
posts `Form.GoOn` with the values, and the screen shows what would happen before anything is done. What was
typed stays typed through every error, lock and lost connection. `key` is the request's key: it is made
when the form opens, stays the same for every try of the same request, and `renew()` makes the next one.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID, uuid4

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from bocli.keys import Acting, bindings
from bocli.widgets.fields import Field
from bocli.widgets.lines import Lines
from bocli.widgets.shown import paragraph
from core.errors import BocliError, Invalid


class Labelled(Widget):
    """A label and its field; the field's error comes under them when there is one."""

    DEFAULT_CSS = """
    Labelled { height: auto; layout: horizontal; }
    Labelled > .label { width: 24; height: 1; padding-right: 1; }
    .field-error { padding-left: 24; }
    """

    def __init__(self, name: str, label: str, field: Any) -> None:
        """name: by which the value is asked for; label: as shown, translated; field: has `result()`."""
        super().__init__(name=name)
        self.label, self.field = label, field
        self.error: Lines | None = None

    def compose(self) -> ComposeResult:
        yield Lines([("", self.label)], classes="label")
        yield self.field

    def tell(self, text: str | None) -> None:
        """Show what is wrong under the field; None takes it away."""
        self.set_class(text is not None, "-bad")
        if self.error is not None:
            self.error.remove()
            self.error = None
        if text is not None:
            lines = paragraph("! " + text, max(20, self.size.width - 24))
            self.error = Lines(*([("bad", line)] for line in lines), classes="field-error")
            if isinstance(self.parent, Widget):
                self.parent.mount(self.error, after=self)


class Form(Acting, VerticalScroll, can_focus=False):
    """`Form(("client", t("…"), Field()), ("amount", t("…"), AmountField(issuer)))`."""

    SCOPES: ClassVar[tuple[str, ...]] = ("form",)
    BINDINGS = bindings("form")
    DEFAULT_CSS = "Form { height: auto; max-height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }"

    class GoOn(Message):
        """The form is filled in without a mistake; `values` by name."""

        def __init__(self, form: Form, values: dict[str, Any]) -> None:
            self.form, self.values = form, values
            super().__init__()

        @property
        def control(self) -> Form:
            return self.form

    class Left(Message):
        """The focus left the field of this name by Enter, Down or Tab (to look a client up, say)."""

        def __init__(self, form: Form, name: str) -> None:
            self.form, self.name = form, name
            super().__init__()

    def __init__(self, *fields: tuple[str, str, Any], id: str | None = None) -> None:
        super().__init__(id=id)
        self.labelled = {name: Labelled(name, label, field) for name, label, field in fields}
        self.key: UUID = uuid4()

    def compose(self) -> ComposeResult:
        yield from self.labelled.values()

    def field(self, name: str) -> Any:
        """The field of this name."""
        return self.labelled[name].field

    def renew(self) -> None:
        """The request of this form is settled: what is sent next is another one."""
        self.key = uuid4()

    def clear(self) -> None:
        """Empty every field and begin a new request."""
        for each in self.labelled.values():
            each.tell(None)
            if isinstance(each.field, Field):
                each.field.value = ""
        self.renew()
        self.focus_first()

    @property
    def dirty(self) -> bool:
        """Has anything been typed?"""
        return any(isinstance(each.field, Field) and each.field.value for each in self.labelled.values())

    def values(self) -> dict[str, Any] | None:
        """All values by name; None when a field is wrong, and then each says why and the first has the
        focus."""
        found: dict[str, Any] = {}
        wrong: dict[str, BocliError] = {}
        for name, each in self.labelled.items():
            try:
                found[name] = each.field.result()
            except Invalid as error:
                wrong[name] = error
        self.show_errors(wrong)
        return None if wrong else found

    def show_errors(self, errors: dict[str, BocliError]) -> None:
        """Put each error under its field, take the others away, focus the first."""
        from core.texts import explain

        for name, each in self.labelled.items():
            each.tell(explain(errors[name]) if name in errors else None)
        for name in self.labelled:
            if name in errors:
                self.labelled[name].field.focus()
                return

    def focus_first(self) -> None:
        """Focus the first field that can take it."""
        for each in self.labelled.values():
            if each.field.can_focus:
                each.field.focus()
                return

    def _here(self) -> str | None:
        focused = self.screen.focused
        if focused is None:
            return None
        return next((name for name, each in self.labelled.items() if each in focused.ancestors), None)

    def _move(self, by: int) -> None:
        here, names = self._here(), [name for name, each in self.labelled.items() if each.field.can_focus]
        if here is None or here not in names:
            return
        self.post_message(self.Left(self, here))
        place = names.index(here) + by
        if 0 <= place < len(names):
            self.labelled[names[place]].field.focus()
        elif by > 0:
            self.screen.focus_next()

    def act_next(self) -> None:
        self._move(1)

    def act_previous(self) -> None:
        self._move(-1)

    def act_go_on(self) -> None:
        """F2: everything is checked, and the screen gets the values."""
        values = self.values()
        if values is not None:
            self.post_message(self.GoOn(self, values))
