-- Blocks a client, a coin (what comes in, goes out, or both) or an operation, until a moment or until it is lifted by two.
-- permission: block:make
create function api.block_make(
  p_key uuid, p_client_id bigint, p_coin_id bigint, p_operation_id bigint, p_direction text, p_kind text, p_reason text,
  p_expires_at timestamptz)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  new_id bigint;
  at constant timestamptz := clock_timestamp();
  params text;
begin
  who := require('block:make');
  content := jsonb_build_object('client', p_client_id, 'coin', p_coin_id, 'operation', p_operation_id, 'direction',
                                p_direction, 'kind', p_kind, 'reason', p_reason, 'expires_at', p_expires_at);
  perform from client c where c.id = p_client_id for no key update;
  if p_client_id is not null and not found then
    perform refuse('BO022', 'client.not_found');
  end if;
  perform from coin c where c.id = p_coin_id for no key update;
  if p_coin_id is not null and not found then
    perform refuse('BO022', 'coin.not_found');
  end if;
  if p_operation_id is not null and not exists (select from operation o where o.id = p_operation_id) then
    perform refuse('BO022', 'operation.not_found');
  end if;
  seen := key_seen(who, p_key, 'block.make', content);
  if seen is not null then
    return seen;
  end if;
  if num_nonnulls(p_client_id, p_coin_id, p_operation_id) <> 1 then
    perform refuse('BO030', 'block.of_one');
  end if;
  if (p_coin_id is null) <> (p_direction is null) or p_direction not in ('in', 'out', 'both') then
    perform refuse('BO030', 'block.direction');
  end if;
  if coalesce(p_kind, '') not in ('suspicion', 'court_order', 'client_request', 'lost_access', 'compliance', 'other') then
    perform refuse('BO030', 'block.kind');
  end if;
  if p_expires_at <= at or p_expires_at > at + interval '10 years' then
    perform refuse('BO030', 'block.until');
  end if;
  perform why_check(p_reason);
  insert into block (client_id, coin_id, operation_id, direction, kind, reason, made_by_id, made_at, expires_at)
    values (p_client_id, p_coin_id, p_operation_id, p_direction, p_kind, btrim(p_reason), who.staff_id, at, p_expires_at)
    returning id into new_id;
  perform blocks_apply(p_client_id, p_coin_id, at);
  perform log_write('block:' || new_id, who, 'block.make', 'block', new_id::text, null, content);
  return key_keep(who, p_key, 'block.make', content, jsonb_build_object('block_id', new_id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'block.make', jsonb_build_object(
    'client', p_client_id, 'coin', p_coin_id, 'operation', p_operation_id));
end $$;
