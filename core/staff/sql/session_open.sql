-- Opens a session: the password alone opens nothing. A refusal is answered, so that its trace is kept.
-- permission: staff
create function api.session_open(p_code text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  params text;
begin
  return session_begin(p_code);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'session.open', '{}');
end $$;
