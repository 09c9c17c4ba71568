"""What `core.text` lets through, and how right-to-left text is shown."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core import text
from core.text import cells, clean, clean_lines, visual, visual_lines, wrap

FORBIDDEN = {"Cc", "Cs", "Co", "Zl", "Zp"}
JOINERS = "\u200c\u200d"

# Text as attackers and broken files write it: much of it controls, marks and things that do not show.
nasty = st.text(
    st.one_of(
        st.sampled_from(
            "\x1b\x9b\x9d\x90\x98\x9e\x9f\x9c\x07\\[]()PX^_mHK;?0123456789 abc\r\n\t\x00\x7f\x85\u2028"
        ),
        st.sampled_from(
            "\u200b\u200c\u200d\u200e\u202e\u2066\u2069\u061c\ufeff\u00ad\ufe0f\U000e0041\u3164\u2800"
        ),
        st.sampled_from(
            "\u0301\u0308\u20dd\u0903\u1161\u11a8\uac00\u212b\u0958\u4e00\u0645\u0627\u0915\U0001f600"
        ),
        st.characters(),
        st.characters(categories=("Cs", "Co", "Cf", "Cc", "Mn", "Me", "Mc")),
    )
)


def harmless(line: str) -> bool:
    return not any(
        unicodedata.category(char) in FORBIDDEN
        or (unicodedata.category(char) == "Cf" and char not in JOINERS)
        or ord(char) & 0xFFFE == 0xFFFE
        or "\ufdd0" <= char <= "\ufdef"
        for char in line
    )


def longest_run_of_marks(line: str) -> int:
    longest = run = 0
    for char in line:
        run = run + 1 if cells(char) == 0 and char not in JOINERS else 0
        longest = max(longest, run)
    return longest


@settings(deadline=None, max_examples=600)
@given(nasty)
@example("\x1b]0;\x1b[")
@example("\u0915\u200d\u200d\u0915")
@example("a\u200b\u0301")
@example("\u1112\u1161\u200b\u11ab")
def test_nothing_that_acts_on_a_terminal_comes_through_and_cleaning_again_changes_nothing(raw: str) -> None:
    once = clean(raw)
    assert harmless(once)
    assert "\n" not in once
    assert longest_run_of_marks(once) <= text.MARKS_LIMIT
    assert clean(once) == once


@settings(deadline=None, max_examples=300)
@given(nasty)
def test_many_lines_are_as_harmless_and_keep_only_line_feeds(raw: str) -> None:
    once = clean_lines(raw)
    assert all(harmless(line) for line in once.split("\n"))
    assert clean_lines(once) == once


@settings(deadline=None, max_examples=300)
@given(nasty, st.integers(1, 12))
def test_a_limit_is_kept_in_cells_and_cutting_again_changes_nothing(raw: str, limit: int) -> None:
    once = clean(raw, limit)
    assert cells(once) <= limit
    assert clean(once, limit) == once
    assert cells(clean_lines(raw, limit).replace("\n", "")) <= limit


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("a\x1b[31mred\x1b[0m", "a\ufffdred\ufffd"),
        ("x\x1b]0;title\x07y", "x\ufffdy"),
        ("x\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "x\ufffdlink\ufffd"),
        ("x\x1b]0;unfinished", "x\ufffd"),
        ("x\x1bPq#0;2;0;0;0\x1b\\y", "x\ufffdy"),
        ("x\x1b_app\x9cy\x1b^pm\x1b\\z\x1bXsos\x1b\\w", "x\ufffdy\ufffdz\ufffdw"),
        ("\x9b31mA\x9d0;t\x9cB", "\ufffdA\ufffdB"),
        ("\x1bc\x1b(0\x1b#8", "\ufffd\ufffd\ufffd"),
        ("end\x1b", "end\ufffd"),
        ("a\x00b\x7fc\x08d", "a\ufffdb\ufffdc\ufffdd"),
        ("one\r\ntwo\tthree\u2028four\x85five", "one two three four five"),
        ("\u202aphone +380501234567\u202c", "phone +380501234567"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("so\u00adft ze\u200bro \ufeffbom \u2060joiner", "soft zero bom joiner"),
        ("tag\U000e0001\U000e0041\U000e007f variation\ufe0f", "tag variation"),
        ("note\ufff9x\ufffay\ufffb", "notexy"),
        ("lone\ud800surrogate", "lone\ufffdsurrogate"),
        ("pair\ud83d\ude00", "pair\U0001f600"),
        ("non\ufffe\ufdd0character", "non\ufffd\ufffdcharacter"),
        ("private\ue000", "private\ufffd"),
        ("blank\u3164name\u2800x\u00a0y\u3000z", "blankname x y z"),
        ("e\u0301 \u0301", "é \u0301"),
        ("\u0301leads", "\ufffdleads"),
        ("z" + "\u0337" * 50, "z" + "\u0337" * text.MARKS_LIMIT),
        ("a\u200db", "ab"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\u0645\u200c", "\u0645"),
        ("Łódź Київ Straße محمد", "Łódź Київ Straße محمد"),
        ("[bold]markup[/] {braces} %s", "[bold]markup[/] {braces} %s"),
    ],
)
def test_each_kind_of_hostile_text_becomes_what_the_rules_say(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_lines_are_kept_apart_and_an_unfinished_sequence_hides_only_its_own_line() -> None:
    assert clean_lines("a\x1b]0;hidden\nb\tc\r\nd\u2029e") == "a\ufffd\nb    c\nd\ne"
    assert clean_lines("a\n\u0301b") == "a\n\ufffdb"


def test_a_cut_line_ends_in_an_ellipsis_and_a_wide_letter_is_not_halved() -> None:
    assert clean("abcdef", 4) == "abc…"
    assert clean("漢字漢字", 4) == "漢…"
    assert clean("abcd", 4) == "abcd"


def test_a_gigantic_text_is_bounded_before_it_is_looked_at() -> None:
    assert cells(clean("\x1b[" * 5_000_000)) <= text.LINE_LIMIT
    assert len(clean_lines("\n" * 5_000_000)) <= text.TEXT_LIMIT + 1


def test_ordinary_text_is_returned_as_the_same_object_without_work() -> None:
    for name in ("John Smith", "Іваненко Олена", "Łukasz Żółć", "محمد علي", "1 234,50 €"):
        assert clean(name) is name


def test_arabic_is_joined_and_set_from_right_to_left() -> None:
    assert visual("محمد") == "ﺪﻤﺤﻣ"
    assert visual("لا") == "ﻻ"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("الفرق: -12.50 EUR", "-12.50 EUR :ﻕﺮﻔﻟﺍ"),
        ("هاتف +380 50 123 45 67 (EUR)", "(EUR) +380 50 123 45 67 ﻒﺗﺎﻫ"),
        ("يوم 2026-11-23 14:05 فتح", "ﺢﺘﻓ 2026-11-23 14:05 ﻡﻮﻳ"),
        ("EUR: رصيد", "ﺪﻴﺻﺭ :EUR"),
        ("  رصيد ", "  ﺪﻴﺻﺭ "),
    ],
)
def test_sums_dates_and_phones_stay_readable_inside_arabic(line: str, shown: str) -> None:
    assert visual(line, "ar") == shown


def test_an_arabic_name_in_an_english_sentence_does_not_turn_the_sentence_round() -> None:
    assert visual("Client محمد, 12 EUR!", "en") == "Client ﺪﻤﺤﻣ, 12 EUR!"
    assert visual("שלום", "en") == "םולש"


def test_the_terminal_may_be_left_to_order_by_itself() -> None:
    text.set_rtl("terminal")
    try:
        assert visual("محمد", "ar") == "محمد"
    finally:
        text.set_rtl("program")
    assert visual("محمد", "ar") != "محمد"


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("محمدعليلالله שלום abc 12.50 EUR-+(،؛)؟؟\u4dc0")))
def test_ordering_never_makes_a_line_wider_and_sends_no_control(raw: str) -> None:
    line = clean(raw)
    shown = visual(line, "ar")
    assert cells(shown) <= cells(line)
    assert harmless(shown)


def test_wrapped_arabic_reads_from_the_top_and_stands_at_the_right() -> None:
    lines = visual_lines("الرصيد المتاح في المحفظة", 12, "ar")
    assert [cells(line) for line in lines] == [12] * len(lines)
    assert lines[0].strip() == visual("الرصيد", "ar")
    assert visual_lines("one two three", 8) == ["one two", "three"]


@given(st.text(st.sampled_from("ab漢 \n"), max_size=40), st.integers(2, 9))
def test_wrapping_keeps_every_letter_and_the_width(raw: str, width: int) -> None:
    lines = wrap(raw, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == raw.replace(" ", "").replace("\n", "")


def test_what_orders_is_not_loaded_for_languages_that_do_not_need_it() -> None:
    script = (
        "import sys; from core.text import clean, visual; visual(clean('Київ \\x1b[1m Łódź'), 'uk');"
        "assert not {'bidi', 'arabic_reshaper', 'babel'} & set(sys.modules); visual('محمد');"
        "assert 'bidi' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
