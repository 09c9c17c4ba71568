-- Starts a cashier's day at a desk that is theirs; the opening count comes next.
-- permission: cash_day:run
create function api.desk_day_start(
  p_key uuid,
  p_desk_id integer)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('cash_day:run');
  return day_start(who, clock_timestamp(), p_key, p_desk_id);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'desk_day.start', jsonb_build_object('desk', p_desk_id));
end $$;
