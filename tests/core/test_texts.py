"""Texts by key, plurals, and numbers, dates and errors in the program's language."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core import clock, texts
from core.errors import BocliError, Changed, Invalid, LimitExceeded, LockedOut, WrongState
from core.money import Issuer
from core.text import cells, clean
from core.texts import LANGUAGES, MissingText, formats, n, set_language, t

MOMENT = datetime(2026, 11, 23, 22, 5, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english_and_strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BOCLI_STRICT_TEXTS", "1")
    set_language("en")
    yield
    set_language("en")
    formats.scales_shown.clear()


def test_a_text_follows_the_language_and_a_region_means_its_language() -> None:
    said = {}
    for code in ("en", "uk-UA", "de_AT", "pl_PL.UTF-8", "ar"):
        set_language(code)
        said[texts.language()] = t("role.cashier")
    assert said == {"en": "Cashier", "uk": "Касир", "de": "Kassierer", "pl": "Kasjer", "ar": "الصراف"}
    set_language("tlh")
    assert texts.language() == "en"


def test_each_language_is_named_by_itself() -> None:
    assert texts.available() == LANGUAGES
    assert set(LANGUAGES) == {"en", "uk", "de", "pl", "ar"}


def test_a_missing_key_is_shown_to_people_and_raised_in_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingText, match=r"no\.such\.key"):
        t("no.such.key")
    with pytest.raises(MissingText):
        n("no.such.key", 2)
    with pytest.raises(MissingText, match=r"\{count\}"):
        t("age.minutes")
    monkeypatch.delenv("BOCLI_STRICT_TEXTS")
    assert t("no.such.key") == "no.such.key"
    assert n("no.such.key", 2) == "no.such.key"
    assert t("age.minutes") == "{count} min"
    assert texts.has("age.minutes")
    assert not texts.has("no.such.key")


def test_a_value_is_cleaned_and_never_looked_at_for_placeholders_or_attributes() -> None:
    assert t("error.amount.ambiguous", text="{other}\x1b[31m{text.__class__}").startswith(
        "“{other}\ufffd{text.__class__}”"
    )
    assert t("age.minutes", count=5, unused="x") == "5 min"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", {0: "0 minutes", 1: "1 minute", 2: "2 minutes", 1000: "1,000 minutes"}),
        (
            "uk",
            {
                1: "1 хвилину",
                3: "3 хвилини",
                5: "5 хвилин",
                11: "11 хвилин",
                21: "21 хвилину",
                112: "112 хвилин",
            },
        ),
        ("de", {0: "0 Minuten", 1: "1 Minute", 1000: "1.000 Minuten"}),
        ("pl", {1: "1 minutę", 2: "2 minuty", 5: "5 minut", 22: "22 minuty", 21: "21 minut", 12: "12 minut"}),
        (
            "ar",
            {0: "0 دقيقة", 1: "دقيقة واحدة", 2: "دقيقتين", 3: "3 دقائق", 10: "10 دقائق", 11: "11 دقيقة"}
            | {99: "99 دقيقة", 100: "100 دقيقة", 103: "103 دقائق"},
        ),
    ],
)
def test_counting_follows_each_languages_own_forms(language: str, said: dict[int, str]) -> None:
    set_language(language)
    assert {count: n("duration.minutes", count) for count in said} == said


@pytest.mark.parametrize(
    ("language", "short", "long"),
    [
        ("en", "2026-11-24 00:05", "November 24, 2026, 00:05:09 EET"),
        ("uk", "24.11.2026 00:05", "24 листопада 2026\u202fр., 00:05:09 EET"),
        ("de", "24.11.2026 00:05", "24. November 2026, 00:05:09 EET"),
        ("pl", "24.11.2026 00:05", "24 listopada 2026, 00:05:09 EET"),
        ("ar", "24/11/2026 00:05", "24 نوفمبر 2026, 00:05:09 EET"),
    ],
)
def test_a_moment_is_shown_in_the_branchs_zone_and_the_languages_order(
    language: str, short: str, long: str
) -> None:
    set_language(language)
    assert texts.date_time(MOMENT, "Europe/Kyiv") == short
    assert texts.date_time(MOMENT, "Europe/Kyiv", "long").replace("\u00a0", "\u202f") == long
    assert texts.time_of_day(MOMENT, "Europe/Kyiv") == "00:05"
    assert texts.date(date(2026, 1, 2)) == short[:10].replace("24", "02").replace("11", "01")


def test_every_short_moment_has_the_same_width_so_columns_stand_still() -> None:
    for language in LANGUAGES:
        set_language(language)
        for month in range(1, 13):
            shown = texts.date_time(MOMENT.replace(month=month, day=month), "UTC")
            assert cells(shown) == 16
            assert clean(shown) == shown


def test_a_moment_without_a_zone_is_refused_and_an_unknown_zone_is_named_as_utc() -> None:
    with pytest.raises(ValueError, match="zone"):
        texts.date_time(MOMENT.replace(tzinfo=None), "UTC")
    assert texts.date_time(MOMENT, "Mars/Olympus", "long").endswith("22:05:09 UTC")


@pytest.mark.parametrize(
    ("language", "number", "percent", "listed"),
    [
        ("en", "1,234,567.5", "12.5%", "EUR, USD, and BON"),
        ("uk", "1\u00a0234\u00a0567,5", "12,5%", "EUR, USD і BON"),
        ("de", "1.234.567,5", "12,5\u00a0%", "EUR, USD und BON"),
        ("pl", "1\u00a0234\u00a0567,5", "12,5%", "EUR, USD i BON"),
        ("ar", "1,234,567.5", "12.5%", "EUR وUSD وBON"),
    ],
)
def test_numbers_percents_and_lists_follow_the_language(
    language: str, number: str, percent: str, listed: str
) -> None:
    set_language(language)
    assert texts.number(Decimal("1234567.5")) == number
    assert texts.percent(Decimal("12.5")) == percent
    assert texts.join(["EUR", "USD", "BON"]) == listed
    assert texts.join(["EUR"]) == "EUR"
    assert texts.join([]) == ""
    assert texts.number(999) == "999"
    assert texts.number(Decimal("1.005"), 1) == f"1{number[-2]}0"


def test_an_age_is_told_in_its_largest_unit() -> None:
    with clock.frozen(MOMENT):
        ages = {
            seconds: texts.age(MOMENT - timedelta(seconds=seconds))
            for seconds in (-90, 0, 59, 60, 3599, 3600, 86400)
        }
    assert ages == {-90: "now", 0: "now", 59: "now", 60: "1 min", 3599: "59 min", 3600: "1 h", 86400: "1 d"}


def test_an_error_says_what_happened_in_words_and_amounts_of_the_language() -> None:
    assert texts.amount(5_000, Issuer("EUR", "Euro", "€", 2, "real")) == "50.00 EUR"
    over = LimitExceeded(
        "limit.exceeded", {"period": "day", "limit": 100_000, "used": 95_000, "left": 5_000, "issuer": "EUR"}
    )
    assert texts.explain(over).startswith(
        "Over the client's limit per day: limit 1,000.00 EUR, used 950.00 EUR, left 50.00 EUR."
    )
    set_language("de")
    assert "pro Tag: Limit 1.000,00 EUR" in texts.explain(over)
    assert "„offen“" in texts.explain(WrongState("day.wrong_state", {"state": "open", "wanted": "closed"}))
    assert "23.11.2026" in texts.explain(WrongState("day.stale", {"date": "2026-11-23"}))
    assert "3 Minuten" in texts.explain(LockedOut("locked_out", {"seconds": 125}))
    assert "45 Sekunden" in texts.explain(LockedOut("locked_out", {"seconds": 45}))
    assert "500 Zeichen" in texts.explain(Invalid("reason.too_long", {"limit": 500}))


def test_an_amount_of_unknown_scale_is_not_guessed_at() -> None:
    seen = Changed("commission.changed", {"seen": 100, "commission": 250, "issuer": "XTS"})
    assert "is 250 minor units of XTS now" in texts.explain(seen)
    seen.params["scale"] = 1
    assert "is 25.0 XTS now" in texts.explain(seen)


def test_differences_of_a_count_are_listed_with_their_signs() -> None:
    found = [
        {"issuer": "EUR", "scale": 2, "counted": 500, "expected": 1000, "difference": -500},
        {"issuer": "USD", "scale": 2, "counted": 100, "expected": 100, "difference": 0},
        {"issuer": "BON", "scale": 0, "counted": 7, "expected": 0, "difference": 7},
    ]
    error = BocliError("difference.confirm")
    error.params["differences"] = found  # type: ignore[assignment]
    assert "-5.00 EUR and +7 BON" in texts.explain(error)


def test_codes_and_dates_that_nobody_knows_are_shown_as_they_came_and_clean() -> None:
    said = texts.explain(WrongState("day.wrong_state", {"state": "odd\x1b[2J", "wanted": "counting"}))
    assert "“odd\ufffd”" in said
    assert "“closing count”" in said
    assert "some day" in texts.explain(WrongState("day.stale", {"date": "some day"}))


def test_an_amount_for_a_screen_needs_no_language_to_be_named() -> None:
    set_language("de")
    assert texts.amount(123_456, Issuer("EUR", "Euro", "€", 2, "real"), "symbol") == "1.234,56 €"


def test_texts_without_babel_and_numbers_only_then() -> None:
    script = (
        "import sys; from core.texts import t, n, set_language; set_language('pl'); t('role.cashier');"
        "n('duration.minutes', 5); assert 'babel' not in sys.modules;"
        "n('duration.minutes', 5000); assert 'babel' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_catalogues_that_were_not_built_say_how_to_build_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from core.texts import catalogue

    monkeypatch.setattr(catalogue, "LOCALES", tmp_path)
    catalogue._catalogue.cache_clear()
    try:
        with pytest.raises(texts.TextsNotBuilt, match=re.escape("python -m locales.build")):
            t("role.cashier")
    finally:
        catalogue._catalogue.cache_clear()


def test_the_clock_can_be_held_and_is_let_go_again() -> None:
    with clock.frozen(MOMENT):
        assert clock.now() == MOMENT
        assert clock.today("Europe/Kyiv") == date(2026, 11, 24)
        assert clock.today("America/New_York") == date(2026, 11, 23)
    assert clock.now() != MOMENT
    with pytest.raises(ValueError, match="zone"), clock.frozen(MOMENT.replace(tzinfo=None)):
        pass
    assert clock.monotonic_s() <= clock.monotonic_s()
