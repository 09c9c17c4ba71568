-- The member of staff that is to be changed, locked, when the one who asks looks after that role. Nobody changes
-- the own account here, and each of these acts is grave: it wants a fresh second factor.
-- owner: bocli_provisioner
create function auth.staff_managed(p_who actor, p_staff_id integer)
returns staff language plpgsql security definer
set search_path from current
as $$
declare
  m staff;
begin
  perform require_step_up(p_who);
  -- All administrators first and in order: two that switch each other off at once must not both succeed.
  perform from staff a where a.role = 'administrator' order by a.id for no key update;
  select * into m from staff where id = p_staff_id for no key update;
  if not found or not looks_after(p_who.staff_id, m.role) then
    perform refuse('BO022', 'staff.not_found');
  end if;
  if m.id = p_who.staff_id or m.person_id = p_who.person_id then
    perform refuse('BO012', 'staff.own_account');
  end if;
  return m;
end $$;
