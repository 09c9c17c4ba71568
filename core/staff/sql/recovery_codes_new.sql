-- New recovery codes instead of the old ones, shown this once.
-- permission: staff
create function api.recovery_codes_new()
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  params text;
begin
  return recovery_renew(require('staff'));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'second_factor.recovery', '{}');
end $$;
