"""A real terminal for a script: the program runs in tmux, keys go in, the screen is read as a person reads it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

READING_S = 0.3
"""Nobody presses a key in the very moment in which a question appears, and the program relies on that."""


class Missing(AssertionError):
    """What was waited for did not come; the text shows the screen as it was."""


class Terminals:
    """One tmux server of our own, whose windows are terminals of a given size."""

    def __init__(self, environment: dict[str, str]) -> None:
        if shutil.which("tmux") is None:
            raise SystemExit("tmux is not installed: apt-get install tmux")
        self._folder = tempfile.mkdtemp(prefix="bocli-tmux-")
        self._socket = str(Path(self._folder) / "socket")
        self._environment = os.environ | environment | {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
        for name in ("TMUX", "NO_COLOR", "COLORTERM"):
            self._environment.pop(name, None)

    def run(self, *words: str) -> str:
        """One tmux command on this server; its output."""
        done = subprocess.run(
            ["tmux", "-S", self._socket, "-f", "/dev/null", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Missing(f"tmux {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def open(self, name: str, command: str, *, columns: int = 100, lines: int = 32) -> Terminal:
        """A terminal that runs a command."""
        self.run("new-session", "-d", "-s", name, "-x", str(columns), "-y", str(lines), command)
        self.run("set-option", "-t", name, "remain-on-exit", "on")
        self.run("set-option", "-s", "escape-time", "20")
        return Terminal(self, name)

    def close(self) -> None:
        """End every program in the terminals."""
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], capture_output=True, check=False)
        shutil.rmtree(self._folder, ignore_errors=True)


class Terminal:
    """One terminal: type, press, wait for what a person would wait for."""

    def __init__(self, terminals: Terminals, name: str) -> None:
        self._terminals = terminals
        self.name = name

    def screen(self) -> str:
        """What stands on the screen now."""
        return self._terminals.run("capture-pane", "-p", "-t", self.name)

    def press(self, *keys: str) -> Terminal:
        """Keys by their tmux names: Enter, Tab, F10, Down, Escape, C-p, or a letter."""
        self._terminals.run("send-keys", "-t", self.name, *keys)
        return self

    def type(self, text: str) -> Terminal:
        """Text, letter by letter, as fast as it comes."""
        self._terminals.run("send-keys", "-t", self.name, "-l", text)
        return self

    def wait(self, *texts: str, timeout_s: float = 15) -> str:
        """Wait until all of these stand on the screen; the screen then."""
        return self._until(lambda screen: all(text in screen for text in texts), f"{texts}", timeout_s)

    def wait_any(self, *texts: str, timeout_s: float = 15) -> str:
        """Wait until one of these stands on the screen; the screen then."""
        return self._until(lambda screen: any(text in screen for text in texts), f"one of {texts}", timeout_s)

    def wait_gone(self, text: str, timeout_s: float = 15) -> str:
        """Wait until this no longer stands on the screen."""
        return self._until(lambda screen: text not in screen, f"no {text!r}", timeout_s)

    def _until(self, good: Callable[[str], bool], wanted: str, timeout_s: float) -> str:
        end = time.monotonic() + timeout_s
        while True:
            screen = self.screen()
            if good(screen):
                time.sleep(READING_S)
                return screen
            if time.monotonic() > end:
                raise Missing(
                    f"{self.name}: waited {timeout_s:.0f} s for {wanted}; the screen was:\n{screen}"
                )
            time.sleep(0.05)
