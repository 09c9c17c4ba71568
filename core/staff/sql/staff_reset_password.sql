-- Gives a member of staff a new one-time password, by its ready-made verifier; sessions end at once.
-- permission: staff:reset
create function prov.staff_reset_password(
  p_key uuid, p_staff_id integer, p_verifier text, p_kdf text)
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
  who := require('staff:reset');
  -- The verifier is salted anew whenever the same request is sent again, so it is no part of what is compared.
  content := jsonb_build_object('staff', p_staff_id);
  seen := key_seen(who, p_key, 'staff.reset_password', content);
  if seen is not null then
    return seen;
  end if;
  m := staff_managed(who, p_staff_id);
  perform verifier_check(p_verifier, p_kdf);
  perform role_verifier_set(m.login, p_verifier);
  perform password_keep(m.id, p_verifier, p_kdf, true, null);
  perform log_write('person:' || m.id, who, 'staff.reset_password', 'staff', m.id::text, null, null);
  perform connections_end(m.login);
  return key_keep(who, p_key, 'staff.reset_password', content, jsonb_build_object('staff_id', m.id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'staff.reset_password', jsonb_build_object('staff', p_staff_id));
end $$;
