-- Sets or takes back the mark that a closed day agrees with the papers.
-- permission: cash_day:reconcile
create function api.desk_day_reconcile(
  p_key uuid,
  p_day_id bigint,
  p_reconciled boolean)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('cash_day:reconcile');
  return day_mark_reconciled(who, clock_timestamp(), p_key, p_day_id, p_reconciled);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'desk_day.reconcile', jsonb_build_object('day', p_day_id));
end $$;
