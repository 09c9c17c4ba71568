"""Puts the whole database in place: roles, tables, functions, views, grants. One transaction.

The same call makes a new database and brings an old one up to date. A function's or view's file
(core/*/sql/*.sql) holds one object and begins with comment lines:

    -- permission: cash_day:open   who may call it: a name of core/permissions.py, `staff`, or `none`
    -- after: other_view           views only: made after that one
    -- owner: bocli_watchdog       where it is not the schema's owner
    -- grant: bocli_provisioner    other owners that call it from their functions
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.approvals.kinds import KINDS
from core.db.roles import DEFINERS, OWNERS, SEARCH_PATH, STAFF, group_role, prepare
from core.errors import WrongState
from core.permissions import CONFLICTS, EVERYONE, MANAGES, NOBODY, PERMISSIONS, SERVICE_ROLES, roles_with

if TYPE_CHECKING:
    import psycopg

CORE = Path(__file__).resolve().parents[1]
MIGRATIONS = CORE.parent / "migrations"

_HEADER = re.compile(r"^--\s*(permission|after|owner|grant):\s*([^\s(#]+(?:\s*,\s*[^\s(#]+)*)", re.MULTILINE)
_OBJECT = re.compile(
    r"^\s*create\s+(?:or\s+replace\s+)?(function|view)\s+([a-z_]+)\.([a-z_0-9]+)",
    re.MULTILINE | re.IGNORECASE,
)
#: Functions of these schemas are called by other owners' functions; staff cannot name them.
_SHARED = {"auth": ("bocli_api", "bocli_provisioner"), "vault": ("bocli_api",)}
#: … and these by name: provisioning answers, refuses and logs in the same way as the api does.
_SHARED_BY_NAME = {
    "vault.log_write": ("bocli_auth", "bocli_provisioner"),
    "rule.refuse": ("bocli_auth", "bocli_provisioner"),
    "rule.refused": ("bocli_provisioner",),
    "rule.key_seen": ("bocli_provisioner",),
    "rule.key_keep": ("bocli_provisioner",),
}


class InstallError(Exception):
    """A file or the server is not as it must be; the text says which and what to do."""


@dataclass(frozen=True)
class Source:
    """One file of core/*/sql."""

    path: Path
    kind: str
    schema: str
    name: str
    text: str
    permission: str | None
    after: tuple[str, ...]
    owner: str
    grants: tuple[str, ...]

    @property
    def label(self) -> str:
        """The file as people name it: ``core/staff/sql/session_open.sql``."""
        return f"core/{self.path.relative_to(CORE).as_posix()}"


def install(where: str | psycopg.Connection[Any]) -> None:
    """Make the database, or bring it up to date, in one transaction. Needs a superuser of PostgreSQL 15+.

    `where` is a connection string, or an open connection that is in no transaction.
    Raises WrongState init.version, init.locale or init.busy when the server is not as it must be, InstallError
    when a file of the program is not. Nothing is changed then.
    """
    import psycopg

    if isinstance(where, str):
        with psycopg.connect(where, autocommit=True) as connection:
            install(connection)
        return
    if where.info.server_version < 150000:
        raise WrongState("init.version")
    # Names are found by their small letters, and some locales know those of English only.
    if where.execute("select lower('ŁЇ') = 'łї'").fetchone() != (True,):
        raise WrongState("init.locale")
    sources = read_sources()
    try:
        with where.transaction():
            _install(where, sources)
    except psycopg.errors.LockNotAvailable as error:
        raise WrongState("init.busy") from error


def _install(where: psycopg.Connection[Any], sources: list[Source]) -> None:
    where.execute("set local client_min_messages = warning")
    # Who waits for a lock makes everybody wait who comes behind: give up early, nothing is half done.
    where.execute("set local lock_timeout = '3s'")
    where.execute("select pg_advisory_xact_lock(hashtext('bocli install'))")
    _unfreeze(where)
    prepare(where)
    _drop_functions(where)
    upgrade_tables(where)
    _set_owners(where)
    _permission_table(where)
    _create(where, sources)
    _set_owners(where)
    _internal_grants(where)
    _grants(where, sources)
    _freeze(where)


def read_sources(root: Path = CORE) -> list[Source]:
    """All files, in an order in which they can be made: functions, then views after those they name."""
    sources = [_read(path) for path in sorted(root.glob("*/sql/*.sql"))]
    names: dict[str, Source] = {}
    for source in sources:
        other = names.setdefault(f"{source.schema}.{source.name}", source)
        if other is not source:
            raise InstallError(f"{source.label} and {other.label} both make {source.schema}.{source.name}")
    functions = [source for source in sources if source.kind == "function"]
    return functions + _in_order([source for source in sources if source.kind == "view"])


def _in_order(views: list[Source]) -> list[Source]:
    done: list[Source] = []
    waiting = list(views)
    known = {view.name for view in views}
    while waiting:
        made = {view.name for view in done}
        ready = [view for view in waiting if all(name in made or name not in known for name in view.after)]
        if not ready:
            raise InstallError(f"views wait for each other: {', '.join(view.label for view in waiting)}")
        done += ready
        waiting = [view for view in waiting if view not in ready]
    return done


def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    label = f"core/{path.relative_to(path.parents[2]).as_posix()}"
    found = _OBJECT.findall(text)
    if len(found) != 1:
        raise InstallError(f"{label}: one function or view a file, found {len(found)}")
    kind, schema, name = (word.lower() for word in found[0])
    if schema not in OWNERS:
        raise InstallError(f"{label}: no such schema as {schema}")
    if path.stem != name:
        raise InstallError(f"{label}: the file must be named as what it makes, {name}.sql")
    header: dict[str, tuple[str, ...]] = {
        word: tuple(part.strip() for part in value.split(",")) for word, value in _HEADER.findall(text)
    }
    permission = header.get("permission", (None,))[0]
    if schema in ("api", "prov") and permission is None:
        raise InstallError(f"{label}: a header `-- permission: …` is missing")
    if permission is not None and permission not in PERMISSIONS and permission not in (EVERYONE, NOBODY):
        raise InstallError(f"{label}: permission {permission} is not in core/permissions.py")
    owner = header.get("owner", (OWNERS[schema],))[0]
    grants = header.get("grant", ())
    for role in (owner, *grants):
        if role not in DEFINERS:
            raise InstallError(f"{label}: {role} is not an owner's role")
    if kind == "function" and schema in ("api", "prov") and not _definer(text):
        raise InstallError(f"{label}: a function of schema {schema} must be security definer")
    if kind == "function" and "set search_path from current" not in text.lower() and _definer(text):
        raise InstallError(f"{label}: `set search_path from current` is missing")
    return Source(path, kind, schema, name, text, permission, header.get("after", ()), owner, grants)


def _definer(text: str) -> bool:
    return "security definer" in text.lower()


def upgrade_tables(connection: psycopg.Connection[Any], revision: str = "head") -> None:
    """Run the missing migrations on this connection, inside its transaction."""
    from alembic import command

    config, engine = _alembic(connection)
    with engine.connect() as wrapped:
        config.attributes["connection"] = wrapped
        command.upgrade(config, revision)


def downgrade_tables(connection: psycopg.Connection[Any], revision: str) -> None:
    """Run migrations backwards; functions and views must be gone. For a database without work in it."""
    from alembic import command

    config, engine = _alembic(connection)
    with engine.connect() as wrapped:
        config.attributes["connection"] = wrapped
        command.downgrade(config, revision)


def _alembic(connection: psycopg.Connection[Any]) -> tuple[Any, Any]:
    """Alembic on our own connection: its engine neither commits nor closes what it did not open."""
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    config.set_main_option("path_separator", "os")
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: _Borrowed(connection),
        poolclass=StaticPool,
        use_native_hstore=False,
        pool_reset_on_return=None,
    )
    return config, engine


class _Borrowed:
    """A connection that SQLAlchemy may use and may not commit, roll back or close."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def commit(self) -> None:
        """Left to the owner."""

    def rollback(self) -> None:
        """Left to the owner, whose transaction block sees the exception."""

    def close(self) -> None:
        """Left to the owner."""


def _unfreeze(connection: psycopg.Connection[Any]) -> None:
    for name in ("bocli_vault_ddl", "bocli_vault_drop"):
        connection.execute(f"drop event trigger if exists {name}")


def _freeze(connection: psycopg.Connection[Any]) -> None:
    text = (Path(__file__).parent / "vault_guard.sql").read_text(encoding="utf-8")
    connection.execute(text)


def _drop_functions(connection: psycopg.Connection[Any]) -> None:
    views = connection.execute(
        "select format('%I.%I', n.nspname, c.relname) from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace "
        "where c.relkind = 'v' and n.nspname in ('api', 'rule', 'prov')"
    ).fetchall()
    for (name,) in views:
        connection.execute(f"drop view if exists {name} cascade")
    functions = connection.execute(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where n.nspname in ('api', 'rule', 'prov') or (n.nspname in ('auth', 'vault', 'book') "
        "and obj_description(p.oid, 'pg_proc') like 'from core/%')"
    ).fetchall()
    for (name,) in functions:
        connection.execute(f"drop function if exists {name}")


def _set_owners(connection: psycopg.Connection[Any]) -> None:
    for schema, owner in OWNERS.items():
        rows = connection.execute(
            "select c.relkind::text, format('%%I.%%I', n.nspname, c.relname) from pg_class c "
            "join pg_namespace n on n.oid = c.relnamespace where n.nspname = %s "
            "and pg_get_userbyid(c.relowner) <> %s and c.relkind in ('r', 'p', 'v', 'm', 'S') "
            # a sequence of an identity column goes with its table
            "and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('i', 'a') "
            "and c.relkind = 'S') order by c.oid",
            (schema, owner),
        ).fetchall()
        words = {"v": "view", "m": "materialized view", "S": "sequence"}
        for kind, name in rows:
            connection.execute(f"alter {words.get(kind, 'table')} {name} owner to {owner}")
        types = connection.execute(
            "select t.oid::regtype::text from pg_type t join pg_namespace n on n.oid = t.typnamespace "
            "left join pg_class c on c.oid = t.typrelid where n.nspname = %s "
            "and pg_get_userbyid(t.typowner) <> %s and t.typtype in ('c', 'd', 'e') "
            "and (c.relkind is null or c.relkind = 'c')",
            (schema, owner),
        ).fetchall()
        for (name,) in types:
            connection.execute(f"alter type {name} owner to {owner}")
        functions = connection.execute(
            "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
            "where n.nspname = %s and pg_get_userbyid(p.proowner) <> all(%s)",
            (schema, list(DEFINERS)),
        ).fetchall()
        for (name,) in functions:
            connection.execute(f"alter function {name} owner to {owner}")
            connection.execute(f"revoke all on function {name} from public")


def _permission_table(connection: psycopg.Connection[Any]) -> None:
    """Copy core/permissions.py into the database."""
    connection.execute("delete from auth.permission")
    connection.execute("delete from auth.manages")
    connection.execute("delete from auth.conflict")
    connection.execute("delete from auth.change_kind")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into auth.permission (permission, role) values (%s, %s)",
            [(permission, role) for permission, roles in PERMISSIONS.items() for role in roles],
        )
        cursor.executemany(
            "insert into auth.manages (manager, managed) values (%s, %s)",
            [(manager, managed) for manager, roles in MANAGES.items() for managed in roles],
        )
        cursor.executemany(
            "insert into auth.conflict (role, other) values (%s, %s)",
            [pair for one, other in CONFLICTS for pair in ((one, other), (other, one))],
        )
        cursor.executemany(
            "insert into auth.change_kind (kind, make, decide, alone, grave) values (%s, %s, %s, %s, %s)",
            [(each.kind, each.make, each.decide, each.alone, each.grave) for each in KINDS],
        )
        cursor.executemany(
            "insert into book.role_policy (role, second_factor, idle_minutes, absolute_minutes, sessions) "
            "values (%s, %s, %s, 720, %s) on conflict (role) do nothing",
            [
                (
                    role,
                    role not in SERVICE_ROLES,
                    10 if role == "cashier" else 15,
                    16 if role in SERVICE_ROLES else 2,
                )
                for role in roles_with(EVERYONE)
            ],
        )


def _create(connection: psycopg.Connection[Any], sources: list[Source]) -> None:
    import psycopg

    connection.execute(f"set local search_path = {SEARCH_PATH}")
    connection.execute("set local check_function_bodies = off")
    for source in sources:
        try:
            connection.execute(source.text.encode())
        except psycopg.Error as error:
            raise InstallError(f"{source.label}: {error}") from error
        signature = _signature(connection, source)
        connection.execute(f"alter {signature} owner to {source.owner}")
        connection.execute(f"comment on {signature} is 'from {source.label}'")
        connection.execute(f"revoke all on {signature.removeprefix('view ')} from public")
    connection.execute("set local search_path to default")


def _signature(connection: psycopg.Connection[Any], source: Source) -> str:
    if source.kind == "view":
        return f"view {source.schema}.{source.name}"
    rows = connection.execute(
        "select pg_get_function_identity_arguments(p.oid) from pg_proc p "
        "where p.pronamespace = %s::regnamespace "
        "and p.proname = %s",
        (source.schema, source.name),
    ).fetchall()
    if len(rows) != 1:
        raise InstallError(
            f"{source.label}: {source.name} exists {len(rows)} times; names are not overloaded"
        )
    return f"function {source.schema}.{source.name}({rows[0][0]})"


def _internal_grants(connection: psycopg.Connection[Any]) -> None:
    """What provisioning shares with the api: request keys, so that it answers the same way."""
    if connection.execute("select to_regclass('vault.request_key')").fetchone() != (None,):
        connection.execute("grant select, insert on vault.request_key to bocli_provisioner")


def _grants(connection: psycopg.Connection[Any], sources: list[Source]) -> None:
    for source in sources:
        signature = _signature(connection, source)
        right = (
            f"select on {signature.removeprefix('view ')}"
            if source.kind == "view"
            else f"execute on {signature}"
        )
        inside = set(source.grants)
        if source.kind == "function":
            if source.owner == OWNERS[source.schema]:
                inside.update(_SHARED.get(source.schema, ()))
            inside.update(_SHARED_BY_NAME.get(f"{source.schema}.{source.name}", ()))
        for role in sorted(inside - {source.owner}):
            connection.execute(f"grant {right} to {role}")
        if source.permission == EVERYONE:
            connection.execute(f"grant {right} to {STAFF}")
        elif source.permission is not None:
            for role in roles_with(source.permission):
                connection.execute(f"grant {right} to {group_role(role)}")
