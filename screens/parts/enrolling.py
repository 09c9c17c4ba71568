"""A second factor: its secret as a QR code or to type, proved by a code; then the recovery codes, shown once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import ComposeResult

from bocli.widgets.ask import one_time_code
from bocli.widgets.dialog import Words
from bocli.widgets.fields import Field
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines, Row
from bocli.widgets.qr import QrCode, can_paint
from bocli.widgets.section import Section
from bocli.widgets.shown import paragraph
from core.errors import BocliError
from core.staff import Enrolment, Session, begin_enrolment, confirm_enrolment
from core.texts import t
from screens.parts.once import recovery_codes

Answer = TypeVar("Answer")
BESIDE = 27
"""Columns that words and fields need beside the code."""


class Enrolling(Section[bool]):
    """True: the second factor is enrolled. The code stands at the right over the whole height, since every line
    counts on a terminal of 24; where it does not fit or cannot be painted, the secret is typed."""

    SECTION = "enrol"
    DEFAULT_CSS = """
    Enrolling > QrCode { dock: right; height: 100%; }
    Enrolling #body { padding: 0 0 0 1; }
    Enrolling Words { margin-bottom: 1; }
    Enrolling Form { padding: 0; }
    Enrolling Labelled { layout: vertical; }
    Enrolling Labelled > .label { width: 1fr; }
    Enrolling .field-error { padding-left: 0; }
    """
    WORDS = "enrol.words"
    enrolment: Enrolment | None = None

    def body(self) -> ComposeResult:
        yield Words(t(self.WORDS))
        yield Form(("code", t("log_in.code"), Field(check=one_time_code, limit=12, classes="-short")))
        yield Lines(id="secret")

    @property
    def form(self) -> Form:
        """The one form of this screen."""
        return self.query_one(Form)

    async def asked(self, question: Callable[[Session], Answer]) -> Answer | None:
        """Ask the core about the own account; None when it was refused and said."""
        fields = {"code": "code", "credentials": "code", "lock_out": "code"}
        return await self.call(lambda _: question(self.person), form=self.form, fields=fields)

    def on_mount(self) -> None:
        self.form.focus_first()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._place())
        self.work(self._begin())

    def on_resize(self) -> None:
        self.call_after_refresh(self._place)

    async def _begin(self) -> None:
        self.enrolment = await self.asked(begin_enrolment)
        if self.enrolment is not None:
            await self.mount(QrCode(self.enrolment.uri))
            self._place()

    def _place(self) -> None:
        """The code if there is room for it, and the secret in any case."""
        if self.enrolment is None or not (found := self.query(QrCode)):
            return
        code, size = found.first(), self.app.size
        painted, room = can_paint(self.app.theme), code.fits(size.height, size.width - BESIDE)
        code.display = painted and room
        width = max(20, size.width - 2 - (code.across if code.display else 0))
        why = "" if code.display else t("enrol.no_room") if painted else t("enrol.no_paint")
        self.query_one("#secret", Lines).show(*self._secret(self.enrolment, why, width))

    def _secret(self, enrolment: Enrolment, why: str, width: int) -> list[Row]:
        """To type it in fours; without a code also the whole address, which some programs take."""
        secret = enrolment.secret
        fours = [secret[at : at + 4] for at in range(0, len(secret), 4)]
        each = 8 if width >= 40 else 4
        rows: list[Row] = [[("", "")], [("dim", t("enrol.secret"))]]
        rows += [[("head", " ".join(fours[at : at + each]))] for at in range(0, len(fours), each)]
        if why:
            uri = [enrolment.uri[at : at + width] for at in range(0, len(enrolment.uri), width)]
            rows += [[("", "")], [("dim", t("enrol.uri"))], *([("", line)] for line in uri)]
            rows += [[("", "")], *([("", line)] for line in paragraph(why, width))]
        return rows

    def show_error(self, error: BocliError | str) -> None:
        """An error needs the width of the screen: the code comes back by F5."""
        for code in self.query(QrCode):
            code.display = False
        super().show_error(error)

    def refresh_section(self) -> None:
        if self.enrolment is None:
            self.work(self._begin())
        else:
            self._place()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._confirm(event.values["code"]))

    async def _confirm(self, code: str) -> None:
        if self.enrolment is None:
            await self._begin()
            return
        found: Any = await self.asked(lambda session: confirm_enrolment(session.db, code))
        if found is None:
            self.form.field("code").value = ""
            return
        await self.app.push_screen_wait(recovery_codes(found))
        self.finish(True)
