"""Setting up an empty database, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from core import errors, staff
from core.db import Settings
from core.db.init import init, migrate
from core.db.install import InstallError, install, read_sources
from tests.server import PORT, Server
from tests.world import CHEAP


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    """A DBA's connection string to a new, empty database."""
    with server.admin() as connection:
        connection.execute("drop database if exists bocli_empty with (force)")
        connection.execute("create database bocli_empty")
    yield f"host={server.folder} port={PORT} user=postgres dbname=bocli_empty"
    with server.admin() as connection:
        connection.execute("drop database bocli_empty with (force)")


def test_init_makes_an_administrator_who_can_log_in_once_with_the_printed_password(
    server: Server, empty: str, tmp_path: Any
) -> None:
    done = init(empty, "Test Money Ltd", "Boss@Example.com", "The Boss", kdf=CHEAP)
    settings = Settings(
        hosts=(str(server.folder),), port=PORT, dbname="bocli_empty", installation=done.installation,
        sslmode="disable", kdf=(CHEAP,),
    )  # fmt: skip
    session = staff.log_in(settings, "boss@example.com", done.password, state_folder=tmp_path)
    assert session.staff.role == "administrator"
    assert session.company == "Test Money Ltd"
    assert session.must_change_password
    staff.log_out(session.db)
    with psycopg.connect(empty) as connection:
        told = connection.execute("select row_to_json(s)::text from auth.secret s").fetchall()
        assert done.password not in str(told)
    assert done.password not in server.log.read_text()


def test_a_second_run_is_refused_and_changes_nothing(empty: str) -> None:
    init(empty, "Test Money Ltd", "boss@example.com", "The Boss", kdf=CHEAP)
    with pytest.raises(errors.WrongState) as refusal:
        init(empty, "Other Ltd", "other@example.com", "Another Boss", kdf=CHEAP)
    assert refusal.value.key == "init.done"
    with psycopg.connect(empty) as connection:
        assert connection.execute("select company from book.installation").fetchall() == [("Test Money Ltd",)]
        assert connection.execute("select email from book.staff").fetchall() == [("boss@example.com",)]


@pytest.mark.parametrize(
    ("company", "email", "name", "key"),
    [
        ("", "boss@example.com", "Boss", "init.company_invalid"),
        ("x" * 201, "boss@example.com", "Boss", "init.company_invalid"),
        ("Ltd", "not an e-mail", "Boss", "staff.email_invalid"),
        ("Ltd", "boss@", "Boss", "staff.email_invalid"),
        ("Ltd", "бос@example.com", "Boss", "staff.email_invalid"),
        ("Ltd", "boss@example.com", "", "staff.name_invalid"),
        ("Ltd", "boss@example.com", "Bo\x1bss", "staff.name_invalid"),
    ],
)
def test_bad_input_leaves_an_empty_database(
    empty: str, company: str, email: str, name: str, key: str
) -> None:
    with pytest.raises(errors.Invalid) as refusal:
        init(empty, company, email, name, kdf=CHEAP)
    assert refusal.value.key == key
    with psycopg.connect(empty) as connection:
        assert connection.execute("select to_regclass('book.staff')").fetchone() == (None,)


def test_migrate_needs_an_installed_database_and_changes_nothing_in_one_that_is_new(empty: str) -> None:
    with pytest.raises(errors.WrongState) as refusal:
        migrate(empty)
    assert refusal.value.key == "init.missing"
    init(empty, "Test Money Ltd", "boss@example.com", "The Boss", kdf=CHEAP)
    before = _catalogue(empty)
    migrate(empty)
    migrate(empty)
    assert _catalogue(empty) == before


def _catalogue(dsn: str) -> list[Any]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(
            "select 'function', p.oid::regprocedure::text, pg_get_userbyid(proowner), "
            "proacl::text, md5(prosrc) "
            "from pg_proc p join pg_namespace n on n.oid = pronamespace "
            "where nspname in ('auth', 'vault', 'book', 'rule', 'api', 'prov') union all "
            "select relkind::text, c.oid::regclass::text, pg_get_userbyid(relowner), relacl::text, '' "
            "from pg_class c join pg_namespace n on n.oid = relnamespace "
            "where nspname in ('auth', 'vault', 'book', 'rule', 'api', 'prov') union all "
            "select 'event trigger', evtname, evtenabled::text, evtevent, '' "
            "from pg_event_trigger order by 1, 2"
        ).fetchall()


def test_who_is_no_superuser_is_told_so(server: Server, empty: str) -> None:
    with server.admin() as connection:
        connection.execute("drop role if exists plain_dba")
        connection.execute("create role plain_dba login createrole createdb password 'x'")
    with pytest.raises(errors.WrongState, match="not_superuser"):
        init(
            empty.replace("user=postgres", "user=plain_dba password=x"), "Ltd", "a@b.example", "A", kdf=CHEAP
        )


def test_a_database_that_knows_english_letters_only_is_refused(server: Server) -> None:
    with server.admin() as connection:
        connection.execute("drop database if exists plain_letters")
        connection.execute("create database plain_letters template template0 locale 'C'")
    try:
        with server.admin("plain_letters") as connection, pytest.raises(errors.WrongState, match="locale"):
            install(connection)
    finally:
        with server.admin() as connection:
            connection.execute("drop database plain_letters with (force)")


def test_a_broken_file_leaves_the_database_as_it_was(
    empty: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    init(empty, "Test Money Ltd", "boss@example.com", "The Boss", kdf=CHEAP)
    before = _catalogue(empty)
    from dataclasses import replace

    from core.db import install as module

    sources = read_sources()
    broken = replace(sources[-1], text=sources[-1].text.replace("create", "create nonsense", 1))
    monkeypatch.setattr(module, "read_sources", lambda: [*sources[:-1], broken])
    with (
        psycopg.connect(empty, autocommit=True) as connection,
        pytest.raises(InstallError, match=broken.name),
    ):
        install(connection)
    assert _catalogue(empty) == before


HEADER = "-- What it does.\n-- permission: {0}\n"
BODY = (
    "create function api.{0}()\nreturns int language sql security definer\n"
    "set search_path from current\nas $$ select 1 $$;\n"
)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a", "-- Nothing.\n", "found 0"),
        ("a", HEADER.format("staff") + BODY.format("a") + BODY.format("b"), "found 2"),
        ("a", BODY.format("a"), "permission"),
        ("a", HEADER.format("no:such") + BODY.format("a"), "not in core/permissions.py"),
        ("a", HEADER.format("staff") + BODY.format("b"), "must be named"),
        ("a", HEADER.format("staff") + BODY.format("a").replace("api.", "public."), "no such schema"),
        ("a", HEADER.format("staff") + BODY.format("a").replace("security definer", ""), "security definer"),
        (
            "a",
            HEADER.format("staff") + BODY.format("a").replace("set search_path from current", ""),
            "search_path",
        ),
        ("a", "-- owner: postgres\n" + HEADER.format("staff") + BODY.format("a"), "not an owner's role"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_named(
    tmp_path: Any, name: str, text: str, complaint: str
) -> None:
    folder = tmp_path / "noun" / "sql"
    folder.mkdir(parents=True)
    (folder / f"{name}.sql").write_text(text)
    with pytest.raises(InstallError, match=complaint):
        read_sources(tmp_path)
