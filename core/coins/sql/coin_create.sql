-- Opens a coin for a client: a wallet in one issuer's unit.
-- permission: coin:open
create function api.coin_create(p_key uuid, p_client_id bigint, p_issuer text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('coin:open');
  content := jsonb_build_object('client', p_client_id, 'issuer', p_issuer);
  perform from client where id = p_client_id for no key update;
  if not found then
    perform refuse('BO022', 'client.not_found');
  end if;
  seen := key_seen(who, p_key, 'coin.create', content);
  if seen is not null then
    return seen;
  end if;
  if exists (select from coin n join issuer i on i.id = n.issuer_id
              where n.client_id = p_client_id and i.code = p_issuer and not n.closed) then
    perform refuse('BO021', 'coin.there_already', jsonb_build_object('issuer', p_issuer));
  end if;
  return key_keep(who, p_key, 'coin.create', content,
    jsonb_build_object('coin_id', coin_open(who, clock_timestamp(), p_client_id, p_issuer)));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'coin.create', jsonb_build_object('client', p_client_id));
end $$;
