-- Switches a unit of value off or on. Not off while units circulate. No operation can slip in between: new ones wait
-- at the ledger until this is done, and then find the unit switched off.
-- permission: issuer:edit
create function api.issuer_switch(p_key uuid, p_issuer_id integer, p_active boolean)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  was issuer;
  seen jsonb;
  content jsonb;
  circulating bigint;
  params text;
begin
  who := require('issuer:edit');
  content := jsonb_build_object('issuer', p_issuer_id, 'active', p_active);
  select * into was from issuer where id = p_issuer_id for no key update;
  if not found then
    perform refuse('BO022', 'issuer.not_found', jsonb_build_object('issuer', p_issuer_id));
  end if;
  seen := key_seen(who, p_key, 'issuer.switch', content);
  if seen is not null then
    return seen;
  end if;
  if p_active is null or was.active = p_active then
    if was.active then
      perform refuse('BO021', 'issuer.already_on');
    end if;
    perform refuse('BO021', 'issuer.already_off');
  end if;
  if not p_active then
    perform hold_operations();
    circulating := circulation_of(was.id);
    if circulating <> 0 then
      perform refuse('BO021', 'issuer.circulates',
                     jsonb_build_object('amount', circulating, 'scale', was.scale, 'issuer', was.code));
    end if;
  end if;
  update issuer set active = p_active where id = was.id;
  perform log_write('system', who, 'issuer.switch', 'issuer', was.id::text, jsonb_build_object('active', was.active),
                    jsonb_build_object('active', p_active));
  return key_keep(who, p_key, 'issuer.switch', content, content);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'issuer.switch', jsonb_build_object('issuer', p_issuer_id));
end $$;
