"""What must be true of the books, one query a rule.

Each query gives the rows that break it; its columns are the parameters of the finding. They read tables only,
none of the functions that write them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    from core.audit.findings import Findings


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the books: the kind of finding when it is broken, and what finds the breaches."""

    kind: str
    breaches: str


LOG = (
    Rule(
        "head_wrong",
        """
        select s.stream, s.seq
          from vault.stream s
          left join vault.log l on l.stream = s.stream and l.seq = s.seq
         where l.hash is distinct from s.head
            or exists (select from vault.log n where n.stream = s.stream and n.seq > s.seq)
        union all
        select l.stream, l.seq from vault.log l
         where l.seq = 1 and not exists (select from vault.stream s where s.stream = l.stream)
        """,
    ),
    Rule(
        "operation_unlogged",
        """
        select o.id as operation, o.kind as what
          from vault.operation o
         where o.batch_id is null
           and not exists (select from vault.log l
                            where l.entity = 'operation' and l.entity_id = o.id::text and not l.refused)
        union all
        -- Numbers of JSON are compared as such: nothing in a bent line can stop the audit.
        select o.id, o.kind
          from vault.operation o
         where o.batch_id is not null
           and not exists (select from vault.log l
                            where l.entity = 'batch' and l.entity_id = o.batch_id::text and not l.refused
                              and to_jsonb(o.id) between l.after -> 'first' and l.after -> 'last')
        """,
    ),
    Rule(
        "operation_logged_twice",
        """
        select entity_id as operation, count(*) as lines
          from vault.log where entity = 'operation' and not refused
         group by entity_id having count(*) > 1
        """,
    ),
    Rule(
        "batch_logged_twice",
        """
        select entity_id as batch, count(*) as lines
          from vault.log where entity = 'batch' and not refused
         group by entity_id having count(*) > 1
        """,
    ),
)

LEDGER = (
    Rule(
        "posting_orphan",
        """
        select p.operation_id as operation, p.line
          from vault.posting p
         where not exists (select from vault.operation o where o.id = p.operation_id)
        """,
    ),
    Rule(
        "posting_mixed",
        """
        select p.operation_id as operation, p.line
          from vault.posting p
          join vault.operation o on o.id = p.operation_id
          left join vault.account d on d.id = p.debit_account_id
          left join vault.account c on c.id = p.credit_account_id
          left join vault.operation r on r.id = o.reverses_id
         where p.issuer_id <> o.issuer_id and 'exchange' not in (o.kind, coalesce(r.kind, ''))
            or p.booked_on <> o.booked_on or p.amount <= 0
            or d.issuer_id is distinct from p.issuer_id or c.issuer_id is distinct from p.issuer_id
        """,
    ),
    Rule(
        "posting_forbidden",
        """
        select u.what, u.debit, u.credit, u.operation
          from (select o.kind as what, d.kind as debit, c.kind as credit, min(o.id) as operation
                  from vault.posting p
                  join vault.operation o on o.id = p.operation_id
                  join vault.account d on d.id = p.debit_account_id
                  join vault.account c on c.id = p.credit_account_id
                 group by o.kind, d.kind, c.kind) u
         where not exists (select from vault.posting_kind k
                            where k.operation_kind = u.what and k.debit_kind = u.debit
                              and k.credit_kind = u.credit)
        """,
    ),
    Rule(
        "operation_empty",
        """
        select o.id as operation, o.kind as what
          from vault.operation o
         where not exists (select from vault.posting p where p.operation_id = o.id)
        """,
    ),
    Rule(
        "balance_wrong",
        """
        with moved as (
          select id, sum(debit) as debit, sum(credit) as credit
            from (select debit_account_id as id, sum(amount) as debit, 0 as credit
                    from vault.posting group by 1
                  union all
                  select credit_account_id, 0, sum(amount) from vault.posting group by 1) m
           group by id),
        striped as (select account_id, sum(balance) as balance from vault.stripe group by account_id)
        select a.id as account, a.kind as what, a.balance + coalesce(s.balance, 0) as balance,
               a.debit_sign * (coalesce(m.debit, 0) - coalesce(m.credit, 0)) as postings
          from vault.account a
          left join moved m on m.id = a.id
          left join striped s on s.account_id = a.id
         where a.balance + coalesce(s.balance, 0)
               <> a.debit_sign * (coalesce(m.debit, 0) - coalesce(m.credit, 0))
            or (a.striped and a.balance <> 0) or (not a.striped and s.balance is not null)
        """,
    ),
    Rule(
        "account_wrong",
        """
        select a.id as account, a.kind as what
          from vault.account a
          join vault.account_kind k on k.kind = a.kind
         where a.striped <> k.striped or (k.never_below_zero and a.floor is distinct from 0)
            or a.debit_sign <> case when k.side in ('asset', 'expense') then 1 else -1 end
        """,
    ),
    Rule(
        "below_floor",
        "select id as account, kind as what, balance, floor from vault.account where balance < floor",
    ),
    # Operations that touch such an account hold the lock that orders them (a coin, a desk's day) before they
    # take their number, so the order of numbers is the order of balances.
    Rule(
        "balance_after_wrong",
        """
        select account, what, operation, line, after, expected
          from (select m.account, a.kind as what, m.operation, m.line, m.after,
                       coalesce(lag(m.after) over w, 0)::numeric + a.debit_sign * m.moved as expected
                  from (select debit_account_id as account, operation_id as operation, line,
                               debit_after as after, amount as moved
                          from vault.posting
                        union all
                        select credit_account_id, operation_id, line, credit_after, -amount
                          from vault.posting) m
                  join vault.account a on a.id = m.account
                 where not a.striped and a.kind in ('CASH', 'WALLET', 'HOLD', 'OVER', 'SHORT')
                window w as (partition by m.account order by m.operation, m.line)) x
         where after is distinct from expected
        """,
    ),
    Rule(
        "totals_wrong",
        """
        select coalesce(t.day_id, o.day_id) as day, coalesce(t.operation_kind, o.kind) as what,
               coalesce(t.pieces, 0) as pieces, coalesce(o.pieces, 0) as counted
          from vault.day_total t
          full join (select day_id, kind, issuer_id, count(*) as pieces, sum(amount) as amount,
                            sum(commission) as commission
                       from vault.operation where day_id is not null group by 1, 2, 3) o
            on o.day_id = t.day_id and o.kind = t.operation_kind and o.issuer_id = t.issuer_id
         where t.pieces is distinct from o.pieces or t.amount is distinct from o.amount
            or t.commission is distinct from o.commission
        """,
    ),
    Rule(
        "uncovered",
        """
        select i.code as issuer, m.owed, m.covered
          from (select a.issuer_id,
                       sum(a.debit_sign * -1 * b.balance) filter (where k.client_money) as owed,
                       sum(b.balance) filter (
                         where a.kind in ('BANK_SAFEGUARDED', 'CASH', 'VAULT', 'TRANSIT')) as covered
                  from vault.account a
                  join vault.account_kind k on k.kind = a.kind
                  cross join lateral (
                    select a.balance + coalesce((select sum(s.balance) from vault.stripe s
                                                  where s.account_id = a.id), 0) as balance) b
                 group by a.issuer_id) m
          join book.issuer i on i.id = m.issuer_id
         where i.kind = 'real' and coalesce(m.owed, 0) > coalesce(m.covered, 0)
        """,
    ),
    Rule(
        "transit_left",
        "select id as account, balance from vault.account where kind = 'TRANSIT' and balance <> 0",
    ),
)

PEOPLE = (
    Rule(
        "coin_account_wrong",
        """
        select c.serial as coin
          from book.coin c
          left join vault.account w on w.id = c.wallet_account_id
          left join vault.account h on h.id = c.hold_account_id
         where (w.kind, w.owner_id, w.issuer_id) is distinct from ('WALLET', c.id, c.issuer_id)
            or (h.kind, h.owner_id, h.issuer_id) is distinct from ('HOLD', c.id, c.issuer_id)
        """,
    ),
    Rule(
        "desk_account_wrong",
        """
        select k.name as desk, i.code as issuer
          from book.desk_currency c
          join book.desk k on k.id = c.desk_id
          join book.issuer i on i.id = c.issuer_id
          left join vault.account a on a.id = c.cash_account_id
         where (a.kind, a.owner_id, a.issuer_id) is distinct from ('CASH', c.desk_id::bigint, c.issuer_id)
        """,
    ),
    # Each operation counts in every period, so what a longer period holds is never less than a shorter one's,
    # and a life holds them all.
    Rule(
        "limit_wrong",
        """
        select coalesce(u.client_id, o.client_id) as client, coalesce(u.operation_kind, o.kind) as what,
               coalesce(u.pieces[6], 0) as pieces, coalesce(o.pieces, 0) as counted
          from book.limit_used u
          full join (select client_id, kind, issuer_id, count(*) as pieces, sum(amount) as amount
                       from (select o.client_id, o.kind, o.issuer_id, o.amount
                               from vault.operation o
                              where o.client_id is not null and o.of_id is null and o.reverses_id is null
                                and o.kind in (select k.kind from book.priced_kind k)
                                and not exists (select from vault.operation r where r.reverses_id = o.id)
                             union all
                             -- What is set aside counts from then on, unless it was given back.
                             select h.client_id, h.kind, h.issuer_id, h.amount
                               from book.hold h
                              where h.counted_on is not null and h.state <> 'released'
                                and not exists (select from vault.operation r
                                                 where r.of_id = h.ended_operation_id
                                                   and r.kind = 'redeem_taken_back')) as counted
                      group by 1, 2, 3) o
            on o.client_id = u.client_id and o.kind = u.operation_kind and o.issuer_id = u.issuer_id
         where coalesce(u.pieces[6], 0) <> coalesce(o.pieces, 0) or coalesce(u.amounts[6], 0) <> coalesce(o.amount, 0)
            or not (u.amounts[1] <= u.amounts[2] and u.amounts[2] <= u.amounts[6]
                    and u.amounts[1] <= u.amounts[3] and u.amounts[3] <= u.amounts[4]
                    and u.amounts[4] <= u.amounts[5] and u.amounts[5] <= u.amounts[6])
        """,
    ),
    Rule(
        "operation_unasked",
        """
        select o.id as operation, o.kind as what
          from vault.operation o
         where o.kind in ('cash_top_up', 'cash_withdrawal')
           and not exists (select from vault.request_key k
                            where k.what = o.kind and k.result -> 'operation_id' = to_jsonb(o.id))
        """,
    ),
    Rule(
        "key_wrong",
        """
        select k.key::text as request, k.what
          from vault.request_key k
         where k.what in ('cash_top_up', 'cash_withdrawal') and k.result is not null
           -- What broke a limit was answered with its application.
           and not exists (select from book.application a
                            where k.result -> 'application_id' = to_jsonb(a.id) and a.request_key = k.key
                              and a.kind = k.what)
           and not exists (select from vault.operation o
                            where k.result -> 'operation_id' = to_jsonb(o.id) and o.kind = k.what
                              and o.actor_id = k.actor_id and k.result -> 'amount' = to_jsonb(o.amount)
                              and k.result -> 'commission' = to_jsonb(o.commission)
                              and k.result -> 'day_id' = to_jsonb(o.day_id))
        """,
    ),
)


def check(connection: psycopg.Connection[Any], findings: Findings, rules: tuple[Rule, ...]) -> None:
    """Add a finding for each breach of each rule."""
    # A rule looks through everything to give nothing: a plan that is quick to its first row is the wrong one.
    connection.execute("set local cursor_tuple_fraction = 1")
    for rule in rules:
        with connection.cursor(name="bocli_rule") as cursor:
            cursor.execute(rule.breaches.encode())
            names = [column.name for column in cursor.description or ()]
            for row in cursor:
                findings.add(rule.kind, **dict(zip(names, map(_plain, row), strict=True)))


def _plain(value: Any) -> str | int:
    """A column as a finding carries it."""
    if value is None:
        return "-"
    return value if isinstance(value, int) else int(value) if str(value).lstrip("-").isdigit() else str(value)


def timed(stages: dict[str, float], name: str, began: float) -> float:
    """Note how long a stage took, in seconds; returns the present moment for the next one."""
    now = time.monotonic()
    stages[name] = now - began
    return now
