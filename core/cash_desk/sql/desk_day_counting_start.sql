-- Begins the closing count; nothing can be posted on the day from here on.
-- permission: cash_day:run
create function api.desk_day_counting_start(
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
  who := require('cash_day:run');
  return day_counting_start(who, clock_timestamp(), p_key, p_day_id);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'desk_day.counting', jsonb_build_object('day', p_day_id));
end $$;
