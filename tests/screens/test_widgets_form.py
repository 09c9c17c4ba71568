"""Forms, counting, dialogs: what is typed stays, errors stand under their fields, nothing moves on Enter."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import ComposeResult

from bocli.widgets.amount_field import AmountField
from bocli.widgets.ask import Ask, CodePrompt, Reason
from bocli.widgets.confirm import Confirm, ConfirmAmount, ConfirmPhrase
from bocli.widgets.count_grid import MOST_PIECES, CountGrid, Drawer
from bocli.widgets.fields import Choice, Field, Tick
from bocli.widgets.form import Form
from bocli.widgets.preview import Facts, PostingLine, PreviewDialog
from bocli.widgets.section import Section
from tests.pty.apps.world import EUR, USD
from tests.screens.app import OneScreen, painted


class Filling(Section[None]):
    SECTION = "palette"

    def __init__(self) -> None:
        super().__init__()
        self.went: list[dict[str, Any]] = []

    def body(self) -> ComposeResult:
        yield Form(
            ("client", "Client", Field()),
            ("amount", "Amount", AmountField(EUR)),
            ("way", "Way", Choice([("a", "Cash"), ("b", "Bank")])),
            ("sure", "Sure", Tick("yes")),
            ("note", "Note", Field(required=False)),
        )

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.went.append(event.values)


class Counting(Section[None]):
    SECTION = "palette"

    def body(self) -> ComposeResult:
        yield CountGrid([Drawer(EUR, (5000, 1000, 50)), Drawer(USD, (2000, 100))])
        yield Field(id="after")


async def test_a_form_gives_values_in_minor_units(strict: None) -> None:
    app = OneScreen(Filling)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Ann", "enter", *"12.50", "enter", "right", "down", "space", "tab", *"hi", "f2")
        assert app.screen.went == [{"client": "Ann", "amount": 1250, "way": "b", "sure": True, "note": "hi"}]  # type: ignore[attr-defined]


@pytest.mark.parametrize("typed", ["", "abc", "-5", "0", "1.234", "9" * 20, "12.5.", "1e5", "USD 5"])
async def test_a_bad_amount_is_said_under_its_field_and_nothing_is_lost(typed: str, strict: None) -> None:
    app = OneScreen(Filling)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Ann", "tab", *typed, "tab", "f2")
        form = app.screen.query_one(Form)
        assert app.screen.went == []  # type: ignore[attr-defined]
        assert form.labelled["amount"].has_class("-bad")
        assert form.field("amount").has_focus
        assert (form.field("client").value, form.field("amount").value) == ("Ann", typed)
        lines = painted(app).splitlines()
        at = next(number for number, line in enumerate(lines) if line.startswith(" Amount"))
        assert lines[at + 1].lstrip().startswith("! ")


async def test_the_first_bad_field_gets_the_focus_and_all_are_told() -> None:
    app = OneScreen(Filling)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "tab", "f2")
        assert app.screen.query_one(Form).field("client").has_focus
        assert painted(app).count("! ") == 2
        await pilot.press(*"Ann", "f2")
        assert painted(app).count("! ") == 1 and app.screen.query_one(Form).field("amount").has_focus


async def test_enter_everywhere_in_a_form_does_nothing_but_move() -> None:
    app = OneScreen(Filling)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Ann", "tab", *"5", *["enter"] * 12)
        assert app.screen.went == []  # type: ignore[attr-defined]


async def test_the_key_of_a_request_stays_until_it_is_settled() -> None:
    app = OneScreen(Filling)
    async with app.run_test(size=(80, 24)) as pilot:
        form = app.screen.query_one(Form)
        first = form.key
        await pilot.press(*"Ann", "tab", *"5", "f2", "f2")
        assert form.key == first
        form.clear()
        assert form.key != first and form.field("client").value == ""


async def test_counting_by_keys_alone(strict: None) -> None:
    app = OneScreen(Counting)
    async with app.run_test(size=(80, 24)) as pilot:
        grid = app.screen.query_one(CountGrid)
        await pilot.press(*"12", "enter", *"3", "down", "0", "tab", "1", "5", "backspace", "enter")
        assert grid.counts() == [
            {"issuer": "EUR", "lines": [[5000, 12], [1000, 3], [50, 0]]},
            {"issuer": "USD", "lines": [[2000, 1]]},
        ]
        assert grid.left_empty() == [("USD", 100)]
        assert grid.total("EUR") == 63_000
        assert "EUR: total" in painted(app) and "1 left empty" in painted(app)
        await pilot.press("enter")
        assert app.screen.query_one("#after").has_focus


async def test_empty_is_not_zero() -> None:
    app = OneScreen(Counting)
    async with app.run_test(size=(80, 24)) as pilot:
        grid = app.screen.query_one(CountGrid)
        await pilot.press("0", "enter", "5", "delete")
        assert grid.pieces["EUR", 5000] == 0 and grid.pieces["EUR", 1000] is None
        assert grid.focus_empty() and grid.at == 1


async def test_too_many_pieces_are_not_taken() -> None:
    app = OneScreen(Counting)
    async with app.run_test(size=(80, 24)) as pilot:
        grid = app.screen.query_one(CountGrid)
        await pilot.press(*"9999999")
        assert grid.pieces["EUR", 5000] == MOST_PIECES


async def test_letters_and_signs_are_no_pieces() -> None:
    app = OneScreen(Counting)
    async with app.run_test(size=(80, 24)) as pilot:
        grid = app.screen.query_one(CountGrid)
        await pilot.press("x", "minus", "full_stop", "4")
        assert grid.pieces["EUR", 5000] == 4


FACTS = Facts(
    [("Client", "Ann")],
    [PostingLine("CASH:desk", "WALLET:7", 10200, EUR)],
    [("Commission", "2.00")],
    ["Look"],
)


@pytest.mark.parametrize(
    ("dialog", "typed", "answer"),
    [
        (lambda: Confirm("T", "W"), ["enter"], None),
        (lambda: Confirm("T", "W"), ["escape"], None),
        (lambda: Confirm("T", "W"), ["f10"], True),
        (lambda: Confirm("T", "W"), ["ctrl+o"], True),
        (lambda: Confirm("T", "W"), ["tab", "enter"], True),
        (lambda: PreviewDialog("T", FACTS), ["enter"], None),
        (lambda: PreviewDialog("T", FACTS), ["f10"], True),
        (lambda: ConfirmPhrase("T", "W", "desk 4"), [*"DESK", "space", "4", "f10"], True),
        (lambda: ConfirmPhrase("T", "W", "desk 4"), [*"desk", "f10"], "still"),
        (lambda: ConfirmPhrase("T", "W", "x"), ["x", "enter"], "still"),
        (lambda: ConfirmAmount("T", "W", 1250, EUR), [*"12.50", "f10"], True),
        (lambda: ConfirmAmount("T", "W", 1250, EUR), [*"12.51", "f10"], "still"),
        (lambda: ConfirmAmount("T", "W", 1250, EUR), [*"12.50", "enter"], "still"),
        (lambda: Ask("T", "L", "old"), ["enter"], "old"),
        (lambda: Ask("T", "L"), ["escape"], None),
        (lambda: Reason("T"), ["enter"], "still"),
        (lambda: Reason("T"), [*"abc", "enter"], "still"),
        (lambda: Reason("T"), [*"abcdef", "enter"], "abcdef"),
        (CodePrompt, [*"123", "space", *"456", "enter"], "123456"),
        (CodePrompt, [*"12345", "enter"], "still"),
        (CodePrompt, [*"12a456", "enter"], "still"),
    ],
)
async def test_dialogs_answer(dialog: Any, typed: list[str], answer: Any, strict: None) -> None:
    app = OneScreen(Filling)
    async with app.run_test(size=(80, 24)) as pilot:
        got: list[Any] = []
        await app.push_screen(dialog(), got.append)
        await pilot.pause(0.05)
        await pilot.press(*typed)
        await pilot.pause()
        assert got == ([] if answer == "still" else [answer])


async def test_a_preview_shows_what_will_be_posted(strict: None) -> None:
    app = OneScreen(Filling)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(PreviewDialog("Top up", FACTS))
        await pilot.pause()
        text = painted(app)
        for word in ("CASH:desk", "WALLET:7", "102.00", "Debit", "Credit", "Commission", "Look:", "Post it"):
            assert word in text, text


async def test_a_grave_key_typed_before_the_dialog_is_painted_is_not_obeyed() -> None:
    app = OneScreen(Filling)
    async with app.run_test(size=(80, 24)) as pilot:
        got: list[Any] = []
        dialog = Confirm("T", "W")
        await app.push_screen(dialog, got.append)
        await pilot.pause(0.05)
        dialog.painted_at = float("inf")
        await pilot.press("f10")
        assert got == [] and "typed before" in painted(app)
        dialog.painted_at = 0.0
        await pilot.press("f10")
        assert got == [True]
