"""What must be true of desk days: states as the log left them, counts, numbered Z reports without a gap."""

from __future__ import annotations

from core.audit.books import Rule

DAYS = (
    Rule(
        "day_state_wrong",
        """
        select d.id as day, d.state, coalesce(l.state, '-') as logged
          from book.desk_day d
          left join lateral (
            select l.after ->> 'state' as state from vault.log l
             where l.entity = 'desk_day' and l.entity_id = d.id::text and not l.refused and l.after ? 'state'
             order by l.id desc limit 1) l on true
         where l.state is distinct from d.state
        """,
    ),
    Rule(
        "day_mark_wrong",
        """
        select d.id as day
          from book.desk_day d
          left join lateral (
            select (l.after ->> 'reconciled')::boolean as reconciled from vault.log l
             where l.entity = 'desk_day' and l.entity_id = d.id::text and not l.refused
               and l.what = 'desk_day.reconcile'
             order by l.id desc limit 1) l on true
         where coalesce(l.reconciled, false) <> d.reconciled
        """,
    ),
    Rule(
        "day_start_wrong",
        """
        select d.id as day
          from book.desk_day d
          left join lateral (
            select l.actor_id, l.after ->> 'cash_date' as cash_date, l.after ->> 'desk' as desk, l.at
              from vault.log l
             where l.entity = 'desk_day' and l.entity_id = d.id::text and not l.refused
               and l.what = 'desk_day.start'
             order by l.id limit 1) l on true
         where (l.actor_id, l.cash_date, l.desk, l.at)
               is distinct from (d.cashier_id, d.cash_date::text, d.desk_id::text, d.started_at)
        """,
    ),
    Rule(
        "day_operation_wrong",
        """
        select o.id as operation, o.day_id as day
          from vault.operation o
          left join book.desk_day d on d.id = o.day_id
         where o.day_id is not null
           and (d.id is null or o.booked_on <> d.cash_date
                or (o.kind in ('cash_top_up', 'cash_withdrawal')
                    and o.actor_id is distinct from d.cashier_id))
        """,
    ),
    Rule(
        "count_wrong",
        """
        select c.id as count, c.day_id as day
          from book.cash_count c
          left join lateral (
            select l.after -> 'totals' as totals, l.actor_id from vault.log l
             where l.entity = 'desk_day' and l.entity_id = c.day_id::text and not l.refused
               and l.what = case c.kind when 'opening' then 'desk_day.open'
                                        when 'closing' then 'desk_day.request_close'
                                        else 'desk_day.force_close' end
               and l.after ->> 'count' = c.id::text
             order by l.id limit 1) l on true
         where l.actor_id is distinct from c.counted_by_id
            -- By code: in what order issuers are shown may have changed since.
            or (select jsonb_agg(e order by e ->> 'issuer') from jsonb_array_elements(l.totals) e)
               is distinct from (
                 select jsonb_agg(jsonb_build_object(
                          'issuer', i.code, 'scale', i.scale, 'counted', t.counted, 'expected', t.expected,
                          'difference', t.counted - t.expected) order by i.code)
                   from book.cash_count_total t join book.issuer i on i.id = t.issuer_id
                  where t.count_id = c.id)
            or exists (select from book.cash_count_total t
                        where t.count_id = c.id
                          and t.counted <> (select coalesce(sum(n.denomination * n.pieces), 0)
                                              from book.cash_count_line n
                                             where n.count_id = c.id and n.issuer_id = t.issuer_id))
        """,
    ),
    Rule(
        "difference_unposted",
        """
        select c.id as count, c.day_id as day, i.code as issuer, t.counted - t.expected as difference
          from book.cash_count c
          join book.cash_count_total t on t.count_id = c.id
          join book.issuer i on i.id = t.issuer_id
          join vault.log l on l.entity = 'desk_day' and l.entity_id = c.day_id::text and not l.refused
           and l.what in ('desk_day.open', 'desk_day.close', 'desk_day.force_close')
           and l.after ->> 'count' = c.id::text
          left join lateral (
            select sum(case o.kind when 'count_over' then o.amount else -o.amount end) as amount
              from vault.operation o
             where o.day_id = c.day_id and o.kind in ('count_over', 'count_short')
               and o.issuer_id = t.issuer_id and o.details ->> 'count' = c.id::text) o on true
         where t.counted - t.expected <> coalesce(o.amount, 0)
        """,
    ),
    Rule(
        "z_gap",
        """
        select k.name as desk, k.z_last as expected, coalesce(z.many, 0) as number
          from book.desk k
          left join (select desk_id, count(*) as many, min(number) as lowest, max(number) as highest
                       from book.z_report group by desk_id) z on z.desk_id = k.id
         where coalesce(z.many, 0) <> k.z_last
            or (z.many is not null and (z.lowest <> 1 or z.highest <> k.z_last))
        """,
    ),
    Rule(
        "z_missing",
        """
        select d.id as day
          from book.desk_day d
          left join book.z_report z on z.day_id = d.id
         where (d.state = 'closed') <> (z.day_id is not null)
            or (z.day_id is not null and (z.number, z.desk_id) is distinct from (d.z_number, d.desk_id))
        """,
    ),
    Rule(
        "z_changed",
        """
        select z.day_id as day, z.number
          from book.z_report z
          join book.desk_day d on d.id = z.day_id
          left join lateral (
            select l.hash, l.after from vault.log l
             where l.entity = 'desk_day' and l.entity_id = z.day_id::text and not l.refused
               and l.what in ('desk_day.close', 'desk_day.force_close')
             order by l.id desc limit 1) l on true
          left join vault.request_key k
            on k.what in ('desk_day.close', 'desk_day.force_close')
           and (k.result ->> 'day_id')::bigint = z.day_id
         where z.body ->> 'head' is distinct from encode(l.hash, 'hex')
            or l.after ->> 'z' is distinct from z.number::text
            or z.body ->> 'z_number' is distinct from z.number::text
            or z.body ->> 'note' is distinct from l.after ->> 'note'
            or z.body <> coalesce(k.result, z.body)
            or (z.body ->> 'closed_at')::timestamptz is distinct from d.closed_at
            or (z.body ->> 'opened_at')::timestamptz is distinct from d.opened_at
            or (z.body ->> 'cashier_id')::integer is distinct from d.cashier_id
            or exists (select from jsonb_to_recordset(l.after -> 'totals')
                                   as t (issuer text, counted bigint, expected bigint)
                        full join jsonb_to_recordset(z.body -> 'sums')
                                   as s (issuer text, counted bigint, expected bigint) using (issuer)
                        where (t.counted, t.expected) is distinct from (s.counted, s.expected))
            or exists (select from jsonb_to_recordset(z.body -> 'sums')
                                   as s (opening bigint, cash_in bigint, cash_out bigint, expected bigint)
                        where s.opening + s.cash_in - s.cash_out <> s.expected)
            or exists (select from (select n.kind, n.issuer, n.pieces, n.amount, n.commission
                                      from jsonb_to_recordset(z.body -> 'turnover')
                                           as n (kind text, issuer text, pieces integer, amount bigint,
                                                 commission bigint)) n
                        full join (select t.operation_kind as kind, i.code as issuer, t.pieces, t.amount,
                                          t.commission
                                     from vault.day_total t join book.issuer i on i.id = t.issuer_id
                                    where t.day_id = z.day_id) t using (kind, issuer)
                        where (n.pieces, n.amount, n.commission)
                              is distinct from (t.pieces, t.amount, t.commission))
        """,
    ),
)
