-- Says that the person is there: the idle time begins anew.
-- permission: staff
create function api.session_touch()
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
begin
  return session_state(present());
end $$;
