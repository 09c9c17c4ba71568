-- The secrets of a new member of staff, and the two sequences that count wrong codes and keep their time.
create function auth.secrets_make(p_staff_id integer, p_verifier text, p_kdf text, p_one_time boolean)
returns void language plpgsql security definer
set search_path from current
as $$
declare
  counter constant name := 'try_' || p_staff_id;
  clock constant name := 'tried_at_' || p_staff_id;
begin
  insert into secret (staff_id, verifier_digest, kdf, must_change_password, one_time_until)
    values (p_staff_id, sha256(convert_to(p_verifier, 'UTF8')), p_kdf, p_one_time,
            case when p_one_time then clock_timestamp() + interval '7 days' end);
  execute format('create sequence auth.%I', counter);
  execute format('create sequence auth.%I', clock);
end $$;
