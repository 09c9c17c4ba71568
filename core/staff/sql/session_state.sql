-- What is left of a session, in seconds: until it locks, until it ends, and of the step-up.
create function auth.session_state(p_who actor)
returns jsonb language sql security definer
set search_path from current
as $$
  update session s set last_seen = clock_timestamp() where s.id = p_who.session_id
  returning jsonb_build_object(
    'idle_seconds', (select least(p.idle_minutes, m.idle_minutes) * 60
                       from role_policy p join staff m on m.role = p.role where m.id = p_who.staff_id),
    'left_seconds', floor(extract(epoch from s.expires_at - clock_timestamp())),
    'step_up_seconds', greatest(coalesce(floor(extract(epoch from
       s.stepped_up_at + interval '5 minutes' - clock_timestamp())), 0), 0))
$$;
