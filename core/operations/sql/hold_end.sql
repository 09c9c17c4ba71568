-- Gives back what a hold sets aside, whole: HOLD to WALLET, and what it used of the limits. The caller holds the coin's
-- lock. p_details goes into the operation, whose number is returned.
create function rule.hold_end(
  p_who actor, p_at timestamptz, p_hold_id bigint, p_stream text, p_details jsonb default '{}')
returns bigint language plpgsql
as $$
declare
  h hold;
  c coin;
  posted record;
begin
  select * into h from hold where id = p_hold_id for update;
  if not found then
    perform refuse('BO022', 'hold.not_found');
  end if;
  if h.state <> 'active' then
    perform refuse('BO021', 'hold.wrong_state', jsonb_build_object('from_state', h.state, 'to_state', 'released'));
  end if;
  select * into strict c from coin where id = h.coin_id;
  if h.counted_on is not null then
    perform limits_give_back(h.client_id, h.kind, h.issuer_id, h.counted_on, h.amount);
  end if;
  posted := post(p_who, p_at, p_stream, 'release', (p_at at time zone 'UTC')::date, h.issuer_id, h.amount, 0,
                 null, null, h.client_id, h.coin_id, null, p_details,
                 array[c.hold_account_id], array[c.wallet_account_id], array[h.amount + h.on_top], null, h.counter_coin_id, h.operation_id);
  update hold set state = 'released', ended_at = p_at, ended_operation_id = posted.operation_id where id = h.id;
  return posted.operation_id;
end $$;
