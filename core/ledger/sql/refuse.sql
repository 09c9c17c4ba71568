-- Refuses: raises the rule's SQLSTATE with the catalogue key as message and its parameters as detail.
create function rule.refuse(p_state text, p_key text, p_params jsonb default '{}')
returns void language plpgsql
as $$
begin
  raise exception using errcode = p_state, message = p_key, detail = p_params::text;
end $$;
