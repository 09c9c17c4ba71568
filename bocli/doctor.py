"""`bocli doctor`: what is wrong with set-up, terminal and database, and what to do about it.

Each line begins with a word, OK, WARN or BAD in the person's language; the exit code is 1 when one is bad.
Without a DBA's connection it looks at what any terminal can see: whether the server answers, and by TLS.
"""

from __future__ import annotations

import locale
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import text as letters
from core.errors import BocliError
from core.texts import available, language, n, t
from core.texts.errors import explain

if TYPE_CHECKING:
    import psycopg

    from bocli.config import Config
    from core.db.settings import Settings

OK, WARN, BAD = "ok", "warn", "bad"
WIDTH, HEIGHT = 80, 24
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations" / "versions"
ESCAPE_TIME_MS = 50
CLOCK_S = 5
LOOKED_AT = (
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "password_encryption",
    "data_checksums",
    "shared_preload_libraries",
    "log_statement",
    "log_min_duration_statement",
    "log_parameter_max_length",
)


@dataclass(frozen=True)
class Finding:
    """One line: how bad it is, and the key and parameters of its text, which says what to do."""

    level: str
    key: str
    params: dict[str, str | int] = field(default_factory=dict)

    def words(self) -> str:
        """The text; an error of ours is said in its own words."""
        return t(f"doctor.{self.key}", **self.params)


def ok(key: str, **params: str | int) -> Finding:
    """A thing that is as it must be."""
    return Finding(OK, key, params)


def warn(key: str, **params: str | int) -> Finding:
    """A thing that works and could be better."""
    return Finding(WARN, key, params)


def bad(key: str, **params: str | int) -> Finding:
    """A thing that does not work, or is not safe."""
    return Finding(BAD, key, params)


def run(dba: str | None = None, *, demo: bool = False) -> int:
    """Look at everything and print it. `dba`: a DBA's connection string; `demo`: look at the demo instead.

    Returns 0, or 1 when something is bad.
    """
    from bocli import config as configuration

    config: Config | None = None
    first: list[Finding] = []
    if not demo:
        try:
            config = configuration.load()
        except BocliError as error:
            first.append(bad("said", what=explain(error)))
    findings: list[Finding] = []
    groups: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("setup", lambda: iter([*first, *setup(config, demo=demo)])),
        ("terminal", lambda: terminal(dict(os.environ))),
        ("database", lambda: database(config, dba, demo=demo)),
    ]
    for name, look in groups:
        print(letters.visual(t(f"doctor.head.{name}"), language()))
        for finding in look():
            findings.append(finding)
            line = f"  {t(f'doctor.word.{finding.level}'):<6} {finding.words()}"
            print(letters.visual(line, language()), flush=True)
    wrong = sum(finding.level == BAD for finding in findings)
    print(letters.visual(t("doctor.done") if not wrong else n("doctor.wrong", wrong), language()))
    return 1 if wrong else 0


def setup(config: Config | None, *, demo: bool = False) -> Iterator[Finding]:
    """Configuration, texts, spool, printer."""
    missing = [code for code in available() if not _compiled(code).is_file()]
    yield bad("no_texts", languages=", ".join(missing)) if missing else ok("texts", count=len(available()))
    yield from _spool()
    if any(os.environ.get(name) for name in ("PGPASSWORD", "BOCLI_PASSWORD")):
        yield warn("password_in_environment")
    if config is None:
        return
    if config.file is None and config.database is None and not demo:
        from bocli.config import own_file

        yield warn("no_config", path=str(own_file()))
    elif config.file is not None:
        loose = config.file.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        yield warn("config_writable", path=str(config.file)) if loose else ok("config", path=str(config.file))
    yield from _certificates(config.database)
    yield from _printer(config)


def _compiled(code: str) -> Path:
    from core.texts.catalogue import LOCALES

    return Path(LOCALES) / code / "LC_MESSAGES" / "bocli.mo"


def _spool() -> Iterator[Finding]:
    """The folder in which a request waits for its outcome: private, writable, and best empty."""
    import platformdirs

    folder = Path(platformdirs.user_state_dir("bocli")) / "spool"
    if not folder.exists():
        above = next(parent for parent in folder.parents if parent.exists())
        writable = os.access(above, os.W_OK | os.X_OK)
        yield ok("spool", path=str(folder)) if writable else bad("spool_not_writable", path=str(above))
        return
    if stat.S_IMODE(folder.stat().st_mode) & 0o022 or not os.access(folder, os.W_OK | os.X_OK):
        yield bad("spool_not_writable", path=str(folder))
        return
    waiting = len(list(folder.rglob("*.json")))
    yield warn("spool_waiting", count=waiting) if waiting else ok("spool", path=str(folder))


def _certificates(settings: Settings | None) -> Iterator[Finding]:
    if settings is None:
        return
    if settings.sslkey is not None:
        found = Path(settings.sslkey).stat()
        # libpq itself refuses such a key, and says less about it.
        if found.st_mode & 0o077 and not (found.st_uid == 0 and not found.st_mode & 0o037):
            yield bad("key_readable", path=settings.sslkey)
    remote = any(not host.startswith("/") for host in settings.hosts)
    if remote and settings.sslmode != "verify-full":
        yield warn("no_verify", mode=settings.sslmode)


def _printer(config: Config) -> Iterator[Finding]:
    from bocli.printing import PrinterFault, folder_of, for_printer

    printer = config.printer
    if printer.kind == "none":
        yield ok("printer_none")
    else:
        try:
            for_printer(printer, [""])
        except PrinterFault as error:
            yield bad("said", what=explain(error))
            return
        if printer.kind == "device" and not printer.path.startswith("tcp:"):
            usable = os.access(printer.path, os.W_OK)
            yield ok("printer", path=printer.path) if usable else bad("printer_not_there", path=printer.path)
        else:
            yield ok("printer", path=printer.path or str(folder_of(printer)))
    folder = folder_of(printer)
    above = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(above, os.W_OK | os.X_OK):
        yield bad("receipts_not_writable", path=str(folder))


def terminal(environment: dict[str, str]) -> Iterator[Finding]:
    """Size, colours, UTF-8, TERM, and what sits between this program and the screen."""
    if not sys.stdout.isatty():
        yield warn("no_terminal")
    else:
        width, height = shutil.get_terminal_size()
        fits = width >= WIDTH and height >= HEIGHT
        least = f"{WIDTH} × {HEIGHT}"
        if fits:
            yield ok("size", width=width, height=height)
        else:
            yield bad("size_small", width=width, height=height, least=least)
    term = environment.get("TERM", "")
    if term in {"", "dumb", "unknown"}:
        yield bad("no_term", term=term or "-")
    else:
        yield ok("term", term=term, colours=_colours(environment, term))
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if "utf8" in {encoding, locale.getpreferredencoding(do_setlocale=False).lower().replace("-", "")}:
        yield ok("utf8")
    else:
        yield warn("not_utf8", encoding=encoding or "-")
    if environment.get("TMUX"):
        yield from _tmux()
    elif environment.get("STY"):
        yield warn("screen")


def _colours(environment: dict[str, str], term: str) -> str:
    if environment.get("NO_COLOR"):
        return "0"
    if environment.get("COLORTERM") in {"truecolor", "24bit"}:
        return "16 777 216"
    return "256" if "256" in term else "16"


def _tmux() -> Iterator[Finding]:
    """Esc is held back by tmux for its escape-time, 500 ms by default: it then feels broken."""
    tmux = shutil.which("tmux")
    if tmux is None:
        return
    command = [tmux, "show-options", "-sv", "escape-time"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False).stdout.strip()  # noqa: S603 - tmux's own path
    except (OSError, subprocess.TimeoutExpired):
        return
    if told.isdigit() and int(told) > ESCAPE_TIME_MS:
        yield warn("tmux_escape", ms=told)
    else:
        yield ok("tmux")


def database(config: Config | None, dba: str | None, *, demo: bool = False) -> Iterator[Finding]:
    """Whether it answers; with a DBA's connection also what it is and how it is set."""
    from bocli import embedded
    from bocli.demo import DATABASE

    around: Any = nullcontext()
    settings = config.database if config else None
    if demo:
        server = embedded.server_in(embedded.home())
        if not server.made:
            yield warn("demo_not_made")
            return
        dba, around = server.dba(DATABASE), embedded.running(server)
    if settings is None and dba is None:
        yield warn("no_database")
        return
    try:
        with around:
            if settings is not None and not demo:
                yield from _from_here(settings)
            if dba is not None:
                yield from _by_dba(dba)
            else:
                yield warn("no_dba")
    except BocliError as error:
        yield bad("said", what=explain(error))


def _from_here(settings: Settings) -> Iterator[Finding]:
    """Knock with a name that nobody has: that the password is refused shows that all before it went well."""
    import psycopg

    words: dict[str, Any] = settings.connection_words()
    where = ", ".join(settings.hosts)
    try:
        psycopg.connect(user="bocli_doctor", password="-", **words).close()  # noqa: S106 - opens nothing
    except psycopg.Error as error:
        text = str(error)
        if "password authentication failed" in text or "is not permitted" in text:
            remote = any(not host.startswith("/") for host in settings.hosts)
            yield (
                ok("answers_tls", where=where)
                if remote and settings.sslmode.startswith("verify")
                else ok("answers", where=where)
            )
        else:
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            yield bad("no_answer", where=where, why=lines[0] if lines else "-")
    else:
        yield bad("lets_anybody_in", where=where)


def _by_dba(dba: str) -> Iterator[Finding]:
    import psycopg

    try:
        with psycopg.connect(dba, autocommit=True, connect_timeout=5) as connection:
            for look in (_version, _schema, _clock, _settings, _roles):
                yield from look(connection)
    except psycopg.Error as error:
        yield bad("dba_refused", why=str(error).strip().splitlines()[0] if str(error).strip() else "-")


def _one(connection: psycopg.Connection[Any], sql: str) -> Any:
    row = connection.execute(sql.encode()).fetchone()
    return row[0] if row is not None else None


def _version(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    number = connection.info.server_version
    name = str(_one(connection, "show server_version")).split(" ", 1)[0]
    if 150000 <= number < 190000:
        yield ok("version", version=name)
    else:
        yield bad("version_not_known", version=name)
    if connection.info.host and not connection.info.host.startswith("/"):
        tls = _one(connection, "select version from pg_stat_ssl where pid = pg_backend_pid()")
        yield ok("tls", version=str(tls)) if tls else bad("no_tls")


def _schema(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    if _one(connection, "select to_regclass('book.migration')") is None:
        yield bad("not_installed")
        return
    theirs = str(_one(connection, "select max(version_num) from book.migration"))
    ours = max(path.name.split("_", 1)[0] for path in MIGRATIONS.glob("[0-9]*.py"))
    if theirs == ours:
        yield ok("migrated", version=theirs)
    else:
        yield bad("not_migrated", theirs=theirs, ours=ours)


def _clock(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """A second factor's code lives half a minute, so clocks that differ lock people out."""
    import time

    before = time.time()
    theirs = float(_one(connection, "select extract(epoch from clock_timestamp())"))
    apart = round(theirs - (before + time.time()) / 2)
    yield bad("clock_apart", seconds=abs(apart)) if abs(apart) > CLOCK_S else ok("clock")


def _settings(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    rows = connection.execute(
        "select name, setting from pg_settings where name = any(%s)", (list(LOOKED_AT),)
    )
    found = dict(rows.fetchall())
    for name, right in (("fsync", {"on"}), ("full_page_writes", {"on"})):
        if found[name] not in right:
            yield bad("setting", name=name, value=found[name], right="on")
    if found["synchronous_commit"] in {"off", "local"}:
        yield bad("setting", name="synchronous_commit", value=found["synchronous_commit"], right="on")
    if found["password_encryption"] != "scram-sha-256":  # noqa: S105 - a setting's value
        yield bad(
            "setting", name="password_encryption", value=found["password_encryption"], right="scram-sha-256"
        )
    yield ok("durable")
    if found["data_checksums"] != "on":
        yield warn("no_checksums")
    if "auth_delay" not in found["shared_preload_libraries"]:
        yield warn("no_auth_delay")
    says_values = found["log_parameter_max_length"] != "0"
    logs = found["log_statement"] in {"all", "mod"} or found["log_min_duration_statement"] != "-1"
    yield warn("log_tells") if logs and says_values else ok("log_quiet")


def _roles(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    from core.db.roles import DEFINERS, group_role
    from core.permissions import ROLES

    wanted = [*DEFINERS, *map(group_role, ROLES)]
    known = {row[0] for row in connection.execute("select rolname from pg_roles")}
    missing = [name for name in wanted if name not in known]
    if missing:
        yield bad("roles_missing", names=", ".join(missing))
        return
    inside = _one(
        connection,
        "select string_agg(m.rolname || ' → ' || g.rolname, ', ') from pg_auth_members a "
        "join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid "
        "where g.rolname in ('bocli_vault', 'bocli_auth', 'bocli_owner', 'bocli_api')",
    )
    widened = _one(
        connection,
        "select string_agg(rolname, ', ') from pg_roles where rolname ~ '^bo_[0-9a-f]{24}$' "
        "and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication)",
    )
    if inside:
        yield bad("vault_has_members", names=str(inside))
    if widened:
        yield bad("staff_widened", names=str(widened))
    if not inside and not widened:
        yield ok("roles")
