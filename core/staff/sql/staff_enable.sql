-- Switches a member of staff on again; the password stays.
-- permission: staff:switch
create function prov.staff_enable(p_key uuid, p_staff_id integer)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  m staff;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('staff:switch');
  content := jsonb_build_object('staff', p_staff_id);
  seen := key_seen(who, p_key, 'staff.enable', content);
  if seen is not null then
    return seen;
  end if;
  m := staff_managed(who, p_staff_id);
  if m.active then
    perform refuse('BO021', 'staff.already_on');
  end if;
  update staff set active = true, changed_at = clock_timestamp() where id = m.id;
  execute format('alter role %I login', m.login);
  perform log_write('person:' || m.id, who, 'staff.enable', 'staff', m.id::text, jsonb_build_object('active', false),
                    jsonb_build_object('active', true));
  return key_keep(who, p_key, 'staff.enable', content, jsonb_build_object('staff_id', m.id, 'active', true));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'staff.enable', jsonb_build_object('staff', p_staff_id));
end $$;
