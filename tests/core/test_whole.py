"""The integrity check that a screen asks for: the same chains, through views, by who may read the log."""

from __future__ import annotations

import pytest

from core.audit.whole import check_log
from core.errors import NotAllowed
from tests.books import Books


def test_a_log_that_nobody_bent_is_whole(books: Books) -> None:
    db, day, _ = books.open_day()
    books.top_up(db, day.day_id, books.client(), 5_000)
    boss = books.world.as_staff(books.world.make_staff("administrator"))
    told: list[tuple[int, int]] = []
    found = check_log(boss, lambda *now: told.append(now) is None)
    assert found is not None
    assert found.findings == ()
    assert found.lines == told[-1][0] >= 10
    assert found.streams == books.one("select count(*) from vault.stream where seq > 0")


@pytest.mark.parametrize(
    ("tampering", "kind"),
    [
        ("update vault.log set what = 'x' where id = {id}", "line_changed"),
        ("update vault.log set at = at + interval '1 s' where id = {id}", "line_changed"),
        ("update vault.log set after = '{{}}' where id = {id}", "line_changed"),
        ("delete from vault.log where id = {id}", "chain_gap"),
        ("delete from vault.log where stream = 'system'", "rolled_back"),
    ],
)
def test_what_a_superuser_bent_is_found(books: Books, tampering: str, kind: str) -> None:
    boss = books.world.as_staff(books.world.make_staff("administrator"))
    line = books.one("select min(id) from vault.log where stream = 'system' and seq > 1")
    with books.admin.transaction(force_rollback=False):
        books.admin.execute("set local session_replication_role = replica")
        for trigger in ("append_only", "no_truncate"):
            books.admin.execute(f"alter table vault.log disable trigger {trigger}".encode())
        kept = books.admin.execute("select to_jsonb(l) from vault.log l where stream = 'system'").fetchall()
        assert kept
        books.admin.execute(tampering.format(id=line).encode())
        books.admin.execute("alter table vault.log enable always trigger append_only")
        books.admin.execute("alter table vault.log enable always trigger no_truncate")
    found = check_log(boss, lambda *_: True)
    assert found is not None
    assert kind in {each.kind for each in found.findings}, found.findings


def test_leaving_ends_it(books: Books) -> None:
    boss = books.world.as_staff(books.world.make_staff("administrator"))
    assert check_log(boss, lambda *_: False) is None


def test_who_may_not_read_the_log_checks_nothing(books: Books) -> None:
    cashier = books.world.as_staff(books.world.make_staff("cashier"))
    with pytest.raises(NotAllowed):
        check_log(cashier, lambda *_: True)
