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
from screens.parts.hand_in import send
from screens.parts.request import Request

FIELDS = {"file": "path", "rate": "path"}


class RatesImport(Section[str]):
    """F2 reads the file; what is off its band becomes a request for a second person. Gives what to say at the end."""

    SECTION = "rates_import"

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()
        self.kept: tuple[int, int] | None = None

    def body(self) -> ComposeResult:
        yield Form(("path", t("rates_import.path"), Field(limit=400)))
        yield Lines(id="report")

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._take(event.form, event.values["path"]))

    async def _take(self, form: Form, path: str) -> None:
        def looked(db: Any) -> tuple[ecb.Read, dict[str, Any], approvals.Look]:
            read = ecb.read(Path(path).expanduser())
            payload = read.payload(choices(db).scales)
            return read, payload, approvals.look(db, "system_rate", payload)

        found = await self.call(looked, form=form, fields=FIELDS)
        if found is None:
            return
        read, payload, seen = found
        self.query_one("#report", Lines).show(*report_rows(read, len(payload["rates"])))
        if seen.error is not None or seen.outcome is None:
            self.show_error(seen.error or t("error.rate.none"))
            return
        off = len(seen.outcome["off_band"])
        words = n("rates_import.off", off) if off else n("rates_import.take", seen.outcome["written"])
        if not await self.app.push_screen_wait(Confirm(t("rates_import.sure"), words)):
            return
        if off:
            said = await send(self, "system_rate", payload, self.request, None)
        else:
            taken = await self.call(
                lambda db: approvals.alone(db, self.request.key, "system_rate", payload, seen.base),
                writes=self.request,
            )
            said = None if taken is None else n("rates_import.taken", taken["written"])
        if said is not None:
            self.finish(said)


def report_rows(read: ecb.Read, known: int) -> list[Any]:
    """What the file holds, and which days it lacks."""
    first, last = read.references[0].day, read.references[-1].day
    rows: list[Any] = ["", t("rates_import.holds", first=date(first), last=date(last), known=known)]
    if read.missing:
        days = ", ".join(date(each) for each in read.missing[:10])
        rows.append([("warn", n("rates_import.missing", len(read.missing))), ("", f" {days}")])
    return rows
