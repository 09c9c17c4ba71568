"""The demo: made by the real rules, made again after an interruption, kept, brought up to date, and reset."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from bocli import cli, demo, embedded
from bocli.demo import company, people
from core.permissions import ROLES


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One small demo for all tests of this module: a week of days, sixty clients."""
    made = Path(tempfile.mkdtemp(prefix="bocli-"))
    made.chmod(0o711)
    patch = pytest.MonkeyPatch()
    patch.setenv("BOCLI_DATA_DIR", str(made))
    patch.setenv("BOCLI_LANGUAGE", "en")
    for name, value in {"CLIENTS": 60, "OPERATIONS": 400, "DAYS": 8, "BLOCKED": (13,)}.items():
        patch.setattr(company, name, value)
    yield made
    embedded.stop(embedded.server_in(embedded.home()))
    patch.undo()
    shutil.rmtree(made)


@pytest.fixture
def server(folder: Path) -> embedded.Server:
    """The demo's server, with the demo made."""
    found = embedded.server_in(embedded.home())
    if not (found.folder / "demo.json").exists():
        assert demo.run(prepare_only=True) == 0
    return found


def _rows(server: embedded.Server, sql: str) -> list[tuple[object, ...]]:
    with embedded.running(server), psycopg.connect(server.dba(demo.DATABASE)) as connection:
        return connection.execute(sql.encode()).fetchall()


def test_the_first_start_makes_the_company_and_says_who_can_log_in(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["demo", "--prepare-only"]) == 0
    told = capsys.readouterr()
    for role in ROLES:
        assert f"{role}@demo.example" in told.out
    assert "bocli-demo" in told.out
    server = embedded.server_in(embedded.home())
    assert not embedded.is_running(server), "it stops with the last program that uses it"
    assert stat.S_IMODE((server.folder / "people.json").stat().st_mode) == 0o600


def test_the_company_is_as_it_should_be(server: embedded.Server) -> None:
    counts = _rows(
        server,
        "select (select count(*) from book.branch), (select count(*) from book.desk), "
        "(select count(*) from book.client), (select count(*) from book.issuer), "
        "(select count(distinct role) from book.staff), "
        "(select count(*) from vault.operation where kind like 'cash_%' and day_id is not null)",
    )
    assert counts[0][:5] == (2, 4, 60, 3, len(ROLES))
    assert int(str(counts[0][5])) >= 400
    states = dict(_rows(server, "select state, count(*) from book.desk_day group by state"))
    assert states["close_requested"] == 2, "the accountant finds something to do"
    assert set(states) == {"closed", "close_requested"}
    assert _rows(server, "select count(*) from auth.secret where totp is null") == [(1,)], (
        "the intake program"
    )


def test_every_list_of_the_office_has_something(server: embedded.Server) -> None:
    kinds = _rows(server, "select kind, state, count(*) from book.organization group by 1, 2 order by 1, 2")
    assert kinds == [
        ("merchant", "active", 2),
        ("merchant", "suspended", 1),
        ("own", "active", 1),
        ("provider", "active", 2),
    ]
    assert _rows(
        server,
        "select count(*) > 1, bool_and(o.contract_id is not null) from book.client c "
        "join book.organization o on o.id = c.organization_id",
    ) == [(True, True)]
    assert _rows(server, "select count(*) > 20, count(distinct provider_id) from book.product") == [(True, 2)]
    assert _rows(server, "select count(*) from book.client where not active") == [(1,)]
    assert _rows(server, "select count(*) from book.coin where not incoming") == [(1,)]
    assert _rows(server, "select count(distinct kind) from book.coin") == [(2,)]
    told = dict(
        _rows(server, "select what, count(*) from vault.log where what ~ '^(org|prod|issuer.c)' group by 1")
    )
    assert told == {
        "organization.create": 6, "organization.member": 3, "organization.move": 1, "products.import": 2,
        "issuer.change": 3,
    }  # fmt: skip
    assert _rows(server, "select count(*) from auth.secret where last_step > 0") == [(0,)], (
        "no code is used up"
    )


def test_each_role_finds_what_waits_for_it(server: embedded.Server) -> None:
    """What clients did through the front end: each kind is in the lists, and each queue has something."""
    kinds = {str(kind) for (kind,) in _rows(server, "select distinct kind from vault.operation")}
    assert kinds >= {
        "payment", "transfer", "bonus_issue", "hold", "capture", "release", "refund", "redeem_hold", "bank_receipt",
        "bank_top_up", "application_hold",
    }  # fmt: skip
    waiting = dict(_rows(server, "select state, count(*) from book.application group by state"))
    assert waiting["taken"] == 1
    assert int(str(waiting["limited"])) >= 2
    requests = {
        (kind, state)
        for kind, state, _ in _rows(
            server, "select kind, state, count(*) from book.redeem_request group by kind, state"
        )
    }
    assert requests == {("cash", "pending"), ("cash", "approved"), ("bank", "pending")}
    assert _rows(server, "select state, count(*) from book.statement_line group by state order by 1") == [
        ("matched", 2), ("unallocated", 2),
    ]  # fmt: skip
    assert _rows(server, "select count(*) from book.block where state = 'blocked'") == [(2,)]
    assert _rows(server, "select kind from book.change_request where state = 'submitted'") == [
        ("office_rate",)
    ]


def test_the_times_of_a_statement_go_one_way(server: embedded.Server) -> None:
    assert _rows(
        server,
        "select count(*) from (select o.at, lag(o.at) over (partition by coin_id order by id) as before "
        "from vault.operation o where o.coin_id is not null) x where x.at < x.before",
    ) == [(0,)]


def test_the_books_and_the_log_are_whole(server: embedded.Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["audit", "verify", "--demo"]) == 0, capsys.readouterr().out
    assert cli.run(["audit", "balance", "--demo"]) == 0
    point = server.folder / "point.json"
    assert cli.run(["audit", "checkpoint", str(point), "--demo"]) == 0
    assert cli.run(["audit", "verify", "--demo", "--checkpoint", str(point)]) == 0
    assert cli.run(["audit", "checkpoint", str(point), "--demo"]) == 1, "it writes over nothing"


def test_tampering_is_found(server: embedded.Server, capsys: pytest.CaptureFixture[str]) -> None:
    def add_to_a_wallet(minor: int) -> None:
        with embedded.running(server), psycopg.connect(server.dba(demo.DATABASE)) as connection:
            connection.execute(
                "update vault.account set balance = balance + %s "
                "where id = (select wallet_account_id from book.coin order by id limit 1)",
                (minor,),
            )

    add_to_a_wallet(1)
    assert cli.run(["audit", "verify", "--demo"]) == 1
    add_to_a_wallet(-1)
    capsys.readouterr()
    assert cli.run(["audit", "verify", "--demo"]) == 0


def test_everybody_logs_in_with_the_code_that_the_screen_shows(
    server: embedded.Server, tmp_path: Path
) -> None:
    from core.staff import log_in

    with embedded.running(server):
        settings, staff = demo.ready(server, demo.Steps())
        assert settings.hosts == (str(server.socket),)
        for role in ("cashier", "accountant", "administrator"):
            person = staff.first(role)
            session = log_in(settings, person.email, person.password, person.code(), state_folder=tmp_path)
            try:
                assert session.staff.role == role
                assert not session.must_change_password
                assert not session.must_enrol
            finally:
                session.db.close()


def test_a_later_start_makes_nothing_again(server: embedded.Server) -> None:
    before = _rows(server, "select made_at, id from book.installation")
    kept = people.read(server.folder / "people.json")
    assert demo.run(prepare_only=True) == 0
    assert _rows(server, "select made_at, id from book.installation") == before
    assert people.read(server.folder / "people.json") == kept


def test_a_newer_program_brings_the_demo_up_to_date(
    server: embedded.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _rows(server, "select id from book.installation")
    oid = _rows(server, "select 'api.home'::regproc::oid::bigint")
    now = demo.version()
    monkeypatch.setattr(demo, "version", lambda: "newer")
    assert demo.run(prepare_only=True) == 0
    assert _rows(server, "select 'api.home'::regproc::oid::bigint") != oid, (
        "the functions were installed again"
    )
    assert _rows(server, "select id from book.installation") == before
    monkeypatch.setattr(demo, "version", lambda: now)
    assert demo.run(prepare_only=True) == 0


def test_reset_asks_and_takes_only_yes_for_an_answer(
    server: embedded.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _rows(server, "select id from book.installation")
    asked = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    assert demo.run(reset=True, prepare_only=True, ask=no) == 1
    assert str(server.folder) in asked[0]
    assert cli.run(["demo", "--reset", "--prepare-only"]) == 1, "without a terminal nobody can be asked"
    assert _rows(server, "select id from book.installation") == before
    capsys.readouterr()


def test_reset_with_yes_makes_it_anew(server: embedded.Server) -> None:
    before = _rows(server, "select id from book.installation")
    assert cli.run(["demo", "--reset", "--yes", "--prepare-only"]) == 0
    assert _rows(server, "select id from book.installation") != before


def test_an_interrupted_first_start_begins_again(
    server: embedded.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(company, "_write_days", interrupted)
        assert cli.run(["demo", "--reset", "--yes", "--prepare-only"]) == 130
    assert not embedded.is_running(server)
    assert not (server.folder / "demo.json").exists()
    assert cli.run(["demo", "--prepare-only"]) == 0
    assert _rows(server, "select count(*) from book.client") == [(60,)]


def test_two_first_starts_at_once_make_one_company(server: embedded.Server) -> None:
    embedded.remove(server)
    with ThreadPoolExecutor(2) as pool:
        starts = [pool.submit(demo.run, prepare_only=True) for _ in range(2)]
        assert [start.result(timeout=120) for start in starts] == [0, 0]
    assert _rows(server, "select count(*) from book.staff") == [
        (len(people.read(server.folder / "people.json").people),)
    ]
    assert not embedded.is_running(server)


def test_a_start_that_is_ended_from_outside_leaves_no_server(server: embedded.Server) -> None:
    embedded.remove(server)
    command = [sys.executable, "-m", "bocli", "demo", "--prepare-only"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        assert started.stderr is not None
        for line in started.stderr:
            if "clients" in line:
                break
        started.send_signal(signal.SIGTERM)
        started.stderr.read()
    assert started.returncode == 128 + signal.SIGTERM
    assert not embedded.is_running(server)


def test_a_fault_in_one_branch_ends_it_without_a_hang(
    server: embedded.Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one_desk_twice(desks: list[int]) -> list[list[company.Day]]:
        day = company.Day(desks[0], company._today() - timedelta(days=1), 5, 0, "requested")
        return [[day, day], [company.Day(desks[2], day.on, 5, 0, "closed")]]

    with monkeypatch.context() as patch:
        patch.setattr(company, "_plan", one_desk_twice)
        assert cli.run(["demo", "--reset", "--yes", "--prepare-only"]) == 1
    assert "BO021" in capsys.readouterr().err, "the second day cannot start while the first waits"
    assert not embedded.is_running(server)
    assert not (server.folder / "demo.json").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="as root the demo is at the system's place")
def test_roots_demo_lies_where_its_system_user_can_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOCLI_DATA_DIR", raising=False)
    assert embedded.home() == Path("/var/lib/bocli/demo")
