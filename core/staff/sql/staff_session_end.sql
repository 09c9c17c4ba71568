-- Ends a session of a member of staff that one looks after; with the last one the connections end too.
-- permission: staff:sessions
create function prov.staff_session_end(p_key uuid, p_staff_id integer, p_session_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  m staff;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('staff:sessions');
  content := jsonb_build_object('staff', p_staff_id, 'session', p_session_id);
  seen := key_seen(who, p_key, 'staff.session_end', content);
  if seen is not null then
    return seen;
  end if;
  m := staff_managed(who, p_staff_id);
  if session_end_of(m.id, p_session_id) = 0 then
    perform connections_end(m.login);
  end if;
  perform log_write('person:' || m.id, who, 'staff.session_end', 'session', p_session_id::text, null, null);
  return key_keep(who, p_key, 'staff.session_end', content, content);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'staff.session_end', jsonb_build_object('staff', p_staff_id));
end $$;
