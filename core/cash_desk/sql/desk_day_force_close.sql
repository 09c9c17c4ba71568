-- Closes a day in its cashier's absence by the accountant's own count; needs a fresh second factor.
-- permission: cash_day:force_close
create function api.desk_day_force_close(
  p_key uuid,
  p_day_id bigint,
  p_counts jsonb,
  p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('cash_day:force_close');
  perform require_step_up(who);
  return day_force_close(who, clock_timestamp(), p_key, p_day_id, p_counts, p_reason);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'desk_day.force_close', jsonb_build_object('day', p_day_id));
end $$;
