"""Rules for the database's functions and views: one a file, safe search path, no assembled statements.

Reads `core/**/sql/*.sql`. A fault that is meant is allowed in its own file, with the reason:
`-- lint: allow count-star: at most nine rows, one a role`.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from pglast import ast, parse_sql
from pglast.parser import ParseError, scan

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = frozenset({"auth", "vault", "book", "rule", "api", "prov", "public"})
PERMISSION = re.compile(r"^-- permission: (?:staff|none|[a-z_]+:[a-z_]+)$", re.MULTILINE)
ALLOW = re.compile(r"--\s*lint: allow ([a-z-]+): \S")
FLOATS = frozenset({"float", "real", "double", "float4", "float8"})
ADVISORY = re.compile(r"^pg_(try_)?advisory")
STAR_BEFORE = frozenset({"select", "all", "distinct", ",", ".", "returning"})
STAR_AFTER = frozenset({"from", ",", ";", ")", "into", "where", ""})


@dataclass(frozen=True)
class Word:
    """One token of a statement: its text as written and in lower case, whether a keyword, and its line."""

    text: str
    low: str
    keyword: bool
    literal: bool
    line: int


def words(sql: str, first_line: int = 1) -> list[Word]:
    """Split SQL or PL/pgSQL into words, without comments. Raises ParseError on an unclosed quotation."""
    found = []
    for token in scan(sql):
        if token.name in {"SQL_COMMENT", "C_COMMENT"}:
            continue
        text = sql[token.start : token.end + 1]
        line = first_line + sql.count("\n", 0, token.start)
        keyword = token.kind != "NO_KEYWORD"
        found.append(Word(text, text.lower(), keyword, token.name in {"SCONST", "USCONST", "XCONST"}, line))
    return found


def _at(found: list[Word], index: int) -> str:
    return found[index].low if 0 <= index < len(found) else ""


def word_faults(found: list[Word]) -> list[tuple[int, str, str]]:
    """Rules that hold in every statement of ours, as (line, rule, what)."""
    faults = []
    for i, word in enumerate(found):
        before, after = _at(found, i - 1), _at(found, i + 1)
        if word.keyword and word.text != word.low:
            faults.append((word.line, "lower-case", f"keyword {word.text} is written in lower case"))
        if word.low in FLOATS and not word.literal and before != ".":
            faults.append((word.line, "float", f"{word.low}: an amount is a whole number of minor units"))
        if word.low == "money" and before == "::":
            faults.append((word.line, "float", "the type money depends on a locale: use bigint minor units"))
        if ADVISORY.match(word.low) and not word.literal:
            faults.append((word.line, "advisory-lock", "advisory locks guard nothing: lock the row"))
        if word.low == "offset" and word.keyword:
            faults.append((word.line, "offset", "page by key, not by offset"))
        # `select * into day` fills a row variable, whose type follows the table by itself.
        if word.text == "*" and before in STAR_BEFORE and after in STAR_AFTER - {"into"}:
            faults.append((word.line, "select-star", "name the columns"))
    return faults


def _execute_faults(found: list[Word]) -> list[tuple[int, str, str]]:
    """EXECUTE runs a constant, or format() of a constant with %I and %L only."""
    faults = []
    for i, word in enumerate(found):
        # `grant execute on`, `execute function f()` of a trigger and `execute procedure` run no text.
        if word.low != "execute" or _at(found, i + 1) in {"on", "function", "procedure"} or word.literal:
            continue
        statement = []
        for later in found[i + 1 :]:
            if later.low in {";", "using", "into", "loop"}:
                break
            statement.append(later)
        if not _constant_statement(statement):
            what = "execute takes a constant or format() of a constant with %I and %L; values go by using"
            faults.append((word.line, "execute", what))
    return faults


def _constant_statement(statement: list[Word]) -> bool:
    while len(statement) > 2 and statement[0].text == "(" and statement[-1].text == ")":
        statement = statement[1:-1]
    if len(statement) == 1:
        return statement[0].literal
    if len(statement) < 4 or statement[0].low != "format" or not statement[2].literal:
        return False
    if any(word.text == "||" for word in statement) or statement[3].text not in {",", ")"}:
        return False
    return not re.search(r"%(?:\d+\$)?-?\d*s", statement[2].text)


def _body_faults(found: list[Word]) -> list[tuple[int, str, str]]:
    return [
        (word.line, "qualified", f"{word.low}.{_at(found, i + 2)}: names stand without schema in bodies")
        for i, word in enumerate(found)
        if word.low in SCHEMAS and _at(found, i + 1) == "." and not word.literal
    ]


def _count_faults(found: list[Word]) -> list[tuple[int, str, str]]:
    return [
        (word.line, "count-star", "a list does not count its rows: it pages by key")
        for i, word in enumerate(found)
        if word.low == "count" and _at(found, i + 1) == "(" and _at(found, i + 2) == "*"
    ]


def _options(statement: ast.CreateFunctionStmt) -> dict[str, object]:
    options: dict[str, object] = {}
    for option in statement.options or ():
        if option.defname == "set":
            options["set " + option.arg.name] = option.arg
        else:
            options[option.defname] = option.arg
    return options


def _function_faults(schema: str, statement: ast.CreateFunctionStmt) -> list[tuple[int, str, str]]:
    options = _options(statement)
    definer = bool(getattr(options.get("security"), "boolval", False))
    faults = []
    if definer and "set search_path" not in options:
        faults.append((1, "search-path", "security definer needs `set search_path from current`"))
    if schema in {"api", "prov"} and not definer:
        faults.append((1, "definer", f"functions of {schema} are security definer"))
    if schema == "rule" and definer:
        faults.append((1, "definer", "functions of rule run as who calls them: security invoker"))
    names = [p.name for p in statement.parameters or ()]
    if schema in {"api", "prov"} and "p_key" in names:
        if names[0] != "p_key":
            faults.append((1, "key-first", "p_key is the first parameter"))
        if "set lock_timeout" not in options:
            faults.append((1, "lock-timeout", "a function that writes has `set lock_timeout`"))
    return faults


def _body(statement: ast.CreateFunctionStmt, text: str) -> tuple[str, int]:
    """Return the body of a function and the line on which it begins."""
    body = _options(statement).get("as")
    if body is None:  # the standard's own form: `return …` or `begin atomic … end`
        found = re.search(r"^(return|begin atomic)\b", text, re.MULTILINE | re.IGNORECASE)
        start = found.start() if found else 0
        return text[start:], 1 + text.count("\n", 0, start)
    inner = body.sval if isinstance(body, ast.String) else body[0].sval
    start = max(text.find(inner), 0)
    return inner, 1 + text.count("\n", 0, start)


def _statement_faults(path: Path, text: str) -> list[tuple[int, str, str]]:
    statements = [raw.stmt for raw in parse_sql(text)]
    made = [s for s in statements if isinstance(s, ast.CreateFunctionStmt | ast.ViewStmt)]
    if len(made) != 1 or len(statements) != 1:
        return [(1, "one-a-file", f"{len(statements)} statements: one function or view a file, nothing else")]
    statement = made[0]
    if isinstance(statement, ast.ViewStmt):
        schema, name = statement.view.schemaname, statement.view.relname
        cut = re.search(r"\bas\b", text, re.IGNORECASE)
        start = cut.end() if cut else 0
        body, line = text[start:], 1 + text.count("\n", 0, start)
        faults = word_faults(words(text)) + _count_faults(words(body, line))
    else:
        parts = [part.sval for part in statement.funcname]
        schema, name = (parts[0] if len(parts) == 2 else None), parts[-1]
        body, line = _body(statement, text)
        outside = [w for w in words(text) if not w.text.startswith("$") and not w.literal]
        faults = _function_faults(schema or "", statement) + word_faults(outside)
        faults += word_faults(words(body, line)) + _execute_faults(words(body, line))
    faults += _body_faults(words(body, line))
    if schema not in SCHEMAS - {"public"}:
        faults.append((1, "schema", "created in a schema of ours: auth, vault, book, rule, api or prov"))
    if name != path.stem:
        faults.append((1, "file-name", f"{name} stands in {name}.sql"))
    if schema in {"api", "prov"} and not PERMISSION.search(text):
        faults.append((1, "permission", "needs the line `-- permission: scope:action`, staff or none"))
    return faults


def check(path: Path, text: str) -> list[str]:
    """Return the faults of one file, as `path:line: rule: what`."""
    faults = []
    if not re.match(r"-- (?!permission:|after:|lint:)\S", text):
        faults.append((1, "header", "begins with a comment that says what it does"))
    try:
        faults += _statement_faults(path, text)
    except ParseError as error:
        faults.append((1, "syntax", str(error)))
    allowed = set(ALLOW.findall(text))
    kept = sorted({fault for fault in faults if fault[1] not in allowed})
    return [f"{path}:{line}: {rule}: {what}" for line, rule, what in kept]


def main() -> int:
    """Check every file; the exit code is 1 when there is a fault."""
    paths = sorted((ROOT / "core").glob("**/sql/*.sql"))
    faults = [fault for path in paths for fault in check(path.relative_to(ROOT), path.read_text("utf-8"))]
    seen: dict[str, Path] = {}
    for path in paths:
        found = re.search(r"create (?:function|view|procedure)\s+([a-z_.]+)", path.read_text("utf-8"))
        if found and found[1] in seen:
            faults.append(f"{path.relative_to(ROOT)}:1: twice: {found[1]} stands in {seen[found[1]]} too")
        elif found:
            seen[found[1]] = path.relative_to(ROOT)
    for fault in faults:
        print(fault)
    print(f"{len(paths)} SQL files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
