"""The catalogues are whole, and the tools that make and check them find what is wrong."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from core.permissions import ROLES
from core.texts import LANGUAGES
from locales import build, check

GOOD = {"en": "Save", "uk": "Зберегти", "de": "Speichern", "pl": "Zapisz", "ar": "حفظ"}


def text(**words: object) -> build.Text:
    more = {name: words.pop(name) for name in ("max_cells", "same") if name in words}
    return build.Text("a.save", "a.toml", {**GOOD, **words}, **more)  # type: ignore[arg-type]


def faults(**words: object) -> list[str]:
    return list(check._faults(text(**words)))


def program(root: Path, files: dict[str, str]) -> check.Uses:
    for name, source in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(source), encoding="utf-8")
    return check.uses_of(root)


def test_every_text_that_the_program_uses_is_there_in_every_language() -> None:
    texts = build.read_sources()
    assert check.findings(texts, check.uses_of()) == []


def test_the_committed_catalogues_are_what_the_sources_make() -> None:
    assert build.stale(build.read_sources()) == []


def test_a_good_text_has_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"uk": ""}, "uk is empty"),
        ({"de": " Speichern"}, "de begins or ends with a blank"),
        ({"de": "Save"}, "de is the English text"),
        ({"uk": "Save it"}, "uk has no Cyrillic letter"),
        ({"ar": "Hifz"}, "ar has no Arabic letter"),
        ({"ar": "\u200fحفظ"}, "ar has a control or an unseen character"),
        ({"pl": "Za\x1b[1mpisz"}, "pl has a control or an unseen character"),
        ({"uk": "Сохранить всё и выйти"}, "uk has a letter that Ukrainian does not have"),
        ({"de": "Sichern  jetzt"}, "de has two blanks together"),
        ({"de": "Speichern {name}"}, "de has ['name'] where English has []"),
        ({"en": "Save {name}"}, "uk has [] where English has ['name']"),
        ({"en": "Save {Name.x}"}, "en has a placeholder that is not a lower-case word"),
        ({"pl": ("Zapisz", "Zapisz", "Zapisz")}, "uk has no forms for numbers"),
        ({"max_cells": 6}, "uk takes 8 cells, more than 6"),
    ],
)
def test_each_fault_of_a_text_is_found(words: dict[str, object], says: str) -> None:
    assert any(fault.startswith(says) for fault in faults(**words)), faults(**words)


def test_a_word_that_is_the_same_can_be_said_to_be() -> None:
    assert faults(de="Save", same=frozenset({"de"})) == []


def test_a_name_in_the_key_bar_has_little_room_without_saying_so() -> None:
    long = build.Text("keys.a.b.short", "a.toml", {**GOOD, "de": "Zwischenspeichern"})
    assert list(check._faults(long)) == ["de takes 17 cells, more than 12: 'Zwischenspeichern'"]


def test_forms_are_counted_by_language_and_arabic_may_say_two_without_the_digit() -> None:
    counted = {
        "en": ("{count} day", "{count} days"),
        "uk": ("{count} день", "{count} дні", "{count} днів"),
        "de": ("{count} Tag", "{count} Tage"),
        "pl": ("{count} dzień", "{count} dni", "{count} dni"),
        "ar": ("{count} يوم", "يوم واحد", "يومان", "{count} أيام", "{count} يومًا", "{count} يوم"),
    }
    assert faults(**counted) == []
    assert "uk has 2 forms, not 3: one, few, many" in faults(
        **{**counted, "uk": ("{count} день", "{count} дні")}
    )
    assert "uk has [] where English has ['count']" in faults(
        **{**counted, "uk": ("{count} день", "дні", "{count} днів")}
    )


def test_a_word_that_the_glossary_does_not_want_is_found_as_a_whole_word_only() -> None:
    unwanted = {"de": {"das Wallet": "die Wallet", "Kassenkraft": "Kassierer"}}
    assert list(check._foreign_words(text(de="Erst das Wallet, dann los."), unwanted)) == [
        "de says 'das Wallet'; the glossary has 'die Wallet'"
    ]
    assert list(check._foreign_words(text(de="Kassenkraftwerk"), unwanted)) == []
    assert check.words_not_ours()["uk"]["проводка"] == "проведення"


def test_a_missing_language_is_found() -> None:
    lacking = build.Text("a.save", "a.toml", {"en": "Save"})
    assert list(check._faults(lacking)) == [
        f"{language} is missing" for language in LANGUAGES if language != "en"
    ]


def test_keys_are_found_where_python_and_sql_use_them(tmp_path: Path) -> None:
    uses = program(
        tmp_path,
        {
            "bocli/screen.py": """
                from core.texts import t, n
                t("a.title"); n("a.count", 3); t("a.yes" if True else "a.no"); open_it(title_key="a.named")
                t(f"a.state.{x}")
                def blocked(): return "blocked.late"
            """,
            "bocli/doctor.py": 'ok("disk")',
            "screens/roles.py": 'SectionRow("home", "staff", "screens.home:Home", "section.home")',
            "bocli/keys.py": 'Action("app.help", ("f1",), "keys.help", bar=True)',
            "core/errors.py": """
                class BocliError(Exception): ...
                class Invalid(BocliError): ...
                class Odd(Invalid):
                    def __init__(self, x, key="odd.default"): ...
            """,
            "core/rule.py": """
                import errors
                raise errors.Invalid("a.bad", {"limit": 1})
                TABLE = {"constraint": (errors.Invalid, "a.taken")}
            """,
            "core/a/sql/f.sql": """
                perform refuse('BO030', 'a.refused', jsonb_build_object('limit', 3, 'left', f('x')));
                raise exception 'a.raised' using errcode = 'BO040';
            """,
        },
    )
    assert set(uses.wanted) == {
        *("a.title", "a.count", "a.yes", "a.no", "a.named", "keys.help", "keys.help.short"),
        *("blocked.late", "doctor.disk", "section.home"),
        *("error.a.bad", "error.a.taken", "error.odd.default", "error.a.refused", "error.a.raised"),
    }
    found = check.findings({}, uses)
    assert "core/a/sql/f.sql:2: error.a.refused: has no text" in found
    assert any("a.state.…: is put together" in line for line in found)


def test_the_families_have_a_text_for_each_value_that_the_database_and_the_roles_table_know() -> None:
    ledger = (check.ROOT / "migrations/versions/0002_ledger.py").read_text(encoding="utf-8")
    cash_desk = (check.ROOT / "migrations/versions/0003_cash_desk.py").read_text(encoding="utf-8")

    def inserted(table: str) -> set[str]:
        block = re.search(rf"insert into vault\.{table}[^;]*;", ledger)
        assert block is not None
        return {kind.lower() for kind in re.findall(r"\('(\w+)'", block[0])}

    def allowed(source: str, column: str) -> set[str]:
        return set(re.findall(r"'(\w+)'", re.search(rf"{column} in \(([^)]*)\)", source)[1]))  # type: ignore[index]

    texts = build.read_sources()
    values = {
        "account": inserted("account_kind"),
        "operation": inserted("operation_kind"),
        "side": allowed(ledger, "side"),
        "period": allowed(ledger, "period"),
        "payer": allowed(ledger, "payer"),
        "issuer_kind": allowed(ledger, "kind"),
        "desk_day.state": allowed(cash_desk, "state"),
        "role": set(ROLES),
    }
    assert all(len(known) >= 3 for known in values.values())
    for family, known in values.items():
        assert {f"{family}.{value}" for value in known} - texts.keys() == set()


def test_a_parameter_that_is_not_given_and_a_text_that_nobody_uses_are_found(tmp_path: Path) -> None:
    uses = program(
        tmp_path,
        {
            "bocli/screen.py": 't("a.one", name=1); t("a.two", **known); n("a.plain", 2); t("a.many")',
            "core/errors.py": 'class BocliError(Exception): ...\nraise BocliError("a.bad", {"left": 1})',
            "core/a/sql/f.sql": "perform refuse('BO030', 'a.bare');",
        },
    )
    texts = {
        key: build.Text(key, "a.toml", {"en": words})
        for key, words in {
            "a.one": "{name} {other}",
            "a.two": "{anything}",
            "a.plain": "no forms",
            "a.many": ("{count} one", "{count} many"),
            "a.unused": "x",
            "error.a.bad": "{left} of {limit}",
            "error.a.bare": "of {limit}",
        }.items()
    }
    found = [line for line in check.findings(texts, uses) if "missing" not in line]
    assert found == [
        "bocli/screen.py:1: a.plain: is asked for by n(), but has no forms for numbers",
        "bocli/screen.py:1: a.many: has forms for numbers, but is asked for by t()",
        "a.toml: a.unused: is used nowhere",
        "bocli/screen.py:1: a.many: the text wants count, which is not given here",
        "bocli/screen.py:1: a.one: the text wants other, which is not given here",
        "core/errors.py:2: error.a.bad: the text wants limit, which is not given here",
        "core/a/sql/f.sql:1: error.a.bare: the text wants limit, which is not given here",
    ]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ('"a.b" = { en = "x"', "a.toml: not readable as TOML"),
        ('"a.b" = "x"', "a.toml: a.b: a text is a table with its languages"),
        ('["a.b"]\nen = "x"\nfr = "y"', "a.toml: a.b: knows no fr"),
        ('["a.b"]\nen = 3', "a.toml: a.b: en is neither a text nor a list of forms"),
        ('["a.b"]\nen = "x"\nmax = "3"', "a.toml: a.b: max is a number of cells"),
        ('["a.b"]\nen = "x"\nsame = "de"', "a.toml: a.b: same is a list of languages, or true"),
        ('["A.b"]\nen = "x"', "a.toml: A.b: a key is lower-case words"),
        ('["a.b"]\nen = "x"\n[a.b]\nen = "y"', "a.toml: a.b: is in a.toml too"),
    ],
)
def test_a_malformed_source_is_named_with_its_key(tmp_path: Path, source: str, says: str) -> None:
    (tmp_path / "a.toml").write_text(source, encoding="utf-8")
    with pytest.raises(build.BadSource) as caught:
        build.read_sources(tmp_path)
    assert says in str(caught.value)


def test_all_malformed_sources_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("=", encoding="utf-8")
    (tmp_path / "b.toml").write_bytes(b'"a.b" = "\xff"')
    with pytest.raises(build.BadSource) as caught:
        build.read_sources(tmp_path)
    assert len(str(caught.value).splitlines()) == 2


def test_keys_may_be_written_as_one_name_or_as_nested_tables(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('["a.b"]\nen = "x"\n[c.d.e]\nen = "y"\n', encoding="utf-8")
    assert {key: text.words for key, text in build.read_sources(tmp_path).items()} == {
        "a.b": {"en": "x"},
        "c.d.e": {"en": "y"},
    }


def test_building_writes_what_gettext_reads_and_twice_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gettext

    monkeypatch.setattr(build, "LOCALES", tmp_path)
    texts = {
        "a.quote": build.Text("a.quote", "a.toml", dict.fromkeys(LANGUAGES, 'say "x"\\ \n\tend'), note="why")
    }
    build.build(texts)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*.po")}
    assert build.stale(texts) == []
    build.build(texts)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.po")} == first
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix not in (".po", ".mo")]
    with (tmp_path / "ar/LC_MESSAGES/bocli.mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("a.quote") == 'say "x"\\ \n\tend'
    assert build.stale({}) == list(LANGUAGES)


def test_the_builder_says_on_the_command_line_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.main(["--check"]) == 0
    monkeypatch.setattr(build, "stale", lambda _: ["de"])
    assert build.main(["--check"]) == 1
    assert "not up to date: de" in capsys.readouterr().err
    monkeypatch.setattr(build, "read_sources", lambda: (_ for _ in ()).throw(build.BadSource("a.toml: bad")))
    assert build.main([]) == 1
    assert "a.toml: bad" in capsys.readouterr().err
