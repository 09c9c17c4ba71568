-- Ends the enrolment; the recovery codes are shown this once.
-- permission: staff
create function api.totp_enrol_confirm(p_code text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  params text;
begin
  return totp_confirm(present(), p_code);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'second_factor.enrol', '{}');
end $$;
