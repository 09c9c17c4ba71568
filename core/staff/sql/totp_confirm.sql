-- Takes the pending secret into use when the code shows that the authenticator has it.
create function auth.totp_confirm(p_who actor, p_code text)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  x secret;
  step_now constant bigint := floor(extract(epoch from clock_timestamp()) / 30);
begin
  select * into strict x from secret where staff_id = p_who.staff_id for update;
  if x.totp_pending is null then
    perform refuse('BO021', 'second_factor.not_begun');
  end if;
  for step in step_now - 1 .. step_now + 1 loop
    if totp(x.totp_pending, step) = regexp_replace(coalesce(p_code, ''), '[^0-9]', '', 'g') then
      update secret
         set totp = x.totp_pending, totp_pending = null, last_step = step,
             fail_base = coalesce(pg_sequence_last_value(format('auth.%I', 'try_' || p_who.staff_id)::regclass), 0)
       where staff_id = p_who.staff_id;
      perform log_write('person:' || p_who.staff_id, p_who, 'second_factor.enrol', 'staff', p_who.staff_id::text,
                        jsonb_build_object('enrolled', x.totp is not null), jsonb_build_object('enrolled', true));
      return jsonb_build_object('recovery', recovery_make(p_who.staff_id));
    end if;
  end loop;
  perform refuse('BO013', 'code.wrong');
end $$;
