"""Whether the database is built as it was installed: triggers, owners, rights, and the rules' own text.

A superuser who means to change a row first takes away what would refuse it; what is not put back shows here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from core.db.install import CORE, MIGRATIONS, Source, read_sources
from core.db.roles import DEFINERS, OWNERS, STAFF, group_role
from core.permissions import EVERYONE, ROLES, roles_with

if TYPE_CHECKING:
    import psycopg

    from core.audit.findings import Findings

APPEND_ONLY = ["account_kind", "operation_kind", "posting_kind", "operation", "posting", "request_key", "log"]
KEPT_UP = ["account", "stripe", "stream", "day_total"]
BOOK_APPEND_ONLY = [
    "cash_count",
    "cash_count_line",
    "cash_count_total",
    "z_report",
    "state_move",
    "change_event",
    "contract_version",
    "contract_term",
    "contract_limit",
    "client_contract",
    "cashback_version",
]

TRIGGERS: dict[tuple[str, str], str] = {
    **{(f"vault.{table}", "append_only"): "vault.refuse_change" for table in APPEND_ONLY},
    **{(f"vault.{table}", "no_truncate"): "vault.refuse_change" for table in APPEND_ONLY + KEPT_UP},
    **{(f"vault.{table}", "no_delete"): "vault.refuse_change" for table in KEPT_UP},
    ("vault.posting", "own_transaction"): "vault.refuse_late_posting",
    ("vault.account", "fixed"): "vault.refuse_change",
    **{(f"book.{table}", "append_only"): "book.refuse_change" for table in BOOK_APPEND_ONLY},
    ("book.desk_day", "allowed_moves"): "book.refuse_move",
    ("book.organization", "allowed_moves"): "book.refuse_organization_move",
}
"""Table and trigger → the function that it runs. Each fires always, replication or not."""

EVENT_TRIGGERS = ("bocli_vault_ddl", "bocli_vault_drop")

CONSTRAINTS = (
    "account_floor", "account_kind_issuer_id_owner_id_key", "log_stream_seq_key", "operation_reverses_id_key",
    "posting_pkey", "request_key_pkey", "stream_pkey", "z_report_desk_id_number_key", "z_report_pkey",
)  # fmt: skip
"""Constraints that rules of money rest on."""

VAULT_RIGHTS = {
    "bocli_vault": None,
    "bocli_api": {"SELECT"},
    "bocli_owner": {"SELECT"},
    "bocli_auth": {"SELECT"},
}
"""Who may do what with every table of schema vault; None: it is the owner's."""
VAULT_RIGHTS_MORE = {
    ("request_key", "bocli_api"): {"INSERT"},
    ("request_key", "bocli_provisioner"): {"SELECT", "INSERT"},
}

_FUNCTION = re.compile(
    r"create (?:or replace )?function ((?:vault|book|auth|public)\.[a-z_0-9]+)\(.*?\bas \$\$(.*?)\$\$",
    re.DOTALL,
)
_BODY = re.compile(r"\bas \$([a-z_]*)\$(.*)\$\1\$", re.DOTALL)


def check_structure(connection: psycopg.Connection[Any], findings: Findings) -> None:
    """Add a finding for each thing that is not as installed."""
    _triggers(connection, findings)
    _event_triggers(connection, findings)
    _constraints(connection, findings)
    _owners(connection, findings)
    _rights(connection, findings)
    _roles(connection, findings)
    _functions(connection, findings)


def _triggers(connection: psycopg.Connection[Any], findings: Findings) -> None:
    rows = connection.execute(
        "select c.oid::regclass::text, t.tgname, t.tgenabled::text, t.tgisinternal, "
        "n.nspname || '.' || p.proname, t.tgqual is not null "
        "from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid "
        "join pg_namespace n on n.oid = p.pronamespace "
        "where c.relnamespace in ('vault'::regnamespace, 'book'::regnamespace)"
    ).fetchall()
    there = {(table, name): (enabled, function, when) for table, name, enabled, inside, function, when in rows
             if not inside}  # fmt: skip
    for (table, name), function in TRIGGERS.items():
        if (table, name) not in there:
            findings.add("trigger_missing", table=table, trigger=name)
        elif there[table, name] != ("A", function, False):
            findings.add("trigger_changed", table=table, trigger=name)
    for table, name, enabled, inside, _, _ in rows:
        # Those that hold the foreign keys.
        if inside and enabled not in ("O", "A"):
            findings.add("trigger_changed", table=table, trigger=name)


def _event_triggers(connection: psycopg.Connection[Any], findings: Findings) -> None:
    there = dict(
        connection.execute(
            "select e.evtname::text, e.evtenabled = 'A' and n.nspname = 'public' "
            "and p.proname = 'bocli_vault_guard' and r.rolsuper "
            "from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid "
            "join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = e.evtowner"
        ).fetchall()
    )
    for name in EVENT_TRIGGERS:
        if name not in there:
            findings.add("trigger_missing", table="-", trigger=name)
        elif not there[name]:
            findings.add("trigger_changed", table="-", trigger=name)


def _constraints(connection: psycopg.Connection[Any], findings: Findings) -> None:
    rows = connection.execute(
        "select conname::text, convalidated from pg_constraint "
        "where connamespace in ('vault'::regnamespace, 'book'::regnamespace)"
    ).fetchall()
    there = {name for name, _ in rows}
    for name in CONSTRAINTS:
        if name not in there:
            findings.add("constraint_missing", constraint=name)
    for name, validated in rows:
        if not validated:
            findings.add("constraint_missing", constraint=name)


def _owners(connection: psycopg.Connection[Any], findings: Findings) -> None:
    rows = connection.execute(
        "select n.nspname::text, n.nspname::text, pg_get_userbyid(n.nspowner)::text from pg_namespace n "
        "where n.nspname = any(%(schemas)s) union all "
        "select n.nspname, c.oid::regclass::text, pg_get_userbyid(c.relowner) from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace where n.nspname = any(%(schemas)s)",
        {"schemas": list(OWNERS)},
    ).fetchall()
    for schema, name, owner in rows:
        if owner != OWNERS[schema]:
            findings.add("owner_changed", object=name, owner=owner, expected=OWNERS[schema])


def _rights(connection: psycopg.Connection[Any], findings: Findings) -> None:
    rows = connection.execute(
        "select c.relname::text, coalesce(r.rolname, 'public')::text, a.privilege_type from pg_class c "
        "cross join lateral aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee "
        "where c.relnamespace = 'vault'::regnamespace and c.relkind in ('r', 'p', 'v') "
        "union all select c.relname, coalesce(r.rolname, 'public'), a.privilege_type from pg_class c "
        "join pg_attribute t on t.attrelid = c.oid cross join lateral aclexplode(t.attacl) a "
        "left join pg_roles r on r.oid = a.grantee where c.relnamespace = 'vault'::regnamespace"
    ).fetchall()
    for table, role, right in rows:
        allowed = VAULT_RIGHTS.get(role, set())
        if allowed is not None and right not in allowed | VAULT_RIGHTS_MORE.get((table, role), set()):
            findings.add("right_added", object=f"vault.{table}", role=role, right=right)


def _roles(connection: psycopg.Connection[Any], findings: Findings) -> None:
    owners = list(DEFINERS)
    for name, member in connection.execute(
        "select r.rolname::text, m.rolname::text from pg_auth_members a join pg_roles r on r.oid = a.roleid "
        "join pg_roles m on m.oid = a.member where r.rolname = any(%s)",
        (owners,),
    ):
        findings.add("role_widened", role=member, right=name)
    groups = [STAFF, *map(group_role, ROLES)]
    for name, right in connection.execute(
        "select rolname::text, case when rolsuper then 'superuser' when rolbypassrls then 'bypassrls' "
        "when rolreplication then 'replication' when rolcreatedb then 'createdb' "
        "when rolcreaterole then 'createrole' else 'login' end from pg_roles "
        "where (rolname = any(%(owners)s) or rolname = any(%(groups)s) or rolname like 'bo\\_%%') "
        "and (rolsuper or rolbypassrls or rolreplication or rolcreatedb "
        "or (rolcreaterole and rolname <> 'bocli_provisioner') "
        "or (rolcanlogin and rolname not like 'bo\\_%%'))",
        {"owners": owners, "groups": groups},
    ):
        findings.add("role_widened", role=name, right=right)


def _functions(connection: psycopg.Connection[Any], findings: Findings) -> None:
    sources = {f"{one.schema}.{one.name}": one for one in read_sources() if one.kind == "function"}
    bodies = {name: _body(source.text) for name, source in sources.items()} | _bodies_of_migrations()
    rows = connection.execute(
        "select n.nspname || '.' || p.proname, p.prosrc, pg_get_userbyid(p.proowner)::text, p.prosecdef, "
        "coalesce(array_to_string(p.proconfig, ';'), ''), array(select coalesce(r.rolname, 'public')::text "
        "from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a "
        "left join pg_roles r on r.oid = a.grantee where a.grantee <> p.proowner) "
        "from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where n.nspname = any(%s) or (n.nspname = 'public' and p.proname = 'bocli_vault_guard')",
        (list(OWNERS),),
    ).fetchall()
    for name, text, owner, definer, words, callers in rows:
        if name not in bodies:
            findings.add("function_added", function=name)
            continue
        if text != bodies[name]:
            findings.add("function_changed", function=name)
        if name in sources:
            _function_as_declared(findings, sources[name], owner, definer, words, callers)
        elif name.partition(".")[0] in OWNERS and owner not in DEFINERS:
            findings.add("owner_changed", object=name, owner=owner, expected=OWNERS[name.partition(".")[0]])
    for name in sorted(bodies.keys() - {row[0] for row in rows}):
        findings.add("function_missing", function=name)


def _function_as_declared(
    findings: Findings, source: Source, owner: str, definer: bool, words: str, callers: list[str]
) -> None:
    name = f"{source.schema}.{source.name}"
    low = source.text.lower()
    if owner != source.owner:
        findings.add("owner_changed", object=name, owner=owner, expected=source.owner)
    if definer != ("security definer" in low) or ("search_path=" in words) != ("set search_path" in low):
        findings.add("function_changed", function=name)
    if source.permission == EVERYONE:
        allowed = {STAFF}
    else:
        allowed = {group_role(role) for role in roles_with(source.permission)} if source.permission else set()
    for caller in callers:
        if caller not in allowed and caller not in DEFINERS:
            findings.add("right_added", object=name, role=caller, right="EXECUTE")


def _body(text: str) -> str:
    found = _BODY.search(text)
    return found[2] if found else ""


def _bodies_of_migrations() -> dict[str, str]:
    """Trigger functions, which come with the tables, and the guard. The last text of each counts."""
    bodies: dict[str, str] = {}
    for path in sorted((MIGRATIONS / "versions").glob("*.py")):
        bodies.update(_FUNCTION.findall(path.read_text(encoding="utf-8")))
    bodies.update(_FUNCTION.findall((CORE / "db" / "vault_guard.sql").read_text(encoding="utf-8")))
    return bodies
