-- Sends a close request back to its cashier, who counts again.
-- permission: cash_day:close
create function api.desk_day_send_back(
  p_key uuid,
  p_day_id bigint,
  p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('cash_day:close');
  return day_send_back(who, clock_timestamp(), p_key, p_day_id, p_reason);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'desk_day.send_back', jsonb_build_object('day', p_day_id));
end $$;
