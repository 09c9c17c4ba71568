"""The filter language against rows of a real database, saved views, and files that a spreadsheet opens."""

from __future__ import annotations

import stat
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audit.queries import audit_log
from core.clients import clients_select
from core.coins import coins_select
from core.db.keyset import Condition, Keyset
from core.errors import Invalid, NotFound, WrongState
from core.export import CannotExport
from core.lists import Field, SavedView, delete_view, narrow, parse, save_view, views
from core.staff.queries import my_actions_select, staff_actions_select
from core.xlsx import write_xlsx
from tests.books import Books

FIELDS = [
    Field("number", "No.", "number", "id"),
    Field("name", "Name", "text", "name"),
    Field("phone", "Phone", "text", "phone"),
    Field("kind", "Kind", "choice", "kind", (("individual", "individual"), ("business", "business"))),
    Field("active", "Active", "yes_no", "active", ((True, "yes"), (False, "no"))),
    Field("since", "Since", "moment", "created_at", zone="Europe/Berlin"),
]


def plain(keyset: Keyset, text: str) -> Keyset:
    return keyset.where("name email", "contains", text)


@pytest.fixture
def people(books: Books) -> Any:
    """Four clients, and who may list them."""
    for name in ("Ann One", "Bea Two", "Cyd, Three", "100% Four"):
        books.client(name=name)
    books.admin.execute("update book.client set phone = null where name = 'Cyd, Three'")
    books.admin.execute("update book.client set kind = 'business', active = false where name = 'Bea Two'")
    books.admin.execute("update book.client set created_at = '2026-03-28 23:30+00' where name = 'Ann One'")
    return books.world.as_staff(books.world.make_staff("administrator"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ann", {"Ann One"}),
        ("ANN one", {"Ann One"}),
        ("!ann !four", {"Bea Two", "Cyd, Three"}),
        ('name:"Cyd, Three"', {"Cyd, Three"}),
        ("name:=Ann", set()),
        ('name:="Ann One"', {"Ann One"}),
        ("name:100%", {"100% Four"}),
        ("name:%", {"100% Four"}),
        ("name:_", set()),
        ("name:ann,bea", {"Ann One", "Bea Two"}),
        ("!name:ann,bea", {"Cyd, Three", "100% Four"}),
        ("phone:", {"Cyd, Three"}),
        ("!phone: !name:four", {"Ann One", "Bea Two"}),
        ("kind:bus", {"Bea Two"}),
        ("!kind:business", {"Ann One", "Cyd, Three", "100% Four"}),
        ("active:no", {"Bea Two"}),
        ("since:2026-03-29", {"Ann One"}),
        ("since:2026-03-28", set()),
        ('since:"2026-03-29 00:30"', {"Ann One"}),
        ("since:<2026-03-29", set()),
        ("since:<=2026-03-29", {"Ann One"}),
        ("since:2026-03-29..2026-03-30", {"Ann One"}),
        ("since:>2026-03-29", {"Bea Two", "Cyd, Three", "100% Four"}),
        ("number:>999999", set()),
        ("number:..999999 four", {"100% Four"}),
    ],
)
def test_a_filter_finds_just_these(books: Books, people: Any, text: str, names: set[str]) -> None:
    mine = Keyset(clients_select).where("name", "in", ["Ann One", "Bea Two", "Cyd, Three", "100% Four"])
    found = narrow(mine, text, FIELDS, plain).page(people, None, 100)
    assert {row.name for row in found} == names


@pytest.mark.parametrize(
    ("text", "serials"),
    [
        ("balance:12.5", 1), ("balance:12.50..13", 1), ("balance:>12.50", 1), ("balance:>=12,50", 2),
        ("balance:12,50", 1), ("balance:12,5..13", 1), ("balance:=12.50,=1250", 2), ("balance:12.50,>1000", 2),
        ("balance:1250", 1), ("balance:1250..1250", 1), ("balance:0", 4), ("!balance:0", 2),
    ],
)  # fmt: skip
def test_money_is_compared_in_the_digits_of_its_own_unit(books: Books, text: str, serials: int) -> None:
    db, day, _ = books.open_day()
    first, second = books.client(), books.client()
    books.top_up(db, day.day_id, first, 1250)
    bonus = "update vault.account set balance = %s where id = (select wallet_account_id from book.coin where id = %s)"
    books.admin.execute(bonus, (1250, second.coins["BONUS"]))
    boss = books.world.as_staff(books.world.make_staff("administrator"))
    mine = Keyset(coins_select).where("client_id", "in", [first.id, second.id])
    try:
        found = narrow(mine, text, [Field("balance", "Balance", "money", "balance")], plain).page(
            boss, None, 99
        )
        assert len(found) == serials
    finally:
        books.admin.execute(bonus, (0, second.coins["BONUS"]))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('"open', "filter.quote"), ("nothing:5", "filter.unknown"), ("number:five", "filter.not_number"),
        ("number:NaN", "filter.not_number"), ("number:1e40", "filter.not_number"), ("number:..", "filter.range"),
        ("number:>", "filter.range"), ("since:tomorrow", "filter.not_moment"), ("kind:x", "filter.not_choice"),
        ("kind:", None), ("active:maybe", "filter.not_yes_no"), ("x" * 501, "filter.too_long"),
        ("since:9999-12-31", "filter.not_moment"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text: str, key: str | None) -> None:
    if key is None:
        narrow(Keyset(clients_select), text, FIELDS, plain)
        return
    with pytest.raises(Invalid) as error:
        narrow(Keyset(clients_select), text, FIELDS, plain)
    assert error.value.key == key


def test_a_columns_own_word_goes_before_anothers_title() -> None:
    twins = [Field("entity", "Name", "text", "kind"), Field("name", "Thing", "text", "name")]
    found = narrow(Keyset(clients_select), "name:ann", twins, plain)
    assert found == Keyset(clients_select).either((Condition(("name",), "contains", "ann"),))


@pytest.mark.parametrize("text", ["from:=127.0.0.1", "from:>1", "from:127", "from:", "!from:=x", "from:1..2"])
def test_an_address_is_asked_for_as_text(books: Books, text: str) -> None:
    boss = books.world.as_staff(books.world.make_staff("administrator"))
    fields = [Field("from", "From", "text", "from_addr")]
    for select in (audit_log, lambda: staff_actions_select(1), my_actions_select):
        narrow(Keyset(select), text, fields, plain).page(boss, None, 5)


@given(st.text(max_size=80))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
        narrow(Keyset(clients_select), text, FIELDS, plain)
    except Invalid:
        return


def test_views_are_ones_own_and_one_opens(books: Books) -> None:
    first = books.world.as_staff(books.world.make_staff("administrator"))
    other = books.world.as_staff(books.world.make_staff("administrator"))
    save_view(first, "clients", SavedView("mine", "ann", ("name", "phone"), "-name", opens=True))
    save_view(first, "clients", SavedView("other", opens=True))
    assert [(each.name, each.opens) for each in views(first, "clients")] == [("mine", False), ("other", True)]
    assert views(first, "clients")[0].columns == ("name", "phone")
    assert views(other, "clients") == ()
    with pytest.raises(NotFound):
        delete_view(other, "clients", "mine")
    delete_view(first, "clients", "mine")
    for number in range(49):
        save_view(first, "clients", SavedView(f"v{number}"))
    with pytest.raises(WrongState) as error:
        save_view(first, "clients", SavedView("one too many"))
    assert error.value.key == "view.too_many"
    for name in ("", "x" * 61, "a\nb"):
        with pytest.raises(Invalid):
            save_view(first, "clients", SavedView(name))


# Files.


def cells(row: Any) -> list[object]:
    return list(row)


def write(folder: Path, rows: list[Any], go_on: Any = lambda _: True) -> Any:
    return write_xlsx(folder, "x", ["a", "b"], [rows], cells, go_on, zone=ZoneInfo("Europe/Berlin"))


def sheet(path: Path, number: int = 1) -> str:
    with zipfile.ZipFile(path) as book:
        return book.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_a_spreadsheet_gets_numbers_and_dates_and_no_formula(tmp_path: Path) -> None:
    rows = [
        ["=HYPERLINK(\"http://x\")", Decimal("12.50")],
        ["@SUM(A1)", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)],
        ["http://x.example", date(2026, 11, 24)],
        [True, 123_456_789_012_345_678],
        ["\x1b[31m", None],
    ]  # fmt: skip
    made = write(tmp_path, rows)
    assert made is not None
    path, count = made
    assert count == 5
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    xml = sheet(path)
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    assert '<t>=HYPERLINK("http://x")</t>' in xml
    assert "<v>12.5</v>" in xml
    assert "123456789012345678" in xml
    assert "\x1b" not in xml
    assert "<v>46110.0625</v>" in xml  # 01:30 in Berlin, before the clocks went forward
    assert sorted(each.name for each in tmp_path.iterdir()) == [path.name]


def test_a_file_that_is_left_half_way_leaves_nothing(tmp_path: Path) -> None:
    assert write(tmp_path, [["a", 1]], lambda _: False) is None
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(full)], check=False).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        with pytest.raises(CannotExport):
            write(full, [["x" * 1000 + str(n), n] for n in range(2000)])
        assert list(full.iterdir()) == []
    finally:
        subprocess.run(["umount", str(full)], check=True)


MEMORY = """
import resource, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from core.staff.queries import my_actions_select, staff_actions_select
from core.xlsx import write_xlsx
windows = ([[n, "text", n] for n in range(2000)] for _ in range(int(sys.argv[2])))
write_xlsx(Path(sys.argv[1]), "x", ["a", "b", "c"], windows, list, lambda _: True, zone=ZoneInfo("UTC"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_stays_flat_however_long_the_list(tmp_path: Path) -> None:
    def peak_kib(windows: int) -> int:
        words = [sys.executable, "-c", MEMORY, str(tmp_path), str(windows)]
        return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)

    assert peak_kib(60) - peak_kib(3) < 4_096
