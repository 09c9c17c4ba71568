"""The trial balance: every kind of account in every issuer, debits beside credits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class TrialLine:
    """The accounts of one kind in one issuer: their balance in minor units, on the side where it stands."""

    issuer: str
    scale: int
    kind: str
    side: str
    accounts: int
    debit: int
    credit: int


def trial_balance(connection: psycopg.Connection[Any]) -> list[TrialLine]:
    """One line for each issuer and kind of account there is; debits equal credits in each issuer."""
    rows = connection.execute(
        "select i.code, i.scale, k.kind, k.side, count(*), sum(a.debit_sign * b.balance)::bigint "
        "from vault.account a join vault.account_kind k on k.kind = a.kind "
        "join book.issuer i on i.id = a.issuer_id cross join lateral ("
        "  select a.balance + coalesce("
        "           (select sum(s.balance) from vault.stripe s where s.account_id = a.id), 0) as balance) b "
        "group by i.position, i.id, i.code, i.scale, k.kind, k.side "
        "order by i.position, i.id, "
        "array_position(array['asset', 'liability', 'equity', 'income', 'expense'], k.side), k.kind"
    ).fetchall()
    return [
        TrialLine(issuer, scale, kind, side, accounts, max(signed, 0), max(-signed, 0))
        for issuer, scale, kind, side, accounts, signed in rows
    ]


def totals(lines: list[TrialLine]) -> dict[str, tuple[int, int]]:
    """Debits and credits of each issuer."""
    sums: dict[str, tuple[int, int]] = {}
    for line in lines:
        debit, credit = sums.get(line.issuer, (0, 0))
        sums[line.issuer] = (debit + line.debit, credit + line.credit)
    return sums
