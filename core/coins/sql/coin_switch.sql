-- Opens or shuts the directions of a coin: money coming in, money going out.
-- permission: coin:switch
create function api.coin_switch(p_key uuid, p_coin_id bigint, p_incoming boolean, p_outgoing boolean, p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  was coin;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('coin:switch');
  content := jsonb_build_object('coin', p_coin_id, 'incoming', p_incoming, 'outgoing', p_outgoing, 'reason', p_reason);
  select * into was from coin where id = p_coin_id for no key update;
  if not found then
    perform refuse('BO022', 'coin.not_found');
  end if;
  seen := key_seen(who, p_key, 'coin.switch', content);
  if seen is not null then
    return seen;
  end if;
  perform reason_check(p_reason);
  if p_incoming is null or p_outgoing is null or (was.incoming, was.outgoing) = (p_incoming, p_outgoing) then
    perform refuse('BO021', 'coin.as_it_is');
  end if;
  update coin set incoming = p_incoming, outgoing = p_outgoing where id = was.id;
  perform log_write('system', who, 'coin.switch', 'coin', was.id::text,
                    jsonb_build_object('incoming', was.incoming, 'outgoing', was.outgoing),
                    jsonb_build_object('incoming', p_incoming, 'outgoing', p_outgoing, 'reason', p_reason));
  return key_keep(who, p_key, 'coin.switch', content, content);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'coin.switch', jsonb_build_object('coin', p_coin_id));
end $$;
