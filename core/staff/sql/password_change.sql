-- Sets one's own password: what comes is the ready-made verifier and the name of the parameters it was made with.
-- permission: staff
create function api.password_change(p_verifier text, p_kdf text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := present();
  perform verifier_check(p_verifier, p_kdf);
  perform password_allowed(who, p_verifier, p_kdf);
  perform role_verifier_set(who.login, p_verifier);
  perform password_keep(who.staff_id, p_verifier, p_kdf, false, who.session_id);
  perform log_write('person:' || who.staff_id, who, 'password.change', 'staff', who.staff_id::text, null,
                    jsonb_build_object('kdf', p_kdf));
  return jsonb_build_object('changed', true);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'password.change', '{}');
end $$;
