"""A contract given to clients: those that a filter finds, or those of a file, from a moment on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from core.clients import clients_select
from core.contracts import ContractDetail, match_clients, moment_text
from core.db.keyset import Keyset
from core.errors import Invalid
from core.files import lines_of, read_bytes
from core.lists import narrow
from core.texts import n, t
from screens.clients import Clients
from screens.parts.columns import fields
from screens.parts.hand_in import hand_in
from screens.parts.request import Request
from screens.parts.start import start_field

LARGEST_FILE, MOST = 16 * 2**20, 100_000
FIELDS = {"file": "what", "filter": "what", "assignment": "what", "change": "start"}


class ContractAssign(Section[str]):
    """F2 looks who they are and shows it; F10 there hands it in. Gives what to say at the end."""

    SECTION = "contract_assign"

    def __init__(self, contract: ContractDetail) -> None:
        super().__init__()
        self.contract = contract
        self.request = Request()

    def body(self) -> ComposeResult:
        ways = [("filter", t("contract_assign.by_filter")), ("file", t("contract_assign.by_file"))]
        yield Lines([("head", self.contract.name)], "")
        yield Form(
            ("way", t("contract_assign.way"), Choice(ways)),
            ("what", t("contract_assign.what"), Field(limit=400)),
            ("start", t("terms.starts_utc"), start_field()),
        )
        yield Lines(id="found")

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._assign(event.form, event.values))

    def _filtered(self, db: Any, text: str) -> list[int]:
        ids: list[int] = []
        plain = Clients()
        keyset = narrow(Keyset(clients_select), text, fields(Clients.COLUMNS), plain.plain)
        for window in keyset.windows(db, 5000):
            ids += [row.id for row in window]
            if len(ids) > MOST:
                raise Invalid("assignment.too_many")
        return ids

    async def _assign(self, form: Form, values: dict[str, Any]) -> None:
        found: list[int] | None
        told = self.query_one("#found", Lines)
        if values["way"] == "filter":
            found = await self.call(lambda db: self._filtered(db, values["what"]), form=form, fields=FIELDS)
        else:

            def matching(db: Any) -> Any:
                lines = lines_of(read_bytes(Path(values["what"]).expanduser(), LARGEST_FILE))
                return match_clients(db, lines)

            matched = await self.call(matching, form=form, fields=FIELDS)
            if matched is None:
                return
            if matched.unknown_count:
                some = ", ".join(str(each) for each in matched.unknown[:20])
                told.show(
                    "",
                    [("bad", n("contract_assign.unknown", matched.unknown_count))],
                    t("contract_assign.lines", lines=some),
                )
                return
            found = list(matched.client_ids)
        if found is None:
            return
        told.show("", [("good", n("contract_assign.found", len(found)))])
        if not found:
            form.show_errors({"what": Invalid("assignment.clients")})
            return
        payload = {
            "contract_id": self.contract.id,
            "clients": found,
            "valid_from": moment_text(values["start"]),
        }
        said = await hand_in(self, "assignment", payload, {}, self.request)
        if said is not None:
            self.finish(said)
