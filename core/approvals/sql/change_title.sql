-- What a change is called in lists: the name of that which it changes.
create function rule.change_title(p_kind text, p_payload jsonb)
returns text language plpgsql stable
as $$
begin
  return left(coalesce(nullif(btrim(case p_kind
    when 'assignment' then (select k.name from contract k where k.id::text = p_payload ->> 'contract_id')
    when 'office_rate' then (select o.name from exchange_office o where o.id::text = p_payload ->> 'office_id')
      || ' ' || (p_payload ->> 'base') || '/' || (p_payload ->> 'quote')
    when 'system_rate' then (p_payload -> 'rates' -> 0 ->> 'base') || '/' || (p_payload -> 'rates' -> 0 ->> 'quote')
      || case when jsonb_typeof(p_payload -> 'rates') = 'array' and jsonb_array_length(p_payload -> 'rates') > 1
              then ' +' || jsonb_array_length(p_payload -> 'rates') - 1 else '' end
    when 'unblock' then (select coalesce(c.name, n.serial, b.operation_id::text)
                           from block b
                           left join client c on c.id = b.client_id
                           left join coin n on n.id = b.coin_id
                          where b.id::text = p_payload ->> 'block_id')
    else p_payload ->> 'name' end), ''), '-'), 200);
end $$;
