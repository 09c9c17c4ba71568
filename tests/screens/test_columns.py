"""Which columns a list shows at a width: names keep room, whatever else would fit."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import screens
from screens.parts.columns import ENOUGH, NARROWEST, in_sight
from screens.parts.listing import Listing

LISTS = {
    one.__name__: one
    for module in pkgutil.iter_modules(screens.__path__)
    for _, one in inspect.getmembers(importlib.import_module(f"screens.{module.name}"), inspect.isclass)
    if issubclass(one, Listing) and getattr(one, "COLUMNS", None)
}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_the_column_of_names_has_room_at_every_width(name: str) -> None:
    columns = LISTS[name].COLUMNS
    for width in range(80, 201):
        shown = in_sight(columns, (), width)
        rest = width - 2 - sum(each.width + 1 for each in shown)
        spare = [each.name for each in shown if each.from_width]
        assert rest >= ENOUGH * sum(not each.width for each in shown) or not spare, (width, rest, spare)
        assert rest >= NARROWEST * any(not each.width for each in shown), (width, rest)


def test_what_comes_last_goes_first() -> None:
    columns = LISTS["Applications"].COLUMNS
    assert "taken" not in [each.name for each in in_sight(columns, (), 120)]
    assert {"kind", "excess", "taken"} <= {each.name for each in in_sight(columns, (), 132)}
    assert [each.name for each in in_sight(columns, (), 80)] == ["number", "client", "amount", "age", "state"]
