-- Sends a close request back: the cashier counts again.
create function rule.day_send_back(p_who actor, p_at timestamptz, p_key uuid, p_day_id bigint, p_reason text)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id, 'reason', p_reason);
  seen jsonb;
  d desk_day;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, 'desk_day.send_back', content);
  if seen is not null then
    return seen;
  end if;
  perform day_in_state(d, 'close_requested');
  perform not_own_day(p_who, d);
  perform reason_check(p_reason);
  update desk_day set state = 'counting', sent_back_reason = p_reason where id = d.id;
  perform log_write('day:' || d.id, p_who, 'desk_day.send_back', 'desk_day', d.id::text,
                    jsonb_build_object('state', d.state),
                    jsonb_build_object('state', 'counting', 'reason', p_reason), false, p_at);
  return key_keep(p_who, p_key, 'desk_day.send_back', content, day_described(d.id));
end $$;
