"""What the doctor sees, and that each thing that is wrong is said with what to do."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bocli import doctor
from bocli.config import Config, Printer
from core.db import Settings
from core.texts import available, set_language
from tests.server import PORT, Server


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOCLI_STRICT_TEXTS", "1")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("PGPASSWORD", "BOCLI_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    set_language("en")


def _said(findings: Iterable[doctor.Finding]) -> dict[str, str]:
    """Key → level; the words are made too, so that a missing text or parameter fails here."""
    found = {}
    for finding in findings:
        assert finding.words()
        found[finding.key] = finding.level
    return found


def _config(file: Path | None = None, database: Settings | None = None, **printer: Any) -> Config:
    return Config(
        file=file,
        database=database,
        language=None,
        theme=None,
        rtl="program",
        copying=False,
        printer=Printer(**printer),
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text("")
    path.chmod(0o600)
    return path


def test_a_right_set_up_is_all_ok(file: Path) -> None:
    assert set(_said(doctor.setup(_config(file))).values()) == {doctor.OK}


def test_a_missing_and_a_writable_configuration_are_said(file: Path) -> None:
    assert _said(doctor.setup(_config()))["no_config"] == doctor.WARN
    file.chmod(0o666)
    assert _said(doctor.setup(_config(file)))["config_writable"] == doctor.WARN


def test_the_spool_must_be_private_and_waiting_requests_are_counted(file: Path) -> None:
    spool = Path(os.environ["XDG_STATE_HOME"]) / "bocli" / "spool"
    (spool / "bo_1").mkdir(parents=True, mode=0o700)
    spool.chmod(0o700)
    assert _said(doctor.setup(_config(file)))["spool"] == doctor.OK
    (spool / "bo_1" / "request.json").write_text("{}")
    assert _said(doctor.setup(_config(file)))["spool_waiting"] == doctor.WARN
    spool.chmod(0o777)
    assert _said(doctor.setup(_config(file)))["spool_not_writable"] == doctor.BAD


def test_a_password_in_the_environment_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "x")
    assert _said(doctor.setup(_config(file)))["password_in_environment"] == doctor.WARN


def test_texts_that_were_not_compiled_are_said(
    file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "_compiled", lambda code: tmp_path / code)
    assert _said(doctor.setup(_config(file)))["no_texts"] == doctor.BAD


def test_a_readable_key_and_an_unchecked_server_are_said(file: Path, tmp_path: Path) -> None:
    key = tmp_path / "terminal.key"
    key.write_text("")
    key.chmod(0o644)
    settings = Settings(hosts=("db.example",), installation="i", sslmode="require", sslkey=str(key))
    found = _said(doctor.setup(_config(file, settings)))
    assert (found["key_readable"], found["no_verify"]) == (doctor.BAD, doctor.WARN)
    key.chmod(0o600)
    right = Settings(hosts=("db.example",), installation="i", sslkey=str(key))
    assert not {"key_readable", "no_verify"} & set(_said(doctor.setup(_config(file, right))))


def test_printers_are_looked_at(file: Path, tmp_path: Path) -> None:
    assert (
        _said(doctor.setup(_config(file, kind="device", path="/dev/none")))["printer_not_there"] == doctor.BAD
    )
    assert _said(doctor.setup(_config(file, kind="device", path="/dev/null")))["printer"] == doctor.OK
    assert _said(doctor.setup(_config(file, kind="file", code_page="NONE")))["said"] == doctor.BAD
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    # Root may write everywhere, so the folder stands behind a file.
    found = _said(doctor.setup(_config(file, folder=blocked / "receipts")))
    assert found["receipts_not_writable"] == doctor.BAD


@pytest.mark.parametrize(
    ("environment", "key", "level"),
    [
        ({"TERM": "xterm-256color"}, "term", doctor.OK),
        ({"TERM": "dumb"}, "no_term", doctor.BAD),
        ({}, "no_term", doctor.BAD),
        ({"TERM": "screen", "STY": "1.x"}, "screen", doctor.WARN),
    ],
)
def test_the_terminals_kind_is_judged(environment: dict[str, str], key: str, level: str) -> None:
    assert _said(doctor.terminal(environment))[key] == level


@pytest.mark.parametrize(
    ("environment", "colours"),
    [
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "16 777 216"),
        ({"TERM": "linux"}, "16"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "0"),
    ],
)
def test_colours_are_counted(environment: dict[str, str], colours: str) -> None:
    found = [f for f in doctor.terminal(environment) if f.key == "term"]
    assert found[0].params["colours"] == colours


@pytest.mark.parametrize(
    ("size", "key"), [((80, 24), "size"), ((79, 24), "size_small"), ((80, 23), "size_small")]
)
def test_a_window_must_hold_80_by_24(
    size: tuple[int, int], key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr(doctor.shutil, "get_terminal_size", lambda: size)
    assert key in _said(doctor.terminal({"TERM": "xterm"}))


@pytest.mark.parametrize(("told", "key"), [("500", "tmux_escape"), ("10", "tmux")])
def test_tmux_that_holds_esc_back_is_said(
    told: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text(f"#!/bin/sh\necho {told}\n")
    tmux.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert key in _said(doctor.terminal({"TERM": "tmux-256color", "TMUX": "x"}))


def _dsn(server: Server, database: str) -> str:
    return f"host={server.folder} port={PORT} user=postgres dbname={database}"


def test_an_installed_database_is_whole_and_the_tests_server_is_not_durable(
    server: Server, database: str
) -> None:
    found = _said(doctor.database(None, _dsn(server, database)))
    assert found["version"] == found["migrated"] == found["roles"] == found["clock"] == doctor.OK
    # The tests' own server trades safety for speed, which is exactly what the doctor is there to notice.
    assert found["setting"] == doctor.BAD
    assert found["no_auth_delay"] == doctor.WARN


@pytest.mark.usefixtures("template")
def test_an_empty_database_is_said_to_be_empty(server: Server) -> None:
    assert _said(doctor.database(None, _dsn(server, "postgres")))["not_installed"] == doctor.BAD


def test_tables_of_another_version_are_said(
    server: Server, database: str, admin: psycopg.Connection[Any]
) -> None:
    admin.execute("update book.migration set version_num = '0000'")
    try:
        assert _said(doctor.database(None, _dsn(server, database)))["not_migrated"] == doctor.BAD
    finally:
        head = max(p.name.split("_", 1)[0] for p in doctor.MIGRATIONS.glob("[0-9]*.py"))
        admin.execute("update book.migration set version_num = %s", (head,))


def test_who_can_become_the_vault_and_widened_staff_are_said(
    server: Server, database: str, admin: psycopg.Connection[Any]
) -> None:
    name = "bo_0123456789abcdef01234567"
    admin.execute(f"create role {name} createdb")
    admin.execute(f"grant bocli_vault to {name}")
    try:
        found = _said(doctor.database(None, _dsn(server, database)))
        assert found["vault_has_members"] == found["staff_widened"] == doctor.BAD
    finally:
        admin.execute(f"drop role {name}")


def test_a_clock_that_is_off_is_said(server: Server, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 90)
    assert _said(doctor.database(None, _dsn(server, database)))["clock_apart"] == doctor.BAD


def test_from_a_terminal_it_is_seen_that_the_server_asks_for_a_password(
    server: Server, database: str
) -> None:
    settings = Settings(
        hosts=(str(server.folder),), port=PORT, dbname=database, installation="i", sslmode="disable"
    )
    found = _said(doctor.database(_config(database=settings), None))
    assert found == {"answers": doctor.OK, "no_dba": doctor.WARN}


def test_a_server_that_is_not_there_and_a_dba_who_is_refused_are_said(tmp_path: Path) -> None:
    settings = Settings(hosts=(str(tmp_path),), installation="i")
    assert _said(doctor.database(_config(database=settings), None))["no_answer"] == doctor.BAD
    assert _said(doctor.database(None, f"host={tmp_path}"))["dba_refused"] == doctor.BAD


def test_without_a_database_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _said(doctor.database(None, None)) == {"no_database": doctor.WARN}
    monkeypatch.setenv("BOCLI_DATA_DIR", str(tmp_path))
    assert _said(doctor.database(None, None, demo=True)) == {"demo_not_made": doctor.WARN}


@pytest.mark.parametrize("language", tuple(available()))
def test_the_whole_report_in_every_language(
    language: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOCLI_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("TERM", "xterm")
    set_language(language)
    assert doctor.run() == 1
    told = capsys.readouterr().out
    assert told.count("\n") > 6
    assert "doctor." not in told
    set_language("en")
