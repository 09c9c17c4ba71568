-- Closes a day whose count was compared; p_count_seen is the count that the accountant saw.
-- permission: cash_day:close
create function api.desk_day_close(
  p_key uuid,
  p_day_id bigint,
  p_count_seen bigint,
  p_note text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('cash_day:close');
  return day_close(who, clock_timestamp(), p_key, p_day_id, p_count_seen, p_note);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'desk_day.close', jsonb_build_object('day', p_day_id));
end $$;
