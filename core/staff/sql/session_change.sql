-- Locks, closes or ends a session of one's own: this one, or another by its id.
create function auth.session_change(p_who actor, p_session_id bigint, p_what text)
returns jsonb language plpgsql security definer
set search_path from current
as $$
begin
  if p_what = 'lock' then
    update session set locked_at = clock_timestamp()
     where id = p_session_id and staff_id = p_who.staff_id and closed_at is null;
  else
    update session set closed_at = clock_timestamp(), close_reason = 'closed_by_owner'
     where id = p_session_id and staff_id = p_who.staff_id and closed_at is null;
  end if;
  if not found then
    perform refuse('BO022', 'session.not_found');
  end if;
  perform log_write('person:' || p_who.staff_id, p_who, 'session.' || p_what, 'session', p_session_id::text, null, null);
  return jsonb_build_object('session_id', p_session_id);
end $$;
