-- Checks a count and keeps it: every denomination of every currency of the desk must be there, none twice, none
-- unknown, each with a whole number of pieces; what the books say at this moment is kept beside it.
create function rule.count_keep(
  p_who actor, p_at timestamptz, p_day desk_day, p_kind text, p_counts jsonb, p_note text)
returns bigint language plpgsql
as $$
declare
  new_id bigint;
begin
  perform count_check(p_day.desk_id, p_counts);
  insert into cash_count (day_id, kind, at, counted_by_id, note)
    values (p_day.id, p_kind, p_at, p_who.staff_id, coalesce(p_note, ''))
    returning id into new_id;
  insert into cash_count_line (count_id, issuer_id, denomination, pieces)
    select new_id, i.id, (l ->> 0)::bigint, (l ->> 1)::integer
      from jsonb_array_elements(p_counts) as c
      join issuer i on i.code = c ->> 'issuer'
      cross join jsonb_array_elements(c -> 'lines') as l;
  insert into cash_count_total (count_id, issuer_id, counted, expected)
    select new_id, dc.issuer_id,
           (select sum(l.denomination * l.pieces) from cash_count_line l
             where l.count_id = new_id and l.issuer_id = dc.issuer_id),
           balance_of(dc.cash_account_id)
      from desk_currency dc
     where dc.desk_id = p_day.desk_id;
  return new_id;
end $$;
