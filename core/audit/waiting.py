"""What must be true of what waits beside the ledger: holds, redeem requests, applications, bank lines, offers.

Each must say what the operations say that began it, went on with it and ended it.
"""

from __future__ import annotations

from core.audit.books import Rule

WAITING = (
    # How a hold began and how it ended: by operations of the right kind, of the same coin, with the same sums.
    Rule(
        "hold_wrong",
        """
        with put as (
          select p.operation_id, sum(p.amount) as amount
            from vault.posting p
            join vault.account a on a.id = p.credit_account_id and a.kind = 'HOLD'
           group by p.operation_id),
        took as (
          select p.operation_id, sum(p.amount) as amount
            from vault.posting p
            join vault.account a on a.id = p.debit_account_id and a.kind = 'HOLD'
           group by p.operation_id),
        ends as (
          select o.of_id, count(*) as pieces
            from vault.operation o
           where o.kind in ('capture', 'release', 'bank_redeem', 'cash_withdrawal') and o.of_id is not null
           group by o.of_id)
        select h.id as hold, h.operation_id as operation, h.state
          from book.hold h
          left join vault.operation o on o.id = h.operation_id
          left join vault.operation e on e.id = h.ended_operation_id
          left join put on put.operation_id = h.operation_id
          left join took on took.operation_id = h.ended_operation_id
          left join ends on ends.of_id = h.operation_id
         where o.kind is distinct from case h.purpose when 'payment' then 'hold' when 'redeem' then 'redeem_hold'
                                                      else 'application_hold' end
            or h.purpose = 'payment' and h.kind <> 'payment'
            or (h.client_id, h.coin_id, h.counter_coin_id, h.issuer_id, h.amount, h.version_id)
               is distinct from (o.client_id, o.coin_id, o.counter_coin_id, o.issuer_id, o.amount, o.version_id)
            or h.amount::numeric + h.on_top is distinct from put.amount
            or coalesce(ends.pieces, 0) <> case h.state when 'active' then 0 else 1 end
            or h.state = 'active' and h.ended_operation_id is not null
            or h.state <> 'active'
               and ((e.of_id, e.coin_id, e.issuer_id, e.at) is distinct from
                    (h.operation_id, h.coin_id, h.issuer_id, h.ended_at)
                    or took.amount is distinct from h.amount::numeric + h.on_top
                    or e.kind is distinct from case when h.state = 'released' then 'release'
                                                    when h.purpose = 'payment' then 'capture'
                                                    when h.purpose = 'redeem' then h.kind end
                    or e.amount > h.amount or e.amount < h.amount and e.kind <> 'capture'
                    -- Nobody asked for it: it went back because its time was over.
                    or h.purpose = 'payment' and h.state = 'released' and e.batch_id is null and e.at < h.expires_at)
        """,
    ),
    Rule(
        "hold_missing",
        """
        select o.id as operation, o.kind as what
          from vault.operation o
         where o.kind in ('hold', 'redeem_hold', 'application_hold')
           and not exists (select from book.hold h where h.operation_id = o.id)
        union all
        select o.id, o.kind
          from vault.operation o
         where (o.kind in ('capture', 'release', 'bank_redeem') or o.kind = 'cash_withdrawal' and o.of_id is not null)
           and not exists (select from book.hold h where h.operation_id = o.of_id and h.ended_operation_id = o.id)
        """,
    ),
    # Whom it pays is what the ledger kept of it. The way of a request, as far as its state says it has come: the hold,
    # the file, each operation after it.
    Rule(
        "redeem_wrong",
        """
        with taken_back as (
          select o.id, o.of_id, o.amount, o.coin_id, o.issuer_id,
                 sum(p.amount) filter (where d.kind = 'PAYOUT') as paid,
                 sum(p.amount) filter (where d.kind = 'COMMISSION') as commission
            from vault.operation o
            left join vault.posting p on p.operation_id = o.id
            left join vault.account d on d.id = p.debit_account_id
           where o.kind = 'redeem_taken_back' group by o.id)
        select r.id as request, r.state
          from book.redeem_request r
          left join book.hold h on h.id = r.hold_id
          left join vault.operation w on w.id = h.operation_id
          left join vault.operation a on a.id = r.operation_id
          left join vault.operation s on s.id = r.settled_operation_id
          left join vault.operation b on b.id = r.returned_operation_id
          left join vault.operation c on c.id = r.recredited_operation_id
          left join book.payment_file_item i on i.request_id = r.id
          left join taken_back t on t.of_id = r.operation_id
         where (i.file_id is not null) <> (r.state in ('submitted', 'settled', 'returned', 'recredited'))
            or (h.purpose, h.kind, h.client_id, h.coin_id, h.issuer_id, h.amount, h.commission, h.on_top)
               is distinct from ('redeem', case r.kind when 'cash' then 'cash_withdrawal' else 'bank_redeem' end,
                                 r.client_id, r.coin_id, r.issuer_id, r.amount, r.commission, r.on_top)
            or (r.payee, r.iban) is distinct from (coalesce(w.details ->> 'payee', ''), w.details ->> 'iban')
            or h.state is distinct from
               case when r.state in ('cancelled', 'declined', 'expired') and r.operation_id is null then 'released'
                    when r.state = 'pending' or r.kind = 'cash' and r.state = 'approved' then 'active' else 'used' end
            or (r.kind, r.state) in (('cash', 'submitted'), ('cash', 'settled'), ('cash', 'returned'),
                                     ('cash', 'recredited'), ('bank', 'paid'), ('bank', 'expired'))
            or (a.id is not null) is distinct from (h.state = 'used')
            or r.operation_id is not null
               and (a.id, a.kind, a.amount, a.commission, a.coin_id, a.day_id) is distinct from
                   (h.ended_operation_id, h.kind, r.amount, r.commission, r.coin_id, r.day_id)
            or (s.id is not null) <> (r.state in ('settled', 'returned', 'recredited'))
            or r.settled_operation_id is not null
               and (s.kind, s.of_id, s.amount, s.coin_id) is distinct from
                   ('redeem_settled', r.operation_id, r.amount::numeric - r.commission + r.on_top, r.coin_id)
            or (b.id is not null) <> (r.state in ('returned', 'recredited'))
            or r.returned_operation_id is not null
               and (b.kind, b.of_id, b.coin_id) is distinct from
                   ('redeem_returned', r.settled_operation_id, r.coin_id)
            or (c.id is not null) <> (r.state = 'recredited')
            or r.operation_id is not null and r.state in ('declined', 'expired')
            or (t.id is not null) <> (r.state = 'cancelled' and r.operation_id is not null)
            or t.id is not null
               and (t.amount, t.coin_id, t.issuer_id, t.paid, t.commission) is distinct from
                   (r.amount, r.coin_id, r.issuer_id, r.amount::numeric - r.commission + r.on_top,
                    nullif(r.commission, 0)::numeric)
            or r.recredited_operation_id is not null
               and (c.kind, c.of_id, c.amount, c.coin_id) is distinct from
                   ('redeem_recredited', r.returned_operation_id, b.amount, r.coin_id)
        """,
    ),
    Rule(
        "redeem_missing",
        """
        select o.id as operation, o.kind as what
          from vault.operation o
         where o.kind = 'redeem_hold'
           and not exists (select from book.hold h join book.redeem_request r on r.hold_id = h.id
                            where h.operation_id = o.id)
        union all
        select o.id, o.kind
          from vault.operation o
         where o.kind = 'redeem_settled'
           and not exists (select from book.redeem_request r
                            where r.settled_operation_id = o.id and r.operation_id = o.of_id)
        union all
        select o.id, o.kind
          from vault.operation o
         where o.kind in ('redeem_returned', 'redeem_recredited')
           and not exists (select from book.redeem_request r where r.returned_operation_id = o.id)
           and not exists (select from book.redeem_request r where r.recredited_operation_id = o.id)
        union all
        select o.id, o.kind
          from vault.operation o
         where o.kind = 'redeem_taken_back'
           and not exists (select from book.redeem_request r
                            where r.operation_id = o.of_id and r.state = 'cancelled')
        """,
    ),
    # A file says as much as the requests that it took to the bank, from an account of their issuer; and it is the one
    # that the log tells of, which was made when it said whom those requests pay.
    Rule(
        "payment_file_wrong",
        """
        select f.id as file, f.pieces, coalesce(g.pieces, 0) as counted
          from book.payment_file f
          join book.bank_account k on k.id = f.account_id
          left join (select i.file_id, count(r.id) as pieces, min(r.issuer_id) as lowest, max(r.issuer_id) as highest,
                            sum(r.amount::numeric - r.commission + r.on_top) as total
                       from book.payment_file_item i
                       left join book.redeem_request r on r.id = i.request_id group by i.file_id) g
            on g.file_id = f.id
          left join lateral (
            select l.after from vault.log l
             where l.entity = 'payment_file' and l.entity_id = f.id::text and l.what = 'payment_file.make'
               and not l.refused
             order by l.id limit 1) l on true
         where (f.pieces, f.total, k.issuer_id, k.issuer_id)
               is distinct from (g.pieces, g.total, g.lowest, g.highest)
            or f.sha256 is distinct from sha256(f.content)
            or (l.after ->> 'sha256', l.after ->> 'message') is distinct from (encode(f.sha256, 'hex'), f.message_id)
            or l.after -> 'requests' is distinct from (
                 select jsonb_agg(i.request_id order by i.request_id)
                   from book.payment_file_item i where i.file_id = f.id)
        """,
    ),
    # What will run is what was asked: the line whose digest the hold has. While it waits its hold stands; then the
    # operation was done, or nothing was. At a desk it may be less, and what was approved there stands until the
    # cashier does it. Money that is to come in, and only that, has no hold.
    Rule(
        "application_wrong",
        """
        select a.id as application, a.state
          from book.application a
          left join book.hold h on h.id = a.hold_id
          left join vault.operation o on o.id = a.operation_id
          left join vault.operation w on w.id = h.operation_id
         where (a.hold_id is null) <> (a.kind in ('cash_top_up', 'bank_top_up'))
            or a.hold_id is not null
               and ((h.purpose, h.kind, h.client_id, h.coin_id, h.issuer_id, h.amount, h.commission)
                    is distinct from
                    ('application', a.kind, a.client_id, a.coin_id, a.issuer_id, a.amount, a.commission)
                    or h.state <> case when a.state in ('limited', 'taken', 'approved') then 'active'
                                       else 'released' end)
            or a.hold_id is not null and a.day_id is null
               and w.details ->> 'line' is distinct from encode(sha256(convert_to(a.payload::text, 'UTF8')), 'hex')
            or a.state = 'approved' and a.day_id is null
            or (o.id is not null) <> (a.state = 'processed')
            or (a.failure is not null) <> (a.state = 'failed')
            or a.operation_id is not null
               and ((o.client_id, o.coin_id, o.counter_coin_id, o.issuer_id)
                    is distinct from (a.client_id, a.coin_id, a.counter_coin_id, a.issuer_id)
                    or o.amount > a.amount or o.amount < a.amount and a.day_id is null
                    or a.kind <> case when o.kind = 'hold' then 'payment'
                                      when o.kind = 'redeem_hold' then a.kind else o.kind end)
        union all
        select max(a.id), max(a.state)
          from book.application a
         where a.operation_id is not null group by a.operation_id having count(*) > 1
        union all
        select 0, h.state
          from book.hold h
         where h.purpose = 'application' and not exists (select from book.application a where a.hold_id = h.id)
        """,
    ),
    # The company's own accounts at banks are as the log left them.
    Rule(
        "bank_account_wrong",
        """
        select k.id as account, k.iban
          from book.bank_account k
          left join book.issuer i on i.id = k.issuer_id
          left join lateral (
            select l.after from vault.log l
             where l.entity = 'bank_account' and l.entity_id = k.id::text and not l.refused
               and l.what in ('bank.account_add', 'bank.account_change')
             order by l.id desc limit 1) f on true
          left join lateral (
            select l.after -> 'active' as active from vault.log l
             where l.entity = 'bank_account' and l.entity_id = k.id::text and not l.refused and l.after ? 'active'
             order by l.id desc limit 1) s on true
         where (f.after ->> 'iban', f.after ->> 'bic', f.after ->> 'name', f.after ->> 'issuer',
                (f.after ->> 'tolerance')::bigint, s.active)
               is distinct from (k.iban, k.bic, k.name, i.code, k.tolerance, to_jsonb(k.active))
        """,
    ),
    # A line of a bank's statement and what booked it. Each is booked once.
    Rule(
        "statement_wrong",
        """
        select l.statement_id as statement, l.line, l.state
          from book.statement_line l
          join book.bank_account k on k.id = l.account_id
          left join vault.operation f on f.id = l.operation_id
          left join vault.operation g on g.id = l.last_operation_id
          left join book.redeem_request r on r.id = l.request_id
          left join book.application p on p.id = l.application_id
         where (f.id is not null) <> (l.state in ('unallocated', 'matched', 'settled', 'recredited'))
            or (l.state = 'settled') > (l.side = 'debit')
            or (l.state in ('unallocated', 'matched', 'recredited')) > (l.side = 'credit')
            or l.operation_id is not null and f.issuer_id is distinct from k.issuer_id
            or l.state in ('unallocated', 'matched')
               and (f.kind, f.amount) is distinct from ('bank_receipt', l.amount)
            or l.state = 'unallocated' and l.last_operation_id is not null
            or l.state = 'matched' and (g.kind, g.amount, g.coin_id) is distinct from
               ('bank_top_up', l.amount, l.coin_id)
            or l.state = 'settled' and f.id is distinct from r.settled_operation_id
            or l.state = 'recredited'
               and (f.id, f.amount, g.id) is distinct from
                   (r.returned_operation_id, l.amount, r.recredited_operation_id)
            or l.application_id is not null
               and (p.kind, p.amount, p.issuer_id) is distinct from ('bank_top_up', l.amount, k.issuer_id)
        union all
        select max(u.statement_id), max(u.line), max(u.state)
          from (select l.statement_id, l.line, l.state, l.operation_id as operation from book.statement_line l
                union all
                select l.statement_id, l.line, l.state, l.last_operation_id from book.statement_line l
                union all
                select l.statement_id, l.line, l.state, p.operation_id
                  from book.statement_line l join book.application p on p.id = l.application_id) u
         where u.operation is not null group by u.operation having count(*) > 1
        """,
    ),
    # An offer that was taken, once, and the exchange that took it: at its amounts.
    Rule(
        "exchange_wrong",
        """
        select coalesce(o.id, 0) as operation, coalesce(q.id::text, '-') as offer
          from (select o.id, o.at, o.issuer_id, o.amount, o.details ->> 'quote' as quote,
                       count(*) over (partition by o.details ->> 'quote') as pieces
                  from vault.operation o where o.kind = 'exchange') o
          full join (select q.id, q.taken_at, q.from_issuer_id, q.to_issuer_id, q.amount_from, q.amount_to
                       from book.quote q where q.taken_at is not null) q on q.id::text = o.quote
          left join (select p.operation_id, p.issuer_id, sum(p.amount) as amount
                       from vault.posting p
                       join vault.operation x on x.id = p.operation_id and x.kind = 'exchange'
                      group by p.operation_id, p.issuer_id) g
            on g.operation_id = o.id and g.issuer_id = q.to_issuer_id
         where o.id is null or q.id is null or o.pieces > 1
            or (o.at, o.issuer_id, o.amount, g.amount)
               is distinct from (q.taken_at, q.from_issuer_id, q.amount_from, q.amount_to)
        """,
    ),
)
