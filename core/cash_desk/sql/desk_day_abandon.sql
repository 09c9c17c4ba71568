-- Gives a desk free again whose day was started but not opened.
-- permission: cash_day:abandon
create function api.desk_day_abandon(
  p_key uuid,
  p_day_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('cash_day:abandon');
  return day_abandon(who, clock_timestamp(), p_key, p_day_id);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'desk_day.abandon', jsonb_build_object('day', p_day_id));
end $$;
