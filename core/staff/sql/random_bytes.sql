-- Random bytes, at most 32, from the server's strong source (gen_random_uuid draws 122 bits of it).
create function auth.random_bytes(p_count integer)
returns bytea language sql volatile strict
set search_path from current
as $$
  select substr(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
                1, p_count)
$$;
