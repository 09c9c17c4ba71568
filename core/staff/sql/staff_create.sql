-- Makes a member of staff with a one-time password; who may make whom is core/permissions.py's MANAGES.
-- permission: staff:create
create function prov.staff_create(
  p_key uuid, p_email text, p_name text, p_role text, p_person_id integer, p_verifier text, p_kdf text,
  p_phone text default null, p_accepted jsonb default '[]')
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  made jsonb;
  seen jsonb;
  content jsonb;
  codes jsonb;
  params text;
begin
  who := require('staff:create');
  -- The verifier is salted anew whenever the same request is sent again, so it is no part of what is compared.
  content := jsonb_build_object('email', p_email, 'name', p_name, 'role', p_role, 'person', p_person_id,
                                'phone', p_phone, 'accepted', p_accepted);
  seen := key_seen(who, p_key, 'staff.create', content);
  if seen is not null then
    return seen;
  end if;
  if not looks_after(who.staff_id, p_role) then
    perform refuse('BO012', 'staff.role_not_yours', jsonb_build_object('role', p_role));
  end if;
  perform require_step_up(who);
  if p_phone !~ '^[+][0-9]{6,15}$' then
    perform refuse('BO030', 'staff.phone_invalid');
  end if;
  codes := conflicts_seen(conflicts_of(null, p_person_id, p_email, p_name, p_phone, p_role, false), p_accepted);
  made := account_create(p_email, p_name, p_role, p_person_id, p_verifier, p_kdf, true);
  update staff set phone = p_phone where id = (made ->> 'staff_id')::integer and p_phone is not null;
  perform log_write('person:' || (made ->> 'staff_id'), who, 'staff.create', 'staff', made ->> 'staff_id', null,
                    jsonb_build_object('login', made ->> 'login', 'role', p_role, 'person', made -> 'person_id', 'phone', p_phone, 'accepted', codes));
  return key_keep(who, p_key, 'staff.create', content, made);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'staff.create', jsonb_build_object('role', p_role));
end $$;
