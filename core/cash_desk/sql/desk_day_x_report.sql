-- The X report of the cashier's own open day: turnover by kind and currency, at any time, as often as wanted. It
-- does not say how much cash there should be, and not at all while the day is counted: the count is blind.
-- permission: cash_day:run
create function api.desk_day_x_report(p_day_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('cash_day:run');
  d desk_day;
begin
  select * into d from desk_day where id = p_day_id;
  if not found then
    perform refuse('BO022', 'day.not_found');
  end if;
  perform day_mine(who, d);
  perform day_in_state(d, 'open');
  return day_described(d.id) || jsonb_build_object('turnover', day_turnover(d.id), 'at', clock_timestamp());
end $$;
