"""Amounts as people write and read them, and arithmetic that loses nothing."""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.money import (
    MAX_MINOR,
    Issuer,
    Rounding,
    divide,
    format_amount,
    marks_of,
    parse_amount,
    percent_of,
    split,
    times,
)
from core.texts import LANGUAGES

languages = st.sampled_from(sorted(LANGUAGES))
scales = st.integers(0, 8)


def unit(scale: int, code: str = "EUR", symbol: str = "€") -> Issuer:
    return Issuer(code, code, symbol, scale, "real")


def refused(written: str, scale: int = 2, language: str = "en") -> str:
    with pytest.raises(Invalid) as caught:
        parse_amount(written, unit(scale), language)
    return caught.value.key


@settings(deadline=None, max_examples=600)
@given(st.integers(1, MAX_MINOR), scales, languages, st.sampled_from(["code", "symbol", "none"]))
def test_what_is_shown_can_be_typed_back_in_every_language_and_scale(
    minor: int, scale: int, language: str, shown_as: str
) -> None:
    issuer = unit(scale)
    assert parse_amount(format_amount(minor, issuer, language, shown_as), issuer, language) == minor


@settings(deadline=None, max_examples=300)
@given(st.integers(1, MAX_MINOR), scales, languages)
def test_plain_digits_with_either_keypad_mark_mean_the_same_in_every_language(
    minor: int, scale: int, language: str
) -> None:
    whole, fraction = divmod(minor, 10**scale)
    if scale == 3 and whole < 1000:
        whole += 1000  # such short ones with three digits may be ambiguous, see below
        minor = whole * 1000 + fraction
    if minor > MAX_MINOR:
        return
    for mark in ".,٫":
        written = f"{whole}{mark}{fraction:0{scale}d}" if scale else str(whole)
        assert parse_amount(written, unit(scale), language) == minor


@settings(deadline=None, max_examples=500)
@given(st.text(st.sampled_from("0123456789.,' \u00a0\u202f٬٫٣-−+EURe"), max_size=14), scales, languages)
def test_anything_else_is_refused_with_a_reason_and_never_becomes_another_amount(
    written: str, scale: int, language: str
) -> None:
    issuer = unit(scale)
    try:
        minor = parse_amount(written, issuer, language)
    except Invalid:
        return
    digits = "".join(str(int(char)) for char in written if char.isdigit())
    # What was read has the digits that were written, nothing rounded and nothing dropped but zeros.
    assert str(minor).rstrip("0") == digits.lstrip("0").rstrip("0")


@pytest.mark.parametrize(
    ("written", "language", "scale", "minor"),
    [
        ("12", "en", 2, 1200),
        ("12.5", "en", 2, 1250),
        ("12,5", "en", 2, 1250),
        ("12.50", "de", 2, 1250),
        (".5", "en", 2, 50),
        ("1.234,56", "de", 2, 123456),
        ("1.234,56", "en", 2, 123456),
        ("1,234.56", "de", 2, 123456),
        ("1 234,56", "uk", 2, 123456),
        ("1\u00a0234,56", "pl", 2, 123456),
        ("1\u202f234,56", "pl", 2, 123456),
        ("1'234.50", "de", 2, 123450),
        ("1’234’567", "de", 2, 123456700),
        ("1.234.567", "de", 2, 123456700),
        ("1,234,567", "uk", 2, 123456700),
        ("1.234", "de", 2, 123400),
        ("1,234", "en", 2, 123400),
        ("1.234", "en", 3, 1234),
        ("1,234", "de", 3, 1234),
        ("0.123", "de", 3, 123),
        ("1234.567", "de", 3, 1234567),
        ("1.234,000", "de", 3, 1234000),
        ("١٢٫٥٠", "ar", 2, 1250),
        ("١٬٢٣٤٫٥٠", "ar", 2, 123450),
        ("۱۲", "en", 2, 1200),
        ("€ 12", "en", 2, 1200),
        ("12 eur", "en", 2, 1200),
        ("EUR12.30", "en", 2, 1230),
        ("  7  ", "en", 0, 7),
        ("0.00000001", "en", 8, 1),
    ],
)
def test_amounts_are_read_as_their_writer_means_them(
    written: str, language: str, scale: int, minor: int
) -> None:
    assert parse_amount(written, unit(scale), language) == minor


@pytest.mark.parametrize(
    ("written", "language", "scale", "key"),
    [
        ("", "en", 2, "amount.empty"),
        ("   ", "en", 2, "amount.empty"),
        ("EUR", "en", 2, "amount.empty"),
        ("abc", "en", 2, "amount.not_number"),
        ("12 USD", "en", 2, "amount.not_number"),
        ("1e5", "en", 2, "amount.not_number"),
        ("+5", "en", 2, "amount.not_number"),
        ("12.", "en", 2, "amount.not_number"),
        ("1..2", "en", 2, "amount.not_number"),
        ("12,34.5", "en", 2, "amount.not_number"),
        ("1,2345,678", "en", 2, "amount.not_number"),
        ("1 23", "uk", 2, "amount.not_number"),
        ("1 234'567", "uk", 2, "amount.not_number"),
        ("१२", "en", 2, "amount.not_number"),
        ("½", "en", 2, "amount.not_number"),
        ("9" * 100, "en", 2, "amount.not_number"),
        ("-5", "en", 2, "amount.negative"),
        ("−5", "en", 2, "amount.negative"),
        ("EUR -0.01", "en", 2, "amount.negative"),
        ("0", "en", 2, "amount.zero"),
        ("0.00", "en", 2, "amount.zero"),
        ("1.234", "en", 2, "amount.too_many_digits"),
        ("1.234", "uk", 2, "amount.too_many_digits"),
        ("1,234", "de", 2, "amount.too_many_digits"),
        ("1.500", "pl", 2, "amount.too_many_digits"),
        ("12.5", "en", 0, "amount.too_many_digits"),
        ("1.234", "de", 3, "amount.ambiguous"),
        ("1,234", "en", 3, "amount.ambiguous"),
        ("12.345", "de", 8, "amount.ambiguous"),
        ("10000000000000.01", "en", 2, "amount.too_large"),
        ("99999999999999999999", "en", 2, "amount.too_large"),
    ],
)
def test_what_is_no_amount_or_could_be_two_is_refused(
    written: str, language: str, scale: int, key: str
) -> None:
    assert refused(written, scale, language) == key


def test_the_largest_amount_is_still_taken_and_zero_where_it_is_asked_for() -> None:
    assert parse_amount("10000000000000.00", unit(2)) == MAX_MINOR
    assert parse_amount("0", unit(2), zero_allowed=True) == 0


def test_an_issuers_own_digits_are_named_when_there_are_too_many() -> None:
    with pytest.raises(Invalid) as caught:
        parse_amount("1.2345", unit(2, "BON"))
    assert caught.value.params == {"scale": 2, "issuer": "BON"}


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "-1,234,567.80 EUR"),
        ("uk", "-1\u00a0234\u00a0567,80 EUR"),
        ("de", "-1.234.567,80 EUR"),
        ("pl", "-1\u00a0234\u00a0567,80 EUR"),
        ("ar", "-1,234,567.80 EUR"),
    ],
)
def test_an_amount_is_grouped_as_its_readers_group(language: str, shown: str) -> None:
    assert format_amount(-123456780, unit(2), language) == shown


def test_an_issuer_without_digits_or_with_eight_shows_exactly_those() -> None:
    assert format_amount(1234, unit(0, "BON", ""), "en", "symbol") == "1,234 BON"
    assert format_amount(1, unit(8), "en", "none") == "0.00000001"
    with pytest.raises(ValueError, match="scale"):
        unit(9)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_decimal_and_grouping_marks_differ_in_every_language(language: str) -> None:
    decimal, group = marks_of(language)
    assert decimal != group
    assert len(decimal) == len(group) == 1


DECIMAL = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.FLOOR: ROUND_FLOOR,
    Rounding.CEILING: ROUND_CEILING,
}


@settings(deadline=None, max_examples=500)
@given(
    st.integers(-(10**9), 10**9),
    st.sampled_from([2, 4, 5, 8, 10, 16, -2, -20]),
    st.sampled_from(list(Rounding)),
)
def test_rounding_agrees_with_decimal_arithmetic(
    numerator: int, denominator: int, rounding: Rounding
) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    assert divide(numerator, denominator, rounding) == int(exact.quantize(Decimal(1), DECIMAL[rounding]))


def test_every_rounding_is_named_and_does_what_its_name_says() -> None:
    halves = {rounding: [divide(five, 10, rounding) for five in (5, 15, -5, -15)] for rounding in Rounding}
    assert halves == {
        Rounding.HALF_UP: [1, 2, -1, -2],
        Rounding.HALF_EVEN: [0, 2, 0, -2],
        Rounding.UP: [1, 2, -1, -2],
        Rounding.DOWN: [0, 1, 0, -1],
        Rounding.FLOOR: [0, 1, -1, -2],
        Rounding.CEILING: [1, 2, 0, -1],
    }
    with pytest.raises(ZeroDivisionError):
        divide(1, 0, Rounding.DOWN)


def test_rates_and_percents_are_exact_until_the_one_named_rounding() -> None:
    assert percent_of(10_001, Decimal("2.5"), Rounding.HALF_UP) == 250
    assert percent_of(10_020, Decimal("2.5"), Rounding.HALF_UP) == 251
    assert times(10_000, Decimal("0.9034567891"), Rounding.FLOOR, from_scale=2, to_scale=2) == 9_034
    assert times(10_000, Decimal("1.5"), Rounding.FLOOR, from_scale=2, to_scale=0) == 150
    assert times(3, Decimal("0.333"), Rounding.CEILING, from_scale=0, to_scale=8) == 99_900_000


@settings(deadline=None, max_examples=500)
@given(st.integers(0, MAX_MINOR), st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_a_split_adds_up_and_no_part_is_a_unit_off_its_share(minor: int, weights: list[int]) -> None:
    parts = split(minor, weights)
    total = sum(weights)
    assert sum(parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert 0 <= part - minor * weight // total <= 1


def test_what_does_not_divide_goes_to_the_largest_parts_first() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(101, [1, 2, 3]) == [16, 34, 51]
    assert split(2, [1, 5, 1]) == [0, 2, 0]
    assert split(0, [3, 1]) == [0, 0]
    for bad in ([], [0, 0], [1, -1]):
        with pytest.raises(ValueError, match="split"):
            split(1, bad)
    with pytest.raises(ValueError, match="split"):
        split(-1, [1])
