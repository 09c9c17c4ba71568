-- All that an accountant compares before closing a day: sums, turnover, every count with its denominations, and
-- what earlier days left over or short.
-- permission: cash_day:review
create function api.desk_day_review(p_day_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('cash_day:review');
begin
  if not exists (select from desk_day d where d.id = p_day_id) then
    perform refuse('BO022', 'day.not_found');
  end if;
  return day_described(p_day_id) || jsonb_build_object(
    'sums', day_sums(p_day_id), 'turnover', day_turnover(p_day_id),
    'own', (select s.person_id = who.person_id from desk_day d join staff s on s.id = d.cashier_id
             where d.id = p_day_id),
    'count_seen', (select max(c.id) from cash_count c where c.day_id = p_day_id and c.kind = 'closing'),
    'counts', (select coalesce(jsonb_agg(jsonb_build_object(
                 'count_id', c.id, 'kind', c.kind, 'at', c.at, 'by', s.name, 'note', c.note,
                 'totals', count_differences(c.id),
                 'lines', (select jsonb_agg(jsonb_build_array(i.code, l.denomination, l.pieces)
                                            order by i.position, i.id, l.denomination desc)
                             from cash_count_line l join issuer i on i.id = l.issuer_id
                            where l.count_id = c.id and l.pieces > 0)) order by c.id), '[]')
                 from cash_count c join staff s on s.id = c.counted_by_id where c.day_id = p_day_id));
end $$;
