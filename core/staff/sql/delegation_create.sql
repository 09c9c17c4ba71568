-- Lends a role to a member of staff until a date: a role that the one who asks looks after, or the own one. The
-- second factor's duty of the lent role is not got around: who owes none of their own cannot be lent such a role.
-- permission: staff:delegate
create function prov.delegation_create(
  p_key uuid, p_staff_id integer, p_role text, p_ends_at timestamptz, p_reason text, p_accepted jsonb default '[]')
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
  new_id integer;
  params text;
begin
  who := require('staff:delegate');
  content := jsonb_build_object('staff', p_staff_id, 'role', p_role, 'ends_at', p_ends_at, 'reason', p_reason,
                                'accepted', p_accepted);
  seen := key_seen(who, p_key, 'delegation.create', content);
  if seen is not null then
    return seen;
  end if;
  m := staff_managed(who, p_staff_id);
  if not (looks_after(who.staff_id, p_role) or p_role = who.role) then
    perform refuse('BO012', 'staff.role_not_yours', jsonb_build_object('role', p_role));
  end if;
  if not m.active then
    perform refuse('BO021', 'staff.already_off');
  end if;
  if p_role = any (roles_now(m.id)) then
    perform refuse('BO021', 'delegation.has_role');
  end if;
  if p_ends_at is null or p_ends_at <= clock_timestamp() or p_ends_at > clock_timestamp() + interval '92 days' then
    perform refuse('BO030', 'delegation.ends_at');
  end if;
  if length(trim(coalesce(p_reason, ''))) not between 3 and 500 then
    perform refuse('BO030', 'reason.missing');
  end if;
  if (select count(1) from delegation d
       where d.staff_id = m.id and d.ended_at is null and d.ends_at > clock_timestamp()) >= 5 then
    perform refuse('BO021', 'delegation.too_many');
  end if;
  if exists (select from role_policy p where p.role = p_role and p.second_factor)
     and not exists (select from role_policy p where p.role = m.role and p.second_factor) then
    perform refuse('BO021', 'delegation.second_factor');
  end if;
  codes := conflicts_seen(conflicts_of(m.id, null, null, null, null, p_role, true), p_accepted);
  insert into delegation (staff_id, role, starts_at, ends_at, reason, made_by_id)
    values (m.id, p_role, clock_timestamp(), p_ends_at, trim(p_reason), who.staff_id) returning id into new_id;
  perform groups_sync(m.id);
  perform log_write('person:' || m.id, who, 'delegation.create', 'staff', m.id::text, null,
                    jsonb_build_object('role', p_role, 'ends_at', p_ends_at, 'reason', trim(p_reason),
                                       'accepted', codes));
  return key_keep(who, p_key, 'delegation.create', content, jsonb_build_object('delegation_id', new_id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'delegation.create', jsonb_build_object('staff', p_staff_id, 'role', p_role));
end $$;
