-- Closes a requested day: the accountant names the count that was compared, so a recount in between is noticed.
create function rule.day_close(
  p_who actor, p_at timestamptz, p_key uuid, p_day_id bigint, p_count_seen bigint, p_note text)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id, 'count', p_count_seen, 'note', p_note);
  seen jsonb;
  d desk_day;
  last_count bigint;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, 'desk_day.close', content);
  if seen is not null then
    return seen;
  end if;
  perform day_in_state(d, 'close_requested');
  perform not_own_day(p_who, d);
  perform note_check(p_note);
  select max(c.id) into last_count from cash_count c where c.day_id = d.id and c.kind = 'closing';
  if p_count_seen is distinct from last_count then
    perform refuse('BO025', 'review.changed');
  end if;
  return key_keep(p_who, p_key, 'desk_day.close', content,
                  day_finish(p_who, p_at, d, last_count, 'desk_day.close', p_note));
end $$;
