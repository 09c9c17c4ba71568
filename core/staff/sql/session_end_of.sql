-- Ends a session of somebody else's by its number; false when there is no such open one. The last one's connections
-- are for the caller to end.
create function auth.session_end_of(p_staff_id integer, p_session_id bigint, out left_open integer)
language plpgsql security definer
set search_path from current
as $$
begin
  update session set closed_at = clock_timestamp(), close_reason = 'ended_by_other'
   where id = p_session_id and staff_id = p_staff_id and closed_at is null;
  if not found then
    perform refuse('BO022', 'session.not_found');
  end if;
  select count(1) into left_open from session s
   where s.staff_id = p_staff_id and s.closed_at is null and s.expires_at > clock_timestamp();
end $$;
