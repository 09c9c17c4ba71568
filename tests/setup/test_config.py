"""A terminal's configuration: what it may say, what it must not, and what each mistake is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from bocli import config
from bocli.config import BadConfig

GOOD = """
installation = "money-ltd-7c1e"
language = "uk"
theme = "light"

[database]
hosts = ["db1.example", "db2.example"]
port = 6432
dbname = "books"
sslmode = "verify-full"
sslrootcert = "ca.pem"

[printer]
kind = "device"
path = "/dev/usb/lp0"
code_page = "CP852"
columns = 48
folder = "receipts"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ca.pem").write_text("")
    return tmp_path


def _load(folder: Path, text: str, **environment: str) -> config.Config:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return config.load({"BOCLI_CONFIG": str(folder / "config.toml"), **environment})


def test_a_whole_file_is_read(folder: Path) -> None:
    found = _load(folder, GOOD)
    assert found.database is not None
    assert found.database.hosts == ("db1.example", "db2.example")
    assert (found.database.port, found.database.dbname) == (6432, "books")
    assert found.database.sslrootcert == str(folder / "ca.pem")
    assert (found.language, found.theme) == ("uk", "light")
    assert (found.rtl, found.copying) == ("program", False)
    assert (found.printer.kind, found.printer.columns) == ("device", 48)
    assert found.printer.folder == folder / "receipts"


def test_one_host_is_enough_and_tls_is_checked_unless_said_otherwise(folder: Path) -> None:
    found = _load(folder, 'installation = "i"\n[database]\nhost = "db.example"\n')
    assert found.database is not None
    assert (found.database.hosts, found.database.sslmode) == (("db.example",), "verify-full")


def test_the_environment_wins_over_the_file(folder: Path) -> None:
    found = _load(folder, GOOD, BOCLI_HOSTS="a.example, b.example", BOCLI_PORT="7000", BOCLI_LANGUAGE="ar")
    assert found.database is not None
    assert (found.database.hosts, found.database.port) == (("a.example", "b.example"), 7000)
    assert found.language == "ar"


def test_the_environment_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(config, "own_file", lambda: tmp_path / "none.toml")
    monkeypatch.setattr(config, "SYSTEM_FILE", tmp_path / "none.toml")
    found = config.load({"BOCLI_HOSTS": "/run/postgresql", "BOCLI_INSTALLATION": "i"})
    assert found.database is not None
    assert found.database.hosts == ("/run/postgresql",)
    assert config.load({}).database is None


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("config.secret", 'dbname = "books"', 'password = "hunter2"'),
        ("config.secret", 'dbname = "books"', 'PGPASSWORD = "hunter2"'),
        ("config.secret", 'dbname = "books"', 'sslpassword = "hunter2"'),
        ("config.secret", 'language = "uk"', 'secret = "hunter2"'),
        ("config.secret", 'language = "uk"', 'api_token = "hunter2"'),
        ("config.secret", 'dbname = "books"', 'dbname = "host=x password=hunter2"'),
        ("config.secret", '"db1.example"', '"postgresql://me:hunter2@db1.example"'),
        ("config.unknown", 'language = "uk"', 'langauge = "uk"'),
        ("config.unknown", 'dbname = "books"', 'database = "books"'),
        ("config.unknown", "columns = 48", "colums = 48"),
        ("config.type", "port = 6432", 'port = "6432"'),
        ("config.type", "port = 6432", "port = true"),
        ("config.type", '["db1.example", "db2.example"]', "[1, 2]"),
        ("config.type", 'language = "uk"', "language = 5"),
        ("config.range", "port = 6432", "port = 0"),
        ("config.range", "port = 6432", "port = 65536"),
        ("config.choice", 'sslmode = "verify-full"', 'sslmode = "on"'),
        ("config.choice", 'theme = "light"', 'rtl = "both"'),
        ("config.type", 'theme = "light"', "copying = 1"),
        ("config.choice", 'kind = "device"', 'kind = "laser"'),
        ("config.no_file", '"ca.pem"', '"other.pem"'),
        ("config.no_host", 'hosts = ["db1.example", "db2.example"]', "hosts = []"),
        ("config.no_installation", 'installation = "money-ltd-7c1e"', ""),
        ("config.no_printer_path", 'path = "/dev/usb/lp0"', ""),
        ("config.malformed", "[printer]", "[printer"),
    ],
)
def test_each_mistake_has_its_own_error(folder: Path, key: str, old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(BadConfig) as refused:
        _load(folder, GOOD.replace(old, new))
    assert refused.value.key == key
    assert "hunter2" not in str(refused.value), "an error repeats no secret"


def test_a_secret_in_the_environment_is_refused_too(folder: Path) -> None:
    with pytest.raises(BadConfig) as refused:
        _load(folder, GOOD, BOCLI_HOSTS="postgresql://me:hunter2@db1.example")
    assert refused.value.key == "config.secret"


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadConfig) as refused:
        config.load({"BOCLI_CONFIG": str(tmp_path / "nowhere.toml")})
    assert refused.value.key == "config.missing"


def test_a_file_that_is_not_utf_8_is_refused(folder: Path) -> None:
    (folder / "config.toml").write_bytes(b'language = "\xff"\n')
    with pytest.raises(BadConfig) as refused:
        config.load({"BOCLI_CONFIG": str(folder / "config.toml")})
    assert refused.value.key == "config.unreadable"
