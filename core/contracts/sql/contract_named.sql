-- The contract that a payload names, or null for a new one. Refuses a number that is none.
create function rule.contract_named(p_payload jsonb)
returns contract language plpgsql stable
as $$
declare
  c contract;
begin
  if coalesce(p_payload -> 'contract_id', 'null') = 'null' then
    return null;
  end if;
  if jsonb_typeof(p_payload -> 'contract_id') = 'number' and p_payload ->> 'contract_id' ~ '^[0-9]{1,9}$' then
    select * into c from contract where id = (p_payload ->> 'contract_id')::integer;
  end if;
  if c.id is null then
    perform refuse('BO022', 'contract.not_found');
  end if;
  return c;
end $$;
