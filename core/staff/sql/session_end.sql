-- Ends another session of one's own.
-- permission: staff
create function api.session_end(p_session_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('staff');
  return session_change(who, p_session_id, 'end');
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'session.end', jsonb_build_object('session', p_session_id));
end $$;
