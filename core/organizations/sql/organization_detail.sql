-- An organization with its members (the first 200 by name), their coins, and the states it may go to. Leaves a trace.
-- permission: organization:list
create function api.organization_detail(p_organization_id integer)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('organization:list');
  o organization;
begin
  select * into o from organization where id = p_organization_id;
  if not found then
    perform refuse('BO022', 'organization.not_found');
  end if;
  perform log_write('person:' || who.staff_id, who, 'organization.read', 'organization', o.id::text, null, null);
  return jsonb_build_object(
    'id', o.id, 'name', o.name, 'kind', o.kind, 'state', o.state, 'registration', o.registration,
    'address', o.address, 'contract_id', o.contract_id, 'created_at', o.created_at,
    'contract', (select k.name from contract k where k.id = o.contract_id),
    'moves', (select coalesce(jsonb_agg(m.to_state order by m.to_state), '[]') from state_move m
               where m.entity = 'organization' and m.from_state = o.state),
    'member_count', (select count(1) from client c where c.organization_id = o.id),
    'members', (
      select coalesce(jsonb_agg(to_jsonb(x) order by x.name, x.client_id), '[]')
        from (select c.id as client_id, c.name, c.email, c.phone,
                     (select count(1) from coin n where n.client_id = c.id) as coins
                from client c where c.organization_id = o.id order by c.name, c.id limit 200) as x),
    'coins', (
      select coalesce(jsonb_agg(to_jsonb(x) order by x.coin_id), '[]')
        from (select n.id as coin_id, n.serial, c.name as client, i.code as issuer, i.scale,
                     w.balance + h.balance as balance
                from client c
                join coin n on n.client_id = c.id
                join issuer i on i.id = n.issuer_id
                join account w on w.id = n.wallet_account_id
                join account h on h.id = n.hold_account_id
               where c.organization_id = o.id order by n.id limit 200) as x),
    'sums', (
      select coalesce(jsonb_agg(to_jsonb(x) order by x.position), '[]')
        from (select i.code as issuer, i.scale, i.position, sum(w.balance + h.balance)::bigint as balance
                from client c
                join coin n on n.client_id = c.id
                join issuer i on i.id = n.issuer_id
                join account w on w.id = n.wallet_account_id
                join account h on h.id = n.hold_account_id
               where c.organization_id = o.id group by i.id) as x));
end $$;
