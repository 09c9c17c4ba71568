-- What a change is called in lists: the name of that which it changes.
create function rule.change_title(p_kind text, p_payload jsonb)
returns text language plpgsql stable
as $$
begin
  return left(coalesce(nullif(btrim(case p_kind
    when 'assignment' then (select k.name from contract k where k.id::text = p_payload ->> 'contract_id')
    else p_payload ->> 'name' end), ''), '-'), 200);
end $$;
