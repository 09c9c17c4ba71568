-- A coin with its owner, what it holds, and which directions are open. Leaves a trace: it names the owner.
-- permission: coin:list
create function api.coin_detail(p_coin_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('coin:list');
  answer jsonb;
begin
  select jsonb_build_object(
           'coin_id', n.id, 'serial', n.serial, 'client_id', c.id, 'client', c.name, 'email', c.email,
           'organization', o.name, 'issuer', i.code, 'issuer_name', i.name, 'scale', i.scale, 'kind', n.kind,
           'balance', w.balance + h.balance, 'held', h.balance, 'available', w.balance, 'incoming', n.incoming,
           'outgoing', n.outgoing, 'closed', n.closed, 'created_at', n.created_at, 'time_zone', c.time_zone)
    into answer
    from coin n
    join client c on c.id = n.client_id
    left join organization o on o.id = c.organization_id
    join issuer i on i.id = n.issuer_id
    join account w on w.id = n.wallet_account_id
    join account h on h.id = n.hold_account_id
   where n.id = p_coin_id;
  if not found then
    perform refuse('BO022', 'coin.not_found');
  end if;
  perform log_write('person:' || who.staff_id, who, 'coin.read', 'coin', p_coin_id::text, null, null);
  return answer;
end $$;
