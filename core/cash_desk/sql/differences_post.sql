-- Posts what a count found over or short of the books, into the day's own account of each currency.
create function rule.differences_post(p_who actor, p_at timestamptz, p_day desk_day, p_count_id bigint)
returns void language plpgsql
as $$
declare
  t record;
  other bigint;
begin
  for t in select ct.issuer_id, ct.counted - ct.expected as difference, dc.cash_account_id
             from cash_count_total ct
             join desk_currency dc on dc.desk_id = p_day.desk_id and dc.issuer_id = ct.issuer_id
            where ct.count_id = p_count_id and ct.counted <> ct.expected
            order by ct.issuer_id loop
    other := account_for(case when t.difference > 0 then 'OVER' else 'SHORT' end, t.issuer_id, p_day.id);
    perform post(p_who, p_at, 'day:' || p_day.id,
                 case when t.difference > 0 then 'count_over' else 'count_short' end, p_day.cash_date,
                 t.issuer_id, abs(t.difference), 0, null, p_day.id, null, null, null,
                 jsonb_build_object('count', p_count_id),
                 array[case when t.difference > 0 then t.cash_account_id else other end],
                 array[case when t.difference > 0 then other else t.cash_account_id end],
                 array[abs(t.difference)]);
  end loop;
end $$;
