-- Adds one line to the log and to its stream's hash chain; returns the chain's new head.
create function vault.log_write(
  p_stream text, p_who actor, p_what text, p_entity text, p_entity_id text,
  p_before jsonb, p_after jsonb, p_refused boolean default false, p_at timestamptz default clock_timestamp())
returns bytea language plpgsql security definer
set search_path from current
as $$
declare
  s stream;
  new_head bytea;
begin
  select * into s from stream where stream = p_stream for update;
  if not found then
    insert into stream values (p_stream, 0, sha256(convert_to('bocli/1/' || p_stream, 'UTF8')))
      on conflict do nothing;
    select * into s from stream where stream = p_stream for update;
  end if;
  new_head := sha256(s.head || convert_to(netstring(
    p_stream, (s.seq + 1)::text, to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    p_who.staff_id::text, p_who.login::text, host(inet_client_addr()), p_what, p_entity, p_entity_id,
    p_before::text, p_after::text, p_refused::text), 'UTF8'));
  insert into log (stream, seq, at, actor_id, login, from_addr, what, entity, entity_id, before, after, refused,
                   prev, hash)
    values (p_stream, s.seq + 1, p_at, p_who.staff_id, p_who.login, inet_client_addr(), p_what, p_entity,
            p_entity_id, p_before, p_after, p_refused, s.head, new_head);
  update stream set seq = s.seq + 1, head = new_head where stream = p_stream;
  return new_head;
end $$;
