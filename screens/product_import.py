"""A provider's list of products, taken from a file: a dry run with a report by line, then all of it or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from bocli.widgets.confirm import Confirm
from bocli.widgets.fields import Choice, Field, Tick
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from core.db.keyset import Keyset
from core.errors import Changed
from core.export import write_csv
from core.issuers import issuers_select
from core.products import ImportReport, Parsed, import_list, providers, read_list
from core.texts import n, t
from screens.parts.list_files import export_folder, short

SHOWN = 200
FIELDS = {"product": "path"}


class ProductImport(Section[str]):
    """F2 tries the list and shows what it would do; F10 there takes it. Gives what to say at the end."""

    SECTION = "product_import"
    report: ImportReport | None = None

    def body(self) -> ComposeResult:
        yield Vertical(id="place")
        yield Lines(id="report")

    def on_mount(self) -> None:
        self.work(self._load())

    async def _load(self) -> None:
        def both(db: Any) -> tuple[Any, dict[str, int]]:
            units = Keyset(issuers_select, ("position", "id"), newest_first=False).page(db, None, 500)
            return providers(db), {each.code: each.scale for each in units}

        found = await self.call(both)
        if found is None:
            return
        who, self.scales = found
        if not who:
            self.show_error(t("products.no_provider"))
            return
        form = Form(
            ("provider", t("products.provider"), Choice(list(who))),
            ("path", t("product_import.path"), Field(limit=400)),
            ("missing", t("product_import.missing"), Tick(t("product_import.switch_off"))),
        )
        await self.query_one("#place", Vertical).mount(form)
        form.field("path").focus()

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._try(event.form, event.values))

    def _read(self, path: str) -> Parsed:
        return read_list(Path(path).expanduser(), self.scales)

    async def _try(self, form: Form, values: dict[str, Any]) -> None:
        missing, provider = values["missing"], values["provider"]

        def dry(db: Any) -> tuple[str, ImportReport]:
            parsed = self._read(values["path"])
            report = ImportReport(0, 0, 0, 0, 0, ())
            if parsed.rows:
                report = import_list(
                    db, form.key, provider, parsed.rows, switch_off_missing=missing, dry_run=True
                )
            if parsed.errors:
                errors = sorted((*parsed.errors, *report.errors), key=lambda each: (each.line, each.field))
                wrong = len(parsed.errors) + report.wrong
                report = replace(
                    report, added=0, changed=0, same=0, switched_off=0, wrong=wrong, errors=tuple(errors)
                )
            return parsed.digest, report

        tried = await self.call(dry, form=form, fields=FIELDS)
        if tried is None:
            return
        digest, self.report = tried
        self.query_one("#report", Lines).show(*report_rows(self.report))
        if self.report.wrong or not await self.app.push_screen_wait(
            Confirm(t("product_import.sure"), in_words(self.report))
        ):
            return

        def real(db: Any) -> ImportReport:
            parsed = self._read(values["path"])
            if parsed.digest != digest:
                raise Changed("product.file_changed")
            return import_list(db, form.key, provider, parsed.rows, switch_off_missing=missing, dry_run=False)

        taken = await self.call(real, writes=form, fields=FIELDS)
        if taken is not None:
            self.finish(in_words(taken))

    def blocked(self, action_id: str) -> str | None:
        faulty = self.report is not None and self.report.errors
        return "blocked.no_faults" if action_id == "product_import.report" and not faulty else None

    def act_report(self) -> None:
        """The faults as a file."""
        self.work(self._keep())

    async def _keep(self) -> None:
        report = self.report
        assert report is not None
        heads = [t("product_import.line"), t("product_import.field"), t("product_import.fault")]

        def write(_: Any) -> Any:
            return write_csv(
                export_folder(),
                "product-faults",
                heads,
                [report.errors],
                lambda each: (each.line, each.field, t(f"error.{each.key}")),
                lambda _: True,
            )

        kept = await self.call(write)
        if kept is not None:
            self.say(t("product_import.kept", path=short(kept[0])))


def in_words(report: ImportReport) -> str:
    """What an import does, or did."""
    return t(
        "product_import.words",
        added=report.added,
        changed=report.changed,
        same=report.same,
        off=report.switched_off,
    )


def report_rows(report: ImportReport) -> list[Any]:
    """The report: in one sentence, and each fault by its line."""
    if not report.wrong:
        return ["", [("good", in_words(report))]]
    rows: list[Any] = ["", [("bad", n("product_import.wrong", report.wrong))]]
    for each in report.errors[:SHOWN]:
        where = t("product_import.at", line=each.line, field=each.field)
        rows.append([("warn", where), ("", "  "), ("", t(f"error.{each.key}"))])
    return rows
