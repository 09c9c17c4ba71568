-- Takes cash in and puts it on a client's coin.
-- permission: cash:top_up
create function api.cash_top_up(
  p_key uuid,
  p_day_id bigint,
  p_coin_id bigint,
  p_issuer text,
  p_amount bigint,
  p_commission_seen bigint)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('cash:top_up');
  return cash_operation(who, clock_timestamp(), 'cash_top_up', p_key, p_day_id, p_coin_id, p_issuer, p_amount,
                        p_commission_seen, null);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'cash_top_up', jsonb_build_object('day', p_day_id, 'coin', p_coin_id, 'amount', p_amount));
end $$;
