"""What a dialog opened and closed, or a screen switched, leaves behind: at most 15 KB each (P11)."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Awaitable, Callable

from textual.app import ComposeResult

from bocli.help import Help
from bocli.keys import offers
from bocli.widgets.amount_field import AmountField
from bocli.widgets.confirm import Confirm
from bocli.widgets.fields import Field
from bocli.widgets.form import Form
from bocli.widgets.keyset_table import KeysetTable
from bocli.widgets.preview import Facts, PostingLine, PreviewDialog
from bocli.widgets.section import Section
from tests.pty.apps.world import EUR, Numbers
from tests.screens.app import OneScreen

MOST, WARM, TIMES, TURNS = 15 * 1024, 15, 25, 3


class First(Section[None]):
    SECTION = "palette"

    def body(self) -> ComposeResult:
        yield KeysetTable(Numbers(1000))


class Second(Section[None]):
    SECTION = "palette"

    def body(self) -> ComposeResult:
        yield Form(("a", "A", Field()), ("b", "B", AmountField(EUR)))


def kept(deed: Callable[[OneScreen], Awaitable[None]]) -> float:
    """Bytes that stay for each time that the deed is done, once caches are full.

    The least of a few turns: what leaks stays in every turn, what only came late to be let go does not.
    """

    async def measured() -> float:
        app = OneScreen(First)
        async with app.run_test(size=(100, 30)) as pilot:

            async def turn(times: int) -> float:
                gc.collect()
                before = tracemalloc.get_traced_memory()[0]
                for _ in range(times):
                    await deed(app)
                    await pilot.pause()
                gc.collect()
                return (tracemalloc.get_traced_memory()[0] - before) / times

            tracemalloc.start()
            try:
                await turn(WARM)
                return min([await turn(TIMES) for _ in range(TURNS)])
            finally:
                tracemalloc.stop()

    return asyncio.run(measured())


async def confirm(app: OneScreen) -> None:
    await app.push_screen(Confirm("Sure?", "Something is about to be done."))
    await asyncio.sleep(0)
    await app.pop_screen()


async def preview(app: OneScreen) -> None:
    facts = Facts([("Client", "Ann")], [PostingLine("CASH", "WALLET", 100, EUR)])
    await app.push_screen(PreviewDialog("Top up", facts))
    await asyncio.sleep(0)
    await app.pop_screen()


async def help_screen(app: OneScreen) -> None:
    await app.push_screen(Help("", list(offers(app))))
    await asyncio.sleep(0)
    await app.pop_screen()


async def form(app: OneScreen) -> None:
    await app.push_screen(Second())
    await asyncio.sleep(0)
    await app.pop_screen()


async def table(app: OneScreen) -> None:
    await app.push_screen(First())
    await asyncio.sleep(0)
    await app.pop_screen()


def test_a_confirmation() -> None:
    assert kept(confirm) <= MOST


def test_a_preview() -> None:
    assert kept(preview) <= MOST


def test_help() -> None:
    assert kept(help_screen) <= MOST


def test_a_screen_with_a_form() -> None:
    assert kept(form) <= MOST


def test_a_screen_with_a_list() -> None:
    assert kept(table) <= MOST
