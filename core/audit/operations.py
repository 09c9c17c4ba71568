"""What must be true of client operations: their sums, what goes back or was promised, and who asked for them.

Money first: the roll-up and the accounts in which money only waits. Then what follows an operation: refunds, reversals,
cashback, the items of a mass payment. `core.audit.waiting` looks at what is kept while something waits.
"""

from __future__ import annotations

from core.audit.books import Rule

MONEY = (
    Rule(
        "roll_up_wrong",
        """
        select coalesce(t.booked_on, o.booked_on)::text as day, coalesce(t.operation_kind, o.kind) as what,
               i.code as issuer, coalesce(t.pieces, 0) as pieces, coalesce(o.pieces, 0) as counted
          from (select booked_on, operation_kind, issuer_id, sum(pieces) as pieces, sum(amount) as amount,
                       sum(commission) as commission
                  from vault.operation_total group by 1, 2, 3) t
          full join (select booked_on, kind, issuer_id, count(*) as pieces, sum(amount) as amount,
                            sum(commission) as commission
                       from vault.operation group by 1, 2, 3) o
            on o.booked_on = t.booked_on and o.kind = t.operation_kind and o.issuer_id = t.issuer_id
          left join book.issuer i on i.id = coalesce(t.issuer_id, o.issuer_id)
         where (t.pieces, t.amount, t.commission) is distinct from (o.pieces, o.amount, o.commission)
        """,
    ),
    # What an operation says of itself against its lines: the commission is what came to COMMISSION; what one coin
    # gives another stands in the first line, whole.
    Rule(
        "amount_wrong",
        """
        select o.id as operation, o.kind as what
          from vault.operation o
          left join vault.posting f on f.operation_id = o.id and f.line = 1
           and o.kind in ('transfer', 'payment', 'exchange', 'capture', 'mass_payment_item', 'mass_payment_return',
                          'bonus_issue', 'bank_receipt', 'bank_top_up', 'redeem_settled', 'redeem_returned',
                          'redeem_recredited', 'cashback_payout')
          left join (select p.operation_id, sum(p.amount) as amount
                       from vault.posting p
                       join vault.account a on a.id = p.credit_account_id and a.kind = 'COMMISSION'
                      group by p.operation_id) c on c.operation_id = o.id
         where o.commission <> coalesce(c.amount, 0) or f.amount <> o.amount
        """,
    ),
    # Both ways: an account that no coin has holds nothing, and what is set aside has its account.
    Rule(
        "held_wrong",
        """
        select coalesce(n.serial, '-') as coin, coalesce(a.balance, 0) as balance, coalesce(h.held, 0) as held
          from (select id, balance from vault.account where kind = 'HOLD') a
          full join book.coin n on n.hold_account_id = a.id
          left join (select coin_id, sum(amount::numeric + on_top) as held
                       from book.hold where state = 'active' group by coin_id) h
            on h.coin_id = n.id
         where coalesce(a.balance, 0) <> coalesce(h.held, 0)
        """,
    ),
    Rule(
        "batch_left",
        "select id as account, balance from vault.account where kind = 'BATCH' and balance <> 0",
    ),
    # In the currency of each: promised and not paid; with the bank, or back from it; came in, and nobody's yet.
    Rule(
        "waiting_wrong",
        """
        with owed as (
          select what, issuer_id, sum(amount) as amount
            from (select 'CASHBACK_DUE' as what, issuer_id, amount::numeric - taken_back as amount
                    from book.cashback_due where paid_at is null
                  union all
                  select 'PAYOUT', issuer_id, amount::numeric - commission + on_top
                    from book.redeem_request where kind = 'bank' and state in ('approved', 'submitted')
                  union all
                  select 'PAYOUT', r.issuer_id, o.amount
                    from book.redeem_request r join vault.operation o on o.id = r.returned_operation_id
                   where r.state = 'returned'
                  union all
                  select 'UNALLOCATED', b.issuer_id, l.amount
                    from book.statement_line l
                    join book.bank_account b on b.id = l.account_id
                    left join book.application p on p.id = l.application_id
                   where l.state = 'unallocated' and p.state is distinct from 'processed') as one
           group by what, issuer_id),
        there as (
          select a.kind as what, a.issuer_id,
                 sum(a.balance + coalesce((select sum(s.balance) from vault.stripe s where s.account_id = a.id), 0))
                   as amount
            from vault.account a
           where a.kind in ('CASHBACK_DUE', 'PAYOUT', 'UNALLOCATED')
           group by a.kind, a.issuer_id)
        select coalesce(t.what, o.what) as what, i.code as issuer, coalesce(t.amount, 0) as balance,
               coalesce(o.amount, 0) as owed
          from there t
          full join owed o on o.what = t.what and o.issuer_id = t.issuer_id
          join book.issuer i on i.id = coalesce(t.issuer_id, o.issuer_id)
         where coalesce(t.amount, 0) <> coalesce(o.amount, 0)
        """,
    ),
)

FOLLOWING = (
    # What a mass payment took from its sender, its items and what went back took out again.
    Rule(
        "mass_wrong",
        """
        select coalesce(g.lead, t.lead) as operation, coalesce(g.amount, 0) as amount, coalesce(t.amount, 0) as parts
          from (select o.id as lead, sum(p.amount) as amount
                  from vault.operation o
                  join vault.posting p on p.operation_id = o.id
                 where o.kind = 'mass_payment' group by o.id) g
          full join (select o.of_id as lead, sum(p.amount) as amount
                       from vault.operation o
                       join vault.posting p on p.operation_id = o.id
                       join vault.account a on a.id = p.debit_account_id and a.kind = 'BATCH'
                      where o.kind in ('mass_payment_item', 'mass_payment_return') group by o.of_id) t
            on t.lead = g.lead
         where g.amount is distinct from t.amount
        """,
    ),
    # The same lines the other way round, last first; once; and not of what was refunded.
    Rule(
        "reversal_wrong",
        """
        with pair as materialized (
          select r.id, r.kind, r.reverses_id, r.issuer_id, r.amount, r.client_id, r.coin_id, r.counter_coin_id,
                 count(*) over (partition by r.reverses_id) as pieces
            from vault.operation r where r.kind = 'reversal' or r.reverses_id is not null),
        back as (
          select x.id, array_agg(array[p.debit_account_id, p.credit_account_id, p.amount] order by p.line) as lines
            from pair x join vault.posting p on p.operation_id = x.id group by x.id),
        first as (
          select x.id, array_agg(array[p.credit_account_id, p.debit_account_id, p.amount] order by p.line desc) as lines
            from pair x join vault.posting p on p.operation_id = x.reverses_id group by x.id),
        refunded as (
          select distinct f.of_id from vault.operation f where f.kind = 'refund')
        select r.id as operation, coalesce(r.reverses_id, 0) as reversed
          from pair r
          left join vault.operation o on o.id = r.reverses_id
          left join back b on b.id = r.id
          left join first f on f.id = r.id
          left join refunded g on g.of_id = r.reverses_id
         where r.kind <> 'reversal' or r.pieces > 1 or g.of_id is not null
            or (r.issuer_id, r.amount, r.client_id, r.coin_id, r.counter_coin_id)
               is distinct from (o.issuer_id, o.amount, o.client_id, o.coin_id, o.counter_coin_id)
            or o.kind <> 'bonus_issue' and o.kind not in (select k.kind from book.priced_kind k)
            or b.lines is distinct from f.lines
        """,
    ),
    # The sums that are kept of what was refunded, and no more than there was, of each: amount, commission, cashback.
    Rule(
        "refund_wrong",
        """
        select coalesce(t.operation_id, r.of_id, 0) as operation, coalesce(t.amount, 0) as amount,
               coalesce(r.amount, 0) as refunded
          from book.refund_total t
          full join (select o.of_id, count(*) as pieces, sum(o.amount) as amount,
                            sum(coalesce(substring(o.details ->> 'commission_back' from '^[0-9]{1,18}$')::bigint, 0))
                              as commission,
                            sum(coalesce(substring(o.details ->> 'cashback_back' from '^[0-9]{1,18}$')::bigint, 0))
                              as cashback
                       from vault.operation o where o.kind = 'refund' group by o.of_id) r
            on r.of_id = t.operation_id
          left join vault.operation o on o.id = coalesce(t.operation_id, r.of_id)
          left join book.cashback_due d on d.operation_id = o.id
         where (t.pieces, t.amount, t.commission, t.cashback)
               is distinct from (r.pieces, r.amount, r.commission, r.cashback)
            or o.kind is null or o.kind not in ('payment', 'capture')
            or r.amount > o.amount or r.commission > o.commission or r.cashback > coalesce(d.amount, 0)
        """,
    ),
    # A refund says what it posted: from the merchant to the payer, of the commission, of the cashback.
    Rule(
        "refund_posted_wrong",
        """
        with posted as (
          select r.id, sum(p.amount) filter (where p.debit_account_id = m.wallet_account_id) as amount,
                 sum(p.amount) filter (where a.kind = 'COMMISSION') as commission,
                 sum(p.amount) filter (where a.kind = 'CASHBACK_DUE' or p.debit_account_id = c.wallet_account_id)
                   as cashback
            from vault.operation r
            join vault.posting p on p.operation_id = r.id
            join vault.account a on a.id = p.debit_account_id
            left join book.coin c on c.id = r.coin_id
            left join book.coin m on m.id = r.counter_coin_id
           where r.kind = 'refund' group by r.id)
        select r.id as operation, coalesce(r.of_id, 0) as refunded
          from vault.operation r
          left join vault.operation o on o.id = r.of_id
          left join posted p on p.id = r.id
         where r.kind = 'refund'
           and ((r.amount, coalesce(r.details -> 'commission_back', '0'), coalesce(r.details -> 'cashback_back', '0'))
                is distinct from (p.amount, to_jsonb(coalesce(p.commission, 0)), to_jsonb(coalesce(p.cashback, 0)))
                or (r.issuer_id, r.client_id, r.coin_id, r.counter_client_id, r.counter_coin_id) is distinct from
                   (o.issuer_id, o.client_id, o.coin_id, o.counter_client_id, o.counter_coin_id))
        """,
    ),
    # A promise is what was posted as one; what refunds and a reversal took back of it was not paid.
    Rule(
        "cashback_wrong",
        """
        with promised as (
          select p.operation_id, sum(p.amount) as amount
            from vault.posting p
            join vault.account a on a.id = p.credit_account_id and a.kind = 'CASHBACK_DUE'
           group by p.operation_id),
        back as (
          select r.of_id, sum(r.amount) as amount, sum(r.amount) filter (where r.id < d.paid_operation_id) as before
            from book.cashback_due d
            join (select o.of_id, o.id,
                         coalesce(substring(o.details ->> 'cashback_back' from '^[0-9]{1,18}$')::bigint, 0) as amount
                    from vault.operation o where o.kind = 'refund') r on r.of_id = d.operation_id
           group by r.of_id),
        reversed as (
          select distinct o.reverses_id as id from vault.operation o where o.reverses_id is not null)
        select coalesce(d.operation_id, p.operation_id) as operation, coalesce(p.amount, 0) as promised,
               coalesce(d.amount, 0) as amount
          from book.cashback_due d
          full join promised p on p.operation_id = d.operation_id
          left join vault.operation o on o.id = coalesce(d.operation_id, p.operation_id)
          left join vault.operation y on y.id = d.paid_operation_id
          left join back b on b.of_id = d.operation_id
          left join reversed v on v.id = d.operation_id
         where p.amount is distinct from d.amount
            or (d.client_id, d.coin_id, d.merchant_coin_id, d.issuer_id)
               is distinct from (o.client_id, o.coin_id, o.counter_coin_id, o.issuer_id)
            or d.taken_back <> coalesce(b.amount, 0) + case when v.id is not null then d.amount else 0 end
            or d.taken_back > d.amount
            or d.paid_operation_id is not null
               and (y.kind, y.of_id, y.coin_id, y.issuer_id, y.amount, y.at) is distinct from
                   ('cashback_payout', d.operation_id, d.coin_id, d.issuer_id, d.amount - coalesce(b.before, 0),
                    d.paid_at)
            or d.paid_at is not null and d.paid_operation_id is null and d.taken_back <> d.amount
        union all
        select coalesce(o.of_id, 0), 0, o.amount
          from vault.operation o
         where o.kind = 'cashback_payout'
           and not exists (select from book.cashback_due d
                            where d.operation_id = o.of_id and d.paid_operation_id = o.id)
        """,
    ),
    Rule(
        "budget_wrong",
        """
        select coalesce(u.version_id, d.version_id) as version, coalesce(u.amount, 0) as amount,
               coalesce(d.amount, 0) as promised
          from book.cashback_used u
          full join (select version_id, sum(amount) as amount from book.cashback_due group by 1) d
            on d.version_id = u.version_id
          left join book.cashback_version v on v.id = coalesce(u.version_id, d.version_id)
         where coalesce(u.amount, 0) <> coalesce(d.amount, 0) or u.amount > v.budget
        """,
    ),
)

WHO_ASKED = (
    # Moved by a line with a key, by an application that was approved, by a line of a statement, by who approved it.
    # What was released with a batch had such a line too; what else went back has its reason beside its hold.
    Rule(
        "operation_unasked",
        """
        select o.id as operation, o.kind as what
          from vault.operation o
         where (o.kind in ('transfer', 'payment', 'refund', 'exchange', 'mass_payment', 'bonus_issue', 'hold',
                           'capture', 'reversal', 'redeem_hold')
                or o.kind = 'release' and o.batch_id is not null)
           and not exists (select from vault.request_key k
                            where k.what = 'operation' and k.result -> 'operation_id' = to_jsonb(o.id))
           and not exists (select from book.application a where a.operation_id = o.id)
        union all
        select o.id, o.kind
          from vault.operation o
         where o.kind in ('mass_payment_item', 'mass_payment_return')
           and not exists (select from vault.operation l where l.id = o.of_id and l.kind = 'mass_payment')
        union all
        select o.id, o.kind
          from vault.operation o
         where o.kind in ('bank_receipt', 'redeem_settled', 'redeem_returned')
           and not exists (select from book.statement_line l where l.operation_id = o.id)
        union all
        select o.id, o.kind
          from vault.operation o
         where o.kind in ('bank_top_up', 'redeem_recredited')
           and not exists (select from book.statement_line l where l.last_operation_id = o.id)
           and not exists (select from book.application a
                             join book.statement_line l on l.application_id = a.id where a.operation_id = o.id)
        union all
        select o.id, o.kind
          from vault.operation o
         where o.kind = 'bank_redeem'
           and not exists (select from (select k.result -> 'operation_id' as id
                                          from vault.request_key k where k.what = 'redeem.approve'
                                        union all
                                        select e -> 'operation_id'
                                          from vault.request_key k
                                         cross join jsonb_array_elements(
                                           case jsonb_typeof(k.result -> 'results') when 'array'
                                                then k.result -> 'results' else '[]' end) as e
                                         where k.what = 'redeem.approve_all') as done
                            where done.id = to_jsonb(o.id))
        union all
        select o.id, o.kind
          from vault.operation o
         where o.kind = 'redeem_taken_back'
           and not exists (select from vault.request_key k
                            where k.what = 'redeem.cancel' and k.result -> 'operation_id' = to_jsonb(o.id))
        """,
    ),
    # Of a bank's money the key is that of who matched it.
    Rule(
        "application_unasked",
        """
        select a.id as application, a.state
          from book.application a
         where a.kind <> 'bank_top_up'
           and not exists (select from vault.request_key k
                            where k.key = a.request_key and k.what in ('operation', 'cash_top_up', 'cash_withdrawal')
                              and k.result -> 'application_id' = to_jsonb(a.id))
        """,
    ),
    # A key answers with what its own asker did, at its commission, or with the application that it became; no two with
    # the same. What the line said else (amount, coins) is kept as a hash only: it cannot be told from the tables.
    Rule(
        "key_wrong",
        """
        with told as (
          select o.id, o.actor_id, to_jsonb(coalesce(h.commission, m.commission, o.commission)) as commission,
                 to_jsonb(h.id) as hold_id, to_jsonb(r.id) as redeem_id, to_jsonb(m.pieces) as items
            from vault.operation o
            left join book.hold h on h.operation_id = o.id
            left join book.redeem_request r on r.hold_id = h.id
            left join (select i.of_id, sum(i.commission) as commission, count(*) as pieces
                         from vault.operation i where i.kind in ('mass_payment_item', 'mass_payment_return')
                        group by i.of_id) m on m.of_id = o.id
           where o.kind in ('transfer', 'payment', 'refund', 'exchange', 'mass_payment', 'bonus_issue', 'hold',
                            'capture', 'reversal', 'redeem_hold', 'release'))
        select k.key::text as request, k.what
          from vault.request_key k
          left join told o on k.result -> 'operation_id' = to_jsonb(o.id)
          left join book.application a on a.request_key = k.key
         where k.what = 'operation' and k.result is not null
           and case k.result ->> 'status'
                 when 'done' then
                   (k.actor_id, k.result -> 'commission', k.result -> 'hold_id', k.result -> 'redeem_id',
                    to_jsonb(case jsonb_typeof(k.result -> 'items') when 'array'
                                  then jsonb_array_length(k.result -> 'items') end))
                   is distinct from (o.actor_id, o.commission, o.hold_id, o.redeem_id, o.items)
                 when 'limited' then
                   (k.actor_id, k.result -> 'application_id') is distinct from (a.asked_by_id, to_jsonb(a.id))
                 else true end
        union all
        select max(k.key::text), k.what
          from vault.request_key k
         where k.what = 'operation' and k.result ? 'operation_id'
         group by k.what, k.result -> 'operation_id'
        having count(*) > 1
        """,
    ),
)

OPERATIONS = MONEY + FOLLOWING + WHO_ASKED
