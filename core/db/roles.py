"""The cluster's roles, the schemas, and what everybody loses in this database.

Everything here can run again on a database that has it already. Needs a superuser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.permissions import ROLES

if TYPE_CHECKING:
    import psycopg

#: schema → its owner, and the owner of all that is in it.
OWNERS: dict[str, str] = {
    "auth": "bocli_auth",
    "vault": "bocli_vault",
    "book": "bocli_owner",
    "rule": "bocli_api",
    "api": "bocli_api",
    "prov": "bocli_provisioner",
}

#: Roles that own things or act inside functions; nobody logs in as them.
DEFINERS: tuple[str, ...] = (*dict.fromkeys(OWNERS.values()), "bocli_watchdog")

#: What `search_path` is while functions are made, and so what each function is pinned to.
SEARCH_PATH = "pg_catalog, auth, vault, book, rule, pg_temp"

STAFF = "bocli_staff"

#: Things that any role can do to others in a stock database: hold locks by number, fill the disk with
#: large objects, sleep, signal, run queries through XML functions, read the text of functions.
_DANGEROUS = (
    r"^(pg_(try_)?advisory|lo_|loread$|lowrite$|pg_sleep|pg_notify$|pg_cancel_backend$|pg_terminate_backend$"
    r"|pg_export_snapshot$|pg_logical|pg_create_|pg_replication|pg_stat_reset|pg_log_backend"
    r"|query_to_xml|table_to_xml|cursor_to_xml|schema_to_xml|database_to_xml"
    r"|pg_get_functiondef$|pg_get_function_sqlbody$|pg_get_viewdef$|pg_get_ruledef$|pg_get_triggerdef$"
    r"|pg_stat_get_activity$|pg_stat_get_backend_activity$|pg_listening_channels$|pg_export_|pg_current_logfile$"
    r"|pg_stat_get_backend_client_addr$|pg_stat_get_backend_userid$|pg_lock_status$|pg_prepared_xact$)"
)


def group_role(role: str) -> str:
    """The PostgreSQL group role of a staff role."""
    return f"bocli_role_{role}"


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Make roles and schemas that are missing, and lock the database down."""
    _cluster_roles(connection)
    _schemas(connection)
    _lock_down(connection)
    secure_database(connection)


def _cluster_roles(connection: psycopg.Connection[Any]) -> None:
    known = {row[0] for row in connection.execute("select rolname from pg_roles where rolname like 'bocli%'")}
    for role in DEFINERS:
        if role not in known:
            extra = "createrole" if role == "bocli_provisioner" else "nocreaterole"
            connection.execute(f"create role {role} nologin noinherit {extra}")
            if role == "bocli_watchdog":
                # It inherits what lets it end others' connections and see what they do, and nothing else.
                connection.execute(
                    "alter role bocli_watchdog inherit; "
                    "grant pg_signal_backend, pg_read_all_stats to bocli_watchdog"
                )
    # So that the functions which set verifiers can keep their statements out of the server's log.
    connection.execute("grant set on parameter log_min_messages to bocli_provisioner")
    if STAFF not in known:
        connection.execute(f"create role {STAFF} nologin")
    for role in ROLES:
        group = group_role(role)
        if group not in known:
            options = "admin true, inherit false, set false"
            if connection.info.server_version < 160000:
                options = "admin option"
            connection.execute(f"create role {group} nologin; grant {STAFF} to {group}")
            connection.execute(f"grant {group} to bocli_provisioner with {options}")


def _schemas(connection: psycopg.Connection[Any]) -> None:
    for schema, owner in OWNERS.items():
        connection.execute(f"create schema if not exists {schema} authorization {owner}")
        connection.execute(f"revoke all on schema {schema} from public")
        connection.execute(f"grant usage on schema {schema} to {', '.join(DEFINERS)}")
    for owner in DEFINERS:
        connection.execute(
            f"alter default privileges for role {owner} revoke execute on functions from public"
        )
    connection.execute("alter default privileges revoke execute on functions from public")
    connection.execute(f"grant usage on schema api, prov to {STAFF}")


def _lock_down(connection: psycopg.Connection[Any]) -> None:
    definers = ", ".join(DEFINERS)
    connection.execute("revoke all on schema public from public")
    for language in ("plpgsql", "sql"):
        connection.execute(f"revoke usage on language {language} from public")
        connection.execute(f"grant usage on language {language} to {definers}")
    names = connection.execute(
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace "
        "and p.proname ~ %s",
        (_DANGEROUS,),
    ).fetchall()
    for (name,) in names:
        connection.execute(f"revoke execute on function {name} from public")
    # The rules' text is public with the program, yet nothing that staff does needs it from here.
    columns = connection.execute(
        "select string_agg(quote_ident(attname), ', ') from pg_attribute "
        "where attrelid = 'pg_proc'::regclass and not attisdropped "
        "and attname not in ('prosrc', 'prosqlbody', 'probin')"
    ).fetchone()
    assert columns is not None
    connection.execute("revoke select on pg_proc from public")
    connection.execute(f"grant select ({columns[0]}) on pg_proc to public")
    connection.execute(
        "revoke select on pg_stat_activity, pg_stat_replication, pg_stat_ssl, pg_stat_gssapi, pg_locks, "
        "pg_prepared_xacts from public"
    )
    connection.execute("grant select on pg_stat_activity, pg_locks to bocli_watchdog")
    connection.execute(
        "grant execute on function pg_terminate_backend(integer, bigint), pg_stat_get_activity(integer), "
        "pg_lock_status() to bocli_watchdog"
    )
    connection.execute("grant execute on function pg_notify(text, text) to bocli_api")
    # In the server's own databases PUBLIC may connect, and there nothing of the above is taken away.
    for name in ("postgres", "template1"):
        open_to_all = connection.execute(
            "select has_database_privilege('public', oid, 'connect') from pg_database where datname = %s",
            (name,),
        ).fetchone()
        if open_to_all == (True,):
            connection.execute(f"revoke all on database {name} from public")
    # Only to notice a password that was set past the application.
    connection.execute("grant select (rolname, rolpassword) on pg_authid to bocli_auth")


def secure_database(connection: psycopg.Connection[Any]) -> None:
    """What belongs to the database as a whole. A clone made from a template needs it again."""
    row = connection.execute("select quote_ident(current_database())").fetchone()
    assert row is not None
    name = row[0]
    connection.execute(f"revoke all on database {name} from public")
    connection.execute(f"grant connect on database {name} to {STAFF}")
    # Parameters carry codes and verifiers: they are never written to the server's log.
    connection.execute(f"alter database {name} set log_parameter_max_length = 0")
    connection.execute(f"alter database {name} set log_parameter_max_length_on_error = 0")
    connection.execute(f"alter database {name} set temp_file_limit = '256MB'")
