"""Facts in two columns: what it is, and what it is here."""

from __future__ import annotations

from collections.abc import Sequence

from bocli.widgets.lines import Row
from bocli.widgets.shown import fitted, paragraph

LABEL, ROOM = 26, 50


def fact_rows(facts: Sequence[tuple[str, str]]) -> list[Row]:
    """Rows for Lines; a long value goes on in the next line."""
    return [
        [("dim", fitted(label if at == 0 else "", LABEL)), ("", line)]
        for label, value in facts
        for at, line in enumerate(paragraph(value, ROOM) or [""])
    ]
