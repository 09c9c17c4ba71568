-- Remembers the verifier that was set, by its hash, and ends the person's other sessions.
create function auth.password_keep(p_staff_id integer, p_verifier text, p_kdf text, p_one_time boolean, p_but bigint)
returns void language plpgsql security definer
set search_path from current
as $$
begin
  update secret
     set verifier_digest = sha256(convert_to(p_verifier, 'UTF8')), kdf = p_kdf, must_change_password = p_one_time,
         one_time_until = case when p_one_time then clock_timestamp() + interval '7 days' end
   where staff_id = p_staff_id;
  update session set closed_at = clock_timestamp(), close_reason = 'password_changed'
   where staff_id = p_staff_id and closed_at is null and id is distinct from p_but;
end $$;
