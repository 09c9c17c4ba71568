# ruff: noqa: E501 - an attack stands on one line
"""What a member of staff tries with psql and the own credentials, with a live session. Every role tries it all.

Each case says by which SQLSTATE it must be refused; nothing here may succeed.
"""

from __future__ import annotations

import contextlib
from typing import Any

import psycopg
import pytest

from core.permissions import ROLES
from tests.world import Person, World

DENIED = "42501"

TABLES = (
    "auth.secret", "auth.session", "auth.recovery", "auth.permission", "auth.manages", "vault.log", "vault.posting",
    "vault.operation", "vault.account", "vault.request_key", "vault.stream", "vault.posting_kind", "book.staff",
    "book.person", "book.installation", "book.role_policy", "book.client", "book.coin", "book.desk_day",
)  # fmt: skip

INSIDE = (
    "auth.session_begin('1')", "auth.totp('x', 1)", "auth.second_factor(1, '1', true)", "auth.may('staff')",
    "auth.password_keep(1, 'x', 'y', false, null)", "auth.sessions_end(1, 'x')", "auth.connections_end('{other}')",
    "auth.account_create('a@b.c', 'x', 'administrator', null, 'x', 'y', false)", "auth.recovery_make(1)",
    "auth.role_verifier_set('{other}', 'x')", "auth.second_factor_forget(1)", "auth.secrets_make(1, 'x', 'y', true)",
    "rule.refuse('BO012', 'x')", "rule.key_seen(null, null, null, null)", "rule.key_keep(null, null, null, null, null)",
    "vault.log_write('system', null, 'x', 'x', 'x', null, null)", "vault.account_for('CASH', 1::smallint, 1)",
    "vault.move_balance(1, 1)", "nextval('auth.try_1')", "setval('auth.try_1', 1)", "currval('auth.try_1')",
    "setval('auth.tried_at_1', 1)",
)  # fmt: skip

SERVER = (
    "pg_terminate_backend(1)", "pg_cancel_backend(1)", "pg_reload_conf()", "pg_rotate_logfile()", "pg_switch_wal()",
    "pg_create_restore_point('x')", "pg_promote()", "pg_logical_emit_message(true, 'x', 'y')",
    "pg_create_physical_replication_slot('x')", "pg_create_logical_replication_slot('x', 'test_decoding')",
    "pg_drop_replication_slot('x')", "pg_export_snapshot()", "pg_advisory_lock(1)", "pg_advisory_xact_lock(1)",
    "pg_advisory_lock_shared(1)", "pg_try_advisory_lock(1)", "pg_try_advisory_xact_lock_shared(1)",
    "pg_advisory_unlock(1)", "pg_advisory_unlock_all()", "pg_sleep(0.01)", "pg_sleep_for('1 ms')",
    "pg_sleep_until(now())", "pg_notify('a', 'b')", "query_to_xml('select 1', true, true, '')",
    "query_to_xmlschema('select 1', true, true, '')", "table_to_xml('pg_class', true, true, '')",
    "schema_to_xml('vault', true, true, '')", "database_to_xml(true, true, '')",
    "query_to_xml_and_xmlschema('select 1', true, true, '')", "pg_stat_reset()",
    "pg_stat_reset_shared('wal')", "pg_log_backend_memory_contexts(1)", "pg_stat_get_activity(null)",
    "pg_stat_get_backend_activity(1)", "pg_read_file('/etc/passwd')", "pg_read_binary_file('/etc/passwd')",
    "pg_ls_dir('/')", "pg_ls_logdir()", "pg_ls_waldir()", "pg_ls_tmpdir()", "pg_stat_file('/etc/passwd')",
    "pg_current_logfile()", "lo_create(0)", "lo_creat(-1)", "lo_from_bytea(0, 'x')", "lo_import('/etc/passwd')",
    "lo_export(1, '/tmp/x')", "lo_unlink(1)", "lo_put(1, 0, 'x')", "lo_get(1)", "lo_open(1, 131072)",
    "pg_get_functiondef('api.session_open(text)'::regprocedure)", "pg_get_viewdef('pg_roles'::regclass)",
    "pg_get_function_sqlbody(1)", "pg_get_triggerdef(1)", "pg_get_ruledef(1)", "pg_backup_start('x')",
    "pg_backup_stop()", "pg_wal_replay_pause()", "pg_replication_origin_create('x')", "pg_nextoid('pg_class', 'oid', 'pg_class_oid_index')",
    "pg_stop_making_pinned_objects()", "pg_lock_status()", "pg_prepared_xact()",
)  # fmt: skip

SETTINGS = (
    "session_replication_role = replica", "log_statement = 'all'", "log_parameter_max_length = -1",
    "log_min_duration_statement = 0", "temp_file_limit = -1", "lc_messages = 'C'", "log_duration = on",
    "log_min_messages = debug5", "log_error_verbosity = verbose", "allow_system_table_mods = on",
    "track_activities = off", "zero_damaged_pages = on", "session_preload_libraries = 'x'", "deadlock_timeout = '1h'",
    "log_lock_waits = off", "dynamic_library_path = '/tmp'", "update_process_title = off", "max_stack_depth = '7MB'",
    "ignore_checksum_failure = on", "commit_delay = 100000",
)  # fmt: skip

STATEMENTS = (
    # making things
    "create table api.mine (a int)", "create table public.mine (a int)", "create table mine (a int)",
    "create temporary table mine (a int)", "create temporary view mine as select 1", "create temporary sequence mine",
    "create schema mine", "create view api.mine as select 1", "create materialized view public.mine as select 1",
    "create sequence public.mine", "create domain public.mine as int", "create type public.mine as (a int)",
    "create function public.mine() returns int language sql as 'select 1'",
    "create function api.mine() returns int language plpgsql as 'begin return 1; end'",
    "create or replace function api.session_open(p_code text) returns jsonb language sql as 'select null::jsonb'",
    "create procedure public.mine() language sql as 'select 1'",
    "create aggregate public.mine(int) (sfunc = int4pl, stype = int)",
    "create operator public.=== (leftarg = int, rightarg = int, function = int4eq)",
    "create collation public.mine (locale = 'C')", "create text search configuration public.mine (copy = simple)",
    "create conversion public.mine for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
    "create statistics public.mine on rolname, oid from pg_authid", "create publication mine",
    "create foreign data wrapper mine", "create event trigger mine on ddl_command_end execute function public.bocli_vault_guard()",
    "create access method mine type index handler bthandler", "create tablespace mine location '/tmp'",
    "create database mine", "create role mine", "create role mine superuser", "create user mapping for current_user server mine",
    "create rule mine as on insert to api.staff_list do instead nothing",
    "create trigger mine instead of insert on api.staff_list for each row execute function suppress_redundant_updates_trigger()",
    "create policy mine on vault.log", "create index on vault.log (id)", "create language mine",
    "create cast (int as api.staff_list) without function", "create transform for int language sql (from sql with function int4send(int))",
    "do $$ begin null; end $$", "do language plpgsql $$ begin perform 1; end $$",
    # changing things
    "alter table vault.log disable trigger all", "alter table vault.posting disable trigger append_only",
    "alter table vault.log owner to current_user", "alter table auth.secret add column a int",
    "alter view api.staff_list owner to current_user", "alter view api.staff_list set (security_barrier = false)",
    "alter function api.session_open(text) security invoker", "alter function api.session_open(text) reset all",
    "alter function api.session_open(text) owner to current_user", "alter schema api rename to mine",
    "alter schema api owner to current_user", "alter event trigger bocli_vault_ddl disable",
    "alter system set log_statement = 'all'", "alter default privileges for role bocli_api grant execute on functions to public",
    "drop table vault.posting", "drop schema vault cascade", "drop function api.session_open(text)",
    "drop view api.staff_list", "drop event trigger bocli_vault_ddl", "drop owned by bocli_vault",
    "reassign owned by bocli_vault to current_user", "drop role {other}", "drop trigger append_only on vault.posting",
    "comment on role {other} is 'x'", "comment on function api.session_open(text) is 'x'",
    "security label on role {other} is 'x'", "refresh materialized view vault.log", "cluster vault.log using log_pkey",
    "reindex table vault.log", "checkpoint", "load 'auto_explain'",
    # becoming somebody
    "set role bocli_vault", "set role bocli_api", "set role bocli_auth", "set role bocli_owner",
    "set role bocli_provisioner", "set role bocli_watchdog", "set role postgres", "set role {other}",
    "set session authorization postgres", "set session authorization {other}", "set local role bocli_vault",
    "grant bocli_vault to {me}", "grant bocli_provisioner to {me}", "grant pg_read_all_data to {me}",
    "grant pg_execute_server_program to {me}", "grant {other} to {me}", "grant {me} to {other}",
    "grant bocli_role_administrator to {me} with admin option", "grant bocli_staff to {other} with admin option",
    "grant execute on function api.session_open(text) to public with grant option",
    "revoke bocli_staff from {other}", "alter role {me} superuser", "alter role {me} createrole",
    "alter role {me} createdb", "alter role {me} replication", "alter role {me} bypassrls",
    "alter role {me} connection limit 100", "alter role {me} valid until 'infinity'", "alter role {me} rename to mine",
    "alter role {other} password 'x'", "alter role {other} nologin", "alter role {other} set search_path = public",
    "alter role bocli_vault login password 'x'", "alter role all set statement_timeout = 0",
    "alter role postgres password 'x'", "alter role bocli_staff set role bocli_vault",
    "alter role {me} set log_statement = 'all'", "alter role {me} set session_replication_role = replica",
    # files and programs
    "copy (select 1) to '/tmp/bocli-attack'", "copy (select 1) to program 'true'", "copy pg_class to '/tmp/bocli-attack'",
    "copy auth.secret to stdout", "copy (select * from auth.secret) to stdout", "copy (table vault.log) to stdout",
    "copy vault.log from stdin", "copy api.staff_list from stdin", "copy pg_authid to stdout",
    # reading what is not theirs
    "select * from pg_authid", "select rolpassword from pg_authid", "select * from pg_shadow",
    "select * from pg_hba_file_rules", "select * from pg_file_settings", "select * from pg_ident_file_mappings",
    "select * from pg_stat_activity", "select query from pg_stat_activity", "select * from pg_locks",
    "select * from pg_stat_replication", "select * from pg_stat_ssl", "select * from pg_prepared_xacts",
    "select * from pg_user_mapping", "select * from pg_statistic", "select * from pg_largeobject",
    "select subconninfo from pg_subscription", "select * from pg_proc", "select prosrc from pg_proc",
    "select prosqlbody from pg_proc", "select p from pg_proc p", "select to_jsonb(p) from pg_proc p",
    "select * from pg_shmem_allocations", "select * from pg_backend_memory_contexts", "select * from pg_config",
    "select * from pg_replication_origin_status", "select * from pg_statistic_ext_data",
    # by other doors than SELECT
    "explain select * from auth.secret", "declare c cursor for select * from auth.secret",
    "prepare p as select * from auth.secret", "table auth.secret", "select (select max(totp) from auth.secret)",
    "with x as (select * from vault.log) select 1", "select 1 where exists (select from vault.log)",
    "merge into vault.account a using (select 1) s on true when matched then update set balance = 0",
    "insert into vault.log select", "update vault.account set balance = balance + 1",
    "insert into api.staff_list (name) values ('x')", "update api.staff_list set role = 'administrator'",
    "delete from api.staff_list", "select * from api.staff_list for update", "select * from api.staff_list for share",
    "begin; lock table api.staff_list in access exclusive mode", "truncate api.staff_list", "analyze (verbose) auth.secret",
)  # fmt: skip

#: Refused otherwise than for want of a right; on PostgreSQL 15 and 18 alike.
OTHER_STATES = {
    "begin; prepare transaction 'x'": "55000",
    "create table mine (a int)": "3F000",
    "create user mapping for current_user server mine": "42704",
    "create language mine": "0A000",
    "security label on role {other} is 'x'": "22023",
    "grant execute on function api.session_open(text) to public with grant option": "0LP01",
    "alter role {me} rename to mine": "0A000",
    "truncate api.staff_list": "42809",
    # a view of several tables: not even an owner could
    "insert into api.staff_list (name) values ('x')": "55000",
    "update api.staff_list set role = 'administrator'": "55000",
    "delete from api.staff_list": "55000",
    "create or replace function api.session_open(p_code text) returns jsonb language sql as 'select null::jsonb'": DENIED,
}

ATTACKS: dict[str, str] = {}
for table in TABLES:
    for verb in (
        "select * from {}",
        "delete from {}",
        "truncate {}",
        "begin; lock table {}",
        "insert into {} default values",
    ):
        ATTACKS[verb.format(table)] = DENIED
ATTACKS |= {f"select {call}": DENIED for call in (*INSIDE, *SERVER)}
ATTACKS |= {f"set {setting}": DENIED for setting in SETTINGS}
ATTACKS |= dict.fromkeys(STATEMENTS, DENIED) | OTHER_STATES


@pytest.fixture(scope="module")
def people(world: World) -> dict[str, Person]:
    """One of every role, and `other`, who is attacked."""
    everybody = {role: world.make_staff(role) for role in ROLES}
    everybody["other"] = world.make_staff("cashier")
    return everybody


def attempt(connection: psycopg.Connection[Any], statement: str) -> None:
    """Run it as psql would."""
    if statement.startswith("copy") and statement.endswith(("stdout", "stdin")):
        with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.read()
    else:
        connection.execute(statement.encode())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_refused(
    attackers: dict[str, psycopg.Connection[Any]], people: dict[str, Person], attack: str, role: str
) -> None:
    statement = attack.replace("{me}", people[role].login).replace("{other}", people["other"].login)
    connection = attackers[role]
    with pytest.raises(psycopg.Error) as refusal:
        attempt(connection, statement)
    connection.rollback()
    assert refusal.value.sqlstate == ATTACKS[attack], refusal.value
    assert not connection.closed


@pytest.mark.parametrize("role", ROLES)
def test_every_table_of_ours_is_out_of_reach(
    attackers: dict[str, psycopg.Connection[Any]], admin: psycopg.Connection[Any], role: str
) -> None:
    tables = admin.execute(
        "select format('%I.%I', schemaname, tablename) from pg_tables "
        "where schemaname in ('auth', 'vault', 'book', 'rule', 'api', 'prov')"
    ).fetchall()
    assert len(tables) > 30
    for (name,) in tables:
        for verb in ("select from {}", "delete from {}", "truncate {}", "insert into {} default values"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                attackers[role].execute(verb.format(name).encode())
        right = "select, insert, update, delete, truncate, references, trigger"
        login = attackers[role].info.user
        granted = admin.execute("select has_table_privilege(%s, %s, %s)", (login, name, right))
        assert granted.fetchone() == (False,)


@pytest.mark.parametrize("role", ROLES)
def test_every_function_inside_is_out_of_reach(
    attackers: dict[str, psycopg.Connection[Any]], admin: psycopg.Connection[Any], role: str
) -> None:
    functions = admin.execute(
        "select p.oid::regprocedure::text, n.nspname from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where n.nspname in ('auth', 'vault', 'rule')"
    ).fetchall()
    assert len(functions) > 60
    for signature, schema in functions:
        name, arguments = signature.split("(", 1)
        nulls = ", ".join(f"null::{kind}" for kind in arguments.rstrip(")").split(",") if kind)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attackers[role].execute(f"select {name}({nulls.replace('VARIADIC ', '')})".encode())
        assert attackers[role].execute("select has_schema_privilege(%s, 'usage')", (schema,)).fetchone() == (
            False,
        )


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_ours_is_open_to_the_public(admin: psycopg.Connection[Any], role: str) -> None:
    wide = admin.execute(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where n.nspname in ('auth', 'vault', 'rule', 'api', 'prov', 'book') and has_function_privilege('public', p.oid, 'execute')"
    ).fetchall()
    assert wide == []
    assert admin.execute(
        "select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls or rolcanlogin "
        "from pg_roles where rolname = %s",
        (f"bocli_role_{role}",),
    ).fetchone() == (False,)


@pytest.mark.parametrize("role", ROLES)
def test_catalogues_tell_no_email_and_no_name(
    attackers: dict[str, psycopg.Connection[Any]], people: dict[str, Person], role: str
) -> None:
    connection = attackers[role]
    for view in (
        "pg_roles",
        "pg_stats",
        "pg_description",
        "pg_shdescription",
        "pg_db_role_setting",
        "pg_user",
    ):
        found = connection.execute(
            f"select t::text from {view} t where t::text ~ '@test|Test Person'".encode()
        )
        assert found.fetchall() == [], view
    assert (
        connection.execute("select 1 from pg_stats where schemaname in ('auth', 'book', 'vault')").fetchall()
        == []
    )


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "limit", ["rolconnlimit = 4", "rolvaliduntil is null", "not rolcreaterole", "not rolsuper"]
)
def test_logins_are_plain(
    admin: psycopg.Connection[Any], people: dict[str, Person], role: str, limit: str
) -> None:
    row = admin.execute(
        f"select {limit} from pg_roles where rolname = '{people[role].login}'".encode()
    ).fetchone()
    assert row == (True,)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("dbname", ["postgres", "template1", "bocli_template"])
def test_no_other_database_lets_staff_in(
    world: World, people: dict[str, Person], role: str, dbname: str
) -> None:
    if (
        dbname == "bocli_template"
    ):  # another installation in the same cluster: all may connect, and do nothing
        with world.connect(people[role], dbname=dbname) as connection:
            connection.execute("begin")  # what the refusal logs there is taken back at the end
            row = connection.execute("select api.session_open(%s)", (people[role].code(),)).fetchone()
            assert row is not None
            assert row[0]["refused"]["key"] == "session.not_staff"
            with pytest.raises(psycopg.Error, match=r"session\.none"):
                connection.execute("select api.my_sessions()")
            connection.rollback()
        return
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        world.connect(people[role], dbname=dbname)


def test_a_fifth_connection_is_refused(world: World, people: dict[str, Person]) -> None:
    person = world.make_staff("cashier")
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(world.connect(person))
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            world.connect(person)


@pytest.mark.parametrize(
    "statement",
    [
        "alter table vault.log add column a int", "alter table vault.log disable trigger all",
        "drop trigger append_only on vault.log", "drop table vault.day_total", "create table vault.x (a int)",
        "create index on vault.log (what)", "alter table vault.log owner to bocli_owner", "drop function vault.refuse_change() cascade",
        "grant select on vault.log to public", "grant update on vault.log to bocli_api", "create view vault.x as select 1",
        "comment on table vault.log is 'x'", "alter function vault.refuse_change() rename to y",
        "create or replace function vault.refuse_change() returns trigger language plpgsql as 'begin return null; end'",
        "alter table vault.log rename to y", "alter table vault.log alter column hash drop not null",
        "drop table vault.posting cascade", "create trigger a before insert on vault.log for each row execute function vault.refuse_change()",
        "create rule a as on insert to vault.log do instead nothing", "create policy a on vault.log",
        "alter table vault.log enable row level security", "revoke select on vault.log from bocli_api",
        "create sequence vault.s", "create type vault.t as (a int)",
    ],
)  # fmt: skip
def test_the_vaults_definition_is_frozen_for_its_owner(
    admin: psycopg.Connection[Any], statement: str
) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("set local role bocli_vault")
        with pytest.raises(psycopg.Error) as refusal, admin.transaction():
            admin.execute(statement.encode())
    assert refusal.value.sqlstate in ("BO042", DENIED), refusal.value
    # want of a right is all the same to an attacker, but the freeze must be what stops the owner
    if "rule" not in statement and "owner to" not in statement:
        assert refusal.value.sqlstate == "BO042"


@pytest.mark.parametrize(
    "table", ["log", "posting", "operation", "request_key", "posting_kind", "operation_kind", "account_kind"]
)
@pytest.mark.parametrize(
    "verb", ["update vault.{0} set {1} = {1}", "delete from vault.{0}", "truncate vault.{0} cascade"]
)
@pytest.mark.parametrize("who", ["bocli_vault", "postgres"])
def test_what_is_written_stays_even_for_the_owner(
    admin: psycopg.Connection[Any], table: str, verb: str, who: str
) -> None:
    column = admin.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attidentity = '' limit 1",
        (f"vault.{table}",),
    ).fetchone()
    assert column is not None
    with admin.transaction(force_rollback=True):
        admin.execute(f"set local role {who}".encode())
        admin.execute("set local session_replication_role = replica") if who == "postgres" else None
        with pytest.raises(psycopg.Error) as refusal, admin.transaction():
            admin.execute(verb.format(table, column[0]).encode())
    assert refusal.value.sqlstate == "BO040"
