"""The configuration of one terminal: a TOML file and the environment. It holds no secret, and refuses one.

    installation = "money-ltd-7c1e"          # the public id that `bocli init` printed
    language = "uk"                          # until a person has chosen one
    theme = "dark"
    rtl = "program"                          # or "terminal", when it orders right-to-left text by itself
    copying = false                          # whether a cell may be sent to the terminal's clipboard

    [database]
    hosts = ["db1.example", "db2.example"]   # or host = "…": names, addresses, or a socket's folder
    port = 5432
    dbname = "bocli"
    sslmode = "verify-full"
    sslrootcert = "ca.pem"                   # relative to this file
    sslcert = "terminal-3.pem"
    sslkey = "terminal-3.key"

    [printer]
    kind = "device"                          # device, file or none
    path = "/dev/usb/lp0"                    # or a serial line, or tcp://printer.example:9100
    baud = 19200                             # of a serial line
    code_page = "CP852"                      # what the printer's manual calls its character table
    columns = 42
    folder = "~/receipts"                    # where receipts go as text files

The file is the first of: BOCLI_CONFIG, the user's own `config.toml`, /etc/bocli/config.toml. The environment
wins over it: BOCLI_HOSTS (with commas), BOCLI_PORT, BOCLI_DBNAME, BOCLI_INSTALLATION, BOCLI_SSLMODE,
BOCLI_SSLROOTCERT, BOCLI_SSLCERT, BOCLI_SSLKEY, BOCLI_LANGUAGE, BOCLI_THEME, BOCLI_RTL.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.db.settings import Settings
from core.errors import BocliError

SYSTEM_FILE = Path("/etc/bocli/config.toml")
SSL_MODES = ("verify-full", "verify-ca", "require", "prefer", "allow", "disable")
PRINTER_KINDS = ("none", "file", "device")
RTL = ("program", "terminal")
SECRET_WORD = re.compile(r"pass(word|wd|phrase|code)?$|^pw$|secret|token|credential", re.IGNORECASE)
SECRET_VALUE = re.compile(r"pass(word|wd|phrase)?\s*=|://[^/@\s]*:[^/@\s]*@|PRIVATE KEY", re.IGNORECASE)

# What each table of the file may hold, and of which type it is.
TOP: dict[str, type] = {
    "installation": str,
    "language": str,
    "theme": str,
    "rtl": str,
    "copying": bool,
    "database": dict,
    "printer": dict,
}
DATABASE: dict[str, type] = {
    "host": str,
    "hosts": list,
    "port": int,
    "dbname": str,
    "sslmode": str,
    "sslrootcert": str,
    "sslcert": str,
    "sslkey": str,
}
PRINTER: dict[str, type] = {
    "kind": str,
    "path": str,
    "baud": int,
    "code_page": str,
    "columns": int,
    "folder": str,
}
FROM_ENVIRONMENT = {
    "BOCLI_HOSTS": "hosts",
    "BOCLI_PORT": "port",
    "BOCLI_DBNAME": "dbname",
    "BOCLI_SSLMODE": "sslmode",
    "BOCLI_SSLROOTCERT": "sslrootcert",
    "BOCLI_SSLCERT": "sslcert",
    "BOCLI_SSLKEY": "sslkey",
}


class BadConfig(BocliError):
    """The configuration cannot be used; the text says where, what and what to do."""


@dataclass(frozen=True)
class Printer:
    """Where receipts go.

    kind: "none", "file" (the printer's own bytes, appended to files in `folder`) or "device"; path: the
    device; baud: of a serial line; code_page: the printer's character table; columns: characters in a line;
    folder: where text files go, None for the user's own.
    """

    kind: str = "none"
    path: str = ""
    baud: int = 9600
    code_page: str = "CP437"
    columns: int = 42
    folder: Path | None = None


@dataclass(frozen=True)
class Config:
    """All that a terminal is told. `database` is None when nothing says where the database is."""

    file: Path | None
    database: Settings | None
    language: str | None
    theme: str | None
    rtl: str
    copying: bool
    printer: Printer


def find_file(environment: Mapping[str, str]) -> Path | None:
    """Return the configuration file that counts, or None. Raises BadConfig when a named one is missing."""
    named = environment.get("BOCLI_CONFIG")
    if named:
        path = Path(named).expanduser()
        if not path.is_file():
            raise BadConfig("config.missing", {"path": str(path)})
        return path
    for path in (own_file(), SYSTEM_FILE):
        if path.is_file():
            return path
    return None


def own_file() -> Path:
    """Return the place of the user's own configuration file."""
    import platformdirs

    return Path(platformdirs.user_config_dir("bocli")) / "config.toml"


def load(environment: Mapping[str, str] | None = None) -> Config:
    """Read file and environment. Raises BadConfig for a file that is missing, malformed or holds a secret."""
    environment = os.environ if environment is None else environment
    path = find_file(environment)
    table = _read(path) if path else {}
    place = str(path) if path else "-"
    _allowed(table, TOP, place, "")
    database = dict(table.get("database", {}))
    _allowed(database, DATABASE, place, "database.")
    printer = dict(table.get("printer", {}))
    _allowed(printer, PRINTER, place, "printer.")
    beside = path.parent if path else Path()
    return Config(
        file=path,
        database=_settings(table, database, environment, place, beside),
        language=environment.get("BOCLI_LANGUAGE") or table.get("language"),
        theme=environment.get("BOCLI_THEME") or table.get("theme"),
        rtl=_one_of(environment.get("BOCLI_RTL") or table.get("rtl", "program"), "rtl", RTL, place),
        copying=table.get("copying", False),
        printer=_printer(printer, place, beside),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "UTF-8"
        raise BadConfig("config.unreadable", {"path": str(path), "why": why}) from error
    except tomllib.TOMLDecodeError as error:
        raise BadConfig("config.malformed", {"path": str(path), "why": str(error)}) from error


def _allowed(table: dict[str, Any], known: dict[str, type], place: str, prefix: str) -> None:
    """Refuse secrets first, so that nobody learns the right spelling for one; then strangers and types."""
    for name, value in table.items():
        words = value if isinstance(value, list) else [value]
        hidden = any(isinstance(word, str) and SECRET_VALUE.search(word) for word in words)
        if SECRET_WORD.search(name) or hidden:
            raise BadConfig("config.secret", {"path": place, "name": prefix + name})
    for name, value in table.items():
        if name not in known:
            raise BadConfig("config.unknown", {"path": place, "name": prefix + name})
        right = isinstance(value, known[name]) and not (known[name] is int and isinstance(value, bool))
        if not right or (isinstance(value, list) and not all(isinstance(word, str) for word in value)):
            raise BadConfig("config.type", {"path": place, "name": prefix + name})


def _settings(
    table: dict[str, Any],
    database: dict[str, Any],
    environment: Mapping[str, str],
    place: str,
    beside: Path,
) -> Settings | None:
    for variable, name in FROM_ENVIRONMENT.items():
        value = environment.get(variable)
        if not value:
            continue
        if SECRET_VALUE.search(value):
            raise BadConfig("config.secret", {"path": "-", "name": variable})
        database[name] = [word.strip() for word in value.split(",")] if name == "hosts" else value
    hosts = tuple(host for host in database.pop("hosts", None) or [database.get("host", "")] if host)
    database.pop("host", None)
    installation = environment.get("BOCLI_INSTALLATION") or table.get("installation")
    if not hosts and not installation and not database:
        return None
    if not hosts:
        raise BadConfig("config.no_host", {"path": place})
    if not installation:
        raise BadConfig("config.no_installation", {"path": place})

    def certificate(name: str) -> str | None:
        return _existing(database[name], f"database.{name}", beside, place) if name in database else None

    return Settings(
        hosts=hosts,
        installation=installation,
        port=_number(database.get("port", 5432), "database.port", place, 65535),
        dbname=database.get("dbname", "bocli"),
        sslmode=_one_of(database.get("sslmode", "verify-full"), "database.sslmode", SSL_MODES, place),
        sslrootcert=certificate("sslrootcert"),
        sslcert=certificate("sslcert"),
        sslkey=certificate("sslkey"),
    )


def _number(value: Any, name: str, place: str, most: int) -> int:
    try:
        number = int(value)
    except ValueError:
        number = 0
    if not 1 <= number <= most:
        raise BadConfig("config.range", {"path": place, "name": name, "most": most})
    return number


def _one_of(value: str, name: str, allowed: tuple[str, ...], place: str) -> str:
    if value not in allowed:
        raise BadConfig("config.choice", {"path": place, "name": name, "choices": ", ".join(allowed)})
    return value


def _existing(value: str, name: str, beside: Path, place: str) -> str:
    """A certificate's path, relative to the file that names it; `system` is libpq's word for the system's."""
    if value == "system":
        return value
    path = beside / Path(value).expanduser()
    if not path.is_file():
        raise BadConfig("config.no_file", {"path": place, "name": name, "file": str(path)})
    return str(path)


def _printer(table: dict[str, Any], place: str, beside: Path) -> Printer:
    kind = _one_of(table.get("kind", "none"), "printer.kind", PRINTER_KINDS, place)
    path = table.get("path", "")
    if kind == "device" and not path:
        raise BadConfig("config.no_printer_path", {"path": place})
    folder = table.get("folder")
    return Printer(
        kind=kind,
        path=path,
        baud=_number(table.get("baud", 9600), "printer.baud", place, 4_000_000),
        code_page=table.get("code_page", "CP437"),
        columns=_number(table.get("columns", 42), "printer.columns", place, 200),
        folder=beside / Path(folder).expanduser() if folder else None,
    )


def app_options(options: list[str]) -> dict[str, Any]:
    """What `bocli` alone hands to the app: settings, language, theme, mouse; from the command line's options.

    Says a mistake in one line and exits with code 2, also when nothing says where the database is.
    """
    from bocli.cli import complain, parser, use_environments_language
    from core.text import set_rtl
    from core.texts import set_language
    from core.texts.errors import explain

    use_environments_language()
    asked = parser().parse_args(options)
    environment = dict(os.environ)
    if asked.config:
        environment["BOCLI_CONFIG"] = asked.config
    try:
        config = load(environment)
        language = asked.language or config.language or ""
        set_language(language or _language(environment))
    except BadConfig as error:
        complain(explain(error))
        raise SystemExit(2) from error
    if config.database is None:
        complain(explain(BadConfig("config.none", {"path": str(own_file())})))
        raise SystemExit(2)
    set_rtl("terminal" if config.rtl == "terminal" else "program")
    return {
        "settings": config.database,
        "copying_allowed": config.copying,
        "language": language or _language(environment),
        "theme": asked.theme or config.theme or "",
        "mouse": asked.mouse,
    }


def _language(environment: Mapping[str, str]) -> str:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((environment[name] for name in names if environment.get(name)), "en")
