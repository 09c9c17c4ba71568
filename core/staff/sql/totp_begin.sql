-- Makes a new secret for the authenticator. It serves only after a code proved it; who has a second factor
-- already gives it first (step-up).
create function auth.totp_begin(p_who actor)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  x secret;
  fresh constant bytea := random_bytes(20);
begin
  select * into strict x from secret where staff_id = p_who.staff_id for update;
  if x.must_change_password then
    perform refuse('BO016', 'session.must_change_password');
  end if;
  if x.totp is not null then
    perform require_step_up(p_who);
  end if;
  update secret set totp_pending = fresh where staff_id = p_who.staff_id;
  perform log_write('person:' || p_who.staff_id, p_who, 'second_factor.begin', 'staff', p_who.staff_id::text, null, null);
  return jsonb_build_object('secret_hex', encode(fresh, 'hex'));
end $$;
