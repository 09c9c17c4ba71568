"""An office's server: Debian's PostgreSQL 15 with TLS and client certificates, set up by the command line."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.errors import Unavailable, WrongCredentials

BIN = Path("/usr/lib/postgresql/15/bin")
COMPANY = "Office Money Ltd"
EMAIL = "first@office.example"

pytestmark = pytest.mark.skipif(
    not (BIN / "initdb").exists() or shutil.which("openssl") is None,
    reason="needs Debian's postgresql-15 and openssl (apt-get install postgresql-15 openssl)",
)

CONF = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
ssl = on
ssl_cert_file = '{folder}/server.pem'
ssl_key_file = '{folder}/server.key'
ssl_ca_file = '{folder}/ca.pem'
ssl_min_protocol_version = 'TLSv1.2'
password_encryption = 'scram-sha-256'
shared_preload_libraries = 'auth_delay'
auth_delay.milliseconds = 50
lc_messages = 'C'
"""
# The DBA comes in by who runs the program; staff by TLS with the terminal's certificate and SCRAM, or not.
HBA = """
local all postgres peer map=dba
hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca
"""


@dataclass(frozen=True)
class Office:
    """The server, its certificates, and a terminal's configuration."""

    folder: Path
    port: int

    @property
    def dba(self) -> str:
        return f"host={self.folder} port={self.port} user=postgres dbname=bocli"

    def bocli(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the program as a person does."""
        return subprocess.run(
            [sys.executable, "-m", "bocli", *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "LANG": "en", **environment},
            stdin=subprocess.DEVNULL,
            text=True,
            capture_output=True,
            check=False,
            timeout=60,
        )

    def configuration(self, installation: str, **changes: str | None) -> Path:
        """A terminal's configuration; a change of None leaves the line out."""
        words = {
            "host": "localhost",
            "sslmode": "verify-full",
            "sslrootcert": "ca.pem",
            "sslcert": "terminal.pem",
            "sslkey": "terminal.key",
            **changes,
        }
        lines = [f'installation = "{installation}"', "[database]", f"port = {self.port}"]
        lines += [f'{name} = "{value}"' for name, value in words.items() if value is not None]
        path = self.folder / f"config-{'-'.join(changes) or 'right'}.toml"
        path.write_text("\n".join(lines) + "\n")
        return path


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def _certificates(folder: Path) -> None:
    """A CA, the server's certificate for localhost, a terminal's, and those of a CA that nobody knows."""
    for ca in ("ca", "stranger"):
        told = ("-subj", f"/CN={ca}", "-days", "2", "-keyout", f"{ca}.key", "-out", f"{ca}.pem")
        _openssl(folder, "req", "-x509", *NEW_KEY, *told)
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for name, ca in (("server", "ca"), ("terminal", "ca"), ("forged", "stranger")):
        told = ("-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        _openssl(folder, "req", *NEW_KEY, *told)
        by = ("-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
        _openssl(folder, "x509", "-req", "-in", f"{name}.csr", *by, "-out", f"{name}.pem")
        (folder / f"{name}.key").chmod(0o600)


def _server_user() -> dict[str, Any]:
    """As root the server runs as Debian's own user; otherwise as who runs the tests."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    folder = Path(tempfile.mkdtemp(prefix="bocli-"))
    folder.chmod(0o711)
    (folder / "home").mkdir()
    _certificates(folder)
    who = _server_user()
    data = folder / "data"
    data.mkdir(mode=0o700)
    if who:
        for path in (folder, data, folder / "server.key", folder / "server.pem"):
            os.chown(path, who["user"], who["group"])
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    subprocess.run(
        [BIN / "initdb", "-D", data, "-U", "postgres", "-A", "peer", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
        check=True, stdout=subprocess.DEVNULL, cwd="/", env=environment, **who,
    )  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (data / "postgresql.conf").open("a") as file:
        file.write(CONF.format(folder=folder, port=port))
    (data / "pg_hba.conf").write_text(HBA)
    (data / "pg_ident.conf").write_text(f'dba "{pwd.getpwuid(os.geteuid()).pw_name}" postgres\n')
    subprocess.run(
        [BIN / "pg_ctl", "start", "-D", data, "-l", data / "log", "-w", "-s"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", env=environment, **who,
    )  # fmt: skip
    made = Office(folder, port)
    with psycopg.connect(made.dba.replace("dbname=bocli", "dbname=postgres"), autocommit=True) as connection:
        connection.execute("create database bocli")
    yield made
    subprocess.run([BIN / "pg_ctl", "stop", "-D", data, "-m", "immediate", "-s"], check=True, cwd="/", **who)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def first(office: Office) -> tuple[str, str]:
    """What `bocli init` says once: the installation's id, and the first administrator's password."""
    done = office.bocli(
        "init", "--dba", office.dba, "--company", COMPANY, "--email", EMAIL, "--name", "First One"
    )
    assert done.returncode == 0, done.stderr
    installation = re.search(r"\(it is no secret\): (\S+)", done.stdout)
    password = re.search(r"one-time password: (\S+)\. ", done.stdout)
    assert installation is not None
    assert password is not None
    return installation[1], password[1]


def test_init_sets_up_once_and_refuses_a_second_time(office: Office, first: tuple[str, str]) -> None:
    again = office.bocli(
        "init",
        "--dba",
        office.dba,
        "--company",
        "Other",
        "--email",
        "other@office.example",
        "--name",
        "Other",
    )
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert "Traceback" not in again.stderr
    with psycopg.connect(office.dba) as connection:
        found = connection.execute("select company, id from book.installation").fetchall()
        assert found == [(COMPANY, first[0])]
        assert connection.execute("select count(*) from book.staff").fetchone() == (1,)


@pytest.mark.usefixtures("first")
def test_migrate_changes_nothing_when_all_is_there(office: Office) -> None:
    done = office.bocli("migrate", "--dba", office.dba)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_doctor_finds_a_healthy_office_healthy(office: Office, first: tuple[str, str]) -> None:
    config = office.configuration(first[0])
    done = office.bocli("doctor", "--dba", office.dba, BOCLI_CONFIG=str(config), TERM="xterm-256color")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BAD" not in done.stdout
    assert "localhost answers, by TLS with a certificate that was checked." in done.stdout
    assert "PostgreSQL 15." in done.stdout
    assert "Tables are up to date" in done.stdout


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sslcert": None, "sslkey": None}, "valid client certificate"),
        ({"sslcert": "forged.pem", "sslkey": "forged.key"}, "unknown ca"),
        ({"sslrootcert": "stranger.pem"}, "certificate verify failed"),
        ({"sslmode": "disable"}, "no pg_hba.conf entry"),
    ],
)
def test_the_doctor_says_what_is_wrong_with_the_certificates(
    office: Office, first: tuple[str, str], changes: dict[str, str | None], says: str
) -> None:
    config = office.configuration(first[0], **changes)
    done = office.bocli("doctor", BOCLI_CONFIG=str(config), TERM="xterm-256color")
    assert done.returncode == 1, done.stdout
    assert re.search(rf"BAD .*localhost does not answer.*{says}", done.stdout), done.stdout


def test_a_key_that_others_can_read_is_named(office: Office, first: tuple[str, str]) -> None:
    loose = office.folder / "loose.key"
    shutil.copy(office.folder / "terminal.key", loose)
    loose.chmod(0o644)
    config = office.configuration(first[0], sslkey="loose.key")
    done = office.bocli("doctor", BOCLI_CONFIG=str(config), TERM="xterm-256color")
    assert done.returncode == 1
    assert re.search(r"BAD .*loose\.key.*chmod 600", done.stdout), done.stdout


def test_the_first_administrator_logs_in_through_tls(
    office: Office, first: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from bocli import config
    from core.staff import log_in

    monkeypatch.setenv("BOCLI_CONFIG", str(office.configuration(first[0])))
    settings = config.load().database
    assert settings is not None
    with pytest.raises(WrongCredentials):
        log_in(settings, EMAIL, "not the password", state_folder=tmp_path)
    session = log_in(settings, EMAIL, first[1], state_folder=tmp_path)
    try:
        assert session.must_change_password
        assert session.staff.role == "administrator"
        with psycopg.connect(office.dba) as connection:
            encrypted = connection.execute(
                "select bool_and(s.ssl and s.client_dn is not null) from pg_stat_activity a "
                "join pg_stat_ssl s using (pid) where a.usename like 'bo\\_%'"
            ).fetchone()
        assert encrypted == (True,)
    finally:
        session.db.close()


def test_without_the_terminals_certificate_nobody_logs_in(
    office: Office, first: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from bocli import config
    from core.staff import log_in

    monkeypatch.setenv("BOCLI_CONFIG", str(office.configuration(first[0], sslcert=None, sslkey=None)))
    settings = config.load().database
    assert settings is not None
    with pytest.raises(Unavailable):
        log_in(settings, EMAIL, first[1], state_folder=tmp_path)


@pytest.mark.usefixtures("first")
def test_a_server_that_is_away_is_said_in_one_line(office: Office) -> None:
    away = office.dba.replace(str(office.folder), "/nowhere")
    done = office.bocli("migrate", "--dba", away)
    assert done.returncode == 3
    assert done.stderr.startswith("The database cannot be reached")
    assert "Traceback" not in done.stderr


def test_a_password_on_the_command_line_is_refused(office: Office) -> None:
    done = office.bocli("migrate", "--dba", f"{office.dba} password=hunter2")
    assert done.returncode == 2
    assert "hunter2" not in done.stderr + done.stdout
