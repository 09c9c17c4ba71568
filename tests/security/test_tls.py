"""The same door over TLS with a client certificate, as an office runs it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core import errors, staff
from core.db import Settings
from core.db.init import init
from tests import server as servers
from tests.world import CHEAP

pytestmark = [
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates"),
    pytest.mark.skipif(servers.with_tls() is None, reason="the wheel's PostgreSQL is built without TLS"),
]


@dataclass
class Office:
    """A server that takes TLS only, with everything to reach it."""

    server: servers.Server
    settings: Settings
    email: str
    password: str


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def _certificate(folder: Path, name: str, subject: str) -> None:
    key, request, made = folder / f"{name}.key", folder / f"{name}.csr", folder / f"{name}.crt"
    _openssl("req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-keyout", key, "-out", request, "-subj", f"/CN={subject}")  # fmt: skip
    (folder / "names").write_text(f"subjectAltName=DNS:{subject}\n")
    _openssl("x509", "-req", "-in", request, "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key",
             "-CAcreateserial", "-days", "2", "-out", made, "-extfile", folder / "names")  # fmt: skip
    key.chmod(0o600)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server with TLS 1.3, its own CA, and client certificates asked for."""
    import os
    import socket

    folder = tmp_path_factory.mktemp("tls")
    _openssl("req", "-x509", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-keyout", folder / "ca.key", "-out", folder / "ca.crt", "-days", "2",
             "-subj", "/CN=Test CA")  # fmt: skip
    _certificate(folder, "server", "localhost")
    _certificate(folder, "terminal", "terminal-1")
    running = servers.start(servers.with_tls())
    try:
        for name in ("ca.crt", "server.crt", "server.key"):
            copied = running.folder / "data" / name
            shutil.copy(folder / name, copied)
            owner = (running.folder / "data").stat()
            os.chown(copied, owner.st_uid, owner.st_gid)
            copied.chmod(0o600)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        hba = "local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n"
        (running.folder / "data" / "pg_hba.conf").write_text(hba)
        with running.admin() as connection:
            for setting in (
                "ssl = on", "ssl_ca_file = 'ca.crt'", "ssl_cert_file = 'server.crt'",
                "ssl_key_file = 'server.key'",
                "ssl_min_protocol_version = 'TLSv1.3'", "listen_addresses = '127.0.0.1'", f"port = {port}",
            ):  # fmt: skip
                connection.execute(f"alter system set {setting}".encode())
        running.restart()
        words = f"host={running.folder} port={port} user=postgres dbname="
        import psycopg

        with psycopg.connect(words + "postgres", autocommit=True) as connection:
            connection.execute("create database bocli")
        done = init(words + "bocli", "Test Money Ltd", "boss@example.com", "The Boss", kdf=CHEAP)
        settings = Settings(
            hosts=("localhost",), port=port, installation=done.installation, kdf=(CHEAP,),
            sslmode="verify-full",
            sslrootcert=str(folder / "ca.crt"), sslcert=str(folder / "terminal.crt"),
            sslkey=str(folder / "terminal.key"),
        )  # fmt: skip
        yield Office(running, settings, done.email, done.password)
    finally:
        running.stop()


def test_log_in_and_work_over_tls_with_a_client_certificate(office: Office, tmp_path: Any) -> None:
    session = staff.log_in(office.settings, office.email, office.password, state_folder=tmp_path)
    before = _backend(session)
    for _ in range(5):
        staff.touch(session.db)
    # the look at the socket does not take TLS's own records for a closed connection
    assert _backend(session) == before
    staff.log_out(session.db)


def _backend(session: staff.Session) -> int:
    with session.db.engine.connect() as connection:
        inside: Any = connection.connection.driver_connection
        return int(inside.info.backend_pid)


@pytest.mark.parametrize(
    "without",
    [
        {"sslcert": "/nonexistent", "sslkey": "/nonexistent"},
        {"sslmode": "disable", "sslrootcert": None},
        {"hosts": ("127.0.0.1",)},  # the certificate is localhost's
        {"sslrootcert": "/etc/hostname"},
    ],
    ids=["no client certificate", "no TLS", "another name", "another CA"],
)
def test_nothing_less_is_let_in(office: Office, tmp_path: Any, without: dict[str, Any]) -> None:
    settings = replace(office.settings, **without)
    with pytest.raises(errors.Unavailable):
        staff.log_in(settings, office.email, office.password, state_folder=tmp_path)


def test_several_hosts_the_first_of_them_dead(office: Office, tmp_path: Any) -> None:
    settings = replace(office.settings, hosts=("no-such-host.invalid", "localhost"))
    staff.log_out(staff.log_in(settings, office.email, office.password, state_folder=tmp_path).db)
