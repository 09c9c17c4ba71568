"""`bocli demo`: a company to try, on a PostgreSQL of its own that runs while somebody looks at it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bocli import embedded
from core.db.settings import Settings
from core.texts import t

if TYPE_CHECKING:
    from bocli.demo.people import People
    from bocli.embedded import Server

DATABASE = "bocli"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Made:
    """What a finished demo says about itself, in `demo.json`; without that file it is not finished."""

    installation: str
    version: str


class Steps:
    """What is being done, on one line that few bytes change; a line each when there is no terminal."""

    def __init__(self) -> None:
        self.tty = sys.stderr.isatty()
        self._key = ""
        self._shown_at = 0.0

    def show(self, key: str, done: int = 0, total: int = 1) -> None:
        """Say what is being done; a change of numbers only is shown five times a second at most."""
        now = time.monotonic()
        if key == self._key and (not self.tty or now - self._shown_at < 0.2):
            return
        self._key, self._shown_at = key, now
        text = t(key)
        if total > 1 and self.tty:
            text += f" {100 * done // total} %"
        sys.stderr.write(f"\r{text}\x1b[K" if self.tty else f"{text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line clean."""
        if self.tty and self._key:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def run(
    *,
    reset: bool = False,
    yes: bool = False,
    prepare_only: bool = False,
    ask: Callable[[str], bool] | None = None,
    options: dict[str, Any] | None = None,
) -> int:
    """Start the demo, making it first when there is none, and open the program on it. Gives the exit code.

    reset throws away what was made, after `ask` said yes (not asked with `yes`). prepare_only makes it, says
    who can log in, and ends. Raises embedded.CannotStart.
    """
    server = embedded.server_in(embedded.home())
    if reset and server.made:
        if not yes and not (ask is not None and ask(t("demo.reset_ask", path=str(server.folder)))):
            print(t("demo.reset_not"))
            return 1
        embedded.remove(server)
    if not prepare_only and not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(t("start.no_terminal"), file=sys.stderr)
        return 2
    steps = Steps()
    if not server.made:
        steps.show("demo.step.server")
    _end_in_order()
    with embedded.running(server):
        # Two first starts at once make one company: the second one finds it made.
        with embedded.alone_in(server, "make", lambda: steps.show("demo.step.waiting")):
            settings, people = ready(server, steps)
        steps.end()
        if prepare_only:
            return _say_who(server, people)
        from bocli.__main__ import close_debugging_doors
        from bocli.__main__ import run as run_app

        close_debugging_doors()
        return run_app(settings=settings, demo=people, **(options or {}))


def _end_in_order() -> None:
    """Let a hang-up or SIGTERM stop the server too, until the app has its own way of ending."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, lambda number, _: sys.exit(128 + number))


def _say_who(server: Server, people: People) -> int:
    print(t("demo.ready", path=str(server.folder)))
    print(t("demo.people", password=people.people[0].password))
    for person in people.people:
        print(f"  {person.email:<36} {t(f'role.{person.role}')}")
    return 0


def ready(server: Server, steps: Steps) -> tuple[Settings, People]:
    """Make what is missing in a server that runs, and return where the database is and who can log in.

    A first start that was interrupted begins again; a demo of an older program is brought up to date.
    """
    from bocli.demo import people as staff

    made = _read(server)
    now = version()
    try:
        people = staff.read(server.folder / "people.json") if made else None
    except (OSError, ValueError, KeyError):
        people = None
    if made is None or people is None:
        made, people = _make(server, now, steps)
    elif made.version != now:
        steps.show("demo.step.migrate")
        _install(server)
        made = Made(made.installation, now)
        _write(server, made)
    return _settings(server, made), people


def _settings(server: Server, made: Made) -> Settings:
    return Settings(
        hosts=(str(server.socket),),
        port=server.port,
        dbname=DATABASE,
        installation=made.installation,
        sslmode="disable",
    )


def _make(server: Server, now: str, steps: Steps) -> tuple[Made, People]:
    from bocli.demo import company, front, office
    from bocli.demo import people as staff

    steps.show("demo.step.schema")
    (server.folder / "demo.json").unlink(missing_ok=True)
    company.empty_database(server.dba(), DATABASE)
    _install(server)
    made = Made(f"demo-{secrets.token_hex(8)}", now)
    people = company.build(server.dba(DATABASE), made.installation, steps.show)
    office.furnish(_settings(server, made), people, steps.show)
    front.pass_a_day(_settings(server, made), server.dba(DATABASE), people, steps.show)
    company.finish(server.dba(DATABASE), steps.show)
    staff.write(people, server.folder / "people.json")
    _write(server, made)
    return made, people


def _install(server: Server) -> None:
    from core.db.install import install

    install(server.dba(DATABASE))


def version() -> str:
    """A hash over everything that the database is made from, so that a newer program is noticed."""
    digest = sha256()
    paths = [*ROOT.glob("core/**/*.sql"), *ROOT.glob("migrations/versions/*.py")]
    paths += [ROOT / "core" / "permissions.py", *ROOT.glob("core/db/*.py")]
    for path in sorted(paths):
        digest.update(f"{path.relative_to(ROOT).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(server: Server) -> Made | None:
    try:
        table = json.loads((server.folder / "demo.json").read_text(encoding="utf-8"))
        return Made(str(table["installation"]), str(table["version"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(server: Server, made: Made) -> None:
    half = server.folder / "demo.new"
    with half.open("w", encoding="utf-8") as file:
        json.dump({"installation": made.installation, "version": made.version}, file)
        file.flush()
        os.fsync(file.fileno())
    half.replace(server.folder / "demo.json")
