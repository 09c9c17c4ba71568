-- Ends all sessions of a member of staff, with the reason.
create function auth.sessions_end(p_staff_id integer, p_reason text)
returns void language sql security definer
set search_path from current
as $$
  update session set closed_at = clock_timestamp(), close_reason = p_reason
   where staff_id = p_staff_id and closed_at is null
$$;
