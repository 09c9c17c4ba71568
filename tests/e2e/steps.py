"""Steps of a script that acts as a person: each is said, counted and shown when it fails."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bocli import embedded
from tests.e2e.tmux import Missing, Terminal


class Steps:
    """What passed and what failed; `run` goes on to the end unless a step that others need has failed."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """One thing a person does and sees. The first failure ends the script: the next steps stand on it."""
        began = time.monotonic()
        try:
            yield
        except (Missing, AssertionError) as error:
            self.failed += 1
            print(f"FAILED  {words}\n{error}", flush=True)
            raise Stop from error
        self.passed += 1
        print(f"ok      {words} ({time.monotonic() - began:.1f} s)", flush=True)

    def close(self) -> int:
        """The closing line, and the exit code."""
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


class Stop(Exception):
    """A step failed."""


def home_of_its_own() -> dict[str, str]:
    """Folders for data, state and settings that nobody else uses; or the one named, which is kept for another run."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="bocli-e2e-"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    names = {"BOCLI_DATA_DIR": "data", "XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config"}
    return {name: str(folder / sub) for name, sub in names.items()} | {"BOCLI_LANGUAGE": "en"}


def log_in(terminal: Terminal, email: str, password: str, code: Callable[[], str], hello: str) -> None:
    """From the log-in screen to home."""
    terminal.wait("E-mail")
    terminal.type(email).press("Tab").type(password).press("Enter")
    terminal.wait("One-time code")
    terminal.type(code()).press("Enter")
    terminal.wait(hello)


def wait_until(found: Callable[[], object], timeout_s: float = 10) -> None:
    end = time.monotonic() + timeout_s
    while not found():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


def take_away(server: embedded.Server) -> None:
    """Delete the server of this run once the last program that was closed has let go of it."""

    def taken() -> bool:
        with suppress(embedded.CannotStart):
            embedded.remove(server)
            return True
        return False

    wait_until(taken, 60)


def main(script: Callable[[Steps, dict[str, str]], None]) -> None:
    """Run a script in folders of its own and end with its closing line; the folders stay when it failed, to be read."""
    environment = home_of_its_own()
    os.environ.update(environment)
    steps = Steps()
    with suppress(Stop):
        script(steps, environment)
    if len(sys.argv) < 2 and not steps.failed:
        shutil.rmtree(Path(environment["BOCLI_DATA_DIR"]).parent)
    sys.exit(steps.close())
