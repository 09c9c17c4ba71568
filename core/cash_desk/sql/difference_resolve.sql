-- Resolves what a closed day was over or short: loss, debt, gain or wallet; needs a fresh second factor.
-- permission: difference:resolve
create function api.difference_resolve(
  p_key uuid,
  p_day_id bigint,
  p_issuer text,
  p_way text,
  p_coin_id bigint,
  p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('difference:resolve');
  perform require_step_up(who);
  return difference_settle(who, clock_timestamp(), p_key, p_day_id, p_issuer, p_way, p_coin_id, p_reason);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'difference.resolve', jsonb_build_object('day', p_day_id, 'issuer', p_issuer));
end $$;
