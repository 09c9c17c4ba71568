-- Adds an organization; its contract prices the members that have none of their own.
-- permission: organization:edit
create function api.organization_create(
  p_key uuid, p_name text, p_kind text, p_registration text, p_address text, p_contract_id integer)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  plain text;
  new_id integer;
  params text;
begin
  who := require('organization:edit');
  content := jsonb_build_object('name', p_name, 'kind', p_kind, 'registration', p_registration, 'address', p_address,
                                'contract', p_contract_id);
  seen := key_seen(who, p_key, 'organization.create', content);
  if seen is not null then
    return seen;
  end if;
  if coalesce(p_kind, '') not in ('own', 'merchant', 'provider') then
    perform refuse('BO030', 'organization.kind_unknown');
  end if;
  plain := organization_checked(null, p_name, p_registration, p_address, p_contract_id);
  insert into organization (name, kind, registration, address, contract_id)
    values (plain, p_kind, coalesce(p_registration, ''), coalesce(p_address, ''), p_contract_id)
    returning id into new_id;
  perform log_write('system', who, 'organization.create', 'organization', new_id::text, null, content);
  return key_keep(who, p_key, 'organization.create', content, jsonb_build_object('organization_id', new_id));
exception
-- Another transaction, which the check could not see yet, was first.
when unique_violation then
  return refused('BO030', 'organization.name_taken', null, 'organization.create', '{}');
when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'organization.create', '{}');
end $$;
