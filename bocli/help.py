"""`?`: what this screen is for, every key that acts here, and those that cannot act now, with the reason."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from bocli.keys import ACTIONS, Offer, shown_key
from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.lines import Lines, Row
from core.texts import LANGUAGES, has, language, set_language, t


class Scrolled(VerticalScroll, can_focus=True):
    """The list of keys; arrows scroll it."""

    DEFAULT_CSS = "Scrolled { height: auto; max-height: 1fr; scrollbar-size-vertical: 1; }"


class Help(Dialog[None]):
    """Made from what is offered at the moment it was asked for."""

    DO: ClassVar[str | None] = None
    DEFAULT_CSS = "Help > #box { height: 100%; }"

    def __init__(self, about: str, found: list[Offer]) -> None:
        """about: the section's name in the catalogue, or ""; found: bocli.keys.offers(app)."""
        super().__init__(t(f"{about}.title") if about else t("help.title"))
        self.about, self.found = about, found

    def body(self) -> ComposeResult:
        with Scrolled():
            if self.about and has(f"{self.about}.help"):
                yield Words(t(f"{self.about}.help"))
            yield Lines(*rows(self.found))
            yield Lines("", [("dim", t("help.fields"))])


def rows(found: list[Offer]) -> list[Row]:
    """A row for each action: keys, name, and under it why it cannot act now."""
    made: list[Row] = []
    for offer in found:
        keys = " ".join(shown_key(key) for key in offer.action.keys[:3])
        grave = t("help.grave") + " " if offer.action.grave else ""
        made.append(
            [("key", f"{keys:<16} "), ("warn", grave), ("dim" if offer.why_not else "", t(offer.action.text))]
        )
        if offer.why_not:
            made.append([("", " " * 17), ("dim", t("help.not_now") + " "), ("dim", t(offer.why_not))])
    return made


def cheat_sheet() -> str:
    """docs/keys.md: the whole table in every language, as Markdown."""
    before = language()
    parts = ["# Keys\n\nMade from the table of actions by `python -m bocli.help`; do not edit by hand."]
    for code, name in LANGUAGES.items():
        set_language(code)
        lines = [
            f"\n## {name}\n",
            f"| {t('help.key')} | {t('help.action')} | {t('help.where')} |",
            "|---|---|---|",
        ]
        for each in ACTIONS:
            keys = ", ".join(f"`{shown_key(key)}`" for key in each.keys)
            grave = f" ({t('help.grave')})" if each.grave else ""
            lines.append(f"| {keys} | {t(each.text)}{grave} | {t(f'help.scope.{each.scope}')} |")
        parts.append("\n".join(lines))
    set_language(before)
    return "\n".join(parts) + "\n"


def main(*_: Any) -> None:
    """Write the cheat sheet to standard output."""
    sys.stdout.write(cheat_sheet())


if __name__ == "__main__":
    main()
