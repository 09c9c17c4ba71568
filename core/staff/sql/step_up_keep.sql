-- Checks a code for a grave act and remembers when it was given. Recovery codes do not serve here.
create function auth.step_up_keep(p_who actor, p_code text)
returns jsonb language plpgsql security definer
set search_path from current
as $$
begin
  if not exists (select from secret x where x.staff_id = p_who.staff_id and x.totp is not null) then
    perform refuse('BO021', 'second_factor.not_enrolled');
  end if;
  perform code_check(p_who.staff_id, p_code, false);
  update session set stepped_up_at = clock_timestamp() where id = p_who.session_id;
  perform log_write('person:' || p_who.staff_id, p_who, 'session.step_up', 'session', p_who.session_id::text, null, null);
  return jsonb_build_object('seconds', 300);
end $$;
