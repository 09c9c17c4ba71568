-- Forgets one's own view of a list.
-- permission: staff
create function api.view_delete(p_list text, p_name text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('staff');
  delete from saved_view where staff_id = who.staff_id and list = p_list and name = p_name;
  if not found then
    perform refuse('BO022', 'view.not_found');
  end if;
  return jsonb_build_object('deleted', true);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'view.delete', '{}');
end $$;
