"""What a cashier's counter needs of Textual that Textual 8 does not give; tests/pty holds each on a real pty.

SteadyApp: one key is finished before the next begins. Textual hands printable keys straight to the focused
widget but lets Tab and Enter bubble to the app first, so `12<Tab>34<Enter>` in one packet (SSH, a barcode
reader) would put `1234` in the first field. Keys also wait while a call that the person started is under way.

SteadyDriver: a byte that is not UTF-8 becomes U+FFFD instead of ending the program; a lone Escape is
reported soon, and one with a key behind it in one packet is no Alt; a hang-up ends the program in order;
nothing is asked of the terminal that old ones do not know.

SteadyScreen: moving the focus does not paint the whole screen again; what is asked for and answered soon is painted
together with what asked for it.
"""

from __future__ import annotations

import asyncio
import os
import re
import selectors
import signal
import sys
import time
import traceback
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, ClassVar, Generic, TypeVar

from textual import constants, events
from textual._parser import ParseError
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.color import Color
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

from bocli.garbage import Garbage
from core import text as letters

UNWANTED = ("\x1b[?1004", "\x1b]22;", "\x1b[>", "\x1b[<u")
OLD_TERMINALS = ("linux", "vt", "ansi", "dumb", "putty-vt100", "screen.linux")
# Not before what begins or ends a sequence, Shift+Tab of the Linux console, and the words of a line (Alt+b, Alt+f,
# Alt+Backspace, which people's fingers know).
LONE_ESCAPE = re.compile(r"\x1b(?=[^\x1b\[\]\\OPX^_bf\t\x7f])", re.DOTALL)
Result = TypeVar("Result")


@lru_cache(256)
def _inner_outer(base: Color, background: Color) -> tuple[Style, Style]:
    found: tuple[Style, Style] = _textuals_inner_outer(None, base, background)
    return found


# Textual caches this method with its object, and so holds what was painted of the last 1,024 widgets,
# about 115 KB for each dialog that is closed. The colours alone are the key here.
_textuals_inner_outer: Any = StylesCache.get_inner_outer.__wrapped__
StylesCache.get_inner_outer = lambda _, base, background: _inner_outer(base, background)  # type: ignore[assignment, method-assign]


class Pastes:
    """Takes bracketed pastes out of what the terminal sends, before anything looks for keys in it: a
    pasted text that holds the sequence of a key (F10, say) must not press that key."""

    BEGIN, FINISH = "\x1b[200~", "\x1b[201~"

    def __init__(self) -> None:
        self._held = ""
        self._inside = False

    def feed(self, text: str) -> list[tuple[bool, str]]:
        """Pairs: whether it was pasted, and the text. What may be the start of a mark waits for the next
        call."""
        rest, found = self._held + text, []
        self._held = ""
        while rest:
            mark = self.FINISH if self._inside else self.BEGIN
            before, seen, after = rest.partition(mark)
            if seen:
                if before or self._inside:
                    found.append((self._inside, before))
                self._inside, rest = not self._inside, after
                continue
            cut = 0 if self._inside else len(rest) - self._beginning_of(mark, rest)
            if cut:
                found.append((False, rest[:cut]))
            self._held, rest = rest[cut:], ""
        return [(pasted, piece) for pasted, piece in found if piece]

    def flush(self) -> list[tuple[bool, str]]:
        """Nothing more came: what waited was a key after all. A paste goes on waiting for its end."""
        if self._inside or not self._held:
            return []
        held, self._held = self._held, ""
        return [(False, held)]

    def give_up(self) -> list[tuple[bool, str]]:
        """Half a second of silence inside a paste: its end got lost, and keys must be heard again."""
        held, inside = self._held, self._inside
        self._held, self._inside = "", False
        return [(inside, held)] if held else []

    @staticmethod
    def _beginning_of(mark: str, text: str) -> int:
        return next((size for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), 0)


def keys(parser: XTermParser, text: str) -> Iterator[Message]:
    """What the terminal sent, as events. Escape and a key that come in one packet are two keys: no key of ours needs
    Alt, and taken for it Escape would be lost (Esc Enter) or a letter typed that nobody pressed (Esc 1)."""
    begin = 0
    for escape in LONE_ESCAPE.finditer(text):
        if escape.start() > begin:
            yield from parser.feed(text[begin : escape.start()])
        yield events.Key("escape", "\x1b")
        begin = escape.end()
    if begin < len(text):
        yield from parser.feed(text[begin:])


class SteadyDriver(LinuxDriver):
    """The terminal, read so that no byte and no loss of it does harm."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        # Ctrl+Z arrives as a key; a stop signal from elsewhere must not leave a shell beside an open session.
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)
        self._old_terminal = os.environ.get("TERM", "").startswith(OLD_TERMINALS)

    @property
    def can_suspend(self) -> bool:
        return False

    def start_application_mode(self) -> None:
        """As Textual does it; and a terminal that would turn right-to-left text round by itself is told not to
        (ECMA-48 BDSM), for the program has done so already."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if not self._old_terminal and letters.rtl() == "program":
            self.write(letters.EXPLICIT_BIDI)

    def stop_application_mode(self) -> None:
        if not self._old_terminal and letters.rtl() == "program":
            self.write(letters.IMPLICIT_BIDI)
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """What old terminals do not know is never sent: the kitty protocol, shapes of the pointer, and focus
        reports, which would blur the field whenever the person looks at another window."""
        if data.startswith(UNWANTED) or (self._old_terminal and data.endswith("$p")):
            return
        if self._writer_thread is not None and self._writer_thread.is_alive():
            self._writer_thread.write(data)

    def run_input_thread(self) -> None:
        decoder = getincrementaldecoder("utf-8")("replace")
        parser, pastes = XTermParser(self._debug), Pastes()
        soon = min(0.02, max(0.005, constants.ESCAPE_DELAY))
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            wait = 0.5
            while not self.exit_event.is_set():
                pieces: list[tuple[bool, str]] = []
                if selector.select(wait):
                    try:
                        read = os.read(self.fileno, 4096)
                    except OSError:
                        read = b""
                    if not read:
                        self._gone()
                        return
                    pieces = pastes.feed(decoder.decode(read))
                    wait = soon  # an escape may be pending, so look again soon
                elif wait == soon:
                    pieces = pastes.flush()
                    wait = 0.5
                else:
                    pieces = pastes.give_up()
                    if decoder.getstate()[0]:
                        pieces.append((False, decoder.decode(b"", True)))
                        decoder.reset()
                for pasted, text in pieces:
                    for event in (events.Paste(text),) if pasted else keys(parser, text):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        try:
            for _ in parser.feed(""):
                pass
        except (EOFError, ParseError):
            pass

    def _gone(self) -> None:
        """The terminal has gone: end in order. This runs in the input thread."""
        loop = self._app._loop  # noqa: SLF001 - the driver is part of the app
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._app.exit)


class SteadyScreen(Screen[Result], Generic[Result]):
    """A screen whose focus moves without a repaint, and without Textual's tooltip and toast widgets.

    A whole screen costs some 7 ms and 9 KB, and the next one waits for Textual's next sixtieth of a second besides; so
    one that would be painted over at once is not painted at all.
    """

    HOLD_S: ClassVar[float] = 0.04
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    TITLE: ClassVar[str | None] = None
    painted_at: float = float("inf")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._holds: set[object] = set()
        self._to_be_painted_over = False

    def _extend_compose(self, widgets: list[Widget]) -> None:
        return

    # Painting.

    def hold_paint(self) -> Callable[[], None]:
        """Paint nothing of this screen until the function that is returned is called, which may be done more than
        once, or until HOLD_S are over: who waits longer than that wants to see that something is going on."""
        hold = object()
        self._holds.add(hold)

        def let_go() -> None:
            overdue.cancel()
            if hold in self._holds:
                self._holds.discard(hold)
                self.check_idle()

        overdue = asyncio.get_running_loop().call_later(self.HOLD_S, let_go)
        return let_go

    async def _on_idle(self, event: events.Idle) -> None:
        # Textual's own handler of this name would start the timer that paints.
        if self._holds:
            event.prevent_default()

    def _on_timer_update(self) -> None:
        """Textual would paint a new layout, and then all of it again when the whole screen is to be painted too."""
        if self._holds:
            self._update_timer.pause()
            return
        if self.is_current and self._layout_required and self._repaint_required:
            self._to_be_painted_over = True
            try:
                self._refresh_layout(scroll=self._scroll_required)
            finally:
                self._to_be_painted_over = False
            self._layout_required = self._scroll_required = False
        super()._on_timer_update()

    def _compositor_refresh(self) -> None:
        """What is not painted now stays dirty in the compositor."""
        if self._holds:
            self._repaint_required = True
        elif not self._to_be_painted_over:
            super()._compositor_refresh()
            if self.is_current and not self.app._batch_count:  # noqa: SLF001 - then Textual has painted nothing
                self._is_painted()

    _seen = False

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        """Until it has been painted once more, nothing grave is obeyed on it.

        Textual calls this before its own handler of the same name, which would compute every style of a new
        screen a second time.
        """
        event.refresh_styles, self._seen = event.refresh_styles and self._seen, True
        self.painted_at = float("inf")
        self.call_after_refresh(self._painted)

    def _is_painted(self) -> None:
        """Now, and not when Textual comes to say so: on a slow machine keys that follow the picture are faster."""
        self.painted_at = min(self.painted_at, time.monotonic())

    def _painted(self) -> None:
        self._is_painted()
        painted = getattr(self.app, "screen_painted", None)
        if painted is not None:
            painted()


class SteadyApp(App[None]):
    """An app that takes keys one by one, and ends in order on hang-up and SIGTERM."""

    ENABLE_COMMAND_PALETTE = False
    HOLD_KEYS_S = 10.0

    def __init__(self, **options: Any) -> None:
        options.setdefault("driver_class", SteadyDriver if sys.__stdin__ is not None else None)
        super().__init__(**options)
        self._typed: deque[events.Event] = deque()
        self._pacer: asyncio.Task[None] | None = None
        self._under_way = 0
        self._idle_calls = asyncio.Event()
        self._key_at = 0.0
        self._garbage: Garbage | None = None
        self.fault = ""
        self.animation_level = "none"

    def get_default_screen(self) -> Screen[Any]:
        return SteadyScreen(id="_default")

    def on_mount(self) -> None:
        """Hang-up, SIGTERM and SIGINT end the session in order: rows closed, terminal restored."""
        if not self.is_headless:
            self._garbage = Garbage(lambda: self.screen.is_modal)
            for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, self.exit)

    async def _replace_screen(self, screen: Screen[Any]) -> Screen[Any]:
        """What comes to light is painted when the other one is taken apart, which lays out once more, and not before
        too."""
        below = self.screen if self._screen_stack else None
        let_go = below.hold_paint() if isinstance(below, SteadyScreen) else None
        try:
            return await super()._replace_screen(screen)
        finally:
            if let_go is not None:
                self.call_next(let_go)  # in the same queue, after Textual's own second layout

    # Keys, one by one.

    def typed_ahead(self) -> bool:
        """Was the key that is being obeyed typed before the present screen was painted?"""
        return self._key_at < getattr(self.screen, "painted_at", 0.0)

    def call_started(self) -> None:
        """Keys typed from now on wait until `call_ended`, at most HOLD_KEYS_S."""
        self._under_way += 1
        self._idle_calls.clear()

    def call_ended(self) -> None:
        """The call is over; the keys that waited go on."""
        self._under_way = max(0, self._under_way - 1)
        if not self._under_way:
            self._idle_calls.set()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            if isinstance(event, events.Key) and event.character == "\ufffd":
                self.not_utf8()
                return
            self._typed.extend(self._as_keys(event) if isinstance(event, events.Paste) else (event,))
            if self._pacer is None or self._pacer.done():
                self._pacer = asyncio.create_task(self._pace())
        else:
            await super().on_event(event)

    def _as_keys(self, paste: events.Paste) -> list[events.Event]:
        """A paste with tabs fills fields as typing would; a line end at its end is Enter, others are
        spaces."""
        found: list[events.Event] = []
        rows = getattr(self.focused, "pastes_rows", False)
        body = paste.text.replace("\r\n", "\n").replace("\r", "\n")
        for index, line in enumerate(body.split("\n")):
            if index:
                last = index == body.count("\n")
                found.append(events.Key("enter", "\r") if rows or (last and not line) else events.Paste(" "))
            for place, piece in enumerate(line.split("\t")):
                if place:
                    found.append(events.Key("tab", "\t"))
                if piece:
                    found.append(events.Paste(piece))
        for event in found:
            event.set_sender(self)
            event.time = paste.time
        return found

    async def _pace(self) -> None:
        while self._typed:
            if self._under_way:
                try:
                    await asyncio.wait_for(self._idle_calls.wait(), self.HOLD_KEYS_S)
                except TimeoutError:
                    self._under_way = 0
            event = self._typed.popleft()
            self._key_at = event.time
            self.key_typed()
            if self._garbage is not None:
                self._garbage.typed()
            await super().on_event(event)
            # Also after the last one: a key that comes while this one is on its way up must wait for it.
            await self._settled()

    def key_typed(self) -> None:
        """Called once for each key or paste; the session's idle clock starts again."""

    def not_utf8(self) -> None:
        """The terminal sent a byte that is not UTF-8; it is left out."""

    async def _settled(self) -> None:
        """Return when a marker has passed through every queue from the focus up, and the focus stands
        still."""
        still = 0
        for _ in range(8):
            before = (self.screen, self.focused)
            for pump in (self.focused or self.screen).ancestors_with_self:
                passed = asyncio.Event()
                if pump.call_later(passed.set):
                    try:
                        await asyncio.wait_for(passed.wait(), 0.5)
                    except TimeoutError:
                        return
            still = still + 1 if (self.screen, self.focused) == before and self.screen.is_mounted else 0
            if still == 2:
                return

    # Doors that Textual leaves open.

    def action_suspend_process(self) -> None:
        """There is no way to a shell."""

    def action_help_quit(self) -> None:
        """Ctrl+C says nothing: it would be pressed by habit."""

    def deliver_screenshot(self, *args: Any, **options: Any) -> str | None:
        """No picture of clients' data leaves by a key."""
        return None

    def save_screenshot(self, *args: Any, **options: Any) -> str:
        return ""

    def copy_to_clipboard(self, text: str) -> None:
        """Kept inside; BocliApp sends it to the terminal only where the settings allow that."""
        self._clipboard = text

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Nothing outside is started."""

    def _fatal_error(self) -> None:
        """An error of the program: its place is kept for `__main__` to say. Textual's own report shows the
        values of variables, and with them secrets."""
        self.fault = "".join(traceback.format_exception(sys.exception()))
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()
