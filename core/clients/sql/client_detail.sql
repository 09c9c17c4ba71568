-- Everything about a client: facts, organization, contract in force, coins, the newest 50 operations. Leaves a trace.
-- permission: client:read
create function api.client_detail(p_client_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('client:read');
  c client;
begin
  select * into c from client where id = p_client_id;
  if not found then
    perform refuse('BO022', 'client.not_found');
  end if;
  perform log_write('person:' || who.staff_id, who, 'client.read', 'client', c.id::text, null, null);
  return client_described(c.id) || jsonb_build_object(
    'time_zone', c.time_zone, 'language', c.language, 'active', c.active, 'identification', c.identification,
    'identified_until', c.identified_until, 'organization_id', c.organization_id, 'created_at', c.created_at,
    'organization', (select o.name from organization o where o.id = c.organization_id),
    'contract', coalesce((select k.name from contract k join contract_version v on v.contract_id = k.id
                           where v.id = version_in_force(c.id, clock_timestamp())), ''),
    'operations', (
      select coalesce(jsonb_agg(to_jsonb(o) order by o.id desc), '[]')
        from (select p.id, p.at, p.kind, i.code as issuer, i.scale, p.amount, p.commission, n.serial
                from operation p
                join issuer i on i.id = p.issuer_id
                left join coin n on n.id = p.coin_id
               where p.client_id = c.id
               order by p.id desc
               limit 50) as o));
end $$;
