-- Adds an exchange office (no number named), or changes its name and whether it is on.
-- permission: office:edit
create function api.office_save(p_key uuid, p_office_id integer, p_name text, p_active boolean)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  was exchange_office;
  named constant text := btrim(regexp_replace(coalesce(p_name, ''), '\s+', ' ', 'g'));
  params text;
begin
  who := require('office:edit');
  content := jsonb_build_object('office', p_office_id, 'name', p_name, 'active', p_active);
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
  if p_office_id is null then
    insert into exchange_office (name, active) values (named, p_active) returning * into was;
    perform log_write('system', who, 'office.save', 'exchange_office', was.id::text, null,
                      jsonb_build_object('name', named, 'active', p_active));
  else
    update exchange_office set name = named, active = p_active where id = was.id;
    perform log_write('system', who, 'office.save', 'exchange_office', was.id::text,
                      jsonb_build_object('name', was.name, 'active', was.active),
                      jsonb_build_object('name', named, 'active', p_active));
  end if;
  return key_keep(who, p_key, 'office.save', content, jsonb_build_object('office_id', was.id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'office.save', jsonb_build_object('office', p_office_id));
end $$;
