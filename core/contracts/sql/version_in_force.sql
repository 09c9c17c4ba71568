-- The version of the client's contract in force at a moment; null when there is none. What version_at says in one
-- expression, for one client: step by step, and no further than needed.
create function rule.version_in_force(p_client_id bigint, p_at timestamptz)
returns integer language plpgsql stable
as $$
declare
  its_contract_id integer;
  its_version_id integer;
begin
  select c.contract_id into its_contract_id
    from client_contract c
   where c.client_id = p_client_id and c.valid_from <= p_at
   order by c.valid_from desc
   limit 1;
  if its_contract_id is null then
    select o.contract_id into its_contract_id
      from client m join organization o on o.id = m.organization_id where m.id = p_client_id;
  end if;
  if its_contract_id is null then
    select d.id into its_contract_id from contract d where d.is_default;
  end if;
  select v.id into its_version_id
    from contract_version v
   where v.contract_id = its_contract_id and v.valid_from <= p_at
   order by v.valid_from desc
   limit 1;
  return its_version_id;
end $$;
