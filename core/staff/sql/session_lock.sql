-- Locks this session: nothing works until session_unlock.
-- permission: staff
create function api.session_lock()
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := present();
  return session_change(who, who.session_id, 'lock');
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'session.lock', '{}');
end $$;
