"""The QR code of a second factor, read back from the painted cells by a reader that did not make it."""

from __future__ import annotations

from typing import Any

import pytest
import zxingcpp
from PIL import Image
from textual.app import ComposeResult

from bocli.theme import THEMES, colour_system
from bocli.widgets.qr import QrCode, can_paint, modules
from bocli.widgets.section import Section
from core.staff.secrets import totp_uri
from tests.screens.app import OneScreen

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
URI = totp_uri("administrator@demo.example", "Harbour Money", SECRET)
UPPER, LOWER = {"▀", "█"}, {"▄", "█"}
PAINTED = [name for name in THEMES if can_paint(name)]


class OneCode(Section[None]):
    DEFAULT_CSS = "OneCode > QrCode { dock: right; height: 100%; }"

    def __init__(self, uri: str) -> None:
        super().__init__()
        self.uri = uri

    def body(self) -> ComposeResult:
        yield from ()

    def on_mount(self) -> None:
        self.mount(QrCode(self.uri))


def camera(app: Any, code: QrCode) -> Image.Image:
    """What a camera sees of the code and of the terminal around it: a cell is 8 by 16, its colours are the styles'."""
    region = code.region
    size = app.size
    picture = Image.new("RGB", (size.width * 8, size.height * 16))
    system = app.console._color_system
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            style = segment.style
            assert style is not None
            assert style.bgcolor is not None
            ink, paper = (
                colour.downgrade(system).get_truecolor(foreground=front) if system else colour.get_truecolor()
                for colour, front in ((style.color or style.bgcolor, True), (style.bgcolor, False))
            )
            for character in segment.text:
                box = (x * 8, y * 16, x * 8 + 8, y * 16 + 8)
                picture.paste(tuple(ink if character in UPPER else paper), box)
                box = (x * 8, y * 16 + 8, x * 8 + 8, y * 16 + 16)
                picture.paste(tuple(ink if character in LOWER else paper), box)
                x += 1
    assert region.right == size.width
    return picture


def read(picture: Image.Image) -> str | None:
    """Without a second look at the inverted picture, which many readers do not take."""
    found = zxingcpp.read_barcode(picture, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=False)
    return found.text if found is not None else None


@pytest.mark.parametrize("theme", PAINTED)
async def test_the_painted_code_is_read_back_in_every_theme(theme: str) -> None:
    app = OneScreen(lambda: OneCode(URI))
    async with app.run_test(size=(80, 24)) as pilot:
        app.set_look(theme)
        app.console._color_system = colour_system(theme, app._best_colours) or app._best_colours
        await pilot.pause()
        code = app.screen.query_one(QrCode)
        assert read(camera(app, code)) == URI


@pytest.mark.parametrize("letters", range(1, 60, 7))
async def test_a_terminal_of_24_lines_has_room_for_any_usual_address(letters: int) -> None:
    uri = totp_uri("a" * letters + "@example.com", "Гаманець Київ", SECRET)
    code = QrCode(uri)
    if not code.fits(24, 80 - 27):
        assert letters > 50
        return
    app = OneScreen(lambda: OneCode(uri))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert read(camera(app, app.screen.query_one(QrCode))) == uri


async def test_a_terminal_that_is_larger_gets_the_same_code() -> None:
    app = OneScreen(lambda: OneCode(URI))
    async with app.run_test(size=(132, 41)) as pilot:
        await pilot.pause()
        assert read(camera(app, app.screen.query_one(QrCode))) == URI


def test_the_camera_can_fail() -> None:
    """The control: an inverted code, and one with a line missing, are not read."""
    rows = modules(URI)
    size = len(rows)
    for spoil in ("inverted", "cut"):
        picture = Image.new("L", ((size + 8) * 8, (size + 8) * 8), 0 if spoil == "inverted" else 255)
        for y, row in enumerate(rows[: size // 2] if spoil == "cut" else rows):
            for x, dark in enumerate(row):
                shade = (255 if dark else 0) if spoil == "inverted" else (0 if dark else 255)
                picture.paste(shade, ((x + 4) * 8, (y + 4) * 8, (x + 5) * 8, (y + 5) * 8))
        assert read(picture) is None


def test_letters_alone_paint_no_code() -> None:
    assert not can_paint("ascii")
    assert len(modules(URI)) == 37  # version 5, as 24 lines have room for
