-- The numbered Z report of a closed day, as it was written at the close; for its cashier and for accounting.
-- permission: z_report:read
create function api.desk_day_z_report(p_day_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('z_report:read');
  d desk_day;
  z z_report;
begin
  select * into d from desk_day where id = p_day_id;
  if found and who.role = 'cashier' then
    perform day_mine(who, d);
  end if;
  select * into z from z_report where day_id = p_day_id;
  if not found then
    perform refuse('BO022', 'z_report.not_found');
  end if;
  return z.body;
end $$;
