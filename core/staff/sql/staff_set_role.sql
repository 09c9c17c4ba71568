-- Gives a member of staff another role, of those that the one who asks looks after; sessions end at once.
-- permission: staff:set_role
create function prov.staff_set_role(p_key uuid, p_staff_id integer, p_role text, p_accepted jsonb default '[]')
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  m staff;
  seen jsonb;
  content jsonb;
  codes jsonb;
  params text;
begin
  who := require('staff:set_role');
  content := jsonb_build_object('staff', p_staff_id, 'role', p_role, 'accepted', p_accepted);
  seen := key_seen(who, p_key, 'staff.set_role', content);
  if seen is not null then
    return seen;
  end if;
  m := staff_managed(who, p_staff_id);
  if not looks_after(who.staff_id, p_role) then
    perform refuse('BO012', 'staff.role_not_yours', jsonb_build_object('role', p_role));
  end if;
  if m.role = p_role then
    perform refuse('BO021', 'staff.same_role');
  end if;
  perform not_last_administrator(m.id);
  codes := conflicts_seen(conflicts_of(m.id, null, null, null, null, p_role, false), p_accepted);
  update staff set role = p_role, changed_at = clock_timestamp() where id = m.id;
  perform delegations_end(who, m.id);
  perform groups_sync(m.id);
  perform sessions_end(m.id, 'role_changed');
  perform log_write('person:' || m.id, who, 'staff.set_role', 'staff', m.id::text, jsonb_build_object('role', m.role),
                    jsonb_build_object('role', p_role, 'accepted', codes));
  perform connections_end(m.login);
  return key_keep(who, p_key, 'staff.set_role', content, jsonb_build_object('staff_id', m.id, 'role', p_role));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'staff.set_role', jsonb_build_object('staff', p_staff_id, 'role', p_role));
end $$;
