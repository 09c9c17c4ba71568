-- Closes a day whose cashier cannot: the accountant counts, says why, and confirms with a fresh second factor.
create function rule.day_force_close(
  p_who actor, p_at timestamptz, p_key uuid, p_day_id bigint, p_counts jsonb, p_reason text)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id, 'counts', p_counts, 'reason', p_reason);
  seen jsonb;
  d desk_day;
  new_count bigint;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, 'desk_day.force_close', content);
  if seen is not null then
    return seen;
  end if;
  perform day_in_state(d, 'open', 'counting');
  perform not_own_day(p_who, d);
  perform reason_check(p_reason);
  new_count := count_keep(p_who, p_at, d, 'forced', p_counts, p_reason);
  update desk_day set state = 'close_forced', forced_reason = p_reason where id = d.id returning * into d;
  return key_keep(p_who, p_key, 'desk_day.force_close', content,
                  day_finish(p_who, p_at, d, new_count, 'desk_day.force_close', p_reason));
end $$;
