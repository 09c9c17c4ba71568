-- Pays cash out of a client's coin; p_document says which identity document was seen.
-- permission: cash:withdraw
create function api.cash_withdraw(
  p_key uuid,
  p_day_id bigint,
  p_coin_id bigint,
  p_issuer text,
  p_amount bigint,
  p_commission_seen bigint,
  p_document text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('cash:withdraw');
  return cash_operation(who, clock_timestamp(), 'cash_withdrawal', p_key, p_day_id, p_coin_id, p_issuer, p_amount,
                        p_commission_seen, coalesce(p_document, ''));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'cash_withdrawal', jsonb_build_object('day', p_day_id, 'coin', p_coin_id, 'amount', p_amount));
end $$;
