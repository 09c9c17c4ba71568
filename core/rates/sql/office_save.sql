-- Adds an exchange office (no number named), or changes its name, whose wallets it exchanges with (a client's e-mail, or
-- none) and whether it is on.
-- permission: office:edit
create function api.office_save(
  p_key uuid, p_office_id integer, p_name text, p_active boolean, p_client text default null)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  was exchange_office;
  owner_id bigint;
  named constant text := btrim(regexp_replace(coalesce(p_name, ''), '\s+', ' ', 'g'));
  params text;
begin
  who := require('office:edit');
  content := jsonb_build_object('office', p_office_id, 'name', p_name, 'active', p_active, 'client', p_client);
  if p_office_id is not null then
    select * into was from exchange_office where id = p_office_id for no key update;
    if not found then
      perform refuse('BO022', 'office.not_found');
    end if;
  end if;
  seen := key_seen(who, p_key, 'office.save', content);
  if seen is not null then
    return seen;
  end if;
  if length(named) not between 2 and 100 or p_active is null then
    perform refuse('BO030', 'office.name');
  end if;
  if exists (select from exchange_office o where lower(o.name) = lower(named) and o.id is distinct from p_office_id) then
    perform refuse('BO030', 'office.name_taken');
  end if;
  if btrim(p_client) <> '' then
    select m.id into owner_id from client m where m.email_key = folded(p_client);
    if not found then
      perform refuse('BO022', 'client.not_found');
    end if;
    if exists (select from exchange_office o where o.client_id = owner_id and o.id is distinct from p_office_id) then
      perform refuse('BO030', 'office.client_taken');
    end if;
  end if;
  if p_office_id is null then
    insert into exchange_office (name, active, client_id) values (named, p_active, owner_id) returning * into was;
    perform log_write('system', who, 'office.save', 'exchange_office', was.id::text, null,
                      jsonb_build_object('name', named, 'active', p_active, 'client', owner_id));
  else
    update exchange_office set name = named, active = p_active, client_id = owner_id where id = was.id;
    perform log_write('system', who, 'office.save', 'exchange_office', was.id::text,
                      jsonb_build_object('name', was.name, 'active', was.active, 'client', was.client_id),
                      jsonb_build_object('name', named, 'active', p_active, 'client', owner_id));
  end if;
  return key_keep(who, p_key, 'office.save', content, jsonb_build_object('office_id', was.id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'office.save', jsonb_build_object('office', p_office_id));
end $$;
