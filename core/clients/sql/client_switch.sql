-- Switches a client off (no operation of theirs is taken any more) or on again.
-- permission: client:switch
create function api.client_switch(p_key uuid, p_client_id bigint, p_active boolean, p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  was client;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('client:switch');
  content := jsonb_build_object('client', p_client_id, 'active', p_active, 'reason', p_reason);
  select * into was from client where id = p_client_id for no key update;
  if not found then
    perform refuse('BO022', 'client.not_found');
  end if;
  seen := key_seen(who, p_key, 'client.switch', content);
  if seen is not null then
    return seen;
  end if;
  perform reason_check(p_reason);
  if was.active = coalesce(p_active, was.active) then
    if was.active then
      perform refuse('BO021', 'client.already_on');
    end if;
    perform refuse('BO021', 'client.already_off');
  end if;
  update client set active = p_active where id = was.id;
  perform log_write('system', who, 'client.switch', 'client', was.id::text, jsonb_build_object('active', was.active),
                    jsonb_build_object('active', p_active, 'reason', p_reason));
  return key_keep(who, p_key, 'client.switch', content, content);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'client.switch', jsonb_build_object('client', p_client_id));
end $$;
