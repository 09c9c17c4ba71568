-- Begins the closing count: from here on nothing can be posted on the day.
create function rule.day_counting_start(p_who actor, p_at timestamptz, p_key uuid, p_day_id bigint)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id);
  seen jsonb;
  d desk_day;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, 'desk_day.counting', content);
  if seen is not null then
    return seen;
  end if;
  perform day_mine(p_who, d);
  perform day_in_state(d, 'open');
  update desk_day set state = 'counting' where id = d.id;
  perform log_write('day:' || d.id, p_who, 'desk_day.counting', 'desk_day', d.id::text,
                    jsonb_build_object('state', d.state), jsonb_build_object('state', 'counting'), false, p_at);
  return key_keep(p_who, p_key, 'desk_day.counting', content, day_described(d.id));
end $$;
