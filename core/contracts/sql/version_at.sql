-- The version of the client's contract in force at a moment: their own contract's, else that of their organization, else
-- the default contract's. A statement over many clients has it inlined.
create function rule.version_at(p_client_id bigint, p_at timestamptz)
returns table (version_id integer) language sql stable
as $$
  select v.id
    from contract_version v
   where v.valid_from <= p_at
     and v.contract_id = coalesce(
           (select c.contract_id from client_contract c
             where c.client_id = p_client_id and c.valid_from <= p_at
             order by c.valid_from desc limit 1),
           (select o.contract_id from client m join organization o on o.id = m.organization_id
             where m.id = p_client_id),
           (select d.id from contract d where d.is_default))
   order by v.valid_from desc
   limit 1
$$;
