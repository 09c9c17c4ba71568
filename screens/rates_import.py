"""The ECB's reference rates out of a file, as system rates: what it holds is shown before it is taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.confirm import Confirm
from bocli.widgets.fields import Field
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from core import approvals
from core.contracts import choices
from core.rates import ecb
from core.texts import date, n, t
from screens.parts.request import Request, done

FIELDS = {"file": "path", "rate": "path"}


class RatesImport(Section[str]):
    """F2 reads the file; what is off its band becomes a request for a second person. Gives what to say at the end."""

    SECTION = "rates_import"

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()

    def body(self) -> ComposeResult:
        yield Form(("path", t("rates_import.path"), Field(limit=400)))
        yield Lines(id="report")

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._take(event.form, event.values["path"]))

    async def _take(self, form: Form, path: str) -> None:
        def tried(db: Any) -> tuple[ecb.Read, dict[str, Any], Any]:
            read = ecb.read(Path(path).expanduser())
            payload = read.payload(choices(db).scales)
            return read, payload, approvals.save(db, form.key, "system_rate", payload)

        found = await self.call(tried, writes=form, fields=FIELDS)
        if found is None:
            return
        read, payload, saved = found
        self.query_one("#report", Lines).show(*report_rows(read, len(payload["rates"])))
        if saved.error is not None:
            self.show_error(saved.error)
            return
        off = saved.outcome["off_band"]
        words = n("rates_import.off", len(off)) if off else n("rates_import.take", saved.outcome["written"])
        if not await self.app.push_screen_wait(Confirm(t("rates_import.sure"), words)):
            await self.call(
                done(lambda db: approvals.withdraw(db, self.request.key, saved.request_id)),
                writes=self.request,
            )
            return
        if off:
            sent = await self.call(
                done(lambda db: approvals.submit(db, self.request.key, saved.request_id, saved.revision)),
                writes=self.request,
            )
            if sent:
                self.finish(t("hand_in.sent", number=saved.request_id))
            return

        def take(db: Any) -> dict[str, Any]:
            base = approvals.base_now(db, "system_rate", payload)
            return approvals.alone(db, form.key, "system_rate", payload, base)

        taken = await self.call(take, writes=form, fields=FIELDS)
        if taken is not None:
            await self.call(
                done(lambda db: approvals.withdraw(db, self.request.key, saved.request_id)),
                writes=self.request,
            )
            self.finish(n("rates_import.taken", taken["written"]))


def report_rows(read: ecb.Read, known: int) -> list[Any]:
    """What the file holds, and which days it lacks."""
    first, last = read.references[0].day, read.references[-1].day
    rows: list[Any] = ["", t("rates_import.holds", first=date(first), last=date(last), known=known)]
    if read.missing:
        days = ", ".join(date(each) for each in read.missing[:10])
        rows.append([("warn", n("rates_import.missing", len(read.missing))), ("", f" {days}")])
    return rows
