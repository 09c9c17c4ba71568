"""`bocli intake`: its exit codes, its password, its results, and that it can be killed anywhere."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bocli import cli
from core.texts import available, set_language
from tests.front import Front
from tests.world import Person, World

Body = dict[str, Any]


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    return Front(world)


@pytest.fixture(scope="module")
def login(front: Front) -> Person:
    """An intake login whose password has the parameters of the real program."""
    front.world.set_real_password(front.intake)
    return front.intake


@pytest.fixture(autouse=True)
def surroundings(world: World, login: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "BOCLI_LANGUAGE": "en", "BOCLI_HOSTS": world.settings.hosts[0], "BOCLI_DBNAME": world.database,
        "BOCLI_PORT": str(world.settings.port), "BOCLI_SSLMODE": "disable", "XDG_STATE_HOME": str(tmp_path / "state"),
        "BOCLI_INSTALLATION": world.settings.installation, "BOCLI_INTAKE_LOGIN": login.email,
        "BOCLI_INTAKE_PASSWORD": login.password, "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("BOCLI_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


def sign_up(**more: Any) -> Body:
    return {
        "key": str(uuid4()), "do": "client", "name": "Front Example", "email": f"c{uuid4().hex}@front.example",
        "phone": f"+4915{random.randint(10**8, 10**9 - 1)}", "time_zone": "Europe/Berlin", "kind": "individual",
        "coins": ["BONUS"],
    } | more  # fmt: skip


def file_of(*lines: Body | str, path: str = "day.jsonl") -> str:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    Path(path).write_text(text)
    return path


def results(path: str = "out.jsonl") -> list[Body]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def test_all_taken_then_all_repeated_then_some_refused(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [sign_up() for _ in range(3)]
    file_of(*lines)
    assert cli.run(["intake", "day.jsonl", "--results", "out.jsonl"]) == 0
    assert [each["status"] for each in results()] == ["done"] * 3
    assert oct(Path("out.jsonl").stat().st_mode & 0o777) == "0o600"
    assert cli.run(["intake", "day.jsonl", "--results", "out.jsonl"]) == 0
    assert [each["status"] for each in results()] == ["repeated"] * 3
    capsys.readouterr()
    file_of(*lines, "nonsense", sign_up(email="nobody"), sign_up(name="") | {"key": "x"})
    assert cli.run(["--language", "de", "intake", "day.jsonl", "--results", "out.jsonl"]) == 1
    set_language("en")
    found = results()
    assert [each["line"] for each in found] == [1, 2, 3, 4, 5, 6]
    assert [each.get("reason") for each in found[3:]] == [
        "intake.not_json", "client.email_invalid", "intake.field_wrong",
    ]  # fmt: skip
    assert "kein JSON" in found[3]["message"]
    told = capsys.readouterr()
    assert "Abgelehnt" in told.out
    assert "Zeile 4" in told.out
    assert "\x1b" not in told.err + told.out


def test_results_on_standard_output_are_lines_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    file_of(sign_up(), "nonsense")
    assert cli.run(["intake", "day.jsonl", "--results", "-"]) == 1
    told = capsys.readouterr()
    assert [json.loads(line)["status"] for line in told.out.splitlines()] == ["done", "refused"]
    assert "Taken" in told.err


def test_the_form_alone_is_checked_without_a_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOCLI_HOSTS", "/nowhere")
    file_of(sign_up())
    assert cli.run(["intake", "--check", "day.jsonl"]) == 0
    file_of(sign_up(), sign_up(x=1))
    assert cli.run(["intake", "--check", "day.jsonl"]) == 1
    assert "no field x" in capsys.readouterr().out


def test_a_password_file_is_its_owners_alone(
    login: Person, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOCLI_INTAKE_PASSWORD")
    file_of(sign_up())
    secret = Path("secret")
    secret.write_text(login.password + "\r\nnot this\n")
    words = ["intake", "day.jsonl", "--password-file", "secret", "--login", login.email]
    for mode in (0o640, 0o604, 0o660):
        secret.chmod(mode)
        assert cli.run(words) == 2
        assert "chmod 600" in capsys.readouterr().err
    secret.chmod(0o600)
    assert cli.run(words) == 0
    secret.write_bytes(b"\n")
    assert cli.run(words) == 2
    capsys.readouterr()
    assert cli.run([*words[:2], "--password-file", "/dev/null"]) == 2
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert cli.run(words[:2]) == 2
        monkeypatch.delenv("BOCLI_INTAKE_LOGIN")
        assert cli.run(words[:2]) == 2
    told = capsys.readouterr().err
    assert "BOCLI_INTAKE_PASSWORD" in told
    assert "BOCLI_INTAKE_LOGIN" in told


def test_who_cannot_hand_in_is_told_what_to_do(
    front: Front, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    file_of(sign_up())
    new = world.make_staff("intake", enrolled=False, first_password=True)
    world.set_real_password(new)
    assert cli.run(["intake", "day.jsonl", "--login", new.email]) == 2
    assert f"log in as {new.email}" in capsys.readouterr().err
    person = world.make_staff("administrator", enrolled=False)
    world.set_real_password(person)
    assert cli.run(["intake", "day.jsonl", "--login", person.email]) == 2
    assert "role Intake" in capsys.readouterr().err
    assert cli.run(["intake", "day.jsonl", "--login", "nobody@front.example"]) == 1


@pytest.mark.parametrize(
    "words",
    [["--chunk", "0"], ["--chunk", "5001"], ["--connections", "5"], ["--connections", "0"], ["--chunk", "x"],
     ["--results", "day.jsonl"]],
)  # fmt: skip
def test_wrong_use_is_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    file_of(sign_up())
    before = Path("day.jsonl").read_text()
    assert cli.run(["intake", "day.jsonl", *words]) == 2
    assert capsys.readouterr().err
    assert Path("day.jsonl").read_text() == before


def test_a_file_or_a_database_that_is_not_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.run(["intake", "none.jsonl"]) == 1
    assert cli.run(["intake", "."]) == 1
    monkeypatch.setenv("BOCLI_HOSTS", "/nowhere")
    file_of(sign_up())
    assert cli.run(["intake", "day.jsonl"]) == 3
    assert "Traceback" not in capsys.readouterr().err


def start(*words: str, **pipes: Any) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-m", "bocli", "intake", *words],
        env={**os.environ, "PYTHONPATH": root}, stderr=subprocess.PIPE, **pipes,
    )  # fmt: skip


def counted(front: Front, lines: list[Body]) -> int:
    return int(
        front.one(
            "select count(*) from book.client where email = any (%s)", [line["email"] for line in lines]
        )
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_a_random_chunk_and_run_again_doubles_nothing(front: Front, seed: int) -> None:
    people = [sign_up() for _ in range(150)]
    lines: list[Body] = [
        *people,
        *(
            {"key": str(uuid4()), "do": "bonus_issue", "to": f"{each['email']}/BONUS", "amount": "10"}
            for each in people
        ),
    ]
    file_of(*lines)
    target = random.Random(seed).randint(5, 120)
    program = start("day.jsonl", "--results", "out.jsonl", "--chunk", "4", stdout=subprocess.DEVNULL)
    ends = time.monotonic() + 60
    while program.poll() is None and counted(front, people) < target and time.monotonic() < ends:
        time.sleep(0.005)
    program.send_signal(signal.SIGKILL)
    program.communicate()
    assert program.returncode == -9, "it was killed on its way"
    deadline = time.monotonic() + 10
    while front.one("select count(*) from pg_stat_activity where usename = %s", front.intake.login):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    before = counted(front, people)
    assert target <= before < 150 or before == 150
    assert cli.run(["intake", "day.jsonl", "--results", "out.jsonl"]) == 0
    found = Counter(each["status"] for each in results())
    assert found["repeated"] >= before
    assert found["repeated"] + found["done"] == len(lines)
    sums = front.one(
        "select array[count(*), sum(a.balance), max(a.balance)] from book.client m "
        "join book.coin c on c.client_id = m.id join vault.account a on a.id = c.wallet_account_id "
        "where m.email = any (%s)",
        [each["email"] for each in people],
    )
    assert sums == [150, 1500, 10]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_order_while_it_waits_for_lines_and_says_how_to_go_on(
    front: Front, number: signal.Signals
) -> None:
    people = [sign_up() for _ in range(3)]
    program = start("-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert program.stdin is not None
    program.stdin.write("".join(json.dumps(line) + "\n" for line in people).encode())
    program.stdin.flush()
    ends = time.monotonic() + 30
    while counted(front, people) < 3:
        assert time.monotonic() < ends, "what came is handed in, though standard input is still open"
        time.sleep(0.05)
    program.send_signal(number)
    _, told = program.communicate(timeout=30)
    assert program.returncode == 130
    assert "Run the same command again" in told.decode()
    assert "\x1b" not in told.decode()


@pytest.mark.parametrize("language", available())
def test_help_is_there_in_every_language(
    language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOCLI_LANGUAGE", language)
    monkeypatch.setenv("BOCLI_STRICT_TEXTS", "1")
    assert cli.run(["intake", "--help"]) == 0
    assert "cli.intake" not in capsys.readouterr().out
    set_language("en")
