-- Gives a secret for the authenticator, once.
-- permission: staff
create function api.totp_enrol_begin()
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  params text;
begin
  return totp_begin(present());
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'second_factor.begin', '{}');
end $$;
