"""Facts in two columns: what it is, and what it is here."""

from __future__ import annotations

from collections.abc import Sequence

from bocli.widgets.lines import Row
from bocli.widgets.shown import fitted, paragraph, shown
from core.text import cells

LABEL, ROOM = 26, 48


def fact_rows(facts: Sequence[tuple[str, str]]) -> list[Row]:
    """Rows for Lines; a long value goes on in the next line."""
    return [row for label, value in facts for row in wrapped(label, value, (LABEL, ROOM), ("dim", ""))]


def wrapped(label: str, value: str, widths: tuple[int, int], styles: tuple[str, str]) -> list[Row]:
    """A label and its value; a long value goes on in the next line, and a long label has a line of its own."""
    beside = cells(label) < widths[0]
    lines = paragraph(value, widths[1]) or [shown("")]
    rows: list[Row] = [] if beside else [[(styles[0], label)]]
    for at, line in enumerate(lines):
        rows.append([(styles[0], fitted(label if beside and at == 0 else "", widths[0])), (styles[1], line)])
    return rows
