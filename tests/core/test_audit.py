"""What the audit says, how much of it, and what it costs."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator

import pytest

from core import audit, texts
from core.audit.chain import head_0, iso, line_hash
from core.audit.findings import KEPT
from core.text import cells
from tests.books import Books


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    texts.set_language("en")


def grow(books: Books, lines: int) -> None:
    """So many more lines in one stream of the log, written by what always writes them."""
    books.admin.execute(
        "do $$ begin for i in 1.."
        + str(lines)
        + " loop perform vault.log_write('system', row(null, null, 'system', 'system', null)::auth.actor, "
        "'test.line', 'test', i::text, jsonb_build_object('was', i), jsonb_build_object('is', i + 1)); "
        "end loop; end $$"
    )


def test_hashes_are_these_and_no_others() -> None:
    """Vectors made by hand (sha256sum), so that neither side can change what both agree on."""
    assert head_0(b"day:1").hex() == "54e638dcfa65754d6fd8e3a84295d607491e7e3991d2c6252939224be8c20a63"
    parts = (b"s", b"1", None, b"", "ä".encode())
    assert line_hash(bytes(32), parts).hex() == (
        "bb864d3763789557f6d3d10b41a1b5000a2b361348d4ec76fc97b1447a016534"
    )
    assert iso(b"2026-11-23 07:10:50.5+00") == b"2026-11-23T07:10:50.500000"
    assert iso(b"2026-11-23 07:10:50+00") == b"2026-11-23T07:10:50.000000"


def test_it_says_what_it_looked_at(books: Books) -> None:
    seen: list[tuple[int, int]] = []
    found = audit.verify(books.admin, progress=lambda done, total: seen.append((done, total)))
    assert found.ok
    assert seen[-1] == (found.lines, found.lines)
    assert found.streams == books.one("select count(*) from vault.stream")
    for language in texts.LANGUAGES:
        texts.set_language(language)
        said = audit.verification_text(found, 60)
        assert "audit." not in said
        assert all(cells(line) <= 60 for line in said.splitlines())


def test_the_root_changes_with_every_line(books: Books) -> None:
    before = audit.verify(books.admin).root
    assert audit.verify(books.admin).root == before
    grow(books, 1)
    assert audit.verify(books.admin).root != before


def test_every_kind_of_finding_has_its_words() -> None:
    """The words of each finding want only what the finding carries."""
    from core.audit.books import LEDGER, LOG, PEOPLE
    from core.audit.days import DAYS
    from core.audit.operations import OPERATIONS
    from core.audit.waiting import WAITING

    for rule in (*LOG, *LEDGER, *PEOPLE, *DAYS, *OPERATIONS, *WAITING):
        for language in texts.LANGUAGES:
            texts.set_language(language)
            assert texts.has(f"audit.finding.{rule.kind}"), rule.kind


def test_a_ruined_log_does_not_fill_the_memory(books: Books) -> None:
    grow(books, KEPT + 200)
    with books.admin.transaction(force_rollback=True):
        books.admin.execute("set transaction isolation level repeatable read")
        books.admin.execute("alter table vault.log disable trigger all")
        books.admin.execute("update vault.log set what = 'x' where stream = 'system'")
        found = audit.verify(books.admin)
    assert len(found.findings) == KEPT
    assert sum(found.by_kind.values()) > KEPT
    assert audit.verification_text(found).count("\n") >= KEPT
    books.assert_right()


def test_fast_and_flat(books: Books) -> None:
    grow(books, 4_000)

    def peak() -> int:
        tracemalloc.start()
        try:
            audit.verify(books.admin)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak()
    small = peak()
    grow(books, 12_000)
    assert peak() < small * 1.25
    began, cpu = time.monotonic(), time.process_time()
    found = audit.verify(books.admin)
    assert found.lines > 16_000
    # Of our own time; the server's is apart and runs beside it.
    assert found.lines / (time.process_time() - cpu) > 25_000
    assert time.monotonic() - began < 30


def test_trial_balance(books: Books) -> None:
    desk, cashier = books.till()
    wallet = books.wallet()
    day = books.start(cashier, desk)
    books.put(cashier, day, wallet, 100_00)
    lines = audit.trial_balance(books.admin)
    totals = audit.totals(lines)
    assert totals["EUR"] == (1_000_00 + 101_00, 1_000_00 + 101_00)
    by_kind = {line.kind: line for line in lines if line.issuer == "EUR"}
    assert by_kind["CASH"].debit == 1_101_00
    assert by_kind["WALLET"].credit == 100_00
    assert by_kind["COMMISSION"].credit == 1_00
    assert by_kind["BANK_OWN"].credit == 1_000_00
    for language in texts.LANGUAGES:
        texts.set_language(language)
        shown = audit.trial_balance_text(lines, 60)
        assert all(cells(line) <= 60 for line in shown.splitlines())
        assert "1101" in shown.replace(",", "").replace(".", "").replace("\u00a0", "").replace(" ", "")
