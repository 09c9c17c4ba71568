-- The last twenty sessions of a member of staff, newest first.
create function auth.sessions_of(p_staff_id integer, p_current bigint)
returns jsonb language sql stable security definer
set search_path from current
as $$
  select jsonb_build_object('sessions', coalesce(jsonb_agg(one.session order by one.id desc), '[]'))
    from (select s.id, jsonb_build_object(
                   'id', s.id, 'opened_at', s.opened_at, 'last_seen', s.last_seen, 'from', host(s.from_addr),
                   'locked', s.locked_at is not null, 'current', s.id = p_current,
                   'ended_at', coalesce(s.closed_at, case when s.expires_at <= clock_timestamp() then s.expires_at end),
                   'reason', s.close_reason) as session
            from session s
           where s.staff_id = p_staff_id
           order by s.id desc
           limit 20) one
$$;
