-- Takes a second factor and its recovery codes away; where the role needs one, enrolment comes at the next log-in.
create function auth.second_factor_forget(p_staff_id integer)
returns void language plpgsql security definer
set search_path from current
as $$
begin
  update secret set totp = null, totp_pending = null where staff_id = p_staff_id;
  delete from recovery where staff_id = p_staff_id;
end $$;
