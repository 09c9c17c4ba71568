-- What lifting a block stands on: the block as it is. stands: whether it still blocks.
create function rule.unblock_base(p_payload jsonb)
returns jsonb language plpgsql stable
as $$
declare
  b block;
begin
  b := block_named(p_payload);
  return jsonb_build_object(
    'stands', b.state in ('blocked', 'unblock_requested'), 'kind', b.kind, 'reason', b.reason, 'made_at', b.made_at,
    'direction', b.direction, 'made_by', (select s.name from staff s where s.id = b.made_by_id),
    'expires_at', b.expires_at, 'client', (select c.name from client c where c.id = b.client_id),
    'coin', (select n.serial from coin n where n.id = b.coin_id), 'operation_id', b.operation_id);
end $$;
