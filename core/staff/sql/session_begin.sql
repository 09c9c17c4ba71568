-- Opens a session for the login that connected: the password was proved by SCRAM, the code is checked here.
-- Returns the token once; of it only a hash is kept.
create function auth.session_begin(p_code text)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  m staff;
  x secret;
  p role_policy;
  before record;
  failures bigint;
  token constant text := encode(random_bytes(32), 'hex');
  recovered boolean := false;
  session_id bigint;
  who actor;
begin
  perform settings_sane();
  select * into m from staff where login = session_user;
  if not found or not m.active then
    perform refuse('BO012', 'session.not_staff');
  end if;
  select * into strict x from secret where staff_id = m.id;
  select * into strict p from role_policy where role = m.role;
  if x.verifier_digest is distinct from (
       select sha256(convert_to(a.rolpassword, 'UTF8')) from pg_authid a where a.rolname = session_user) then
    perform refuse('BO012', 'session.verifier_changed');
  end if;
  if x.must_change_password and x.one_time_until < clock_timestamp() then
    perform refuse('BO012', 'session.one_time_expired');
  end if;
  failures := coalesce(pg_sequence_last_value(format('auth.%I', 'try_' || m.id)::regclass), 0) - x.fail_base;
  if x.totp is not null then
    recovered := code_check(m.id, p_code, true);
  end if;
  select s.opened_at, s.from_addr into before from session s where s.staff_id = m.id order by s.id desc limit 1;
  update session s set closed_at = clock_timestamp(), close_reason = 'replaced'
   where s.staff_id = m.id and s.closed_at is null and s.id not in (
     select o.id from session o
      where o.staff_id = m.id and o.closed_at is null and o.expires_at > clock_timestamp()
      order by o.id desc limit p.sessions - 1);
  insert into session (token_hash, staff_id, login, expires_at, from_addr)
    values (sha256(convert_to(token, 'UTF8')), m.id, session_user,
            clock_timestamp() + make_interval(mins => p.absolute_minutes), inet_client_addr())
    returning id into session_id;
  who := row(m.id, m.person_id, m.login, m.role, session_id)::actor;
  perform set_config('bocli.token', token, false);
  perform log_write('person:' || m.id, who, 'session.open', 'session', who.session_id::text, null,
                    jsonb_build_object('recovery', recovered, 'second_factor', x.totp is not null));
  return jsonb_build_object(
    'token', token, 'company', (select i.company from installation i),
    'staff', jsonb_build_object('id', m.id, 'person_id', m.person_id, 'name', m.name, 'email', m.email,
                                'phone', m.phone, 'role', m.role, 'language', coalesce(m.language, ''), 'theme', m.theme),
    'permissions', (select coalesce(jsonb_agg(q.permission order by q.permission), '[]')
                      from (select distinct n.permission from permission n
                             where n.role = any (roles_now(m.id))) as q),
    'last_login_at', before.opened_at, 'last_login_from', host(before.from_addr), 'failures', failures,
    'idle_minutes', least(p.idle_minutes, m.idle_minutes), 'role_idle_minutes', p.idle_minutes, 'kdf', x.kdf,
    'must_change_password', x.must_change_password, 'must_enrol', p.second_factor and x.totp is null,
    'recovery_left', case when x.totp is not null then (
       select count(1) from recovery c where c.staff_id = m.id and c.used_at is null) end);
end $$;
