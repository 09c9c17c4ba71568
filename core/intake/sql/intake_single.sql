-- Does a line that is no operation, once: a sign-up, a quote, a document, a ticket. What is refused is undone and
-- answered, and other lines do not notice. Where the same line came by another connection and was done meanwhile, that
-- shows as a double; looked at again, it has its answer.
create function rule.intake_single(p_who actor, p_at timestamptz, p_line jsonb)
returns jsonb language plpgsql
as $$
declare
  key constant uuid := (p_line ->> 'key')::uuid;
  what constant text := 'intake.' || (p_line ->> 'do');
  content constant jsonb := p_line - 'key';
  seen jsonb;
  state text;
  said text;
  detail text;
  broke text;
begin
  for turn in 1..2 loop
    begin
      seen := key_seen(p_who, key, what, content);
      if seen is not null then
        return seen || '{"status": "repeated", "first": "done"}';
      end if;
      return key_keep(p_who, key, what, content, '{"status": "done"}'::jsonb || case p_line ->> 'do'
        when 'client' then intake_client(p_who, p_at, p_line)
        when 'quote' then intake_quote(p_who, p_at, p_line)
        when 'document' then intake_document(p_at, p_line)
        when 'ticket' then intake_ticket(p_at, p_line) end);
    exception when others then
      get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail,
                              broke = constraint_name;
      if state !~ '^(BO0[123]|22|23)' then
        raise;
      end if;
    end;
    exit when state not in ('23505', 'BO020');
  end loop;
  if state ~ '^BO' then
    return no(state, said, coalesce(nullif(detail, ''), '{}')::jsonb) || '{"status": "refused"}';
  end if;
  return no('BO030', 'input.refused', jsonb_build_object('state', state, 'rule', coalesce(nullif(broke, ''), '-')))
         || '{"status": "refused"}';
end $$;
