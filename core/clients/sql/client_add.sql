-- Signs a client up; names are found by their beginning, e-mails and phones however they were typed. p_logged: who signs
-- many up writes their lines of the log at the end, so that no other waits for the stream meanwhile.
create function rule.client_add(
  p_who actor, p_at timestamptz, p_kind text, p_name text, p_email text, p_phone text, p_time_zone text,
  p_identification text default 'none', p_identified_until date default null,
  p_logged boolean default true)
returns bigint language plpgsql
as $$
declare
  kept constant record := client_kept(p_name, p_email, p_phone);
  new_id bigint;
begin
  insert into client (kind, name, name_key, email, email_key, phone, time_zone, identification, identified_until,
                      created_at)
    values (p_kind, kept.name, folded(kept.name), kept.email, nullif(folded(kept.email), ''), kept.phone, p_time_zone,
            p_identification, p_identified_until, p_at)
    returning id into new_id;
  if p_logged then
    perform log_write('system', p_who, 'client.add', 'client', new_id::text, null,
                      jsonb_build_object('kind', p_kind, 'name', kept.name, 'email', kept.email, 'phone', kept.phone,
                                         'time_zone', p_time_zone),
                      false, p_at);
  end if;
  return new_id;
end $$;
