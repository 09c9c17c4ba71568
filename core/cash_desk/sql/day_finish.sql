-- The end of every day: differences posted, the desk's next Z number, the log line, the Z report with the head.
create function rule.day_finish(
  p_who actor, p_at timestamptz, p_day desk_day, p_count_id bigint, p_what text, p_note text)
returns jsonb language plpgsql
as $$
declare
  number integer;
  head bytea;
  body jsonb;
begin
  perform differences_post(p_who, p_at, p_day, p_count_id);
  update desk set z_last = z_last + 1 where id = p_day.desk_id returning z_last into number;
  update desk_day set state = 'closed', closed_at = p_at, closed_by_id = p_who.staff_id, z_number = number
   where id = p_day.id;
  head := log_write('day:' || p_day.id, p_who, p_what, 'desk_day', p_day.id::text,
                    jsonb_build_object('state', p_day.state),
                    jsonb_build_object('state', 'closed', 'z', number, 'count', p_count_id,
                                       'totals', count_differences(p_count_id), 'note', p_note), false, p_at);
  body := day_described(p_day.id) || jsonb_build_object(
    'closed_by', (select s.name from staff s where s.id = p_who.staff_id), 'note', p_note,
    'sums', day_sums(p_day.id), 'turnover', day_turnover(p_day.id), 'head', encode(head, 'hex'));
  insert into z_report (day_id, desk_id, number, body) values (p_day.id, p_day.desk_id, number, body);
  return body;
end $$;
