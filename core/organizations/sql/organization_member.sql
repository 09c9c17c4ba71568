-- Makes a client a member of an organization, or no longer one. A client is a member of one at most.
-- permission: organization:edit
create function api.organization_member(p_key uuid, p_organization_id integer, p_client_id bigint, p_member boolean)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  o organization;
  c client;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('organization:edit');
  content := jsonb_build_object('organization', p_organization_id, 'client', p_client_id, 'member', p_member);
  select * into o from organization where id = p_organization_id for no key update;
  if not found then
    perform refuse('BO022', 'organization.not_found');
  end if;
  select * into c from client where id = p_client_id for no key update;
  if not found then
    perform refuse('BO022', 'client.not_found');
  end if;
  seen := key_seen(who, p_key, 'organization.member', content);
  if seen is not null then
    return seen;
  end if;
  if p_member and o.state <> 'active' then
    perform refuse('BO021', 'organization.not_active');
  end if;
  if p_member and c.organization_id is not null then
    perform refuse('BO021', 'organization.member_of_other');
  end if;
  if p_member is not true and (p_member is null or c.organization_id is distinct from o.id) then
    perform refuse('BO021', 'organization.no_member');
  end if;
  update client set organization_id = case when p_member then o.id end where id = c.id;
  perform log_write('system', who, 'organization.member', 'client', c.id::text,
                    jsonb_build_object('organization', c.organization_id),
                    jsonb_build_object('organization', case when p_member then o.id end));
  return key_keep(who, p_key, 'organization.member', content, content);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'organization.member',
                 jsonb_build_object('organization', p_organization_id));
end $$;
