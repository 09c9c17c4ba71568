-- Ends a lent role before its time; the rights go at once.
-- permission: staff:delegate
create function prov.delegation_end(p_key uuid, p_delegation_id integer)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  d delegation;
  m staff;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('staff:delegate');
  content := jsonb_build_object('delegation', p_delegation_id);
  seen := key_seen(who, p_key, 'delegation.end', content);
  if seen is not null then
    return seen;
  end if;
  select * into d from delegation where id = p_delegation_id;
  if not found then
    perform refuse('BO022', 'delegation.not_found');
  end if;
  m := staff_managed(who, d.staff_id);
  update delegation set ended_at = clock_timestamp(), ended_by_id = who.staff_id
   where id = d.id and ended_at is null and ends_at > clock_timestamp();
  if not found then
    perform refuse('BO021', 'delegation.over');
  end if;
  perform groups_sync(m.id);
  perform log_write('person:' || m.id, who, 'delegation.end', 'staff', m.id::text,
                    jsonb_build_object('role', d.role, 'ends_at', d.ends_at), null);
  return key_keep(who, p_key, 'delegation.end', content, jsonb_build_object('delegation_id', d.id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'delegation.end', jsonb_build_object('delegation', p_delegation_id));
end $$;
