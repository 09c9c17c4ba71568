-- Keeps the blind closing count and asks the accountant to close the day.
-- permission: cash_day:run
create function api.desk_day_closing_count(
  p_key uuid,
  p_day_id bigint,
  p_counts jsonb,
  p_note text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('cash_day:run');
  return day_closing_count(who, clock_timestamp(), p_key, p_day_id, p_counts, p_note);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'desk_day.request_close', jsonb_build_object('day', p_day_id));
end $$;
