-- Gives a member of staff another role, of those that the one who asks looks after; sessions end at once.
-- permission: staff:set_role
create function prov.staff_set_role(p_key uuid, p_staff_id integer, p_role text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  m staff;
  old_group name;
  new_group name;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('staff:set_role');
  content := jsonb_build_object('staff', p_staff_id, 'role', p_role);
  seen := key_seen(who, p_key, 'staff.set_role', content);
  if seen is not null then
    return seen;
  end if;
  m := staff_managed(who, p_staff_id);
  if not exists (select from manages g where g.manager = who.role and g.managed = p_role) then
    perform refuse('BO012', 'staff.role_not_yours', jsonb_build_object('role', p_role));
  end if;
  if m.role = p_role then
    perform refuse('BO021', 'staff.same_role');
  end if;
  perform not_last_administrator(m.id);
  old_group := 'bocli_role_' || m.role;
  new_group := 'bocli_role_' || p_role;
  update staff set role = p_role, changed_at = clock_timestamp() where id = m.id;
  execute format('revoke %I from %I', old_group, m.login);
  execute format('grant %I to %I', new_group, m.login);
  perform sessions_end(m.id, 'role_changed');
  perform log_write('person:' || m.id, who, 'staff.set_role', 'staff', m.id::text, jsonb_build_object('role', m.role),
                    jsonb_build_object('role', p_role));
  perform connections_end(m.login);
  return key_keep(who, p_key, 'staff.set_role', content, jsonb_build_object('staff_id', m.id, 'role', p_role));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'staff.set_role', jsonb_build_object('staff', p_staff_id, 'role', p_role));
end $$;
