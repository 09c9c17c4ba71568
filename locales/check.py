"""Checks the catalogues against the program and against each other: `python -m locales.check`.

It says file and key for everything it finds: keys that are used but have no text, texts that nothing
uses, parameters that a text wants and nobody gives, languages that are missing, untranslated, uncounted
or too long.
`make check` runs it.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.text import cells, clean_lines
from core.texts.catalogue import LANGUAGES
from locales.build import KEY, PLURALS, BadSource, Text, read_sources, stale

ROOT: Final = Path(__file__).resolve().parents[1]
GLOSSARY: Final = Path(__file__).with_name("glossary.toml")
FOLDERS: Final = ("bocli", "core", "screens", "migrations")

# Keys that are put together while the program runs. Each family: a pattern of keys, and where they come from.
FAMILIES: Final = {
    r"audit\.finding\..*": "what an audit finds, by kind, in core/audit",
    r"application\.(did|uplift)\..*": "what became of an application, and the two kinds of uplift",
    r"application\.(escalate|reject)\.words": "what is asked when one is passed on or rejected",
    r"applications\.state\..*": "the states of applications in the database",
    r"blocks\.(kind|direction|state|target)\..*": "kinds, directions, states and targets of blocks in the database",
    r"account\..*": "the account kinds of the ledger, as the lines of a preview name them",
    r"blocked\.day_.*": "the state of the day that forbids an action",
    r"cash_day\.(done|next)\..*": "the states of a desk's day, on the cashier's screen",
    r"cashback\.(paid_by|state)\..*": "who pays a cashback, and the states of its versions",
    r"contract_editor\.(at|row_of)_.*": "the two grids of the editor",
    r"rates\.source\..*": "where a rate comes from",
    r"term_grid\.(commission|rounding|refund)\..*": "how a commission is reckoned and rounded, short, for a grid",
    r"terms\.(commission|rounding)\..*": "the same, in sentences",
    r"what_if\.(kind|unit|count|then|now|change|unpriced|too_dear|above_limit)": "heads and refusals of a reckoning",
    r"change\.(state|kind|event)\..*": "the states, kinds and events of change requests in the database",
    r"conflict\.(looks_alike|maker_checker|same_person)": "the kinds of conflict of duty in the database",
    r"clients\.kind\..*": "the kinds of client in the database",
    r"bank_accounts\.switch_(off|on)\.words": "what switching off or on means, beside its title",
    r"client\.switch_(off|on)\.words": "what switching off or on means, beside its title",
    r"coins\.kind\..*": "the kinds of coin in the database",
    r"count\.kind\..*": "the kinds of count in the database",
    r"day_review\..*": "the columns and notes of a review, from tuples beside the call",
    r"desk_day\.state\..*": "the states of a desk's day in the database",
    r"did\..*": "what the log says was done",
    r"difference\.(exact|over|short)": "the three ways in which a count can end",
    r"doctor\.(head|word)\..*": "groups and grades of what the doctor finds",
    r"document\..*": "the kinds of document that a client can show",
    r"entity\..*": "the kinds of thing that the log writes about",
    r"error\.(term|limit|gap)\..*": "what the check of a contract finds, in core/contracts/sql",
    r"error\.cashback\.(cap|budget)": "the amounts of a cashback profile",
    r"error\.session\.must_.*": "what a person owes before anything else, from auth.require",
    r"help\.scope\..*": "the scopes of actions, in the help",
    r"export\.column\..*": "the columns of a list that is exported",
    r"field\..*": "the fields that the log names; one without a text is shown by its name",
    r"home\.(day|todo)\..*": "the state of the day, and the section in which something waits",
    r"identification\..*": "the states of an identification in the database",
    r"issuers\.switch_(off|on)\.words": "what switching off or on means, beside its title",
    r"issuer_kind\..*": "the kinds of issuer in the database",
    r"operation\..*": "the operation kinds of the ledger",
    r"operation_detail\.(side|other|coin|other_coin)": "the sides of an operation",
    r"operation_detail\.(of|followed_by|reverses|reversed_by)": "how another operation belongs to one",
    r"operation_detail\.(note|device|document)": "what an operation carries in its details",
    r"operations\.kind\..*": "the same, short, for columns",
    r"operations\.(cashier|desk)": "the filters that only some roles have",
    r"organization\.move\..*": "the states that an organization may go to",
    r"organizations\.(kind|state)\..*": "the kinds and states of organizations in the database",
    r"payer\..*": "who pays, in a contract",
    r"counter\.limit\.(before|after)\..*": "what an application at the counter means, by its kind",
    r"period\..*": "the periods of a contract's limits",
    r"resolve\.(over|short|sure\..*|way\..*)": "the kinds of difference, and the ways to settle one",
    r"redeem\.(state|kind|done)\..*": "the states and kinds of redeem requests in the database",
    r"redeem\.(decline|cancel)": "the two ways to end a request",
    r"role\..*": "the roles of staff",
    r"side\..*": "the sides of the account kinds",
    r"staff\.role\..*": "the roles of staff, short, for a column",
    r"staff\.status\..*": "the statuses of screens/parts/staff_words.py",
    r"thing\..*": "the kinds of thing that the palette finds",
    r"theme\..*": "the themes of bocli/theme.py",
    r"match\.why\..*": "why a receipt may be somebody's, in core/bank/sql/receipt_candidates.sql",
    r"statement\.decide\.(yes|no)_(credit|debit)": "what a line that differs may be, by its side",
    r"statement_import\.warn_(gap|sequence)": "what an import warns of, in core/bank/sql/statement_take.sql",
    r"statement_line\..*": "the states of a statement's lines in the database",
    r"unallocated\.application\..*": "the states of an application in the database",
    r"[a-z_]+\.(title|help|preview)": "what a section calls itself and says under `?`, from its SECTION",
}
# Calls that take the end of a key: in which file, whose name, and what stands before it.
CARRIERS: Final = {("bocli/doctor.py", name): "doctor." for name in ("ok", "warn", "bad")}
# What begins like this is a key wherever it stands, also where it is only handed on.
ALWAYS_KEYS: Final = ("blocked.", "keys.")
# Put together too, by `explain`; but each is looked for where it is raised, so an unused one is found.
ERRORS: Final = r"error\..*"

# Names and words that are the same in every language.
NAMES: Final = re.compile(
    r"\{[a-z0-9_]+\}|https?://\S+|[\w.]+@[\w.]+|`[^`]*`"
    r"|\b(?:bocli|PostgreSQL|TOTP|PIN|CSV|XLSX|TLS|SSH|UTC|OK|Ctrl|Alt|Esc|Enter|Tab|PgUp|PgDn|F\d+|[A-Z])\b"
)
# Letters of Russian that Ukrainian does not have: the commonest slip of a translation.
NOT_UKRAINIAN: Final = re.compile("[ыэъёЫЭЪЁ]")
SCRIPTS: Final = {"uk": "CYRILLIC", "ar": "ARABIC"}
# Forms that may leave the number out, because the word itself says it: "ثانيتان" is two seconds.
NUMBER_IN_WORD: Final = frozenset({"zero", "one", "two"})

_TEXT_CALLS: Final = frozenset({"t", "n"})
_REFUSE: Final = re.compile(r"refuse\(\s*'BO\d+'\s*,\s*'([a-z0-9_.]+)'")
_RAISE: Final = re.compile(
    r"raise exception\s+(?:using\s+errcode\s*=\s*'BO\d+'\s*,\s*message\s*=\s*)?'([a-z0-9_]+\.[a-z0-9_.]+)'"
)


@dataclass(slots=True)
class Uses:
    """What the program uses: where each key is wanted, with which parameters, and what may be a key."""

    wanted: dict[str, list[str]] = field(default_factory=dict)
    given: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    counted: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)
    put_together: list[tuple[str, str]] = field(default_factory=list)
    mentioned: set[str] = field(default_factory=set)

    def want(self, key: str, where: str) -> None:
        """Note that a key is used at a place."""
        self.wanted.setdefault(key, []).append(where)

    def want_all(self, expression: ast.AST, where: str, before: str = "") -> None:
        """Note all keys that an expression may be, each with what stands before it."""
        for key in _constants(expression):
            if before or KEY.fullmatch(key):
                self.want(before + key, where)


def uses_of(root: Path = ROOT, folders: Iterable[str] = FOLDERS) -> Uses:
    """Return what all the program's Python and SQL uses."""
    uses = Uses()
    python = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _files(root, folders, "py")}
    errors = _error_classes(python.values())
    for path, tree in python.items():
        _read_python(tree, str(path.relative_to(root)), errors, uses)
    for path in [*_files(root, folders, "sql"), *_files(root, ["migrations"], "py")]:
        _read_sql(path.read_text(encoding="utf-8"), str(path.relative_to(root)), uses)
    return uses


def _files(root: Path, folders: Iterable[str], suffix: str) -> list[Path]:
    return sorted(path for folder in folders for path in (root / folder).rglob(f"*.{suffix}"))


def _error_classes(trees: Iterable[ast.Module]) -> set[str]:
    """Return the names of all classes that descend from BocliError, wherever they are declared."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"BocliError"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return found


def _name(node: ast.AST) -> str:
    """Return the last name of `errors.Invalid` or `Invalid`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _read_python(tree: ast.Module, path: str, errors: set[str], uses: Uses) -> None:
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        where = f"{path}:{getattr(node, 'lineno', 0)}"
        if id(node) in parts:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
            uses.mentioned.add(node.value)
            if node.value.startswith(ALWAYS_KEYS):
                uses.want(node.value, where)
        elif isinstance(node, ast.Call):
            _read_call(node, where, errors, uses)
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and _name(node.elts[0]) in errors:
            # A row of a table from constraints to errors.
            for key in _constants(node.elts[1]):
                uses.want(f"error.{key}", where)
        elif isinstance(node, ast.ClassDef) and node.name in errors:
            _read_defaults(node, where, uses)


def _read_call(call: ast.Call, where: str, errors: set[str], uses: Uses) -> None:
    called = _name(call.func)
    carrier = (where.rpartition(":")[0], called)
    if called in _TEXT_CALLS and call.args:
        _read_text_call(call, called, where, uses)
    elif called in errors and call.args:
        _read_error(call, where, uses)
    elif called == "refusal" and len(call.args) > 1:
        uses.want_all(call.args[1], where, "error.")
    elif called == "Action":
        _read_action(call, where, uses)
    elif called == "SectionRow" and call.args:
        uses.want_all(call.args[-1], where)
    elif called == "Column" and call.args:
        uses.want_all(call.args[0], where)
    elif carrier in CARRIERS and call.args:
        uses.want_all(call.args[0], where, CARRIERS[carrier])
    for keyword in call.keywords:
        if keyword.arg and keyword.arg.endswith("_key"):
            uses.want_all(keyword.value, where)


def _read_error(call: ast.Call, where: str, uses: Uses) -> None:
    """An error's key is its first argument, or its second where the first says which request it is about."""
    for argument in call.args[:2]:
        uses.want_all(argument, where, "error.")
        for key in _constants(argument):
            uses.given.append((f"error.{key}", where, _dict_keys(call)))


def _read_text_call(call: ast.Call, called: str, where: str, uses: Uses) -> None:
    argument = call.args[0]
    for key in _constants(argument):
        uses.want(key, where)
        (uses.counted if called == "n" else uses.plain).setdefault(key, where)
        if all(keyword.arg for keyword in call.keywords):
            names = {str(keyword.arg) for keyword in call.keywords} | ({"count"} if called == "n" else set())
            uses.given.append((key, where, frozenset(names)))
    if isinstance(argument, ast.JoinedStr):
        pattern = "".join(
            str(part.value) if isinstance(part, ast.Constant) else "\0" for part in argument.values
        )
        uses.put_together.append((pattern, where))


def _read_action(call: ast.Call, where: str, uses: Uses) -> None:
    """An action's text is its third argument; its short form stands in the key bar."""
    words = {keyword.arg: keyword.value for keyword in call.keywords}
    text = call.args[2] if len(call.args) > 2 else words.get("text")
    in_bar = words.get("bar")
    for key in _constants(text) if text else ():
        uses.want(key, where)
        uses.mentioned.add(f"{key}.short")
        if isinstance(in_bar, ast.Constant) and in_bar.value:
            uses.want(f"{key}.short", where)


def _read_defaults(declared: ast.ClassDef, where: str, uses: Uses) -> None:
    """An error class may bring its key as the default of a parameter named key."""
    for node in ast.walk(declared):
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            names = [argument.arg for argument in node.args.args][-len(node.args.defaults) or None :]
            for name, default in zip(names, node.args.defaults, strict=False):
                for key in _constants(default) if name == "key" else ():
                    uses.want(f"error.{key}", where)


def _constants(node: ast.AST) -> Iterator[str]:
    """Yield the strings that an expression may be: a literal, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def _dict_keys(call: ast.Call) -> frozenset[str]:
    """Return the keys of a dict written out in a call, or `*` for one that is not."""
    written = [argument for argument in call.args[1:] if not isinstance(argument, ast.Constant)]
    if not written:
        return frozenset()
    keys = [key for argument in written if isinstance(argument, ast.Dict) for key in argument.keys]
    if len(written) > 1 or not isinstance(written[0], ast.Dict) or any(key is None for key in keys):
        return frozenset("*")
    return frozenset(str(key.value) for key in keys if isinstance(key, ast.Constant))


def _read_sql(source: str, path: str, uses: Uses) -> None:
    for found in _REFUSE.finditer(source):
        where = f"{path}:{source.count(chr(10), 0, found.start()) + 1}"
        if found[1].endswith("."):
            continue  # put together of a scope and a variable
        uses.want(f"error.{found[1]}", where)
        arguments = _balanced(source, found.start() + len("refuse"))
        rest = arguments[arguments.index(found[1]) + len(found[1]) :]
        names = frozenset(re.findall(r"'([a-z_]+)'\s*,", rest))
        # Parameters that come from a variable are not known here.
        known = "jsonb_build_object" in rest or not rest.strip("'), \n")
        uses.given.append((f"error.{found[1]}", where, names if known else frozenset("*")))
    uses.mentioned |= {quoted for quoted in re.findall(r"'([^'\s]+)'", source) if KEY.fullmatch(quoted)}
    for found in _RAISE.finditer(source):
        uses.want(f"error.{found[1]}", f"{path}:{source.count(chr(10), 0, found.start()) + 1}")


def _balanced(source: str, start: int) -> str:
    """Return what stands from an opening bracket to the one that closes it."""
    depth = 0
    for at in range(start, len(source)):
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        if depth == 0:
            return source[start : at + 1]
    return source[start:]


def words_not_ours(glossary: Path = GLOSSARY) -> dict[str, dict[str, str]]:
    """Return, for each language, the words that the glossary does not want, each with the one it wants."""
    unwanted: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for entry in tomllib.loads(glossary.read_text(encoding="utf-8")).values():
        for language, words in entry.get("not", {}).items():
            unwanted[language].update(dict.fromkeys(words, entry[language]))
    return unwanted


def findings(texts: dict[str, Text], uses: Uses) -> list[str]:
    """Return all that is wrong, a line for each thing, with file and key."""
    found = [*_unwritten(texts, uses), *_unused(texts, uses), *_ungiven(texts, uses)]
    unwanted = words_not_ours()
    for key in sorted(texts):
        faults = [*_faults(texts[key]), *_foreign_words(texts[key], unwanted)]
        found += [f"{texts[key].file}: {key}: {what}" for what in faults]
    return found


def _unwritten(texts: dict[str, Text], uses: Uses) -> Iterator[str]:
    for key, places in sorted(uses.wanted.items()):
        if key not in texts:
            yield f"{places[0]}: {key}: has no text"
    for key, where in sorted(uses.counted.items()):
        if key in texts and not texts[key].counts:
            yield f"{where}: {key}: is asked for by n(), but has no forms for numbers"
    for key, where in sorted(uses.plain.items()):
        if key in texts and texts[key].counts:
            yield f"{where}: {key}: has forms for numbers, but is asked for by t()"
    for pattern, where in sorted(set(uses.put_together)):
        # Of a key that begins with a variable nothing is known here; strict tests find what it lacks.
        begins = pattern.partition("\0")[0]
        declared = [re.split(r"[(*]|\.\*", family)[0] for family in (*FAMILIES, ERRORS)]
        if begins and not any(begins.startswith(family.replace("\\", "")) for family in declared):
            yield f"{where}: {pattern.replace(chr(0), '…')}: is put together; declare its family here"


def _unused(texts: dict[str, Text], uses: Uses) -> Iterator[str]:
    used = uses.mentioned | uses.wanted.keys() | {f"error.{key}" for key in uses.mentioned}
    for key in sorted(texts.keys() - used):
        if not any(re.fullmatch(family, key) for family in FAMILIES):
            yield f"{texts[key].file}: {key}: is used nowhere"


def _ungiven(texts: dict[str, Text], uses: Uses) -> Iterator[str]:
    for key, where, names in sorted(set(uses.given), key=str):
        if key not in texts or "*" in names:
            continue
        lacking = _placeholders(texts[key], "en") - names
        if lacking:
            yield f"{where}: {key}: the text wants {', '.join(sorted(lacking))}, which is not given here"


def _placeholders(text: Text, language: str) -> set[str]:
    return {name for form in _forms(text, language) for name in re.findall(r"\{([^{}]*)\}", form)}


def _forms(text: Text, language: str) -> tuple[str, ...]:
    words = text.words.get(language, ())
    return (words,) if isinstance(words, str) else words


def _faults(text: Text) -> Iterator[str]:
    """Yield what is wrong with one text, its languages compared with each other."""
    for language in LANGUAGES:
        words = text.words.get(language)
        if words is None:
            yield f"{language} is missing"
            continue
        if isinstance(words, tuple) != text.counts:
            yield f"{language} has {'no forms for numbers' if text.counts else 'forms for numbers'}"
            continue
        names = PLURALS[language][0]
        if text.counts and len(words) != len(names):
            yield f"{language} has {len(words)} forms, not {len(names)}: {', '.join(names)}"
        yield from (f"{language} {what}" for what in _placeholder_faults(text, language))
        for form in _forms(text, language):
            yield from (f"{language} {what}: {form!r}" for what in _form_faults(text, language, form))


def _placeholder_faults(text: Text, language: str) -> Iterator[str]:
    wanted = _placeholders(text, "en")
    for at, form in enumerate(_forms(text, language)):
        there = set(re.findall(r"\{([^{}]*)\}", form))
        names = PLURALS[language][0]
        spoken = text.counts and at < len(names) and names[at] in NUMBER_IN_WORD
        missing = wanted - there - ({"count"} if spoken else set())
        if missing or there - wanted:
            yield f"has {sorted(there)} where English has {sorted(wanted)}"
        if any(not re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in there):
            yield "has a placeholder that is not a lower-case word"


def _foreign_words(text: Text, unwanted: dict[str, dict[str, str]]) -> Iterator[str]:
    for language, words in unwanted.items():
        for form in _forms(text, language):
            for word in re.findall(r"\w+(?: \w+)*", form):
                said = f" {word} ".casefold()
                for bad, good in words.items():
                    if f" {bad} ".casefold() in said:
                        yield f"{language} says {bad!r}; the glossary has {good!r}"


def _most_cells(key: str) -> int | None:
    """Return how much room a text has that declares none: names in the key bar share one line of 80 cells, and why a
    key does nothing stands in one behind the word for a note."""
    if key.startswith("blocked."):
        return 69
    return 12 if key.startswith("keys.") and key.endswith(".short") else None


def _form_faults(text: Text, language: str, form: str) -> Iterator[str]:
    if not form.strip():
        yield "is empty"
        return
    if form != form.strip():
        yield "begins or ends with a blank"
    if clean_lines(form.replace("\u00a0", " ")) != form.replace("\u00a0", " "):
        yield "has a control or an unseen character"
    if "  " in form:
        yield "has two blanks together"
    most = text.max_cells if text.max_cells is not None else _most_cells(text.key)
    if most is not None and cells(re.sub(r"\{[a-z0-9_]+\}", "", form)) > most:
        yield f"takes {cells(form)} cells, more than {most}"
    if language == "uk" and NOT_UKRAINIAN.search(form):
        yield "has a letter that Ukrainian does not have"
    plain = NAMES.sub("", form)
    if language in text.same or sum(map(str.isalpha, plain)) < 3:
        return
    if language != "en" and form in _forms(text, "en"):
        yield 'is the English text; if the word is the same, say so with same = ["…"]'
    elif language in SCRIPTS and not any(SCRIPTS[language] in unicodedata.name(char, "") for char in plain):
        yield f"has no {SCRIPTS[language].capitalize()} letter"


def main() -> int:
    """Print every finding; return 1 if there is any."""
    try:
        texts = read_sources()
    except BadSource as fault:
        print(fault, file=sys.stderr)
        return 1
    found = findings(texts, uses_of())
    found += [
        f"{language}/bocli.po: not up to date; run python -m locales.build" for language in stale(texts)
    ]
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(texts)} texts, {len(LANGUAGES)} languages, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
