-- Changes an organization's facts and its contract.
-- permission: organization:edit
create function api.organization_change(
  p_key uuid, p_organization_id integer, p_name text, p_registration text, p_address text, p_contract_id integer)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  was organization;
  seen jsonb;
  content jsonb;
  after jsonb;
  params text;
begin
  who := require('organization:edit');
  content := jsonb_build_object('organization', p_organization_id, 'name', p_name, 'registration', p_registration,
                                'address', p_address, 'contract', p_contract_id);
  select * into was from organization where id = p_organization_id for no key update;
  if not found then
    perform refuse('BO022', 'organization.not_found');
  end if;
  seen := key_seen(who, p_key, 'organization.change', content);
  if seen is not null then
    return seen;
  end if;
  if was.state = 'closed' then
    perform refuse('BO021', 'organization.closed');
  end if;
  after := jsonb_build_object(
    'name', organization_checked(was.id, p_name, p_registration, p_address, p_contract_id),
    'registration', coalesce(p_registration, ''), 'address', coalesce(p_address, ''), 'contract', p_contract_id);
  update organization set name = after ->> 'name', registration = after ->> 'registration', address = after ->> 'address',
                          contract_id = p_contract_id
   where id = was.id;
  perform log_write('system', who, 'organization.change', 'organization', was.id::text,
                    jsonb_build_object('name', was.name, 'registration', was.registration, 'address', was.address,
                                       'contract', was.contract_id), after);
  return key_keep(who, p_key, 'organization.change', content, jsonb_build_object('organization_id', was.id));
exception
-- Another transaction, which the check could not see yet, was first.
when unique_violation then
  return refused('BO030', 'organization.name_taken', null, 'organization.change',
                 jsonb_build_object('organization', p_organization_id));
when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'organization.change',
                 jsonb_build_object('organization', p_organization_id));
end $$;
