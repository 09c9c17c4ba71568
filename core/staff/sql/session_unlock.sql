-- Unlocks this session. The program asks for the password as well, and proves it by a new connection.
-- permission: staff
create function api.session_unlock(p_code text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  params text;
begin
  return session_resume(p_code);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'session.unlock', '{}');
end $$;
