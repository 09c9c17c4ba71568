-- Adds one line to the log and to its stream's hash chain; returns the chain's new head.
create function vault.log_write(
  p_stream text, p_who actor, p_what text, p_entity text, p_entity_id text,
  p_before jsonb, p_after jsonb, p_refused boolean default false, p_at timestamptz default clock_timestamp())
returns bytea language plpgsql security definer
set search_path from current
as $$
declare
  from_addr constant inet := inet_client_addr();
  moment constant text := to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US');
  after_text constant text := p_after::text;
  -- What of the line does not depend on its place in the chain. Each part as netstring writes it; those that are always
  -- there by one call for several, which costs less.
  tail constant text := concat(
    octet_length(moment), ':', moment, ',', netstring(p_who.staff_id::text),
    octet_length(p_who.login::text), ':', p_who.login, ',', netstring(host(from_addr)),
    octet_length(p_what), ':', p_what, ',', octet_length(p_entity), ':', p_entity, ',',
    octet_length(p_entity_id), ':', p_entity_id, ',', netstring(p_before::text), netstring(after_text),
    case when p_refused then '4:true,' else '5:false,' end);
  new_seq bigint;
  prev bytea;
  new_head bytea;
begin
  -- Plain statements, each of one table: they start faster than one that does all. The first look takes no lock, since
  -- most streams have one writer, who holds what the stream is about; the update finds out whether that was so.
  select o.seq + 1, o.head into new_seq, prev from stream o where o.stream = p_stream;
  loop
    if found then
      new_head := sha256(prev || convert_to(
        concat(octet_length(p_stream), ':', p_stream, ',', length(new_seq::text), ':', new_seq, ',', tail), 'UTF8'));
      update stream s set seq = new_seq, head = new_head where s.stream = p_stream and s.seq = new_seq - 1;
      exit when found;
    else
      insert into stream values (p_stream, 0, sha256(convert_to('bocli/1/' || p_stream, 'UTF8')))
        on conflict do nothing;
    end if;
    select o.seq + 1, o.head into new_seq, prev from stream o where o.stream = p_stream for no key update;
  end loop;
  insert into log (stream, seq, at, actor_id, login, from_addr, what, entity, entity_id, before, after, refused,
                   prev, hash)
    values (p_stream, new_seq, p_at, p_who.staff_id, p_who.login, from_addr, p_what, p_entity, p_entity_id, p_before,
            p_after, p_refused, prev, new_head);
  return new_head;
end $$;
