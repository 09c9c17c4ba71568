"""The command line: its language, its exit codes, and that nothing expected ends in a traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from bocli import cli, config
from core import errors
from core.audit import CheckpointError
from core.db.install import InstallError
from core.texts import available, set_language

LANGUAGES = tuple(available())


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOCLI_LANGUAGE", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["demo"],
        ["init"],
        ["migrate"],
        ["doctor"],
        ["audit"],
        ["audit", "verify"],
        ["audit", "checkpoint"],
    ],
)
def test_help_is_there_in_every_language(
    language: str, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOCLI_LANGUAGE", language)
    monkeypatch.setenv("BOCLI_STRICT_TEXTS", "1")
    assert cli.run([*arguments, "--help"]) == 0
    text = capsys.readouterr().out
    assert not re.search(r"\b(cli|doctor)\.[a-z_.]+", text), "a text is missing"
    if language != "en":
        assert "usage:" not in text
        assert "show this help" not in text


def test_the_language_is_the_environments(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BOCLI_LANGUAGE")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "uk_UA.UTF-8")
    cli.run(["--help"])
    assert "команди" in capsys.readouterr().out
    monkeypatch.setenv("LANG", "xx_YY")
    cli.run(["--help"])
    assert "commands" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["frob"], "No such command: frob"),
        (["init"], "Missing: --dba, --company, --email, --name"),
        (["demo", "--frob"], "Not known: --frob"),
        (["migrate", "--dba"], "A value is missing after --dba"),
        (["audit"], "Missing: "),
        (["doctor", "--dba", "x", "--demo"], "Used wrongly: "),
        (["migrate", "--dba", "password=x"], "can be read by everybody"),
        (["audit", "verify", "--dba", "postgresql://me:x@h/db"], "can be read by everybody"),
        (["migrate", "--dba", "frob=1"], "cannot be read"),
    ],
)
def test_wrong_use_is_said_in_words_and_is_code_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.WrongState("init.done"), 1),
        (errors.Unavailable("db.gone"), 3),
        (config.BadConfig("config.no_host", {"path": "-"}), 2),
        (InstallError("core/x/sql/y.sql: the header is missing"), 1),
        (CheckpointError("audit.checkpoint.damaged", file="x"), 1),
        (FileExistsError(17, "File exists", "x"), 1),
        (PermissionError(13, "Permission denied", "x"), 1),
        (psycopg.OperationalError("connection refused"), 3),
        (psycopg.errors.InsufficientPrivilege("permission denied"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_expected_fault_has_its_code_and_one_line(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(cli, "_do", fail)
    assert cli.run(["migrate", "--dba", ""]) == code
    told = capsys.readouterr().err
    assert told.count("\n") == (0 if code == 130 else 1), told


def test_a_mistake_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "_do", fail)
    with pytest.raises(ZeroDivisionError):
        cli.run(["migrate", "--dba", ""])


def _bocli(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bocli", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "en", **environment},
        stdin=subprocess.DEVNULL,
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_the_version_is_said() -> None:
    done = _bocli("--version")
    assert (done.returncode, done.stdout) == (0, "bocli 0.1.0\n")


def test_the_demo_without_a_terminal_is_said_and_makes_nothing(tmp_path: Path) -> None:
    done = _bocli("demo", BOCLI_DATA_DIR=str(tmp_path / "none"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "none").exists()


def test_an_audit_of_a_demo_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    done = _bocli("audit", "verify", "--demo", BOCLI_DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "bocli demo" in done.stderr


def test_what_the_app_gets_comes_from_file_and_options(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('installation = "i"\nlanguage = "pl"\n[database]\nhost = "db.example"\n')
    found = config.app_options([f"--config={path}", "--theme=light", "--mouse"])
    assert found["settings"].hosts == ("db.example",)
    assert (found["theme"], found["mouse"]) == ("light", True)
    assert config.app_options([f"--config={path}", "--language=ar"])["language"] == "ar"
    set_language("en")


@pytest.mark.parametrize("text", [None, "", 'password = "x"\n'])
def test_a_terminal_without_a_usable_configuration_is_code_2(
    tmp_path: Path, text: str | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text)
    for name in config.FROM_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit) as end:
        config.app_options([f"--config={path}"])
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
