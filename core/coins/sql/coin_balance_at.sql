-- A coin's balance and holds at a past moment, with the last operation that touched it until then.
-- permission: coin:list
create function api.coin_balance_at(p_coin_id bigint, p_at timestamptz)
returns jsonb language plpgsql stable security definer
set search_path from current
as $$
declare
  who actor := require('coin:list');
  n coin;
  w record;
  h record;
begin
  select * into n from coin where id = p_coin_id;
  if not found then
    perform refuse('BO022', 'coin.not_found');
  end if;
  if p_at is null or p_at > clock_timestamp() then
    perform refuse('BO030', 'coin.moment_ahead');
  end if;
  w := account_at(n.wallet_account_id, p_at);
  h := account_at(n.hold_account_id, p_at);
  return jsonb_build_object('at', p_at, 'balance', w.balance + h.balance, 'held', h.balance,
                            'operation_id', greatest(w.operation_id, h.operation_id));
end $$;
