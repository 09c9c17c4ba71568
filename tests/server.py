"""A throw-away PostgreSQL for the tests: the wheel's 18, or the system's with BOCLI_TEST_PG=15.

It has a socket and no port. The superuser comes in by trust on that socket, staff by SCRAM.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

PORT = 5432
USER = "bocli-pg"

HBA = """local all postgres trust
local all all scram-sha-256
"""

CONF = f"""
port = {PORT}
listen_addresses = ''
unix_socket_permissions = 0777
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 64MB
max_connections = 120
max_wal_size = 256MB
autovacuum_naptime = 10min
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
"""


def with_tls() -> str | None:
    """A version that the system has and that knows TLS; the wheel does not."""
    found = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin/postgres"))
    return found[-1].parent.parent.name if found else None


def binaries(version: str | None = None) -> Path:
    """The folder of the server's programs."""
    wanted = os.environ.get("BOCLI_TEST_PG", "18")
    if version is None and wanted == "18":
        from bocli import embedded

        # Below root's home the system user could not run the installed ones; then they are copied, once.
        return embedded.programs(embedded.SYSTEM_ROOT, pwd.getpwnam(USER) if os.getuid() == 0 else None)
    return Path(f"/usr/lib/postgresql/{version or wanted}/bin")


def _drop_root() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: as root, take a system user, and make it if it is missing."""
    if os.getuid() != 0:
        return {}
    from bocli import embedded

    user = embedded.system_user(USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@dataclass
class Server:
    """A running server."""

    folder: Path
    process: subprocess.Popen[bytes]
    programs: Path

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self.folder / "log"

    def admin(self, dbname: str = "postgres") -> psycopg.Connection[Any]:
        """A connection of the superuser, in autocommit."""
        return psycopg.connect(
            host=str(self.folder),
            port=PORT,
            user="postgres",
            dbname=dbname,
            autocommit=True,
            connect_timeout=5,
        )

    def restart(self) -> None:
        """Stop in order and start again, as after a change that needs it."""
        self.process.send_signal(2)  # SIGINT: fast shutdown
        self.process.wait(20)
        self.process = _run(self.folder, self.programs)
        _until_up(self.folder, self.process)

    def halt(self) -> None:
        """Stop in order; everything stays, for `resume`."""
        self.process.send_signal(2)  # SIGINT: fast shutdown
        self.process.wait(300)

    def stop(self) -> None:
        """Stop at once and remove everything."""
        self.process.send_signal(3)  # SIGQUIT: immediate shutdown
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(version: str | None = None) -> Server:
    """A new server in a short temporary folder (a socket's path may have 107 bytes)."""
    folder = Path(tempfile.mkdtemp(prefix="bocli-", dir="/tmp"))
    folder.chmod(0o755)
    who = _drop_root()
    if who:
        os.chown(folder, who["user"], who["group"])
    programs = binaries(version)
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    subprocess.run(
        [
            programs / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust", "--no-sync",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
        ],
        check=True, stdout=subprocess.DEVNULL, cwd="/", env=environment, **who,
    )  # fmt: skip
    (folder / "data" / "pg_hba.conf").write_text(HBA)
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write(CONF + f"unix_socket_directories = '{folder}'\n")
    server = Server(folder, _run(folder, programs), programs)
    _until_up(folder, server.process)
    return server


def resume(folder: Path, version: str | None = None) -> Server:
    """The server of a folder that `start` made and `halt` left."""
    programs = binaries(version)
    server = Server(folder, _run(folder, programs), programs)
    _until_up(folder, server.process)
    return server


def _run(folder: Path, programs: Path) -> subprocess.Popen[bytes]:
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", folder / "data"],
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment,
            **_drop_root(),
        )


def _until_up(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait for the file in which the server says that it is ready: its port may have changed."""
    for _ in range(400):
        if process.poll() is not None:
            raise RuntimeError((folder / "log").read_text())
        try:
            if (folder / "data" / "postmaster.pid").read_text().splitlines()[7].strip() == "ready":
                return
        except (FileNotFoundError, IndexError):
            pass
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    process.kill()
    raise RuntimeError("the server did not start in 20 s")
