"""The effect of a draft, as it is shown: nothing cut, every figure below its head."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bocli.widgets.shown import shown
from core.contracts import WhatIf
from core.text import cells
from core.texts import LANGUAGES, set_language, t
from screens.parts.what_if import Effect

WIDTH = 72


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    set_language("en")


def told(*found: WhatIf) -> list[list[str]]:
    """The rows, cell by cell."""
    effect = Effect()
    effect.tell(found, ())
    return [[text for _, text in row] for row in effect.rows(WIDTH)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_whole_and_figures_stand_below_their_heads(language: str) -> None:
    set_language(language)
    few = WhatIf("payment", "EUR", 2, 193, 33_57_00, 33_57, 40_00, 0, 0, 0)
    many = WhatIf("transfer", "BONUS", 0, 1_234_567, 10**12, 987_654_321_987, 0, 0, 0, 0)
    for found in ([few], [few, many]):
        rows = told(*found)
        assert all(cells("".join(row)) <= WIDTH for row in rows), rows
        for each in found:
            assert any(shown(t(f"operation.{each.kind}")) in shown(row[0]) for row in rows if row), rows
        # Cells of one width each, so that no language puts the figures of a row in another order.
        figures = {tuple(map(cells, row[-10:])) for row in rows if len(row) >= 10}
        assert len(figures) == 1, rows


def test_a_name_without_room_has_a_line_of_its_own() -> None:
    wide = WhatIf("payment", "ABCDEFGHIJKL", 2, 10**7, 10**15, 10**13, 2 * 10**13, 0, 0, 0)
    text = ["".join(row) for row in told(wide)]
    assert "Payment to a merchant" in text
    assert text[text.index("Payment to a merchant") + 1].split() == [
        "ABCDEFGHIJKL", "10,000,000", "100,000,000,000.00", "200,000,000,000.00", "+100,000,000,000.00"
    ]  # fmt: skip
