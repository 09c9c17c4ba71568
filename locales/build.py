"""Makes the catalogues from the sources: `python -m locales.build`, or with `--check` only compares.

A source is a TOML file in `locales/src/`, one for each part of the program, with a table for each text:

    ["top_up.title"]
    en = "Top up"
    uk = "Поповнення"
    …
    max = 20            # cells it may take at most, for labels that must fit
    note = "…"          # for translators
    same = ["de"]       # languages in which the word really is the English one (true: all of them)

A text that counts has a list of forms for each language, in the order of `PLURALS`. The `.po` files are
committed, so that translators' tools and reviewers see them; the `.mo` files are made by `make setup`.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from core.texts.catalogue import LANGUAGES, LOCALES

SOURCES: Final = LOCALES / "src"
KEY: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")

# Forms in the order in which a source lists them, and gettext's rule to choose among them. The rules are
# gettext's own; Babel's for Arabic has the last two the other way round.
PLURALS: Final = {
    "en": (("one", "other"), "n != 1"),
    "uk": (
        ("one", "few", "many"),
        "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2",
    ),
    "de": (("one", "other"), "n != 1"),
    "pl": (("one", "few", "many"), "n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2"),
    "ar": (
        ("zero", "one", "two", "few", "many", "other"),
        "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5",
    ),
}


class BadSource(Exception):
    """A source cannot be read; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text: its key, the file it stands in, its words by language, and what its author said about it."""

    key: str
    file: str
    words: dict[str, str | tuple[str, ...]]
    max_cells: int | None = None
    note: str = ""
    same: frozenset[str] = field(default_factory=frozenset)

    @property
    def counts(self) -> bool:
        """Whether it has forms for numbers."""
        return any(isinstance(words, tuple) for words in self.words.values())


def read_sources(folder: Path = SOURCES) -> dict[str, Text]:
    """Return every text by key. Raises BadSource with all that is malformed, or double, in any file."""
    texts: dict[str, Text] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            faults.append(f"{path.name}: not readable as TOML: {fault}")
            continue
        for key, table in _texts(tables, ""):
            try:
                text = _text(key, table, path.name)
            except BadSource as fault:
                faults.append(str(fault))
                continue
            if key in texts:
                faults.append(f"{path.name}: {key}: is in {texts[key].file} too")
            texts[key] = text
    if faults:
        raise BadSource("\n".join(faults))
    return texts


def _texts(tables: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield key and table of each text, whether the key was written as one name or as nested tables."""
    for name, value in tables.items():
        key = f"{prefix}.{name}" if prefix else name
        nested = isinstance(value, dict) and all(isinstance(inner, dict) for inner in value.values())
        if nested and "en" not in value:
            yield from _texts(value, key)
        else:
            yield key, value


def _text(key: str, table: Any, file: str) -> Text:
    """Return a source's table as a text, or raise BadSource saying what is wrong with it."""

    def bad(what: str) -> BadSource:
        return BadSource(f"{file}: {key}: {what}")

    if not KEY.fullmatch(key):
        raise bad("a key is lower-case words with dots between them, such as top_up.title")
    if not isinstance(table, dict):
        raise bad('a text is a table with its languages: en = "…", uk = "…"')
    unknown = table.keys() - LANGUAGES.keys() - {"max", "note", "same"}
    if unknown:
        raise bad(f"knows no {', '.join(sorted(unknown))}")
    words: dict[str, str | tuple[str, ...]] = {}
    for language in LANGUAGES:
        said = table.get(language)
        if isinstance(said, list) and all(isinstance(form, str) for form in said):
            words[language] = tuple(said)
        elif isinstance(said, str):
            words[language] = said
        elif said is not None:
            raise bad(f"{language} is neither a text nor a list of forms")
    same = table.get("same", [])
    max_cells = table.get("max")
    if max_cells is not None and (isinstance(max_cells, bool) or not isinstance(max_cells, int)):
        raise bad("max is a number of cells")
    if same is True:
        same = list(LANGUAGES)
    if not isinstance(same, list):
        raise bad("same is a list of languages, or true")
    return Text(key, file, words, max_cells, str(table.get("note", "")), frozenset(same))


def po(language: str, texts: dict[str, Text]) -> str:
    """Return the catalogue of a language as a .po file: sorted by key, the same for the same sources."""
    forms, rule = PLURALS[language]
    head = [
        f"# {LANGUAGES[language]}. Made by `python -m locales.build` from locales/src: change it there.",
        'msgid ""',
        'msgstr ""',
        '"Project-Id-Version: bocli\\n"',
        f'"Language: {language}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        f'"Plural-Forms: nplurals={len(forms)}; plural=({rule});\\n"',
    ]
    entries = ["\n".join(head)]
    for key in sorted(texts):
        words = texts[key].words.get(language)
        if words is None:
            continue
        lines = [f"#. {line}" for line in texts[key].note.splitlines()]
        lines += [f"#: src/{texts[key].file}", f"msgid {_quoted(key)}"]
        if isinstance(words, tuple):
            lines.append(f"msgid_plural {_quoted(key)}")
            lines += [f"msgstr[{at}] {_quoted(form)}" for at, form in enumerate(words)]
        else:
            lines.append(f"msgstr {_quoted(words)}")
        entries.append("\n".join(lines))
    return "\n\n".join(entries) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def path_of(language: str) -> Path:
    """Return where a language's .po file is."""
    return LOCALES / language / "LC_MESSAGES" / "bocli.po"


def stale(texts: dict[str, Text]) -> list[str]:
    """Return the languages whose committed .po file is not what the sources make."""
    return [
        language
        for language in LANGUAGES
        if not path_of(language).is_file()
        or path_of(language).read_text(encoding="utf-8") != po(language, texts)
    ]


def build(texts: dict[str, Text]) -> None:
    """Write the .po and the .mo file of each language.

    Files are replaced whole, so that a running program never reads half of one.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for language in LANGUAGES:
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        source = po(language, texts)
        if not path.is_file() or path.read_text(encoding="utf-8") != source:
            _replace(path, source.encode())
        compiled = BytesIO()
        write_mo(compiled, read_po(BytesIO(source.encode()), locale=language))
        _replace(path.with_suffix(".mo"), compiled.getvalue())


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def main(arguments: list[str]) -> int:
    """Build, or with --check compare; return 1 and say why when that fails."""
    try:
        texts = read_sources()
    except BadSource as fault:
        print(fault, file=sys.stderr)
        return 1
    if "--check" in arguments:
        old = stale(texts)
        if old:
            print(f"not up to date: {', '.join(old)}; run python -m locales.build", file=sys.stderr)
        return 1 if old else 0
    build(texts)
    print(f"{len(texts)} texts in {len(LANGUAGES)} languages")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
