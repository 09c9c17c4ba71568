"""One line that names the keys which act here now. It builds no widgets: Textual's Footer leaks its own."""

from __future__ import annotations

from typing import Any

from bocli.keys import Offer, offers, shown_key
from bocli.widgets.lines import Lines, Row
from bocli.widgets.shown import shown
from core.text import cells
from core.texts import t


class KeyBar(Lines):
    """Read from the table of actions; a key that cannot act now stands in it without its name's weight."""

    DEFAULT_CSS = "KeyBar { height: 1; background: $panel; }"

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, _screen: Any) -> None:
        # Most moves of the focus change nothing here, and what is the same costs no byte.
        if self.rows(self.size.width) != (self._painted[1] if self._painted else None):
            self.changed()

    def rows(self, width: int) -> list[Row]:
        """What fits: first the keys that cannot act now give way, then the last ones; help names them all."""
        found = [(offer, _named(offer)) for offer in offers(self.app) if offer.action.bar]
        while len(found) > 1 and sum(cells(shown(text)) for _, pair in found for _, text in pair) > width:
            idle = [each for each in found if each[0].why_not is not None]
            spare = [each for each in found if each[0].action.id != "app.help"]
            found.remove((idle or spare)[-1])
        return [[run for _, pair in found for run in pair]]


def _named(offer: Offer) -> Row:
    key, name = shown_key(offer.action.keys[0]), t(offer.action.label)
    return [("key" if offer.why_not is None else "dim", f" {key} "), ("dim" if offer.why_not else "", name)]
