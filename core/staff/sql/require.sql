-- Who is asking, when that person may do this; `staff` asks for a live session only.
-- Raises BO011 without a session, BO016 when a duty comes first, BO012 without the permission.
-- grant: bocli_watchdog
create function auth.require(p_permission text)
returns actor language plpgsql security definer
set search_path from current
as $$
declare
  s record;
begin
  s := session_now(p_permission);
  if s.duty is not null then
    perform refuse('BO016', 'session.' || s.duty);
  end if;
  -- Only who lacks it by the own role pays for looking at what was lent.
  if not s.allowed and p_permission is distinct from 'staff' and not exists (
       select from permission p
        where p.permission = p_permission and p.role = any (roles_now((s.who).staff_id))) then
    perform refuse('BO012', 'permission.denied', jsonb_build_object('permission', p_permission));
  end if;
  return s.who;
end $$;
