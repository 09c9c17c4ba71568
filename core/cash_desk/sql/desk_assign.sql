-- Says that a cashier may, or no longer may, work at a desk.
-- permission: desk:assign
create function api.desk_assign(
  p_key uuid,
  p_desk_id integer,
  p_staff_id integer,
  p_assigned boolean)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('desk:assign');
  return desk_assigned(who, clock_timestamp(), p_key, p_desk_id, p_staff_id, p_assigned);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'desk.assign', jsonb_build_object('desk', p_desk_id, 'staff', p_staff_id));
end $$;
