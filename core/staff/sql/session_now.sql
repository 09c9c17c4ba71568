-- Who is asking: session_user, which cannot be forged, with the live session whose token this connection
-- presented. `duty` is what that person owes before anything else: must_change_password, must_enrol, or null.
create function auth.session_now(out who actor, out duty text)
language plpgsql security definer
set search_path from current
as $$
declare
  r record;
  t constant timestamptz := clock_timestamp();
  fault text;
begin
  perform settings_sane();
  select s.id, s.last_seen, s.closed_at, s.expires_at, s.locked_at, m.id as staff_id, m.person_id, m.login, m.role,
         m.active, least(p.idle_minutes, m.idle_minutes) as idle_minutes,
         case when x.must_change_password then 'must_change_password'
              when p.second_factor and x.totp is null then 'must_enrol' end as owed
    into r
    from session s
    join staff m on m.id = s.staff_id and m.login = s.login
    join secret x on x.staff_id = m.id
    join role_policy p on p.role = m.role
   where s.token_hash = sha256(convert_to(coalesce(current_setting('bocli.token', true), ''), 'UTF8'))
     and s.login = session_user;
  fault := case
    when r.id is null then 'session.none'
    when r.closed_at is not null or not r.active then 'session.closed'
    when t >= r.expires_at then 'session.expired'
    when r.locked_at is not null then 'session.locked'
    -- a last use in the future is a clock that was turned back: better lock than stay open for long
    when r.last_seen not between t - make_interval(mins => r.idle_minutes) and t + interval '1 minute'
      then 'session.idle'
  end;
  if fault is not null then
    perform refuse('BO011', fault);
  end if;
  if r.last_seen < t - interval '20 seconds' and current_setting('transaction_read_only') = 'off' then
    -- a long report of the same session holds this row until it ends: whoever comes meanwhile passes by
    update session set last_seen = t where id = (select s.id from session s where s.id = r.id for update skip locked);
  end if;
  who := row(r.staff_id, r.person_id, r.login, r.role, r.id)::actor;
  duty := r.owed;
end $$;
