-- Per currency: what the day opened with, the cash that came in and went out, what the books expected at the last
-- closing count, what was counted. The day's operations are named first, so that its postings are found by account
-- and operation together: otherwise the whole past of the desk's cash account may be read.
create function rule.day_sums(p_day_id bigint)
returns jsonb language sql stable
as $$
  select jsonb_agg(jsonb_build_object(
           'issuer', i.code, 'scale', i.scale, 'opening', o.counted, 'expected', c.expected, 'counted', c.counted,
           'difference', c.counted - c.expected,
           'cash_in', (select coalesce(sum(p.amount), 0)
                         from posting p
                        where p.debit_account_id = dc.cash_account_id and p.operation_id = any (of_day.ids)),
           'cash_out', (select coalesce(sum(p.amount), 0)
                         from posting p
                        where p.credit_account_id = dc.cash_account_id and p.operation_id = any (of_day.ids)),
           'left', (select coalesce(sum(case a.kind when 'OVER' then a.balance else -a.balance end), 0)
                      from account a
                     where a.kind in ('OVER', 'SHORT') and a.issuer_id = i.id and a.owner_id = p_day_id))
           order by i.position, i.id)
    from desk_day d
   cross join lateral (
         select array(select o.id from operation o
                        join operation_kind k on k.kind = o.kind and k.cash <> 0
                       where o.day_id = d.id) as ids) of_day
    join desk_currency dc on dc.desk_id = d.desk_id
    join issuer i on i.id = dc.issuer_id
    left join cash_count_total o on o.issuer_id = i.id and o.count_id = (
           select max(n.id) from cash_count n where n.day_id = d.id and n.kind = 'opening')
    left join cash_count_total c on c.issuer_id = i.id and c.count_id = (
           select max(n.id) from cash_count n where n.day_id = d.id and n.kind in ('closing', 'forced'))
   where d.id = p_day_id
$$;
