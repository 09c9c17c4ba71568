-- Adds one line to the log and to its stream's hash chain; returns the chain's new head.
create function vault.log_write(
  p_stream text, p_who actor, p_what text, p_entity text, p_entity_id text,
  p_before jsonb, p_after jsonb, p_refused boolean default false, p_at timestamptz default clock_timestamp())
returns bytea language plpgsql security definer
set search_path from current
as $$
declare
  from_addr constant inet := inet_client_addr();
  -- What of the line does not depend on its place in the chain.
  tail constant text :=
    netstring(to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')) || netstring(p_who.staff_id::text)
    || netstring(p_who.login::text) || netstring(host(from_addr)) || netstring(p_what) || netstring(p_entity)
    || netstring(p_entity_id) || netstring(p_before::text) || netstring(p_after::text)
    || netstring(p_refused::text);
  new_head bytea;
begin
  loop
    with moved as (
      update stream s
         set seq = s.seq + 1,
             head = sha256(s.head || convert_to(netstring(p_stream) || netstring((s.seq + 1)::text) || tail, 'UTF8'))
        from (select o.stream, o.head from stream o where o.stream = p_stream for update) as was
       where s.stream = was.stream
      returning s.seq, was.head as prev, s.head)
    insert into log (stream, seq, at, actor_id, login, from_addr, what, entity, entity_id, before, after, refused,
                     prev, hash)
      select p_stream, m.seq, p_at, p_who.staff_id, p_who.login, from_addr, p_what, p_entity, p_entity_id, p_before,
             p_after, p_refused, m.prev, m.head
        from moved m
      returning hash into new_head;
    exit when found;
    insert into stream values (p_stream, 0, sha256(convert_to('bocli/1/' || p_stream, 'UTF8')))
      on conflict do nothing;
  end loop;
  return new_head;
end $$;
