-- The conflicts of duty that a new account, another role or a lent role would make, to be shown before saving.
-- permission: staff:create
create function api.staff_conflicts(
  p_staff_id integer, p_person_id integer, p_email text, p_name text, p_phone text, p_role text, p_lent boolean)
returns jsonb language plpgsql stable security definer
set search_path from current
as $$
declare
  who actor := require('staff:create');
begin
  if p_staff_id is not null and not exists (
       select from staff m where m.id = p_staff_id and looks_after(who.staff_id, m.role)) then
    perform refuse('BO022', 'staff.not_found');
  end if;
  if not looks_after(who.staff_id, p_role) and not (p_lent and p_role = any (roles_now(who.staff_id))) then
    perform refuse('BO012', 'staff.role_not_yours', jsonb_build_object('role', p_role));
  end if;
  return jsonb_build_object('conflicts',
    conflicts_of(p_staff_id, p_person_id, p_email, p_name, p_phone, p_role, p_lent));
end $$;
