-- Refuses what is not a ready-made SCRAM-SHA-256 verifier: a password in clear never becomes one here.
create function auth.verifier_check(p_verifier text, p_kdf text)
returns void language plpgsql
set search_path from current
as $$
begin
  if coalesce(p_verifier, '') !~ '^SCRAM-SHA-256[$][1-9][0-9]{3,6}:[A-Za-z0-9+/]{22}==[$][A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$'
     or split_part(substr(p_verifier, 15), ':', 1)::integer < 4096
     or coalesce(p_kdf, '') !~ '^argon2id:v=[0-9]{1,3},m=[0-9]{1,8},t=[0-9]{1,3},p=[0-9]{1,2}$' then
    perform refuse('BO030', 'password.verifier_invalid');
  end if;
end $$;
