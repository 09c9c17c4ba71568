-- The code of RFC 6238 for a step of 30 seconds since 1970, with SHA-1.
create function auth.totp(p_secret bytea, p_step bigint, p_digits integer default 6)
returns text language plpgsql immutable strict parallel safe
set search_path from current
as $$
declare
  h bytea := hmac_sha1(p_secret, int8send(p_step));
  o integer := get_byte(h, 19) & 15;
  v bigint;
begin
  v := ((get_byte(h, o) & 127)::bigint << 24) | (get_byte(h, o + 1)::bigint << 16)
    | (get_byte(h, o + 2)::bigint << 8) | get_byte(h, o + 3)::bigint;
  return lpad((v % (10 ^ p_digits::numeric)::bigint)::text, p_digits, '0');
end $$;
