-- Refuses to take away the last administrator who works.
-- owner: bocli_provisioner
create function auth.not_last_administrator(p_staff_id integer)
returns void language plpgsql security definer
set search_path from current
as $$
begin
  if not exists (select from staff where role = 'administrator' and active and id <> p_staff_id) then
    perform refuse('BO021', 'staff.last_administrator');
  end if;
end $$;
