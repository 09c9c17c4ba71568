-- Changes a client's facts. p_seen is how the form found them: who changed them meanwhile is not overwritten.
-- permission: client:edit
create function api.client_change(
  p_key uuid, p_client_id bigint, p_name text, p_email text, p_phone text, p_time_zone text, p_language text, p_seen jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  was client;
  c record;
  before jsonb;
  after jsonb;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('client:edit');
  content := jsonb_build_object('client', p_client_id, 'name', p_name, 'email', p_email, 'phone', p_phone,
                                'time_zone', p_time_zone, 'language', p_language, 'seen', p_seen);
  select * into was from client where id = p_client_id for no key update;
  if not found then
    perform refuse('BO022', 'client.not_found');
  end if;
  seen := key_seen(who, p_key, 'client.change', content);
  if seen is not null then
    return seen;
  end if;
  before := jsonb_build_object('name', was.name, 'email', was.email, 'phone', was.phone, 'time_zone', was.time_zone,
                               'language', was.language);
  if p_seen is distinct from before then
    perform refuse('BO025', 'client.changed');
  end if;
  c := client_checked(was.id, p_name, p_email, p_phone, p_time_zone, p_language);
  after := jsonb_build_object('name', c.name, 'email', c.email, 'phone', c.phone, 'time_zone', p_time_zone,
                              'language', p_language);
  update client set name = c.name, name_key = folded(c.name), email = c.email, email_key = nullif(folded(c.email), ''),
                    phone = c.phone, time_zone = p_time_zone, language = p_language
   where id = was.id;
  perform log_write('system', who, 'client.change', 'client', was.id::text, before, after);
  return key_keep(who, p_key, 'client.change', content, jsonb_build_object('client_id', was.id));
exception
-- Another transaction, which the check could not see yet, was first.
when unique_violation then
  get stacked diagnostics params = constraint_name;
  return refused('BO030', case params when 'client_phone_key' then 'client.phone_taken' else 'client.email_taken' end, null,
                 'client.change', jsonb_build_object('client', p_client_id));
when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'client.change', jsonb_build_object('client', p_client_id));
end $$;
