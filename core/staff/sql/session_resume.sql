-- Opens a locked or idle session again, by the code of who has a second factor.
create function auth.session_resume(p_code text)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  s session;
  x secret;
  m staff;
begin
  perform settings_sane();
  select * into s from session
   where token_hash = sha256(convert_to(coalesce(current_setting('bocli.token', true), ''), 'UTF8'))
     and login = session_user;
  if not found then
    perform refuse('BO011', 'session.none');
  end if;
  select * into strict m from staff where id = s.staff_id;
  if s.closed_at is not null or not m.active then
    perform refuse('BO011', 'session.closed');
  end if;
  if clock_timestamp() >= s.expires_at then
    perform refuse('BO011', 'session.expired');
  end if;
  select * into strict x from secret where staff_id = m.id;
  if x.verifier_digest is distinct from (
       select sha256(convert_to(a.rolpassword, 'UTF8')) from pg_authid a where a.rolname = session_user) then
    perform refuse('BO012', 'session.verifier_changed');
  end if;
  if x.totp is not null then
    perform code_check(m.id, p_code, true);
  end if;
  update session set locked_at = null, last_seen = clock_timestamp(), stepped_up_at = null where id = s.id;
  perform log_write('person:' || m.id, row(m.id, m.person_id, m.login, m.role, s.id)::actor, 'session.unlock',
                    'session', s.id::text, null, null);
  return jsonb_build_object('session_id', s.id);
end $$;
