-- One's own sessions, open and ended.
-- permission: staff
create function api.my_sessions()
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('staff');
begin
  return sessions_of(who.staff_id, who.session_id);
end $$;
