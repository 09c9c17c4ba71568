-- Who is asking: session_user, which cannot be forged, with the live session whose token this connection
-- presented. `duty` is what that person owes before anything else: must_change_password, must_enrol, or null; `allowed`
-- whether their own role has the permission, read on the way.
create function auth.session_now(p_permission text default null, out who actor, out duty text, out allowed boolean)
language plpgsql security definer
set search_path from current
as $$
declare
  r record;
  m record;
  x record;
  p record;
  t constant timestamptz := clock_timestamp();
  -- An assignment is evaluated in place, where `perform` would start the executor.
  sane constant boolean := settings_sane();
  fault text;
begin
  -- Plain statements, each of one table: they start faster than one that joins them all.
  select s.id, s.staff_id, s.last_seen, s.closed_at, s.expires_at, s.locked_at
    into r
    from session s
   where s.token_hash = sha256(convert_to(coalesce(current_setting('bocli.token', true), ''), 'UTF8'))
     and s.login = session_user;
  select n.person_id, n.login, n.role, n.active, n.idle_minutes into m
    from staff n where n.id = r.staff_id and n.login = session_user;
  select n.must_change_password, n.totp is null as no_totp into x from secret n where n.staff_id = r.staff_id;
  select n.second_factor, n.idle_minutes into p from role_policy n where n.role = m.role;
  fault := case
    when p.second_factor is null or x.no_totp is null then 'session.none'
    when r.closed_at is not null or not m.active then 'session.closed'
    when t >= r.expires_at then 'session.expired'
    when r.locked_at is not null then 'session.locked'
    -- a last use in the future is a clock that was turned back: better lock than stay open for long
    when r.last_seen not between t - make_interval(mins => least(p.idle_minutes, m.idle_minutes))
                             and t + interval '1 minute'
      then 'session.idle'
  end;
  if fault is not null then
    perform refuse('BO011', fault);
  end if;
  if r.last_seen < t - interval '20 seconds' and current_setting('transaction_read_only') = 'off' then
    -- a long report of the same session holds this row until it ends: whoever comes meanwhile passes by
    update session set last_seen = t where id = (select s.id from session s where s.id = r.id for update skip locked);
  end if;
  who := row(r.staff_id, m.person_id, m.login, m.role, r.id)::actor;
  duty := case when x.must_change_password then 'must_change_password'
               when p.second_factor and x.no_totp then 'must_enrol' end;
  select true into allowed from permission q where q.permission = p_permission and q.role = m.role;
  allowed := found;
end $$;
