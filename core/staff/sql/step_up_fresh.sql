-- Whether this session gave a second factor for a grave act within the last five minutes.
create function auth.step_up_fresh(p_who actor)
returns boolean language sql stable security definer
set search_path from current
as $$
  select coalesce((select s.stepped_up_at between clock_timestamp() - interval '5 minutes'
                                              and clock_timestamp() + interval '1 minute'
                     from session s where s.id = p_who.session_id), false)
$$;
