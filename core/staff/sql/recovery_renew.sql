-- Makes new recovery codes after a fresh second factor.
create function auth.recovery_renew(p_who actor)
returns jsonb language plpgsql security definer
set search_path from current
as $$
begin
  perform require_step_up(p_who);
  perform log_write('person:' || p_who.staff_id, p_who, 'second_factor.recovery', 'staff', p_who.staff_id::text, null, null);
  return jsonb_build_object('recovery', recovery_make(p_who.staff_id));
end $$;
