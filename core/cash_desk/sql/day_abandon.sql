-- Gives a desk free again whose day was started but never opened; nothing was posted in it.
create function rule.day_abandon(p_who actor, p_at timestamptz, p_key uuid, p_day_id bigint)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id);
  seen jsonb;
  d desk_day;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, 'desk_day.abandon', content);
  if seen is not null then
    return seen;
  end if;
  if p_who.role = 'cashier' then
    perform day_mine(p_who, d);
  end if;
  perform day_in_state(d, 'opening_count');
  update desk_day set state = 'abandoned', closed_at = p_at, closed_by_id = p_who.staff_id where id = d.id;
  perform log_write('day:' || d.id, p_who, 'desk_day.abandon', 'desk_day', d.id::text,
                    jsonb_build_object('state', d.state), jsonb_build_object('state', 'abandoned'), false, p_at);
  return key_keep(p_who, p_key, 'desk_day.abandon', content, day_described(d.id));
end $$;
