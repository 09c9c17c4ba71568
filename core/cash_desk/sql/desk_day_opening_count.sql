-- Opens the day by its opening count; a difference from the last close needs p_confirm and a reason.
-- permission: cash_day:run
create function api.desk_day_opening_count(
  p_key uuid,
  p_day_id bigint,
  p_counts jsonb,
  p_confirm boolean,
  p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('cash_day:run');
  return day_opening_count(who, clock_timestamp(), p_key, p_day_id, p_counts, p_confirm, p_reason);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'desk_day.open', jsonb_build_object('day', p_day_id));
end $$;
