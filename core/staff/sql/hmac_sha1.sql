-- HMAC with SHA-1 (RFC 2104).
create function auth.hmac_sha1(p_key bytea, p_message bytea)
returns bytea language plpgsql immutable strict parallel safe
set search_path from current
as $$
declare
  k bytea := case when length(p_key) > 64 then sha1(p_key) else p_key end;
  inner_pad bytea;
  outer_pad bytea;
begin
  k := k || decode(repeat('00', 64 - length(k)), 'hex');
  inner_pad := k;
  outer_pad := k;
  for i in 0 .. 63 loop
    inner_pad := set_byte(inner_pad, i, get_byte(k, i) # 54);
    outer_pad := set_byte(outer_pad, i, get_byte(k, i) # 92);
  end loop;
  return sha1(outer_pad || sha1(inner_pad || p_message));
end $$;
