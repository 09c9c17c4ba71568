-- Whether a session may set a new password: a first password must be changed; else a fresh second factor, or
-- within a minute of log-in new parameters for the same password (the program renews them by itself).
create function auth.password_allowed(p_who actor, p_verifier text, p_kdf text)
returns void language plpgsql security definer
set search_path from current
as $$
declare
  x secret;
begin
  select * into strict x from secret where staff_id = p_who.staff_id for update;
  if x.verifier_digest = sha256(convert_to(p_verifier, 'UTF8')) then
    perform refuse('BO030', 'password.same');
  end if;
  if x.must_change_password or x.totp is null then
    return;
  end if;
  if p_kdf <> x.kdf and exists (select from session s where s.id = p_who.session_id
                                   and s.opened_at > clock_timestamp() - interval '1 minute') then
    return;
  end if;
  perform require_step_up(p_who);
end $$;
