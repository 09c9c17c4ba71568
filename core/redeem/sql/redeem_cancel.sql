-- Cancels a redeem request that waits, or one that was approved and is neither paid nor in a file for the bank, with a
-- reason; what it set aside, or what approving it posted, goes back to the wallet.
-- permission: redeem:decide
create function api.redeem_cancel(p_key uuid, p_request_id bigint, p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  content jsonb;
  seen jsonb;
  checked boolean;
  r redeem_request;
  params text;
begin
  who := require('redeem:decide');
  content := jsonb_build_object('request', p_request_id, 'reason', p_reason);
  r := redeem_locked(p_request_id);
  seen := key_seen(who, p_key, 'redeem.cancel', content);
  if seen is not null then
    return seen;
  end if;
  checked := redeem_move_check(r, 'cancelled', 'pending', 'approved');
  checked := reason_check(p_reason);
  return key_keep(who, p_key, 'redeem.cancel', content, redeem_given_back(
    who, clock_timestamp(), 'person:' || who.staff_id, 'redeem.cancel', r, 'cancelled', p_reason));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'redeem.cancel', jsonb_build_object('request', p_request_id));
end $$;
