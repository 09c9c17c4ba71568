-- A fresh second factor before a grave act; good for five minutes of this session.
-- permission: staff
create function api.session_step_up(p_code text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('staff');
  return step_up_keep(who, p_code);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'session.step_up', '{}');
end $$;
