"""Every rule of our own linters catches a bad example, and lets a good one pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import lint_migrations, lint_sizes, lint_sql

GOOD = """\
-- Puts cash into a wallet.
-- permission: cash_desk:top_up
create function api.cash_top_up(p_key uuid, p_amount bigint)
returns jsonb language plpgsql security definer
set search_path from current set lock_timeout = '3s'
as $$
declare who actor; day desk_day;
begin
  who := require('cash_desk:top_up');
  select * into day from desk_day where id = 1;
  execute format('alter role %I valid until %L', who.login, now());
  return top_up(who, p_key, p_amount);
end $$;
"""
VIEW = """\
-- The days of the desks.
-- permission: cash_desk:read
create view api.desk_days with (security_barrier) as
select d.id, d.desk_id from desk_day d where (select may('cash_desk:read'));
"""


def _sql(text: str, name: str = "cash_top_up") -> str:
    return "\n".join(lint_sql.check(Path(f"core/cash_desk/sql/{name}.sql"), text))


def test_a_good_function_and_a_good_view_pass() -> None:
    assert _sql(GOOD) == ""
    assert _sql(VIEW, "desk_days") == ""


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("header", "-- Puts cash into a wallet.\n", ""),
        ("permission", "-- permission: cash_desk:top_up\n", ""),
        ("permission", "cash_desk:top_up\ncreate", "Cash Desk\ncreate"),
        ("search-path", "set search_path from current ", ""),
        ("lock-timeout", "set lock_timeout = '3s'", ""),
        ("definer", "security definer", "security invoker"),
        ("key-first", "p_key uuid, p_amount bigint", "p_amount bigint, p_key uuid"),
        ("lower-case", "create function", "CREATE FUNCTION"),
        ("lower-case", "  return top_up", "  RETURN top_up"),
        ("float", "p_amount bigint", "p_amount double precision"),
        ("float", "p_amount bigint", "p_amount real"),
        ("float", "p_amount)", "p_amount::float8)"),
        ("float", "p_amount)", "p_amount::money)"),
        ("qualified", "from desk_day", "from book.desk_day"),
        ("qualified", "return top_up", "return rule.top_up"),
        ("advisory-lock", "  return top_up", "  perform pg_advisory_xact_lock(p_amount);\n  return top_up"),
        ("advisory-lock", "  return top_up", "  perform pg_try_advisory_lock(1);\n  return top_up"),
        ("offset", "where id = 1", "where id = 1 offset 1"),
        ("select-star", "select * into day from", "insert into desk_day select * from"),
        ("select-star", "select * into day from", "perform d.* from"),
        ("execute", "format('alter role %I valid until %L', who.login, now())", "'drop role ' || who.login"),
        ("execute", "format('alter role %I valid until %L', who.login, now())", "p_key"),
        ("execute", "role %I valid", "role %s valid"),
        ("execute", "'alter role %I valid until %L', who.login", "'alter ' || who.login || '%L', now()"),
        ("file-name", "api.cash_top_up", "api.top_up"),
        ("schema", "api.cash_top_up", "public.cash_top_up"),
        ("schema", "api.cash_top_up", "cash_top_up"),
        ("one-a-file", "end $$;\n", "end $$;\ngrant execute on function api.cash_top_up to public;\n"),
        ("syntax", "returns jsonb", "returning jsonb"),
    ],
)
def test_a_bad_function_is_caught(rule: str, old: str, new: str) -> None:
    assert old in GOOD
    assert f": {rule}: " in _sql(GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("select-star", "d.id, d.desk_id", "*"),
        ("select-star", "d.id, d.desk_id", "d.*"),
        ("count-star", "d.id, d.desk_id", "count(*) as n"),
        ("qualified", "from desk_day", "from book.desk_day"),
        ("permission", "-- permission: cash_desk:read\n", ""),
    ],
)
def test_a_bad_view_is_caught(rule: str, old: str, new: str) -> None:
    assert old in VIEW
    assert f": {rule}: " in _sql(VIEW.replace(old, new), "desk_days")


def test_a_fault_is_allowed_only_with_its_reason() -> None:
    counted = VIEW.replace("d.id, d.desk_id", "count(*) as n")
    assert (
        _sql("-- One a file.\n-- lint: allow count-star: at most four desks\n" + counted, "desk_days") == ""
    )
    assert "count-star" in _sql("-- One a file.\n-- lint: allow count-star:\n" + counted, "desk_days")


def test_internal_functions_run_as_who_calls_them() -> None:
    text = "-- Inner.\ncreate function rule.f() returns int language sql security definer set search_path "
    assert ": definer: " in _sql(text + "from current as $$ select 1 $$;\n", "f")


def test_line_numbers_point_into_the_body() -> None:
    faults = _sql(GOOD.replace("from desk_day", "from book.desk_day"))
    assert "cash_top_up.sql:10: qualified" in faults


MIGRATION = '''\
"""Adds what a courier brings."""
from alembic import op
revision = "0009"
down_revision = "0008"
BOOK = """
create table book.courier (id bigint primary key, name text not null);
create index courier_name on book.courier (name);
"""
def upgrade() -> None:
    op.execute("set local lock_timeout = '2s'")
    op.execute(BOOK)
    op.execute("alter table book.desk add column courier_id bigint")
def downgrade() -> None:
    op.execute("alter table book.desk drop column courier_id")
    op.execute("drop table book.courier")
'''


def _migration(text: str, env: str = "") -> str:
    return "\n".join(lint_migrations.check(Path("migrations/versions/0009_courier.py"), text, env=env))


def test_a_good_migration_passes() -> None:
    assert _migration(MIGRATION) == ""


@pytest.mark.parametrize(
    ("rule", "statement"),
    [
        ("volatile-default", "alter table book.desk add column n uuid not null default gen_random_uuid()"),
        ("volatile-default", "alter table book.desk add column t timestamptz default clock_timestamp()"),
        ("volatile-default", "alter table book.desk add column n bigint generated always as identity"),
        ("volatile-default", "alter table book.desk add column n bigserial"),
        ("not-null", "alter table book.desk add column n bigint not null"),
        ("not-null", "alter table book.desk alter column name set not null"),
        ("constraint", "alter table book.desk add column c bigint references book.courier"),
        ("constraint", "alter table book.desk add constraint c check (id > 0)"),
        ("constraint", "alter table book.desk add constraint u unique (name)"),
        ("column-type", "alter table book.desk alter column id type bigint"),
        ("drop-column", "alter table book.desk drop column name"),
        ("drop-table", "drop table book.desk"),
        ("rename", "alter table book.desk rename to till"),
        ("rename", "alter table book.desk rename column name to title"),
        ("index", "create index on book.desk (name)"),
        ("index", "create index concurrently on book.desk (name)"),
        ("lock", "lock table book.desk"),
        ("float", "alter table book.desk add column n double precision"),
        ("lower-case", "ALTER TABLE book.desk add column n bigint"),
        ("syntax", "alter tabel book.desk add column n bigint"),
    ],
)
def test_an_unsafe_statement_is_caught(rule: str, statement: str) -> None:
    line = f"    op.execute({statement!r})\n"
    bad = MIGRATION.replace("def downgrade", line + "def downgrade")
    assert f": {rule}: " in _migration(bad)


def test_a_safe_default_and_a_concurrent_index_pass() -> None:
    line = '    op.execute("alter table book.desk add column n bigint not null default 0")\n'
    assert _migration(MIGRATION.replace("def downgrade", line + "def downgrade")) == ""
    line = "    with op.get_context().autocommit_block():\n"
    line += '        op.execute("create index concurrently on book.desk (name)")\n'
    assert _migration(MIGRATION.replace("def downgrade", line + "def downgrade")) == ""


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("lock-timeout", "set local lock_timeout = '2s'", "select 1"),
        ("docstring", '"""Adds what a courier brings."""\n', ""),
        ("downgrade", MIGRATION[MIGRATION.index("def downgrade") :], ""),
        (
            "downgrade",
            MIGRATION[MIGRATION.index('    op.execute("alter table book.desk drop') :],
            "    pass\n",
        ),
        (
            "downgrade",
            MIGRATION[MIGRATION.index('    op.execute("alter table book.desk drop') :],
            "    raise NotImplementedError\n",
        ),
        ("upgrade", "def upgrade", "def forwards"),
    ],
)
def test_a_careless_migration_is_caught(rule: str, old: str, new: str) -> None:
    assert old in MIGRATION
    assert f": {rule}: " in _migration(MIGRATION.replace(old, new))


def test_the_lock_timeout_may_be_set_once_for_all() -> None:
    text = MIGRATION.replace("set local lock_timeout = '2s'", "select 1")
    assert _migration(text, env='connection.execute("set lock_timeout = 2000")') == ""


def test_migrations_are_one_chain() -> None:
    assert lint_migrations.chain_faults({"1": None, "2": "1", "3": "2"}) == []
    assert lint_migrations.chain_faults({"1": None, "2": "1", "3": "1"}) == ["two migrations follow 1"]
    assert lint_migrations.chain_faults({"1": None, "3": "2"}) == [
        "migration 3 follows 2, which is not there"
    ]
    assert lint_migrations.chain_faults({"1": None, "2": None}) == ["more than one migration is the first"]


def test_sizes_are_held() -> None:
    long = "def f():\n" + "    x = 1\n" * 69
    assert lint_sizes.check("core/ledger/commands.py", long)
    assert not lint_sizes.check("core/ledger/commands.py", long.replace("    x = 1\n", "", 1))
    assert lint_sizes.check("screens/top_up.py", "x = 1\n" * 250)
    assert not lint_sizes.check("screens/top_up.py", "x = 1\n" * 249)
    assert lint_sizes.check("bocli/app.py", "x = 1\n" * 300)
    assert lint_sizes.check("core/cash_helpers.py", "x = 1\n")
