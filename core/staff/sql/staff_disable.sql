-- Switches a member of staff off: no log-in, sessions and connections end at once.
-- permission: staff:switch
create function prov.staff_disable(p_key uuid, p_staff_id integer, p_reason text)
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
  content := jsonb_build_object('staff', p_staff_id, 'reason', p_reason);
  seen := key_seen(who, p_key, 'staff.disable', content);
  if seen is not null then
    return seen;
  end if;
  m := staff_managed(who, p_staff_id);
  if not m.active then
    perform refuse('BO021', 'staff.already_off');
  end if;
  if length(trim(coalesce(p_reason, ''))) not between 3 and 500 then
    perform refuse('BO030', 'reason.missing');
  end if;
  perform not_last_administrator(m.id);
  update staff set active = false, changed_at = clock_timestamp() where id = m.id;
  perform delegations_end(who, m.id);
  perform groups_sync(m.id);
  execute format('alter role %I nologin', m.login);
  perform sessions_end(m.id, 'switched_off');
  perform log_write('person:' || m.id, who, 'staff.disable', 'staff', m.id::text, jsonb_build_object('active', true),
                    jsonb_build_object('active', false, 'reason', p_reason));
  perform connections_end(m.login);
  return key_keep(who, p_key, 'staff.disable', content, jsonb_build_object('staff_id', m.id, 'active', false));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'staff.disable', jsonb_build_object('staff', p_staff_id));
end $$;
