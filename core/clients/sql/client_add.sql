-- Signs a client up; names are found by their beginning, e-mails whatever the case.
create function rule.client_add(
  p_who actor, p_at timestamptz, p_kind text, p_name text, p_email text, p_phone text, p_time_zone text,
  p_identification text default 'none', p_identified_until date default null)
returns bigint language plpgsql
as $$
declare
  new_id bigint;
begin
  insert into client (kind, name, name_key, email, email_key, phone, time_zone, identification, identified_until,
                      created_at)
    values (p_kind, p_name, folded(p_name), p_email, nullif(folded(p_email), ''), p_phone, p_time_zone, p_identification,
            p_identified_until, p_at)
    returning id into new_id;
  perform log_write('system', p_who, 'client.add', 'client', new_id::text, null,
                    jsonb_build_object('kind', p_kind, 'name', p_name, 'email', p_email, 'phone', p_phone),
                    false, p_at);
  return new_id;
end $$;
