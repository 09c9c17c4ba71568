-- Lifts a block, for the request that waits for it. Tried (no request yet): only what would refuse it.
create function rule.unblock_apply(p_payload jsonb, p_at timestamptz, p_request_id bigint)
returns jsonb language plpgsql
as $$
declare
  b block := block_named(p_payload);
  needed constant text := case when p_request_id is null then 'blocked' else 'unblock_requested' end;
begin
  perform why_check(p_payload ->> 'reason');
  select * into strict b from block where id = b.id for no key update;
  if b.state <> needed or p_request_id is not null and b.request_id is distinct from p_request_id then
    perform refuse('BO021', 'block.wrong_state', jsonb_build_object('from_state', b.state, 'to_state', 'lifted'));
  end if;
  if p_request_id is not null then
    update block set state = 'lifted', ended_at = p_at where id = b.id;
    perform blocks_apply(b.client_id, b.coin_id, p_at);
  end if;
  return jsonb_build_object('takes_effect_at', p_at, 'block_id', b.id);
end $$;
