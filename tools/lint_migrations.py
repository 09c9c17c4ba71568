"""Rules for migrations: what may run while the desks are open, and that each can be taken back.

A table that the same migration makes may be treated in any way: nobody waits for it. On a table that is
there already, a statement may only take a short lock. A fault that is meant is allowed in the file, with the
reason:
`# lint: allow drop-column: unused since 0007, which shipped a release ago`.
"""

from __future__ import annotations

import ast as python_ast
import re
import sys
from pathlib import Path

from pglast import ast, parse_sql
from pglast.enums import AlterTableType, ConstrType, ObjectType
from pglast.parser import ParseError
from pglast.visitors import Visitor

from tools.lint_sql import ROOT, word_faults, words

ALLOW = re.compile(r"#\s*lint: allow ([a-z-]+): \S")
STABLE = frozenset({"now", "current_setting", "transaction_timestamp", "statement_timestamp"})
SERIAL = frozenset({"serial", "bigserial", "smallserial", "serial4", "serial8"})
REVISION = re.compile(r"^(revision|down_revision)\b[^=\n]*= (?:\"([^\"]+)\"|None)", re.MULTILINE)
RENAMED = frozenset({ObjectType.OBJECT_TABLE, ObjectType.OBJECT_COLUMN})
Fault = tuple[str, str]


def _text_of(node: python_ast.expr, constants: dict[str, str]) -> str:
    """Put together the SQL that an argument stands for; what is only known later reads as `x`."""
    if isinstance(node, python_ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, python_ast.Name):
        return constants.get(node.id, "")
    if isinstance(node, python_ast.JoinedStr):
        return "".join(v.value if isinstance(v, python_ast.Constant) else "x" for v in node.values)
    if isinstance(node, python_ast.BinOp):
        return _text_of(node.left, constants) + _text_of(node.right, constants)
    if isinstance(node, python_ast.Call):
        return "".join(_text_of(argument, constants) for argument in node.args)
    return ""


def _constants(tree: python_ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, python_ast.Assign) and isinstance(node.targets[0], python_ast.Name):
            text = _text_of(node.value, found)
            if text:
                found[node.targets[0].id] = text
    return found


def _sql_of(function: python_ast.FunctionDef, constants: dict[str, str]) -> list[str]:
    """Every statement that a function gives to execute(), also from a loop over named constants."""
    texts = []
    for node in python_ast.walk(function):
        if isinstance(node, python_ast.Call) and getattr(node.func, "attr", "") in {"execute", "text"}:
            texts += [_text_of(argument, constants) for argument in node.args[:1]]
        if isinstance(node, python_ast.For):
            texts += [_text_of(e, constants) for e in getattr(node.iter, "elts", ())]
    return [text for text in texts if text.strip()]


class _Calls(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_FuncCall(self, _ancestors: object, node: ast.FuncCall) -> None:  # noqa: N802 - pglast's name
        self.names.add(node.funcname[-1].sval)


def _volatile(expression: ast.Node) -> bool:
    calls = _Calls()
    calls(expression)
    return bool(calls.names - STABLE)


def _added_column(column: ast.ColumnDef) -> list[Fault]:
    kinds = {c.contype: c for c in column.constraints or ()}
    default = kinds.get(ConstrType.CONSTR_DEFAULT)
    rewrites = {ConstrType.CONSTR_IDENTITY, ConstrType.CONSTR_GENERATED} & set(kinds)
    name = column.typeName.names[-1].sval
    faults = []
    if rewrites or name in SERIAL or (default is not None and _volatile(default.raw_expr)):
        faults.append(("volatile-default", f"column {column.colname}: its value would rewrite the table"))
    elif ConstrType.CONSTR_NOTNULL in kinds and default is None:
        faults.append(("not-null", f"column {column.colname}: not null without default refuses old rows"))
    if ConstrType.CONSTR_FOREIGN in kinds or ConstrType.CONSTR_UNIQUE in kinds:
        faults.append(("constraint", f"column {column.colname}: add the constraint later, not valid"))
    return faults


def _added_constraint(constraint: ast.Constraint) -> list[Fault]:
    if constraint.contype in {ConstrType.CONSTR_FOREIGN, ConstrType.CONSTR_CHECK}:
        if not constraint.skip_validation:
            return [("constraint", "add it `not valid`, and validate it in a later migration")]
    elif (
        constraint.contype in {ConstrType.CONSTR_UNIQUE, ConstrType.CONSTR_PRIMARY}
        and not constraint.indexname
    ):
        return [("constraint", "make its index concurrently, then add it `using index`")]
    return []


def _alter_faults(statement: ast.AlterTableStmt) -> list[Fault]:
    faults: list[Fault] = []
    for command in statement.cmds:
        if command.subtype == AlterTableType.AT_AddColumn:
            faults += _added_column(command.def_)
        elif command.subtype == AlterTableType.AT_AddConstraint:
            faults += _added_constraint(command.def_)
        elif command.subtype == AlterTableType.AT_AlterColumnType:
            faults.append(("column-type", f"column {command.name}: a new type rewrites the table"))
        elif command.subtype == AlterTableType.AT_SetNotNull:
            faults.append(("not-null", f"column {command.name}: scans the table: add a check first"))
        elif command.subtype == AlterTableType.AT_DropColumn:
            faults.append(("drop-column", f"column {command.name}: the release before still reads it"))
    return faults


def _relation(relation: ast.RangeVar) -> str:
    return f"{relation.schemaname or ''}.{relation.relname}"


def _index_faults(statement: ast.IndexStmt, *, outside: bool) -> list[Fault]:
    if not statement.concurrent:
        where = _relation(statement.relation)
        return [("index", f"index on {where}, which has rows: create it concurrently")]
    if not outside:
        return [("index", "concurrently needs `with op.get_context().autocommit_block()`")]
    return []


def _statement_faults(statement: ast.Node, new: set[str], *, outside: bool) -> list[Fault]:
    """Judge one statement; tables made so far in this migration stand in `new`, and are added to it."""
    if isinstance(statement, ast.CreateStmt):
        new.add(_relation(statement.relation))
        return []
    relation = getattr(statement, "relation", None)
    if isinstance(relation, ast.RangeVar) and _relation(relation) in new:
        return []
    faults: list[Fault] = []
    if isinstance(statement, ast.IndexStmt):
        faults = _index_faults(statement, outside=outside)
    elif isinstance(statement, ast.AlterTableStmt) and statement.objtype == ObjectType.OBJECT_TABLE:
        faults = _alter_faults(statement)
    elif isinstance(statement, ast.RenameStmt) and statement.renameType in RENAMED:
        faults = [("rename", "the release before still uses the old name: add, copy, and drop later")]
    elif isinstance(statement, ast.DropStmt) and statement.removeType == ObjectType.OBJECT_TABLE:
        faults = [("drop-table", "the release before still reads it")]
    elif isinstance(statement, ast.VacuumStmt | ast.ClusterStmt | ast.LockStmt):
        faults = [("lock", "holds the table against everybody")]
    return faults


def _upgrade_faults(texts: list[str], *, outside: bool) -> list[Fault]:
    faults: list[Fault] = []
    new: set[str] = set()
    for text in texts:
        try:
            for raw in parse_sql(text):
                faults += _statement_faults(raw.stmt, new, outside=outside)
            faults += [(rule, what) for _, rule, what in word_faults(words(text))]
        except ParseError as error:
            faults.append(("syntax", f"{error}: {text.strip()[:40]!r}"))
    return faults


def _downgrade_faults(function: python_ast.FunctionDef | None) -> list[Fault]:
    """A downgrade undoes, or raises with the reason why it cannot; to do nothing needs a docstring."""
    if function is None:
        return [("downgrade", "there is no downgrade()")]
    says = python_ast.get_docstring(function)
    body = function.body[1:] if says else function.body
    empty = all(isinstance(node, python_ast.Pass) for node in body)
    if empty and not says:
        return [("downgrade", "does nothing and does not say why")]
    for node in body:
        if isinstance(node, python_ast.Raise) and not (
            isinstance(node.exc, python_ast.Call) and node.exc.args
        ):
            return [("downgrade", "refuses and does not say why")]
    return []


def check(path: Path, text: str, *, env: str) -> list[str]:
    """Return the faults of one migration, as `path: rule: what`; `env` is the text that runs all of them."""
    tree = python_ast.parse(text, str(path))
    constants = _constants(tree)
    functions = {node.name: node for node in tree.body if isinstance(node, python_ast.FunctionDef)}
    faults: list[Fault] = []
    if not python_ast.get_docstring(tree):
        faults.append(("docstring", "says in a sentence what it changes"))
    if "lock_timeout" not in text + env:
        faults.append(("lock-timeout", "set one, or everybody waits behind a waiting lock"))
    if "upgrade" in functions:
        texts = _sql_of(functions["upgrade"], constants)
        faults += _upgrade_faults(texts, outside="autocommit_block" in text)
    else:
        faults.append(("upgrade", "there is no upgrade()"))
    faults += _downgrade_faults(functions.get("downgrade"))
    allowed = set(ALLOW.findall(text))
    return [f"{path}: {rule}: {what}" for rule, what in dict.fromkeys(faults) if rule not in allowed]


def chain_faults(revisions: dict[str, str | None]) -> list[str]:
    """One line of migrations: one first, one last, nobody with two followers or an unknown one before."""
    faults = [
        f"migration {revision} follows {before}, which is not there"
        for revision, before in revisions.items()
        if before not in {None, *revisions}
    ]
    followed = [d for d in revisions.values() if d is not None]
    faults += [f"two migrations follow {d}" for d in sorted(set(followed)) if followed.count(d) > 1]
    if list(revisions.values()).count(None) > 1:
        faults.append("more than one migration is the first")
    return faults


def main() -> int:
    """Check every migration and their chain; the exit code is 1 when there is a fault."""
    # Migrations run on the installer's connection, which may have set the time-out for all of them.
    env = (ROOT / "core" / "db" / "install.py").read_text("utf-8")
    faults = []
    revisions: dict[str, str | None] = {}
    paths = sorted((ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    for path in paths:
        text = path.read_text("utf-8")
        faults += check(path.relative_to(ROOT), text, env=env)
        found = dict(REVISION.findall(text))
        revisions[found.get("revision", path.stem)] = found.get("down_revision") or None
    faults += chain_faults(revisions)
    for fault in faults:
        print(fault)
    print(f"{len(paths)} migrations, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
