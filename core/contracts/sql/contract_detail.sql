-- A contract with its versions, the content of one of them (the one in force when none is named, else the next), what
-- can be priced, and the requests that wait on it.
-- permission: contract:list
create function api.contract_detail(p_contract_id integer, p_version_id integer default null)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  c contract;
  shown integer;
begin
  perform require('contract:list');
  select * into c from contract where id = p_contract_id;
  if not found then
    perform refuse('BO022', 'contract.not_found');
  end if;
  select v.id into shown from contract_version v
   where v.contract_id = c.id and (p_version_id is null or v.id = p_version_id)
   order by v.valid_from > clock_timestamp(), abs(extract(epoch from v.valid_from - clock_timestamp())) limit 1;
  if shown is null and p_version_id is not null then
    perform refuse('BO022', 'contract.not_found');
  end if;
  return jsonb_build_object(
    'id', c.id, 'name', c.name, 'client_kind', c.client_kind, 'is_default', c.is_default,
    'clients', (select k.clients from contract_holders(c.id) as k),
    'organizations', (select k.organizations from contract_holders(c.id) as k),
    'version_id', shown, 'content', contract_content(shown),
    'versions', (
      select coalesce(jsonb_agg(jsonb_build_object(
               'id', v.id, 'valid_from', v.valid_from, 'until', v.until, 'request_id', v.request_id,
               'maker', (select s.name from change_request r join staff s on s.id = r.maker_id where r.id = v.request_id),
               'decided_by', (select s.name from change_request r join staff s on s.id = r.decided_by_id
                               where r.id = v.request_id)) order by v.valid_from desc), '[]')
        from (select x.id, x.valid_from, x.request_id, lead(x.valid_from) over (order by x.valid_from) as until
                from contract_version x where x.contract_id = c.id) as v),
    'waiting', (select coalesce(jsonb_agg(r.id order by r.id), '[]') from change_request r
                 where r.state = 'submitted' and r.kind in ('contract', 'assignment')
                   and r.payload ->> 'contract_id' = c.id::text));
end $$;
